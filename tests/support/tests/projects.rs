//! From a project in CompanyCam to a job in One Click, and what changes later (B14).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use http::Method;
use serde_json::{Value, json};
use test_support::steps::{now, requests};
use test_support::{CONSENTING, ORG, TestApp};

fn whole_project() -> Value {
    json!({
        "name": "Larkin – Roof",
        "address": {
            "street_address_1": "12 Cedar Street", "street_address_2": "Unit 4",
            "city": "Lincoln", "state": "NE", "postal_code": "68508", "country": "US",
        },
        "primary_contact": {
            "name": "Pat Larkin", "email": "pat@customer.example", "phone_number": "402-555-0101",
        },
        "integrations": [
            {"type": "JobNimbus", "relation_id": "jn77"},
            {"type": "AccuLynx", "relation_id": "al-9"},
        ],
    })
}

/// Makes one an hour ago: a new one waits for the other system's own importer (B20).
async fn new_whole_project(test: &TestApp) -> String {
    let id = test.new_project(whole_project()).await;
    let an_hour_ago = json!({"created_at": now() - 3600});
    test.change_project(&id, an_hour_ago).await;
    id
}

/// Parts of a job that people look at.
fn shown(job: &Value) -> Value {
    json!({
        "name": job["name"], "customer_name": job["customer_name"], "email": job["email"],
        "phones": job["phones"].as_array().unwrap().iter().map(|phone| &phone["number"]).collect::<Vec<_>>(),
        "address": job["address"],
    })
}

#[tokio::test]
async fn b14_a_new_project_becomes_a_job_with_every_field() {
    let test = TestApp::connected().await;
    let creator = test.companycam_user(CONSENTING).await;
    let mut project = whole_project();
    // Only JobNimbus would make the project wait for JobNimbus's own importer.
    project["integrations"] = json!([{"type": "AccuLynx", "relation_id": "al-9"}]);
    let id = test.new_project(project).await;
    test.catch_up().await;

    let job = test.job_of(&id);
    assert_eq!(
        shown(&job),
        json!({
            "name": "Pat Larkin", "customer_name": "Larkin – Roof", "email": "pat@customer.example",
            "phones": ["402-555-0101"],
            "address": {
                "line_1": "12 Cedar Street", "line_2": "Unit 4", "city": "Lincoln", "state": "NE",
                "postal_code": "68508",
            },
        })
    );
    let company = test.organization().await.unwrap().company_id.to_string();
    assert_eq!(job["metadata"]["cc_project_id"], id);
    assert_eq!(job["metadata"]["cc_company_id"], company);
    assert_eq!(job["metadata"]["cc_creator_id"], creator);
    assert_eq!(job["metadata"]["cc_accu_lynx_relation_id"], "al-9");
    assert_eq!(
        job["assigned_user_id"], "usr_avery",
        "the creator, as nobody is assigned"
    );
    assert!(test.log_says(&["created", "Larkin – Roof"]).await);
}

#[tokio::test]
async fn b14_every_relation_is_on_the_job() {
    let test = TestApp::connected().await;
    let id = new_whole_project(&test).await;
    test.catch_up().await;
    let job = test.job_of(&id);
    assert_eq!(job["metadata"]["cc_job_nimbus_relation_id"], "jn77");
    assert_eq!(job["metadata"]["cc_accu_lynx_relation_id"], "al-9");
}

#[tokio::test]
async fn b14_a_project_without_a_name_is_called_after_its_address_or_its_id() {
    let test = TestApp::connected().await;
    let at_address = json!({"name": null, "address": {"street_address_1": "7 Quarry Road", "street_address_2": null, "city": null, "state": null, "postal_code": null, "country": null}});
    let at_address = test.new_project(at_address).await;
    let bare = test.new_project(json!({"name": "  "})).await;
    let contact = json!({"name": null, "primary_contact": {"name": "Pat Larkin", "email": null, "phone_number": null}});
    let with_contact = test.new_project(contact).await;
    test.catch_up().await;

    let job = test.job_of(&at_address);
    assert_eq!(
        (&job["customer_name"], &job["name"]),
        (&json!("7 Quarry Road"), &json!("7 Quarry Road"))
    );
    let called = json!(format!("CompanyCam project {bare}"));
    let job = test.job_of(&bare);
    assert_eq!((&job["customer_name"], &job["name"]), (&called, &called));
    assert_eq!(
        job["address"],
        json!({"line_1": null, "line_2": null, "city": null, "state": null, "postal_code": null})
    );
    assert_eq!(job["phones"], json!([]));
    assert_eq!(job["email"], Value::Null);
    let job = test.job_of(&with_contact);
    assert_eq!(
        job["customer_name"],
        format!("CompanyCam project {with_contact}")
    );
    assert_eq!(job["name"], "Pat Larkin");
}

#[tokio::test]
async fn b14_a_change_writes_only_what_changed_and_leaves_one_clicks_edits() {
    let test = TestApp::connected().await;
    let id = new_whole_project(&test).await;
    test.catch_up().await;
    let edits = json!({
        "email": "edited@one-click.example", "name": "Edited name", "status": "sold",
        "address": {"line_1": "12 Cedar St.", "line_2": "rear house"},
        "metadata": {"estimate": "4711"},
    });
    test.change_job(&test.job_of(&id), edits).await;

    test.change_project(&id, json!({"name": "Larkin – Roof and gutters"}))
        .await;
    test.catch_up().await;
    let job = test.job_of(&id);
    assert_eq!(job["customer_name"], "Larkin – Roof and gutters");
    assert_eq!(job["name"], "Edited name");
    assert_eq!(job["email"], "edited@one-click.example");
    assert_eq!(job["address"]["line_1"], "12 Cedar St.");
    assert_eq!(job["status"], "sold");
    assert_eq!(job["metadata"]["estimate"], "4711");

    let address = json!({"address": {
        "street_address_1": "12 Cedar Street", "street_address_2": "Unit 4",
        "city": "Omaha", "state": "NE", "postal_code": "68102", "country": "US",
    }});
    test.change_project(&id, address).await;
    test.catch_up().await;
    let job = test.job_of(&id);
    assert_eq!(job["address"]["city"], "Omaha");
    assert_eq!(job["address"]["postal_code"], "68102");
    assert_eq!(
        job["address"]["line_1"], "12 Cedar St.",
        "its line did not change in CompanyCam"
    );
    assert_eq!(job["address"]["line_2"], "rear house");

    let contact = json!({"primary_contact": {"name": "Pat Larkin", "email": "new@customer.example", "phone_number": "402-555-0101"}});
    test.change_project(&id, contact).await;
    test.catch_up().await;
    let job = test.job_of(&id);
    assert_eq!(
        job["email"], "new@customer.example",
        "CompanyCam's address changed"
    );
    assert_eq!(job["name"], "Edited name", "the contact's name did not");
}

#[tokio::test]
async fn b14_a_change_that_is_no_news_writes_nothing() {
    let test = TestApp::connected().await;
    let id = new_whole_project(&test).await;
    test.catch_up().await;
    test.one_click.controls().clear_requests();
    test.change_project(&id, json!({"notepad": "Gate code 4411"}))
        .await;
    test.catch_up().await;
    let controls = test.one_click.controls();
    assert!(requests(controls, "PATCH", "/jobs/").is_empty());
    assert!(requests(controls, "POST", "/jobs").is_empty());
}

#[tokio::test]
async fn b14_what_companycam_empties_is_emptied() {
    let test = TestApp::connected().await;
    let id = new_whole_project(&test).await;
    test.catch_up().await;
    let emptied = json!({
        "primary_contact": {"name": null, "email": null, "phone_number": null},
        "address": {"street_address_1": "12 Cedar Street", "street_address_2": null, "city": "Lincoln", "state": "NE", "postal_code": "68508", "country": "US"},
        "integrations": [{"type": "AccuLynx", "relation_id": "al-10"}],
    });
    test.change_project(&id, emptied).await;
    test.catch_up().await;
    let job = test.job_of(&id);
    assert_eq!(
        job["name"], "Larkin – Roof",
        "without a contact the project's name"
    );
    assert_eq!(job["email"], Value::Null);
    assert_eq!(job["phones"], json!([]));
    assert_eq!(job["address"]["line_2"], Value::Null);
    assert_eq!(job["metadata"]["cc_accu_lynx_relation_id"], "al-10");
    assert_eq!(job["metadata"]["cc_job_nimbus_relation_id"], Value::Null);
}

#[tokio::test]
async fn b14_of_the_phones_only_companycams_number_is_replaced() {
    let test = TestApp::connected().await;
    let id = new_whole_project(&test).await;
    test.catch_up().await;
    let phones = json!({"phones": [
        {"name": "Office", "number": "402-555-0199"},
        {"name": "Mobile", "number": "(402) 555-0101"},
    ]});
    test.change_job(&test.job_of(&id), phones).await;
    let contact = json!({"primary_contact": {"name": "Pat Larkin", "email": "pat@customer.example", "phone_number": "402-555-0102"}});
    test.change_project(&id, contact).await;
    test.catch_up().await;
    assert_eq!(
        test.job_of(&id)["phones"],
        json!([{"name": "Office", "number": "402-555-0199"}, {"name": "Mobile", "number": "402-555-0102"}])
    );
}

#[tokio::test]
async fn b14_what_was_archived_or_deleted_before_it_had_a_job_is_never_imported() {
    let test = TestApp::connected().await;
    let archived = test
        .new_project(json!({"name": "Archived", "archived": true}))
        .await;
    let deleted = test
        .new_project(json!({"name": "Deleted", "status": "deleted"}))
        .await;
    let merged = test.named_project("Merged").await;
    let survivor = test.named_project("Survivor").await;
    let merge = format!("/projects/{merged}/merge");
    test.companycam_control(Method::POST, &merge, json!({"into": survivor}))
        .await;
    test.catch_up().await;
    test.sync("all").await;
    for id in [&archived, &deleted, &merged] {
        assert_eq!(test.jobs_of(id), Vec::<Value>::new());
    }
    test.job_of(&survivor);
    assert!(test.log_says(&["Archived", "skipped", "archived"]).await);
}

#[tokio::test]
async fn b14_the_assignee_is_the_first_matched_assigned_user_else_the_creator_else_nobody() {
    let test = TestApp::connected().await;
    let kit = test.companycam_user_named("Kit Monroe").await;
    let casey = test.companycam_user("casey.lund@ridgeline.example").await;
    let blake = test.companycam_user("blake.moreno@ridgeline.example").await;
    let assigned = test
        .new_project(json!({"name": "Assigned", "creator_id": blake}))
        .await;
    for user in [&kit, &casey, &blake] {
        test.assign(&assigned, user).await;
    }
    let created = test
        .new_project(json!({"name": "Created", "creator_id": blake}))
        .await;
    test.assign(&created, &kit).await;
    let nobodys = test
        .new_project(json!({"name": "Nobody's", "creator_id": kit}))
        .await;
    test.catch_up().await;
    assert_eq!(test.job_of(&assigned)["assigned_user_id"], "usr_casey");
    assert_eq!(test.job_of(&created)["assigned_user_id"], "usr_blake");
    assert_eq!(test.job_of(&nobodys)["assigned_user_id"], Value::Null);
}

#[tokio::test]
async fn b14_a_later_assignment_reaches_the_job_only_while_it_has_nobody() {
    let test = TestApp::connected().await;
    let kit = test.companycam_user_named("Kit Monroe").await;
    let casey = test.companycam_user("casey.lund@ridgeline.example").await;
    let blake = test.companycam_user("blake.moreno@ridgeline.example").await;
    let free = test
        .new_project(json!({"name": "Free", "creator_id": kit}))
        .await;
    let taken = test
        .new_project(json!({"name": "Taken", "creator_id": kit}))
        .await;
    test.catch_up().await;
    test.change_job(
        &test.job_of(&taken),
        json!({"assigned_user_id": "usr_devon"}),
    )
    .await;

    for project in [&free, &taken] {
        test.assign(project, &casey).await;
        test.change_project(project, json!({"updated_at": now() + 1}))
            .await;
    }
    test.catch_up().await;
    assert_eq!(test.job_of(&free)["assigned_user_id"], "usr_casey");
    assert_eq!(
        test.job_of(&taken)["assigned_user_id"],
        "usr_devon",
        "somebody set one in One Click"
    );

    for project in [&free, &taken] {
        let unassign = format!("/projects/{project}/assigned_users/{casey}");
        test.companycam_control(Method::DELETE, &unassign, json!({}))
            .await;
        test.assign(project, &blake).await;
        test.change_project(project, json!({"updated_at": now() + 2}))
            .await;
    }
    // Whoever takes an assignee away in One Click means it.
    test.change_job(&test.job_of(&taken), json!({"assigned_user_id": null}))
        .await;
    test.catch_up().await;
    assert_eq!(
        test.job_of(&free)["assigned_user_id"],
        "usr_casey",
        "One Click owns it now"
    );
    assert_eq!(test.job_of(&taken)["assigned_user_id"], Value::Null);
}

#[tokio::test]
async fn b14_an_assignee_set_and_cleared_in_one_click_is_not_imposed_again() {
    let test = TestApp::connected().await;
    let kit = test.companycam_user_named("Kit Monroe").await;
    let casey = test.companycam_user("casey.lund@ridgeline.example").await;
    let id = test
        .new_project(json!({"name": "Roof", "creator_id": kit}))
        .await;
    test.catch_up().await;
    for assignee in [json!("usr_devon"), Value::Null] {
        test.change_job(&test.job_of(&id), json!({"assigned_user_id": assignee}))
            .await;
        test.catch_up().await;
    }
    test.assign(&id, &casey).await;
    let later = json!({"name": "Roof and gutters", "updated_at": now() + 1});
    test.change_project(&id, later).await;
    test.catch_up().await;
    let job = test.job_of(&id);
    assert_eq!(job["customer_name"], "Roof and gutters");
    assert_eq!(job["assigned_user_id"], Value::Null);
}

#[tokio::test]
async fn b14_an_assignee_who_has_left_one_click_does_not_hold_up_the_job() {
    let test = TestApp::connected().await;
    let gone = format!("/organizations/{ORG}/users/usr_blake");
    test.one_click_control(Method::DELETE, &gone, json!({}))
        .await;
    let blake = test.companycam_user("blake.moreno@ridgeline.example").await;
    let id = test
        .new_project(json!({"name": "Left", "creator_id": blake}))
        .await;
    test.catch_up().await;
    assert_eq!(test.job_of(&id)["assigned_user_id"], Value::Null);
}
