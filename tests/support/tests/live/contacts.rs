//! A job's contact, and what CompanyCam makes of it (B21, B22, B27).

use serde_json::{Value, json};
use test_support::TestApp;
use test_support::steps::text;

use crate::helpers::{FROM_JOBS, arrive, asked, claims, elm, live_with, only_project_of, with};

/// With a CompanyCam that wants addresses and numbers well-formed.
async fn strict() -> TestApp {
    let test = live_with(&FROM_JOBS).await;
    test.companycam_settings(json!({"validate_contacts": true}))
        .await;
    test
}

fn reached_by(email: &str, number: &str) -> Value {
    let phones = json!([{"name": "Mobile", "number": number}]);
    with(elm("Larkin"), &json!({"email": email, "phones": phones}))
}

const NUMBER: &str = "402-555-0101";

#[tokio::test]
async fn b21_of_several_addresses_in_one_field_the_project_gets_the_first() {
    for several in [
        "a@x.example, b@x.example",
        "a@x.example;b@x.example",
        "n/a, a@x.example",
    ] {
        let test = strict().await;
        let job = test.new_job(reached_by(several, NUMBER)).await;
        test.live().await;
        let project = only_project_of(&test, &job).await;
        let contact = &project["primary_contact"];
        assert_eq!(contact["email"], "a@x.example", "{several}");
        assert_eq!(contact["phone_number"], NUMBER, "{several}");
        assert_eq!(asked(&test), 1, "{several}");
        assert_eq!(test.job_of(&text(&project["id"]))["email"], several);
    }
}

#[tokio::test]
async fn b27_a_contact_that_companycam_refuses_does_not_cost_the_project() {
    // Whatever CompanyCam has against it.
    let test = live_with(&FROM_JOBS).await;
    let refusal = json!({
        "status": 422, "headers": {"content-type": "application/json"},
        "body": r#"{"errors": ["Primary contact email is invalid"]}"#,
    });
    test.companycam_fault(json!({"method": "POST", "path": "/v2/projects", "action": refusal}));
    let job = test
        .new_job(reached_by("pat@customer.example", NUMBER))
        .await;
    test.live().await;
    let contact = only_project_of(&test, &job).await["primary_contact"].clone();
    assert_eq!(contact["email"], Value::Null);
    assert_eq!(contact["name"], "Pat Larkin");
    assert_eq!(contact["phone_number"], NUMBER);
    let said = ["was created from a job", "no email"];
    assert!(
        test.log_says(&said).await,
        "{:#?}",
        test.activity_texts().await
    );
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b27_a_telephone_number_that_companycam_refuses_does_not_cost_the_project() {
    let test = strict().await;
    let job = test
        .new_job(reached_by("pat@customer.example", "ask Pat"))
        .await;
    test.live().await;
    let project = only_project_of(&test, &job).await;
    assert_eq!(project["primary_contact"], Value::Null);
    assert_eq!(asked(&test), 3);
    assert!(
        test.log_says(&["was created from a job", "no contact"])
            .await
    );
}

#[tokio::test]
async fn b22_an_answer_lost_on_the_way_to_a_smaller_contact_makes_no_second_project() {
    for effect in ["reset_after", "reset_before"] {
        for skip in 0..3 {
            let test = strict().await;
            test.companycam_fault(json!({
                "method": "POST", "path": "/v2/projects", "skip": skip, "action": effect,
            }));
            let job = test
                .new_job(reached_by("pat@customer.example", "ask Pat"))
                .await;
            arrive(&test).await;
            assert_eq!(claims(&test).await.len(), 1, "{effect} {skip}");
            test.age_claims().await;
            test.live().await;
            let project = only_project_of(&test, &job).await;
            assert_eq!(project["primary_contact"], Value::Null, "{effect} {skip}");
            let said = ["was created from a job", "no contact"];
            assert!(test.log_says(&said).await, "{effect} {skip}");
        }
    }
}
