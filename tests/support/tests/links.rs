//! Which projects have a job, and what becomes of the link between the two (B10, B13, B18, B28).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use serde_json::json;
use test_support::steps::{now, text};
use test_support::{ORG, TestApp};

const PREFERENCES: [&str; 2] = ["create_job_from_project", "copy_documents"];

#[tokio::test]
async fn b10_what_appears_while_importing_is_off_comes_later_only_by_sync() {
    let test = TestApp::connected().await;
    let linked = test.named_project("Linked").await;
    test.catch_up().await;
    test.prefer(&["copy_documents"]).await;

    let skipped = test.named_project("Skipped").await;
    let photo = test.new_photo(&skipped, json!({})).await;
    test.change_project(&linked, json!({"name": "Linked, renamed"}))
        .await;
    test.catch_up().await;
    assert!(test.jobs_of(&skipped).is_empty());
    assert!(test.log_says(&["Skipped", "switched off"]).await);
    assert_eq!(
        test.job_of(&linked)["customer_name"],
        "Linked, renamed",
        "linked ones keep updating"
    );

    test.prefer(&PREFERENCES).await;
    test.change_project(&skipped, json!({"name": "Skipped, changed"}))
        .await;
    test.catch_up().await;
    assert!(
        test.jobs_of(&skipped).is_empty(),
        "switching on alone brings nothing back"
    );

    test.sync("29").await;
    assert_eq!(test.job_of(&skipped)["customer_name"], "Skipped, changed");
    assert!(test.shows(&skipped, &photo), "with its photos");
}

#[tokio::test]
async fn b13_a_project_without_a_matched_assigned_user_waits() {
    let test = TestApp::connected().await;
    test.prefer(&["create_job_from_project", "only_matched_users"])
        .await;
    let nobody = test.named_project("Nobody").await;
    let unmatched = test.named_project("Unmatched").await;
    let matched = test.named_project("Matched").await;
    // Kit has no address, so nobody in One Click is matched to Kit.
    let kit = test.companycam_user_named("Kit Monroe").await;
    let blake = test.companycam_user("blake.moreno@ridgeline.example").await;
    test.assign(&unmatched, &kit).await;
    test.assign(&matched, &blake).await;
    test.catch_up().await;
    assert!(test.jobs_of(&nobody).is_empty());
    assert!(test.jobs_of(&unmatched).is_empty());
    assert_eq!(test.job_of(&matched)["assigned_user_id"], "usr_blake");
    assert!(test.log_says(&["Nobody", "waits"]).await);

    test.assign(&nobody, &blake).await;
    // Which raises the project's activity; within this very second that can't be seen.
    test.change_project(&nobody, json!({"updated_at": now() + 1}))
        .await;
    test.catch_up().await;
    assert_eq!(test.job_of(&nobody)["assigned_user_id"], "usr_blake");
}

#[tokio::test]
async fn b18_a_job_deleted_in_one_click_is_never_created_again() {
    let test = TestApp::connected().await;
    let id = test.named_project("Gone").await;
    test.new_photo(&id, json!({})).await;
    test.catch_up().await;
    test.delete_job(&test.job_of(&id)).await;

    test.change_project(&id, json!({"name": "Gone, renamed"}))
        .await;
    test.new_photo(&id, json!({})).await;
    test.catch_up().await;
    test.change_project(
        &id,
        json!({"name": "Gone, renamed again", "updated_at": now() + 1}),
    )
    .await;
    test.new_photo(&id, json!({})).await;
    test.catch_up().await;
    test.sync("29").await;
    let job = test.job_of(&id);
    assert_eq!(job["deleted"], true);
    assert_eq!(
        job["images"].as_array().unwrap().len(),
        1,
        "no photo after the deletion"
    );
    assert!(test.log_says(&[&id, "deleted in One Click"]).await);
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b18_a_photo_alone_also_closes_the_link_of_a_deleted_job() {
    let test = TestApp::connected().await;
    let id = test.named_project("Gone").await;
    test.catch_up().await;
    test.delete_job(&test.job_of(&id)).await;
    test.new_photo(&id, json!({})).await;
    test.catch_up().await;
    assert_eq!(test.job_of(&id)["deleted"], true);
    assert!(test.dead_letters().is_empty());
    assert!(test.log_says(&["deleted in One Click"]).await);
}

#[tokio::test]
async fn b18_a_project_archived_or_deleted_later_leaves_its_job_which_says_so() {
    let test = TestApp::connected().await;
    let archived = test.named_project("Archived").await;
    let deleted = test.named_project("Deleted").await;
    let photo = test.new_photo(&deleted, json!({})).await;
    test.catch_up().await;
    test.change_project(&archived, json!({"archived": true}))
        .await;
    test.change_project(&deleted, json!({"status": "deleted"}))
        .await;
    test.catch_up().await;
    let job = test.job_of(&archived);
    assert_eq!(
        (&job["deleted"], &job["metadata"]["cc_project_status"]),
        (&json!(false), &json!("archived"))
    );
    let job = test.job_of(&deleted);
    assert_eq!(
        (&job["deleted"], &job["metadata"]["cc_project_status"]),
        (&json!(false), &json!("deleted"))
    );
    assert!(test.shows(&deleted, &photo));

    test.change_project(&archived, json!({"archived": false}))
        .await;
    test.catch_up().await;
    assert_eq!(
        test.job_of(&archived)["metadata"]["cc_project_status"],
        "active"
    );
}

#[tokio::test]
async fn b28_two_organizations_with_the_same_project_ids_do_not_touch_each_other() {
    // Two CompanyCams with the same seed hand out the same ids, as two companies never do; so the
    // second organization's rows could only be told apart by whose they are.
    let test = TestApp::with_two_companies().await;
    test.connect_and_settle().await;
    test.connect_as("org_harbor", "usr_harper", "avery.stone@company-1.example")
        .await;
    test.settle().await;
    let state = test.companycam_state().await;
    let theirs = text(&state["companies"][1]["id"]);
    let ours = test.named_project("Ours").await;
    let admin = test.companycam_user("avery.stone@company-1.example").await;
    let other = json!({"company_id": theirs, "creator_id": admin, "name": "Theirs"});
    let other = test.new_project(other).await;
    let our_photo = test.new_photo(&ours, json!({})).await;
    let their_photo = test.new_photo(&other, json!({})).await;
    test.catch_up().await;

    assert_eq!(test.jobs_in(ORG, &ours).len(), 1);
    assert!(test.jobs_in("org_harbor", &ours).is_empty());
    assert!(test.jobs_in(ORG, &other).is_empty());
    let their_jobs = test.jobs_in("org_harbor", &other);
    assert_eq!(their_jobs.len(), 1);
    assert_eq!(their_jobs[0]["images"][0]["external_id"], their_photo);
    assert!(test.shows(&ours, &our_photo));

    // The same ids in the other organization: every row and every message names whose it is.
    for (org, project) in [(ORG, &other), ("org_harbor", &ours)] {
        let body = json!({
            "org_id": org, "tries": 0,
            "look": {"kind": "project", "project_id": project, "origin": "poll"},
        });
        let sqs = &test.aws.sqs;
        sqs.send(
            test_support::Queue::Sync,
            &body.to_string(),
            Some(org),
            std::time::Duration::ZERO,
        );
    }
    for (org, photo) in [(ORG, &their_photo), ("org_harbor", &our_photo)] {
        let body = json!({"org_id": org, "photo_id": photo});
        let sqs = &test.aws.sqs;
        sqs.send(
            test_support::Queue::Photos,
            &body.to_string(),
            Some(org),
            std::time::Duration::ZERO,
        );
    }
    test.settle().await;
    assert!(test.jobs_in("org_harbor", &ours).is_empty());
    assert!(test.jobs_in(ORG, &other).is_empty());
    for row in test.aws.items("PhotosTable").await {
        let photo = if row["org_id"] == ORG {
            &our_photo
        } else {
            &their_photo
        };
        assert_eq!(row["photo_id"], *photo, "{row}");
    }
}
