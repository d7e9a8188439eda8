//! Images and documents: the version rule, replacing, changing and soft-deleting.

use std::io::Write;
use std::net::TcpStream;

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, RIDGELINE, body, complaints, named};

/// The hexadecimal MD5 of `b"hello"`, from RFC 1321's own program.
const MD5_OF_HELLO: &str = "5d41402abc4b2a76b9719d911017c592";

struct Setup {
    client: Client,
    job: String,
}

impl Setup {
    async fn new() -> Self {
        let client = Client::spawn().await;
        let job = client.make_job(RIDGELINE, named("Roof")).await;
        let job = job["id"].as_str().unwrap().to_owned();
        Self { client, job }
    }

    fn path(&self) -> String {
        format!("/jobs/{}/images/900", self.job)
    }

    async fn put(&self, version: i64, file: &[u8], status: u16) -> Value {
        let about = json!({ "name": format!("v{version}.jpg"), "version": version });
        self.put_described(&about, file, status).await
    }

    async fn put_described(&self, about: &Value, file: &[u8], status: u16) -> Value {
        let request = self.client.put_file(&self.path(), "image", about, file);
        body(request, status).await["image"].take()
    }

    async fn patch(&self, image: Value, status: u16) -> Value {
        let request = self.client.api(Method::PATCH, RIDGELINE, &self.path());
        body(request.json(&json!({ "image": image })), status).await["image"].take()
    }

    async fn delete(&self, status: u16) {
        body(
            self.client.api(Method::DELETE, RIDGELINE, &self.path()),
            status,
        )
        .await;
    }

    async fn only_image(&self) -> Value {
        let list = self
            .client
            .get(RIDGELINE, &format!("/jobs/{}/images", self.job))
            .await;
        let images = list["images"].as_array().unwrap();
        assert_eq!(images.len(), 1);
        images[0].clone()
    }

    fn bytes(&self) -> Vec<u8> {
        self.client
            .simulator
            .image(RIDGELINE, &self.job, "900")
            .unwrap()
    }
}

#[tokio::test]
async fn b15_an_image_is_stored_with_its_bytes_and_description() {
    let setup = Setup::new().await;
    let about = json!({
        "name": "CompanyCam Image-900.jpg",
        "caption": "North side",
        "captured_at": "2026-02-03T04:05:06Z",
        "captured_by": "Casey Lund",
        "tags": ["roof", "before"],
        "version": 10,
        "metadata": { "cc_image_id": "900" },
    });
    let image = setup.put_described(&about, b"hello", 201).await;
    for (field, value) in about.as_object().unwrap() {
        assert_eq!(&image[field], value, "{field}");
    }
    assert_eq!(image["external_id"], "900");
    assert_eq!(image["content_type"], "image/jpeg");
    assert_eq!(image["bytes"], 5);
    assert_eq!(image["md5"], MD5_OF_HELLO);
    assert_eq!(image["deleted"], false);
    assert_eq!(setup.only_image().await, image);
    assert_eq!(setup.bytes(), b"hello");
}

#[tokio::test]
async fn b26_a_lower_version_changes_nothing() {
    let setup = Setup::new().await;
    let stored = setup.put(10, b"newer", 201).await;
    assert_eq!(setup.put(9, b"older", 200).await, stored);
    assert_eq!(
        setup
            .patch(json!({ "caption": "late", "version": 9 }), 200)
            .await,
        stored
    );
    assert_eq!(setup.only_image().await, stored);
    assert_eq!(setup.bytes(), b"newer");
}

#[tokio::test]
async fn b26_an_equal_version_replaces() {
    let setup = Setup::new().await;
    setup.put(10, b"first", 201).await;
    let again = setup.put(10, b"hello", 200).await;
    assert_eq!(again["md5"], MD5_OF_HELLO);
    assert_eq!(setup.bytes(), b"hello");
    let patched = setup
        .patch(json!({ "caption": "same version", "version": 10 }), 200)
        .await;
    assert_eq!(patched["caption"], "same version");
}

#[tokio::test]
async fn b15_a_higher_version_replaces_file_and_description() {
    let setup = Setup::new().await;
    let about = json!({
        "name": "a.jpg", "caption": "old", "tags": ["old"], "version": 10,
        "metadata": { "old": "1" },
    });
    let before = setup.put_described(&about, b"first", 201).await;
    let after = setup.put(11, b"second", 200).await;
    assert_eq!(after["caption"], json!(null));
    assert_eq!(after["tags"], json!([]));
    assert_eq!(after["metadata"], json!({}));
    assert_eq!(after["version"], 11);
    assert_eq!(after["created_at"], before["created_at"]);
    assert_eq!(setup.bytes(), b"second");
}

#[tokio::test]
async fn b15_patch_changes_the_given_fields_and_leaves_the_file() {
    let setup = Setup::new().await;
    let about = json!({
        "name": "a.jpg", "caption": "old", "tags": ["old"], "version": 10,
        "metadata": { "a": "1", "b": "2" },
    });
    let before = setup.put_described(&about, b"first", 201).await;
    let change = json!({ "caption": "new", "version": 12, "metadata": { "b": null, "c": "3" } });
    let after = setup.patch(change, 200).await;
    let mut expected = before.clone();
    expected["caption"] = json!("new");
    expected["version"] = json!(12);
    expected["metadata"] = json!({ "a": "1", "c": "3" });
    expected["updated_at"] = after["updated_at"].clone();
    assert_eq!(after, expected);
    assert_eq!(setup.bytes(), b"first");
}

#[tokio::test]
async fn a_delete_is_soft_and_repeatable_and_a_put_brings_back() {
    let setup = Setup::new().await;
    setup.delete(404).await;
    setup.put(10, b"first", 201).await;
    setup.delete(204).await;
    setup.delete(204).await;
    assert_eq!(setup.only_image().await["deleted"], true);
    setup.patch(json!({ "caption": "gone" }), 404).await;
    assert_eq!(setup.put(9, b"late", 200).await["deleted"], true);
    assert_eq!(setup.put(10, b"again", 200).await["deleted"], false);
}

#[tokio::test]
async fn b16_documents_are_kept_apart_from_images() {
    let setup = Setup::new().await;
    let path = format!("/jobs/{}/documents/900", setup.job);
    let about = json!({ "name": "Plan.pdf", "content_type": "application/pdf", "version": 1 });
    let request = setup.client.put_file(&path, "document", &about, b"hello");
    let document = body(request, 201).await["document"].take();
    assert_eq!(document["content_type"], "application/pdf");
    assert_eq!(document["md5"], MD5_OF_HELLO);
    let images = setup
        .client
        .get(RIDGELINE, &format!("/jobs/{}/images", setup.job))
        .await;
    assert_eq!(images["images"], json!([]));
    body(setup.client.api(Method::DELETE, RIDGELINE, &path), 204).await;
    let list = setup
        .client
        .get(RIDGELINE, &format!("/jobs/{}/documents", setup.job))
        .await;
    assert_eq!(list["documents"][0]["deleted"], true);
}

#[tokio::test]
async fn an_incomplete_description_is_refused() {
    let setup = Setup::new().await;
    let request = setup
        .client
        .put_file(&setup.path(), "image", &json!({ "tags": "roof" }), b"x");
    assert_eq!(
        complaints(request).await,
        [
            "name can't be blank",
            "version can't be blank",
            "tags must be a list of strings",
        ]
    );
    let about = json!({ "name": "a.jpg", "version": 1 });
    let wrong_part = setup
        .client
        .put_file(&setup.path(), "document", &about, b"x");
    assert_eq!(complaints(wrong_part).await, ["The part image is missing"]);
    let no_multipart = setup.client.api(Method::PUT, RIDGELINE, &setup.path());
    complaints(no_multipart.json(&about)).await;
}

#[tokio::test]
async fn b26_an_upload_cut_off_in_the_middle_stores_nothing() {
    let setup = Setup::new().await;
    let simulator = &setup.client.simulator;
    let address = simulator.origin.strip_prefix("http://").unwrap();
    let head = format!(
        "PUT /v1/organizations/{RIDGELINE}{} HTTP/1.1\r\nHost: {address}\r\n\
         Authorization: Bearer {}\r\nContent-Type: multipart/form-data; boundary=b\r\n\
         Content-Length: 1000\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"image\"\r\n\r\n\
         {{\"name\": \"a.jpg\", \"version\": 1}}\r\n--b\r\n\
         Content-Disposition: form-data; name=\"file\"\r\n\r\nhalf",
        setup.path(),
        simulator.api_token,
    );
    let mut connection = TcpStream::connect(address).unwrap();
    connection.write_all(head.as_bytes()).unwrap();
    drop(connection);
    setup
        .client
        .wait_for("the cut-off request to end", async || {
            let log = simulator.controls().requests();
            let mut uploads = log.iter().filter(|request| request.method == "PUT");
            uploads
                .next()
                .is_some_and(|upload| upload.status == Some(422))
                .then_some(())
        })
        .await;
    let list = setup
        .client
        .get(RIDGELINE, &format!("/jobs/{}/images", setup.job))
        .await;
    assert_eq!(list["images"], json!([]));
}
