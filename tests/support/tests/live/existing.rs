//! A project that finds its job there already (B20).

use http::Method;
use serde_json::{Value, json};
use test_support::steps::{now, requests, text};
use test_support::{ORG, TestApp};

use crate::helpers::{
    arrive, connected, dated_job, elm, elm_project, end_importer_wait, jobs_named, linked,
    live_with, only_project_of, project_of, with,
};

const DAY: i64 = 86_400;

async fn to_jobs() -> TestApp {
    live_with(&["create_job_from_project"]).await
}

/// How many jobs there are.
fn jobs(test: &TestApp) -> usize {
    test.one_click_state()["jobs"].as_array().unwrap().len()
}

/// A project that another system's importer made, named and placed unlike any job.
fn imported(system: &str) -> Value {
    json!({"name": "Roof", "integrations": [{"type": system, "relation_id": "r-7"}]})
}

/// The project makes a job of its own and leaves this one alone.
async fn assert_apart(test: &TestApp, project: &str, job: &Value) {
    assert_eq!(linked(test, job).await, None);
    assert_ne!(test.job_of(project)["id"], job["id"]);
}

#[tokio::test]
async fn b20_a_job_that_names_the_project_is_linked() {
    // Its event is lost until the job is there.
    let test = connected().await;
    let project = test.named_project("Roof").await;
    let named = json!({"metadata": {"cc_project_id": project}});
    let job = test.new_job(with(elm("Larkin"), &named)).await;
    let before = jobs(&test);
    test.catch_up().await;
    assert_eq!(project_of(&test, &job).await["id"], project);
    assert_eq!(jobs(&test), before);
    // It is somebody's: what differs stays (B31).
    let linked = test.job_of(&project);
    for field in ["name", "customer_name", "email", "phones", "address"] {
        assert_eq!(linked[field], job[field], "{field}");
    }
}

#[tokio::test]
async fn b20_another_systems_id_on_both_sides_links_them() {
    for (key, system) in [
        ("job_nimbus_job_id", "JobNimbus"),
        ("job_nimbus_contact_id", "JobNimbus"),
        ("jobprogress_job_id", "JobProgress"),
        ("jobprogress_job_id", "Jobprogress"),
        ("cc_job_nimbus_relation_id", "JobNimbus"),
        ("cc_accu_lynx_relation_id", "AccuLynx"),
    ] {
        let test = to_jobs().await;
        let id = |id: &str| json!({"metadata": {key: id}});
        let job = test.new_job(with(elm("Larkin"), &id("r-7"))).await;
        test.new_job(with(elm("Larkin"), &id("r-8"))).await;
        let before = jobs(&test);
        let project = test.new_project(imported(system)).await;
        test.live().await;
        assert_eq!(project_of(&test, &job).await["id"], project, "{key}");
        assert_eq!(jobs(&test), before, "{key}");
    }
}

#[tokio::test]
async fn b20_another_systems_id_counts_before_name_and_address() {
    let test = to_jobs().await;
    let alike = test.new_job(elm("Larkin")).await;
    let key = json!({"metadata": {"job_nimbus_job_id": "r-7"}});
    let related = test.new_job(with(elm("Barlow"), &key)).await;
    let project = with(imported("JobNimbus"), &elm_project("Larkin"));
    let project = test.new_project(project).await;
    test.live().await;
    assert_eq!(project_of(&test, &related).await["id"], project);
    assert_eq!(linked(&test, &alike).await, None);
}

#[tokio::test]
async fn b20_the_same_address_and_name_link_them_however_they_are_written() {
    let elm_street = json!({"street_address_1": "12 Elm Street"});
    let spellings = [
        json!({}),
        json!({"name": "LARKIN & HART, LLC"}),
        json!({"name": "larkin and hart llc"}),
        json!({"address": elm_street}),
        json!({"address": {"street_address_1": "12 ELM ST."}}),
        json!({"address": {"street_address_1": " 12, Elm St "}}),
        json!({"address": {"postal_code": "68508-1234"}}),
        json!({"address": {"postal_code": null}}),
        json!({"address": {"city": null}}),
        json!({"address": {"street_address_1": "12 Elm Street", "city": "LINCOLN"}}),
        json!({"address": {"state": null}}),
    ];
    for spelling in spellings {
        let test = to_jobs().await;
        let job = test.new_job(elm("Larkin & Hart LLC")).await;
        let before = jobs(&test);
        let mut project = elm_project("Larkin & Hart LLC");
        for (field, value) in spelling.as_object().unwrap() {
            project[field] = match value {
                Value::Object(_) => with(project[field].take(), value),
                text => text.clone(),
            };
        }
        let project = test.new_project(project).await;
        test.live().await;
        assert_eq!(
            linked(&test, &job).await.as_deref(),
            Some(&*project),
            "{spelling}"
        );
        assert_eq!(jobs(&test), before, "{spelling}");
    }
}

#[tokio::test]
async fn b20_another_address_or_name_is_another_job() {
    for differs in [
        json!({"name": "Larkins"}),
        json!({"address": {"street_address_1": "14 Elm St"}}),
        json!({"address": {"street_address_1": "12 Elm Ave"}}),
        json!({"address": {"street_address_2": "Unit 4"}}),
        json!({"address": {"city": "Omaha", "postal_code": "68102"}}),
        json!({"address": {"street_address_1": null}}),
    ] {
        let test = to_jobs().await;
        let job = test.new_job(elm("Larkin")).await;
        let mut project = elm_project("Larkin");
        for (field, value) in differs.as_object().unwrap() {
            project[field] = match value {
                Value::Object(_) => with(project[field].take(), value),
                text => text.clone(),
            };
        }
        let project = test.new_project(project).await;
        test.live().await;
        assert_apart(&test, &project, &job).await;
    }
}

#[tokio::test]
async fn b20_a_job_that_has_a_project_gets_no_second() {
    let test = to_jobs().await;
    let first = test.new_project(elm_project("Larkin")).await;
    test.live().await;
    let job = test.job_of(&first);
    let second = test.new_project(elm_project("Larkin")).await;
    test.live().await;
    assert_eq!(project_of(&test, &job).await["id"], first);
    let other = test.job_of(&second);
    assert_eq!(project_of(&test, &other).await["id"], second);
    assert_ne!(other["id"], job["id"]);
}

#[tokio::test]
async fn b20_a_job_of_another_companys_project_is_left_alone() {
    let test = to_jobs().await;
    let theirs = json!({"metadata": {"cc_project_id": "4711", "cc_company_id": "9"}});
    let job = test.new_job(with(elm("Larkin"), &theirs)).await;
    let project = test.new_project(elm_project("Larkin")).await;
    test.live().await;
    assert_apart(&test, &project, &job).await;
}

#[tokio::test]
async fn b20_a_deleted_job_is_not_linked() {
    let test = to_jobs().await;
    let job = test.new_job(elm("Larkin")).await;
    test.delete_job(&job).await;
    let project = test.new_project(elm_project("Larkin")).await;
    test.live().await;
    assert_apart(&test, &project, &job).await;
}

#[tokio::test]
async fn b20_an_older_job_is_suggested_and_not_linked() {
    let test = to_jobs().await;
    let old = dated_job(&test, elm("Larkin"), 91 * DAY).await;
    let project = test.new_project(elm_project("Larkin")).await;
    test.live().await;
    assert_apart(&test, &project, &old).await;
    let said = [&*project, "looks like", &*text(&old["id"])];
    assert!(test.log_says(&said).await);
}

#[tokio::test]
async fn b20_a_job_changed_within_ninety_days_is_linked() {
    let test = to_jobs().await;
    let job = dated_job(&test, elm("Larkin"), 89 * DAY).await;
    let project = test.new_project(elm_project("Larkin")).await;
    test.live().await;
    assert_eq!(project_of(&test, &job).await["id"], project);
}

#[tokio::test]
async fn b20_several_jobs_are_suggested_and_none_is_linked() {
    let test = to_jobs().await;
    let one = test.new_job(elm("Larkin")).await;
    let other = test.new_job(elm("Larkin")).await;
    let project = test.new_project(elm_project("Larkin")).await;
    test.live().await;
    assert_apart(&test, &project, &one).await;
    assert_apart(&test, &project, &other).await;
    let (one, other) = (text(&one["id"]), text(&other["id"]));
    assert!(test.log_says(&[&project, "looks like", &one, &other]).await);
}

#[tokio::test]
async fn b20_the_linked_job_is_told_of_its_project_and_keeps_its_own_fields() {
    let test = to_jobs().await;
    let own = json!({
        "name": "Larkin, upstairs", "email": "own@customer.example", "assigned_user_id": "usr_devon",
        "phones": [{"name": "Mobile", "number": "402-555-0101"}],
        "metadata": {"jobprogress_job_id": "r-7", "estimate": "7"},
    });
    let job = test.new_job(with(elm("Larkin"), &own)).await;
    let contact = json!({
        "name": "Pat", "email": "pat@customer.example", "phone_number": "402-555-0102",
    });
    let project = with(
        imported("JobProgress"),
        &json!({"primary_contact": contact}),
    );
    let project = test.new_project(project).await;
    let casey = test.companycam_user("casey.lund@ridgeline.example").await;
    test.assign(&project, &casey).await;
    test.live().await;
    let linked = test.job_of(&project);
    for (field, before) in job.as_object().unwrap() {
        if field != "metadata" && field != "updated_at" {
            assert_eq!(linked[field], *before, "{field}");
        }
    }
    let metadata = &linked["metadata"];
    let company = test.organization().await.unwrap().company_id.to_string();
    assert_eq!(metadata["cc_company_id"], company);
    assert_eq!(metadata["cc_job_progress_relation_id"], "r-7");
    assert_eq!(metadata["estimate"], "7");

    // From here on it follows the project.
    test.change_project(&project, json!({"name": "Roof and gutters"}))
        .await;
    let photo = test.new_photo(&project, json!({})).await;
    test.live().await;
    let followed = test.job_of(&project);
    assert_eq!(followed["customer_name"], "Roof and gutters");
    assert_eq!(followed["email"], "own@customer.example");
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b20_a_project_of_another_system_waits_twenty_minutes_for_its_job() {
    let test = to_jobs().await;
    let project = test.new_project(imported("JobNimbus")).await;
    arrive(&test).await;
    test.poll().await;
    arrive(&test).await;
    assert!(test.jobs_of(&project).is_empty());
    assert!(test.log_says(&["Roof", "skipped", "20 minutes"]).await);
    let texts = test.activity_texts().await.into_iter();
    let said = texts.filter(|text| text.contains("20 minutes"));
    assert_eq!(said.count(), 1, "once");

    // No longer, though it changes all the while.
    test.change_project(&project, json!({"notepad": "Gate code"}))
        .await;
    arrive(&test).await;
    assert!(test.jobs_of(&project).is_empty());
    end_importer_wait(&test, &project).await;
    test.live().await;
    assert_eq!(test.job_of(&project)["customer_name"], "Roof");
}

#[tokio::test]
async fn b20_a_project_that_waited_gets_the_job_that_was_made_meanwhile() {
    let test = to_jobs().await;
    let project = test.new_project(imported("JobNimbus")).await;
    arrive(&test).await;
    let key = json!({"metadata": {"job_nimbus_job_id": "r-7"}});
    let job = test.new_job(with(elm("Larkin"), &key)).await;
    let before = jobs(&test);
    assert!(test.aws.sqs.end_waits() > 0, "a look is to come");
    test.live().await;
    assert_eq!(project_of(&test, &job).await["id"], project);
    assert_eq!(jobs(&test), before);
}

#[tokio::test]
async fn b20_a_project_made_twenty_minutes_ago_does_not_wait() {
    let test = connected().await;
    let project = test.new_project(imported("JobNimbus")).await;
    let made = json!({"created_at": now() - 20 * 60});
    test.change_project(&project, made).await;
    test.catch_up().await;
    test.job_of(&project);
}

#[tokio::test]
async fn b20_a_project_of_a_system_that_one_click_has_no_importer_for_does_not_wait() {
    let test = to_jobs().await;
    let project = test.new_project(imported("AccuLynx")).await;
    test.live().await;
    test.job_of(&project);
}

#[tokio::test]
async fn b20_a_new_project_asks_three_times_for_jobs_and_once_for_each_key_of_another_systems_id() {
    for relations in [0, 1, 3] {
        let test = to_jobs().await;
        for number in 0..30 {
            test.new_job(elm(&format!("Neighbor {number}"))).await;
        }
        test.live().await;
        let ids =
            (0..relations).map(|id| json!({"type": "JobNimbus", "relation_id": format!("r-{id}")}));
        let ids = json!({"integrations": ids.collect::<Vec<_>>()});
        test.one_click.controls().clear_requests();
        test.new_project(with(elm_project("Larkin"), &ids)).await;
        test.live().await;
        let asked = requests(test.one_click.controls(), "GET", "/jobs");
        let lists = asked
            .iter()
            .filter(|request| request.path.ends_with("/jobs"));
        // JobNimbus’s ids may stand under three keys.
        assert!(
            lists.count() <= 3 + 3 * relations,
            "{relations}: {asked:#?}"
        );
    }
}

#[tokio::test]
async fn b20_a_lost_answer_between_telling_and_linking_makes_no_second_job() {
    for action in ["reset_after", "reset_before"] {
        let test = to_jobs().await;
        let job = test.new_job(elm("Larkin")).await;
        test.one_click_fault(json!({
            "method": "PATCH", "path": "/v1/organizations/*/jobs/*", "times": 2, "action": action,
        }));
        test.aws.refuse("TransactWriteItems", 2);
        let project = test.new_project(elm_project("Larkin")).await;
        test.live().await;
        assert_eq!(
            only_project_of(&test, &job).await["id"],
            project,
            "{action}"
        );
    }
}

#[tokio::test]
async fn b20_a_sync_links_what_is_there_too() {
    let test = connected().await;
    let job = test.new_job(elm("Larkin")).await;
    let project = test.new_project(elm_project("Larkin")).await;
    let photo = test.new_photo(&project, json!({})).await;
    test.sync("29").await;
    assert_eq!(only_project_of(&test, &job).await["id"], project);
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b28_a_job_of_another_organization_is_not_linked() {
    let test = to_jobs().await;
    let path = "/organizations/org_harbor/jobs";
    let job = json!({"job": elm("Larkin")});
    test.one_click_control(Method::POST, path, job).await;
    let project = test.new_project(elm_project("Larkin")).await;
    test.live().await;
    assert_eq!(test.jobs_in(ORG, &project).len(), 1);
    assert!(test.jobs_in("org_harbor", &project).is_empty());
    assert_eq!(jobs_named(&test, "Larkin").len(), 1);
}
