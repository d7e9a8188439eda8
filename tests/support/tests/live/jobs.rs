//! Jobs create projects (B9, B21, B22).

use serde_json::json;
use test_support::TestApp;
use test_support::sides::text;

#[tokio::test]
async fn b21_a_new_job_creates_a_project() {
    let test = TestApp::connected_live().await;
    test.prefer(&["create_project_from_job", "create_job_from_project"])
        .await;
    let job = test
        .new_job(json!({
            "name": "Pat Larkin", "customer_name": "Larkin Roof", "email": "pat@customer.example",
            "phones": [{"name": "Mobile", "number": "402-555-0101"}],
            "address": {"line_1": "12 Elm St", "city": "Lincoln", "state": "NE", "postal_code": "68508"},
        }))
        .await;
    test.live().await;
    let projects = test.projects_named("Larkin Roof").await;
    assert_eq!(projects.len(), 1, "{projects:#?}");
    let project = text(&projects[0]["id"]);
    assert_eq!(test.job_of(&project)["id"], job["id"]);
    assert_eq!(projects[0]["address"]["street_address_1"], "12 Elm St");
    assert_eq!(projects[0]["primary_contact"]["name"], "Pat Larkin");
}
