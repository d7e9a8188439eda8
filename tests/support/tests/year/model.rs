//! What each side should be, as far as the behaviours (B9–B31) say, without asking the product.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::field::Field;

/// B14's table, but for assignee and metadata.
pub const FIELDS: [&str; 9] = [
    "customer_name",
    "name",
    "email",
    "phones",
    "line_1",
    "line_2",
    "city",
    "state",
    "postal_code",
];

/// What a project says that its job follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    pub name: Option<String>,
    /// Two lines, city, state, postal code.
    pub address: [Option<String>; 5],
    /// Name, e-mail address, telephone number.
    pub contact: [Option<String>; 3],
}

impl Details {
    /// As CompanyCam's JSON has it.
    pub fn address_json(&self) -> Value {
        let [line_1, line_2, city, state, postal_code] = &self.address;
        json!({
            "street_address_1": line_1, "street_address_2": line_2, "city": city, "state": state,
            "postal_code": postal_code,
        })
    }

    pub fn contact_json(&self) -> Value {
        let [name, email, phone_number] = &self.contact;
        json!({"name": name, "email": email, "phone_number": phone_number})
    }

    /// What B14's table makes of it, in the order of [`FIELDS`].
    fn mapped(&self, id: &str) -> [Option<String>; 9] {
        let [contact, email, phone] = self.contact.clone();
        let [line_1, line_2, city, state, postal_code] = self.address.clone();
        let customer = self.name.clone().or_else(|| line_1.clone());
        let customer = customer.unwrap_or_else(|| format!("CompanyCam project {id}"));
        let name = contact.unwrap_or_else(|| customer.clone());
        let names = [Some(customer), Some(name), email, phone];
        let [customer, name, email, phone] = names;
        [
            customer,
            name,
            email,
            phone,
            line_1,
            line_2,
            city,
            state,
            postal_code,
        ]
    }
}

/// Whether a project has a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// It was not looked at, was skipped, or waits.
    None,
    /// To this job.
    Job(String),
    /// Its job was deleted in One Click: it makes no other (B18).
    JobDeleted,
    /// It went into another, which has its job now (B18).
    Moved,
}

/// Whom a project's job is given to.
#[derive(Clone, Debug, Default)]
pub struct Assignee {
    /// Who it may be, by One Click's ids.
    pub possible: BTreeSet<Option<String>>,
    /// One Click owns the assignment: the job has, or had, an assignee.
    pub is_set: bool,
    /// Whose users the project may have on the job's behalf (B12).
    pub applied: BTreeSet<String>,
}

#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks")]
pub struct Project {
    pub id: String,
    pub details: Details,
    pub creator: String,
    pub assigned: Vec<String>,
    pub archived: bool,
    pub deleted: bool,
    pub merged: bool,
    pub link: Link,
    /// It was new while B10 was off: only a Sync brings it.
    pub was_ignored: bool,
    /// The behaviours leave open whether it has a job: what is found decides.
    pub is_open: bool,
    pub fields: BTreeMap<&'static str, Field>,
    pub assignee: Assignee,
    /// Something happened to it since all was last settled.
    pub is_stirred: bool,
    /// Since then its job was reassigned in One Click; or its users in CompanyCam.
    pub is_reassigned: bool,
    pub is_assigned: bool,
    /// A photo or document was moved away since the last night.
    pub lost_files: bool,
}

impl Project {
    pub fn new(id: &str, details: Details, creator: &str) -> Self {
        Self {
            id: id.to_owned(),
            details,
            creator: creator.to_owned(),
            assigned: Vec::new(),
            archived: false,
            deleted: false,
            merged: false,
            link: Link::None,
            was_ignored: false,
            is_open: false,
            fields: BTreeMap::new(),
            assignee: Assignee::default(),
            is_stirred: true,
            is_reassigned: false,
            is_assigned: false,
            lost_files: false,
        }
    }

    pub fn job(&self) -> Option<&String> {
        match &self.link {
            Link::Job(job) => Some(job),
            Link::None | Link::JobDeleted | Link::Moved => None,
        }
    }

    /// It has this job from here on, which says the same as the project.
    pub fn is_linked_to(&mut self, job: &str) {
        self.link = Link::Job(job.to_owned());
        self.fields = self.fields_now().collect();
    }

    fn fields_now(&self) -> impl Iterator<Item = (&'static str, Field)> {
        let mapped = FIELDS.into_iter().zip(self.details.mapped(&self.id));
        mapped.map(|(name, value)| {
            let has = value.iter().cloned().collect();
            (name, Field::linked(name == "phones", value, has))
        })
    }

    /// CompanyCam says something else of it.
    pub fn says(&mut self, details: Details) {
        self.details = details;
        self.is_stirred = true;
        self.tell_fields();
    }

    /// Its job's fields are to follow what it says.
    pub fn tell_fields(&mut self) {
        for (name, value) in FIELDS.into_iter().zip(self.details.mapped(&self.id)) {
            if let Some(field) = self.fields.get_mut(name) {
                field.becomes(value);
            }
        }
    }

    /// What the job's metadata says of it, where it says anything (B18).
    pub fn status(&self) -> Option<&'static str> {
        match (self.deleted, self.archived) {
            (true, _) => Some("deleted"),
            (false, true) => Some("archived"),
            (false, false) => None,
        }
    }
}

/// What becomes of a copy whose photo or document was deleted in CompanyCam (B13, B17).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// It was removed.
    Gone,
    /// It is still on this job, until a night with the preference.
    On(String),
    /// It was never seen to be copied, or nothing is concluded of its project: both is right.
    Either,
}

/// What a photo and a document have in common.
#[derive(Clone, Debug)]
pub struct File {
    pub id: String,
    pub project: String,
    pub md5: String,
    pub deleted: Option<Left>,
    /// It was deleted once, and may be back.
    pub was_deleted: bool,
    /// It was deleted before it was surely copied: its copy has no file to be made of, and may be set aside.
    pub may_fail: bool,
    /// Where CompanyCam had it, and the job on which it was seen, when all was last compared.
    pub listed_on: String,
    pub seen_on: Option<String>,
    /// Something happened to it since.
    pub is_stirred: bool,
}

#[derive(Clone, Debug)]
pub struct Photo {
    pub file: File,
    pub caption: Option<String>,
    pub tags: BTreeSet<String>,
    pub internal: bool,
    /// `processed`, or what it is instead.
    pub status: String,
    pub captured_at: i64,
    pub captured_by: String,
}

#[derive(Clone, Debug)]
pub struct Document {
    pub file: File,
    pub name: String,
}

/// A job that a person made in One Click.
#[derive(Clone, Debug)]
pub struct Job {
    pub id: String,
    pub details: Details,
    pub assignee: String,
    pub creator: String,
    /// B9 covers it: it gets a project.
    pub is_covered: bool,
    pub project: Option<String>,
}

/// Who there is.
#[derive(Default)]
pub struct People {
    /// CompanyCam's active users, by id.
    pub names: BTreeMap<String, String>,
    /// One Click's active users.
    pub one_click: Vec<String>,
    /// CompanyCam's users to One Click's (B6).
    pub matches: BTreeMap<String, String>,
    /// Who gave the grant: who makes what nobody else is credited with.
    pub consenting: String,
}

impl People {
    /// The CompanyCam user of somebody in One Click.
    pub fn companycam(&self, one_click: &str) -> Option<&String> {
        let mut matches = self.matches.iter();
        matches.find_map(|(companycam, other)| (other == one_click).then_some(companycam))
    }

    /// The first assigned user that is matched, else the creator if matched.
    pub fn assignee(&self, project: &Project) -> Option<String> {
        let users = project.assigned.iter().chain([&project.creator]);
        let mut matched = users.filter_map(|user| self.matches.get(user));
        matched.next().cloned()
    }

    pub fn has_matched(&self, project: &Project) -> bool {
        let mut assigned = project.assigned.iter();
        assigned.any(|user| self.matches.contains_key(user))
    }
}

/// Everything, as it should be.
#[derive(Default)]
pub struct Model {
    pub people: People,
    /// The names of what is on.
    pub preferences: BTreeSet<&'static str>,
    pub projects: BTreeMap<String, Project>,
    pub photos: BTreeMap<String, Photo>,
    pub documents: BTreeMap<String, Document>,
    pub jobs: BTreeMap<String, Job>,
}

impl File {
    pub fn new(id: &str, project: &str, md5: String) -> Self {
        Self {
            id: id.to_owned(),
            project: project.to_owned(),
            md5,
            deleted: None,
            was_deleted: false,
            may_fail: false,
            listed_on: project.to_owned(),
            seen_on: None,
            is_stirred: true,
        }
    }

    /// It is deleted in CompanyCam; what that leaves behind.
    pub fn is_deleted(&mut self) -> &Left {
        let left = match &self.seen_on {
            Some(job) if !self.is_stirred => Left::On(job.clone()),
            Some(_) | None => Left::Either,
        };
        self.was_deleted = true;
        self.may_fail |= self.is_stirred;
        self.deleted.insert(left)
    }
}

impl Model {
    pub fn prefers(&self, name: &str) -> bool {
        self.preferences.contains(name)
    }

    /// The job that the file should be on: its project's.
    pub fn job_of(&self, file: &File) -> Option<&String> {
        self.projects.get(&file.project).and_then(Project::job)
    }

    /// Whether its copies are listed at night: on a linked project that is not deleted.
    pub fn is_listed(&self, project: &str) -> bool {
        let project = self.projects.get(project);
        project.is_some_and(|project| project.job().is_some() && !project.deleted)
    }

    /// The job that should show the photo.
    pub fn shown_on(&self, photo: &Photo) -> Option<&String> {
        let hidden = photo.internal && !self.prefers("copy_internal_photos");
        let is_there = photo.status == "processed" && photo.file.deleted.is_none() && !hidden;
        self.job_of(&photo.file).filter(|_| is_there)
    }

    pub fn files(&self) -> impl Iterator<Item = &File> {
        let photos = self.photos.values().map(|photo| &photo.file);
        let documents = self.documents.values();
        photos.chain(documents.map(|document| &document.file))
    }

    pub fn files_mut(&mut self) -> impl Iterator<Item = &mut File> {
        let photos = self.photos.values_mut().map(|photo| &mut photo.file);
        photos.chain(
            self.documents
                .values_mut()
                .map(|document| &mut document.file),
        )
    }

    /// Whatever was stirred may have been looked at by now.
    pub fn may_be_looked_at(&mut self) {
        let Self {
            people, projects, ..
        } = self;
        for project in projects.values_mut().filter(|project| project.is_stirred) {
            for field in project.fields.values_mut() {
                field.may_be_looked_at();
            }
            let may_be_given = match project.link {
                Link::None => true,
                Link::Job(_) => {
                    !project.assignee.is_set && project.assignee.possible.contains(&None)
                }
                Link::JobDeleted | Link::Moved => false,
            };
            if may_be_given {
                let now = people.assignee(project);
                project.assignee.possible.insert(now);
            }
        }
    }
}
