//! Jobs in One Click.

use http::Method;
use serde_json::{Value, json};
use test_support::ORG;
use test_support::steps::text;

use crate::calendar::Year;
use crate::model::{Details, Job, Link};

impl Year {
    async fn change_job(&self, job: &str, changes: Value) {
        let path = format!("/organizations/{ORG}/jobs/{job}");
        let body = json!({ "job": changes });
        self.test
            .one_click_control(Method::PATCH, &path, body)
            .await;
    }

    async fn delete(&self, job: &str) {
        let path = format!("/organizations/{ORG}/jobs/{job}");
        self.test
            .one_click_control(Method::DELETE, &path, Value::Null)
            .await;
    }

    pub async fn new_job(&mut self) -> bool {
        let users = self.model.people.one_click.clone();
        let (Some(assignee), Some(creator)) = (self.choose(&users), self.choose(&users)) else {
            return false;
        };
        let (customer, contact) = (self.unique("Customer"), self.unique("Contact"));
        let mut details = Details {
            name: Some(customer),
            address: self.some_address(),
            contact: self.some_contact(),
        };
        details.contact[0] = Some(contact);
        let [name, email, phone] = &details.contact;
        let [line_1, line_2, city, state, postal_code] = &details.address;
        let phones: Vec<_> = phone
            .iter()
            .map(|number| json!({"number": number}))
            .collect();
        let job = json!({
            "name": name, "customer_name": details.name, "email": email, "phones": phones,
            "address": {
                "line_1": line_1, "line_2": line_2, "city": city, "state": state, "postal_code": postal_code,
            },
            "assigned_user_id": assignee, "created_by_user_id": creator,
        });
        let job = self.test.new_job(job).await;
        let id = text(&job["id"]);
        let is_covered = self.model.prefers("create_project_from_job");
        self.note(
            format!("Job {id} is made for {assignee}, by {creator}: {details:?}"),
            &[&id],
        );
        let job = Job {
            id: id.clone(),
            details,
            assignee,
            creator,
            is_covered,
            project: None,
        };
        self.model.jobs.insert(id, job);
        true
    }

    /// A linked job of a project that is there, and its project.
    fn some_linked_job(&mut self, is_calm: bool) -> Option<(String, String)> {
        let projects = self.projects_where(|project| {
            let changes = project.is_reassigned || project.is_assigned || project.is_stirred;
            project.job().is_some() && !project.deleted && !(is_calm && changes)
        });
        let project = self.choose(&projects)?;
        let job = self.model.projects[&project].job()?.clone();
        Some((project, job))
    }

    pub async fn edit_job(&mut self) -> bool {
        let Some((project, job)) = self.some_linked_job(false) else {
            return false;
        };
        let texts = ["customer_name", "name", "email", "line_1", "city", "phones"];
        let name = self.choose(&texts).expect("some");
        let value = self.unique("Edited");
        let changes = match name {
            "phones" => {
                let own = format!("402-777-{value}");
                let state = self.test.job(&job);
                let mut phones = state["phones"].as_array().unwrap().clone();
                phones.push(json!({"number": own}));
                json!({"phones": phones})
            }
            "line_1" | "city" => json!({"address": {name: value}}),
            _ => json!({name: value}),
        };
        self.change_job(&job, changes).await;
        self.note(
            format!("Job {job} of project {project} says {name}: {value}"),
            &[&job, &project],
        );
        let Some(project) = self.model.projects.get_mut(&project) else {
            return false;
        };
        if let Some(field) = project.fields.get_mut(name) {
            field.edit(|has| match name {
                "phones" => [has, &[format!("402-777-{value}")]].concat(),
                _ => vec![value.clone()],
            });
        }
        true
    }

    /// Once in a while: several at once end alike, but not where people change the project's users too.
    pub async fn reassign(&mut self) -> bool {
        let Some((id, job)) = self.some_linked_job(true) else {
            return false;
        };
        let users = self.model.people.one_click.clone();
        let user = self.choose(&users).filter(|_| !self.one_in(6));
        self.change_job(&job, json!({"assigned_user_id": user}))
            .await;
        self.note(
            format!("Job {job} of project {id} is given to {user:?}"),
            &[&job, &id],
        );
        self.model.reassign(&id, user.as_deref());
        true
    }

    /// The link ends when that is noticed (B18).
    pub async fn delete_job(&mut self) -> bool {
        self.settle().await;
        let unlinked = self.model.jobs.values().filter(|job| job.project.is_none());
        let unlinked: Vec<_> = unlinked.map(|job| job.id.clone()).collect();
        if self.one_in(3)
            && let Some(job) = self.choose(&unlinked)
        {
            self.delete(&job).await;
            self.note(format!("Job {job} is deleted"), &[&job]);
            self.model.jobs.remove(&job);
            return true;
        }
        let Some((id, job)) = self.some_linked_job(true) else {
            return false;
        };
        self.delete(&job).await;
        self.note(
            format!("Job {job} of project {id} is deleted"),
            &[&job, &id],
        );
        if let Some(project) = self.model.projects.get_mut(&id) {
            project.link = Link::JobDeleted;
            project.is_stirred = true;
        }
        true
    }
}

impl crate::model::Model {
    /// B11, B12 and B23: the new assignee's user is added, and then the one before removed. Somebody who
    /// is not matched changes nothing in CompanyCam.
    fn reassign(&mut self, project: &str, user: Option<&str>) {
        let (reassigns, removes) = (
            self.prefers("reassign_project"),
            self.prefers("remove_previous_assignee"),
        );
        let Self {
            people, projects, ..
        } = self;
        let Some(project) = projects.get_mut(project) else {
            return;
        };
        let user = user.map(str::to_owned);
        if project.assignee.possible.contains(&user) {
            return;
        }
        project.assignee.possible = [user.clone()].into();
        project.assignee.is_set = true;
        project.is_reassigned = true;
        project.is_stirred = true;
        if !reassigns {
            project.assignee.applied = user.into_iter().collect();
            return;
        }
        let Some((user, new)) =
            user.and_then(|user| people.companycam(&user).map(|new| (user.clone(), new)))
        else {
            return;
        };
        let applied = std::mem::replace(&mut project.assignee.applied, [user].into());
        if !project.assigned.contains(new) {
            project.assigned.push(new.clone());
        }
        let previous = applied
            .iter()
            .filter(|_| removes)
            .filter_map(|previous| people.companycam(previous));
        for previous in previous.filter(|previous| *previous != new) {
            project.assigned.retain(|user| user != previous);
        }
    }
}
