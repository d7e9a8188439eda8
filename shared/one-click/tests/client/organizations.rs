use axum::http::StatusCode;
use axum::response::IntoResponse;
use one_click::{Error, IntegrationState, WebhookSubscription};
use serde_json::json;

use crate::server::{Server, json, org};

#[tokio::test]
async fn an_organization_is_read() {
    let answer = json(
        200,
        &json!({ "organization": { "id": "org_1", "name": "Roofers" } }),
    );
    let mut server = Server::answering([answer]).await;
    let organization = server.client.organization(&org()).await.unwrap();
    assert_eq!(
        (organization.id, organization.name.as_str()),
        (org(), "Roofers")
    );
    assert_eq!(
        server.next().await.line(),
        "GET /api/v1/organizations/org_1"
    );
}

#[tokio::test]
async fn b8_users_come_from_all_pages() {
    let mut server = Server::answering([
        json(
            200,
            &json!({ "users": [{ "id": "u1", "active": false }], "next_page": 2 }),
        ),
        json(
            200,
            &json!({ "users": [{ "id": "u2", "email": "A@example.com" }] }),
        ),
    ])
    .await;
    let users = server.client.users(&org()).await.unwrap().items;
    assert_eq!(
        users
            .iter()
            .map(|user| user.id.as_str())
            .collect::<Vec<_>>(),
        ["u1", "u2"]
    );
    assert_eq!(
        users.iter().map(|user| user.active).collect::<Vec<_>>(),
        [false, true]
    );
    assert_eq!(users[1].email.as_deref(), Some("A@example.com"));
    for page in ["1", "2"] {
        let line = format!("GET /api/v1/organizations/org_1/users?page={page}&per_page=100");
        assert_eq!(server.next().await.line(), line);
    }
}

#[tokio::test]
async fn b27_a_user_who_cannot_be_read_does_not_spoil_the_list() {
    let users = json!([
        { "id": "u1" }, { "id": "no id/", "email": "pat@example.com" }, "pat@example.com",
        { "id": "u4", "active": "pat@example.com" }, { "id": "u5" },
    ]);
    let server =
        Server::answering([json(200, &json!({ "users": users, "next_page": null }))]).await;
    let listed = server.client.users(&org()).await.unwrap();
    let read: Vec<_> = listed.items.iter().map(|user| user.id.as_str()).collect();
    assert_eq!(read, ["u1", "u5"]);
    let unreadable =
        ["element 1", "element 2", "u4"].map(|which| format!("{which}: unexpected value"));
    assert_eq!(listed.unreadable, unreadable);
}

#[tokio::test]
async fn a_list_that_leads_back_is_unreadable() {
    let page = || json(200, &json!({ "users": [], "next_page": 1 }));
    let server = Server::answering([page(), page()]).await;
    assert!(matches!(
        server.client.users(&org()).await,
        Err(Error::Unreadable(_))
    ));
}

#[tokio::test]
async fn a_webhook_subscription_is_put_and_deleted() {
    let mut server = Server::answering([
        StatusCode::OK.into_response(),
        StatusCode::NO_CONTENT.into_response(),
        json(404, &json!({ "errors": ["Not found"] })),
    ])
    .await;
    let subscription = WebhookSubscription {
        url: "https://integration.example/webhooks/one-click/org_1"
            .parse()
            .unwrap(),
        username: "one-click".into(),
        password: "hook-password".into(),
        events: vec!["job.created".into()],
    };
    assert!(!format!("{subscription:?}").contains("hook-password"));
    server
        .client
        .put_webhook(&org(), &subscription)
        .await
        .unwrap();
    server.client.delete_webhook(&org()).await.unwrap();
    server.client.delete_webhook(&org()).await.unwrap();

    let put = server.next().await;
    assert_eq!(
        put.line(),
        "PUT /api/v1/organizations/org_1/webhooks/companycam"
    );
    assert_eq!(
        put.json(),
        json!({ "webhook": {
            "url": "https://integration.example/webhooks/one-click/org_1",
            "username": "one-click", "password": "hook-password", "events": ["job.created"],
        }})
    );
    let delete = "DELETE /api/v1/organizations/org_1/webhooks/companycam";
    assert_eq!(server.next().await.line(), delete);
    assert_eq!(server.next().await.line(), delete);
}

#[tokio::test]
async fn b4_the_integrations_card_is_told_the_state() {
    let mut server = Server::answering([StatusCode::OK.into_response()]).await;
    let state = IntegrationState::NeedsReconnecting;
    server
        .client
        .put_integration(&org(), state, "Connect again.", 3)
        .await
        .unwrap();
    let put = server.next().await;
    assert_eq!(
        put.line(),
        "PUT /api/v1/organizations/org_1/integrations/companycam"
    );
    let body = json!({ "integration": {
        "state": "needs_reconnecting", "message": "Connect again.", "attention": 3
    }});
    assert_eq!(put.json(), body);
}
