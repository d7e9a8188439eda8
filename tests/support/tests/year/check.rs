//! Comparing what is there with what should be.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;
use store::activity::Outcome;
use test_support::steps::text;
use test_support::{ORG, Queue};

use crate::calendar::Year;
use crate::events::TAGS_ARE_FOLLOWED;
use crate::model::{FIELDS, File, Left, Link, Model, Photo, Project};

/// One Click's jobs that are not deleted.
pub struct Jobs(BTreeMap<String, Value>);

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
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
        let queues = [Queue::Sync, Queue::Retry, Queue::Photos];
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

    fn photo_differences(&mut self, jobs: &Jobs) -> Vec<String> {
        let mut copies = jobs.copies("images");
        let mut differences = Vec::new();
        let photos = self.photos.values();
        let expected: Vec<_> = photos
            .map(|photo| (self.shown_on(photo).cloned(), self.is_open(photo)))
            .collect();
        for (photo, (on, is_open)) in self.photos.values_mut().zip(expected) {
            let found = copies.remove(&photo.file.id).unwrap_or_default();
            if is_open && found.len() <= 1 {
                photo.file.is_stirred = true;
                continue;
            }
            let on = on.as_deref();
            let places = place_differences("photo", &mut photo.file, on, (jobs, &found));
            differences.extend(places);
            if let Some((_, image)) = found.first().filter(|_| photo.file.deleted.is_none()) {
                differences.extend(image_differences(photo, image));
            }
        }
        let unknown = copies.keys();
        differences.extend(unknown.map(|id| format!("an image of photo {id}, which nobody knows")));
        differences
    }

    /// Nothing is listed of a project that is deleted. So whether its internal photos are on its job goes by
    /// the preference of when it was not; and a photo that was deleted on it, and is back on another, may be.
    fn is_open(&self, photo: &Photo) -> bool {
        let file = &photo.file;
        let is_hidden = photo.internal && self.projects[&file.project].deleted;
        let is_back = file.was_deleted && self.job_of(file).is_none();
        file.deleted.is_none() && (is_hidden || (is_back && !self.is_listed(&file.listed_on)))
    }

    fn document_differences(&mut self, jobs: &Jobs) -> Vec<String> {
        let mut copies = jobs.copies("documents");
        let mut differences = Vec::new();
        let there = |document: &crate::model::Document| document.file.deleted.is_none();
        let documents = self.documents.values();
        let expected: Vec<_> = documents
            .map(|document| {
                self.job_of(&document.file)
                    .filter(|_| there(document))
                    .cloned()
            })
            .collect();
        // While none are copied, those that are there stay as they are.
        let copies_them = self.prefers("copy_documents");
        let projects = self.projects.keys().filter(|id| self.is_listed(id));
        let removes = self.prefers("remove_deleted_photos");
        let listed: BTreeSet<_> = projects.filter(|_| removes).cloned().collect();
        for (document, on) in self.documents.values_mut().zip(expected) {
            let id = document.file.id.clone();
            let found = copies.remove(&id).unwrap_or_default();
            // One that was moved to a project without a job can't be told from one that was deleted: no
            // request asks for one document, and nothing of such a project is listed.
            let is_told = listed.contains(&document.file.listed_on);
            let may_stay = on.is_none() && document.file.deleted.is_none() && !is_told;
            if !copies_them || (may_stay && found.len() <= 1) {
                document.file.is_stirred = true;
                continue;
            }
            differences.extend(place_differences(
                "document",
                &mut document.file,
                on.as_deref(),
                (jobs, &found),
            ));
            let Some((_, copy)) = found.first().filter(|_| document.file.deleted.is_none()) else {
                continue;
            };
            let name = format!("CompanyCam Document-{id}-{}", document.name);
            if copy["name"] != name
                || copy["md5"] != document.file.md5.as_str()
                || copy["metadata"]["cc_document_id"] != id.as_str()
            {
                differences.push(format!("document {id}: {copy} is not as in {document:?}"));
            }
        }
        differences.extend(
            copies
                .keys()
                .map(|id| format!("a copy of document {id}, which nobody knows")),
        );
        differences
    }
}

/// What an image has to say of its photo (B15).
fn image_differences(photo: &Photo, image: &Value) -> Vec<String> {
    let id = &photo.file.id;
    let tags: BTreeSet<_> = list(image, "tags").map(text).collect();
    // What a night sees first it brings without them.
    let may_lack_tags = !TAGS_ARE_FOLLOWED && tags.is_empty();
    let at = image["captured_at"].as_str();
    let at = at.and_then(|at| at.parse::<Timestamp>().ok());
    let caption = image["caption"].as_str();
    let checks = [
        ("md5", image["md5"] == photo.file.md5.as_str()),
        ("caption", caption == photo.caption.as_deref()),
        ("tags", tags == photo.tags || may_lack_tags),
        (
            "captured_by",
            image["captured_by"] == photo.captured_by.as_str(),
        ),
        (
            "captured_at",
            at.is_some_and(|at| at.as_second() == photo.captured_at),
        ),
        (
            "name",
            image["name"] == format!("CompanyCam Image-{id}.jpg"),
        ),
        (
            "cc_image_id",
            image["metadata"]["cc_image_id"] == id.as_str(),
        ),
    ];
    let wrong = checks.iter().filter(|(_, is_right)| !is_right);
    wrong
        .map(|(name, _)| format!("photo {id}: {name} of {image} is not as in {photo:?}"))
        .collect()
}

/// On which jobs a file's copies are: on the one where it should be, once, or where a deleted one may be.
fn place_differences(
    what: &str,
    file: &mut File,
    on: Option<&str>,
    (jobs, found): (&Jobs, &[(&str, &Value)]),
) -> Vec<String> {
    let places: Vec<_> = found.iter().map(|(job, _)| *job).collect();
    let is_right = match &file.deleted {
        None => places.as_slice() == on.as_slice(),
        Some(Left::Gone) => places.is_empty(),
        Some(Left::On(job)) if jobs.has(job) => places == [job.as_str()],
        Some(Left::On(_)) => places.is_empty(),
        Some(Left::Either) => places.len() <= 1,
    };
    file.seen_on = places.first().map(|job| (*job).to_owned());
    file.is_stirred = false;
    if file.deleted.is_none() {
        file.project.clone_into(&mut file.listed_on);
    }
    if is_right {
        return Vec::new();
    }
    let (id, project, deleted) = (&file.id, &file.project, &file.deleted);
    vec![format!(
        "{what} {id} of project {project} is on {places:?}, not on {on:?}; deleted: {deleted:?}"
    )]
}
