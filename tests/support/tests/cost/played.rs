//! The operations, each played once in process and counted.

use std::time::Duration;

use http::Method;
use model::organization::Organization;
use serde_json::{Value, json};
use store::schedule;
use test_support::TestApp;
use test_support::steps::text;

use crate::counted::{Meter, Turn};

/// Between two polls of an organization.
const QUARTER: Duration = Duration::from_mins(15);
/// So many are in a day.
pub const POLLS_A_DAY: usize = 96;
/// How often turns are given to organizations that have none, and which part of that time is quiet.
const TURNS_EVERY_S: i64 = 6 * 60 * 60;
const QUIET_S: i64 = 60 * 60;
/// Four organizations of one shard, whose polls are sent together.
const NEIGHBOURS: [&str; 4] = ["org_birch", "org_poplar", "org_willow", "org_tamarack"];
/// Tags of a company; each photo carries one and a half of them.
const TAGS: usize = 2;

/// What a company holds.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub projects: usize,
    pub photos: usize,
}

/// An organization that is connected and live, with a project of one photo, polled until nothing is new.
/// The next poll is due after a quarter of an hour.
pub async fn quiet() -> (TestApp, String) {
    let test = TestApp::connected_live().await;
    let project = test.named_project("Roof").await;
    test.new_photo(&project, json!({})).await;
    test.live().await;
    calm_down(&test, 1).await;
    (test, project)
}

/// Polls until nothing is new, in the middle of the time between two distributions of turns: those are no
/// poll's matter. So long after connecting that the first of these polls renews the token, and none of the next.
async fn calm_down(test: &TestApp, organizations: usize) {
    let phase = test.app.clock.now_s().rem_euclid(TURNS_EVERY_S);
    let wait_s = TURNS_EVERY_S + (QUIET_S - phase).rem_euclid(TURNS_EVERY_S);
    test.advance(Duration::from_secs(wait_s.unsigned_abs()));
    for _ in 0..2 {
        polls(test, organizations).await;
    }
}

/// The next poll, with all that follows.
pub async fn poll(test: &TestApp) -> Vec<Turn> {
    polls(test, 1).await
}

async fn polls(test: &TestApp, organizations: usize) -> Vec<Turn> {
    test.advance(QUARTER);
    let mut meter = Meter::begin(test).await;
    let due = meter.schedule(schedule::Turn::Poll).await;
    assert_eq!(due, organizations, "it is their turn");
    meter.work().await;
    meter.end()
}

/// The polls of four organizations in one message of a batch each, and how many those are.
pub async fn neighbours() -> (Vec<Turn>, usize) {
    let test = TestApp::spawn().await;
    test.go_live().await;
    for org in NEIGHBOURS {
        let made = json!({"id": org, "name": org, "users": 3, "jobs": 3});
        let path = "/organizations";
        let made = test.one_click_control(Method::POST, path, made).await;
        let users = made["users"].as_array().unwrap();
        let admin = users.iter().find(|user| user["role"] == "ORG_ADMIN");
        let admin = text(&admin.unwrap()["id"]);
        let path = "/companies";
        let company = json!({ "name": org });
        let company = test.companycam_control(Method::POST, path, company).await;
        let project = json!({"company_id": company["id"], "name": "Roof"});
        test.new_project(project).await;
        let email = text(&company["admin_email"]);
        test.connect_as(org, &admin, &email).await;
        test.live().await;
    }
    calm_down(&test, NEIGHBOURS.len()).await;
    let turns = polls(&test, NEIGHBOURS.len()).await;
    let organizations: Vec<_> = turns.iter().map(|turn| turn.organizations).collect();
    assert_eq!(
        organizations,
        [0, NEIGHBOURS.len()],
        "one batch has them all"
    );
    (turns, NEIGHBOURS.len())
}

/// A minute in which it is nobody's turn.
pub async fn minute(test: &TestApp) -> Vec<Turn> {
    // Its turn may just have come.
    test.scheduled(schedule::Turn::Poll).await;
    test.drain().await;
    let mut meter = Meter::begin(test).await;
    let due = meter.schedule(schedule::Turn::Poll).await;
    assert_eq!(due, 0, "it is nobody's turn");
    meter.end()
}

/// A photo is taken, until it is on the job.
pub async fn photo(test: &TestApp, project: &str) -> Vec<Turn> {
    let mut meter = Meter::begin(test).await;
    let photo = test.new_photo(project, json!({})).await;
    meter.work().await;
    assert!(test.shows(project, &photo));
    meter.end()
}

/// A project is made, until its job is there and One Click has told of it.
pub async fn project(test: &TestApp) -> Vec<Turn> {
    let mut meter = Meter::begin(test).await;
    let project = test.named_project("Gutters").await;
    meter.work().await;
    test.job_of(&project);
    meter.end()
}

/// Somebody changes a job.
pub async fn job(test: &TestApp, project: &str) -> Vec<Turn> {
    let job = test.job_of(project);
    let mut meter = Meter::begin(test).await;
    test.change_job(&job, json!({"name": "Another"})).await;
    meter.work().await;
    meter.end()
}

/// A day in which nobody does anything: its polls, of which some renew the token and one reads the users, and
/// a night.
pub async fn day(test: &TestApp) -> Vec<Turn> {
    let mut meter = Meter::begin(test).await;
    let (mut polls, mut nights) = (0, 0);
    for _ in 0..POLLS_A_DAY {
        test.advance(QUARTER);
        polls += meter.schedule(schedule::Turn::Poll).await;
        nights += meter.schedule(schedule::Turn::Nightly).await;
        meter.work().await;
    }
    assert_eq!((polls, nights), (POLLS_A_DAY, 1));
    meter.end()
}

/// The first sync of a company of this size, and a night of it.
pub async fn company(size: Size) -> [Vec<Turn>; 2] {
    let test = TestApp::spawn().await;
    test.fill(size.projects, size.photos / size.projects, TAGS)
        .await;
    // How fast it may go is another matter.
    let unlimited: Value = json!({"get_limit": 1_000_000, "write_limit": 1_000_000});
    test.companycam_settings(unlimited).await;
    test.go_live().await;
    test.connect().await;
    let mut meter = Meter::begin(&test).await;
    meter.work().await;
    let backfill = meter.end();
    assert!(is_synced(test.organization().await.as_ref(), size));
    let mut meter = Meter::begin(&test).await;
    assert_eq!(meter.nightly().await, 1);
    meter.work().await;
    let night = meter.end();
    let told = format!("Nightly check: {0} of {0} copies verified.", size.photos);
    assert!(test.log_says(&[&told]).await);
    [backfill, night]
}

fn is_synced(organization: Option<&Organization>, size: Size) -> bool {
    let run = organization.and_then(|row| row.sync.as_ref());
    run.is_some_and(|run| {
        let made = run.result.as_ref().map(|result| result.made);
        !run.is_running() && made == i64::try_from(size.projects).ok()
    })
}
