//! A job that was there already is linked, never overwritten (B31).

use serde_json::{Value, json};
use test_support::TestApp;
use test_support::steps::{now, requests, text};

use crate::helpers::{
    FROM_JOBS, connected, dated_job, elm, elm_project, linked, live_with, project_of, with,
};

const DAY: i64 = 86_400;

/// What CompanyCam says of a project.
fn larkin() -> Value {
    let contact = json!({
        "name": "Pat Larkin", "email": "pat@customer.example", "phone_number": "402-555-0101",
    });
    let integrations = json!([{"type": "AccuLynx", "relation_id": "al-9"}]);
    with(
        elm_project("Larkin LLC"),
        &json!({"primary_contact": contact, "integrations": integrations}),
    )
}

/// A job that the earlier integration made of the project years ago, and that people have worked on.
async fn edited_job(test: &TestApp, project: &str) -> Value {
    let edited = json!({
        "name": "Sam, the tenant", "customer_name": "Barlow", "email": "own@customer.example",
        "phones": [{"name": "Office", "number": "402-555-0199"}],
        "address": {"line_1": "99 Oak Ave", "line_2": null, "city": "Omaha", "state": "NE", "postal_code": "68102"},
        "assigned_user_id": "usr_devon", "status": "sold",
        "metadata": {"cc_project_id": project, "cc_accu_lynx_relation_id": "", "estimate": "7"},
    });
    dated_job(test, edited, 700 * DAY).await
}

/// Nothing that people see of the job has changed.
#[track_caller]
fn assert_kept(before: &Value, after: &Value) {
    for (field, before) in before.as_object().unwrap() {
        if field != "metadata" && field != "updated_at" {
            assert_eq!(after[field], *before, "{field}");
        }
    }
}

fn jobs(test: &TestApp) -> usize {
    test.one_click_state()["jobs"].as_array().unwrap().len()
}

#[tokio::test]
async fn b31_a_job_of_the_earlier_integration_keeps_what_was_edited() {
    let test = connected().await;
    let project = test.new_project(larkin()).await;
    let before = edited_job(&test, &project).await;
    let count = jobs(&test);
    test.catch_up().await;
    let after = test.job_of(&project);
    assert_eq!(project_of(&test, &before).await["id"], project);
    assert_eq!(jobs(&test), count);
    assert_kept(&before, &after);
    let metadata = &after["metadata"];
    let company = test.organization().await.unwrap().company_id.to_string();
    assert_eq!(metadata["cc_company_id"], company);
    assert!(metadata["cc_creator_id"].is_string());
    assert_eq!(metadata["cc_accu_lynx_relation_id"], "al-9");
    assert_eq!(metadata["estimate"], "7");
    let said = [
        "was linked",
        "stays as it is in One Click",
        "customer “Barlow” (in CompanyCam “Larkin LLC”)",
        "name “Sam, the tenant” (in CompanyCam “Pat Larkin”)",
        "e-mail",
        "telephone number",
        "address",
    ];
    assert!(
        test.log_says(&said).await,
        "{:#?}",
        test.activity_texts().await
    );

    // From here on it follows what changes in CompanyCam, and nothing else.
    test.catch_up().await;
    test.sync("all").await;
    assert_kept(&before, &test.job_of(&project));
    let contact = json!({
        "name": "Pat Larkin", "email": "new@customer.example", "phone_number": "402-555-0101",
    });
    test.change_project(&project, json!({"primary_contact": contact}))
        .await;
    test.catch_up().await;
    let after = test.job_of(&project);
    assert_eq!(after["email"], "new@customer.example");
    assert_kept(
        &with(before, &json!({"email": "new@customer.example"})),
        &after,
    );
}

#[tokio::test]
async fn b31_the_blanks_of_a_linked_job_are_filled() {
    let test = connected().await;
    let project = test.new_project(larkin()).await;
    let casey = test.companycam_user("casey.lund@ridgeline.example").await;
    test.assign(&project, &casey).await;
    let bare = json!({
        "name": "Own name", "customer_name": "Larkin, LLC",
        "address": {"line_1": "12 Elm Street"}, "metadata": {"cc_project_id": project},
    });
    dated_job(&test, bare, 700 * DAY).await;
    test.catch_up().await;
    let job = test.job_of(&project);
    assert_eq!(job["name"], "Own name");
    assert_eq!(job["customer_name"], "Larkin, LLC");
    assert_eq!(job["email"], "pat@customer.example");
    assert_eq!(job["phones"][0]["number"], "402-555-0101");
    let address = json!({
        "line_1": "12 Elm Street", "line_2": null, "city": "Lincoln", "state": "NE",
        "postal_code": "68508",
    });
    assert_eq!(job["address"], address);
    assert_eq!(job["assigned_user_id"], "usr_casey");
    let texts = test.activity_texts().await;
    let said = texts.iter().find(|text| text.contains("was linked"));
    let said = said.unwrap_or_else(|| panic!("{texts:#?}"));
    assert!(
        said.contains("name “Own name”") && !said.contains("address"),
        "{said}"
    );
}

#[tokio::test]
async fn b31_a_job_found_by_another_systems_id_keeps_what_differs_too() {
    let test = connected().await;
    let own = json!({
        "name": "Sam", "customer_name": "Barlow", "metadata": {"cc_accu_lynx_relation_id": "al-9"},
    });
    let before = test.new_job(own).await;
    let project = test.new_project(larkin()).await;
    test.catch_up().await;
    let after = test.job_of(&project);
    assert_eq!(after["id"], before["id"]);
    assert_eq!(after["customer_name"], "Barlow");
    assert_eq!(after["name"], "Sam");
    assert_eq!(after["address"]["line_1"], "12 Elm St");
    assert!(test.log_says(&["was linked", "“Barlow”"]).await);
}

#[tokio::test]
async fn b31_of_several_jobs_that_name_the_project_the_oldest_is_linked() {
    let test = connected().await;
    let project = test.new_project(larkin()).await;
    let named = |name: &str| {
        let named = json!({"customer_name": name, "metadata": {"cc_project_id": project}});
        with(elm("Larkin"), &named)
    };
    let newer = dated_job(&test, named("Newer"), 10 * DAY).await;
    let oldest = dated_job(&test, named("Oldest"), 20 * DAY).await;
    let count = jobs(&test);
    test.sync("29").await;
    assert_eq!(linked(&test, &oldest).await.as_deref(), Some(&*project));
    assert_eq!(linked(&test, &newer).await, None);
    assert_eq!(jobs(&test), count);
    let said = ["was linked", "Left alone", "“Newer”", &*text(&newer["id"])];
    assert!(
        test.log_says(&said).await,
        "{:#?}",
        test.activity_texts().await
    );
}

#[tokio::test]
async fn b31_a_job_that_is_linked_is_not_taken_by_another_project() {
    let test = connected().await;
    let first = test.named_project("First").await;
    test.catch_up().await;
    let job = test.job_of(&first);
    let second = test.named_project("Second").await;
    test.change_job(&job, json!({"metadata": {"cc_project_id": second}}))
        .await;
    test.catch_up().await;
    assert_eq!(linked(&test, &job).await.as_deref(), Some(&*first));
    let named = test.jobs_of(&second);
    let own: Vec<_> = named.iter().filter(|one| one["id"] != job["id"]).collect();
    assert_eq!(own.len(), 1, "{named:#?}");
    assert_eq!(linked(&test, own[0]).await.as_deref(), Some(&*second));
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b31_a_first_sync_over_the_earlier_integrations_jobs_makes_and_overwrites_nothing() {
    let test = connected().await;
    let mut before = Vec::new();
    for _ in 0..12 {
        let project = test.new_project(larkin()).await;
        before.push(edited_job(&test, &project).await);
    }
    let count = jobs(&test);
    test.one_click.controls().clear_requests();
    test.sync("all").await;
    assert_eq!(jobs(&test), count);
    for before in &before {
        assert!(linked(&test, before).await.is_some());
        assert_kept(before, &test.job(&text(&before["id"])));
    }
    let made = requests(test.one_click.controls(), "POST", "/jobs");
    assert!(made.is_empty(), "{made:#?}");
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b31_a_job_that_links_a_project_fills_its_blanks_and_keeps_the_rest() {
    let test = live_with(&FROM_JOBS).await;
    let project = test.new_project(larkin()).await;
    test.live().await;
    let own = with(elm("Larkin LLC"), &json!({"name": "Sam", "email": null}));
    let before = test.new_job(own).await;
    test.live().await;
    let found = project_of(&test, &before).await;
    assert_eq!(found["id"], project);
    assert_eq!(found["primary_contact"]["name"], "Pat Larkin");
    let after = test.job_of(&project);
    assert_eq!(after["name"], "Sam");
    assert_eq!(after["email"], "pat@customer.example");
    assert_eq!(after["phones"][0]["number"], "402-555-0101");
    assert!(test.log_says(&["was linked to a job", "name “Sam”"]).await);
}

fn disturb_making(test: &TestApp, action: &Value) {
    test.one_click_fault(json!({
        "method": "POST", "path": "/v1/organizations/*/jobs", "action": action,
    }));
}

/// Handles what is there; what was put off stays so.
async fn once(test: &TestApp) {
    test.poll().await;
    while test.work_once().await > 0 {}
}

#[tokio::test]
async fn b26_a_job_whose_answer_was_lost_is_caught_up_with_its_project() {
    for action in ["reset_after", "reset_before"] {
        let test = connected().await;
        let project = test.new_project(larkin()).await;
        let before = jobs(&test);
        disturb_making(&test, &json!(action));
        once(&test).await;
        assert_eq!(jobs(&test) - before, usize::from(action == "reset_after"));
        test.change_project(&project, json!({"name": "Renamed"}))
            .await;
        test.catch_up().await;
        assert_eq!(jobs(&test) - before, 1, "{action}");
        let job = test.job_of(&project);
        assert_eq!(job["customer_name"], "Renamed", "{action}");
        assert_eq!(job["email"], "pat@customer.example", "{action}");
        assert!(test.log_says(&["A job was created", "Renamed"]).await);
        assert!(test.dead_letters().is_empty(), "{action}");
    }
}

#[tokio::test]
async fn b14_what_was_edited_on_a_job_whose_answer_was_lost_stays() {
    let test = connected().await;
    let project = test.new_project(larkin()).await;
    disturb_making(&test, &json!("reset_after"));
    once(&test).await;
    let edited = json!({"email": "own@customer.example", "name": "Sam"});
    test.change_job(&test.job_of(&project), edited).await;
    test.change_project(&project, json!({"name": "Renamed"}))
        .await;
    test.catch_up().await;
    let job = test.job_of(&project);
    assert_eq!(job["customer_name"], "Renamed");
    assert_eq!(job["email"], "own@customer.example");
    assert_eq!(job["name"], "Sam");
}

#[tokio::test]
async fn b26_a_lost_request_that_arrives_after_all_makes_no_second_job() {
    // Nobody sees yet what became of the first request: the second is the very same.
    let test = connected().await;
    let project = test.new_project(larkin()).await;
    let before = jobs(&test);
    disturb_making(&test, &json!("reset_after"));
    let unseen = json!({"status": 200, "body": r#"{"jobs": [], "next_page": null}"#,
        "headers": {"content-type": "application/json"}});
    once(&test).await;
    test.one_click_fault(json!({
        "method": "GET", "path": "/v1/organizations/*/jobs", "times": 5, "action": unseen,
    }));
    test.change_project(&project, json!({"name": "Renamed"}))
        .await;
    test.catch_up().await;
    assert_eq!(jobs(&test) - before, 1);
    assert_eq!(test.job_of(&project)["customer_name"], "Renamed");
}

#[tokio::test]
async fn b31_an_older_job_that_turns_up_while_one_is_asked_for_is_linked_instead() {
    let test = connected().await;
    let project = test.new_project(larkin()).await;
    disturb_making(&test, &json!({"status": 503, "body": ""}));
    once(&test).await;
    // Somebody restores what was deleted.
    let before = edited_job(&test, &project).await;
    let count = jobs(&test);
    test.settle().await;
    assert_eq!(linked(&test, &before).await.as_deref(), Some(&*project));
    assert_kept(&before, &test.job_of(&project));
    assert_eq!(jobs(&test), count);
}

#[tokio::test]
async fn b31_a_job_that_is_deleted_while_it_is_being_linked_is_let_go() {
    let test = connected().await;
    let project = test.new_project(larkin()).await;
    let old = edited_job(&test, &project).await;
    test.aws.refuse("TransactWriteItems", 1);
    once(&test).await;
    test.delete_job(&old).await;
    test.settle().await;
    let live = test.jobs_of(&project).into_iter();
    let live: Vec<_> = live.filter(|job| job["deleted"] == false).collect();
    assert_eq!(live.len(), 1, "{live:#?}");
    assert_eq!(linked(&test, &live[0]).await.as_deref(), Some(&*project));
}

#[tokio::test]
async fn b27_a_refused_job_is_asked_for_anew_when_its_project_changes() {
    let test = connected().await;
    let refusal = json!({
        "status": 422, "headers": {"content-type": "application/json"},
        "body": r#"{"errors": ["No"]}"#,
    });
    let jobs = "/v1/organizations/*/jobs";
    test.one_click_fault(json!({"method": "POST", "path": jobs, "times": null, "action": refusal}));
    let project = test.new_project(larkin()).await;
    test.catch_up().await;
    assert!(test.jobs_of(&project).is_empty());
    assert_eq!(test.dead_letters().len(), 1);
    test.one_click.controls().clear_faults();
    let later = json!({"name": "Renamed", "updated_at": now() + 1});
    test.change_project(&project, later).await;
    test.catch_up().await;
    assert_eq!(test.job_of(&project)["customer_name"], "Renamed");
    assert_eq!(test.dead_letters().len(), 1);
}

#[tokio::test]
async fn b20_a_blank_id_of_another_system_links_nothing() {
    for blank in [json!(null), json!(""), json!("  ")] {
        let test = live_with(&FROM_JOBS).await;
        let declared = json!({"integrations": [{"type": "JobNimbus", "relation_id": blank}]});
        let stranger = test
            .new_project(with(elm_project("Stranger"), &declared))
            .await;
        test.live().await;
        let keys = json!({"job_nimbus_job_id": "", "job_nimbus_contact_id": "  "});
        let mut job = with(elm("Larkin"), &json!({ "metadata": keys }));
        job["address"]["line_1"] = json!("7 Quarry Rd");
        let job = test.new_job(job).await;
        // Nor does it wait for an importer.
        test.live().await;
        let own = project_of(&test, &job).await;
        assert_ne!(own["id"], stranger, "{blank}");
        assert_eq!(own["name"], "Larkin", "{blank}");
    }
}

#[tokio::test]
async fn b20_a_project_that_only_declares_another_system_does_not_wait_for_it() {
    for blank in [json!(null), json!(""), json!("  ")] {
        let test = live_with(&["create_job_from_project"]).await;
        let other = json!({"metadata": {"job_nimbus_job_id": ""}});
        let other = test.new_job(with(elm("Barlow"), &other)).await;
        let declared = json!({"integrations": [{"type": "JobNimbus", "relation_id": blank}]});
        let project = test
            .new_project(with(elm_project("Larkin"), &declared))
            .await;
        test.live().await;
        assert_ne!(test.job_of(&project)["id"], other["id"], "{blank}");
    }
}
