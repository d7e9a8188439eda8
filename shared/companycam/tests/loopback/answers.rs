//! How answers are sorted: pages instead of data, limits, refusals, and lost connections.

use std::time::Duration;

use crate::support::{Server, hangs_up, html, json, json_with, nobody, reply, status};
use companycam::ids::{ProjectId, UserId, WebhookId};
use companycam::{AccessToken, Api, Client, Error, NewProject};
use serde_json::json;
use url::Url;

const TOKEN: &str = "token-that-must-not-show";

fn api(url: &Url) -> Api {
    let url = url.join("/v2").unwrap();
    Client::new(companycam::http_client().unwrap(), url).authorized(AccessToken::new(TOKEN))
}

async fn error_of(response: axum::response::Response) -> Error {
    let server = Server::replying([response]).await;
    api(&server.url).company().await.unwrap_err()
}

#[tokio::test]
async fn a_call_carries_the_token_and_asks_for_json() {
    let server = Server::replying([json(&json!({"id": 8_292_212, "name": "Roofs"}))]).await;
    let company = api(&server.url).company().await.unwrap();
    assert_eq!(
        (company.id.as_str(), company.name.as_str()),
        ("8292212", "Roofs")
    );
    let asked = server.asked_once();
    assert_eq!(asked.path, "/v2/company");
    assert_eq!(asked.headers["authorization"], format!("Bearer {TOKEN}"));
    assert_eq!(asked.headers["accept"], "application/json");
}

#[tokio::test]
async fn a_redirect_to_the_login_page_is_not_followed() {
    let server = Server::replying([reply(302, &[("location", "/users/sign_in")], "")]).await;
    let error = api(&server.url).company().await.unwrap_err();
    assert!(matches!(error, Error::Foreign { status: 302 }), "{error:?}");
    assert!(error.is_transient());
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_page_is_no_data_whatever_its_status() {
    for code in [200, 400, 403, 404, 422] {
        let error = error_of(html(code)).await;
        assert!(
            matches!(error, Error::Foreign { status } if status == code),
            "{error:?}"
        );
    }
    let error = error_of(reply(
        200,
        &[("content-type", "application/json")],
        "  <html>",
    ))
    .await;
    assert!(matches!(error, Error::Foreign { status: 200 }), "{error:?}");
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let says = |code| json_with(code, &[], &json!({"errors": ["Record not found"]}));
    assert!(matches!(error_of(says(401)).await, Error::Unauthorized));
    assert!(matches!(error_of(says(403)).await, Error::Forbidden));
    assert!(matches!(error_of(says(404)).await, Error::NotFound));
    let error = error_of(says(422)).await;
    assert_eq!(
        error.to_string(),
        "CompanyCam refused the request (422): Record not found"
    );
    for code in [408, 500, 502, 503] {
        let error = error_of(html(code)).await;
        assert!(
            matches!(error, Error::Unavailable { status } if status == code),
            "{error:?}"
        );
        assert!(error.is_transient() && error.maybe_took_effect());
    }
}

#[tokio::test]
async fn a_refusal_does_not_repeat_what_it_was_given() {
    let errors = json!({"errors": ["pat@example.com is no user", "\"1 Main St\" is invalid"]});
    let error = error_of(json_with(400, &[], &errors)).await;
    assert_eq!(
        error.to_string(),
        "CompanyCam refused the request (400): is no user; is invalid"
    );
}

#[tokio::test]
async fn b29_the_limit_says_how_long_to_wait_or_does_not() {
    let waits = |error| match error {
        Error::RateLimited { retry_after } => retry_after,
        other => panic!("{other:?}"),
    };
    assert_eq!(waits(error_of(status(429)).await), None);
    assert_eq!(
        waits(error_of(reply(429, &[("retry-after", "7")], "")).await),
        Some(Duration::from_secs(7))
    );
    assert_eq!(waits(error_of(html(429)).await), None);
}

#[tokio::test]
async fn what_companycam_itself_gets_wrong_is_unreadable_and_not_quoted() {
    let error = error_of(json(&json!({"id": "pat@example.com"}))).await;
    assert!(
        matches!(error, Error::Unreadable(_)) && !error.is_transient(),
        "{error:?}"
    );
    assert!(!format!("{error} {error:?}").contains("pat@"), "{error:?}");
}

#[tokio::test]
async fn b22_a_lost_answer_may_have_taken_effect() {
    let project = NewProject {
        name: "Secret Lane".to_owned(),
        ..NewProject::default()
    };
    let error = api(&hangs_up().await)
        .create_project(&project, None)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Connection { .. }), "{error:?}");
    assert!(error.is_transient() && error.maybe_took_effect());
    // Half an answer is a lost one.
    let half = reply(
        201,
        &[
            ("content-type", "application/json"),
            ("content-length", "500"),
        ],
        "{",
    );
    let server = Server::replying([half]).await;
    let error = api(&server.url)
        .create_project(&project, None)
        .await
        .unwrap_err();
    assert!(
        error.is_transient() && error.maybe_took_effect(),
        "{error:?}"
    );
}

#[tokio::test]
async fn b22_a_request_that_was_never_sent_took_no_effect() {
    let error = api(&nobody().await)
        .create_project(&NewProject::default(), None)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Connection { .. }), "{error:?}");
    assert!(error.is_transient() && !error.maybe_took_effect());
}

#[tokio::test]
async fn an_error_shows_no_url_and_no_token() {
    let query = companycam::ProjectsQuery {
        query: Some("1 Main St".to_owned()),
        ..Default::default()
    };
    for url in [hangs_up().await, nobody().await] {
        let error = api(&url).projects(&query).await.unwrap_err();
        let mut shown = format!("{error:?}");
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = cause {
            shown.push_str(&error.to_string());
            cause = error.source();
        }
        for secret in ["Main", "query=", TOKEN] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[tokio::test]
async fn removing_what_is_gone_is_a_success_unless_a_page_says_so() {
    let (project, user) = (ProjectId::parse("7").unwrap(), UserId::parse("8").unwrap());
    let webhook = WebhookId::parse("42").unwrap();
    let not_found = || json_with(404, &[], &json!({"errors": ["Record not found"]}));
    let replies = [
        status(204),
        not_found(),
        html(404),
        not_found(),
        status(204),
    ];
    let server = Server::replying(replies).await;
    let api = api(&server.url);
    assert!(api.unassign_user(&project, &user).await.is_ok());
    assert!(api.unassign_user(&project, &user).await.is_ok());
    assert!(matches!(
        api.unassign_user(&project, &user).await,
        Err(Error::Foreign { .. })
    ));
    assert!(api.delete_webhook(&webhook).await.is_ok());
    assert!(api.delete_webhook(&webhook).await.is_ok());
    let asked = server.asked();
    assert!(asked.iter().all(|asked| asked.method == "DELETE"));
    assert_eq!(asked[0].path, "/v2/projects/7/assigned_users/8");
    assert_eq!(asked[3].path, "/v2/webhooks/42");
}
