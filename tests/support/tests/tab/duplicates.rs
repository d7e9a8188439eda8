//! B40: a project whose address fits a job of another name.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::steps::text;
use test_support::{Browser, ORG, Page, TestApp};

use crate::{card, connected, notice, status};

async fn project(test: &TestApp, name: &str, line_1: &str) -> String {
    let address = json!({"street_address_1": line_1, "city": "Lincoln", "state": "NE", "postal_code": "68508"});
    test.new_project(json!({"name": name, "address": address}))
        .await
}

/// A job of that customer at 12 Elm St; its id.
async fn job(test: &TestApp, customer: &str) -> String {
    let address =
        json!({"line_1": "12 Elm St", "city": "Lincoln", "state": "NE", "postal_code": "68508"});
    let job = json!({"name": "Roof", "customer_name": customer, "address": address});
    text(&test.new_job(job).await["id"])
}

async fn answer(browser: &Browser, project: &str, fields: &[(&str, &str)]) -> Page {
    browser
        .submit(&format!("duplicates/{project}"), fields)
        .await
}

fn live(test: &TestApp, project: &str) -> Vec<Value> {
    let mut jobs = test.jobs_of(project);
    jobs.retain(|job| job["deleted"] != true);
    jobs
}

/// Connected, with a job of Dana Grant's and a project “Grant roof” at her address that a sync has brought; the
/// project and the job.
async fn asked() -> (TestApp, Browser, String, String) {
    let (test, browser) = connected().await;
    let there = job(&test, "Dana Grant").await;
    let project = project(&test, "Grant roof", "12 Elm Street").await;
    let photo = test.new_photo(&project, json!({})).await;
    test.sync("29").await;
    assert!(live(&test, &project).is_empty(), "it waits");
    let run = test.organization().await.unwrap().sync.unwrap();
    assert!(!run.is_running(), "the run does not");
    assert_eq!(status(&browser).await["attention"], 1);
    let said = card(&browser.tab().await, "attention");
    assert!(
        said.contains("Grant roof") && said.contains(&there),
        "{said}"
    );
    drop(photo);
    (test, browser, project, there)
}

#[tokio::test]
async fn b40_the_same_is_linked_and_gets_its_photos() {
    let (test, browser, project, there) = asked().await;
    for _ in 0..2 {
        let said = answer(
            &browser,
            &project,
            &[("answer", "same"), ("job_id", &there)],
        )
        .await;
        assert_eq!(notice(&said), "same");
    }
    test.settle().await;
    assert_eq!(test.job_of(&project)["id"], there.as_str());
    assert_eq!(test.job_of(&project)["customer_name"], "Dana Grant");
    assert_eq!(test.images_of(&project).len(), 1);
    assert_eq!(status(&browser).await["attention"], 0);
}

#[tokio::test]
async fn b40_another_gets_a_job_of_its_own_at_once() {
    let (test, browser, project, there) = asked().await;
    let said = answer(&browser, &project, &[("answer", "another")]).await;
    assert_eq!(notice(&said), "another");
    test.settle().await;
    assert_eq!(live(&test, &project).len(), 1);
    assert_ne!(test.job_of(&project)["id"], there.as_str());
    assert_eq!(status(&browser).await["attention"], 0);
    test.sync("29").await;
    assert_eq!(status(&browser).await["attention"], 0, "not asked again");
}

#[tokio::test]
async fn b40_without_an_answer_it_gets_a_job_of_its_own_after_a_day() {
    let (test, _, project, there) = asked().await;
    test.change_project(&project, json!({"name": "Grant roof and deck"}))
        .await;
    test.catch_up().await;
    test.sync("29").await;
    assert!(
        live(&test, &project).is_empty(),
        "neither a change nor a sync ends the wait"
    );
    test.advance(Duration::from_hours(24));
    test.catch_up().await;
    test.catch_up().await;
    assert_eq!(live(&test, &project).len(), 1);
    assert_ne!(test.job_of(&project)["id"], there.as_str());
}

#[tokio::test]
async fn b40_a_single_new_project_has_its_job_at_once_with_the_question_beside_it() {
    let (test, browser) = connected().await;
    let there = job(&test, "Dana Grant").await;
    let project = project(&test, "Grant roof", "12 Elm Street").await;
    let photo = test.new_photo(&project, json!({})).await;
    test.catch_up().await;
    let made = text(&test.job_of(&project)["id"]);
    assert_ne!(made, there);
    assert_eq!(status(&browser).await["attention"], 1);
    let said = answer(
        &browser,
        &project,
        &[("answer", "same"), ("job_id", &there)],
    )
    .await;
    assert_eq!(notice(&said), "same");
    test.settle().await;
    let linked = live(&test, &project);
    assert_eq!(linked.len(), 1, "{linked:#?}");
    assert_eq!(linked[0]["id"], there.as_str());
    let images = linked[0]["images"].as_array().unwrap();
    assert!(
        images
            .iter()
            .any(|image| image["external_id"] == photo && image["deleted"] == false)
    );
    let state = test.one_click_state();
    let made = state["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .find(|job| job["id"] == made.as_str())
        .unwrap();
    assert_eq!(made["deleted"], true, "nobody has worked on it");
}

#[tokio::test]
async fn b40_a_job_that_somebody_worked_on_stays_when_another_is_the_same() {
    let (test, browser) = connected().await;
    let there = job(&test, "Dana Grant").await;
    let project = project(&test, "Grant roof", "12 Elm Street").await;
    test.catch_up().await;
    let made = text(&test.job_of(&project)["id"]);
    let path = format!("/organizations/{ORG}/jobs/{made}");
    test.one_click_control(
        Method::PATCH,
        &path,
        json!({"job": {"email": "by@hand.example"}}),
    )
    .await;
    let said = answer(
        &browser,
        &project,
        &[("answer", "same"), ("job_id", &there)],
    )
    .await;
    assert_eq!(notice(&said), "same-kept");
    test.settle().await;
    assert_eq!(test.job(&made)["deleted"], false);
    let linked = live(&test, &project);
    assert_eq!(linked.len(), 1, "{linked:#?}");
    assert_eq!(linked[0]["id"], there.as_str());
}

#[tokio::test]
async fn b40_an_equal_name_or_a_house_of_many_is_no_question() {
    let (test, browser) = connected().await;
    for customer in ["Dana Grant", "Reese Dunn", "Riley Cobb"] {
        job(&test, customer).await;
    }
    let many = project(&test, "Marsh", "12 Elm Street").await;
    let named = project(&test, "Dana Grant", "900 Oak Street").await;
    test.sync("29").await;
    assert_eq!(live(&test, &many).len(), 1);
    assert_eq!(live(&test, &named).len(), 1);
    assert_eq!(status(&browser).await["attention"], 0);
}

#[tokio::test]
async fn b40_nonsense_answers_change_nothing() {
    let (test, browser, project, there) = asked().await;
    for (fields, refused) in [
        (&[][..], StatusCode::BAD_REQUEST),
        (&[("answer", "maybe")], StatusCode::BAD_REQUEST),
        (&[("answer", "same")], StatusCode::NOT_FOUND),
    ] {
        let said = answer(&browser, &project, fields).await;
        assert_eq!(said.status, refused, "{fields:?}: {}", said.body);
    }
    // About this job nobody was asked.
    let said = answer(
        &browser,
        &project,
        &[("answer", "same"), ("job_id", "job_x")],
    )
    .await;
    assert_eq!(notice(&said), "already-so");
    let unknown = answer(&browser, "4711", &[("answer", "another")]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    test.settle().await;
    assert_eq!(status(&browser).await["attention"], 1);
    assert!(live(&test, &project).is_empty());
    assert_eq!(test.job(&there)["customer_name"], "Dana Grant");
}

#[tokio::test]
async fn b40_a_second_answer_in_another_tab_removes_nothing() {
    let (test, browser) = connected().await;
    let first = job(&test, "Dana Grant").await;
    let second = job(&test, "Robin Dunn").await;
    let project = project(&test, "Grant roof", "12 Elm Street").await;
    test.catch_up().await;
    for id in [&first, &second, &first] {
        answer(&browser, &project, &[("answer", "same"), ("job_id", id)]).await;
        test.settle().await;
    }
    for id in [&first, &second] {
        assert_eq!(test.job(id)["deleted"], false, "{id} was there before");
    }
    let linked = live(&test, &project);
    assert_eq!((linked.len(), &linked[0]["id"]), (1, &json!(first)));
}

#[tokio::test]
async fn b40_a_question_whose_row_was_lost_is_not_waited_for_longer() {
    let (test, _, project, there) = asked().await;
    let rows = test.aws.items("ProjectLinksTable").await;
    let mut lost = rows.iter().map(|row| text(&row["sk"]));
    let lost = lost.find(|sk| sk.starts_with("attention#")).unwrap();
    let db = aws_sdk_dynamodb::Client::new(&test.aws.config);
    let key = serde_dynamo::to_item(json!({"org_id": ORG, "sk": lost})).unwrap();
    let gone = db
        .delete_item()
        .table_name("ProjectLinksTable")
        .set_key(Some(key));
    gone.send().await.unwrap();
    test.advance(Duration::from_hours(25));
    test.nightly().await;
    test.pass(Duration::from_mins(3)).await;
    assert_eq!(live(&test, &project).len(), 1);
    assert_ne!(test.job_of(&project)["id"], there.as_str());
}

#[tokio::test]
async fn b39_what_was_unlinked_by_hand_is_linked_by_hand_only() {
    let (test, browser) = connected().await;
    let there = job(&test, "Larkin").await;
    let project = project(&test, "Larkin", "12 Elm Street").await;
    test.catch_up().await;
    assert_eq!(test.job_of(&project)["id"], there.as_str());
    browser
        .submit(&format!("projects/{project}/unlink"), &[])
        .await;
    browser
        .submit(&format!("projects/{project}/create_job"), &[])
        .await;
    test.settle().await;
    let linked = live(&test, &project);
    assert_eq!(linked.len(), 1, "{linked:#?}");
    assert_ne!(
        linked[0]["id"],
        there.as_str(),
        "a job of its own was asked for"
    );
    let pushed = [("since_days", "29"), ("confirm", "yes")];
    browser.submit("push_jobs", &pushed).await;
    test.settle().await;
    assert!(test.job(&there)["metadata"]["cc_project_id"].is_null());
}

#[tokio::test]
async fn b30_by_hand_a_project_that_is_not_shown_is_neither_unlinked_nor_deleted() {
    let (test, browser) = connected().await;
    let project = project(&test, "Larkin", "12 Elm Street").await;
    test.catch_up().await;
    let before = text(&test.job_of(&project)["id"]);
    let another = job(&test, "Another").await;
    let path = format!("/v2/projects/{project}");
    let hidden = json!({"status": 404, "headers": {"content-type": "application/json"}, "body": r#"{"errors": ["Record not found"]}"#});
    test.companycam_fault(json!({"path": path, "times": null, "action": hidden}));
    let form = format!("projects/{project}/link");
    let refused = browser.submit(&form, &[("job_id", &another)]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    test.settle().await;
    assert_eq!(test.job_of(&project)["id"], before.as_str());
}

#[tokio::test]
async fn b31_a_job_that_names_a_project_is_linked_to_that_instead_of_making_one() {
    let (test, browser) = connected().await;
    let project = project(&test, "Larkin", "12 Elm Street").await;
    test.shelve(&project).await;
    let job = json!({"name": "Larkin", "customer_name": "Larkin", "metadata": {"cc_project_id": project}});
    let job = text(&test.new_job(job).await["id"]);
    let form = format!("jobs/{job}/create_project");
    browser.submit(&form, &[]).await;
    test.settle().await;
    assert_eq!(test.projects_named("Larkin").await.len(), 1);
    assert_eq!(test.job_of(&project)["id"], job.as_str());
}
