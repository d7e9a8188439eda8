//! B43: everything is read, matched, compared and shown, and nothing is written on either side.

use http::StatusCode;
use serde_json::json;
use test_support::steps::text;
use test_support::{Browser, TestApp};

use crate::{connected, notice, status};

async fn mode(browser: &Browser, mode: &str) -> test_support::Page {
    browser.submit("mode", &[("mode", mode)]).await
}

fn written(test: &TestApp) -> Vec<String> {
    let controls = [&test.companycam.controls, test.one_click.controls()];
    let mut all = Vec::new();
    for controls in controls {
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let requests = test_support::steps::requests(controls, method, "");
            all.extend(
                requests
                    .into_iter()
                    .map(|one| format!("{method} {}", one.path)),
            );
        }
    }
    all.retain(|line| !line.contains("/oauth/"));
    all
}

/// Live, with a linked project, its photo, and then watching.
async fn watching() -> (TestApp, Browser, String) {
    let test = TestApp::connected_live().await;
    test.prefer(&[
        "create_job_from_project",
        "create_project_from_job",
        "reassign_project",
        "remove_deleted_photos",
        "copy_documents",
    ])
    .await;
    let project = test.named_project("House").await;
    test.new_photo(&project, json!({})).await;
    test.live().await;
    assert_eq!(test.images_of(&project).len(), 1);
    let browser = test.administrator().await;
    assert_eq!(notice(&mode(&browser, "watch").await), "watching");
    test.companycam.controls.clear_requests();
    test.one_click.controls().clear_requests();
    (test, browser, project)
}

#[tokio::test]
async fn b43_while_watching_nothing_is_written_and_going_live_makes_up_for_it() {
    let (test, browser, project) = watching().await;
    test.change_project(&project, json!({"name": "Renamed"}))
        .await;
    let photo = test.new_photo(&project, json!({})).await;
    let barn = test.named_project("Barn").await;
    let in_barn = test.new_photo(&barn, json!({})).await;
    let job = json!({"name": "Larkin", "customer_name": "Larkin"});
    test.new_job(job).await;
    test.live().await;
    test.catch_up().await;
    browser.submit("sync", &[("since_days", "29")]).await;
    test.settle().await;
    test.nightly().await;
    test.pass(std::time::Duration::from_mins(3)).await;
    assert_eq!(written(&test), [""; 0]);
    assert!(test.jobs_of(&barn).is_empty() && !test.shows(&project, &photo));
    assert!(test.projects_named("Larkin").await.is_empty());
    assert!(
        test.log_says(&["Watch only", "Barn", "would get a new job"])
            .await
    );
    let run = test.organization().await.unwrap().sync.unwrap().id;
    let said = browser
        .get(&format!("/companycam/settings/runs/{run}"))
        .await;
    assert!(
        said.says("Jobs that would be created (1)") && said.says("Barn"),
        "{}",
        said.body
    );
    assert!(browser.tab().await.says("Watch only since"));

    assert_eq!(notice(&mode(&browser, "live").await), "live");
    test.live().await;
    assert_eq!(test.job_of(&project)["customer_name"], "Renamed");
    assert!(test.shows(&project, &photo));
    assert_eq!(test.jobs_of(&barn).len(), 1);
    assert!(test.shows(&barn, &in_barn));
    assert_eq!(test.projects_named("Larkin").await.len(), 1);
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b43_what_writes_is_refused_while_watching() {
    let (test, browser, project) = watching().await;
    let unlink = format!("projects/{project}/unlink");
    let missing = format!("projects/{project}/copy_missing");
    let another = format!("duplicates/{project}");
    for (form, fields) in [
        (&*unlink, &[][..]),
        (&*missing, &[]),
        ("push_jobs", &[("since_days", "29"), ("confirm", "yes")]),
        ("attention/retry_all", &[]),
        (&*another, &[("answer", "another")]),
    ] {
        let refused = browser.submit(form, fields).await;
        assert_eq!(
            refused.status,
            StatusCode::CONFLICT,
            "{form}: {}",
            refused.body
        );
        assert!(refused.says("watch-only"), "{form}");
    }
    test.settle().await;
    assert_eq!(written(&test), [""; 0]);
}

#[tokio::test]
async fn b43_switching_twice_is_once_and_nonsense_is_refused() {
    let (test, browser) = connected().await;
    for _ in 0..2 {
        assert_eq!(notice(&mode(&browser, "watch").await), "watching");
    }
    for _ in 0..2 {
        assert_eq!(notice(&mode(&browser, "live").await), "live");
    }
    let said = test.activity_texts().await;
    let of = |what: &str| said.iter().filter(|text| text.contains(what)).count();
    assert_eq!(
        (of("switched to watch only"), of("switched to live")),
        (1, 1)
    );
    for nonsense in ["", "off", "LIVE"] {
        let refused = mode(&browser, nonsense).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{nonsense}");
    }
    browser.submit("disconnect", &[]).await;
    test.settle().await;
    assert_eq!(mode(&browser, "watch").await.status, StatusCode::CONFLICT);
    assert_eq!(text(&status(&browser).await["state"]), "disconnected");
}

#[tokio::test]
async fn b43_one_can_connect_to_watch_and_go_live_later() {
    let test = TestApp::spawn().await;
    let old = test.named_project("House").await;
    let photo = test.new_photo(&old, json!({})).await;
    let browser = test.browser();
    let launch = format!(
        "{}&watch=yes",
        test.launch_url(test_support::ORG, test_support::ADMIN)
    );
    let launched = browser.get(&launch).await;
    let back = browser
        .consent(&launched, test_support::CONSENTING, true)
        .await;
    let tab = browser.open(back.as_str()).await;
    assert!(tab.says("Watch only since"), "{}", tab.body);
    test.settle().await;
    let told = written(&test);
    let told = told.iter().filter(|line| !line.contains("/integrations/"));
    assert_eq!(told.count(), 0, "{:?}", written(&test));
    // What is new is seen too.
    let new = test.named_project("Barn").await;
    test.catch_up().await;
    assert!(
        test.log_says(&["Watch only", "Barn", "would get a new job"])
            .await
    );
    assert!(test.jobs_of(&old).is_empty() && test.jobs_of(&new).is_empty());
    assert_eq!(status(&browser).await["last_synced_at"], json!(null));

    mode(&browser, "live").await;
    test.settle().await;
    assert!(test.shows(&old, &photo));
    assert_eq!(test.jobs_of(&new).len(), 1);
    let run = test.organization().await.unwrap().sync.unwrap();
    let result = run.result.unwrap();
    assert_eq!((run.preview, result.made), (false, 2), "it can be undone");
}

#[tokio::test]
async fn b43_who_declines_or_comes_late_is_still_led_to_watching() {
    let test = TestApp::spawn().await;
    let browser = test.browser();
    let launch = format!(
        "{}&watch=yes",
        test.launch_url(test_support::ORG, test_support::ADMIN)
    );
    let launched = browser.get(&launch).await;
    let back = browser
        .consent(&launched, test_support::CONSENTING, false)
        .await;
    let declined = browser.get(back.as_str()).await;
    assert!(
        declined.says("/companycam/connect?watch=yes"),
        "{}",
        declined.body
    );
}

#[tokio::test]
async fn b43_a_run_that_watching_ended_goes_on_with_going_live() {
    let (test, browser) = connected().await;
    let old = test.named_project("Barn of long ago").await;
    test.shelve(&old).await;
    browser.submit("sync", &[("since_days", "all")]).await;
    assert_eq!(notice(&mode(&browser, "watch").await), "watching");
    test.settle().await;
    assert!(test.jobs_of(&old).is_empty());
    mode(&browser, "live").await;
    test.settle().await;
    assert_eq!(test.jobs_of(&old).len(), 1);
}

#[tokio::test]
async fn b26_going_live_whose_messages_were_lost_is_made_up_for() {
    let (test, browser, project) = watching().await;
    test.change_project(&project, json!({"name": "Renamed"}))
        .await;
    let barn = test.named_project("Barn").await;
    test.live().await;
    test.catch_up().await;
    mode(&browser, "live").await;
    test.aws.sqs.lose_all();
    test.advance(std::time::Duration::from_mins(21));
    test.catch_up().await;
    assert_eq!(test.job_of(&project)["customer_name"], "Renamed");
    assert_eq!(test.jobs_of(&barn).len(), 1);
}

#[tokio::test]
async fn b26_a_second_click_on_live_does_not_end_what_the_first_began() {
    let (test, browser, _) = watching().await;
    let barn = test.named_project("Barn").await;
    for _ in 0..3 {
        assert_eq!(notice(&mode(&browser, "live").await), "live");
    }
    let run = test.organization().await.unwrap().sync.unwrap();
    assert!(run.is_running(), "{run:?}");
    test.live().await;
    assert_eq!(test.jobs_of(&barn).len(), 1);
}

#[tokio::test]
async fn b43_what_would_come_of_a_job_is_said() {
    let (test, _, _) = watching().await;
    let job = json!({"name": "Larkin", "customer_name": "Larkin"});
    test.new_job(job).await;
    test.live().await;
    assert!(
        test.log_says(&["Watch only", "“Larkin”", "would get a new project"])
            .await
    );
    assert!(test.projects_named("Larkin").await.is_empty());
}
