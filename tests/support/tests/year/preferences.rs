//! Preferences, Sync, and what a night does with what was deleted (B9–B13, B19, B30).

use std::collections::BTreeSet;

use test_support::ORG;
use test_support::steps::now;

use crate::calendar::Year;
use crate::check::Jobs;
use crate::model::{Left, Model};

const ALL: [&str; 8] = [
    "create_project_from_job",
    "create_job_from_project",
    "reassign_project",
    "remove_previous_assignee",
    "only_matched_users",
    "remove_deleted_photos",
    "copy_internal_photos",
    "copy_documents",
];

impl Year {
    /// One is switched, everything being settled: what it covers is then no question.
    pub async fn change_preferences(&mut self) -> bool {
        self.settle().await;
        let switched = self.choose(&ALL).expect("some");
        let mut on = self.model.preferences.clone();
        if !on.remove(switched) {
            on.insert(switched);
        }
        if !on.contains("reassign_project") {
            on.remove("remove_previous_assignee");
        }
        let on: Vec<_> = on.into_iter().collect();
        self.prefer(&on).await;
        true
    }

    pub async fn sync(&mut self) -> bool {
        self.settle().await;
        let windows = [
            ("29", 29),
            ("90", 90),
            ("365", 365),
            ("all", i64::MAX / 86_400),
        ];
        let (window, days) = self.choose(&windows).expect("some");
        self.note(format!("Sync of {window} days"), &["sync"]);
        let since = now() - days.saturating_mul(86_400).min(now());
        let state = self.test.companycam_state().await;
        let projects = state["projects"].as_array().unwrap().iter();
        let listed = projects.filter(|project| project["updated_at"].as_i64().unwrap() >= since);
        let listed: BTreeSet<_> = listed
            .filter_map(|project| project["id"].as_str())
            .map(str::to_owned)
            .collect();
        let browser = self.test.administrator().await;
        let pressed = browser.submit("sync", &[("since_days", window)]).await;
        assert!(pressed.status.is_redirection(), "{}", pressed.body);
        self.arrive().await;
        self.conclude(&listed).await;
        true
    }

    /// Whether so much is missing that the night has to ask: everything, over half (at least 3), or at
    /// least 10 and 5 % or 100 (B30).
    pub fn expects_question(&self) -> bool {
        let jobs = Jobs::of(&self.test.one_click.state(ORG).expect("it exists"));
        let model = &self.model;
        let shown = |job: &str| {
            let mut projects = model.projects.values();
            projects
                .any(|project| project.job().is_some_and(|known| known == job) && !project.deleted)
        };
        let (mut known, mut missing) = (0_usize, 0_usize);
        for kind in ["images", "documents"] {
            let asks = kind == "images" || model.prefers("copy_documents");
            for (id, copies) in jobs.copies(kind) {
                let copies = copies.iter().filter(|(job, _)| shown(job));
                let photo = model.photos.get(&id).map(|photo| &photo.file);
                let file =
                    photo.or_else(|| model.documents.get(&id).map(|document| &document.file));
                let is_listed =
                    file.is_some_and(|file| file.deleted.is_none() && model.job_of(file).is_some());
                let count = copies.count();
                known += count;
                missing += if is_listed || !asks { 0 } else { count };
            }
        }
        let is_much = (missing >= known)
            || (missing >= 3 && missing * 2 > known)
            || (missing >= 10 && (missing * 20 >= known || missing >= 100));
        model.prefers("remove_deleted_photos") && missing > 0 && is_much
    }
}

impl Model {
    /// A night has gone through everything: with the preference, copies of what was deleted are gone.
    pub fn forget_deleted(&mut self) {
        let removes = self.prefers("remove_deleted_photos");
        // Of a project that is deleted, or without a job, nothing is listed.
        let files = self.files();
        let listed: BTreeSet<_> = files
            .filter(|file| self.is_listed(&file.project) && self.is_listed(&file.listed_on))
            .map(|file| file.id.clone())
            .collect();
        let copies_documents = self.prefers("copy_documents");
        let documents: BTreeSet<_> = self.documents.keys().cloned().collect();
        for file in self.files_mut() {
            let is_asked = copies_documents || !documents.contains(&file.id);
            let Some(left) = file.deleted.as_mut().filter(|_| removes && is_asked) else {
                continue;
            };
            if listed.contains(&file.id) {
                *left = Left::Gone;
            } else if *left != Left::Gone {
                *left = Left::Either;
            }
        }
        for project in self.projects.values_mut() {
            project.lost_files = false;
        }
    }
}
