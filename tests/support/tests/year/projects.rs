//! Projects in CompanyCam.

use http::Method;
use serde_json::{Value, json};

use crate::calendar::Year;
use crate::model::{Details, Link, Project};

impl Year {
    /// The projects of which this holds.
    pub fn projects_where(&self, holds: impl Fn(&Project) -> bool) -> Vec<String> {
        let projects = self.model.projects.values();
        let found = projects.filter(|project| holds(project));
        found.map(|project| project.id.clone()).collect()
    }

    /// One that people still work on.
    pub fn some_project(&mut self) -> Option<String> {
        let projects = self.projects_where(|project| !project.deleted);
        self.choose(&projects)
    }

    /// What ends or begins something comes alone, where looks come between events: what it comes to would
    /// else depend on whether the change before it was seen.
    pub async fn calm_down(&mut self, projects: &[&str]) {
        let is_stirred = |id: &&str| {
            self.model
                .projects
                .get(*id)
                .is_some_and(|project| project.is_stirred)
        };
        if self.webhooks && projects.iter().any(is_stirred) {
            self.settle().await;
        }
    }

    pub async fn new_project(&mut self) -> bool {
        let users: Vec<_> = self.model.people.names.keys().cloned().collect();
        let creator = self.choose(&users).expect("users");
        let mut details = Details {
            name: self.perhaps("Project"),
            ..Details::default()
        };
        details.address = self.some_address();
        let mut body = json!({
            "name": details.name, "creator_id": creator, "address": details.address_json(),
        });
        if !self.one_in(3) {
            details.contact = self.some_contact();
            body["primary_contact"] = details.contact_json();
        }
        let id = self.test.new_project(body).await;
        self.note(
            format!("Project {id} is made: {details:?}, by {creator}"),
            &[&id],
        );
        let project = Project::new(&id, details, &creator);
        self.model.projects.insert(id, project);
        true
    }

    pub fn some_address(&mut self) -> [Option<String>; 5] {
        let line_1 = self
            .perhaps("Street")
            .map(|street| format!("{} {street}", self.model.projects.len() + 1));
        let city = self
            .choose(&["Lincoln", "Omaha", "Denver"])
            .map(str::to_owned);
        let state = self.choose(&[Some("NE"), Some("CO"), None]).flatten();
        let postal_code = self.choose(&[Some("68508"), Some("80202"), None]).flatten();
        let line_2 = if self.one_in(4) {
            self.perhaps("Unit")
        } else {
            None
        };
        [
            line_1,
            line_2,
            city,
            state.map(str::to_owned),
            postal_code.map(str::to_owned),
        ]
    }

    pub fn some_contact(&mut self) -> [Option<String>; 3] {
        let email = self
            .perhaps("pat")
            .map(|name| format!("{}@customer.example", name.replace(' ', "")));
        let phone = self
            .perhaps("402-555")
            .map(|number| number.replace(' ', "-1000"));
        [self.perhaps("Contact"), email, phone]
    }

    async fn say(&mut self, id: &str, details: Details, changes: Value) -> bool {
        self.test.change_project(id, changes).await;
        self.note(format!("Project {id} says {details:?}"), &[id]);
        if let Some(project) = self.model.projects.get_mut(id) {
            project.says(details);
        }
        true
    }

    pub async fn rename(&mut self) -> bool {
        let Some(id) = self.some_project() else {
            return false;
        };
        let mut details = self.model.projects[&id].details.clone();
        details.name = self.perhaps("Renamed");
        let changes = json!({"name": details.name});
        self.say(&id, details, changes).await
    }

    pub async fn change_address(&mut self) -> bool {
        let Some(id) = self.some_project() else {
            return false;
        };
        let mut details = self.model.projects[&id].details.clone();
        details.address = self.some_address();
        let changes = json!({"address": details.address_json()});
        self.say(&id, details, changes).await
    }

    pub async fn change_contact(&mut self) -> bool {
        let Some(id) = self.some_project() else {
            return false;
        };
        let mut details = self.model.projects[&id].details.clone();
        details.contact = self.some_contact();
        let changes = json!({"primary_contact": details.contact_json()});
        self.say(&id, details, changes).await
    }

    pub async fn archive_or_restore(&mut self) -> bool {
        let Some(id) = self.some_project() else {
            return false;
        };
        self.calm_down(&[&id]).await;
        let Some(project) = self.model.projects.get_mut(&id) else {
            return false;
        };
        project.archived = !project.archived;
        project.is_stirred = true;
        let archived = project.archived;
        self.test
            .change_project(&id, json!({"archived": archived}))
            .await;
        self.note(format!("Project {id} is archived: {archived}"), &[&id]);
        true
    }

    pub async fn delete_or_undelete(&mut self) -> bool {
        let projects = self.projects_where(|project| !project.merged);
        let deleted = self.projects_where(|project| project.deleted && !project.merged);
        let undeletes = self.one_in(2) && !deleted.is_empty();
        let Some(id) = self.choose(if undeletes { &deleted } else { &projects }) else {
            return false;
        };
        self.calm_down(&[&id]).await;
        let Some(project) = self.model.projects.get_mut(&id) else {
            return false;
        };
        project.deleted = !project.deleted;
        project.is_stirred = true;
        let status = if project.deleted { "deleted" } else { "active" };
        self.test
            .change_project(&id, json!({"status": status}))
            .await;
        self.note(format!("Project {id} becomes {status}"), &[&id]);
        true
    }

    pub async fn assign_or_unassign(&mut self) -> bool {
        let projects = self.projects_where(|project| !project.deleted && !project.is_reassigned);
        let users: Vec<_> = self.model.people.names.keys().cloned().collect();
        let (Some(id), Some(user)) = (self.choose(&projects), self.choose(&users)) else {
            return false;
        };
        let Some(project) = self.model.projects.get_mut(&id) else {
            return false;
        };
        project.is_stirred = true;
        project.is_assigned = true;
        let was_assigned = project.assigned.contains(&user);
        project.assigned.retain(|known| *known != user);
        let method = if was_assigned {
            Method::DELETE
        } else {
            project.assigned.push(user.clone());
            Method::PUT
        };
        self.note(format!("{method} of user {user} to project {id}"), &[&id]);
        let path = format!("/projects/{id}/assigned_users/{user}");
        self.companycam(method, &path, Value::Null).await;
        true
    }

    /// Two projects become one (B18).
    pub async fn merge(&mut self) -> bool {
        let there = |project: &Project| !project.deleted && !project.is_open;
        let gone = self.projects_where(there);
        let into =
            self.projects_where(|project| there(project) && project.link != Link::JobDeleted);
        let (Some(gone), Some(into)) = (self.choose(&gone), self.choose(&into)) else {
            return false;
        };
        if gone == into {
            return false;
        }
        self.settle().await;
        if !self.can_be_told(&gone, &into) {
            return false;
        }
        let payload = if self.one_in(2) { "survivor" } else { "merged" };
        self.test
            .companycam_settings(json!({"merged_payload": payload}))
            .await;
        self.companycam(
            Method::POST,
            &format!("/projects/{gone}/merge"),
            json!({"into": into}),
        )
        .await;
        self.note(
            format!("Project {gone} is merged into project {into}"),
            &[&gone, &into],
        );
        self.model.merge(&gone, &into);
        true
    }

    /// Nothing says which project went into which. Where a job has to move, the photos on it tell, if none
    /// of them was moved by hand lately.
    fn can_be_told(&self, gone: &str, into: &str) -> bool {
        let (gone, into) = (&self.model.projects[gone], &self.model.projects[into]);
        if gone.is_open || into.is_open {
            return false;
        }
        let Some(job) = gone.job().filter(|_| into.link == Link::None) else {
            // A deleted job that nobody has noticed yet can't move.
            return gone.link != Link::JobDeleted || into.job().is_some();
        };
        let mut photos = self.model.photos.values();
        let is_known = photos.any(|photo| {
            let file = &photo.file;
            file.project == gone.id
                && file.seen_on.as_ref() == Some(job)
                && !file.is_stirred
                && file.deleted.is_none()
        });
        is_known && !gone.lost_files
    }
}

impl crate::model::Model {
    fn merge(&mut self, gone: &str, into: &str) {
        let Some(mut merged) = self.projects.remove(gone) else {
            return;
        };
        let Some(survivor) = self.projects.get_mut(into) else {
            return;
        };
        let moves = merged.job().is_some() && survivor.link == Link::None;
        if moves {
            survivor.link = std::mem::replace(&mut merged.link, Link::Moved);
            survivor.fields = std::mem::take(&mut merged.fields);
            survivor.assignee = std::mem::take(&mut merged.assignee);
            survivor.was_ignored = false;
            survivor.tell_fields();
        } else if merged.link == Link::None {
            merged.link = Link::Moved;
        }
        merged.deleted = true;
        merged.merged = true;
        survivor.is_stirred = true;
        merged.is_stirred = true;
        let files = self.files_mut().filter(|file| file.project == gone);
        for file in files {
            into.clone_into(&mut file.project);
            file.is_stirred = true;
            // The copies of what was deleted before are on that job still.
            if moves && file.listed_on == gone {
                into.clone_into(&mut file.listed_on);
            }
        }
        self.projects.insert(gone.to_owned(), merged);
    }
}
