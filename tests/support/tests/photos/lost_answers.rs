//! Answers that are lost, and handlers that are cut off: no copy stays that nobody knows of (B15, B26).

use serde_json::json;
use test_support::cut::{Moment, Scissors, arm, until_cut};
use test_support::{Queue, TestApp};

use crate::{with_a_waiting_photo, with_project};

/// A photo whose upload took effect, as nobody was told.
async fn uploaded_unheard(test: &TestApp, project: &str) -> String {
    let photo = test.new_photo(project, json!({})).await;
    let path = format!("/v1/organizations/*/images/{photo}");
    test.one_click_fault(json!({"method": "PUT", "path": path, "action": "reset_after"}));
    test.poll().await;
    while test.work_on(Queue::Sync).await > 0 {}
    test.work_on(Queue::Photos).await;
    assert!(test.shows(project, &photo), "the upload took effect");
    photo
}

#[tokio::test]
async fn b15_a_copy_whose_answer_was_lost_goes_when_the_photo_becomes_internal() {
    let (test, project) = with_project().await;
    let photo = uploaded_unheard(&test, &project).await;
    test.change_photo(&photo, json!({"internal": true})).await;
    test.catch_up().await;
    assert!(!test.shows(&project, &photo));
}

#[tokio::test]
async fn b15_a_copy_whose_answer_was_lost_goes_when_the_photo_moves() {
    let (test, project) = with_project().await;
    let other = test.named_project("Other").await;
    test.catch_up().await;
    let photo = uploaded_unheard(&test, &project).await;
    test.change_photo(&photo, json!({"project_id": other}))
        .await;
    test.catch_up().await;
    assert!(test.shows(&other, &photo));
    assert!(!test.shows(&project, &photo), "it is on one job");
}

#[tokio::test]
async fn b26_a_photo_that_becomes_internal_after_a_cut_anywhere_is_on_no_job() {
    let (mut test, project) = with_project().await;
    let scissors = Scissors::default();
    test.use_scissors(&scissors);
    for to_aws in [true, false] {
        for number in 0.. {
            let mut made = false;
            for moment in [Moment::Before, Moment::After] {
                // Shown only if what follows fails.
                eprintln!("cut off {moment:?} request {number}, to AWS: {to_aws}");
                made |= becomes_internal_after_a_cut(&mut test, &scissors, &project, |test| {
                    if to_aws {
                        scissors.arm(number, moment);
                    } else {
                        arm(test.one_click.controls(), number, moment);
                    }
                })
                .await;
            }
            if !made {
                assert!(number > 0);
                break;
            }
        }
    }
}

/// Whether the copying made the request that was to be cut.
async fn becomes_internal_after_a_cut(
    test: &mut TestApp,
    scissors: &Scissors,
    project: &str,
    cut: impl Fn(&TestApp),
) -> bool {
    test.a_minute_later().await;
    let photo = test.new_photo(project, json!({})).await;
    test.poll().await;
    while test.work_on(Queue::Sync).await > 0 {}
    let messages = test.aws.sqs.receive(Queue::Photos, 10);
    scissors.watch();
    cut(test);
    let handler = test.deliver(Queue::Photos, &messages);
    let was_cut = until_cut(scissors, &[test.one_click.controls()], handler)
        .await
        .is_none();
    scissors.watch();
    test.one_click.controls().clear_faults();
    test.restart();
    test.change_photo(&photo, json!({"internal": true})).await;
    test.aws.sqs.give_all_back();
    test.end_leases().await;
    test.catch_up().await;
    assert!(!test.shows(project, &photo));
    was_cut
}

#[tokio::test]
async fn b26_a_lease_whose_answer_was_lost_is_not_taken_for_somebody_elses() {
    let (test, project, photo) = with_a_waiting_photo().await;
    test.aws.lose_answer("UpdateItem PhotosTable", 1);
    test.work_on(Queue::Photos).await;
    assert!(test.shows(&project, &photo), "at the first try");
}
