//! Images and documents of another origin: stored by a person or another program, adopted by the
//! integration.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, RIDGELINE, body, complaints, named};
use crate::web::Browser;

/// The hexadecimal MD5 of `b"hello"`, from RFC 1321's own program.
const MD5_OF_HELLO: &str = "5d41402abc4b2a76b9719d911017c592";

struct Setup {
    client: Client,
    /// `/jobs/{id}`
    job: String,
}

impl Setup {
    async fn new() -> Self {
        let client = Client::spawn().await;
        let job = client.make_job(RIDGELINE, named("Roof")).await;
        let job = format!("/jobs/{}", job["id"].as_str().unwrap());
        Self { client, job }
    }

    fn control(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let path = format!("/organizations/{RIDGELINE}{}/{path}", self.job);
        self.client.control(method, &path)
    }

    /// Adds one of another origin.
    async fn add(&self, one: &str, about: Value, content: &[u8]) -> Value {
        let described = json!({ one: about, "content": STANDARD.encode(content) });
        let request = self.control(Method::POST, &format!("{one}s"));
        body(request.json(&described), 201).await[one].take()
    }

    async fn list(&self, many: &str) -> Vec<Value> {
        let path = format!("{}/{many}", self.job);
        let list = self.client.get(RIDGELINE, &path).await[many].take();
        list.as_array().unwrap().clone()
    }

    fn adopt(&self, one: &str, added: &Value, external_id: &str) -> reqwest::RequestBuilder {
        let id = added["id"].as_str().unwrap();
        let path = format!("{}/{one}s/id:{id}", self.job);
        let request = self.client.api(Method::PATCH, RIDGELINE, &path);
        request.json(&json!({ one: { "external_id": external_id } }))
    }

    async fn put(&self, many: &str, external_id: &str, status: u16) -> Value {
        let one = if many == "images" {
            "image"
        } else {
            "document"
        };
        let about = json!({ "name": "a.jpg", "version": 1 });
        let path = format!("{}/{many}/{external_id}", self.job);
        let request = self.client.put_file(&path, one, &about, b"ours");
        body(request, status).await[one].take()
    }
}

fn earlier(photo: &str) -> Value {
    json!({
        "name": format!("CompanyCam Image-{photo}.jpg"),
        "content_type": "image/jpeg",
        "metadata": { "cc_image_id": photo },
    })
}

#[tokio::test]
async fn b31_what_another_program_stored_is_listed_without_an_external_id() {
    let setup = Setup::new().await;
    let ours = setup.put("images", "5", 201).await;
    let theirs = setup.add("image", earlier("7"), b"hello").await;
    assert_eq!(theirs["external_id"], json!(null));
    assert_eq!(theirs["md5"], MD5_OF_HELLO);
    assert_eq!(theirs["bytes"], 5);
    assert_eq!(theirs["version"], 0);
    assert_eq!(theirs["metadata"], json!({ "cc_image_id": "7" }));
    assert_ne!(theirs["id"], ours["id"]);
    assert_eq!(setup.list("images").await, [ours, theirs]);
    assert!(setup.list("documents").await.is_empty());
}

#[tokio::test]
async fn b31_an_adopted_one_is_like_ours_and_keeps_its_bytes_and_id() {
    let setup = Setup::new().await;
    for (one, many) in [("image", "images"), ("document", "documents")] {
        let theirs = setup.add(one, earlier("7"), b"hello").await;
        let adopted = body(setup.adopt(one, &theirs, "7"), 200).await[one].take();
        assert_eq!(adopted["external_id"], "7");
        for kept in ["id", "name", "md5", "version", "metadata", "created_at"] {
            assert_eq!(adopted[kept], theirs[kept], "{kept}");
        }
        let again = body(setup.adopt(one, &theirs, "7"), 200).await[one].take();
        assert_eq!(again, adopted);
        let replaced = setup.put(many, "7", 200).await;
        assert_eq!(replaced["id"], theirs["id"]);
        assert_eq!(setup.list(many).await, [replaced]);
    }
}

#[tokio::test]
async fn b31_an_external_id_belongs_to_one_that_is_not_deleted() {
    let setup = Setup::new().await;
    setup.put("images", "7", 201).await;
    let theirs = setup.add("image", earlier("7"), b"hello").await;
    let taken = body(setup.adopt("image", &theirs, "7"), 409).await;
    assert!(taken["errors"][0].is_string());
    assert_eq!(setup.list("images").await[1], theirs);

    let ours = format!("{}/images/7", setup.job);
    body(setup.client.api(Method::DELETE, RIDGELINE, &ours), 204).await;
    body(setup.adopt("image", &theirs, "7"), 200).await;
    body(setup.adopt("image", &theirs, "8"), 409).await;
    let ids: Vec<Value> = setup.list("images").await;
    let ids: Vec<&Value> = ids.iter().map(|image| &image["external_id"]).collect();
    assert_eq!(ids, [&json!(null), &json!("7")]);
}

#[tokio::test]
async fn an_adoption_needs_a_live_one_and_an_external_id() {
    let setup = Setup::new().await;
    let unknown = json!({ "id": "img_0" });
    body(setup.adopt("image", &unknown, "7"), 404).await;
    let mut deleted = earlier("7");
    deleted["deleted"] = json!(true);
    let deleted = setup.add("image", deleted, b"x").await;
    body(setup.adopt("image", &deleted, "7"), 404).await;
    let theirs = setup.add("image", earlier("7"), b"hello").await;
    assert_eq!(
        complaints(setup.adopt("image", &theirs, " ")).await,
        ["external_id can't be blank"]
    );
    // Nothing else is done by One Click's own ids: not ours.
    let id = format!("{}/images/id:{}", setup.job, theirs["id"].as_str().unwrap());
    body(setup.client.api(Method::DELETE, RIDGELINE, &id), 404).await;
    let about = json!({ "name": "a.jpg", "version": 1 });
    body(setup.client.put_file(&id, "image", &about, b"x"), 404).await;
}

#[tokio::test]
async fn b17_a_tampered_copy_is_told_by_its_md5_only() {
    let setup = Setup::new().await;
    let ours = setup.put("images", "7", 201).await;
    body(setup.control(Method::POST, "images/7/tamper"), 200).await;
    let mut tampered = setup.list("images").await.remove(0);
    assert_ne!(tampered["md5"], ours["md5"]);
    tampered["md5"] = ours["md5"].clone();
    assert_eq!(tampered, ours);

    let hello = json!({ "content": STANDARD.encode("hello") });
    let request = setup.control(Method::POST, "images/7/tamper");
    body(request.json(&hello), 200).await;
    assert_eq!(setup.list("images").await[0]["md5"], MD5_OF_HELLO);
}

#[tokio::test]
async fn b17_a_copy_removed_for_real_has_never_been() {
    let setup = Setup::new().await;
    setup.put("images", "7", 201).await;
    let theirs = setup.add("document", earlier("7"), b"hello").await;
    let id = theirs["id"].as_str().unwrap();
    for path in [
        "images/7?for_real=true",
        &format!("documents/id:{id}?for_real=true"),
    ] {
        body(setup.control(Method::DELETE, path), 204).await;
        body(setup.control(Method::DELETE, path), 404).await;
    }
    assert!(setup.list("images").await.is_empty());
    assert!(setup.list("documents").await.is_empty());
    setup.put("images", "7", 201).await;
}

#[tokio::test]
async fn b31_pages_show_what_another_program_stored() {
    let setup = Setup::new().await;
    let image = setup.add("image", earlier("7"), b"hello").await;
    let document = json!({ "name": "Plan <1>.pdf", "metadata": { "cc_document_id": "8" } });
    let document = setup.add("document", document, b"plan").await;
    let browser = Browser::sign_in(&setup.client, RIDGELINE, "usr_blake").await;
    let id = image["id"].as_str().unwrap();
    let photos = browser.text(&format!("{}/photos", setup.job)).await;
    assert!(
        photos.contains("alt=\"CompanyCam Image-7.jpg\""),
        "{photos}"
    );
    let file = format!("{}/images/id:{id}", setup.job);
    assert!(photos.contains(&format!("<img src=\"{file}?version=0\"")));
    assert_eq!(browser.get(&file).await.bytes().await.unwrap(), "hello");
    let page = browser.text(&format!("{}/photos/id:{id}", setup.job)).await;
    assert!(page.contains("Not from the CompanyCam integration"));
    let documents = browser.text(&format!("{}/documents", setup.job)).await;
    assert!(documents.contains("Plan &lt;1&gt;.pdf"));
    let file = format!(
        "{}/documents/id:{}",
        setup.job,
        document["id"].as_str().unwrap()
    );
    assert!(documents.contains(&file));
    assert_eq!(browser.get(&file).await.bytes().await.unwrap(), "plan");

    browser
        .post(&format!("{}/images/id:{id}/delete", setup.job), &[])
        .await;
    assert_eq!(setup.list("images").await[0]["deleted"], true);
}
