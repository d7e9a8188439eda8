//! Random histories: changes on both sides, with deliveries doubled, swapped, late and lost, answers
//! that are refused, late or missing, and processes that end anywhere. Once all is calm, polled and
//! synced, both sides agree: nothing lost, nothing twice (B26).
//!
//! A history that fails prints its number; `HISTORY=<number>` plays only that one, and
//! `HISTORIES=<number>` so many.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::thread;

use comparison::{differences, matches};
use http::Method;
use one_click::{JobId, OrgId};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use simulator_kit::Action;
use simulator_kit::control::NamedAction;
use store::activity::Outcome;
use test_support::cut::{Moment, Scissors, until_cut};
use test_support::steps::{answer, fault, now, text};
use test_support::{ORG, Queue, TestApp};

/// How many are played.
const HISTORIES: u64 = 1000;
/// Changes in each; with every change comes a disturbance, and up to five batches of work.
const CHANGES: usize = 15;

struct History {
    test: TestApp,
    scissors: Scissors,
    random: StdRng,
    connected_at: i64,
    projects: Vec<String>,
    photos: Vec<String>,
    /// Made in One Click.
    jobs: Vec<String>,
    /// Projects that are archived by now, and those whose job was deleted.
    archived: Vec<String>,
    jobless: Vec<String>,
    made: usize,
}

impl History {
    async fn begin(seed: u64) -> Self {
        let connected_at = now();
        let mut test = TestApp::connected().await;
        // The simulators' clocks can't be moved, and a history is no test of the rate limit.
        test.a_minute_later().await;
        for job in test.one_click_state()["jobs"].as_array().unwrap() {
            let path = format!("/organizations/{ORG}/jobs/{}", text(&job["id"]));
            test.one_click_control(Method::DELETE, &path, Value::Null)
                .await;
        }
        test.prefer(&[
            "create_project_from_job",
            "create_job_from_project",
            "reassign_project",
            "remove_previous_assignee",
        ])
        .await;
        test.go_live().await;
        let scissors = Scissors::default();
        test.use_scissors(&scissors);
        Self {
            test,
            scissors,
            random: StdRng::seed_from_u64(seed),
            connected_at,
            projects: Vec::new(),
            photos: Vec::new(),
            jobs: Vec::new(),
            archived: Vec::new(),
            jobless: Vec::new(),
            made: 0,
        }
    }

    fn one_in(&mut self, times: u32) -> bool {
        self.random.random_ratio(1, times)
    }

    fn name(&mut self, what: &str) -> String {
        self.made += 1;
        format!("{what} {}", self.made)
    }

    /// One of those that are still there to be changed.
    fn project(&mut self) -> Option<String> {
        let gone = |id: &&String| self.archived.contains(id) || self.jobless.contains(id);
        let there: Vec<_> = self.projects.iter().filter(|id| !gone(id)).collect();
        there.choose(&mut self.random).map(|id| (*id).clone())
    }

    async fn change(&mut self) {
        let project = self.project();
        let photo = self.photos.choose(&mut self.random).cloned();
        match (self.random.random_range(0..13), project, photo) {
            (0..2, ..) | (_, None, _) => {
                let name = self.name("Project");
                let id = self.test.named_project(&name).await;
                self.projects.push(id);
            }
            (2..4, Some(project), _) => {
                let caption = self.name("Caption");
                let photo = json!({"description": caption});
                let id = self.test.new_photo(&project, photo).await;
                self.photos.push(id);
            }
            (4, Some(project), _) => {
                let name = self.name("Renamed");
                self.test
                    .change_project(&project, json!({"name": name}))
                    .await;
            }
            (5, Some(project), _) => {
                let address = json!({"street_address_1": self.name("Street"), "city": "Lincoln"});
                self.test
                    .change_project(&project, json!({ "address": address }))
                    .await;
            }
            (6, _, Some(photo)) => self.test.annotate(&photo).await,
            (7, _, Some(photo)) => {
                let caption = self.name("Caption");
                self.test
                    .change_photo(&photo, json!({ "description": caption }))
                    .await;
            }
            (8, _, Some(photo)) => {
                let tag = format!("Tag {}", self.random.random_range(0..4));
                self.test
                    .change_photo(&photo, json!({ "add_tag": tag }))
                    .await;
            }
            (9, Some(project), _) if self.one_in(3) => {
                self.test
                    .change_project(&project, json!({"archived": true}))
                    .await;
                self.archived.push(project);
            }
            (10, Some(project), _) if self.one_in(3) => self.delete_job(&project).await,
            (11, ..) => self.reassign().await,
            _ => self.make_job().await,
        }
    }

    async fn make_job(&mut self) {
        let user = self.matched_user().await;
        let customer = self.name("Customer");
        let job = json!({
            "name": "Contact", "customer_name": customer,
            "assigned_user_id": user, "created_by_user_id": user,
        });
        let job = self.test.new_job(job).await;
        self.jobs.push(text(&job["id"]));
    }

    async fn delete_job(&mut self, project: &str) {
        if let [job] = self.test.jobs_of(project).as_slice()
            && self.is_linked(job).await
        {
            self.test.delete_job(job).await;
            self.jobless.push(project.to_owned());
            self.jobs.retain(|id| job["id"] != **id);
        }
    }

    async fn reassign(&mut self) {
        let Some(project) = self.project() else {
            return;
        };
        let user = self.matched_user().await;
        if let [job] = self.test.jobs_of(&project).as_slice()
            && self.is_linked(job).await
        {
            self.test
                .change_job(job, json!({"assigned_user_id": user}))
                .await;
        }
    }

    /// B23 speaks of linked jobs.
    async fn is_linked(&self, job: &Value) -> bool {
        let (org, id) = (OrgId::parse(ORG), JobId::parse(&text(&job["id"])));
        let row = self.test.app.store.job(&org.unwrap(), &id.unwrap()).await;
        row.is_ok_and(|row| row.is_some_and(|row| !row.unfinished))
    }

    async fn matched_user(&mut self) -> String {
        let company = self.test.organization().await.unwrap().company_id;
        let (companycam, one_click) = (
            self.test.companycam_state().await,
            self.test.one_click_state(),
        );
        let matched = matches(&companycam, &one_click, company.as_str());
        let users: Vec<_> = matched.into_values().collect();
        users.choose(&mut self.random).expect("matches").clone()
    }

    /// Something goes wrong with what comes next.
    async fn disturb(&mut self) {
        let switches = json!({
            "duplicate_deliveries": self.one_in(3), "swap_deliveries": self.one_in(4),
            "drop_deliveries": self.one_in(5), "delivery_delay_ms": if self.one_in(3) { 20 } else { 0 },
            "delivery_backoff_ms": 10,
        });
        self.test.companycam_settings(switches).await;
        let switches = one_click_simulator::Switches {
            duplicate: self.one_in(3),
            swap: self.one_in(4),
            drop: self.one_in(5),
            ..one_click_simulator::Switches::default()
        };
        self.test.one_click.set_switches(switches);
        if self.one_in(2) {
            let action = [
                answer(503),
                answer(429),
                Action::Named(NamedAction::ResetBefore),
                Action::Named(NamedAction::ResetAfter),
            ];
            let action = action.choose(&mut self.random).expect("some").clone();
            let mut rule = fault("GET", "*", Some(self.random.random_range(1..4)), action);
            rule.method = ["GET", "POST", "PUT", "PATCH"]
                .choose(&mut self.random)
                .map(|method| (*method).to_owned());
            if self.one_in(2) {
                self.test.companycam.controls.add_fault(rule);
            } else {
                self.test.one_click.controls().add_fault(rule);
            }
        }
        if self.one_in(4) {
            let actions = [
                "PutItem",
                "UpdateItem",
                "SendMessageBatch",
                "TransactWriteItems",
            ];
            let action = actions.choose(&mut self.random).expect("some");
            self.test.aws.refuse(action, 1);
        }
    }

    /// Some of the work there is; one batch in eight ends with its process.
    async fn work(&mut self) {
        for _ in 0..self.random.random_range(0..6) {
            let queues = [
                Queue::Sync,
                Queue::Sync,
                Queue::Retry,
                Queue::Photos,
                Queue::Backlog,
            ];
            let queue = *queues.choose(&mut self.random).expect("some");
            let messages = self.test.aws.sqs.receive(queue, 5);
            if messages.is_empty() {
                continue;
            }
            self.scissors.watch();
            if self.one_in(8) {
                let moment = if self.one_in(2) {
                    Moment::Before
                } else {
                    Moment::After
                };
                self.scissors.arm(self.random.random_range(0..12), moment);
            }
            let handled = {
                let handler = self.test.deliver(queue, &messages);
                until_cut(&self.scissors, &[], handler).await
            };
            let Some(failed) = handled else {
                self.test.restart();
                self.test.aws.sqs.give_all_back();
                continue;
            };
            for message in messages {
                if failed.contains(&message.id) {
                    self.test.aws.sqs.give_back(queue, &message.id);
                } else {
                    self.test.aws.sqs.delete(queue, &message.id);
                }
            }
            if self.one_in(3) {
                self.test.aws.sqs.hasten();
            }
        }
        self.scissors.watch();
    }

    /// Everything works again, what is on its way arrives, and both sides are looked at once more.
    async fn calm(&mut self) {
        self.test.companycam.controls.clear_faults();
        self.test.one_click.controls().clear_faults();
        for action in [
            "PutItem",
            "UpdateItem",
            "SendMessageBatch",
            "TransactWriteItems",
        ] {
            self.test.aws.refuse(action, 0);
        }
        let calm = json!({
            "duplicate_deliveries": false, "swap_deliveries": false, "drop_deliveries": false,
            "delivery_delay_ms": 0,
        });
        self.test.companycam_settings(calm).await;
        self.test
            .one_click
            .set_switches(one_click_simulator::Switches::default());
        self.test.a_minute_later().await;
        self.test.end_leases().await;
        self.test.age_claims().await;
        self.test.live().await;
        self.test.catch_up().await;
        self.test.live().await;
        self.test.sync("all").await;
        self.test.live().await;
    }

    async fn check(&self) {
        let company = self.test.organization().await.unwrap().company_id;
        let companycam = self.test.companycam_state().await;
        let one_click = self.test.one_click_state();
        let mut found = differences(&companycam, &one_click, company.as_str(), self.connected_at);
        // These are looked at below; so are their photos.
        let apart: Vec<_> = self.archived.iter().chain(&self.jobless).collect();
        let photos = companycam["photos"].as_array().unwrap().iter();
        let photos: Vec<_> = photos
            .filter(|photo| apart.iter().any(|id| photo["project_id"] == ***id))
            .map(|photo| text(&photo["id"]))
            .collect();
        let names = |difference: &str, id: &str| {
            difference
                .split(' ')
                .any(|word| word.trim_end_matches(':') == id)
        };
        found.retain(|difference| {
            !apart.iter().any(|id| names(difference, id))
                && !photos.iter().any(|id| names(difference, id))
        });
        let organization = self.test.organization().await;
        let texts = self.test.activity_texts().await;
        assert!(
            found.is_empty(),
            "{found:#?} {organization:#?} {} {texts:#?}",
            self.test.left()
        );
        for project in apart {
            let jobs = self.test.jobs_of(project);
            let live = jobs.iter().filter(|job| job["deleted"] == false).count();
            let most = usize::from(!self.jobless.contains(project));
            assert!(live <= most, "project {project}: {jobs:#?}");
        }
        for id in &self.jobs {
            let job = self.test.job(id);
            let named = self.test.projects_named(&text(&job["customer_name"])).await;
            assert!(named.len() <= 1, "job {id} has {named:#?}");
            let project = &job["metadata"]["cc_project_id"];
            assert!(project.is_string(), "job {id} has no project");
        }
        let failures = self.test.activity().await.into_iter();
        let failures: Vec<_> = failures
            .filter(|entry| entry.outcome == Outcome::Failed)
            .map(|entry| entry.text)
            .collect();
        let set_aside = self.test.dead_letters();
        assert!(set_aside.is_empty(), "{set_aside:#?} {failures:#?}");
    }
}

async fn play(number: u64) {
    let mut history = History::begin(number).await;
    for _ in 0..CHANGES {
        history.disturb().await;
        history.change().await;
        history.work().await;
    }
    history.calm().await;
    history.check().await;
}

/// Plays the numbers, each in an application of its own, two at a time on every processor: they wait for
/// deliveries much of their time.
fn play_all(numbers: Range<u64>) {
    let numbers = Mutex::new(numbers);
    let next = || numbers.lock().unwrap().next();
    let player = || {
        while let Some(number) = next() {
            let runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = { runtime }.enable_all().build().unwrap();
            let played = AssertUnwindSafe(|| runtime.block_on(play(number)));
            if let Err(panic) = catch_unwind(played) {
                eprintln!("HISTORY={number} is the one that fails");
                resume_unwind(panic);
            }
        }
    };
    thread::scope(|scope| {
        let players = thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..2 * players {
            scope.spawn(player);
        }
    });
}

#[test]
fn b26_whatever_happens_both_sides_agree_in_the_end() {
    let number = |name| {
        std::env::var(name)
            .ok()
            .map(|number| number.parse().unwrap())
    };
    match (number("HISTORY"), number("HISTORIES")) {
        (Some(one), _) => play_all(one..one + 1),
        (None, many) => play_all(0..many.unwrap_or(HISTORIES)),
    }
}
