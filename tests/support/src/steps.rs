//! What tests do on both sides, and what they see there.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use http::Method;
use model::file::FileId;
use serde_json::{Value, json};
use simulator_kit::{Action, Controls, FaultRule, LoggedRequest};
use store::jobs::Asking;

use crate::app::org_id;
use crate::{ADMIN, Browser, ORG, TestApp};

/// Bytes of a photo where its size does not matter.
pub const SMALL: usize = 20_000;

/// Now, in Unix seconds.
pub fn now() -> i64 {
    i64::try_from(simulator_kit::clock::now_ms() / 1000).expect("a time")
}

/// A rule that answers the next `times` requests (`None`: all) with this.
pub fn fault(method: &str, path: &str, times: Option<u32>, action: Action) -> FaultRule {
    FaultRule {
        method: Some(method.into()),
        path: path.into(),
        skip: 0,
        times,
        action,
    }
}

/// An answer without any effect.
pub fn answer(status: u16) -> Action {
    Action::Answer {
        status,
        headers: BTreeMap::new(),
        body: r#"{"errors": ["Not now"]}"#.into(),
    }
}

/// The logged requests of this method whose path contains `part`.
pub fn requests(controls: &Controls, method: &str, part: &str) -> Vec<LoggedRequest> {
    let mut requests = controls.requests();
    requests.retain(|request| request.method == method && request.path.contains(part));
    requests
}

impl TestApp {
    /// With [`ORG`] connected to a company without projects, and its first sync through.
    pub async fn connected() -> Self {
        let test = Self::spawn().await;
        test.connect_and_settle().await;
        test
    }

    /// Makes a project with a contact and two photos with captions.
    pub async fn seed(&self) -> (String, [String; 2]) {
        let contact = json!({
            "name": "Pat Larkin", "email": "pat@customer.example", "phone_number": "402-555-0101",
        });
        let project = json!({"name": "Roof", "primary_contact": contact});
        let project = self.new_project(project).await;
        let caption = |text: &str| json!({ "description": text });
        let one = self.new_photo(&project, caption("one")).await;
        let two = self.new_photo(&project, caption("two")).await;
        (project, [one, two])
    }

    /// One Click has exactly what it should of the seeded project.
    #[track_caller]
    pub fn assert_whole(&self, project: &str, photos: &[String]) {
        assert_eq!(self.job_of(project)["name"], "Pat Larkin");
        let images = self.images_of(project);
        assert_eq!(images.len(), photos.len(), "{images:#?}");
        for photo in photos {
            self.image_of(project, photo);
        }
    }

    /// Makes a project in CompanyCam; its id.
    pub async fn new_project(&self, project: Value) -> String {
        let made = self
            .companycam_control(Method::POST, "/projects", project)
            .await;
        text(&made["id"])
    }

    /// Makes a project of this name; its id.
    pub async fn named_project(&self, name: &str) -> String {
        self.new_project(json!({ "name": name })).await
    }

    /// Changes a project in CompanyCam.
    pub async fn change_project(&self, id: &str, changes: Value) {
        self.companycam_control(Method::PATCH, &format!("/projects/{id}"), changes)
            .await;
    }

    /// Assigns a user to a project in CompanyCam.
    pub async fn assign(&self, project: &str, user: &str) {
        let path = format!("/projects/{project}/assigned_users/{user}");
        self.companycam_control(Method::PUT, &path, Value::Null)
            .await;
    }

    /// Uploads a photo to a project in CompanyCam; its id. Small unless `photo` says a size.
    pub async fn new_photo(&self, project: &str, mut photo: Value) -> String {
        photo["project_id"] = json!(project);
        if photo["bytes"].is_null() {
            photo["bytes"] = json!(SMALL);
        }
        let made = self
            .companycam_control(Method::POST, "/photos", photo)
            .await;
        text(&made["id"])
    }

    /// Changes a photo in CompanyCam.
    pub async fn change_photo(&self, id: &str, changes: Value) {
        self.companycam_control(Method::PATCH, &format!("/photos/{id}"), changes)
            .await;
    }

    /// Draws on a photo in CompanyCam.
    pub async fn annotate(&self, id: &str) {
        let path = format!("/photos/{id}/annotate");
        self.companycam_control(Method::POST, &path, Value::Null)
            .await;
    }

    /// One of CompanyCam's `projects`, `photos` or `users`, by its id.
    pub async fn companycam_has(&self, kind: &str, id: &str) -> Value {
        let state = self.companycam_state().await;
        let found = state[kind]
            .as_array()
            .and_then(|all| all.iter().find(|one| one["id"] == id))
            .cloned();
        found.unwrap_or_else(|| panic!("CompanyCam has no {kind} {id}"))
    }

    /// The CompanyCam user with this address, ignoring case.
    pub async fn companycam_user(&self, email: &str) -> String {
        let state = self.companycam_state().await;
        let found = state["users"].as_array().and_then(|users| {
            users.iter().find(|user| {
                user["email_address"]
                    .as_str()
                    .is_some_and(|own| own.eq_ignore_ascii_case(email))
            })
        });
        text(&found.unwrap_or_else(|| panic!("CompanyCam has no {email}"))["id"])
    }

    /// The CompanyCam user of this name.
    pub async fn companycam_user_named(&self, name: &str) -> String {
        let state = self.companycam_state().await;
        let users = state["users"].as_array();
        let found = users.and_then(|users| users.iter().find(|user| user["name"] == name));
        text(&found.unwrap_or_else(|| panic!("CompanyCam has no {name}"))["id"])
    }

    /// The jobs of the organization that say they are this project, deleted ones included.
    pub fn jobs_in(&self, org: &str, project: &str) -> Vec<Value> {
        let state = self.one_click.state(org).expect("the organization");
        let jobs = state["jobs"].as_array().expect("jobs").iter();
        jobs.filter(|job| job["metadata"]["cc_project_id"] == project)
            .cloned()
            .collect()
    }

    /// As [`TestApp::jobs_in`], in the organization that tests work with.
    pub fn jobs_of(&self, project: &str) -> Vec<Value> {
        self.jobs_in(ORG, project)
    }

    /// The one job that is this project.
    #[track_caller]
    pub fn job_of(&self, project: &str) -> Value {
        let mut jobs = self.jobs_of(project);
        assert_eq!(jobs.len(), 1, "jobs of project {project}: {jobs:#?}");
        jobs.remove(0)
    }

    /// The images on the project's job, deleted ones left out.
    #[track_caller]
    pub fn images_of(&self, project: &str) -> Vec<Value> {
        let job = self.job_of(project);
        let mut images = job["images"].as_array().expect("images").clone();
        images.retain(|image| image["deleted"] == false);
        images
    }

    /// The one image on the project's job that is this photo.
    #[track_caller]
    pub fn image_of(&self, project: &str, photo: &str) -> Value {
        let images = self.images_of(project);
        let found = images.iter().find(|image| image["external_id"] == photo);
        found
            .unwrap_or_else(|| panic!("photo {photo} is not among {images:#?}"))
            .clone()
    }

    /// Whether the project's job shows the photo.
    pub fn shows(&self, project: &str, photo: &str) -> bool {
        let images = self.images_of(project);
        images.iter().any(|image| image["external_id"] == photo)
    }

    /// Makes a job as somebody in One Click would; the job.
    pub async fn new_job(&self, job: Value) -> Value {
        let path = format!("/organizations/{ORG}/jobs");
        let made = self
            .one_click_control(Method::POST, &path, json!({ "job": job }))
            .await;
        if made["job"].is_object() {
            made["job"].clone()
        } else {
            made
        }
    }

    /// A job of [`ORG`] as it is now.
    #[track_caller]
    pub fn job(&self, id: &str) -> Value {
        let state = self.one_click_state();
        let jobs = state["jobs"].as_array().expect("jobs").iter();
        let found = jobs.clone().find(|job| job["id"] == id).cloned();
        found.unwrap_or_else(|| panic!("One Click has no job {id}"))
    }

    /// CompanyCam's projects with this name.
    pub async fn projects_named(&self, name: &str) -> Vec<Value> {
        let state = self.companycam_state().await;
        let projects = state["projects"].as_array().expect("projects").iter();
        projects
            .filter(|project| project["name"] == name)
            .cloned()
            .collect()
    }

    /// Changes a job as somebody in One Click would.
    pub async fn change_job(&self, job: &Value, changes: Value) {
        let path = format!("/organizations/{}/jobs/{}", ORG, text(&job["id"]));
        self.one_click_control(Method::PATCH, &path, json!({ "job": changes }))
            .await;
    }

    /// Deletes a job as somebody in One Click would.
    pub async fn delete_job(&self, job: &Value) {
        let path = format!("/organizations/{}/jobs/{}", ORG, text(&job["id"]));
        self.one_click_control(Method::DELETE, &path, Value::Null)
            .await;
    }

    /// The texts of the activity log, newest first.
    pub async fn activity_texts(&self) -> Vec<String> {
        let entries = self.activity().await.into_iter();
        entries.map(|entry| entry.text).collect()
    }

    /// Whether an entry of the activity log holds all of these texts.
    pub async fn log_says(&self, texts: &[&str]) -> bool {
        let entries = self.activity_texts().await;
        let holds = |entry: &String| texts.iter().all(|text| entry.contains(text));
        entries.iter().any(holds)
    }

    /// Works until the queues are empty. What is put off comes back at once: no time is waited for.
    /// Where that does not help, because a minute has to pass, it passes.
    pub async fn settle(&self) {
        for round in 0..200 {
            while self.work_once().await > 0 {}
            if self.aws.sqs.next_due_ms().is_none() {
                return;
            }
            if round < 10 {
                self.aws.sqs.hasten();
            } else {
                self.until_next_due();
            }
        }
        let mut pending = Vec::new();
        for table in ["ProjectLinksTable", "PhotosTable"] {
            let rows = self.aws.items(table).await.into_iter();
            pending.extend(rows.filter(|row| row["pending_org"].is_string()));
        }
        panic!("never done: {} with {pending:#?}", self.left());
    }

    /// Works for so long, by the clock: each message is handled when it is due.
    pub async fn pass(&self, time: Duration) {
        let passed = u64::try_from(time.as_millis()).expect("not so long");
        let end_ms = simulator_kit::clock::now_ms() + passed;
        loop {
            while self.work_once().await > 0 {}
            let now_ms = simulator_kit::clock::now_ms();
            let due_ms = self.aws.sqs.next_due_ms().unwrap_or(end_ms);
            if now_ms >= end_ms {
                return;
            }
            let wait_ms = due_ms.min(end_ms).saturating_sub(now_ms).max(1);
            self.advance(Duration::from_millis(wait_ms));
        }
    }

    /// Lets so much time pass that something that was put off is due.
    pub fn until_next_due(&self) {
        let Some(due_ms) = self.aws.sqs.next_due_ms() else {
            return;
        };
        let wait_ms = due_ms.saturating_sub(simulator_kit::clock::now_ms());
        self.advance(Duration::from_millis(wait_ms));
    }

    /// Polls, and works until everything that follows has happened.
    pub async fn catch_up(&self) {
        self.poll().await;
        self.settle().await;
    }

    /// Works until both sides have delivered their events and everything that follows has happened.
    pub async fn live(&self) {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let delivers = self.delivers().await;
            self.settle().await;
            // Work makes events, and those come back.
            if !delivers && !self.delivers().await && self.aws.sqs.next_due_ms().is_none() {
                return;
            }
            assert!(Instant::now() < deadline, "deliveries never end");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// With [`ORG`] connected to a company without projects, its first sync through, and both sides
    /// delivering their events.
    pub async fn connected_live() -> Self {
        let test = Self::connected().await;
        test.go_live().await;
        test
    }

    /// Connects [`ORG`], and works until its first sync is through.
    pub async fn connect_and_settle(&self) {
        self.connect().await;
        self.settle().await;
    }

    /// The administrator's browser, on the tab.
    pub async fn administrator(&self) -> Browser {
        let browser = self.browser();
        let token = self.launch_token(ORG, ADMIN);
        let tab = browser
            .open(&format!("/companycam/settings?launch={token}"))
            .await;
        assert!(tab.status.is_success(), "{} {}", tab.status, tab.body);
        browser
    }

    /// Saves the preferences on the tab: these are on, all others off.
    pub async fn prefer(&self, on: &[&str]) {
        let fields: Vec<_> = on.iter().map(|name| (*name, "on")).collect();
        let browser = self.administrator().await;
        let saved = browser.submit("preferences", &fields).await;
        assert!(
            saved.status.is_redirection(),
            "{} {}",
            saved.status,
            saved.body
        );
    }

    /// Presses Sync on the tab, for this window (`29` … `all`), and works until it is through.
    pub async fn sync(&self, since_days: &str) {
        let browser = self.administrator().await;
        let pressed = browser.submit("sync", &[("since_days", since_days)]).await;
        assert!(
            pressed.status.is_redirection(),
            "{} {}",
            pressed.status,
            pressed.body
        );
        self.settle().await;
    }

    /// A minute later: the calls to CompanyCam so far no longer count against its limit, which the
    /// simulator itself gives up here, as its clock can't be moved.
    pub async fn a_minute_later(&self) {
        let unlimited = json!({"get_limit": 1_000_000, "write_limit": 1_000_000});
        self.companycam_control(Method::PATCH, "/settings", unlimited)
            .await;
        let (store, org) = (&self.app.store, org_id(ORG));
        let mut budget = store.call_budget(&org).await.expect("the row is readable");
        budget.slots.clear();
        let written = store.put_call_budget(&org, &budget).await;
        assert!(
            written.expect("the row is writable").is_some(),
            "somebody is still at work"
        );
    }

    /// The project was last active long ago: no poll and no sync of the usual window lists it.
    pub async fn shelve(&self, project: &str) {
        let long_ago = now() - 120 * 86_400;
        self.change_project(project, json!({ "updated_at": long_ago }))
            .await;
    }

    /// Drops what is remembered of a project and its photos, and the activity log: every call to the
    /// stand-in for DynamoDB takes the longer, the more it holds.
    pub async fn forget(&self, project: &str) {
        let db = aws_sdk_dynamodb::Client::new(&self.aws.config);
        let tables = [
            ("ProjectLinksTable", "sk"),
            ("PhotosTable", "photo_id"),
            ("ActivityTable", "at_id"),
        ];
        for (table, sort_key) in tables {
            for row in self.aws.items(table).await {
                if table != "ActivityTable" && row["project_id"] != project {
                    continue;
                }
                let mut delete = db.delete_item().table_name(table);
                for name in ["org_id", sort_key] {
                    delete = delete.key(name, AttributeValue::S(text(&row[name])));
                }
                delete.send().await.expect("a row is deleted");
            }
        }
    }

    /// Projects whose answer was lost were asked for an hour ago: they may be looked for.
    pub async fn age_claims(&self) {
        let (store, org) = (&self.app.store, org_id(ORG));
        for claim in store.claims(&org).await.expect("claims are readable") {
            if let Some(at) = claim.claimed_at {
                let asking = Asking {
                    asked: &claim.asked,
                    at: at - 3600,
                    before: Some(at),
                };
                let aged = store.claim_job(&org, &claim.job_id, asking).await;
                assert!(aged.expect("a claim is writable").applied());
            }
        }
    }

    /// Deletes every webhook at CompanyCam, behind our back.
    pub async fn delete_companycam_webhooks(&self) {
        let state = self.companycam_state().await;
        let token = &self.companycam.tokens[0];
        for webhook in state["webhooks"].as_array().expect("webhooks") {
            let url = format!(
                "{}/v2/webhooks/{}",
                self.companycam.origin,
                text(&webhook["id"])
            );
            let deleted = self.http.delete(url).bearer_auth(token).send().await;
            let deleted = deleted.expect("the simulator answers");
            assert!(deleted.status().is_success(), "{deleted:?}");
        }
    }

    /// Every lease that a worker left behind has ended.
    pub async fn end_leases(&self) {
        let store = &self.app.store;
        let nobody = "nobody";
        for row in self.aws.items("PhotosTable").await {
            if row["lease_holder"].is_null() {
                continue;
            }
            let org = org_id(&text(&row["org_id"]));
            let file = FileId::parse(&text(&row["photo_id"])).expect("an id");
            let held = store::files::Held {
                org: &org,
                file: &file,
                holder: nobody,
            };
            let taken = store.lease_file(held, i64::MAX, 0).await;
            taken.expect("the row is writable");
            let released = store.release_file(held).await;
            released.expect("the row is writable");
        }
        let org = org_id(ORG);
        let Some(row) = self.organization().await else {
            return;
        };
        let lease = store.lease_refresh(&org, row.generation, nobody, (i64::MAX, 0));
        lease.await.expect("the row is writable");
        let released = store.release_refresh(&org, nobody).await;
        released.expect("the row is writable");
    }
}

/// A JSON string's text.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
        .to_owned()
}
