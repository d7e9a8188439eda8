//! What the behaviours conclude once everything that happened was looked at: which project has a job
//! (B10, B13, B18, B20), and which job a project (B9, B21).

use std::collections::BTreeSet;

use serde_json::Value;
use test_support::ORG;
use test_support::steps::text;

use crate::calendar::Year;
use crate::check::{Jobs, job_differences};
use crate::model::{Link, Model, Project};

/// Whether a project is to have a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Must,
    MustNot,
    /// What is found decides.
    Open,
}

impl Model {
    /// Of a project without a job. `by_sync`: an administrator pressed Sync, and it is in the window.
    fn verdict(&self, project: &mut Project, by_sync: bool) -> Verdict {
        let imports = self.prefers("create_job_from_project");
        if project.deleted || project.archived {
            // Both reasons hold; it is not said which of them lasts when the other ends.
            project.is_open |= (!imports && project.is_stirred) || (by_sync && project.was_ignored);
            return Verdict::MustNot;
        }
        if !imports {
            // One that waited for a matched user is looked at now, or not: no word of which.
            project.was_ignored |= project.is_stirred;
            project.is_open = !project.was_ignored;
            return Verdict::MustNot;
        }
        if by_sync {
            project.was_ignored = false;
            project.is_open = false;
        }
        let waits = self.prefers("only_matched_users") && !self.people.has_matched(project);
        if project.was_ignored || waits {
            Verdict::MustNot
        } else if project.is_open {
            Verdict::Open
        } else {
            Verdict::Must
        }
    }
}

impl Year {
    /// Everything arrives and is worked on, and a poll makes up for what no event told. What is found
    /// then has to be what the behaviours say, as far as a poll goes.
    pub async fn settle(&mut self) {
        self.arrive().await;
        self.test.poll().await;
        self.arrive().await;
        self.conclude(&BTreeSet::new()).await;
    }

    /// What follows from everything having been looked at; `synced`: the projects that a Sync listed.
    pub async fn conclude(&mut self, synced: &BTreeSet<String>) {
        let companycam = self.test.companycam_state().await;
        let jobs = Jobs::of(&self.test.one_click.state(ORG).expect("it exists"));
        let mut differences = self.link_jobs(&companycam, &jobs);
        let ids: Vec<_> = self.model.projects.keys().cloned().collect();
        for id in ids {
            let Some(mut project) = self.model.projects.remove(&id) else {
                continue;
            };
            if project.link == Link::None {
                let verdict = self.model.verdict(&mut project, synced.contains(&id));
                differences.extend(self.model.link(&mut project, verdict, &jobs));
            } else if project.is_stirred || synced.contains(&id) {
                self.model.look(&mut project);
            }
            if project.is_stirred {
                differences.extend(job_differences(&mut project, &jobs));
            }
            project.is_stirred = false;
            project.is_reassigned = false;
            project.is_assigned = false;
            self.model.projects.insert(id, project);
        }
        self.fail_if_any("after a poll", &differences).await;
    }

    /// The jobs that B9 covers have their projects now.
    fn link_jobs(&mut self, companycam: &Value, jobs: &Jobs) -> Vec<String> {
        let Model {
            people,
            projects,
            jobs: own,
            ..
        } = &mut self.model;
        let mut differences = Vec::new();
        for job in own.values_mut() {
            if !job.is_covered || job.project.is_some() {
                continue;
            }
            let all = companycam["projects"].as_array().expect("a list").iter();
            let named =
                all.filter(|project| project["name"].as_str() == job.details.name.as_deref());
            let named: Vec<_> = named.map(|project| text(&project["id"])).collect();
            let [id] = named.as_slice() else {
                differences.push(format!("job {} has the projects {named:?}", job.id));
                continue;
            };
            let creator = people.companycam(&job.creator);
            let creator = creator.unwrap_or(&people.consenting);
            let mut project = Project::new(id, job.details.clone(), creator);
            project.is_linked_to(&job.id);
            project.assignee.possible = BTreeSet::from([Some(job.assignee.clone())]);
            project.assignee.is_set = true;
            if let Some(user) = people.companycam(&job.assignee) {
                project.assigned.push(user.clone());
                project.assignee.applied.insert(job.assignee.clone());
            }
            job.project = Some(id.clone());
            differences.extend(job_differences(&mut project, jobs));
            projects.insert(id.clone(), project);
        }
        differences
    }
}

impl Model {
    /// Links the project to the job that is found, if it is to have one.
    fn link(&self, project: &mut Project, verdict: Verdict, jobs: &Jobs) -> Option<String> {
        let found = jobs.naming(&project.id);
        let id = &project.id;
        match (verdict, found.as_slice()) {
            (Verdict::Must | Verdict::Open, [job]) => {
                let job = (*job).to_owned();
                project.is_linked_to(&job);
                project.is_stirred = true;
                project.is_open = false;
                self.look(project);
                None
            }
            (Verdict::MustNot | Verdict::Open, []) => {
                project.assignee.possible.clear();
                None
            }
            (Verdict::Must, []) => Some(format!("project {id} has no job")),
            (Verdict::MustNot, _) => Some(format!(
                "project {id} should have no job, and has {found:?}"
            )),
            (Verdict::Must | Verdict::Open, _) => {
                Some(format!("project {id} has the jobs {found:?}"))
            }
        }
    }

    /// A linked project was looked at: its job follows.
    pub fn look(&self, project: &mut Project) {
        for field in project.fields.values_mut() {
            field.is_looked_at();
        }
        let assignee = &project.assignee;
        if assignee.is_set {
            return;
        }
        let now = self.people.assignee(project);
        let possible = &mut project.assignee.possible;
        if possible.is_empty() || possible.remove(&None) {
            possible.insert(now);
        }
    }
}
