//! CompanyCam does not answer, and answers again.

use scale::work;
use serde_json::json;
use test_support::{Queue, TestApp};

use crate::counting::{assert_next, batch, delivered, look, polled};

fn is_down(test: &TestApp) {
    let action = json!({"status": 503, "body": r#"{"errors": ["down"]}"#});
    test.companycam_fault(json!({"path": "*", "times": null, "action": action}));
}

async fn put_back(test: &TestApp, about: &str) {
    test.until_next_due();
    let back = batch(test, Queue::Retry, 1).await;
    assert_next(back, about, work::PUT_BACK);
}

#[tokio::test]
async fn the_calls_of_an_outage() {
    let test = TestApp::connected().await;
    polled(&test).await;
    is_down(&test);
    test.poll().await;
    assert_next(look(&test).await, "poll", work::POLL_FAILS);
    test.poll().await;
    assert_next(look(&test).await, "poll", work::POLL_PAUSED);
    for _ in 0..3 {
        put_back(&test, "probe").await;
        assert_next(look(&test).await, "probe", work::PROBE);
    }
    test.companycam.controls.clear_faults();
    put_back(&test, "probe").await;
    assert_next(look(&test).await, "probe", work::PROBE);
    assert_next(look(&test).await, "resume", work::RESUME);
    assert_next(look(&test).await, "poll", work::POLL);
    for what in ["resume_photos", "resume_projects"] {
        put_back(&test, what).await;
        assert_next(look(&test).await, what, work::RESUME_LATER);
    }
}

#[tokio::test]
async fn the_calls_of_live_changes_in_an_outage() {
    let test = TestApp::connected_live().await;
    let project = test.named_project("House").await;
    test.live().await;
    is_down(&test);
    for expected in [work::LOOK_FAILS, work::LOOK_PARKED] {
        let name = format!("Another {}", expected.calls.sqs);
        test.change_project(&project, json!({ "name": name })).await;
        delivered(&test).await;
        assert_next(look(&test).await, "project", expected);
    }
}
