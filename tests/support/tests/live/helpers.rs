//! What the tests of jobs and their projects share.

use http::Method;
use jiff::Timestamp;
use model::job::JobClaim;
use model::preferences::Preference;
use one_click::{JobId, OrgId};
use serde_json::{Value, json};
use store::activity::{Kind, NewEntry, Outcome};
use test_support::steps::{now, requests, text};
use test_support::{ORG, TestApp, until};

/// B9 alone.
pub const FROM_JOBS: [&str; 1] = ["create_project_from_job"];
/// B9 and B10: each side makes the other's.
pub const BOTH: [&str; 2] = ["create_project_from_job", "create_job_from_project"];

pub fn org() -> OrgId {
    OrgId::parse(ORG).unwrap()
}

/// [`TestApp::connected`], and the jobs that are there from the start date from yesterday, so that no
/// preference covers them.
pub async fn connected() -> TestApp {
    let test = TestApp::connected().await;
    let state = test.one_click_state();
    for job in state["jobs"].as_array().unwrap() {
        date_back(&test, job, 24 * 60 * 60).await;
    }
    test
}

/// The same, with both sides' webhooks, and these preferences on.
pub async fn live_with(preferences: &[&str]) -> TestApp {
    let test = connected().await;
    test.go_live().await;
    test.prefer(preferences).await;
    test
}

/// A job of this customer at 12 Elm St.
pub fn elm(customer: &str) -> Value {
    json!({
        "name": "Pat Larkin", "customer_name": customer,
        "address": {"line_1": "12 Elm St", "city": "Lincoln", "state": "NE", "postal_code": "68508"},
    })
}

/// A project of this name there.
pub fn elm_project(name: &str) -> Value {
    json!({"name": name, "address": {
        "street_address_1": "12 Elm St", "street_address_2": null, "city": "Lincoln",
        "state": "NE", "postal_code": "68508", "country": "US",
    }})
}

/// The fields given, over those of `base`.
pub fn with(mut base: Value, fields: &Value) -> Value {
    for (key, value) in fields.as_object().unwrap() {
        base[key] = value.clone();
    }
    base
}

fn time(ago_s: i64) -> String {
    Timestamp::from_second(now() - ago_s).unwrap().to_string()
}

/// Makes a job that was created, and last changed, so many seconds ago.
pub async fn dated_job(test: &TestApp, job: Value, ago_s: i64) -> Value {
    let path = format!("/organizations/{ORG}/jobs");
    let body = json!({"job": job, "created_at": time(ago_s), "updated_at": time(ago_s)});
    let made = test.one_click_control(Method::POST, &path, body).await;
    made["job"].clone()
}

/// Dates a job's creation so many seconds back; no event tells of it.
pub async fn date_back(test: &TestApp, job: &Value, ago_s: i64) {
    let path = format!("/organizations/{ORG}/jobs/{}", text(&job["id"]));
    let body = json!({"job": {}, "created_at": time(ago_s)});
    test.one_click_control(Method::PATCH, &path, body).await;
}

/// B9 was switched on so many seconds ago, with B10 as it is.
pub async fn covers_since(test: &TestApp, ago_s: i64) {
    let since = Timestamp::from_second(now() - ago_s).unwrap();
    let on = [(Preference::CreateProjectFromJob, true)];
    let entry = NewEntry::new(Kind::Preferences, Outcome::Updated, "B9 was switched on.");
    let store = &test.app.store;
    store
        .change_preferences(&org(), &on, since, entry)
        .await
        .unwrap();
}

/// Everything on its way has arrived and is worked on; what was put off stays so.
pub async fn arrive(test: &TestApp) {
    loop {
        until(async || !test.delivers().await).await;
        let mut worked = 0;
        loop {
            match test.work_once().await {
                0 => break,
                more => worked += more,
            }
        }
        if worked == 0 && !test.delivers().await {
            return;
        }
    }
}

/// So many times: what was put off comes back, and is worked on.
pub async fn come_back(test: &TestApp, times: usize) {
    for _ in 0..times {
        test.aws.sqs.hasten();
        arrive(test).await;
    }
}

pub async fn claims(test: &TestApp) -> Vec<JobClaim> {
    test.app.store.claims(&org()).await.unwrap()
}

/// Twenty minutes have gone by since the project was made.
pub async fn end_importer_wait(test: &TestApp, project: &str) {
    let made = json!({"created_at": now() - 20 * 60});
    test.change_project(project, made).await;
    assert!(test.aws.sqs.end_waits() > 0, "a look is to come");
}

/// How many times a project was asked for.
pub fn asked(test: &TestApp) -> usize {
    test.companycam_requests("POST", "/v2/projects")
}

/// All of CompanyCam's projects.
pub async fn projects(test: &TestApp) -> Vec<Value> {
    let state = test.companycam_state().await;
    state["projects"].as_array().unwrap().clone()
}

/// One Click's jobs of this customer.
pub fn jobs_named(test: &TestApp, customer: &str) -> Vec<Value> {
    let state = test.one_click_state();
    let jobs = state["jobs"].as_array().unwrap().iter();
    jobs.filter(|job| job["customer_name"] == customer)
        .cloned()
        .collect()
}

/// The project that the job is linked to.
pub async fn linked(test: &TestApp, job: &Value) -> Option<String> {
    let id = JobId::parse(&text(&job["id"])).unwrap();
    let row = test.app.store.job(&org(), &id).await.unwrap();
    row.map(|row| row.project_id.to_string())
}

/// The job's one project: each says so of the other, and no other says so of either.
pub async fn project_of(test: &TestApp, job: &Value) -> Value {
    let Some(id) = linked(test, job).await else {
        panic!("not linked: {:#?}", test.activity_texts().await);
    };
    assert_eq!(test.job_of(&id)["id"], job["id"]);
    let rows = test.aws.items("ProjectLinksTable").await;
    let row = rows.iter().find(|row| row["sk"] == format!("project#{id}"));
    let row = row.expect("the project's own row");
    assert_eq!(row["job_id"], job["id"]);
    assert_eq!(row["state"], "linked");
    let mut claims = claims(test).await;
    claims.retain(|claim| job["id"] == *claim.job_id.as_str());
    assert!(claims.is_empty(), "nothing is on its way");
    test.companycam_has("projects", &id).await
}

/// The same, where it is also the only project, and the job the only one, of that name.
pub async fn only_project_of(test: &TestApp, job: &Value) -> Value {
    let project = project_of(test, job).await;
    let name = text(&project["name"]);
    let named = test.projects_named(&name).await;
    assert_eq!(named.len(), 1, "{named:#?}");
    let jobs = jobs_named(test, &name);
    assert_eq!(jobs.len(), 1, "{jobs:#?}");
    project
}

/// CompanyCam's requests that read the list of projects.
pub fn looked(test: &TestApp) -> usize {
    let listed = requests(&test.companycam.controls, "GET", "/v2/projects");
    listed
        .iter()
        .filter(|request| request.path == "/v2/projects")
        .count()
}
