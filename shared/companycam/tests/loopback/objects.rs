//! Objects as CompanyCam really sends them, and what is sent to it.
#![allow(
    clippy::doc_markdown,
    reason = "CompanyCam is a name in prose, not an item"
)]

use crate::support::{Server, json, json_with};
use companycam::ids::{ProjectId, UserId, WebhookId};
use companycam::{
    AccessToken, Address, Api, Client, Contact, NewProject, NewWebhook, Photo, Project,
    WebhookUpdate,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

pub fn api(server: &Server) -> Api {
    let url = server.url.join("/v2/").unwrap();
    Client::new(companycam::http_client().unwrap(), url).authorized(AccessToken::new("token"))
}

pub fn project_id(id: &str) -> ProjectId {
    ProjectId::parse(id).unwrap()
}

fn photo(value: Value) -> Photo {
    serde_json::from_value(value).unwrap()
}

#[test]
fn a_project_needs_nothing_but_an_id() {
    let project: Project = serde_json::from_value(json!({"id": 94_772_883})).unwrap();
    assert_eq!(project.id.as_str(), "94772883");
    assert!(project.is_active() && !project.is_deleted());
    assert!(project.integrations.is_empty() && project.primary_contact.is_none());
    let nulls = json!({
        "id": "1", "company_id": null, "creator_id": null, "status": null, "archived": null, "name": null,
        "address": null, "integrations": null, "primary_contact": null, "notepad": null, "updated_at": null,
    });
    let project: Project = serde_json::from_value(nulls).unwrap();
    assert_eq!(
        (project.company_id, project.creator_id, project.name),
        (None, None, None)
    );
}

#[test]
fn a_project_is_read_whatever_its_types() {
    let project: Project = serde_json::from_value(json!({
        "id": "1", "company_id": 8, "creator_id": 9, "name": " ", "status": "deleted", "archived": "true",
        "address": {"street_address_1": "", "city": "Lincoln", "postal_code": 68508, "country": null},
        "primary_contact": {"name": "C", "email": " ", "phone_number": 4_025_551_212_u64},
        "integrations": [{"type": "JobNimbus", "relation_id": 123}, "what", {"type": "X"}],
        "feature_image": [], "updated_at": "1395792000", "created_at": "2006-07-07T00:00:00Z",
    }))
    .unwrap();
    assert!(project.is_deleted() && project.archived && !project.is_active());
    assert_eq!(project.name, None);
    assert_eq!(project.address.street_address_1, None);
    assert_eq!(project.address.postal_code.as_deref(), Some("68508"));
    let contact = project.primary_contact.unwrap();
    assert_eq!(
        (contact.email, contact.phone_number.as_deref()),
        (None, Some("4025551212"))
    );
    assert_eq!(project.integrations.len(), 2);
    assert_eq!(project.integrations[0].relation_id, "123");
    assert_eq!(
        (project.created_at, project.updated_at),
        (1_152_230_400, 1_395_792_000)
    );
}

#[test]
fn a_photos_description_comes_in_several_shapes() {
    let description = |value: Value| photo(json!({"id": 1, "description": value})).description;
    assert_eq!(description(json!("Front")).as_deref(), Some("Front"));
    assert_eq!(description(json!("")), None);
    assert_eq!(description(Value::Null), None);
    assert_eq!(
        description(json!({"text": "Front", "html": "<p>No</p>"})).as_deref(),
        Some("Front")
    );
    assert_eq!(
        description(json!({"html": "<p>A &amp; B</p>"})).as_deref(),
        Some("A & B")
    );
    assert_eq!(
        description(json!({"text": "", "html_content": "<b>C</b>"})).as_deref(),
        Some("C")
    );
    assert_eq!(description(json!({"html": "<p></p>"})), None);
    assert_eq!(description(json!([1])), None);
}

#[test]
fn b15_the_original_is_found_under_either_name() {
    let uris = |uris: Value| {
        photo(json!({"id": 1, "uris": uris}))
            .original()
            .map(str::to_owned)
    };
    let web = json!({"type": "web", "uri": "w"});
    assert_eq!(
        uris(json!([web, {"type": "original", "uri": "a", "url": "b"}])).as_deref(),
        Some("a")
    );
    assert_eq!(
        uris(json!([{"type": "original", "url": "b"}])).as_deref(),
        Some("b")
    );
    assert_eq!(uris(json!([web])), None);
    assert_eq!(uris(Value::Null), None);
}

#[test]
fn b15_only_processed_photos_are_finished() {
    let is_processed =
        |text: &str| photo(json!({"id": 1, "processing_status": text})).is_processed();
    assert!(is_processed("processed"));
    for other in ["pending", "processing", "processing_error", "duplicate", ""] {
        assert!(!is_processed(other), "{other}");
    }
    let odd =
        photo(json!({"id": 1, "coordinates": {"lat": 1}, "internal": "true", "captured_at": null}));
    assert!(odd.internal && odd.captured_at.is_none() && !odd.is_deleted());
}

#[tokio::test]
async fn b21_a_project_is_created_with_what_there_is_and_credited() {
    let server = Server::replying([
        json_with(201, &[], &json!({"id": 5})),
        json_with(201, &[], &json!({"id": 6})),
    ])
    .await;
    let project = NewProject {
        name: "Psych Office".to_owned(),
        address: Address {
            city: Some("Lincoln".to_owned()),
            ..Address::default()
        },
        primary_contact: Some(Contact {
            email: Some("c@example.com".to_owned()),
            ..Contact::default()
        }),
    };
    let created = api(&server)
        .create_project(&project, Some(" pat@example.com "))
        .await
        .unwrap();
    assert_eq!(created.id, project_id("5"));
    let bare = NewProject {
        name: "Bare".to_owned(),
        ..NewProject::default()
    };
    api(&server)
        .create_project(&bare, Some("two\nlines"))
        .await
        .unwrap();
    let asked = server.asked();
    assert_eq!(
        (asked[0].method.as_str(), asked[0].path.as_str()),
        ("POST", "/v2/projects")
    );
    assert_eq!(asked[0].headers["x-companycam-user"], "pat@example.com");
    let body = json!({
        "name": "Psych Office",
        "address": {"city": "Lincoln"},
        "primary_contact": {"name": "Psych Office", "email": "c@example.com"},
    });
    assert_eq!(asked[0].json(), body);
    assert_eq!(asked[1].json(), json!({"name": "Bare"}));
    assert!(!asked[1].headers.contains_key("x-companycam-user"));
}

#[tokio::test]
async fn b23_assigning_answers_201() {
    let server = Server::replying([json_with(201, &[], &json!({"id": 8}))]).await;
    api(&server)
        .assign_user(&project_id("7"), &UserId::parse("8").unwrap())
        .await
        .unwrap();
    let asked = server.asked_once();
    assert_eq!(
        (asked.method.as_str(), asked.path.as_str()),
        ("PUT", "/v2/projects/7/assigned_users/8")
    );
}

#[tokio::test]
async fn b6_users_are_read_with_their_status() {
    let users = json!([
        {"id": 1, "first_name": "Shawn", "last_name": "Spencer", "email_address": "s@example.com", "status": "active"},
        {"id": 2, "first_name": null, "last_name": "Guster", "email_address": "", "status": "deleted"},
    ]);
    let server = Server::replying([json(&users)]).await;
    let page = api(&server).users(1).await.unwrap();
    assert_eq!(
        (page.items[0].name().as_str(), page.items[0].is_active()),
        ("Shawn Spencer", true)
    );
    assert_eq!(
        (page.items[1].name().as_str(), page.items[1].is_active()),
        ("Guster", false)
    );
    assert_eq!(page.items[1].email_address, None);
}

#[tokio::test]
async fn a_webhooks_token_is_sent_and_read_but_never_shown() {
    let webhook = json!({"id": 42, "url": "https://u", "scopes": ["*"], "token": "hush-hush", "enabled": false});
    let server =
        Server::replying([json_with(201, &[], &webhook), json_with(201, &[], &webhook)]).await;
    let new = NewWebhook {
        url: "https://u".to_owned(),
        scopes: companycam::webhook::SCOPES
            .iter()
            .map(|scope| (*scope).to_owned())
            .collect(),
        token: SecretString::from("hush-hush"),
        enabled: true,
    };
    let created = api(&server).create_webhook(&new).await.unwrap();
    assert_eq!(created.token.expose_secret(), "hush-hush");
    assert!(!format!("{new:?} {created:?}").contains("hush"));
    let update = WebhookUpdate {
        enabled: Some(true),
        ..WebhookUpdate::default()
    };
    api(&server)
        .update_webhook(&WebhookId::parse("42").unwrap(), &update)
        .await
        .unwrap();
    let asked = server.asked();
    assert_eq!(asked[0].json()["token"], "hush-hush");
    assert_eq!(
        asked[0].json()["scopes"],
        json!(["project.*", "photo.*", "document.*"])
    );
    assert_eq!(asked[1].json(), json!({"enabled": true}));
}
