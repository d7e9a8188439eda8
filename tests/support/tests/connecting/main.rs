//! Connecting, staying connected and ending it (B1–B5), over HTTP as a browser does it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::doc_markdown,
    reason = "a test fails by panicking; CompanyCam is a name in prose, not an item"
)]

mod arriving;
mod companies;
mod consent;
mod cookies;
mod ending;
mod launch;
mod lost_answers;
mod reconnecting;
mod taking_back;
mod tokens;

use companycam::ids::CompanyId;
use http::Method;
use runtime::OrgTokens;
use serde_json::{Value, json};
use test_support::{ORG, TestApp};

fn org_id() -> one_click::OrgId {
    one_click::OrgId::parse(ORG).unwrap()
}

/// The tokens in the organization's row, opened.
async fn stored_tokens(test: &TestApp) -> Option<OrgTokens> {
    let row = test.organization().await?;
    row.sealed_tokens.as_ref()?;
    test.app.tokens_of(&row).await.unwrap()
}

/// Puts tokens in the place of those that are stored, as another process would.
async fn put_tokens(test: &TestApp, tokens: &OrgTokens) {
    let row = test.organization().await.unwrap();
    let (company, generation) = (&row.company_id, row.generation);
    let sealed = test
        .app
        .seal_tokens(&row.org_id, company, generation, tokens);
    let sealed = sealed.await.unwrap();
    // Whoever holds the lease may store; here that is whoever does.
    let before = row.sealed_tokens.as_deref().unwrap();
    let renewed = store::tokens::Renewed {
        generation,
        holder: "nobody",
        before,
        sealed: &sealed,
    };
    assert!(
        test.app
            .store
            .put_renewed(&row.org_id, &renewed)
            .await
            .unwrap()
            .applied()
    );
}

/// The first company's id in CompanyCam.
async fn company(test: &TestApp) -> CompanyId {
    let state = test.companycam_state().await;
    CompanyId::parse(state["companies"][0]["id"].as_str().unwrap()).unwrap()
}

/// Who holds the claim of the first company.
async fn holder(test: &TestApp) -> Option<String> {
    let key = format!("company#{}", company(test).await);
    let rows = test.aws.items("OrganizationsTable").await;
    let claim = rows.into_iter().find(|row| row["org_id"] == key.as_str())?;
    claim["holder"].as_str().map(str::to_owned)
}

/// What One Click's integrations card shows.
fn card(test: &TestApp) -> Value {
    test.one_click_state()["integration"].clone()
}

/// Nothing of a connection is there: no row, no claim, no tokens, nothing queued.
async fn assert_nothing_made(test: &TestApp) {
    let rows = test.aws.items("OrganizationsTable").await;
    assert!(rows.is_empty(), "{rows:?}");
    assert!(stored_tokens(test).await.is_none());
    assert!(test.aws.sqs.next_due_ms().is_none());
}

/// Makes a project with a photo in CompanyCam; the ids of both.
async fn project_with_photo(test: &TestApp, name: &str) -> (String, String) {
    let project = test
        .companycam_control(Method::POST, "/projects", json!({"name": name}))
        .await;
    let project = project["id"].as_str().unwrap().to_owned();
    let photo = json!({"project_id": project, "bytes": 20_000});
    let photo = test
        .companycam_control(Method::POST, "/photos", photo)
        .await;
    (project, photo["id"].as_str().unwrap().to_owned())
}

/// The jobs that are this project, each with its images.
fn jobs_of(test: &TestApp, project: &str) -> Vec<Value> {
    let state = test.one_click_state();
    let jobs = state["jobs"].as_array().unwrap().iter();
    jobs.filter(|job| job["metadata"]["cc_project_id"] == project)
        .cloned()
        .collect()
}

/// The project has one job, which shows the photo once.
#[track_caller]
fn assert_brought_over(test: &TestApp, project: &str, photo: &str) {
    let jobs = jobs_of(test, project);
    assert_eq!(jobs.len(), 1, "{jobs:#?}");
    let images = jobs[0]["images"].as_array().unwrap();
    let shown = images.iter().filter(|image| image["external_id"] == photo);
    assert_eq!(shown.count(), 1, "{images:#?}");
}
