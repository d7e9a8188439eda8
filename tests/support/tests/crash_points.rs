//! Every handler is cut off at each of its outgoing requests in turn, before the request takes effect
//! and after, and run again: the end state is that of an undisturbed run (B26).
//!
//! The next request is cut until a run ends without having made it, so a new one is covered by being
//! made.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use http::Method;
use serde_json::{Value, json};
use simulator_kit::Controls;
use test_support::cut::{Moment, Scissors, arm, until_cut};
use test_support::sides::now;
use test_support::{ORG, Queue, TestApp};

/// Where a request goes.
#[derive(Clone, Copy, Debug)]
enum To {
    Aws,
    CompanyCam,
    OneClick,
}

/// A request to cut off at: where it goes, its number, and the moment.
type Cut = (To, usize, Moment);

/// Works on the queues, one batch after the other; `false`: a handler was cut off.
async fn work_until_cut(test: &TestApp, scissors: &Scissors) -> bool {
    let simulators = [&test.companycam.controls, test.one_click.controls()];
    loop {
        let mut idle = true;
        for queue in [Queue::Sync, Queue::Retry, Queue::Photos] {
            let messages = test.aws.sqs.receive(queue, 5);
            if messages.is_empty() {
                continue;
            }
            idle = false;
            let handler = test.deliver(queue, &messages);
            let Some(failed) = until_cut(scissors, &simulators, handler).await else {
                return false;
            };
            assert!(failed.is_empty());
            for message in messages {
                test.aws.sqs.delete(queue, &message.id);
            }
        }
        if !idle {
            continue;
        }
        if test.aws.sqs.next_due().is_none() {
            return true;
        }
        test.aws.sqs.hasten();
    }
}

/// Plays the scenario with one request cut: what it came to, and which request that was (`None`: it
/// was never made).
async fn play(
    test: &mut TestApp,
    scissors: &Scissors,
    scenario: &impl AsyncFn(&TestApp) -> Option<String>,
    cut: Option<Cut>,
) -> (Value, Option<String>) {
    test.a_minute_later().await;
    let project = scenario(test).await;
    scissors.watch();
    test.companycam.controls.clear_requests();
    test.one_click.controls().clear_requests();
    match cut {
        Some((To::Aws, number, moment)) => scissors.arm(number, moment),
        Some((To::CompanyCam, number, moment)) => arm(&test.companycam.controls, number, moment),
        Some((To::OneClick, number, moment)) => arm(test.one_click.controls(), number, moment),
        None => {}
    }
    let finished = work_until_cut(test, scissors).await;
    let last = |controls: &Controls| {
        let request = controls.requests().pop()?;
        Some(format!("{} {}", request.method, request.path))
    };
    let request = match cut.filter(|_| !finished) {
        Some((To::Aws, ..)) => scissors.writes().pop(),
        Some((To::CompanyCam, ..)) => last(&test.companycam.controls),
        Some((To::OneClick, ..)) => last(test.one_click.controls()),
        None => None,
    };
    scissors.watch();
    test.companycam.controls.clear_faults();
    test.one_click.controls().clear_faults();
    if !finished {
        // What was in flight comes again, to another process, and leases end.
        test.restart();
        test.aws.sqs.give_all_back();
        test.end_leases().await;
        test.settle().await;
    }
    let end = end_state(test, project.as_deref()).await;
    if let Some(project) = project {
        test.shelve(&project).await;
        test.forget(&project).await;
    }
    (end, request)
}

/// What must not depend on where the handlers were cut off, without what differs between projects.
async fn end_state(test: &TestApp, project: Option<&str>) -> Value {
    let organization = test.organization().await.unwrap();
    let run = organization.sync.unwrap();
    let state = test.one_click_state();
    let mut end = json!({
        "connection": organization.state, "card": state["integration"]["state"],
        "sync": [run.is_running(), run.failed, run.projects_total, run.photos_total],
        "dead_letters": test.dead_letters(),
    });
    let Some(project) = project else { return end };
    let originals = test.companycam_state().await["photos"].clone();
    let originals = originals.as_array().unwrap().iter();
    let originals: Vec<&Value> = originals
        .filter(|photo| photo["project_id"] == project)
        .collect();
    let number = |id: &Value| originals.iter().position(|photo| photo["id"] == *id);
    let jobs = test.jobs_of(project).into_iter().map(|job| {
        let images = job["images"].as_array().unwrap().iter().map(|image| {
            let original = number(&image["external_id"]).map(|at| originals[at]);
            json!({
                "photo": number(&image["external_id"]), "caption": image["caption"], "tags": image["tags"],
                "deleted": image["deleted"],
                "same_bytes": original.is_some_and(|original| original["md5"] == image["md5"]),
            })
        });
        let images: Vec<_> = images.collect();
        let mut metadata = job["metadata"].clone();
        metadata["cc_project_id"] = json!("this");
        json!({
            "customer_name": job["customer_name"], "address": job["address"], "metadata": metadata,
            "assigned_user_id": job["assigned_user_id"], "deleted": job["deleted"], "images": images,
        })
    });
    end["jobs"] = jobs.collect::<Vec<_>>().into();
    let rows = test.aws.items("ProjectLinksTable").await.into_iter();
    let mut links: Vec<_> = rows
        .filter(|row| row["project_id"] == project)
        .map(|row| {
            json!([
                row["state"],
                row["job_id"].is_string(),
                row["pending_org"],
                row["wanted"],
                row["seen"]["name"]
            ])
        })
        .collect();
    links.sort_by_key(ToString::to_string);
    end["links"] = links.into();
    let rows = test.aws.items("PhotosTable").await.into_iter();
    let mut photos: Vec<_> = rows
        .filter(|row| row["project_id"] == project)
        .map(|row| {
            json!([
                number(&row["photo_id"]),
                row["pending_org"],
                row["failed"],
                row["lease_holder"],
                row["copied"].is_object(),
                row["copied"]["hash"] == row["wanted"]["hash"],
                row["copied"]["details"] == row["wanted"]["details"]
            ])
        })
        .collect();
    photos.sort_by_key(ToString::to_string);
    end["photos"] = photos.into();
    end
}

/// Plays the scenario again and again, cut off at each request in turn.
async fn check(mut test: TestApp, scenario: impl AsyncFn(&TestApp) -> Option<String>) {
    let scissors = Scissors::default();
    test.use_scissors(&scissors);
    let (wanted, _) = play(&mut test, &scissors, &scenario, None).await;
    for to in [To::Aws, To::CompanyCam, To::OneClick] {
        for number in 0.. {
            let mut made = false;
            for moment in [Moment::Before, Moment::After] {
                // Shown only if what follows fails.
                eprintln!("cut off {moment:?} request {number} to {to:?}");
                let cut = Some((to, number, moment));
                let (end, request) = play(&mut test, &scissors, &scenario, cut).await;
                assert_eq!(end, wanted, "cut off {moment:?} {to:?} did {request:?}");
                made = request.is_some();
                // Nobody can tell whether a request that only reads took effect.
                if request.is_none_or(|request| request.starts_with("GET ")) {
                    break;
                }
            }
            if !made {
                assert!(number > 0, "{to:?} was never asked for anything");
                break;
            }
        }
    }
}

fn poll_later(test: &TestApp) {
    let poll = json!({"org_id": ORG, "look": {"kind": "poll"}}).to_string();
    test.aws
        .sqs
        .send(Queue::Sync, &poll, Some(ORG), std::time::Duration::ZERO);
}

async fn project_with_photos(test: &TestApp) -> (String, [String; 2]) {
    let project = json!({"name": "Roof", "address": {
        "street_address_1": "12 Cedar Street", "street_address_2": null, "city": "Lincoln",
        "state": "NE", "postal_code": "68508", "country": "US",
    }});
    let project = test.new_project(project).await;
    let one = test
        .new_photo(&project, json!({"description": "one"}))
        .await;
    let two = test
        .new_photo(&project, json!({"description": "two"}))
        .await;
    (project, [one, two])
}

#[tokio::test]
async fn b26_importing_a_project_with_photos_cut_off_anywhere() {
    check(TestApp::connected().await, async |test| {
        let (project, _) = project_with_photos(test).await;
        poll_later(test);
        Some(project)
    })
    .await;
}

#[tokio::test]
async fn b26_following_changes_cut_off_anywhere() {
    check(TestApp::connected().await, async |test| {
        let (project, photos) = project_with_photos(test).await;
        let hidden = test.new_photo(&project, json!({})).await;
        test.catch_up().await;
        let address = json!({
            "street_address_1": "12 Cedar Street", "street_address_2": "Unit 4", "city": "Omaha",
            "state": "NE", "postal_code": "68102", "country": "US",
        });
        let changes = json!({"name": "Roof and gutters", "address": address});
        test.change_project(&project, changes).await;
        test.annotate(&photos[0]).await;
        test.change_photo(&photos[1], json!({"description": "changed"}))
            .await;
        test.change_photo(&hidden, json!({"internal": true})).await;
        poll_later(test);
        Some(project)
    })
    .await;
}

#[tokio::test]
async fn b26_moving_a_photo_cut_off_anywhere() {
    let test = TestApp::connected().await;
    let from = test.named_project("From").await;
    test.catch_up().await;
    check(test, async |test| {
        let (project, _) = project_with_photos(test).await;
        let moved = test.new_photo(&from, json!({"description": "moved"})).await;
        test.catch_up().await;
        assert!(test.shows(&from, &moved));
        test.change_photo(&moved, json!({"project_id": project}))
            .await;
        poll_later(test);
        Some(project)
    })
    .await;
}

#[tokio::test]
async fn b26_a_sync_cut_off_anywhere() {
    check(TestApp::connected().await, async |test| {
        let (project, photos) = project_with_photos(test).await;
        test.change_photo(&photos[0], json!({"add_tag": "Roof"}))
            .await;
        let org = one_click::OrgId::parse(ORG).unwrap();
        let run = sync::run::sync_run::new_run(store::organizations::Window::Days(29), now());
        assert!(
            test.app
                .store
                .start_sync(&org, &run)
                .await
                .unwrap()
                .is_some()
        );
        sync::run::sync_run::begin(&test.app, &org, &run)
            .await
            .unwrap();
        Some(project)
    })
    .await;
}

#[tokio::test]
async fn b18_finding_a_job_deleted_cut_off_anywhere() {
    check(TestApp::connected().await, async |test| {
        let (project, _) = project_with_photos(test).await;
        test.catch_up().await;
        test.delete_job(&test.job_of(&project)).await;
        test.change_project(&project, json!({"name": "Renamed"}))
            .await;
        poll_later(test);
        Some(project)
    })
    .await;
}

#[tokio::test]
async fn b18_a_photo_finding_a_job_deleted_cut_off_anywhere() {
    check(TestApp::connected().await, async |test| {
        let (project, _) = project_with_photos(test).await;
        test.catch_up().await;
        test.delete_job(&test.job_of(&project)).await;
        test.new_photo(&project, json!({})).await;
        poll_later(test);
        Some(project)
    })
    .await;
}

#[tokio::test]
async fn b4_finding_the_grant_revoked_cut_off_anywhere() {
    check(TestApp::connected().await, async |test| {
        // After the first time it has to be connected again.
        if test.poll().await == 0 {
            test.connect().await;
        }
        test.settle().await;
        let company = test.organization().await.unwrap().company_id;
        let revoke = format!("/companies/{company}/revoke_grants");
        test.companycam_control(Method::POST, &revoke, json!({}))
            .await;
        poll_later(test);
        None
    })
    .await;
}

#[tokio::test]
async fn b4_renewing_the_access_token_cut_off_anywhere() {
    let test = TestApp::connected().await;
    // Where a spent refresh token is no longer taken, an answer lost before it is stored is lost for good.
    let grace = json!({"refresh_grace": true});
    test.companycam_control(Method::PATCH, "/settings", grace)
        .await;
    check(test, async |test| {
        test.companycam_control(Method::POST, "/tokens/expire", json!({}))
            .await;
        let (project, _) = project_with_photos(test).await;
        poll_later(test);
        Some(project)
    })
    .await;
}
