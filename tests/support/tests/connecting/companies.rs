//! B5: one company for one organization, and changing to another one.

use http::{Method, StatusCode};
use serde_json::json;
use test_support::{ADMIN, Browser, CONSENTING, ORG, Page, TestApp};
use url::Url;

use crate::{assert_brought_over, company, holder, jobs_of, project_with_photo, stored_tokens};

/// Another company in CompanyCam; its administrator's e-mail address.
async fn another_company(test: &TestApp) -> String {
    let made = test
        .companycam_control(
            Method::POST,
            "/companies",
            json!({"name": "Lakeside Roofing"}),
        )
        .await;
    made["admin_email"].as_str().unwrap().to_owned()
}

/// Where the page's button leads.
fn button(page: &Page) -> Url {
    let (_, rest) = page.body.split_once("class=\"button\" href=\"").unwrap();
    let href = rest.split_once('"').unwrap().0;
    Url::parse(&href.replace("&amp;", "&")).unwrap()
}

#[tokio::test]
async fn b5_a_company_that_is_connected_elsewhere_is_refused() {
    let test = TestApp::spawn().await;
    test.connect().await;
    test.drain().await;
    let before = test.organization().await;
    let browser = test.browser();
    let page = test
        .authorize(&browser, "org_harbor", "usr_harper", CONSENTING)
        .await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(
        page.says("Ridgeline Exteriors in CompanyCam is already connected to another organization")
    );
    assert!(
        !page.says(CONSENTING),
        "nothing of the other organization is told"
    );
    assert!(test.organization_of("org_harbor").await.is_none());
    assert_eq!(test.companycam_requests("POST", "/oauth/revoke"), 1);
    assert_eq!(test.organization().await, before);
    assert_eq!(holder(&test).await.as_deref(), Some(ORG));
    test.poll().await;
    test.drain().await;
    assert_eq!(
        test.organization().await.unwrap().state,
        before.unwrap().state
    );
}

#[tokio::test]
async fn b5_two_organizations_at_once_and_one_gets_the_company() {
    let test = TestApp::spawn().await;
    let (one, other) = (test.browser(), test.browser());
    let (to_one, to_other) = futures::join!(
        test.consent(&one, ORG, ADMIN, CONSENTING),
        test.consent(&other, "org_harbor", "usr_harper", CONSENTING),
    );
    let (one, other) = futures::join!(one.open(to_one.as_str()), other.open(to_other.as_str()));
    let connected = [&one, &other].map(|page| page.says("CompanyCam is connected."));
    assert_ne!(
        connected[0], connected[1],
        "{} {}",
        one.status, other.status
    );
}

#[tokio::test]
async fn b5_a_different_company_is_refused_until_it_is_confirmed() {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    let (project, photo) = project_with_photo(&test, "Of the old company").await;
    test.drain().await;
    let old_company = company(&test).await;
    let email = another_company(&test).await;
    let page = test.authorize(&browser, ORG, ADMIN, &email).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.says("Your organization is linked to Ridgeline Exteriors in CompanyCam, and you logged in to Lakeside Roofing."));
    assert_eq!(test.organization().await.unwrap().company_id, old_company);
    assert_eq!(test.companycam_requests("POST", "/oauth/revoke"), 1);
    test.poll().await;
    test.drain().await;
    assert_brought_over(&test, &project, &photo);

    let confirmed = browser.get(button(&page).as_str()).await;
    let back = browser.consent(&confirmed, &email, true).await;
    let tab = browser.open(back.as_str()).await;
    assert!(
        tab.says("CompanyCam is connected.") && tab.says("Lakeside Roofing"),
        "{}",
        tab.body
    );
    test.drain().await;
    assert_ne!(test.organization().await.unwrap().company_id, old_company);
    assert_brought_over(&test, &project, &photo);
    assert_eq!(holder(&test).await, None, "the old company is free");
    test.connect_as("org_harbor", "usr_harper", CONSENTING)
        .await;
}

#[tokio::test]
async fn b5_confirming_one_company_does_not_confirm_a_third() {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    test.drain().await;
    let second = another_company(&test).await;
    let page = test.authorize(&browser, ORG, ADMIN, &second).await;
    let third = another_company(&test).await;
    let confirmed = browser.get(button(&page).as_str()).await;
    let back = browser.consent(&confirmed, &third, true).await;
    let page = browser.open(back.as_str()).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert_eq!(holder(&test).await.as_deref(), Some(ORG));
}

#[tokio::test]
async fn b5_a_different_company_is_also_refused_after_disconnecting() {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    let (project, _) = project_with_photo(&test, "Paused").await;
    test.drain().await;
    browser.submit("disconnect", &[]).await;
    test.drain().await;
    let email = another_company(&test).await;
    let page = test.authorize(&browser, ORG, ADMIN, &email).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.says("Ridgeline Exteriors"));
    assert!(stored_tokens(&test).await.is_none());
    assert_eq!(jobs_of(&test, &project).len(), 1);
}

/// Asks for another company in place of the one that is connected, and confirms it; what leads to
/// CompanyCam's consent once more.
pub async fn confirmed(test: &TestApp, browser: &Browser, email: &str) -> Page {
    let page = test.authorize(browser, ORG, ADMIN, email).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    browser.get(button(&page).as_str()).await
}

/// Connects the other company in place of the one that is connected.
pub async fn change_company(test: &TestApp, browser: &Browser, email: &str) {
    let confirmed = confirmed(test, browser, email).await;
    consent_again(browser, &confirmed, email).await;
}

/// Consents to what was confirmed; the browser, on the tab.
pub async fn consent_again(browser: &Browser, confirmed: &Page, email: &str) {
    let back = browser.consent(confirmed, email, true).await;
    let tab = browser.open(back.as_str()).await;
    assert!(tab.says("CompanyCam is connected."), "{}", tab.body);
}

/// A project with a photo in the company of this id; the ids of both.
async fn project_of(test: &TestApp, company: &str, name: &str) -> (String, String) {
    let project = json!({"company_id": company, "name": name});
    let project = test
        .companycam_control(Method::POST, "/projects", project)
        .await;
    let project = project["id"].as_str().unwrap().to_owned();
    let photo = json!({"project_id": project, "bytes": 20_000});
    let photo = test
        .companycam_control(Method::POST, "/photos", photo)
        .await;
    (project, photo["id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn b5_workers_that_kept_the_old_companys_token_work_for_the_new_one_only() {
    let mut test = TestApp::with_two_companies().await;
    let browser = test.connect().await;
    // From here on the workers are another process than the pages.
    test.restart();
    let (old_project, old_photo) = project_with_photo(&test, "Of the old company").await;
    test.poll().await;
    test.settle().await;
    assert_brought_over(&test, &old_project, &old_photo);
    let old_company = company(&test).await;
    let state = test.companycam_state().await;
    let new_company = state["companies"][1]["id"].as_str().unwrap().to_owned();
    let (project, photo) = project_of(&test, &new_company, "Of the new company").await;

    change_company(&test, &browser, "avery.stone@company-1.example").await;
    test.settle().await;
    test.poll().await;
    test.settle().await;

    assert_brought_over(&test, &old_project, &old_photo);
    let images = jobs_of(&test, &old_project)[0]["images"].clone();
    assert_eq!(images[0]["deleted"], false, "{images:#?}");
    assert_brought_over(&test, &project, &photo);
    let job = &jobs_of(&test, &project)[0];
    assert_eq!(job["metadata"]["cc_company_id"], new_company.as_str());
    let webhooks = test.companycam_webhooks().await;
    let companies: Vec<_> = webhooks.iter().map(|one| &one["company_id"]).collect();
    assert_eq!(companies, [&json!(new_company)], "{webhooks:#?}");
    assert_eq!(
        test.organization().await.unwrap().company_id.as_str(),
        new_company
    );
    assert_ne!(old_company.as_str(), new_company);
}
