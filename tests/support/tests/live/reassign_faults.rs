//! Reassignments that come in disorder, or are cut off half way (B23, B26, B27).

use serde_json::json;
use test_support::steps::{requests, text};

use crate::helpers::{arrive, come_back, connected, elm, linked, live_with, project_of, with};
use crate::reassigning::{Assigned, FOLLOW, REPLACE};

#[tokio::test]
async fn b26_several_reassignments_end_alike_seen_one_by_one_or_at_once() {
    for at_once in [false, true] {
        for (users, expected) in [
            (&["casey", "devon"][..], "devon"),
            (&["casey", "blake"][..], "blake"),
            (&["casey", "", "devon"][..], "devon"),
            (&["casey", "front_desk", "devon"][..], "devon"),
            (&["", "casey"][..], "casey"),
        ] {
            let it = Assigned::with(&REPLACE).await;
            for user in users {
                it.name(user).await;
                if !at_once {
                    it.test.live().await;
                }
            }
            it.test.live().await;
            assert_eq!(it.users().await, [expected], "{users:?} {at_once}");
        }
    }
}

#[tokio::test]
async fn b26_doubled_swapped_and_late_events_of_reassignments_end_alike() {
    let switches = one_click_simulator::Switches::default;
    for disorder in [
        one_click_simulator::Switches {
            duplicate: true,
            ..switches()
        },
        one_click_simulator::Switches {
            swap: true,
            times: Some(2),
            ..switches()
        },
        one_click_simulator::Switches {
            delay_ms: 200,
            times: Some(1),
            ..switches()
        },
    ] {
        let it = Assigned::with(&REPLACE).await;
        it.assign_by_hand("kit").await;
        it.test.one_click.set_switches(disorder.clone());
        it.name("casey").await;
        it.name("devon").await;
        it.test.live().await;
        assert_eq!(it.users().await, ["devon", "kit"], "{disorder:?}");
        it.test.companycam.controls.clear_requests();
        it.test.catch_up().await;
        assert!(it.writes().await.is_empty(), "{disorder:?}");
    }
}

#[tokio::test]
async fn b27_a_transient_failure_on_the_way_is_made_up_for() {
    let actions = [
        json!({"status": 503, "body": ""}),
        json!({"status": 429, "body": ""}),
        json!("reset_before"),
        json!("reset_after"),
    ];
    for method in ["PUT", "DELETE"] {
        for action in &actions {
            let it = Assigned::with(&REPLACE).await;
            it.fault(method, Some(3), action);
            it.reassign("casey").await;
            assert_eq!(it.users().await, ["casey"], "{method} {action}");
            assert!(it.test.dead_letters().is_empty(), "{method} {action}");
            let texts = it.test.activity_texts().await;
            for said in ["assigned to Casey Lund", "Blake Moreno was removed"] {
                let times = texts.iter().filter(|text| text.contains(said)).count();
                assert_eq!(times, 1, "{method} {action}: {texts:#?}");
            }
        }
    }
}

#[tokio::test]
async fn b23_nobody_is_removed_before_the_new_user_is_added() {
    let it = Assigned::with(&REPLACE).await;
    it.fault("PUT", None, &json!({"status": 503, "body": ""}));
    it.name("casey").await;
    arrive(&it.test).await;
    come_back(&it.test, 3).await;
    assert_eq!(it.users().await, ["blake"]);
    it.test.companycam.controls.clear_faults();
    it.test.live().await;
    assert_eq!(it.users().await, ["casey"]);
    let writes = it.writes().await;
    let (last, before) = writes.split_last().unwrap();
    assert_eq!(last, "DELETE blake");
    assert!(
        before.iter().all(|write| write == "PUT casey"),
        "{writes:?}"
    );
}

#[tokio::test]
async fn b26_a_job_reassigned_again_before_the_last_was_through_keeps_only_the_newest() {
    let down = json!({"status": 503, "body": ""});
    for (method, action) in [
        ("DELETE", &down),
        ("DELETE", &json!("reset_after")),
        ("PUT", &down),
        ("PUT", &json!("reset_after")),
    ] {
        for (next, expected) in [("devon", "devon"), ("blake", "blake")] {
            let it = Assigned::with(&REPLACE).await;
            it.fault(method, Some(1), action);
            it.name("casey").await;
            arrive(&it.test).await;
            it.reassign(next).await;
            let users = it.users().await;
            assert_eq!(users, [expected], "{method} {action} {next}");
        }
    }
}

#[tokio::test]
async fn b26_of_three_reassignments_cut_off_only_the_newest_stays() {
    let it = Assigned::with(&REPLACE).await;
    it.fault("DELETE", None, &json!({"status": 503, "body": ""}));
    for user in ["casey", "devon", "emery"] {
        it.name(user).await;
        arrive(&it.test).await;
    }
    assert_eq!(it.users().await, ["blake", "casey", "devon", "emery"]);
    it.test.companycam.controls.clear_faults();
    it.test.live().await;
    assert_eq!(it.users().await, ["emery"]);
}

#[tokio::test]
async fn b26_after_a_cut_off_reassignment_to_casey_nobody_is_matched() {
    let it = Assigned::with(&REPLACE).await;
    it.fault("DELETE", Some(1), &json!({"status": 503, "body": ""}));
    it.name("casey").await;
    arrive(&it.test).await;
    it.reassign("front_desk").await;
    // For whom nothing is removed; but once there is somebody, all who came before go.
    it.reassign("devon").await;
    assert_eq!(it.users().await, ["devon"]);
}

#[tokio::test]
async fn b26_a_job_reassigned_before_its_new_project_was_finished() {
    for (preferences, expected) in [
        (&REPLACE[..], &["casey"][..]),
        (&FOLLOW[..], &["blake", "casey"][..]),
    ] {
        let test = live_with(preferences).await;
        test.one_click_fault(json!({
            "method": "PATCH", "path": "/v1/organizations/*/jobs/*", "times": null,
            "action": {"status": 503, "body": ""},
        }));
        let job = with(elm("Larkin"), &json!({"assigned_user_id": "usr_blake"}));
        let job = test.new_job(job).await;
        arrive(&test).await;
        let project = linked(&test, &job).await.unwrap();
        let it = Assigned { test, job, project };
        assert_eq!(it.users().await, ["blake"]);
        it.name("casey").await;
        arrive(&it.test).await;
        it.test.one_click.controls().clear_faults();
        it.test.live().await;
        assert_eq!(it.users().await, expected, "{preferences:?}");
        project_of(&it.test, &it.job).await;
    }
}

#[tokio::test]
async fn b23_a_user_who_is_not_there_in_companycam_any_more_is_said_so() {
    let it = Assigned::with(&REPLACE).await;
    it.fault("PUT", None, &json!({"status": 404, "headers": {"content-type": "application/json"}, "body": "{\"errors\": []}"}));
    it.reassign("casey").await;
    assert_eq!(it.users().await, ["blake"], "nobody is removed");
    let said = ["Casey Lund", "the user is not there"];
    assert!(it.test.log_says(&said).await);
    assert!(it.test.dead_letters().is_empty());
    let asked = it.writes().await.len();
    it.test.catch_up().await;
    assert_eq!(it.writes().await.len(), asked, "not again and again");
    it.test.companycam.controls.clear_faults();
    it.reassign("devon").await;
    assert_eq!(it.users().await, ["devon"]);
}

#[tokio::test]
async fn b23_a_project_that_is_gone_is_said_so() {
    for deleted in [true, false] {
        let it = Assigned::with(&REPLACE).await;
        if deleted {
            it.test
                .change_project(&it.project, json!({"status": "deleted"}))
                .await;
            it.test.live().await;
        }
        let mut paths = vec![format!("/v2/projects/{}/assigned_users/*", it.project)];
        if !deleted {
            paths.push(format!("/v2/projects/{}", it.project));
        }
        for path in paths {
            it.test.companycam_fault(json!({"path": path, "times": null, "action": {
                "status": 404, "headers": {"content-type": "application/json"}, "body": "{\"errors\": []}",
            }}));
        }
        it.reassign("casey").await;
        let why = if deleted {
            "the project was deleted"
        } else {
            "the project is not there"
        };
        let texts = it.test.activity_texts().await;
        assert!(it.test.log_says(&["Casey Lund", why]).await, "{texts:#?}");
        assert!(it.test.dead_letters().is_empty());
        assert_eq!(it.test.jobs_of(&it.project).len(), 1);
    }
}

#[tokio::test]
async fn b27_a_refused_removal_is_said_so_and_not_repeated() {
    let it = Assigned::with(&REPLACE).await;
    it.fault("DELETE", None, &json!({"status": 403, "headers": {"content-type": "application/json"}, "body": "{\"errors\": []}"}));
    it.reassign("casey").await;
    assert_eq!(it.users().await, ["blake", "casey"]);
    let said = ["Blake Moreno", "could not be removed"];
    assert!(it.test.log_says(&said).await);
    let removals = || {
        let asked = requests(&it.test.companycam.controls, "DELETE", "/assigned_users/");
        asked.len()
    };
    let asked = removals();
    it.test.catch_up().await;
    assert_eq!(removals(), asked);
    assert!(it.test.dead_letters().is_empty());
}

#[tokio::test]
async fn b26_reassigned_before_anybody_looked_the_project_gets_the_newest_assignee() {
    let test = connected().await;
    test.prefer(&REPLACE).await;
    let job = with(elm("Larkin"), &json!({"assigned_user_id": "usr_blake"}));
    let job = test.new_job(job).await;
    test.change_job(&job, json!({"assigned_user_id": "usr_casey"}))
        .await;
    test.catch_up().await;
    let project = text(&project_of(&test, &job).await["id"]);
    let it = Assigned { test, job, project };
    assert_eq!(it.users().await, ["casey"]);
}

#[tokio::test]
async fn b18_the_job_of_a_closed_link_reassigns_nothing() {
    let it = Assigned::with(&REPLACE).await;
    it.name("casey").await;
    it.test.delete_job(&it.job).await;
    it.test.live().await;
    assert!(it.writes().await.is_empty());
    assert_eq!(it.users().await, ["blake"]);
    assert!(it.test.dead_letters().is_empty());
}
