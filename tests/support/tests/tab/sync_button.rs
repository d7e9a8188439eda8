//! B19: the Sync button, and what the tab and its JSON say meanwhile.

use http::{Method, StatusCode};
use model::sync_run::Window;
use serde_json::{Value, json};
use test_support::{ADMIN, Browser, ORG, Page, TestApp};

use crate::{connected, status};

async fn press(browser: &Browser, since_days: &str) -> Page {
    browser.submit("sync", &[("since_days", since_days)]).await
}

fn notice(page: &Page) -> String {
    let location = page.location().unwrap_or_else(|| panic!("{}", page.body));
    location.query().unwrap_or_default().to_owned()
}

async fn run(test: &TestApp) -> model::sync_run::SyncRun {
    test.organization().await.unwrap().sync.unwrap()
}

#[tokio::test]
async fn b19_each_window_starts_a_run() {
    let (test, browser) = connected().await;
    for (value, window) in [
        ("29", Window::Days(29)),
        ("90", Window::Days(90)),
        ("365", Window::Days(365)),
        ("all", Window::All),
    ] {
        let before = run(&test).await;
        let pressed = press(&browser, value).await;
        assert_eq!(notice(&pressed), "notice=sync-started");
        let now = run(&test).await;
        assert_ne!(now.id, before.id);
        assert_eq!(now.window, window);
        assert!(browser.follow(pressed).await.says("The sync has started."));
        test.drain().await;
        assert!(!run(&test).await.is_running());
    }
}

#[tokio::test]
async fn b19_a_double_click_starts_one_run() {
    let (test, browser) = connected().await;
    let (one, other) = futures::join!(press(&browser, "29"), press(&browser, "29"));
    let mut notices = [notice(&one), notice(&other)];
    notices.sort();
    assert_eq!(notices, ["notice=sync-running", "notice=sync-started"]);
    let id = run(&test).await.id;
    assert_eq!(notice(&press(&browser, "all").await), "notice=sync-running");
    assert_eq!(run(&test).await.id, id, "the run that is there goes on");
    test.drain().await;
    let activity = test.activity().await;
    let finished = activity
        .iter()
        .filter(|entry| entry.text.starts_with("Sync finished"));
    assert_eq!(
        finished.count(),
        2,
        "the one of connecting and the one of the button"
    );
}

#[tokio::test]
async fn b19_other_windows_are_refused() {
    let (test, browser) = connected().await;
    let id = run(&test).await.id;
    for wrong in ["", "30", "-1", "ALL", "29; drop"] {
        let page = press(&browser, wrong).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert!(page.says("Nothing was started."));
    }
    let page = browser.submit("sync", &[]).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert_eq!(run(&test).await.id, id);
}

#[tokio::test]
async fn b19_a_sync_is_refused_while_not_connected() {
    let (test, browser) = connected().await;
    let tab = browser.tab().await;
    let token = tab.csrf_token().unwrap();
    browser.submit("disconnect", &[]).await;
    let fields = [("csrf_token", token), ("since_days", "29")];
    let page = browser.post("/companycam/settings/sync", &fields).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(!run(&test).await.is_running());
}

#[tokio::test]
async fn b19_a_run_whose_message_was_lost_is_taken_up_by_the_poll() {
    let (test, browser) = connected().await;
    test.aws.refuse("SendMessageBatch", 1);
    let page = press(&browser, "29").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.says("It’s safe to try again"));
    let mut begun = run(&test).await;
    assert!(begun.is_running());
    // As if it had stood still for long.
    begun.stepped_at -= 3600;
    let store = &test.app.store;
    let org = crate::org_id();
    assert!(
        store
            .step_sync(&org, &begun, begun.seq, None)
            .await
            .unwrap()
            .applied()
    );
    test.poll().await;
    test.drain().await;
    assert!(!run(&test).await.is_running());
}

/// The keys of an answer and of what is in it.
fn assert_shape(status: &Value) {
    let keys: Vec<_> = status.as_object().unwrap().keys().collect();
    let contract = [
        "attention",
        "last_checked_at",
        "last_synced_at",
        "photos",
        "projects",
        "state",
    ];
    let beyond = [
        "down",
        "rate",
        "rate_per_minute",
        "remaining",
        "remaining_s",
        "started_at",
    ];
    for key in contract.into_iter().chain(beyond) {
        assert!(keys.iter().any(|known| *known == key), "{key}: {keys:?}");
    }
    assert_eq!(keys.len(), contract.len() + beyond.len(), "{keys:?}");
    for side in ["projects", "photos"] {
        let progress = status[side].as_object().unwrap();
        assert_eq!(progress.keys().collect::<Vec<_>>(), ["done", "total"]);
        let (done, total) = (
            progress["done"].as_i64().unwrap(),
            progress["total"].as_i64().unwrap(),
        );
        assert!((0..=total).contains(&done), "{status}");
    }
}

#[tokio::test]
async fn b19_the_status_of_every_state() {
    let test = TestApp::spawn().await;
    let browser = test.browser();
    let token = test.launch_token(ORG, ADMIN);
    browser
        .open(&format!("/companycam/settings?launch={token}"))
        .await;
    let never = status(&browser).await;
    assert_shape(&never);
    assert_eq!(
        (&never["state"], &never["last_synced_at"]),
        (&json!("not_connected"), &Value::Null)
    );

    let browser = test.connect().await;
    let syncing = status(&browser).await;
    assert_shape(&syncing);
    assert_eq!(syncing["state"], "syncing");
    test.drain().await;
    let connected = status(&browser).await;
    assert_shape(&connected);
    assert_eq!(connected["state"], "connected");
    let synced_at = connected["last_synced_at"].as_str().unwrap();
    assert!(synced_at.parse::<jiff::Timestamp>().is_ok(), "{synced_at}");

    browser.submit("disconnect", &[]).await;
    let disconnected = status(&browser).await;
    assert_shape(&disconnected);
    assert_eq!(disconnected["state"], "disconnected");
    let page = browser.get("/companycam/settings/status").await;
    assert_eq!(page.header("content-type"), "application/json");
    assert_eq!(page.header("cache-control"), "no-store");
}

#[tokio::test]
async fn b19_progress_rises_to_the_total() {
    let test = TestApp::spawn().await;
    for number in 0..3 {
        let project = json!({"name": format!("Project {number}")});
        let project = test
            .companycam_control(Method::POST, "/projects", project)
            .await;
        let photo = json!({"project_id": project["id"], "bytes": 20_000});
        test.companycam_control(Method::POST, "/photos", photo)
            .await;
    }
    let browser = test.connect().await;
    assert!(browser.tab().await.says("Importing projects and photos."));
    let mut done = 0;
    while test.aws.sqs.next_due_ms().is_some() {
        test.work_once().await;
        test.aws.sqs.hasten();
        let now = status(&browser).await;
        assert_shape(&now);
        let photos = now["photos"]["done"].as_i64().unwrap();
        assert!(photos >= done, "{now} after {done}");
        done = photos;
    }
    let end = status(&browser).await;
    assert_eq!(end["projects"], json!({"done": 3, "total": 3}));
    assert_eq!(end["photos"], json!({"done": 3, "total": 3}));
    assert!(
        browser
            .tab()
            .await
            .says("3 projects and 3 photos were checked.")
    );
}
