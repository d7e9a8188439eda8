//! From One Click to CompanyCam.

use serde_json::{Value, json};
use test_support::TestApp;
use test_support::steps::text;

use crate::play::{Scenario, Subject, queue};

/// Whoever connects is matched, and so is this user.
const OTHER: &str = "usr_blake";

async fn job(test: &TestApp) -> Value {
    let customer = format!("Customer {}", uuid::Uuid::new_v4());
    test.new_job(json!({
        "name": "Contact", "customer_name": customer, "email": "contact@customer.example",
        "address": {"line_1": "12 Cedar Street", "city": "Lincoln", "postal_code": "68508"},
        "assigned_user_id": "usr_avery", "created_by_user_id": "usr_avery",
    }))
    .await
}

pub struct MakingProject;

impl Scenario for MakingProject {
    async fn begin() -> TestApp {
        let test = TestApp::connected().await;
        test.prefer(&["create_project_from_job", "create_job_from_project"])
            .await;
        test
    }

    async fn act(test: &TestApp) -> Subject {
        let job = text(&job(test).await["id"]);
        queue(test, &json!({"kind": "job", "job_id": job}));
        Subject::Job(job)
    }
}

pub struct Reassigning;

impl Scenario for Reassigning {
    async fn begin() -> TestApp {
        let test = TestApp::connected().await;
        test.prefer(&[
            "create_project_from_job",
            "reassign_project",
            "remove_previous_assignee",
        ])
        .await;
        test
    }

    async fn act(test: &TestApp) -> Subject {
        let job = job(test).await;
        let id = text(&job["id"]);
        let look = json!({"kind": "job", "job_id": id});
        queue(test, &look);
        test.settle().await;
        test.change_job(&job, json!({"assigned_user_id": OTHER}))
            .await;
        queue(test, &look);
        Subject::Job(id)
    }
}
