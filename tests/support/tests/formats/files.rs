//! Rows of photos and documents, in every state.

use model::file::{CopiedFile, FileDetails, FileId, Refusal, Refuser, WantedFile};
use one_click::OrgId;
use store::Store;
use store::files::{Copied, Held, NewWish, Wish};

use crate::rows::{company, job, photo, project};

fn held<'a>(org: &'a OrgId, file: &'a FileId) -> Held<'a> {
    Held {
        org,
        file,
        holder: "holder",
    }
}

pub(super) async fn write_files(store: &Store, org: &OrgId) {
    let details = FileDetails {
        caption: Some("Front".to_owned()),
        captured_at: Some(1_700_000_000),
        captured_by: Some("Robin".to_owned()),
        tags: vec!["Roof".to_owned()],
        ..FileDetails::default()
    };
    let wanted = WantedFile {
        version: 1_700_000_100,
        job_id: Some(job("job_1")),
        uri: Some("https://img.companycam.com/11.jpg".to_owned()),
        hash: Some("aa".to_owned()),
        details: details.clone(),
        length: None,
    };
    let copied = CopiedFile {
        version: 1_700_000_100,
        job_id: job("job_1"),
        hash: Some("aa".to_owned()),
        details,
        bytes: 12,
        md5: Some("aa".to_owned()),
    };
    for id in ["11", "12", "13", "14"] {
        let id = &FileId::parse(id).unwrap();
        let wish = NewWish {
            file: id,
            project: &project("7"),
            company: &company(),
            wanted: &wanted,
            refused: false,
        };
        let wanted = store.want_file(org, wish).await.unwrap();
        assert_eq!(wanted, Wish::Raised);
        store.lease_file(held(org, id), 0, 160_000).await.unwrap();
    }
    let (broken, refused) = (photo("13"), photo("14"));
    let done = FileId::parse("12").unwrap();
    let newer = store.mark_file_copied(held(org, &done), &wanted, Some(&copied));
    assert!(matches!(newer.await.unwrap(), Copied::Done));
    let broken = store.photo(org, &broken).await.unwrap().unwrap();
    let failed = store.mark_file_failed(held(org, &broken.id), &broken, "not an image", None);
    assert!(failed.await.unwrap().applied());
    let refusal = Refusal {
        by: Refuser::Address,
        version: wanted.version,
        job_id: wanted.job_id.clone(),
        uri: wanted.uri.clone(),
        reason: "no file".to_owned(),
        since_ms: 1_700_000_000_000,
        last_ms: 1_700_000_200_000,
        again_ms: 1_700_000_300_000,
        times: 8,
        ask_ms: Some(1_700_000_000_000),
        told: true,
        given_up: false,
    };
    let refused = store.photo(org, &refused).await.unwrap().unwrap();
    let written = store.mark_file_refused(held(org, &refused.id), &refused, &refusal);
    assert!(written.await.unwrap().applied());
    write_document(store, org, &wanted).await;
}

async fn write_document(store: &Store, org: &OrgId, like: &WantedFile) {
    let wanted = WantedFile {
        hash: None,
        details: FileDetails {
            name: Some("Plan.pdf".to_owned()),
            content_type: Some("application/pdf".to_owned()),
            ..FileDetails::default()
        },
        length: Some(12),
        ..like.clone()
    };
    let wish = NewWish {
        file: &FileId::parse("document#21").unwrap(),
        project: &project("7"),
        company: &company(),
        wanted: &wanted,
        refused: false,
    };
    assert_eq!(store.want_file(org, wish).await.unwrap(), Wish::Raised);
}
