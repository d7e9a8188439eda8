//! Whether each photo and document is where it should be, and as it should (B15, B16).

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;
use test_support::steps::text;

use crate::check::{Jobs, list};
use crate::model::{File, Left, Model, Photo};

impl Model {
    pub fn photo_differences(&mut self, jobs: &Jobs) -> Vec<String> {
        let mut copies = jobs.copies("images");
        let mut differences = Vec::new();
        let photos = self.photos.values();
        let expected: Vec<_> = photos
            .map(|photo| {
                let on = self.shown_on(photo).cloned();
                // No event tells of most changes of tags, and at night nothing is listed of a project that
                // is deleted.
                let tells_tags = self.is_listed(&photo.file.project);
                (on, self.is_open(photo), tells_tags)
            })
            .collect();
        for (photo, (on, is_open, tells_tags)) in self.photos.values_mut().zip(expected) {
            let found = copies.remove(&photo.file.id).unwrap_or_default();
            if is_open && found.len() <= 1 {
                photo.file.is_stirred = true;
                continue;
            }
            let on = on.as_deref();
            let places = place_differences("photo", &mut photo.file, on, (jobs, &found));
            differences.extend(places);
            if let Some((_, image)) = found.first().filter(|_| photo.file.deleted.is_none()) {
                differences.extend(image_differences(photo, image, tells_tags));
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

    pub fn document_differences(&mut self, jobs: &Jobs) -> Vec<String> {
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
fn image_differences(photo: &Photo, image: &Value, tells_tags: bool) -> Vec<String> {
    let id = &photo.file.id;
    let tags: BTreeSet<_> = list(image, "tags").map(text).collect();
    let at = image["captured_at"].as_str();
    let at = at.and_then(|at| at.parse::<Timestamp>().ok());
    let caption = image["caption"].as_str();
    let checks = [
        ("md5", image["md5"] == photo.file.md5.as_str()),
        ("caption", caption == photo.caption.as_deref()),
        ("tags", !tells_tags || tags == photo.tags),
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
        Some(Left::On(job)) if jobs.has(job) => places == [job.as_str()],
        Some(Left::Gone | Left::On(_)) => places.is_empty(),
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
