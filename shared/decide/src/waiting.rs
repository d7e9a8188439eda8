//! Looks that wait for a side to answer: which of them are one (B36).

use model::messages::{Failures, Look, Origin, SyncMessage};

/// What the look is about: looks of one name wait as one, and come back in the names' order, so those
/// after an event come first. `None`: it needs not wait, since what it would find is looked for anyway
/// when the side answers.
pub fn name(look: &Look) -> Option<String> {
    match look {
        Look::Poll
        | Look::PollOn { .. }
        | Look::Probe { .. }
        | Look::Resume { .. }
        | Look::ResumePhotos { .. }
        | Look::ResumeProjects { .. }
        | Look::Nightly { .. }
        | Look::Sync { .. } => None,
        Look::Disconnect { generation } => Some(format!("disconnect#{generation}")),
        // What a listing read is in the project's row; after an event it is still to be read.
        Look::Project { project_id, origin } if origin.is_event() => {
            Some(format!("project#{project_id}"))
        }
        Look::Project { project_id, .. } => Some(format!("project-listed#{project_id}")),
        Look::ProjectPhotos { project_id, .. } => Some(format!("project-photos#{project_id}")),
        Look::ProjectDocuments { project_id, .. } => {
            Some(format!("project-documents#{project_id}"))
        }
        Look::Photo { photo_id, .. } => Some(format!("photo#{photo_id}")),
        Look::Document { document_id, .. } => Some(format!("document#{document_id}")),
        Look::Job { job_id, .. } => Some(format!("job#{job_id}")),
        Look::Matched { .. } => Some("matched".to_owned()),
        Look::Undo { run, .. } => Some(format!("undo#{run}")),
    }
}

/// The look that does what both would.
pub fn merged(before: Option<SyncMessage>, now: &SyncMessage) -> SyncMessage {
    // One that is of every connection stays so.
    let generation = match &before {
        Some(SyncMessage {
            generation: None, ..
        }) => None,
        Some(_) | None => now.generation,
    };
    let look = match (before.map(|before| before.look), &now.look) {
        (Some(Look::Project { origin: before, .. }), Look::Project { project_id, origin }) => {
            Look::Project {
                project_id: project_id.clone(),
                origin: stronger(before, *origin),
            }
        }
        (Some(Look::Photo { tags: before, .. }), Look::Photo { photo_id, tags }) => Look::Photo {
            photo_id: photo_id.clone(),
            tags: before || *tags,
        },
        (
            Some(Look::Job {
                deleted: was_deleted,
                assigned: was_assigned,
                ..
            }),
            Look::Job {
                job_id,
                deleted,
                assigned,
            },
        ) => Look::Job {
            job_id: job_id.clone(),
            deleted: was_deleted || *deleted,
            assigned: was_assigned || *assigned,
        },
        // From the first project on, whichever was further.
        (Some(Look::Matched { .. }), Look::Matched { .. }) => Look::Matched { after: None },
        (Some(Look::Undo { .. }), Look::Undo { run, .. }) => Look::Undo {
            run: run.clone(),
            after: None,
        },
        // From the first page on, whichever was further.
        (Some(Look::ProjectPhotos { .. }), Look::ProjectPhotos { project_id, .. }) => {
            Look::photos_of(project_id, None)
        }
        (Some(Look::ProjectDocuments { .. }), Look::ProjectDocuments { project_id, .. }) => {
            Look::documents_of(project_id)
        }
        (_, look) => look.clone(),
    };
    SyncMessage {
        look,
        tries: 0,
        failures: Failures::default(),
        told: None,
        generation,
        ..now.clone()
    }
}

/// The origin whose look covers the other's, of two listings or two events.
fn stronger(one: Origin, other: Origin) -> Origin {
    let rank = |origin| match origin {
        Origin::Sync => 0,
        Origin::Poll => 1,
        Origin::Event => 2,
        Origin::Deletion => 3,
        Origin::Merge => 4,
    };
    if rank(one) > rank(other) { one } else { other }
}

#[cfg(test)]
mod tests {
    use companycam::ids::{PhotoId, ProjectId};
    use one_click::OrgId;

    use super::*;

    fn message(look: Look) -> SyncMessage {
        SyncMessage::new(&OrgId::parse("org_1").unwrap(), look)
    }

    fn project(origin: Origin) -> SyncMessage {
        message(Look::Project {
            project_id: ProjectId::parse("7").unwrap(),
            origin,
        })
    }

    #[test]
    fn b36_two_looks_at_one_project_wait_as_one_that_does_what_both_would() {
        let (event, merge) = (project(Origin::Event), project(Origin::Merge));
        assert_eq!(name(&event.look), name(&merge.look));
        assert_eq!(merged(Some(merge.clone()), &event), merge);
        assert_eq!(merged(Some(event.clone()), &merge), merge);
        assert_eq!(merged(None, &event), event);
    }

    #[test]
    fn b36_tags_that_one_of_two_looks_reads_are_read() {
        let photo = |tags| {
            message(Look::Photo {
                photo_id: PhotoId::parse("11").unwrap(),
                tags,
            })
        };
        assert_eq!(merged(Some(photo(true)), &photo(false)), photo(true));
        assert_eq!(merged(Some(photo(false)), &photo(false)), photo(false));
    }

    #[test]
    fn b36_what_an_event_told_comes_back_before_what_a_listing_read() {
        let photos = Look::photos_of(&ProjectId::parse("7").unwrap(), None);
        let listed = [
            project(Origin::Sync),
            project(Origin::Poll),
            message(photos),
        ];
        let job = message(Look::job(&"j".parse().unwrap()));
        for live in [project(Origin::Event), project(Origin::Deletion), job] {
            for listed in &listed {
                assert!(name(&live.look) < name(&listed.look), "{live:?} {listed:?}");
            }
        }
    }

    #[test]
    fn b36_what_is_looked_for_anyway_does_not_wait() {
        assert_eq!(name(&Look::Poll), None);
        assert_eq!(name(&Look::Resume { after: None }), None);
    }
}
