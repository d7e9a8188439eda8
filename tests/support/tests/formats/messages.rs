//! Messages of the queues.

use companycam::Cursor;
use companycam::ids::{DocumentId, PhotoId, ProjectId};
use model::file::FileId;
use model::messages::{Failures, FileMessage, Look, NightlyTake, Origin, PhotosSoFar, SyncMessage};
use model::pause::Side;
use one_click::{JobId, OrgId};
use serde_json::{Value, json};

/// One of each.
fn looks() -> Vec<Look> {
    [looks_at_all(), looks_at_one()].concat()
}

/// Those that are about the organization.
fn looks_at_all() -> Vec<Look> {
    vec![
        Look::Poll,
        Look::PollOn { seq: 2 },
        Look::Probe {
            side: Side::OneClick,
            seq: 4,
        },
        Look::Probe {
            side: Side::CompanyCam,
            seq: 4,
        },
        Look::Resume { after: None },
        Look::Resume {
            after: Some("job#job_1".to_owned()),
        },
        Look::ResumePhotos {
            after: Some(FileId::parse("11").unwrap()),
        },
        Look::ResumeProjects {
            after: Some(ProjectId::parse("7").unwrap()),
        },
        Look::Sync {
            run: "run-1".to_owned(),
            seq: Some(7),
        },
        Look::Disconnect { generation: 3 },
        Look::Matched { after: None },
        Look::Matched {
            after: Some(ProjectId::parse("7").unwrap()),
        },
        Look::Undo {
            run: "run-1".to_owned(),
            after: Some(ProjectId::parse("7").unwrap()),
        },
    ]
}

/// Those that are about a project, a photo, a document or a job.
fn looks_at_one() -> Vec<Look> {
    let project_id = ProjectId::parse("7").unwrap();
    let project = |origin| Look::Project {
        project_id: project_id.clone(),
        origin,
    };
    vec![
        project(Origin::Poll),
        project(Origin::Sync),
        project(Origin::Event),
        project(Origin::Deletion),
        project(Origin::Merge),
        Look::ProjectPhotos {
            project_id: project_id.clone(),
            cursor: None,
            so_far: PhotosSoFar::default(),
            unseen: Vec::new(),
        },
        Look::ProjectPhotos {
            project_id: project_id.clone(),
            cursor: Some(Cursor::new("next")),
            so_far: PhotosSoFar {
                up_to: Some(1_700_000_000),
                unfinished: true,
                pages: 1,
                again_at: Some(1_700_000_060),
                again: 1,
            },
            unseen: vec![PhotoId::parse("12").unwrap()],
        },
        Look::ProjectDocuments {
            project_id: project_id.clone(),
            page: 2,
        },
        Look::Photo {
            photo_id: PhotoId::parse("11").unwrap(),
            tags: true,
        },
        Look::Document {
            document_id: DocumentId::parse("21").unwrap(),
            project_id: Some(project_id),
        },
        Look::Job {
            job_id: JobId::parse("job_1").unwrap(),
            deleted: true,
            assigned: true,
        },
    ]
}

fn written() -> Value {
    let org = OrgId::parse("org_1").unwrap();
    let mut messages: Vec<_> = looks()
        .into_iter()
        .map(|look| json!(SyncMessage::new(&org, look)))
        .collect();
    let (pass, seq) = ("pass".to_owned(), 4);
    for take in [
        NightlyTake::First,
        NightlyTake::Missing,
        NightlyTake::Next { pass, seq },
    ] {
        messages.push(json!(SyncMessage::new(&org, Look::Nightly { take })));
    }
    let delivered = SyncMessage::new(&org, Look::job(&JobId::parse("job_8").unwrap()));
    messages.push(json!(delivered.of_generation(Some(3))));
    let look = Look::job(&JobId::parse("job_9").unwrap());
    messages.push(json!(SyncMessage {
        tries: 8,
        failures: Failures {
            since: Some(1_700_000_000),
            refused_since: Some(1_700_000_010),
            refused_outright_at: Some(1_700_000_020),
            told: true,
            panics: 1,
        },
        ..SyncMessage::new(&org, look)
    }));
    messages.push(json!(FileMessage {
        org_id: org.clone(),
        id: FileId::parse("11").unwrap(),
        tries: 2,
        panics: 1,
    }));
    let document = FileId::parse("document#21").unwrap();
    messages.push(json!(FileMessage::new(&org, &document)));
    json!(messages)
}

#[test]
fn b26_every_message_is_written_like_this() {
    let mut sorted = insta::Settings::clone_current();
    sorted.set_sort_maps(true);
    sorted.bind(|| insta::assert_json_snapshot!(written()));
}

#[test]
fn b26_the_messages_of_the_version_before_are_read() {
    let before: Vec<Value> = serde_json::from_str(include_str!("before/messages.json")).unwrap();
    for message in before {
        if message["look"].is_null() {
            let read: FileMessage = serde_json::from_value(message.clone()).unwrap();
            assert_eq!(json!(read.id), message["photo_id"]);
            continue;
        }
        let read: SyncMessage = serde_json::from_value(message.clone()).unwrap();
        let written = json!(read);
        for (name, value) in message["look"].as_object().unwrap() {
            assert_eq!(written["look"][name], *value, "{message}");
        }
    }
}
