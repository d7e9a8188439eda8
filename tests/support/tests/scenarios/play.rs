//! Playing a scenario.

use std::time::Duration;

use one_click::OrgId;
use serde_json::{Value, json};
use test_support::{ORG, Queue, TestApp};

use crate::end::{end_state, projects_of};

/// Something that handlers do, from what begins it to its end.
pub trait Scenario {
    /// What is there before. It is set up once, and acted in again and again.
    async fn begin() -> TestApp {
        TestApp::connected().await
    }

    /// Makes what there is to do, and queues it.
    async fn act(test: &TestApp) -> Subject;
}

/// What a scenario is about.
#[derive(Debug)]
pub enum Subject {
    /// The connection alone.
    Connection,
    /// A project, and its job.
    Project(String),
    /// A job, and its project.
    Job(String),
}

/// There is something to do, and nobody has asked either side for anything yet.
pub async fn acted<S: Scenario>(test: &TestApp) -> Subject {
    test.a_minute_later().await;
    let subject = S::act(test).await;
    test.companycam.controls.clear_requests();
    test.one_click.controls().clear_requests();
    subject
}

/// What it came to, after which it is forgotten.
pub async fn ended(test: &TestApp, subject: &Subject) -> Value {
    let end = end_state(test, subject).await;
    for project in projects_of(test, subject).await {
        test.shelve(&project).await;
        test.forget(&project).await;
    }
    end
}

/// What it comes to where nothing goes wrong.
pub async fn undisturbed<S: Scenario>(test: &TestApp) -> Value {
    let subject = acted::<S>(test).await;
    test.drain().await;
    ended(test, &subject).await
}

/// Names what is being played, should it panic.
pub struct Playing(pub String);

impl Drop for Playing {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("while playing: {}", self.0);
        }
    }
}

/// A line of the table that `make misbehaviours` prints.
#[allow(clippy::print_stdout, reason = "what it prints is what it is for")]
pub fn tell<S: Scenario>(disturbances: &str, times: usize) {
    let name = std::any::type_name::<S>().rsplit("::").next();
    let name = name.unwrap_or_default();
    println!("{name:<28} {disturbances:<22} {times:>4} times the same end");
}

pub fn one_click_org() -> OrgId {
    OrgId::parse(ORG).unwrap()
}

/// Has a look queued, as a delivery or the schedule would.
pub fn queue(test: &TestApp, look: &Value) {
    let message = json!({"org_id": ORG, "look": look}).to_string();
    let sqs = &test.aws.sqs;
    sqs.send(Queue::Sync, &message, Some(ORG), Duration::ZERO);
}
