//! Lost answers, outages and refusals on the way from a job to its project (B22, B26, B27).

use std::time::Duration;

use serde_json::{Value, json};
use simulator_kit::control::FaultRule;
use test_support::TestApp;
use test_support::steps::{answer, fault, requests, text};

use crate::helpers::{
    FROM_JOBS, arrive, asked, claims, come_back, connected, elm, elm_project, linked, live_with,
    looked, only_project_of, project_of, projects,
};

fn lose(test: &TestApp, action: &Value) {
    let rule = json!({"method": "POST", "path": "/v2/projects", "action": action});
    test.companycam_fault(rule);
}

/// The requests after the first for a project, in order, as `POST` and `look`.
fn after_the_first(test: &TestApp) -> Vec<&'static str> {
    let requests = test.companycam.controls.requests();
    let about = requests
        .iter()
        .filter(|request| request.path == "/v2/projects");
    let names = about.map(|request| {
        if request.method == "POST" {
            "POST"
        } else {
            "look"
        }
    });
    names.skip_while(|name| *name != "POST").skip(1).collect()
}

#[tokio::test]
async fn b22_a_project_whose_answer_was_lost_is_found_and_not_made_again() {
    let test = live_with(&FROM_JOBS).await;
    lose(&test, &json!("reset_after"));
    let job = test.new_job(elm("Larkin")).await;
    arrive(&test).await;
    assert_eq!(projects(&test).await.len(), 1);
    assert_eq!(linked(&test, &job).await, None);
    test.age_claims().await;
    test.live().await;
    only_project_of(&test, &job).await;
    assert_eq!(asked(&test), 1);
    assert!(looked(&test) > 0);
    assert!(test.log_says(&["Larkin", "was created from a job"]).await);
}

#[tokio::test]
async fn b22_a_lost_project_is_found_however_little_its_address_says() {
    for address in [
        json!({}),
        json!({"line_1": "12 Elm St"}),
        json!({"city": "Lincoln"}),
    ] {
        let test = live_with(&FROM_JOBS).await;
        lose(&test, &json!("reset_after"));
        let job = json!({"name": "Larkin", "customer_name": "Larkin", "address": address});
        let job = test.new_job(job).await;
        arrive(&test).await;
        test.age_claims().await;
        test.live().await;
        only_project_of(&test, &job).await;
        assert_eq!(asked(&test), 1, "{address}");
    }
}

#[tokio::test]
async fn b22_a_request_that_had_no_effect_is_looked_for_and_then_made_again() {
    let losses = [
        json!("reset_before"),
        json!({"status": 500, "body": ""}),
        json!({"status": 503, "body": ""}),
        json!({"status": 504, "body": ""}),
    ];
    for loss in losses {
        let test = live_with(&FROM_JOBS).await;
        lose(&test, &loss);
        let job = test.new_job(elm("Larkin")).await;
        arrive(&test).await;
        assert!(projects(&test).await.is_empty(), "{loss}");
        test.age_claims().await;
        test.live().await;
        only_project_of(&test, &job).await;
        assert_eq!(asked(&test), 2, "{loss}");
        let order = after_the_first(&test);
        let again = order.iter().position(|name| *name == "POST");
        assert!(again.is_some_and(|at| at > 0), "{loss}: {order:?}");
        assert!(test.dead_letters().is_empty(), "{loss}");
    }
}

#[tokio::test]
async fn b22_a_lost_request_is_left_some_seconds_to_show() {
    let test = live_with(&FROM_JOBS).await;
    lose(&test, &json!("reset_before"));
    test.new_job(elm("Larkin")).await;
    arrive(&test).await;
    test.companycam.controls.clear_requests();
    come_back(&test, 3).await;
    assert_eq!(test.companycam.controls.requests().len(), 0);
    assert_eq!(claims(&test).await.len(), 1);
}

#[tokio::test]
async fn b22_the_answers_of_two_like_jobs_lost_together_end_as_two_projects() {
    for effect in ["reset_after", "reset_before"] {
        let test = live_with(&FROM_JOBS).await;
        lose(&test, &json!(effect));
        lose(&test, &json!(effect));
        let one = test.new_job(elm("Larkin")).await;
        let other = test.new_job(elm("Larkin")).await;
        arrive(&test).await;
        test.age_claims().await;
        come_back(&test, 3).await;
        test.age_claims().await;
        test.live().await;
        let one = project_of(&test, &one).await;
        let other = project_of(&test, &other).await;
        assert_ne!(one["id"], other["id"], "{effect}");
        assert_eq!(projects(&test).await.len(), 2, "{effect}");
    }
}

#[tokio::test]
async fn b22_answers_lost_again_and_again_leave_one_project() {
    let test = live_with(&FROM_JOBS).await;
    for effect in ["reset_before", "reset_before", "reset_after"] {
        lose(&test, &json!(effect));
    }
    let job = test.new_job(elm("Larkin")).await;
    arrive(&test).await;
    for _ in 0..3 {
        test.age_claims().await;
        come_back(&test, 2).await;
    }
    test.live().await;
    only_project_of(&test, &job).await;
    assert_eq!(asked(&test), 3);
}

#[tokio::test]
async fn b22_a_lost_answer_is_no_reason_to_take_somebody_elses_project() {
    let test = live_with(&FROM_JOBS).await;
    lose(&test, &json!("reset_after"));
    let job = test.new_job(elm("Larkin")).await;
    arrive(&test).await;
    // Renamed before anybody could look: it is not known again, nor is any other taken for it.
    let barlow = test.new_project(elm_project("Barlow")).await;
    arrive(&test).await;
    test.age_claims().await;
    test.live().await;
    assert_ne!(only_project_of(&test, &job).await["id"], barlow);
}

#[tokio::test]
async fn b22_a_job_that_changed_while_its_answer_was_lost_keeps_its_project() {
    let test = live_with(&FROM_JOBS).await;
    lose(&test, &json!("reset_after"));
    let job = test.new_job(elm("Larkin")).await;
    arrive(&test).await;
    let moved = json!({"customer_name": "Larkin and Hart", "address": {"line_1": "14 Oak St"}});
    test.change_job(&job, moved).await;
    arrive(&test).await;
    test.age_claims().await;
    test.live().await;
    let project = project_of(&test, &job).await;
    assert_eq!(project["name"], "Larkin");
    assert_eq!(projects(&test).await.len(), 1);
}

#[tokio::test]
async fn b22_what_is_put_off_by_the_rate_limit_is_asked_for_once_more_at_once() {
    let test = live_with(&FROM_JOBS).await;
    lose(
        &test,
        &json!({"status": 429, "headers": {"retry-after": "1"}, "body": ""}),
    );
    let job = test.new_job(elm("Larkin")).await;
    test.live().await;
    only_project_of(&test, &job).await;
    assert_eq!(asked(&test), 2);
}

#[tokio::test]
async fn b27_an_outage_of_companycam_loses_no_job() {
    let test = live_with(&FROM_JOBS).await;
    test.companycam_fault(
        json!({"path": "/v2/*", "times": null, "action": {"status": 503, "body": ""}}),
    );
    let job = test.new_job(elm("Larkin")).await;
    let bare = json!({"name": "Somebody", "customer_name": "Somebody's house"});
    let bare = test.new_job(bare).await;
    arrive(&test).await;
    come_back(&test, 25).await;
    assert!(test.dead_letters().is_empty(), "nothing is given up");
    test.companycam.controls.clear_faults();
    test.age_claims().await;
    test.live().await;
    only_project_of(&test, &job).await;
    only_project_of(&test, &bare).await;
    assert_eq!(projects(&test).await.len(), 2);
}

#[tokio::test]
async fn b27_an_outage_of_one_click_after_the_project_was_made_leaves_one_project() {
    for (method, action) in [
        ("PATCH", json!({"status": 503, "body": ""})),
        ("PATCH", json!("reset_before")),
        ("PATCH", json!("reset_after")),
        ("GET", json!({"status": 503, "body": ""})),
        ("GET", json!("reset_before")),
    ] {
        let test = live_with(&FROM_JOBS).await;
        test.one_click_fault(json!({
            "method": method, "path": "/v1/organizations/*/jobs/*", "times": 5, "action": action,
        }));
        let job = test.new_job(elm("Larkin")).await;
        test.live().await;
        only_project_of(&test, &job).await;
        assert_eq!(asked(&test), 1, "{method} {action}");
        assert!(test.dead_letters().is_empty(), "{method} {action}");
    }
}

#[tokio::test]
async fn b26_a_link_that_could_not_be_written_leaves_one_project() {
    for action in ["TransactWriteItems", "UpdateItem", "PutItem"] {
        let test = live_with(&FROM_JOBS).await;
        let job = test.new_job(elm("Larkin")).await;
        test_support::until(async || !test.delivers().await).await;
        test.aws.refuse(action, 2);
        arrive(&test).await;
        for _ in 0..3 {
            test.age_claims().await;
            come_back(&test, 1).await;
        }
        test.live().await;
        only_project_of(&test, &job).await;
        assert_eq!(projects(&test).await.len(), 1, "{action}");
        assert!(test.dead_letters().is_empty(), "{action}");
    }
}

#[tokio::test]
async fn b27_a_refused_job_is_set_aside_with_the_reason_and_not_asked_for_at_every_poll() {
    let test = live_with(&FROM_JOBS).await;
    let refusal = json!({"method": "POST", "path": "/v2/projects", "times": null, "action": {
        "status": 422, "headers": {"content-type": "application/json"},
        "body": r#"{"errors": ["Name is too long"]}"#,
    }});
    test.companycam_fault(refusal);
    let job = test.new_job(elm("Larkin")).await;
    test.live().await;
    let id = text(&job["id"]);
    assert!(test.log_says(&[&id, "Name is too long"]).await);
    let aside = test.dead_letters();
    assert_eq!(aside.len(), 1, "{aside:#?}");
    assert_eq!(aside[0]["look"]["job_id"], id);
    // With its contact and without: it might have been that. And so again a minute later.
    let asked_so_far = asked(&test);
    assert!(asked_so_far >= 4);
    for _ in 0..3 {
        test.catch_up().await;
    }
    assert_eq!(asked(&test), asked_so_far);
    assert_eq!(test.dead_letters().len(), 1);
    let failed = test.activity_texts().await.into_iter();
    assert_eq!(failed.filter(|text| text.contains(&id)).count(), 1);
}

#[tokio::test]
async fn b33_a_job_that_is_refused_once_gets_its_project_a_minute_later() {
    let test = live_with(&FROM_JOBS).await;
    // With its contact and without.
    test.companycam
        .controls
        .add_fault(fault("POST", "/v2/projects", Some(2), answer(422)));
    let job = test.new_job(elm("Larkin")).await;
    test.live().await;
    only_project_of(&test, &job).await;
    assert!(test.dead_letters().is_empty());
    let failed = test.activity_texts().await.into_iter();
    let failed: Vec<_> = failed.filter(|text| text.contains("could not")).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[tokio::test]
async fn b27_a_refused_job_does_not_hold_up_the_others() {
    let test = live_with(&FROM_JOBS).await;
    test.companycam
        .controls
        .add_fault(fault("POST", "/v2/projects", Some(2), answer(422)));
    let then = FaultRule {
        skip: 1,
        ..fault("POST", "/v2/projects", None, answer(422))
    };
    test.companycam.controls.add_fault(then);
    test.new_job(elm("Refused")).await;
    let other = test.new_job(elm("Larkin")).await;
    test.live().await;
    only_project_of(&test, &other).await;
    assert!(test.projects_named("Refused").await.is_empty());
}

#[tokio::test]
async fn b27_a_refused_job_is_tried_again_when_it_changes() {
    let test = live_with(&FROM_JOBS).await;
    test.companycam
        .controls
        .add_fault(fault("POST", "/v2/projects", None, answer(422)));
    let job = test.new_job(elm("Refused")).await;
    test.live().await;
    assert_eq!(linked(&test, &job).await, None);
    test.companycam.controls.clear_faults();
    test.change_job(&job, json!({"customer_name": "Larkin"}))
        .await;
    test.live().await;
    only_project_of(&test, &job).await;
}

#[tokio::test]
async fn b27_a_refused_job_whose_change_was_not_told_is_tried_again_by_the_poll() {
    let test = connected().await;
    test.prefer(&FROM_JOBS).await;
    test.companycam
        .controls
        .add_fault(fault("POST", "/v2/projects", None, answer(422)));
    let job = test.new_job(elm("Refused")).await;
    test.catch_up().await;
    assert_eq!(linked(&test, &job).await, None);
    // Also where that was within the very second in which it was given up.
    test.companycam.controls.clear_faults();
    test.change_job(&job, json!({"customer_name": "Larkin"}))
        .await;
    test.catch_up().await;
    only_project_of(&test, &job).await;
}

#[tokio::test]
async fn b26_a_job_deleted_while_its_project_is_made_closes_the_link() {
    let test = live_with(&FROM_JOBS).await;
    let down = json!({"status": 503, "body": ""});
    test.one_click_fault(json!({
        "method": "PATCH", "path": "/v1/organizations/*/jobs/*", "action": down,
    }));
    let job = test.new_job(elm("Larkin")).await;
    arrive(&test).await;
    test.delete_job(&job).await;
    test.live().await;
    test.catch_up().await;
    assert_eq!(projects(&test).await.len(), 1);
    assert!(test.log_says(&["deleted in One Click"]).await);
    assert!(test.dead_letters().is_empty());
    let patched = requests(test.one_click.controls(), "PATCH", "/jobs/");
    assert!(patched.iter().all(|request| request.status != Some(200)));
}

#[tokio::test]
async fn b35_a_job_whose_project_always_fails_is_named_within_minutes_and_given_up_after_a_day() {
    let test = live_with(&FROM_JOBS).await;
    test.companycam
        .controls
        .add_fault(fault("POST", "/v2/projects", None, answer(500)));
    let job = test.new_job(elm("Larkin")).await;
    let id = text(&job["id"]);
    arrive(&test).await;
    test.pass(Duration::from_mins(5)).await;
    assert!(
        test.log_says(&[&id, "has refused it so far", "500"]).await,
        "{:#?} {:#?} {} {:#?}",
        test.activity_texts().await,
        test.left(),
        asked(&test),
        claims(&test).await
    );
    assert!(!test.organization().await.unwrap().is_paused());
    let soon = asked(&test);
    assert!(soon <= 12, "{soon} in five minutes");
    test.pass(Duration::from_hours(22)).await;
    assert!(test.dead_letters().is_empty(), "not before");
    test.pass(Duration::from_hours(3)).await;
    assert_eq!(test.dead_letters().len(), 1);
    let day = asked(&test);
    assert!(day < 130, "{day} in a day");
    let named = test.activity_texts().await.into_iter();
    let named = named.filter(|text| text.contains("has refused it so far"));
    assert_eq!(named.count(), 1, "said once");
    assert!(projects(&test).await.is_empty());
}
