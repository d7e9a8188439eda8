//! The steps of a sync run and of a nightly pass, of a company of ten projects with twenty photos each.

use scale::work;
use serde_json::json;
use test_support::{Queue, TestApp};

use crate::counting::{assert_next, batch, look, polled};

const PROJECTS: u32 = 10;
const PHOTOS: u32 = 200;

async fn with_projects() -> TestApp {
    let test = TestApp::spawn().await;
    for number in 0..PROJECTS {
        let project = test.named_project(&format!("House {number}")).await;
        for _ in 0..PHOTOS / PROJECTS {
            test.new_photo(&project, json!({"tags": ["Roof", "Wall"]}))
                .await;
        }
    }
    test
}

#[tokio::test]
async fn the_calls_of_a_sync_run() {
    let test = with_projects().await;
    test.connect().await;
    assert_next(look(&test).await, "sync", work::RUN_USERS);
    assert_next(look(&test).await, "sync", work::run_projects(PROJECTS));
    for looks in [4, 4, 2] {
        assert_next(look(&test).await, "sync", work::RUN_LOOKS);
        for _ in 0..looks {
            assert_next(look(&test).await, "project", work::RUN_PROJECT);
        }
    }
    assert_next(look(&test).await, "sync", work::run_photos(100));
    // With the last page all of them are known.
    let last = work::run_photos(100).and_rows(PROJECTS);
    assert_next(look(&test).await, "sync", last);
    assert_next(look(&test).await, "sync", work::RUN_TAGS);
    // Two tags of two pages.
    assert_next(
        look(&test).await,
        "sync",
        work::run_tag_photos(4, 2 * PHOTOS),
    );
    assert_next(look(&test).await, "sync", work::RUN_WAITS);
    let copied = batch(&test, Queue::Backlog, 1).await;
    assert_next(copied, "", work::COPY);
    while test.work_on(Queue::Backlog).await > 0 {}
    test.until_next_due();
    let back = batch(&test, Queue::Retry, 1).await;
    assert_next(back, "sync", work::PUT_BACK);
    assert_next(look(&test).await, "sync", work::RUN_FINISH);
}

#[tokio::test]
async fn the_calls_of_a_night() {
    let test = with_projects().await;
    test.connect_and_settle().await;
    polled(&test).await;
    test.advance(std::time::Duration::from_mins(15));
    test.nightly().await;
    assert_next(look(&test).await, "nightly", work::NIGHT_BEGIN);
    assert_next(look(&test).await, "nightly", work::NIGHT_PROJECTS);
    assert_next(look(&test).await, "nightly", work::NIGHT_TAGS);
    // On each of the four pages are photos of five projects.
    assert_next(look(&test).await, "nightly", work::night_tag_photos(4, 20));
    assert_next(look(&test).await, "nightly", work::night_links(PROJECTS, 2));
    assert_next(look(&test).await, "nightly", work::NIGHT_MISSING);
    assert_next(look(&test).await, "nightly", work::NIGHT_FINISH);
}
