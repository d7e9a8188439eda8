#![doc = include_str!("../README.md")]

mod keys;
mod looks;

use std::sync::Arc;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::routing::post;
use companycam::webhook::{SIGNATURE_HEADER, verify};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, StatusCode};
use model::messages::SyncMessage;
use one_click::OrgId;
use one_click::webhook::verify_basic;
use runtime::{App, WebhookKeys, WorkError};

use keys::{Keys, Named, named_in_credentials, named_in_query};
use looks::{Ignored, News};

/// No delivery of either side comes near this.
const LONGEST_BODY: usize = 1_000_000;

/// The state of a function: its clients, and the keys it has read.
#[derive(Debug)]
struct Ingest {
    app: Arc<App>,
    keys: Keys,
}

/// The routes of this function.
pub fn router(app: Arc<App>) -> Router {
    let ingest = Ingest {
        app,
        keys: Keys::default(),
    };
    Router::new()
        .route("/webhooks/companycam/{org_id}", post(from_companycam))
        .route("/webhooks/one-click/{org_id}", post(from_one_click))
        .with_state(Arc::new(ingest))
}

async fn from_companycam(
    State(ingest): State<Arc<Ingest>>,
    org: Result<Path<String>, PathRejection>,
    request: Request,
) -> StatusCode {
    let genuine = |keys: &WebhookKeys, headers: &HeaderMap, body: &[u8]| {
        let signature = text(headers, &HeaderName::from_static(SIGNATURE_HEADER));
        verify(&keys.companycam_token, body, signature)
    };
    let news = |_: &OrgId, body: &[u8]| looks::companycam(body);
    let named = named_in_query(request.uri().query());
    ingest
        .take(
            Delivery {
                side: "companycam",
                org: organization(org),
                named,
                request,
            },
            genuine,
            news,
        )
        .await
}

async fn from_one_click(
    State(ingest): State<Arc<Ingest>>,
    org: Result<Path<String>, PathRejection>,
    request: Request,
) -> StatusCode {
    let genuine = |keys: &WebhookKeys, headers: &HeaderMap, _: &[u8]| {
        let header = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        verify_basic(header, &keys.one_click_username, &keys.one_click_password)
    };
    let credentials = request.headers().get(AUTHORIZATION);
    let named = named_in_credentials(credentials.and_then(|value| value.to_str().ok()));
    ingest
        .take(
            Delivery {
                side: "one-click",
                org: organization(org),
                named,
                request,
            },
            genuine,
            looks::one_click,
        )
        .await
}

/// What came, not looked at yet.
struct Delivery {
    side: &'static str,
    /// Whose, if the address is one of an organization's.
    org: Option<OrgId>,
    named: Named,
    request: Request,
}

impl Ingest {
    /// Takes a delivery in; the answer's status.
    async fn take(
        &self,
        delivery: Delivery,
        genuine: impl Fn(&WebhookKeys, &HeaderMap, &[u8]) -> bool,
        news: impl Fn(&OrgId, &[u8]) -> Result<News, Ignored>,
    ) -> StatusCode {
        let Delivery {
            side,
            org,
            named,
            request,
        } = delivery;
        let (parts, body) = request.into_parts();
        let Some(org) = org else {
            return refuse(side, "no organization has such an id");
        };
        let Ok(body) = to_bytes(body, LONGEST_BODY).await else {
            return refuse(side, "the body is too long, or broke off");
        };
        let fits = |keys: &WebhookKeys| genuine(keys, &parts.headers, &body);
        match self.keys.fit(&self.app.secrets, &org, named, fits).await {
            Ok(true) => {}
            Ok(false) => return refuse(side, "it is not signed with the organization's keys"),
            Err(error) => return unavailable(side, &org, &error),
        }
        self.queue(side, (&org, named), &body, news).await
    }

    async fn queue(
        &self,
        side: &'static str,
        (org, named): (&OrgId, Named),
        body: &Bytes,
        news: impl Fn(&OrgId, &[u8]) -> Result<News, Ignored>,
    ) -> StatusCode {
        let (look, told) = match news(org, body) {
            Ok(news) => news,
            Err(Ignored(reason)) => {
                // The template counts these lines.
                tracing::warn!(org.id = %org, side, cause = reason, "ignored a delivery");
                return StatusCode::OK;
            }
        };
        // What an earlier connection's webhook still says is let go by whoever reads the row.
        let generation = match named {
            Named::Key(name) => Some(name.generation),
            Named::Nothing | Named::Nonsense => None,
        };
        let kind = look.kind();
        let message = SyncMessage::new(org, look);
        let message = message.of_generation(generation).telling(told);
        if let Err(error) = self.app.queues.send_looks(&[message]).await {
            return unavailable(side, org, &error.into());
        }
        tracing::info!(org.id = %org, side, look.kind = kind, "took a delivery in");
        StatusCode::OK
    }
}

/// The path's organization; a path that is no text names none, as any other impossible id.
fn organization(path: Result<Path<String>, PathRejection>) -> Option<OrgId> {
    let Path(org) = path.ok()?;
    OrgId::parse(&org).ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn refuse(side: &'static str, reason: &'static str) -> StatusCode {
    tracing::warn!(side, cause = reason, "refused a delivery");
    StatusCode::UNAUTHORIZED
}

/// Both sides send again what is answered so.
fn unavailable(side: &'static str, org: &OrgId, error: &WorkError) -> StatusCode {
    tracing::error!(org.id = %org, side, cause = %error, "a delivery could not be taken in");
    StatusCode::INTERNAL_SERVER_ERROR
}
