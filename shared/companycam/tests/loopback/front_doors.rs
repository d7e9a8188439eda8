//! What stands in front of CompanyCam, and how it may misbehave: one table, for each kind of request
//! (B33). Only CompanyCam's own answer is its word.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use companycam::ids::{ProjectId, UserId, WebhookId};
use companycam::oauth::{OAuth, OAuthError};
use companycam::{
    AccessToken, Api, Client, Error, NewProject, ProjectsQuery, Timeouts, WebhookUpdate,
    http_client_with,
};
use futures::future::join_all;
use secrecy::SecretString;
use serde_json::{Value, json};
use simulator_kit::{Bound, Controls, FaultRule, Server};
use url::Url;

use crate::support::{json_with, nobody, status};

/// The kinds of requests that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Object,
    List,
    Cursor,
    Post,
    Put,
    Assign,
    Delete,
}

const KINDS: [Kind; 7] = [
    Kind::Object,
    Kind::List,
    Kind::Cursor,
    Kind::Post,
    Kind::Put,
    Kind::Assign,
    Kind::Delete,
];

impl Kind {
    fn is_write(self) -> bool {
        !matches!(self, Self::Object | Self::List | Self::Cursor)
    }

    fn is_list(self) -> bool {
        matches!(self, Self::List | Self::Cursor)
    }

    async fn ask(self, api: &Api) -> Result<(), Error> {
        let project = &ProjectId::parse("7").unwrap();
        let user = &UserId::parse("8").unwrap();
        match self {
            Self::Object => api.project(project).await.map(drop),
            Self::List => api.projects(&ProjectsQuery::default()).await.map(drop),
            Self::Cursor => api.project_photos(project, None).await.map(drop),
            Self::Post => api
                .create_project(&NewProject::default(), None)
                .await
                .map(drop),
            Self::Put => api
                .update_webhook(&WebhookId::parse("9").unwrap(), &WebhookUpdate::default())
                .await
                .map(drop),
            Self::Assign => api.assign_user(project, user).await,
            Self::Delete => api.unassign_user(project, user).await,
        }
    }
}

/// CompanyCam as it should be.
async fn companycam(request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let method = request.method().clone();
    let _ = axum::body::to_bytes(request.into_body(), usize::MAX).await;
    let is_list = path.ends_with("/v2/projects") || path.ends_with("/photos");
    match method {
        Method::DELETE => status(204),
        Method::GET if is_list => json_with(200, &[], &json!([{ "id": "7" }])),
        Method::GET => json_with(200, &[], &json!({ "id": "7", "name": "Roof" })),
        _ => json_with(201, &[], &json!({ "id": "7", "token": "t" })),
    }
}

async fn serve(controls: &Controls, router: Router) -> Server {
    let bound = Bound::bind(0).await.unwrap();
    bound.serve(controls.wrap(router))
}

fn http() -> reqwest::Client {
    let timeouts = Timeouts {
        connect: Duration::from_secs(2),
        idle: Duration::from_millis(1000),
        total: Duration::from_millis(1500),
    };
    http_client_with(&timeouts).unwrap()
}

fn api_at(http: &reqwest::Client, url: &Url) -> Api {
    let url = url.join("/v2").unwrap();
    Client::new(http.clone(), url).authorized(AccessToken::new("token"))
}

/// What is to be made of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// It is what was asked for.
    Fine,
    /// CompanyCam's own no.
    Refusal(u16),
    /// The side is not available: nothing is concluded, and the same call may work later.
    Unavailable,
}
use Expected::{Fine, Refusal, Unavailable};

fn check(kind: Kind, what: &Value, expected: Expected, got: Result<(), Error>) {
    let told = format!("{kind:?} {what}: {got:?}");
    match (expected, got) {
        (Fine, got) => assert!(got.is_ok(), "{told}"),
        (Refusal(status), Err(error)) => {
            let is_it = match &error {
                Error::Unauthorized => status == 401,
                Error::Forbidden => status == 403,
                Error::NotFound => status == 404,
                Error::RateLimited { .. } => status == 429,
                Error::Rejected { status: said, .. } => *said == status,
                _ => false,
            };
            assert!(is_it && !error.maybe_took_effect(), "{told}");
            assert_eq!(error.is_transient(), status == 429, "{told}");
        }
        (Unavailable, Err(error)) => {
            let is_it = matches!(
                error,
                Error::Foreign { .. } | Error::Unavailable { .. } | Error::Connection { .. }
            );
            assert!(is_it && error.is_transient(), "{told}");
            assert!(error.maybe_took_effect() || !kind.is_write(), "{told}");
        }
        (_, Ok(())) => panic!("{told}"),
    }
}

const REFUSALS: [u16; 10] = [400, 401, 403, 404, 405, 409, 410, 413, 422, 429];
const TROUBLES: [u16; 6] = [408, 425, 500, 502, 503, 504];

fn said(status: u16, content_type: &str, body: &str) -> Value {
    json!({ "status": status, "headers": { "content-type": content_type }, "body": body })
}

/// What never is an answer of whoever was asked, whatever the request was.
fn never_an_answer() -> Vec<Value> {
    let mut table = vec![
        json!("reset_before"),
        json!("reset_after"),
        json!("silence"),
        json!("silence_after"),
        json!("html_login"),
    ];
    let errors = r#"{"errors": ["No"], "error": "invalid_grant"}"#;
    for status in REFUSALS.into_iter().filter(|status| *status != 429) {
        table.push(json!({ "page": status }));
        table.push(json!({ "status": status }));
        table.push(said(status, "text/plain", errors));
        table.push(said(status, "application/json", r#"{"message": "No"}"#));
        table.push(said(
            status,
            "application/json",
            r#"{"error": "Not Found"}"#,
        ));
    }
    for status in TROUBLES {
        table.push(said(status, "application/json", errors));
        table.push(json!({ "page": status }));
    }
    for status in [301, 302, 307, 308] {
        let headers = json!({ "location": "/elsewhere", "content-type": "application/json" });
        table.push(json!({ "status": status, "headers": headers, "body": errors }));
    }
    for status in [200, 201, 202, 203] {
        table.push(json!({ "page": status }));
    }
    table.push(said(200, "text/plain", "{}"));
    table.push(said(200, "application/json", r#"{"id": "#));
    table
}

/// Every misbehaviour, and what is to be made of it.
fn table(kind: Kind) -> Vec<(Value, Expected)> {
    let is_delete = kind == Kind::Delete;
    let unless = |fine: bool| if fine { Fine } else { Unavailable };
    let mut table: Vec<_> = never_an_answer()
        .into_iter()
        .map(|action| (action, Unavailable))
        .collect();
    // 204 has no body that could be cut.
    table.push((json!("half_body"), unless(is_delete)));
    table.push((json!({ "trickle_ms": 250 }), unless(is_delete)));
    let errors = r#"{"errors": ["No"]}"#;
    for status in REFUSALS {
        let own = if is_delete && status == 404 {
            Fine
        } else {
            Refusal(status)
        };
        table.push((said(status, "application/json; charset=utf-8", errors), own));
        table.push((json!({ "status": status, "body": errors }), own));
    }
    table.push((json!({ "page": 429 }), Refusal(429)));
    // As RFC 6750 has it.
    let challenge =
        json!({ "status": 401, "headers": { "www-authenticate": "Bearer realm=\"x\"" } });
    table.push((challenge, Refusal(401)));
    let challenge =
        json!({ "status": 401, "headers": { "www-authenticate": "Basic realm=\"x\"" } });
    table.push((challenge, Unavailable));
    for status in [200, 201, 202, 204] {
        let fine = is_delete && status == 204;
        table.push((json!({ "status": status }), unless(fine)));
    }
    // Of these two answers nothing but that they are one is of use.
    let any = is_delete || kind == Kind::Assign;
    for (body, fine) in [
        (r#"{"status": "down for maintenance"}"#, any),
        (r#""pat@example.com""#, any),
        ("[]", any || kind.is_list()),
        (r#"{"id": "7"}"#, !kind.is_list()),
    ] {
        table.push((said(200, "application/json", body), unless(fine)));
    }
    table
}

#[tokio::test]
async fn b33_only_companycams_own_answer_is_its_word() {
    let http = &http();
    let rows = KINDS.map(|kind| async move {
        let controls = Controls::new("/users/sign_in");
        let server = serve(&controls, Router::new().fallback(companycam)).await;
        let api = api_at(http, &Url::parse(&server.origin).unwrap());
        check(kind, &json!("as it should be"), Fine, kind.ask(&api).await);
        for (action, expected) in table(kind) {
            disturb(&controls, &action);
            check(kind, &action, expected, kind.ask(&api).await);
        }
    });
    join_all(rows).await;
}

fn disturb(controls: &Controls, action: &Value) {
    let rule = json!({ "path": "*", "action": action });
    controls.add_fault(serde_json::from_value::<FaultRule>(rule).unwrap());
}

#[tokio::test]
async fn b33_a_refused_connection_took_no_effect_whatever_was_asked() {
    let api = api_at(&http(), &nobody().await);
    for kind in KINDS {
        let error = kind.ask(&api).await.unwrap_err();
        assert!(
            error.is_transient() && !error.maybe_took_effect(),
            "{kind:?} {error:?}"
        );
    }
}

fn oauth_at(http: &reqwest::Client, url: Url) -> OAuth {
    let callback = Url::parse("http://127.0.0.1:1/companycam/callback").unwrap();
    OAuth::new(http.clone(), url, "client-1", "secret".into(), callback)
}

#[derive(Clone, Copy, Debug)]
enum Grant {
    Exchange,
    Refresh,
    Revoke,
}

impl Grant {
    async fn ask(self, oauth: &OAuth) -> Result<(), OAuthError> {
        let secret = SecretString::from("secret");
        match self {
            Self::Exchange => oauth.exchange("code", &secret).await.map(drop),
            Self::Refresh => oauth.refresh(&secret).await.map(drop),
            Self::Revoke => oauth.revoke(&secret).await,
        }
    }
}

#[tokio::test]
async fn b33_only_the_errors_of_rfc_6749_refuse_a_grant() {
    let http = &http();
    let rows = [Grant::Exchange, Grant::Refresh, Grant::Revoke].map(|grant| async move {
        let tokens = json!({
            "access_token": "a", "refresh_token": "r", "token_type": "bearer", "expires_in": 7200,
        });
        let router = Router::new().fallback(async move || json_with(200, &[], &tokens));
        let controls = Controls::new("/users/sign_in");
        let server = serve(&controls, router).await;
        let oauth = oauth_at(http, Url::parse(&server.origin).unwrap());
        grant.ask(&oauth).await.unwrap();
        let mut table = never_an_answer();
        table.extend([json!("half_body"), json!({ "trickle_ms": 250 })]);
        for action in [json!({ "page": 429 }), json!({ "status": 403 })] {
            table.push(action);
        }
        for status in [403, 404, 409, 422] {
            let error = r#"{"error": "invalid_grant"}"#;
            table.push(said(status, "application/json", error));
        }
        for action in table {
            // Whether there is anything in a success is of no interest to who revokes.
            let bare = action["status"] == 200 && matches!(grant, Grant::Revoke);
            disturb(&controls, &action);
            let asked = grant.ask(&oauth).await;
            let transient = matches!(asked, Err(OAuthError::Transient { .. }));
            assert!(
                transient || bare && asked.is_ok(),
                "{grant:?} {action}: {asked:?}"
            );
        }
        for status in [400, 401] {
            disturb(
                &controls,
                &said(status, "application/json", r#"{"error": "invalid_grant"}"#),
            );
            let asked = grant.ask(&oauth).await;
            // A token that is not valid any more is what revoking is for.
            let right = matches!((grant, &asked), (Grant::Revoke, Ok(())))
                || matches!(asked, Err(OAuthError::InvalidGrant));
            assert!(right, "{grant:?} {status}: {asked:?}");
        }
    });
    join_all(rows).await;
}
