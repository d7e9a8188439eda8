//! Comparing what is there with what should be.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use store::activity::Outcome;
use test_support::steps::text;
use test_support::{ORG, Queue};

use crate::calendar::Year;
use crate::model::{FIELDS, Link, Model, Project};

/// One Click's jobs that are not deleted.
pub struct Jobs(BTreeMap<String, Value>);

pub fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

/// Its texts that are not blank.
fn texts(value: &Value) -> Vec<String> {
    let blank = |text: &&str| !text.is_empty();
    value
        .as_str()
        .filter(blank)
        .map(str::to_owned)
        .into_iter()
        .collect()
}

impl Jobs {
    pub fn of(one_click: &Value) -> Self {
        let live = list(one_click, "jobs").filter(|job| job["deleted"] == false);
        Self(live.map(|job| (text(&job["id"]), job.clone())).collect())
    }

    /// The ids of those that say they are this project.
    pub fn naming(&self, project: &str) -> Vec<&str> {
        let named = |job: &&Value| job["metadata"]["cc_project_id"] == project;
        let found = self.0.values().filter(named);
        found.filter_map(|job| job["id"].as_str()).collect()
    }

    pub fn has(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    pub fn all(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter()
    }

    /// What is on jobs under `images` or `documents`, by CompanyCam's ids: the job, and the copy.
    pub fn copies(&self, kind: &str) -> BTreeMap<String, Vec<(&str, &Value)>> {
        let mut copies: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (id, job) in &self.0 {
            for copy in list(job, kind).filter(|copy| copy["deleted"] == false) {
                let external = copy["external_id"].as_str().unwrap_or("none").to_owned();
                copies
                    .entry(external)
                    .or_default()
                    .push((id.as_str(), copy));
            }
        }
        copies
    }
}

/// What One Click has of a field, as the model has it.
pub fn field_of(job: &Value, name: &str) -> Vec<String> {
    match name {
        "phones" => list(job, "phones")
            .map(|phone| text(&phone["number"]))
            .collect(),
        "line_1" | "line_2" | "city" | "state" | "postal_code" => texts(&job["address"][name]),
        _ => texts(&job[name]),
    }
}

/// A linked project's job, field by field; what the model left open is known from here on.
pub fn job_differences(project: &mut Project, jobs: &Jobs) -> Vec<String> {
    let id = project.id.clone();
    let Some(job_id) = project.job().cloned() else {
        return Vec::new();
    };
    let Some(job) = jobs.0.get(&job_id) else {
        return vec![format!("job {job_id} of project {id} is gone")];
    };
    let mut differences = Vec::new();
    for name in FIELDS {
        let has = field_of(job, name);
        if let Some(field) = project.fields.get_mut(name)
            && !field.is_found(&has)
        {
            let possible = field.possible();
            differences.push(format!(
                "job {job_id} of project {id}: {name} is {has:?}, not {possible:?}"
            ));
        }
    }
    let assigned = job["assigned_user_id"].as_str().map(str::to_owned);
    let assignee = &mut project.assignee;
    if assignee.possible.contains(&assigned) {
        if !assignee.is_set {
            assignee.applied = assigned.iter().cloned().collect();
            assignee.is_set = assigned.is_some();
        }
        assignee.possible = BTreeSet::from([assigned]);
    } else {
        let possible = &assignee.possible;
        differences.push(format!(
            "job {job_id} of project {id} is given to {assigned:?}, not {possible:?}"
        ));
    }
    let metadata = &job["metadata"];
    let status = metadata["cc_project_status"].as_str().unwrap_or("active");
    let expected = [
        (
            "cc_project_id",
            Some(id.as_str()),
            metadata["cc_project_id"].as_str(),
        ),
        (
            "cc_creator_id",
            Some(project.creator.as_str()),
            metadata["cc_creator_id"].as_str(),
        ),
        (
            "cc_project_status",
            Some(project.status().unwrap_or("active")),
            Some(status),
        ),
    ];
    for (name, expected, found) in expected {
        if expected != found {
            differences.push(format!(
                "job {job_id} of project {id}: {name} is {found:?}, not {expected:?}"
            ));
        }
    }
    differences
}

impl Year {
    /// After a night both sides are as they should be, in everything.
    pub async fn compare(&mut self) {
        let companycam = self.test.companycam_state().await;
        let jobs = Jobs::of(&self.test.one_click.state(ORG).expect("it exists"));
        let mut differences = Vec::new();
        for project in self.model.projects.values_mut() {
            differences.extend(job_differences(project, &jobs));
        }
        differences.extend(self.model.links(&jobs));
        differences.extend(self.model.companycam(&companycam));
        differences.extend(self.model.photo_differences(&jobs));
        differences.extend(self.model.document_differences(&jobs));
        differences.extend(self.left().await);
        self.fail_if_any("after a night", &differences).await;
    }

    /// What should not be there any more once all is done.
    async fn left(&self) -> Vec<String> {
        let mut left = Vec::new();
        for table in ["ProjectLinksTable", "PhotosTable"] {
            for row in self.test.aws.items(table).await {
                let is_claim = row["sk"]
                    .as_str()
                    .is_some_and(|sk| sk.starts_with("claim#"));
                if row["pending_org"].is_string() || is_claim {
                    left.push(format!("a row is pending: {row}"));
                }
                left.extend(self.model.row_difference(&row));
            }
        }
        let queues = Queue::WORKING;
        for message in queues
            .iter()
            .flat_map(|queue| self.test.aws.sqs.messages(*queue))
        {
            let message = message.json();
            // Photos that are not finished are looked at again by and by.
            if message["look"]["again_at"].is_null()
                && message["look"]["so_far"]["again_at"].is_null()
            {
                left.push(format!("a message is left: {message}"));
            }
        }
        let dead = self.test.dead_letters();
        left.extend(dead.iter().map(|letter| format!("set aside: {letter}")));
        let entries = self.test.activity().await.into_iter();
        let failed = entries.filter(|entry| entry.outcome == Outcome::Failed);
        left.extend(failed.map(|entry| format!("failed: {}", entry.text)));
        // What is deleted before it is copied has no file to be copied.
        let may_fail = |what: &String| {
            let mut files = self.model.files().filter(|file| file.may_fail);
            files.any(|file| what.contains(&file.id))
        };
        left.retain(|what| !may_fail(what));
        left
    }
}

impl Model {
    /// Each job names the project that is linked to it, and no other names one.
    fn links(&self, jobs: &Jobs) -> Vec<String> {
        let mut differences = Vec::new();
        let linked = self
            .projects
            .values()
            .filter_map(|project| Some((project.job()?.as_str(), project.id.as_str())));
        let linked: BTreeMap<_, _> = linked.collect();
        for (id, job) in jobs.all() {
            let names = job["metadata"]["cc_project_id"].as_str();
            let expected = linked.get(id.as_str()).copied();
            if names != expected {
                differences.push(format!(
                    "job {id} names project {names:?}, not {expected:?}"
                ));
            }
        }
        for job in self.jobs.values().filter(|job| job.project.is_none()) {
            if !jobs.has(&job.id) {
                differences.push(format!("job {} is gone", job.id));
            }
        }
        differences
    }

    /// A project's row says of its link what the model does.
    fn row_difference(&self, row: &Value) -> Option<String> {
        let id = row["sk"].as_str()?.strip_prefix("project#")?;
        let Some(project) = self.projects.get(id) else {
            return Some(format!("a row of project {id}, which nobody knows"));
        };
        let (state, job) = (
            row["state"].as_str().unwrap_or("unseen"),
            row["job_id"].as_str(),
        );
        let is_right = match &project.link {
            Link::Job(linked) => state == "linked" && job == Some(linked),
            Link::JobDeleted => state == "job_deleted",
            Link::None | Link::Moved => state != "linked",
        };
        let link = &project.link;
        (!is_right).then(|| format!("project {id} is {state} to {job:?}, not {link:?}"))
    }

    /// CompanyCam has what people made there, with what they said of it, and the projects of jobs.
    fn companycam(&self, companycam: &Value) -> Vec<String> {
        let mut differences = Vec::new();
        let mut known: BTreeSet<_> = self.projects.keys().collect();
        for found in list(companycam, "projects") {
            let id = text(&found["id"]);
            let Some(project) = self.projects.get(&id) else {
                differences.push(format!("project {id} should not be there: {found}"));
                continue;
            };
            known.remove(&id);
            let details = &project.details;
            let mut address = found["address"].clone();
            if let Some(address) = address.as_object_mut() {
                address.remove("country");
            }
            let mut contact = found["primary_contact"].clone();
            if let Some(contact) = contact.as_object_mut() {
                contact.remove("id");
            }
            let has_none = details.contact.iter().all(Option::is_none);
            let is_alike = found["name"].as_str() == details.name.as_deref()
                && address == details.address_json()
                && (contact == details.contact_json() || (has_none && contact.is_null()));
            if !is_alike {
                differences.push(format!("project {id} is {found}, not {details:?}"));
            }
            let assigned: BTreeSet<_> = list(found, "assignees").map(text).collect();
            let expected: BTreeSet<_> = project.assigned.iter().cloned().collect();
            if assigned != expected {
                differences.push(format!(
                    "project {id} is assigned to {assigned:?}, not {expected:?}"
                ));
            }
        }
        differences.extend(
            known
                .iter()
                .map(|id| format!("project {id} is not in CompanyCam")),
        );
        differences
    }
}
