//! No echo: what one side made for the other makes nothing there in turn, whatever comes first
//! (B21, B22, B26).

use serde_json::json;
use test_support::steps::text;

use crate::helpers::{
    BOTH, FROM_JOBS, arrive, asked, claims, elm, elm_project, jobs_named, linked, live_with,
    only_project_of, projects,
};

fn switches(change: impl Fn(&mut one_click_simulator::Switches)) -> one_click_simulator::Switches {
    let mut switches = one_click_simulator::Switches::default();
    change(&mut switches);
    switches
}

#[tokio::test]
async fn b26_an_event_of_a_job_that_comes_twice_makes_one_project() {
    let test = live_with(&BOTH).await;
    test.one_click
        .set_switches(switches(|switches| switches.duplicate = true));
    let job = test.new_job(elm("Larkin")).await;
    test.live().await;
    only_project_of(&test, &job).await;
    assert_eq!(asked(&test), 1);
}

#[tokio::test]
async fn b26_an_event_of_a_job_that_comes_late_makes_one_project() {
    let test = live_with(&BOTH).await;
    test.one_click
        .set_switches(switches(|switches| switches.delay_ms = 300));
    let job = test.new_job(elm("Larkin")).await;
    // By then the poll has made it.
    test.catch_up().await;
    assert_eq!(asked(&test), 1);
    test.live().await;
    only_project_of(&test, &job).await;
    assert_eq!(asked(&test), 1);
}

#[tokio::test]
async fn b26_events_of_a_job_that_overtake_each_other_make_one_project() {
    let test = live_with(&BOTH).await;
    test.one_click.set_switches(switches(|switches| {
        switches.swap = true;
        switches.times = Some(2);
    }));
    let job = test.new_job(elm("Larkin")).await;
    test.change_job(&job, json!({"assigned_user_id": "usr_casey"}))
        .await;
    test.live().await;
    let casey = test.companycam_user("casey.lund@ridgeline.example").await;
    let project = only_project_of(&test, &job).await;
    assert_eq!(project["assignees"], json!([casey]));
    assert_eq!(asked(&test), 1);
}

#[tokio::test]
async fn b26_a_deletion_that_overtakes_the_creation_makes_nothing() {
    let test = live_with(&BOTH).await;
    test.one_click.set_switches(switches(|switches| {
        switches.swap = true;
        switches.times = Some(2);
    }));
    let job = test.new_job(elm("Larkin")).await;
    test.delete_job(&job).await;
    test.live().await;
    assert_eq!(asked(&test), 0);
    assert!(projects(&test).await.is_empty());
}

#[tokio::test]
async fn b21_a_project_made_for_a_job_makes_no_job() {
    let test = live_with(&BOTH).await;
    test.companycam_settings(json!({"duplicate_deliveries": true, "swap_deliveries": true}))
        .await;
    let job = test.new_job(elm("Larkin")).await;
    test.live().await;
    test.catch_up().await;
    test.sync("29").await;
    only_project_of(&test, &job).await;
}

#[tokio::test]
async fn b21_a_job_made_for_a_project_makes_no_project() {
    let test = live_with(&BOTH).await;
    test.one_click
        .set_switches(switches(|switches| switches.duplicate = true));
    let project = test.new_project(elm_project("Larkin")).await;
    test.live().await;
    test.catch_up().await;
    let job = test.job_of(&project);
    assert_eq!(only_project_of(&test, &job).await["id"], project);
    assert_eq!(asked(&test), 0);
}

#[tokio::test]
async fn b21_a_job_made_for_a_project_makes_none_while_their_link_is_missing() {
    let test = live_with(&BOTH).await;
    test.aws.refuse("TransactWriteItems", 1);
    let project = test.new_project(elm_project("Larkin")).await;
    // The job is there and its event has come, before the link is written.
    arrive(&test).await;
    let job = test.job_of(&project);
    assert_eq!(linked(&test, &job).await, None);
    assert_eq!(asked(&test), 0);
    test.live().await;
    assert_eq!(only_project_of(&test, &job).await["id"], project);
    assert_eq!(asked(&test), 0);
}

#[tokio::test]
async fn b22_the_event_of_a_project_whose_answer_was_lost_links_it_to_its_job() {
    let test = live_with(&BOTH).await;
    let lost = json!({"method": "POST", "path": "/v2/projects", "action": "reset_after"});
    test.companycam_fault(lost);
    let job = test.new_job(elm("Larkin")).await;
    // The look at the job is put off; the project's own event comes before it.
    arrive(&test).await;
    only_project_of(&test, &job).await;
    test.live().await;
    test.catch_up().await;
    only_project_of(&test, &job).await;
    assert_eq!(asked(&test), 1);
    let told = test.log_says(&["Larkin", "created from a job"]).await;
    assert!(told, "{:#?}", test.activity_texts().await);
}

#[tokio::test]
async fn b22_a_project_linked_by_its_event_is_still_assigned() {
    let test = live_with(&BOTH).await;
    let lost = json!({"method": "POST", "path": "/v2/projects", "action": "reset_after"});
    test.companycam_fault(lost);
    let mut job = elm("Larkin");
    job["assigned_user_id"] = json!("usr_casey");
    let job = test.new_job(job).await;
    test.live().await;
    let casey = test.companycam_user("casey.lund@ridgeline.example").await;
    let project = only_project_of(&test, &job).await;
    assert_eq!(project["assignees"], json!([casey]));
    let job = test.job(&text(&job["id"]));
    assert_eq!(job["assigned_user_id"], "usr_casey");
}

#[tokio::test]
async fn b22_a_strangers_project_does_not_pass_for_the_one_that_was_asked_for() {
    let test = live_with(&BOTH).await;
    let lost = json!({"method": "POST", "path": "/v2/projects", "action": "reset_before"});
    test.companycam_fault(lost);
    let job = test.new_job(elm("Larkin")).await;
    arrive(&test).await;
    assert_eq!(claims(&test).await.len(), 1);
    let other = test.new_project(elm_project("Barlow")).await;
    arrive(&test).await;
    assert_eq!(linked(&test, &job).await, None);
    assert_ne!(test.job_of(&other)["id"], job["id"]);
    test.age_claims().await;
    test.live().await;
    only_project_of(&test, &job).await;
}

#[tokio::test]
async fn b26_a_job_and_a_project_made_for_the_same_work_at_once_become_one() {
    for project_first in [true, false] {
        let test = live_with(&BOTH).await;
        let (job, project);
        if project_first {
            project = test.new_project(elm_project("Larkin")).await;
            job = test.new_job(elm("Larkin")).await;
        } else {
            job = test.new_job(elm("Larkin")).await;
            project = test.new_project(elm_project("Larkin")).await;
        }
        test.live().await;
        let found = only_project_of(&test, &job).await;
        assert_eq!(found["id"], project, "project first: {project_first}");
    }
}

#[tokio::test]
async fn b10_switched_off_a_project_made_for_a_job_still_keeps_it_up_to_date() {
    let test = live_with(&FROM_JOBS).await;
    let job = test.new_job(elm("Larkin")).await;
    test.live().await;
    let project = text(&only_project_of(&test, &job).await["id"]);
    test.change_project(&project, json!({"name": "Larkin, roof"}))
        .await;
    let photo = test.new_photo(&project, json!({})).await;
    test.live().await;
    assert_eq!(test.job_of(&project)["customer_name"], "Larkin, roof");
    assert!(test.shows(&project, &photo));
    assert!(jobs_named(&test, "Larkin").is_empty());
}
