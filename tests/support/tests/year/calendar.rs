//! The days of a year: bursts of events, polls and nights between them.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, WriteRequest};
use comparison::matches;
use http::Method;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use test_support::steps::{now, text};
use test_support::{CONSENTING, ORG, TestApp, until};

use crate::journal::Journal;
use crate::model::Model;

/// Long enough for all that follows from some events and their polls, but for what is looked at again by
/// and by.
const WHILE: Duration = Duration::from_mins(20);

pub struct Year {
    pub test: TestApp,
    pub model: Model,
    pub random: StdRng,
    /// Both sides tell of what happens; else only polls and nights find it.
    pub webhooks: bool,
    journal: Journal,
    began_at: i64,
    made: usize,
}

impl Year {
    pub async fn begin(seed: u64, webhooks: bool) -> Self {
        let test = TestApp::connected().await;
        for job in test.one_click_state()["jobs"].as_array().unwrap() {
            let path = format!("/organizations/{ORG}/jobs/{}", text(&job["id"]));
            test.one_click_control(Method::DELETE, &path, Value::Null)
                .await;
        }
        if webhooks {
            test.go_live().await;
        }
        let mut year = Self {
            test,
            model: Model::default(),
            random: StdRng::seed_from_u64(seed),
            webhooks,
            journal: Journal::default(),
            began_at: now(),
            made: 0,
        };
        year.meet_people().await;
        let first = [
            "create_job_from_project",
            "copy_documents",
            "create_project_from_job",
        ];
        year.prefer(&first).await;
        year
    }

    async fn meet_people(&mut self) {
        let (companycam, one_click) = (
            self.test.companycam_state().await,
            self.test.one_click_state(),
        );
        let company = self.test.organization().await.unwrap().company_id;
        let people = &mut self.model.people;
        people.matches = matches(&companycam, &one_click, company.as_str());
        let active = |user: &&Value| user["active"] == true;
        let users = companycam["users"]
            .as_array()
            .unwrap()
            .iter()
            .filter(active);
        people.names = users
            .map(|user| (text(&user["id"]), text(&user["name"])))
            .collect();
        let users = one_click["users"].as_array().unwrap().iter().filter(active);
        people.one_click = users.map(|user| text(&user["id"])).collect();
        people.consenting = self.test.companycam_user(CONSENTING).await;
    }

    /// So many events, and what the last of them come to.
    pub async fn pass(&mut self, events: usize) {
        while self.journal.events() < events {
            self.days(events).await;
        }
        self.settle().await;
        self.night().await;
    }

    /// A burst of events, often a poll, sometimes a night, and some time in which nothing happens.
    async fn days(&mut self, events: usize) {
        for _ in 0..self.random.random_range(4..=16) {
            if self.journal.events() >= events {
                return;
            }
            self.event().await;
            self.work().await;
        }
        if self.one_in(3) {
            return;
        }
        self.settle().await;
        if self.one_in(3) {
            self.night().await;
        }
        let hours = self.random.random_range(1..=48);
        self.test.advance(Duration::from_hours(hours));
    }

    /// Some of the work there is: looks come between events.
    async fn work(&mut self) {
        if self.one_in(2) {
            let seconds = self.random.random_range(1..=90);
            self.test.advance(Duration::from_secs(seconds));
        }
        if !self.webhooks || !self.one_in(3) {
            return;
        }
        until(async || !self.test.delivers().await).await;
        for _ in 0..self.random.random_range(1..=4) {
            self.test.work_once().await;
        }
        self.model.may_be_looked_at();
    }

    /// Both sides have delivered their events, and what follows from them has happened.
    pub async fn arrive(&self) {
        loop {
            until(async || !self.test.delivers().await).await;
            self.test.pass(WHILE).await;
            if !self.test.delivers().await {
                return;
            }
        }
    }

    /// A nightly pass. Where much was deleted, it asks first, and an administrator says that it is gone
    /// (B30).
    pub async fn night(&mut self) {
        let asks = self.expects_question();
        self.note("A night.".to_owned(), &[]);
        self.test.nightly().await;
        self.arrive().await;
        let asked = self.test.organization().await.unwrap().lost_sight.is_some();
        let differs = format!("the night asks: {asked}, not {asks}");
        self.fail_if_any("after a night", &[differs][usize::from(asked == asks)..])
            .await;
        if asked {
            self.note("They are gone, an administrator says.".to_owned(), &[]);
            let browser = self.test.administrator().await;
            let answered = browser.submit("lost_sight", &[("answer", "gone")]).await;
            assert!(answered.status.is_redirection(), "{}", answered.body);
            self.arrive().await;
        }
        self.model.forget_deleted();
        self.conclude(&BTreeSet::new()).await;
        self.compare().await;
        self.forget_log().await;
    }

    /// Drops the activity log, which was read: every write to the stand-in for DynamoDB takes the longer, the
    /// more it holds.
    async fn forget_log(&self) {
        let db = aws_sdk_dynamodb::Client::new(&self.test.aws.config);
        let table = "ActivityTable";
        let entries = self.test.aws.items(table).await;
        let deletes: Vec<_> = entries
            .iter()
            .map(|entry| {
                let key = ["org_id", "at_id"].map(|name| (name.to_owned(), text(&entry[name])));
                let key = key.map(|(name, value)| (name, AttributeValue::S(value)));
                let delete = DeleteRequest::builder().set_key(Some(key.into()));
                let delete = delete.build().unwrap();
                WriteRequest::builder().delete_request(delete).build()
            })
            .collect();
        for some in deletes.chunks(25) {
            let batch = db.batch_write_item().request_items(table, some.to_vec());
            batch.send().await.unwrap();
        }
    }

    /// Saves what is on; everything has to be settled.
    pub async fn prefer(&mut self, on: &[&'static str]) {
        self.note(format!("Preferences: {on:?}"), &["preferences"]);
        self.test.prefer(on).await;
        self.model.preferences = on.iter().copied().collect();
        // What of the files on a job belongs there may be another matter now.
        self.model
            .files_mut()
            .for_each(|file| file.is_stirred = true);
        // B9 covers what is created after it was switched on.
        self.test.advance(Duration::from_secs(2));
        self.arrive().await;
        self.conclude(&BTreeSet::new()).await;
    }

    pub fn note(&mut self, text: String, about: &[&str]) {
        let day = (now() - self.began_at) / 86_400;
        self.journal.note(day, text, about);
    }

    pub fn one_in(&mut self, times: u32) -> bool {
        self.random.random_ratio(1, times)
    }

    pub fn choose<T: Clone>(&mut self, among: &[T]) -> Option<T> {
        among.choose(&mut self.random).cloned()
    }

    /// A text that nothing else has.
    pub fn unique(&mut self, what: &str) -> String {
        self.made += 1;
        format!("{what} {}", self.made)
    }

    /// A text, or now and then none.
    pub fn perhaps(&mut self, what: &str) -> Option<String> {
        let text = self.unique(what);
        (!self.one_in(6)).then_some(text)
    }

    pub async fn companycam(&self, method: Method, path: &str, body: Value) -> Value {
        self.test.companycam_control(method, path, body).await
    }

    pub async fn fail_if_any(&self, when: &str, differences: &[String]) {
        if differences.is_empty() {
            return;
        }
        let texts: Vec<_> = self
            .test
            .activity_texts()
            .await
            .into_iter()
            .take(20)
            .collect();
        let left = self.test.left();
        let events = self.journal.events();
        panic!(
            "{when}, and {events} events, these differ: {differences:#?}\nin the queues: {left}\nlately in the log: {texts:#?}\nwith these preferences: {:?}\nwhat led to it:\n{}",
            self.model.preferences,
            self.journal.about(differences)
        );
    }
}

/// Nothing that a control request has to say.
pub fn nothing() -> Value {
    json!({})
}
