//! B25: Retry, to the end: once the reason is gone, the thing arrives.

use http::StatusCode;
use serde_json::{Value, json};
use store::activity::{Kind, NewEntry, Outcome};
use test_support::steps::text;
use test_support::{Browser, Page, TestApp};

use crate::{card, connect_another_company, connected, failure, notice, org_id};

pub(crate) fn refusal() -> Value {
    json!({"status": 422, "headers": {"content-type": "application/json"}, "body": r#"{"errors": ["no"]}"#})
}

async fn retry(browser: &Browser, at_id: &str) -> Page {
    browser.submit("retry", &[("at_id", at_id)]).await
}

/// Whether anything in the activity may be tried again; if not, what failed is said to be well.
async fn offers_retry(browser: &Browser) -> bool {
    let tab = browser.tab().await;
    let offered = card(&tab, "activity").contains(">Retry</button>");
    assert_ne!(offered, tab.says("Resolved"));
    offered
}

/// A project with two photos, the first of which One Click refused until it was given up.
pub(crate) async fn with_a_failed_photo() -> (TestApp, Browser, String, [String; 2]) {
    let (test, browser) = connected().await;
    let (project, photos) = test.seed().await;
    let path = format!("/v1/organizations/*/jobs/*/images/{}", photos[0]);
    test.one_click_fault(
        json!({"method": "PUT", "path": path, "times": null, "action": refusal()}),
    );
    test.catch_up().await;
    test.one_click.controls().clear_faults();
    assert!(!test.shows(&project, &photos[0]));
    (test, browser, project, photos)
}

#[tokio::test]
async fn b25_a_photo_that_failed_is_retried_and_arrives() {
    let (test, browser, project, photos) = with_a_failed_photo().await;
    let tab = browser.get("/companycam/settings?outcome=failed").await;
    let log = card(&tab, "activity");
    assert!(
        log.contains("couldn’t be copied") && log.contains(">Retry</button>"),
        "{log}"
    );
    let pressed = retry(&browser, &failure(&test).await.at_id).await;
    assert_eq!(notice(&pressed), "retried");
    assert!(browser.follow(pressed).await.says("Trying again"));
    test.settle().await;
    test.assert_whole(&project, &photos);
    let tab = browser.get("/companycam/settings?outcome=failed").await;
    let log = card(&tab, "activity");
    assert!(
        log.contains("Resolved") && !log.contains(">Retry<"),
        "{log}"
    );
}

#[tokio::test]
async fn b25_retry_comes_back_to_the_same_page_of_the_log() {
    let (test, browser, ..) = with_a_failed_photo().await;
    let at_id = failure(&test).await.at_id;
    let fields = [
        ("at_id", at_id.as_str()),
        ("kind", "photo"),
        ("outcome", "failed"),
    ];
    let back = browser.submit("retry", &fields).await.location().unwrap();
    assert_eq!(
        back.query(),
        Some("notice=retried&kind=photo&outcome=failed")
    );
    assert_eq!(back.fragment(), Some("activity"));
}

#[tokio::test]
async fn b25_retry_pressed_twice_does_no_harm() {
    let (test, browser, project, photos) = with_a_failed_photo().await;
    let at_id = failure(&test).await.at_id;
    let (one, other) = futures::join!(retry(&browser, &at_id), retry(&browser, &at_id));
    assert_eq!([notice(&one), notice(&other)], ["retried", "retried"]);
    test.settle().await;
    assert_eq!(notice(&retry(&browser, &at_id).await), "retried");
    test.settle().await;
    test.assert_whole(&project, &photos);
    let copied = test.activity_texts().await.into_iter();
    let copied = copied.filter(|text| text.contains("was copied") && text.contains(&photos[0]));
    assert_eq!(copied.count(), 1);
}

#[tokio::test]
async fn b25_a_retry_that_fails_again_says_so_again() {
    let (test, browser, project, photos) = with_a_failed_photo().await;
    let path = format!("/v1/organizations/*/jobs/*/images/{}", photos[0]);
    test.one_click_fault(
        json!({"method": "PUT", "path": path, "times": null, "action": refusal()}),
    );
    let first = failure(&test).await;
    retry(&browser, &first.at_id).await;
    test.settle().await;
    test.one_click.controls().clear_faults();
    let second = failure(&test).await;
    assert_ne!(second.at_id, first.at_id);
    assert!(!test.shows(&project, &photos[0]));
    retry(&browser, &second.at_id).await;
    test.settle().await;
    test.assert_whole(&project, &photos);
}

#[tokio::test]
async fn b25_a_project_that_failed_is_retried_and_arrives() {
    let (test, browser) = connected().await;
    let (project, photos) = test.seed().await;
    let jobs = "/v1/organizations/*/jobs";
    test.one_click_fault(
        json!({"method": "POST", "path": jobs, "times": null, "action": refusal()}),
    );
    test.catch_up().await;
    assert!(test.jobs_of(&project).is_empty());
    assert!(offers_retry(&browser).await);
    test.one_click.controls().clear_faults();
    assert_eq!(
        notice(&retry(&browser, &failure(&test).await.at_id).await),
        "retried"
    );
    test.settle().await;
    test.assert_whole(&project, &photos);
    assert!(!offers_retry(&browser).await);
    let row = test
        .app
        .store
        .project(&org_id(), &project.parse().unwrap())
        .await;
    assert_eq!(row.unwrap().unwrap().set_aside, None);
}

#[tokio::test]
async fn b25_a_job_that_failed_is_retried_and_gets_its_project() {
    let (test, browser) = connected().await;
    test.prefer(&["create_project_from_job"]).await;
    let rule =
        json!({"method": "POST", "path": "/v2/projects", "times": null, "action": refusal()});
    test.companycam_fault(rule);
    let made = test
        .new_job(json!({"name": "Pat Larkin", "customer_name": "Larkin"}))
        .await;
    let job = text(&made["id"]);
    test.catch_up().await;
    assert!(test.projects_named("Larkin").await.is_empty());
    test.companycam.controls.clear_faults();
    let entries = test.activity().await.into_iter();
    let mut about =
        entries.filter(|entry| entry.job_id.as_ref().is_some_and(|id| id.as_str() == job));
    let failed = about.next().expect("an entry about the job");
    assert!(offers_retry(&browser).await);
    assert_eq!(notice(&retry(&browser, &failed.at_id).await), "retried");
    test.settle().await;
    assert_eq!(test.projects_named("Larkin").await.len(), 1);
    assert!(!offers_retry(&browser).await);
}

#[tokio::test]
async fn b25_a_reassignment_that_failed_is_retried_and_done() {
    let (test, browser) = connected().await;
    test.prefer(&["create_job_from_project", "reassign_project"])
        .await;
    let project = test.named_project("Roof").await;
    test.catch_up().await;
    let path = format!("/v2/projects/{project}/assigned_users/*");
    test.companycam_fault(
        json!({"method": "PUT", "path": path, "times": null, "action": refusal()}),
    );
    let job = test.job_of(&project);
    test.change_job(&job, json!({"assigned_user_id": "usr_blake"}))
        .await;
    test.catch_up().await;
    test.companycam.controls.clear_faults();
    let failed = failure(&test).await;
    assert!(
        failed.text.contains("could not be reassigned"),
        "{}",
        failed.text
    );
    assert!(offers_retry(&browser).await);
    assert_eq!(notice(&retry(&browser, &failed.at_id).await), "retried");
    test.settle().await;
    assert!(!offers_retry(&browser).await);
    assert!(
        test.log_says(&["was assigned to Blake Moreno"]).await,
        "{:#?}",
        test.activity_texts().await
    );
}

#[tokio::test]
async fn b25_a_sync_is_not_retried_but_pressed_anew() {
    let (test, browser) = connected().await;
    let entry = NewEntry::new(Kind::Sync, Outcome::Failed, "The sync could not go on: no.");
    test.app.store.log(&org_id(), entry).await.unwrap();
    assert!(browser.tab().await.says("Press Sync to try again"));
    let page = retry(&browser, &failure(&test).await.at_id).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.says("press Sync") && page.says("Nothing was changed."));
}

#[tokio::test]
async fn b25_an_entry_that_is_gone_is_said_to_be() {
    let (test, browser) = connected().await;
    for gone in ["", "0198c0de-0000-7000-8000-000000000000", "not a key", "☃"] {
        let page = retry(&browser, gone).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{gone}");
        assert!(page.says("This entry is gone"), "{gone}");
    }
    for nothing in [
        [("photo_id", "1")],
        [("project_id", "1")],
        [("job_id", "☃")],
    ] {
        let page = browser.submit("retry", &nothing).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{nothing:?}");
    }
    assert_eq!(
        browser.submit("retry", &[]).await.status,
        StatusCode::NOT_FOUND
    );
    assert!(test.aws.sqs.next_due_ms().is_none());
}

#[tokio::test]
async fn b25_nothing_is_retried_without_a_connection() {
    let (test, browser, ..) = with_a_failed_photo().await;
    let at_id = failure(&test).await.at_id;
    let tab = browser.tab().await;
    let token = tab.csrf_token().unwrap();
    browser.submit("disconnect", &[]).await;
    test.settle().await;
    let fields = [("csrf_token", token), ("at_id", at_id.as_str())];
    let page = browser.post("/companycam/settings/retry", &fields).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.says("Reconnect first"));
}

#[tokio::test]
async fn b28_an_entry_of_another_organization_is_not_retried() {
    let test = TestApp::with_two_companies().await;
    test.connect_and_settle().await;
    let harbor = test
        .connect_as("org_harbor", "usr_harper", "avery.stone@company-1.example")
        .await;
    test.settle().await;
    let (project, photos) = test.seed().await;
    let path = format!("/v1/organizations/*/jobs/*/images/{}", photos[0]);
    test.one_click_fault(
        json!({"method": "PUT", "path": path, "times": null, "action": refusal()}),
    );
    test.catch_up().await;
    let at_id = failure(&test).await.at_id;
    let page = retry(&harbor, &at_id).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    for named in [
        [("photo_id", photos[0].as_str())],
        [("project_id", project.as_str())],
    ] {
        let page = harbor.submit("retry", &named).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{named:?}");
    }
    let page = harbor
        .submit("bring-back", &[("at_id", at_id.as_str())])
        .await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(test.aws.sqs.next_due_ms().is_none());
    let row = test
        .app
        .store
        .photo(&org_id(), &photos[0].parse().unwrap())
        .await;
    assert!(row.unwrap().unwrap().failed.is_some());
}

#[tokio::test]
async fn b5_what_belongs_to_a_company_of_before_is_not_retried() {
    let (test, browser, _, photos) = with_a_failed_photo().await;
    let at_id = failure(&test).await.at_id;
    connect_another_company(&test, &browser).await;
    let page = retry(&browser, &at_id).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.says("connected before"));
    let row = test
        .app
        .store
        .photo(&org_id(), &photos[0].parse().unwrap())
        .await;
    assert!(row.unwrap().unwrap().failed.is_some());
}
