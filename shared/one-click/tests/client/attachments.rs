use std::io;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use futures::StreamExt;
use futures::stream;
use one_click::{
    AttachmentAt, DocumentFields, Error, Field, Image, ImageFields, JobId, OrgId, Upload,
};
use serde_json::{Value, json};

use crate::server::{Server, job_id, json, org};

const IMAGES: &str = "/api/v1/organizations/org_1/jobs/job_1/images";
const CHUNK: usize = 32 * 1024;

fn stored(version: i64) -> Value {
    json!({ "external_id": "p/1", "name": "CompanyCam Image-1.jpg", "version": version })
}

/// 40 chunks, each filled with its number, or an error in a chunk's place.
fn upload(length: Option<u64>, failing_at: Option<u8>) -> Upload {
    let chunks = (0..40).map(move |number: u8| {
        if failing_at == Some(number) {
            Err(io::Error::new(io::ErrorKind::InvalidData, "not a JPEG"))
        } else {
            Ok(Bytes::from(vec![number; CHUNK]))
        }
    });
    Upload {
        content_type: "image/jpeg".into(),
        file_name: "CompanyCam Image-1.jpg".into(),
        length,
        stream: stream::iter(chunks).boxed(),
    }
}

const LENGTH: u64 = 40 * CHUNK as u64;

fn fields() -> ImageFields {
    ImageFields {
        version: 5,
        name: Some("CompanyCam Image-1.jpg".into()),
        caption: Field::Clear,
        tags: Some(vec!["before".into()]),
        ..ImageFields::default()
    }
}

async fn put(server: &Server, external_id: &str, file: Upload) -> Result<Image, Error> {
    server
        .client
        .put_image(at(external_id), &fields(), file)
        .await
}

#[tokio::test]
async fn b15_an_image_arrives_whole_with_its_fields() {
    for length in [Some(LENGTH), None] {
        let mut server = Server::answering([json(201, &json!({ "image": stored(5) }))]).await;
        let put = put(&server, "p/1", upload(length, None));
        let image = put.await.unwrap();
        assert_eq!(
            (image.external_id.as_deref(), image.version),
            (Some("p/1"), 5)
        );

        let request = server.next().await;
        assert_eq!(request.line(), format!("PUT {IMAGES}/p%2F1"));
        assert_eq!(
            request.head.headers.contains_key("content-length"),
            length.is_some()
        );
        let parts = request.multipart().await;
        assert_eq!(parts.len(), 2);
        let (name, headers, image) = &parts[0];
        assert_eq!(
            (name.as_str(), &headers["content-type"]),
            ("image", &"application/json".parse().unwrap())
        );
        assert_eq!(
            serde_json::from_slice::<Value>(image).unwrap(),
            json!({ "version": 5, "name": "CompanyCam Image-1.jpg", "caption": null, "tags": ["before"] })
        );
        let (name, headers, file) = &parts[1];
        assert_eq!(
            (name.as_str(), &headers["content-type"]),
            ("file", &"image/jpeg".parse().unwrap())
        );
        assert!(
            headers["content-disposition"]
                .to_str()
                .unwrap()
                .contains("CompanyCam Image-1.jpg")
        );
        assert_eq!(file.len() as u64, LENGTH);
        assert!(
            file.chunks(CHUNK)
                .zip(0..)
                .all(|(chunk, number)| chunk.iter().all(|&b| b == number))
        );
    }
}

#[tokio::test]
async fn b26_an_older_version_answers_with_the_stored_image() {
    let server = Server::answering([json(200, &json!({ "image": stored(9) }))]).await;
    let put = put(&server, "1", upload(None, None));
    assert_eq!(put.await.unwrap().version, 9);
}

#[tokio::test]
async fn a_failing_source_is_told_apart_and_leaves_no_half_image() {
    for length in [Some(LENGTH), None] {
        let mut server = Server::answering([json(201, &json!({ "image": stored(5) }))]).await;
        let file = upload(length, Some(20));
        let error = put(&server, "1", file).await.unwrap_err();
        match error {
            Error::Source(source) => assert_eq!(source.kind(), io::ErrorKind::InvalidData),
            other => panic!("{other:?}"),
        }
        assert!(
            server.next().await.body.is_none(),
            "the request was completed"
        );
    }
}

#[tokio::test]
async fn a_source_of_another_length_than_claimed_fails() {
    for length in [LENGTH - 1, LENGTH + 1] {
        let mut server = Server::answering([json(201, &json!({ "image": stored(5) }))]).await;
        let file = upload(Some(length), None);
        let put = put(&server, "1", file).await;
        assert!(matches!(put, Err(Error::Source(_))), "{put:?}");
        assert!(
            server.next().await.body.is_none(),
            "the request was completed"
        );
    }
}

#[tokio::test]
async fn one_clicks_own_failure_is_not_the_sources() {
    let server = Server::answering([StatusCode::SERVICE_UNAVAILABLE.into_response()]).await;
    let put = put(&server, "1", upload(None, None)).await;
    assert!(
        matches!(put, Err(Error::Unavailable { status: 503 })),
        "{put:?}"
    );
}

#[tokio::test]
async fn a_media_type_that_is_none_is_refused_unsent() {
    let mut server = Server::answering([]).await;
    let file = Upload {
        content_type: "not a type".into(),
        ..upload(None, None)
    };
    let put = put(&server, "1", file).await;
    assert!(matches!(put, Err(Error::Invalid { .. })), "{put:?}");
    assert!(server.is_done());
}

#[tokio::test]
async fn b15_a_changed_caption_is_patched_without_the_file() {
    let mut server = Server::answering([json(200, &json!({ "image": stored(6) }))]).await;
    let changed = ImageFields {
        version: 6,
        caption: Field::Set("After".into()),
        ..ImageFields::default()
    };
    server.client.patch_image(at("1"), &changed).await.unwrap();
    let request = server.next().await;
    assert_eq!(request.line(), format!("PATCH {IMAGES}/1"));
    assert_eq!(
        request.json(),
        json!({ "image": { "version": 6, "caption": "After" } })
    );
}

#[tokio::test]
async fn b26_deleting_what_is_gone_succeeds() {
    let mut server = Server::answering([
        StatusCode::NO_CONTENT.into_response(),
        json(404, &json!({ "errors": ["Image not found"] })),
        json(404, &json!({ "errors": ["Document not found"] })),
    ])
    .await;
    server.client.delete_image(at("1")).await.unwrap();
    server.client.delete_image(at("1")).await.unwrap();
    server.client.delete_document(at("1")).await.unwrap();
    assert_eq!(server.next().await.line(), format!("DELETE {IMAGES}/1"));
}

#[tokio::test]
async fn an_id_that_would_name_another_resource_is_refused_unsent() {
    let mut server = Server::answering([]).await;
    for external_id in ["", ".", ".."] {
        let deleted = server.client.delete_image(at(external_id)).await;
        assert!(
            matches!(deleted, Err(Error::Invalid { .. })),
            "{external_id:?}"
        );
    }
    assert!(server.is_done());
}

#[tokio::test]
async fn b16_documents_go_the_way_of_images() {
    let document = json!({ "external_id": "1", "version": 5, "deleted": true });
    let mut server = Server::answering([
        json(201, &json!({ "document": document })),
        json(200, &json!({ "documents": [document], "next_page": null })),
    ])
    .await;
    let fields = DocumentFields {
        version: 5,
        ..DocumentFields::default()
    };
    server
        .client
        .put_document(at("1"), &fields, upload(None, None))
        .await
        .unwrap();
    assert!(
        server
            .client
            .documents(&org(), &job_id())
            .await
            .unwrap()
            .items[0]
            .deleted
    );
    let request = server.next().await;
    assert!(request.line().ends_with("/jobs/job_1/documents/1"));
    assert_eq!(request.multipart().await[0].0, "document");
}

#[tokio::test]
async fn images_come_from_all_pages() {
    let server = Server::answering([
        json(200, &json!({ "images": [stored(1)], "next_page": 2 })),
        json(200, &json!({ "images": [stored(2)], "next_page": null })),
    ])
    .await;
    let images = server.client.images(&org(), &job_id()).await.unwrap();
    let images = images.items.iter();
    assert_eq!(
        images.map(|image| image.version).collect::<Vec<_>>(),
        [1, 2]
    );
}

fn at(external_id: &str) -> AttachmentAt<'_> {
    static IDS: LazyLock<(OrgId, JobId)> = LazyLock::new(|| (org(), job_id()));
    let (org, job) = &*IDS;
    AttachmentAt {
        org,
        job,
        external_id,
    }
}
