//! Projects that another company shares, and projects with several ids of one other system (B14, B20).

use serde_json::{Value, json};
use test_support::TestApp;
use test_support::steps::text;

use crate::helpers::{connected, linked};

/// A project of the second company, which the connected one works on too; it, and that company.
async fn shared(test: &TestApp) -> (String, String) {
    let state = test.companycam_state().await;
    let [ours, theirs] = [0, 1].map(|number| text(&state["companies"][number]["id"]));
    let project = json!({"name": "Theirs", "company_id": theirs, "shared_with": [ours]});
    (test.new_project(project).await, theirs)
}

#[tokio::test]
async fn b14_a_job_says_which_company_shares_its_project() {
    let test = TestApp::with_two_companies().await;
    test.connect_and_settle().await;
    let (project, theirs) = shared(&test).await;
    let photo = test.new_photo(&project, json!({})).await;
    let own = test.named_project("Ours").await;
    test.catch_up().await;
    assert_eq!(test.job_of(&project)["metadata"]["cc_company_id"], theirs);
    assert!(test.shows(&project, &photo), "with its photos");
    let ours = test.organization().await.unwrap().company_id.to_string();
    assert_eq!(test.job_of(&own)["metadata"]["cc_company_id"], ours);
    // It is followed like any other.
    test.change_project(&project, json!({"name": "Theirs, renamed"}))
        .await;
    test.catch_up().await;
    assert_eq!(test.job_of(&project)["customer_name"], "Theirs, renamed");
}

#[tokio::test]
async fn b20_a_job_of_a_shared_project_is_found_whichever_company_it_names() {
    for names_owner in [true, false] {
        let test = TestApp::with_two_companies().await;
        test.connect_and_settle().await;
        let (project, theirs) = shared(&test).await;
        let ours = test.organization().await.unwrap().company_id.to_string();
        let company = if names_owner { &theirs } else { &ours };
        let metadata = json!({"cc_project_id": project, "cc_company_id": company});
        let job = json!({"name": "Pat", "customer_name": "Theirs", "metadata": metadata});
        let job = test.new_job(job).await;
        test.catch_up().await;
        assert_eq!(test.job_of(&project)["id"], job["id"], "{names_owner}");
        assert_eq!(test.job_of(&project)["metadata"]["cc_company_id"], theirs);
    }
}

#[tokio::test]
async fn b26_a_shared_project_whose_jobs_answer_was_lost_has_one_job() {
    let test = TestApp::with_two_companies().await;
    test.connect_and_settle().await;
    let (project, _) = shared(&test).await;
    let path = "/v1/organizations/*/jobs";
    let lost = json!({"method": "POST", "path": path, "times": 1, "action": "reset_after"});
    test.one_click_fault(lost);
    test.catch_up().await;
    assert_eq!(test.jobs_of(&project).len(), 1);
}

fn twice(first: &str, second: &str) -> Value {
    json!([
        {"type": "AccuLynx", "relation_id": first}, {"type": "AccuLynx", "relation_id": second},
    ])
}

#[tokio::test]
async fn b20_a_job_is_found_by_any_of_several_ids_of_one_system() {
    for known in ["al-1", "al-2"] {
        let test = connected().await;
        let metadata = json!({"cc_accu_lynx_relation_id": known});
        let job = json!({"name": "Pat", "customer_name": "Barlow", "metadata": metadata});
        let job = test.new_job(job).await;
        let project = json!({"name": "Larkin", "integrations": twice("al-1", "al-2")});
        let project = test.new_project(project).await;
        test.catch_up().await;
        assert_eq!(
            linked(&test, &job).await.as_ref(),
            Some(&project),
            "{known}"
        );
    }
}

#[tokio::test]
async fn b14_of_several_ids_of_one_system_the_first_is_written() {
    let test = connected().await;
    let project = json!({"name": "Larkin", "integrations": twice("al-1", "al-2")});
    let project = test.new_project(project).await;
    test.catch_up().await;
    let written =
        |test: &TestApp| test.job_of(&project)["metadata"]["cc_accu_lynx_relation_id"].clone();
    assert_eq!(written(&test), "al-1");
    test.change_project(&project, json!({"integrations": twice("al-2", "al-1")}))
        .await;
    test.catch_up().await;
    assert_eq!(written(&test), "al-2");
}
