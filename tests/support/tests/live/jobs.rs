//! Jobs create projects: which do, and what of them (B9, B18, B21, B24).

use serde_json::{Value, json};
use test_support::steps::{now, requests, text};

use crate::helpers::{
    BOTH, FROM_JOBS, arrive, asked, connected, covers_since, date_back, dated_job, elm,
    elm_project, jobs_named, linked, live_with, only_project_of, project_of, projects, with,
};

const HOUR: i64 = 3600;

#[tokio::test]
async fn b21_a_project_gets_every_field_of_its_job() {
    let test = live_with(&FROM_JOBS).await;
    let job = test
        .new_job(json!({
            "name": "Pat Larkin", "customer_name": "Larkin Roof", "email": "pat@customer.example",
            "phones": [
                {"name": "Mobile", "number": "402-555-0101"},
                {"name": "Office", "number": "402-555-0102"},
            ],
            "address": {
                "line_1": "12 Elm St", "line_2": "Unit 4", "city": "Lincoln", "state": "NE",
                "postal_code": "68508",
            },
        }))
        .await;
    test.live().await;
    let project = only_project_of(&test, &job).await;
    assert_eq!(project["name"], "Larkin Roof");
    let address = json!({
        "street_address_1": "12 Elm St", "street_address_2": "Unit 4", "city": "Lincoln",
        "state": "NE", "postal_code": "68508", "country": null,
    });
    assert_eq!(project["address"], address);
    let contact = &project["primary_contact"];
    assert_eq!(contact["name"], "Pat Larkin");
    assert_eq!(contact["email"], "pat@customer.example");
    assert_eq!(contact["phone_number"], "402-555-0101", "the first");
    assert!(test.log_says(&["Larkin Roof", "created from a job"]).await);
}

#[tokio::test]
async fn b21_the_job_is_told_of_its_project_and_keeps_all_else() {
    let test = live_with(&FROM_JOBS).await;
    let job = with(elm("Larkin Roof"), &json!({"metadata": {"estimate": "7"}}));
    let job = test.new_job(job).await;
    test.live().await;
    let project = only_project_of(&test, &job).await;
    let company = test.organization().await.unwrap().company_id.to_string();
    let told = test.job(&text(&job["id"]));
    assert_eq!(told["metadata"]["cc_project_id"], project["id"]);
    assert_eq!(told["metadata"]["cc_company_id"], company);
    assert_eq!(told["metadata"]["estimate"], "7");
    for (field, before) in job.as_object().unwrap() {
        if field != "metadata" && field != "updated_at" {
            assert_eq!(told[field], *before, "{field}");
        }
    }
}

#[tokio::test]
async fn b21_a_project_is_credited_to_the_jobs_creator() {
    let test = live_with(&FROM_JOBS).await;
    let job = with(elm("Larkin"), &json!({"created_by_user_id": "usr_blake"}));
    let job = test.new_job(job).await;
    test.live().await;
    let blake = test.companycam_user("blake.moreno@ridgeline.example").await;
    assert_eq!(only_project_of(&test, &job).await["creator_id"], blake);
}

#[tokio::test]
async fn b21_the_matched_assignee_is_assigned() {
    let test = live_with(&FROM_JOBS).await;
    let job = with(elm("Larkin"), &json!({"assigned_user_id": "usr_casey"}));
    let job = test.new_job(job).await;
    test.live().await;
    let casey = test.companycam_user("casey.lund@ridgeline.example").await;
    let project = only_project_of(&test, &job).await;
    assert_eq!(project["assignees"], json!([casey]));
}

#[tokio::test]
async fn b21_who_is_not_matched_is_neither_credited_nor_assigned() {
    let test = live_with(&FROM_JOBS).await;
    let unmatched =
        json!({"created_by_user_id": "usr_front_desk", "assigned_user_id": "usr_front_desk"});
    let job = test.new_job(with(elm("Larkin"), &unmatched)).await;
    test.live().await;
    let project = only_project_of(&test, &job).await;
    let connected = test.companycam_user(test_support::CONSENTING).await;
    assert_eq!(project["creator_id"], connected);
    assert_eq!(project["assignees"], json!([]));
    assert!(test.log_says(&["Larkin", "assignee is not matched"]).await);
    let job = test.job(&text(&job["id"]));
    assert_eq!(job["assigned_user_id"], "usr_front_desk", "One Click's own");
}

#[tokio::test]
async fn b21_a_job_with_next_to_nothing_gets_a_project_too() {
    let test = live_with(&FROM_JOBS).await;
    let bare = json!({"name": "Somebody", "customer_name": "Somebody's house"});
    let bare = test.new_job(bare).await;
    let no_phone = test.new_job(elm("Without phone")).await;
    test.live().await;
    let project = only_project_of(&test, &bare).await;
    assert_eq!(project["address"]["street_address_1"], Value::Null);
    assert_eq!(project["primary_contact"]["name"], "Somebody");
    let project = only_project_of(&test, &no_phone).await;
    assert_eq!(project["primary_contact"]["phone_number"], Value::Null);
}

#[tokio::test]
async fn b21_a_job_without_a_customers_name_is_called_after_its_own_or_its_address() {
    let test = live_with(&FROM_JOBS).await;
    for (own, line_1, expected) in [
        ("Gutters", "12 Elm St", "Gutters"),
        (" ", "9 Oak St", "9 Oak St"),
    ] {
        // One Click's own form wants a name; its contract does not promise one.
        test.one_click.set_switches(one_click_simulator::Switches {
            drop: true,
            ..one_click_simulator::Switches::default()
        });
        let job = test.new_job(elm("Blank")).await;
        let id = text(&job["id"]);
        let mut shown = job.clone();
        shown["customer_name"] = Value::Null;
        shown["name"] = json!(own);
        shown["address"]["line_1"] = json!(line_1);
        test.one_click_fault(json!({
            "method": "GET", "path": format!("/v1/organizations/*/jobs/{id}"), "times": null,
            "action": {"status": 200, "headers": {"content-type": "application/json"},
                "body": json!({"job": shown}).to_string()},
        }));
        test.go_live().await;
        test.change_job(&job, json!({"email": "pat@customer.example"}))
            .await;
        test.live().await;
        assert_eq!(project_of(&test, &job).await["name"], expected);
    }
}

#[tokio::test]
async fn b9_by_itself_a_job_makes_no_project() {
    let test = connected().await;
    test.go_live().await;
    let job = test.new_job(elm("Larkin")).await;
    test.live().await;
    test.change_job(&job, json!({"email": "pat@customer.example"}))
        .await;
    test.live().await;
    test.catch_up().await;
    assert_eq!(asked(&test), 0);
    assert_eq!(linked(&test, &job).await, None);
}

#[tokio::test]
async fn b9_jobs_from_before_it_was_switched_on_make_no_project() {
    let test = live_with(&[]).await;
    let before = dated_job(&test, elm("Before"), HOUR).await;
    test.prefer(&FROM_JOBS).await;
    let after = test.new_job(elm("After")).await;
    // A change is no creation.
    test.change_job(&before, json!({"email": "pat@customer.example"}))
        .await;
    test.live().await;
    test.catch_up().await;
    only_project_of(&test, &after).await;
    assert_eq!(linked(&test, &before).await, None);
    assert_eq!(asked(&test), 1);
}

#[tokio::test]
async fn b9_only_the_last_time_it_was_switched_on_counts() {
    let test = connected().await;
    test.prefer(&FROM_JOBS).await;
    covers_since(&test, 2 * HOUR).await;
    // It was on when this was created, but nobody heard of it.
    let job = dated_job(&test, elm("Missed"), HOUR).await;
    test.prefer(&[]).await;
    test.catch_up().await;
    test.prefer(&FROM_JOBS).await;
    test.catch_up().await;
    assert_eq!(asked(&test), 0);
    assert_eq!(linked(&test, &job).await, None);
}

#[tokio::test]
async fn b9_saving_it_again_loses_no_job_in_between() {
    let test = connected().await;
    test.prefer(&FROM_JOBS).await;
    covers_since(&test, 2 * HOUR).await;
    let job = dated_job(&test, elm("Larkin"), HOUR).await;
    test.prefer(&["create_project_from_job", "copy_documents"])
        .await;
    test.catch_up().await;
    only_project_of(&test, &job).await;
}

#[tokio::test]
async fn b24_a_job_whose_event_was_lost_is_found_by_the_poll() {
    let test = connected().await;
    test.prefer(&FROM_JOBS).await;
    test.catch_up().await;
    let job = test.new_job(elm("Larkin")).await;
    test.catch_up().await;
    only_project_of(&test, &job).await;
    test.catch_up().await;
    assert_eq!(asked(&test), 1);
}

#[tokio::test]
async fn b24_a_quiet_poll_asks_one_click_once_and_companycam_twice_at_most() {
    let test = live_with(&FROM_JOBS).await;
    // What changed within the last seconds would be read once more.
    let old = with(elm_project("Larkin"), &json!({"updated_at": now() - 600}));
    let project = test.new_project(old).await;
    let job = test.new_job(elm("Larkin")).await;
    test.live().await;
    test.catch_up().await;
    assert_eq!(only_project_of(&test, &job).await["id"], project);
    test.companycam.controls.clear_requests();
    test.one_click.controls().clear_requests();
    test.catch_up().await;
    let asked = requests(test.one_click.controls(), "GET", "/");
    assert_eq!(asked.len(), 1, "{asked:#?}");
    let asked = requests(&test.companycam.controls, "GET", "/");
    assert!(asked.len() <= 2, "{asked:#?}");
}

#[tokio::test]
async fn b18_a_job_deleted_before_anybody_looked_makes_nothing() {
    let test = live_with(&FROM_JOBS).await;
    let job = test.new_job(elm("Larkin")).await;
    test.delete_job(&job).await;
    test.live().await;
    assert_eq!(asked(&test), 0);
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b18_a_deleted_job_closes_its_link_for_good() {
    let test = live_with(&BOTH).await;
    let job = test.new_job(elm("Larkin")).await;
    test.live().await;
    let project = text(&only_project_of(&test, &job).await["id"]);
    test.delete_job(&job).await;
    test.live().await;
    assert!(test.log_says(&[&project, "deleted in One Click"]).await);
    test.change_project(&project, json!({"name": "Larkin, renamed"}))
        .await;
    test.new_photo(&project, json!({})).await;
    test.live().await;
    test.catch_up().await;
    assert_eq!(test.jobs_of(&project).len(), 1, "the deleted one");
    assert!(jobs_named(&test, "Larkin, renamed").is_empty());
    assert_eq!(projects(&test).await.len(), 1);
}

#[tokio::test]
async fn b21_two_jobs_of_one_name_and_address_have_a_project_each() {
    let test = live_with(&FROM_JOBS).await;
    let one = test.new_job(elm("Larkin")).await;
    let other = test.new_job(elm("Larkin")).await;
    test.live().await;
    let third = test.new_job(elm("Larkin")).await;
    test.live().await;
    let mut ids = std::collections::BTreeSet::new();
    for job in [&one, &other, &third] {
        ids.insert(text(&project_of(&test, job).await["id"]));
    }
    assert_eq!(ids.len(), 3);
    assert_eq!(projects(&test).await.len(), 3);
}

#[tokio::test]
async fn b21_a_job_of_another_importer_waits_twenty_minutes() {
    let test = live_with(&FROM_JOBS).await;
    covers_since(&test, HOUR).await;
    let key = json!({"metadata": {"job_nimbus_job_id": "jn-7"}});
    let job = test.new_job(with(elm("Larkin"), &key)).await;
    arrive(&test).await;
    test.poll().await;
    arrive(&test).await;
    assert_eq!(asked(&test), 0);

    date_back(&test, &job, 20 * 60 - 90).await;
    assert!(test.aws.sqs.end_waits() > 0, "a look is to come");
    arrive(&test).await;
    assert_eq!(asked(&test), 0, "a minute and a half is left");

    date_back(&test, &job, 20 * 60).await;
    assert!(test.aws.sqs.end_waits() > 0, "it is to come again");
    test.live().await;
    only_project_of(&test, &job).await;
    assert_eq!(asked(&test), 1);
}

#[tokio::test]
async fn b21_a_job_of_another_importer_gets_the_project_that_one_made_meanwhile() {
    let keys = [
        ("job_nimbus_job_id", "JobNimbus"),
        ("job_nimbus_contact_id", "JobNimbus"),
        ("jobprogress_job_id", "JobProgress"),
        ("cc_accu_lynx_relation_id", "AccuLynx"),
    ];
    for (key, system) in keys {
        let test = live_with(&FROM_JOBS).await;
        covers_since(&test, HOUR).await;
        let job = with(elm("Larkin"), &json!({"metadata": {key: "r-7"}}));
        let job = dated_job(&test, job, 25 * 60).await;
        // Named and placed differently: only the other system's id says that they are the same.
        let theirs = |id: &str| json!({"name": "Roof", "integrations": [{"type": system, "relation_id": id}]});
        let project = test.new_project(theirs("r-7")).await;
        test.new_project(theirs("r-8")).await;
        test.live().await;
        assert_eq!(project_of(&test, &job).await["id"], project, "{key}");
        assert_eq!(asked(&test), 0, "{key}");
    }
}

#[tokio::test]
async fn b21_a_project_that_the_other_importer_made_before_the_job_is_linked_too() {
    let test = connected().await;
    test.prefer(&FROM_JOBS).await;
    covers_since(&test, HOUR).await;
    let project =
        json!({"name": "Roof", "integrations": [{"type": "JobNimbus", "relation_id": "jn-7"}]});
    let project = test.new_project(project).await;
    // The importers run every 15 minutes: the project may be that much older.
    let made = now() - 40 * 60;
    test.change_project(&project, json!({"created_at": made, "updated_at": made}))
        .await;
    let key = json!({"metadata": {"job_nimbus_job_id": "jn-7"}});
    let job = dated_job(&test, with(elm("Larkin"), &key), 25 * 60).await;
    test.catch_up().await;
    assert_eq!(project_of(&test, &job).await["id"], project);
    assert_eq!(asked(&test), 0);
}
