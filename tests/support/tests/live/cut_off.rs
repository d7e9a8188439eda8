//! The looks at a job are cut off at each of their outgoing requests in turn, before the request takes
//! effect and after, and run again (B22, B23, B26).

use serde_json::{Value, json};
use simulator_kit::Controls;
use test_support::cut::{Moment, Scissors, arm, until_cut};
use test_support::steps::text;
use test_support::{ORG, Queue, TestApp};

use crate::helpers::{connected, elm, elm_project, only_project_of, with};

#[derive(Clone, Copy, Debug)]
enum To {
    Aws,
    CompanyCam,
    OneClick,
}

/// Works on the sync queue; `false`: a handler was cut off.
async fn work_until_cut(test: &TestApp, scissors: &Scissors) -> bool {
    let simulators = [&test.companycam.controls, test.one_click.controls()];
    loop {
        let messages = test.aws.sqs.receive(Queue::Sync, 1);
        if messages.is_empty() {
            return true;
        }
        let handler = test.deliver(Queue::Sync, &messages);
        if until_cut(scissors, &simulators, handler).await.is_none() {
            return false;
        }
        for message in messages {
            test.aws.sqs.delete(Queue::Sync, &message.id);
        }
    }
}

fn look_at(test: &TestApp, job: &Value) {
    let look = json!({"org_id": ORG, "look": {"kind": "job", "job_id": job["id"]}});
    let now = std::time::Duration::ZERO;
    test.aws
        .sqs
        .send(Queue::Sync, &look.to_string(), Some(ORG), now);
}

/// Looks at the job with one request cut: whether that was made, and whether it was one that may have
/// an effect.
async fn look_until_cut(
    test: &TestApp,
    scissors: &Scissors,
    job: &Value,
    (to, number, moment): (To, usize, Moment),
) -> (bool, bool) {
    look_at(test, job);
    scissors.watch();
    test.companycam.controls.clear_requests();
    test.one_click.controls().clear_requests();
    match to {
        To::Aws => scissors.arm(number, moment),
        To::CompanyCam => arm(&test.companycam.controls, number, moment),
        To::OneClick => arm(test.one_click.controls(), number, moment),
    }
    let made = !work_until_cut(test, scissors).await;
    let reads = |controls: &Controls| {
        let last = controls.requests().pop();
        last.is_some_and(|last| last.method == "GET")
    };
    let effect = match to {
        To::Aws => true,
        To::CompanyCam => !reads(&test.companycam.controls),
        To::OneClick => !reads(test.one_click.controls()),
    };
    scissors.watch();
    test.companycam.controls.clear_faults();
    test.one_click.controls().clear_faults();
    (made, made && effect)
}

/// `prepare` makes a job of this customer, to be looked at; `check` sees what it came to. `then`: who
/// it is assigned to after the cut, before it is looked at again.
async fn anywhere(
    mut test: TestApp,
    prepare: impl AsyncFn(&TestApp, &str) -> Value,
    then: Option<&str>,
    check: impl AsyncFn(&TestApp, &Value, &str),
) {
    let scissors = Scissors::default();
    test.use_scissors(&scissors);
    for to in [To::Aws, To::CompanyCam, To::OneClick] {
        for number in 0.. {
            let mut made = false;
            for moment in [Moment::Before, Moment::After] {
                let what = format!("{moment:?} request {number} to {to:?}");
                test.a_minute_later().await;
                let job = prepare(&test, &what).await;
                let cut = (to, number, moment);
                let effect;
                (made, effect) = look_until_cut(&test, &scissors, &job, cut).await;
                // Shown only if what follows fails.
                eprintln!("{what}: made {made}");
                if made {
                    // What was in flight comes again, to another process, and later.
                    test.restart();
                    test.aws.sqs.give_all_back();
                    test.end_leases().await;
                    test.age_claims().await;
                }
                if let Some(user) = then {
                    test.change_job(&job, json!({"assigned_user_id": user}))
                        .await;
                    look_at(&test, &job);
                }
                test.settle().await;
                check(&test, &job, &what).await;
                assert!(test.dead_letters().is_empty(), "{what}");
                if !effect {
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

/// The job has one project, which has this user and nobody else.
async fn assert_assigned(test: &TestApp, job: &Value, email: &str, what: &str) -> Value {
    let user = test.companycam_user(email).await;
    let project = only_project_of(test, job).await;
    assert_eq!(project["assignees"], json!([user]), "{what}");
    let told = test.job(&text(&job["id"]));
    assert_eq!(told["metadata"]["cc_project_id"], project["id"], "{what}");
    project
}

const CASEY: &str = "casey.lund@ridgeline.example";
const DEVON: &str = "devon.park@ridgeline.example";
const REPLACE: [&str; 4] = [
    "create_project_from_job",
    "create_job_from_project",
    "reassign_project",
    "remove_previous_assignee",
];

#[tokio::test]
async fn b26_making_a_project_cut_off_anywhere() {
    for (then, email) in [(None, CASEY), (Some("usr_devon"), DEVON)] {
        let test = connected().await;
        test.prefer(&REPLACE).await;
        let prepare = async |test: &TestApp, what: &str| {
            let users = json!({"assigned_user_id": "usr_casey", "created_by_user_id": "usr_blake"});
            test.new_job(with(elm(what), &users)).await
        };
        anywhere(test, prepare, then, async |test, job, what| {
            assert_assigned(test, job, email, what).await;
            // The project shows up by itself, too.
            test.catch_up().await;
            assert_assigned(test, job, email, what).await;
        })
        .await;
    }
}

#[tokio::test]
async fn b26_linking_a_project_cut_off_anywhere() {
    let test = connected().await;
    test.prefer(&["create_project_from_job"]).await;
    let prepare = async |test: &TestApp, what: &str| {
        let project = test.new_project(elm_project(what)).await;
        test.new_photo(&project, json!({"description": what})).await;
        let assigned = json!({"assigned_user_id": "usr_casey"});
        test.new_job(with(elm(what), &assigned)).await
    };
    anywhere(test, prepare, None, async |test, job, what| {
        let project = assert_assigned(test, job, CASEY, what).await;
        let images = test.images_of(&text(&project["id"]));
        assert_eq!(images.len(), 1, "{what}");
        assert_eq!(images[0]["caption"], what);
    })
    .await;
}

#[tokio::test]
async fn b26_reassigning_cut_off_anywhere() {
    let blake = "blake.moreno@ridgeline.example";
    let then = [
        (None, CASEY),
        (Some("usr_devon"), DEVON),
        (Some("usr_blake"), blake),
    ];
    for (then, email) in then {
        let test = connected().await;
        test.prefer(&REPLACE).await;
        let prepare = async |test: &TestApp, what: &str| {
            let assigned = json!({"assigned_user_id": "usr_blake"});
            let job = test.new_job(with(elm(what), &assigned)).await;
            test.catch_up().await;
            let casey = json!({"assigned_user_id": "usr_casey"});
            test.change_job(&job, casey).await;
            job
        };
        anywhere(test, prepare, then, async |test, job, what| {
            assert_assigned(test, job, email, what).await;
        })
        .await;
    }
}
