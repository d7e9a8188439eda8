//! What stands in front of One Click, and how it may misbehave: one table, for each kind of request
//! (B33). Only One Click's own answer is its word.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt;
use futures::future::join_all;
use futures::stream;
use one_click::{
    AttachmentAt, Client, Error, ImageFields, JobFields, Timeouts, Upload, WebhookSubscription,
    http_client_with,
};
use serde_json::{Value, json};
use simulator_kit::{Bound, Controls, FaultRule, Server};
use tokio::net::TcpListener;
use url::Url;

use crate::server::{TOKEN, job_id, json as json_answer, org};

/// The kinds of requests that the contract has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Object,
    List,
    Post,
    Patch,
    Put,
    Upload,
    Delete,
}

const KINDS: [Kind; 7] = [
    Kind::Object,
    Kind::List,
    Kind::Post,
    Kind::Patch,
    Kind::Put,
    Kind::Upload,
    Kind::Delete,
];

impl Kind {
    fn is_write(self) -> bool {
        !matches!(self, Self::Object | Self::List)
    }

    /// Of the answer to it the contract says nothing but the status.
    fn needs_no_body(self) -> bool {
        matches!(self, Self::Put | Self::Delete)
    }

    async fn ask(self, client: &Client) -> Result<(), Error> {
        let (org, job) = (&org(), &job_id());
        let external_id = "1";
        let at = AttachmentAt {
            org,
            job,
            external_id,
        };
        match self {
            Self::Object => client.job(org, job).await.map(drop),
            Self::List => client.jobs_updated_since(org, None, 1).await.map(drop),
            Self::Post => client
                .create_job(org, &JobFields::default(), "key")
                .await
                .map(drop),
            Self::Patch => client
                .update_job(org, job, &JobFields::default())
                .await
                .map(drop),
            Self::Put => client.put_webhook(org, &subscription()).await,
            Self::Upload => client
                .put_image(at, &ImageFields::default(), file())
                .await
                .map(drop),
            Self::Delete => client.delete_image(at).await,
        }
    }
}

fn subscription() -> WebhookSubscription {
    WebhookSubscription {
        url: "https://integration.example/hook".parse().unwrap(),
        username: "one-click".into(),
        password: "password".into(),
        events: Vec::new(),
    }
}

fn file() -> Upload {
    let bytes = Bytes::from_static(b"a photo");
    Upload {
        content_type: "image/jpeg".into(),
        file_name: "photo.jpg".into(),
        length: Some(bytes.len() as u64),
        stream: stream::iter([Ok(bytes)]).boxed(),
    }
}

/// One Click as it should be.
async fn one_click(request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let method = request.method().clone();
    let _ = axum::body::to_bytes(request.into_body(), usize::MAX).await;
    let job = json!({ "id": "job_1", "organization_id": "org_1" });
    match method {
        Method::DELETE => StatusCode::NO_CONTENT.into_response(),
        Method::POST => json_answer(201, &json!({ "job": job })),
        Method::PUT if path.ends_with("/webhooks/companycam") => {
            json_answer(200, &json!({ "webhook": { "events": [] } }))
        }
        Method::PUT => json_answer(201, &json!({ "image": { "external_id": "1" } })),
        Method::GET if path.ends_with("/jobs") => {
            json_answer(200, &json!({ "jobs": [job], "next_page": null }))
        }
        _ => json_answer(200, &json!({ "job": job })),
    }
}

async fn serve(controls: &Controls) -> Server {
    let bound = Bound::bind(0).await.unwrap();
    bound.serve(controls.wrap(Router::new().fallback(one_click)))
}

/// The longest that any answer is waited for here.
const PATIENCE: Duration = Duration::from_secs(1);

fn http() -> reqwest::Client {
    let timeouts = Timeouts {
        connect: PATIENCE,
        json: PATIENCE,
    };
    http_client_with(&timeouts).unwrap()
}

fn client_at(http: &reqwest::Client, origin: &str) -> Client {
    let url = Url::parse(origin).unwrap();
    Client::new(http.clone(), url, TOKEN.into()).with_upload_idle(PATIENCE)
}

/// What is to be made of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// It is what was asked for.
    Fine,
    /// One Click's own no.
    Refusal(u16),
    /// The side is not available: nothing is concluded, and the same request may work later.
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
                Error::Conflict(_) => status == 409,
                Error::Invalid { .. } => status == 422,
                Error::RateLimited { .. } => status == 429,
                Error::Rejected { status: said, .. } => *said == status,
                _ => false,
            };
            assert!(is_it && !error.maybe_took_effect(), "{told}");
            // A wrong service token of ours, and a limit, are no fault of the item's.
            assert_eq!(error.is_transient(), matches!(status, 401 | 429), "{told}");
        }
        (Unavailable, Err(error)) => {
            let is_it = matches!(
                error,
                Error::Foreign { .. }
                    | Error::Unavailable { .. }
                    | Error::Connection { .. }
                    | Error::Stalled
            );
            assert!(is_it && error.is_transient(), "{told}");
            assert!(error.maybe_took_effect() || !kind.is_write(), "{told}");
        }
        (_, Ok(())) => panic!("{told}"),
    }
}

const REFUSALS: [u16; 10] = [400, 401, 403, 404, 405, 409, 410, 413, 422, 429];
const TROUBLES: [u16; 6] = [408, 425, 500, 502, 503, 504];

/// Every misbehaviour, and what is to be made of it.
fn table(kind: Kind) -> Vec<(Value, Expected)> {
    let is_delete = kind == Kind::Delete;
    let unless = |fine: bool| if fine { Fine } else { Unavailable };
    let said = |status: u16, content_type: &str, body: &str| json!({ "status": status, "headers": { "content-type": content_type }, "body": body });
    let mut table: Vec<(Value, Expected)> = [
        "reset_before",
        "reset_after",
        "silence",
        "silence_after",
        "html_login",
    ]
    .into_iter()
    .map(|name| (json!(name), Unavailable))
    .collect();
    // 204 has no body that could be cut.
    table.push((json!("half_body"), unless(is_delete)));
    table.push((json!({ "trickle_ms": 120 }), unless(is_delete)));
    let errors = json!({ "errors": ["No"] }).to_string();
    for status in REFUSALS {
        let own = if is_delete && status == 404 {
            Fine
        } else {
            Refusal(status)
        };
        table.push((
            said(status, "application/json; charset=utf-8", &errors),
            own,
        ));
        table.push((json!({ "status": status, "body": errors }), own));
        let other = if status == 429 { own } else { Unavailable };
        table.push((json!({ "page": status }), other));
        table.push((json!({ "status": status }), other));
        table.push((said(status, "text/plain", &errors), other));
        table.push((
            said(status, "application/json", r#"{"message":"No"}"#),
            other,
        ));
        table.push((said(status, "application/json", r#"{"error":"No"}"#), other));
    }
    for status in TROUBLES {
        table.push((said(status, "application/json", &errors), Unavailable));
        table.push((json!({ "page": status }), Unavailable));
    }
    for status in [301, 302, 307, 308] {
        let headers = json!({ "location": "/elsewhere", "content-type": "application/json" });
        let action = json!({ "status": status, "headers": headers, "body": errors });
        table.push((action, Unavailable));
    }
    for status in [200, 201, 202, 203] {
        table.push((json!({ "page": status }), Unavailable));
    }
    let empty_is_fine = |status| match kind {
        Kind::Put => matches!(status, 200 | 204),
        Kind::Delete => status == 204,
        _ => false,
    };
    for status in [200, 201, 202, 204] {
        table.push((json!({ "status": status }), unless(empty_is_fine(status))));
    }
    let job = r#"{"job":{"id":"job_1","organization_id":"org_1"},"jobs":[],"next_page":null,"image":{"external_id":"1"}}"#;
    table.push((said(200, "text/plain", job), Unavailable));
    table.push((said(200, "application/json", &job[..20]), Unavailable));
    table.push((said(200, "application/json", job), unless(!is_delete)));
    for other in [r#"{"status":"down for maintenance"}"#, "[]", "null"] {
        let action = said(200, "application/json", other);
        table.push((action, unless(kind.needs_no_body() && !is_delete)));
    }
    table
}

#[tokio::test]
async fn b33_only_one_clicks_own_answer_is_its_word() {
    let http = &http();
    let rows = KINDS.map(|kind| async move {
        let controls = Controls::new("/sign_in");
        let server = serve(&controls).await;
        let client = client_at(http, &server.origin);
        check(
            kind,
            &json!("as it should be"),
            Fine,
            kind.ask(&client).await,
        );
        for (action, expected) in table(kind) {
            let rule = json!({ "path": "*", "action": action });
            controls.add_fault(serde_json::from_value::<FaultRule>(rule).unwrap());
            check(kind, &action, expected, kind.ask(&client).await);
        }
    });
    join_all(rows).await;
}

#[tokio::test]
async fn b33_a_refused_connection_took_no_effect_whatever_was_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let client = client_at(&http(), &origin);
    drop(listener);
    for kind in KINDS {
        let error = kind.ask(&client).await.unwrap_err();
        assert!(
            error.is_transient() && !error.maybe_took_effect(),
            "{kind:?} {error:?}"
        );
    }
}
