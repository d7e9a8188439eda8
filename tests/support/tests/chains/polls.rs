//! Polls with much to list, and lists that a side never gives.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use test_support::steps::requests;
use test_support::{ORG, Queue, TestApp};

use crate::{kinds, many_projects, says};

/// Jobs that each want a project of their own; their customers' names.
async fn many_jobs(test: &TestApp, count: usize) -> Vec<String> {
    test.prefer(&["create_project_from_job"]).await;
    let names: Vec<_> = (0..count)
        .map(|number| format!("Customer {number}"))
        .collect();
    for (number, name) in names.iter().enumerate() {
        let address = json!({"line_1": format!("{number} Elm St")});
        let job = json!({"name": name, "customer_name": name, "address": address});
        test.new_job(job).await;
    }
    names
}

/// Each of the customers has one project.
async fn assert_made(test: &TestApp, customers: &[String]) {
    for name in customers {
        assert_eq!(test.projects_named(name).await.len(), 1, "{name}");
    }
}

#[tokio::test]
async fn b17_a_poll_with_much_to_list_reads_a_few_pages_a_look() {
    let test = TestApp::connected().await;
    // Each project's list of documents would be a call more, and meet CompanyCam's limit.
    test.prefer(&["create_job_from_project"]).await;
    let projects = many_projects(&test, 310).await;
    test.poll().await;
    let mut most = 0;
    loop {
        test.companycam.controls.clear_requests();
        // One look at a time.
        let batch = test.aws.sqs.receive(Queue::Sync, 1);
        let Some(message) = batch.first() else { break };
        assert!(test.deliver(Queue::Sync, &batch).await.is_empty());
        test.aws.sqs.delete(Queue::Sync, &message.id);
        let listed = requests(&test.companycam.controls, "GET", "/v2/projects")
            .into_iter()
            .filter(|request| request.path == "/v2/projects");
        most = most.max(listed.count());
        assert!(kinds(&test).len() <= 6, "{:?}", kinds(&test));
        // So that none meets CompanyCam's limit.
        test.advance(Duration::from_secs(1));
    }
    assert!((1..=3).contains(&most), "{most} pages in one look");
    test.settle().await;
    for project in &projects {
        assert_eq!(test.jobs_of(project).len(), 1, "{project}");
    }
    assert!(test.organization().await.unwrap().poll.is_none());
}

#[tokio::test]
async fn b17_a_poll_that_is_cut_off_goes_on_where_it_was() {
    let test = TestApp::connected().await;
    let projects = many_projects(&test, 20).await;
    test.poll().await;
    test.work_on(Queue::Sync).await;
    // Everything that was queued is lost.
    for message in test.aws.sqs.messages(Queue::Sync) {
        test.aws.sqs.delete(Queue::Sync, &message.id);
    }
    assert!(test.organization().await.unwrap().poll.is_some());
    test.poll().await;
    test.work_on(Queue::Sync).await;
    assert!(kinds(&test).is_empty(), "it may still be under way");
    test.advance(Duration::from_mins(21));
    test.catch_up().await;
    test.catch_up().await;
    for project in &projects {
        assert_eq!(test.jobs_of(project).len(), 1, "{project}");
    }
}

#[tokio::test]
async fn b24_where_a_list_of_jobs_ends_is_saved_with_each_page() {
    let test = TestApp::connected().await;
    for number in 0..250 {
        let name = format!("Customer {number}");
        let job = json!({"name": name, "customer_name": name});
        test.new_job(job).await;
    }
    test.advance(Duration::from_mins(1));
    test.one_click.controls().clear_requests();
    let third = json!({"path": "/v1/organizations/*/jobs", "skip": 2, "times": 1, "action": {"status": 503, "body": "{\"errors\": [\"no\"]}"}});
    test.one_click_fault(third);
    let before = test.organization().await.unwrap().job_cursor;
    test.poll().await;
    test.work_on(Queue::Sync).await;
    let after = test.organization().await.unwrap().job_cursor;
    assert!(after > before, "{before:?} {after:?}");
    test.one_click.controls().clear_requests();
    test.settle().await;
    let asked = requests(test.one_click.controls(), "GET", "/jobs");
    assert!(asked.len() <= 4, "not from the beginning: {asked:#?}");
}

#[tokio::test]
async fn b17_while_a_sync_lists_projects_a_poll_does_not() {
    let test = TestApp::connected().await;
    many_projects(&test, 30).await;
    let browser = test.administrator().await;
    browser.submit("sync", &[("since_days", "29")]).await;
    for _ in 0..3 {
        test.work_on(Queue::Sync).await;
    }
    test.companycam.controls.clear_requests();
    test.poll().await;
    test.settle().await;
    let listed = requests(&test.companycam.controls, "GET", "/v2/projects");
    let listed = listed
        .iter()
        .filter(|request| request.path == "/v2/projects");
    assert_eq!(listed.count(), 0);
}

#[tokio::test]
async fn b17_an_organization_is_polled_once_in_15_minutes_in_a_minute_of_its_own() {
    let test = TestApp::connected().await;
    let mut polls = 0;
    for _ in 0..60 {
        polls += project_poll::queue_due(&test.app, store::schedule::Turn::Poll)
            .await
            .unwrap();
        test.settle().await;
        test.advance(Duration::from_mins(1));
    }
    assert!((4..=5).contains(&polls), "{polls} in an hour");
}

#[tokio::test]
async fn b27_users_that_can_not_be_listed_do_not_stop_the_poll() {
    let test = TestApp::connected().await;
    test.advance(Duration::from_hours(24));
    let refusal = json!({"method": "GET", "path": "/v2/users", "times": null, "action": {"status": 403, "body": "{\"errors\": [\"not allowed\"]}", "headers": {"content-type": "application/json"}}});
    test.companycam_fault(refusal);
    let project = test.named_project("House").await;
    test.catch_up().await;
    assert_eq!(test.jobs_of(&project).len(), 1);
    assert!(test.dead_letters().is_empty(), "{:?}", test.dead_letters());
    assert!(test.log_says(&["Users couldn’t be refreshed"]).await);
    let said = test.activity_texts().await.len();
    test.catch_up().await;
    assert_eq!(test.activity_texts().await.len(), said, "once a day");
    test.companycam_control(Method::DELETE, "/faults", Value::Null)
        .await;
}

#[tokio::test]
async fn b27_a_list_that_a_side_never_gives_stops_no_other_part_of_a_poll() {
    let one_click = |test: &TestApp, path: &str, status| {
        test.one_click_fault(
            json!({"method": "GET", "path": path, "times": null, "action": says(status)}),
        );
    };
    for status in [403, 500] {
        for list in ["users", "jobs", "companycam users"] {
            let test = TestApp::connected().await;
            test.advance(Duration::from_hours(24));
            match list {
                "companycam users" => test.companycam_fault(json!({
                    "method": "GET", "path": "/v2/users", "times": null, "action": says(status)
                })),
                _ => one_click(&test, &format!("/v1/organizations/*/{list}"), status),
            }
            let project = test.named_project("House").await;
            test.poll().await;
            test.pass(Duration::from_mins(1)).await;
            let id = project.parse().unwrap();
            let row = test.app.store.project(&ORG.parse().unwrap(), &id).await;
            assert!(row.unwrap().is_some(), "{list} {status}: it is listed");
            test.pass(Duration::from_mins(5)).await;
            // A project is looked for among the jobs.
            let no_more = list == "jobs" || test.dead_letters().is_empty();
            assert!(no_more, "{list} {status}");
            assert!(!test.organization().await.unwrap().is_paused());
        }
    }
}

#[tokio::test]
async fn b27_a_sync_is_through_without_the_users_that_a_side_refuses() {
    for status in [403, 500] {
        let test = TestApp::spawn().await;
        let project = test.named_project("House").await;
        test.companycam_fault(json!({
            "method": "GET", "path": "/v2/users", "times": null, "action": says(status)
        }));
        test.connect().await;
        test.pass(Duration::from_mins(5)).await;
        assert_eq!(test.jobs_of(&project).len(), 1, "{status}");
        let run = test.organization().await.unwrap().sync.unwrap();
        assert!(!run.is_running() && run.failed.is_none(), "{run:?}");
        assert!(test.dead_letters().is_empty(), "{status}");
    }
}

#[tokio::test]
async fn b17_a_poll_that_a_cancelled_sync_cut_short_is_made_up_for() {
    let test = TestApp::connected().await;
    let projects = many_projects(&test, 210).await;
    test.poll().await;
    // The first page is read.
    while test.organization().await.unwrap().poll.is_none() {
        test.work_on(Queue::Sync).await;
    }
    let browser = test.administrator().await;
    browser.submit("sync", &[("since_days", "29")]).await;
    for _ in 0..40 {
        test.work_on(Queue::Sync).await;
    }
    browser.submit("sync/cancel", &[]).await;
    test.settle().await;
    test.catch_up().await;
    for project in &projects {
        assert_eq!(test.jobs_of(project).len(), 1, "{project}");
    }
}

#[tokio::test]
async fn b24_jobs_that_a_poll_finds_let_live_changes_in_between() {
    let test = TestApp::connected().await;
    let customers = many_jobs(&test, 30).await;
    test.poll().await;
    let mut most = 0;
    while test.work_on(Queue::Sync).await > 0 {
        most = most.max(kinds(&test).len());
    }
    assert!(most <= 6, "{most} looks at once");
    test.settle().await;
    assert_made(&test, &customers).await;
}

#[tokio::test]
async fn b24_jobs_that_a_poll_has_listed_are_looked_at_though_a_side_was_down_meanwhile() {
    let test = TestApp::connected().await;
    let customers = many_jobs(&test, 20).await;
    test.advance(Duration::from_mins(1));
    test.poll().await;
    while test.organization().await.unwrap().poll.is_none() {
        test.work_on(Queue::Sync).await;
    }
    test.companycam_fault(json!({"path": "/v2/*", "times": null, "action": {"status": 503}}));
    test.pass(Duration::from_mins(2)).await;
    test.companycam.controls.clear_faults();
    test.pass(Duration::from_mins(4)).await;
    assert_made(&test, &customers).await;
}

#[tokio::test]
async fn b36_a_short_outage_in_the_middle_of_a_poll_costs_three_minutes() {
    let test = TestApp::connected().await;
    let projects = many_projects(&test, 20).await;
    test.poll().await;
    while test.organization().await.unwrap().poll.is_none() {
        test.work_on(Queue::Sync).await;
    }
    test.companycam_fault(json!({"path": "/v2/*", "times": null, "action": {"status": 503}}));
    test.pass(Duration::from_mins(2)).await;
    test.companycam.controls.clear_faults();
    test.pass(Duration::from_mins(3)).await;
    for project in &projects {
        assert_eq!(test.jobs_of(project).len(), 1, "{project}");
    }
}

#[tokio::test]
async fn b33_an_empty_list_of_projects_is_not_believed_for_good() {
    let test = TestApp::spawn().await;
    let project = test.named_project("House").await;
    let empty =
        json!({"status": 200, "body": "[]", "headers": {"content-type": "application/json"}});
    test.companycam_fault(
        json!({"method": "GET", "path": "/v2/projects", "times": 1, "action": empty}),
    );
    test.connect_and_settle().await;
    assert!(test.jobs_of(&project).is_empty());
    test.catch_up().await;
    assert_eq!(test.jobs_of(&project).len(), 1);
}
