//! B19: a company of many projects. `PROJECTS=20000` plays a large one.

use std::collections::BTreeMap;

use serde_json::json;
use test_support::steps::requests;
use test_support::{ORG, Queue, TestApp};

use crate::many_projects;

/// How many are played otherwise.
const PROJECTS: usize = 120;
const PHOTOS_EACH: usize = 2;
/// A message holds a page of projects' ids at most.
const LARGEST_MESSAGE: usize = 10_000;
/// No more looks wait for their turn at CompanyCam's limit than are queued at once, with the step behind them.
const MOST_PUT_OFF: usize = 5;
/// And so does the organization's row.
const LARGEST_ROW: usize = 40_000;

fn projects() -> usize {
    let asked = std::env::var("PROJECTS").ok();
    asked.map_or(PROJECTS, |number| number.parse().unwrap())
}

/// The largest message that waits.
fn largest(test: &TestApp) -> usize {
    let queues = [Queue::Sync, Queue::Retry].map(|queue| test.aws.sqs.messages(queue));
    let sizes = queues.iter().flatten().map(|message| message.body.len());
    sizes.max().unwrap_or(0)
}

async fn row_size(test: &TestApp) -> usize {
    let rows = test.aws.items("OrganizationsTable").await;
    let row = rows.iter().find(|row| row["org_id"] == ORG).unwrap();
    row.to_string().len()
}

/// The path without ids.
fn kind(path: &str) -> String {
    let is_id = |part: &str| part.starts_with(|letter: char| letter.is_ascii_digit());
    let parts = path
        .split('/')
        .map(|part| if is_id(part) { "…" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn b19_many_projects_are_a_chain_of_small_steps_within_the_budget() {
    let count = projects();
    let test = TestApp::spawn().await;
    for project in many_projects(&test, count).await {
        for _ in 0..PHOTOS_EACH {
            test.new_photo(&project, json!({})).await;
        }
    }
    test.companycam.controls.clear_requests();
    test.connect().await;
    let (mut message, mut row, mut put_off) = (0, 0, 0);
    loop {
        while test.work_once().await > 0 {
            message = message.max(largest(&test));
        }
        row = row.max(row_size(&test).await);
        put_off = put_off.max(test.aws.sqs.messages(Queue::Retry).len());
        if test.aws.sqs.next_due_ms().is_none() {
            break;
        }
        test.until_next_due();
    }
    let run = test.organization().await.unwrap().sync.unwrap();
    assert!(!run.is_running() && run.failed.is_none(), "{run:?}");
    assert_eq!(run.result.unwrap().made, i64::try_from(count).unwrap());
    assert!(message <= LARGEST_MESSAGE, "a message of {message} bytes");
    assert!(row <= LARGEST_ROW, "a row of {row} bytes");
    assert!(put_off <= MOST_PUT_OFF, "{put_off} looks were put off");

    let state = test.one_click_state();
    let jobs = state["jobs"].as_array().unwrap();
    let named = |job: &&serde_json::Value| job["metadata"]["cc_project_id"].is_string();
    assert_eq!(jobs.iter().filter(named).count(), count);
    let images = jobs
        .iter()
        .filter(named)
        .map(|job| job["images"].as_array().unwrap().len());
    assert_eq!(images.sum::<usize>(), count * PHOTOS_EACH);

    // A page of projects and one of photos for each hundred; of each project who is assigned, and its documents.
    let gets = requests(&test.companycam.controls, "GET", "/v2/");
    let kinds = gets.iter().map(|request| kind(&request.path));
    let kinds = kinds.fold(BTreeMap::new(), |mut kinds, kind| {
        *kinds.entry(kind).or_insert(0) += 1;
        kinds
    });
    let gets = gets.len();
    let needed = count / 100 + 2 * count + count * PHOTOS_EACH / 100;
    assert!(
        gets <= needed * 11 / 10 + 30,
        "{gets} GETs, {needed} needed: {kinds:#?}"
    );
    let refused = test.companycam.controls.requests();
    let refused = refused.iter().filter(|request| request.status == Some(429));
    assert_eq!(refused.count(), 0);
}
