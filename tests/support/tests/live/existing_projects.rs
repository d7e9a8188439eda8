//! A job that finds its project there already (B21).

use http::Method;
use serde_json::{Value, json};
use test_support::TestApp;
use test_support::steps::{now, text};

use crate::helpers::{
    FROM_JOBS, asked, elm, elm_project, linked, live_with, only_project_of, project_of, projects,
    with,
};

const DAY: i64 = 86_400;

/// The job got a new project and left that one alone.
async fn assert_apart(test: &TestApp, job: &Value, project: &str) {
    assert_ne!(project_of(test, job).await["id"], project);
    assert_eq!(asked(test), 1);
}

#[tokio::test]
async fn b21_the_one_project_of_that_name_and_address_is_linked_with_its_photos() {
    let test = live_with(&FROM_JOBS).await;
    let project = test.new_project(elm_project("Larkin")).await;
    let photo = test
        .new_photo(&project, json!({"description": "Front"}))
        .await;
    test.live().await;
    let job = with(elm("Larkin"), &json!({"assigned_user_id": "usr_casey"}));
    let job = test.new_job(job).await;
    test.live().await;
    let found = only_project_of(&test, &job).await;
    assert_eq!(found["id"], project);
    assert_eq!(test.image_of(&project, &photo)["caption"], "Front");
    let casey = test.companycam_user("casey.lund@ridgeline.example").await;
    assert_eq!(found["assignees"], json!([casey]));
    assert_eq!(asked(&test), 0);
    assert!(test.log_says(&[&project, "was linked to a job"]).await);
}

#[tokio::test]
async fn b21_a_linked_project_and_job_keep_their_own_fields_and_the_job_follows() {
    let test = live_with(&FROM_JOBS).await;
    let contact = json!({"name": "Pat", "email": "pat@customer.example", "phone_number": null});
    let project = with(
        elm_project("LARKIN"),
        &json!({"primary_contact": contact, "notepad": "Gate code"}),
    );
    let project = test.new_project(project).await;
    let job = with(elm("Larkin"), &json!({"email": "own@customer.example"}));
    let job = test.new_job(job).await;
    test.live().await;
    let found = project_of(&test, &job).await;
    assert_eq!(found["id"], project);
    assert_eq!(found["name"], "LARKIN");
    assert_eq!(found["primary_contact"]["email"], "pat@customer.example");
    let told = test.job_of(&project);
    assert_eq!(told["customer_name"], "Larkin");
    assert_eq!(told["email"], "own@customer.example");
    test.change_project(&project, json!({"name": "Larkin, roof"}))
        .await;
    test.live().await;
    let told = test.job_of(&project);
    assert_eq!(told["customer_name"], "Larkin, roof");
    assert_eq!(told["email"], "own@customer.example");
}

#[tokio::test]
async fn b21_spelling_keeps_no_project_from_being_found() {
    for spelling in [
        json!({"customer_name": "LARKIN AND HART"}),
        json!({"address": {"line_1": "12 Elm Street"}}),
        json!({"address": {"line_1": "12, ELM ST."}}),
        json!({"address": {"line_1": "#12 Elm St"}}),
        json!({"address": {"postal_code": "68508-1234"}}),
        json!({"address": {"postal_code": null}}),
    ] {
        let test = live_with(&FROM_JOBS).await;
        let project = test.new_project(elm_project("Larkin & Hart")).await;
        test.live().await;
        let mut job = elm("Larkin & Hart");
        for (field, value) in spelling.as_object().unwrap() {
            job[field] = match value {
                Value::Object(_) => with(job[field].take(), value),
                text => text.clone(),
            };
        }
        let job = test.new_job(job).await;
        test.live().await;
        let found = linked(&test, &job).await;
        assert_eq!(found.as_deref(), Some(&*project), "{spelling}");
    }
}

#[tokio::test]
async fn b21_a_street_without_a_number_is_found_too() {
    let test = live_with(&FROM_JOBS).await;
    let mut project = elm_project("Larkin");
    project["address"]["street_address_1"] = json!("N Harvest Ln");
    let project = test.new_project(project).await;
    let mut job = elm("Larkin");
    job["address"]["line_1"] = json!("North Harvest Lane");
    let job = test.new_job(job).await;
    test.live().await;
    assert_eq!(project_of(&test, &job).await["id"], project);
}

#[tokio::test]
async fn b21_what_is_archived_deleted_or_elsewhere_is_not_linked() {
    for differs in [
        json!({"archived": true}),
        json!({"status": "deleted"}),
        json!({"name": "Larkins"}),
        json!({"address": {"street_address_1": "14 Elm St", "street_address_2": null, "city": "Lincoln",
            "state": "NE", "postal_code": "68508", "country": "US"}}),
        json!({"address": {"street_address_1": "12 Elm St", "street_address_2": null, "city": "Omaha",
            "state": "NE", "postal_code": "68102", "country": "US"}}),
    ] {
        let test = live_with(&FROM_JOBS).await;
        let project = with(elm_project("Larkin"), &differs);
        let project = test.new_project(project).await;
        test.live().await;
        let job = test.new_job(elm("Larkin")).await;
        test.live().await;
        assert_apart(&test, &job, &project).await;
    }
}

#[tokio::test]
async fn b21_a_project_merged_into_another_is_not_linked_but_the_other_is() {
    let test = live_with(&FROM_JOBS).await;
    let merged = test.new_project(elm_project("Larkin")).await;
    let survivor = test.new_project(elm_project("Larkin")).await;
    let merge = format!("/projects/{merged}/merge");
    test.companycam_control(Method::POST, &merge, json!({"into": survivor}))
        .await;
    test.live().await;
    let job = test.new_job(elm("Larkin")).await;
    test.live().await;
    assert_eq!(project_of(&test, &job).await["id"], survivor);
}

#[tokio::test]
async fn b21_a_project_that_nothing_happened_to_for_ninety_days_is_not_linked() {
    for (days, expected) in [(91, false), (89, true)] {
        let test = live_with(&FROM_JOBS).await;
        let old = json!({"updated_at": now() - days * DAY, "created_at": now() - 100 * DAY});
        let project = with(elm_project("Larkin"), &old);
        let project = test.new_project(project).await;
        let job = test.new_job(elm("Larkin")).await;
        test.live().await;
        let is_linked = project_of(&test, &job).await["id"] == project;
        assert_eq!(is_linked, expected, "{days} days");
    }
}

#[tokio::test]
async fn b21_of_several_projects_none_is_linked_and_all_are_suggested() {
    let test = live_with(&FROM_JOBS).await;
    let one = test.new_project(elm_project("Larkin")).await;
    let other = test.new_project(elm_project("Larkin")).await;
    let job = test.new_job(elm("Larkin")).await;
    test.live().await;
    assert_apart(&test, &job, &one).await;
    assert_apart(&test, &job, &other).await;
    assert_eq!(projects(&test).await.len(), 3);
    let id = text(&job["id"]);
    assert!(test.log_says(&[&id, "looks like", &one, &other]).await);
}

#[tokio::test]
async fn b21_a_project_that_has_a_job_is_not_taken_from_it() {
    let test = live_with(&FROM_JOBS).await;
    let project = test.new_project(elm_project("Larkin")).await;
    let first = test.new_job(elm("Larkin")).await;
    test.live().await;
    let second = test.new_job(elm("Larkin")).await;
    test.live().await;
    assert_eq!(project_of(&test, &first).await["id"], project);
    assert_apart(&test, &second, &project).await;
}

#[tokio::test]
async fn b18_the_project_of_a_deleted_job_is_not_given_to_another() {
    let test = live_with(&FROM_JOBS).await;
    let first = test.new_job(elm("Larkin")).await;
    test.live().await;
    let project = text(&project_of(&test, &first).await["id"]);
    test.delete_job(&first).await;
    test.live().await;
    let second = test.new_job(elm("Larkin")).await;
    test.live().await;
    assert_ne!(project_of(&test, &second).await["id"], project);
}

#[tokio::test]
async fn b21_a_project_skipped_while_creating_jobs_is_off_is_linked() {
    let test = live_with(&FROM_JOBS).await;
    let project = test.new_project(elm_project("Larkin")).await;
    test.live().await;
    assert!(test.log_says(&["Larkin", "skipped", "switched off"]).await);
    let job = test.new_job(elm("Larkin")).await;
    test.live().await;
    assert_eq!(project_of(&test, &job).await["id"], project);
}

#[tokio::test]
async fn b26_a_failure_while_linking_links_the_same_project() {
    for action in ["TransactWriteItems", "UpdateItem", "SendMessageBatch"] {
        let test = live_with(&FROM_JOBS).await;
        let project = test.new_project(elm_project("Larkin")).await;
        let photo = test.new_photo(&project, json!({})).await;
        test.live().await;
        let job = test.new_job(elm("Larkin")).await;
        test_support::until(async || !test.delivers().await).await;
        test.aws.refuse(action, 2);
        test.live().await;
        assert_eq!(
            only_project_of(&test, &job).await["id"],
            project,
            "{action}"
        );
        assert!(test.shows(&project, &photo), "{action}");
        assert_eq!(asked(&test), 0, "{action}");
    }
}

#[tokio::test]
async fn b27_photos_that_could_not_be_listed_while_linking_come_later() {
    let test = live_with(&FROM_JOBS).await;
    let project = test.new_project(elm_project("Larkin")).await;
    let photo = test.new_photo(&project, json!({})).await;
    test.live().await;
    test.companycam_fault(json!({
        "method": "GET", "path": format!("/v2/projects/{project}/photos"), "times": 3,
        "action": {"status": 503, "body": ""},
    }));
    let job = test.new_job(elm("Larkin")).await;
    test.live().await;
    assert_eq!(only_project_of(&test, &job).await["id"], project);
    assert!(test.shows(&project, &photo));
}
