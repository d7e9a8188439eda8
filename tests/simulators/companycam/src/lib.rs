#![doc = include_str!("../README.md")]
#![allow(clippy::doc_markdown, reason = "CompanyCam is a name, not code")]

mod auth;
mod cdn;
mod control;
mod delivery;
mod documents;
mod files;
mod hard_cases;
mod oauth;
mod operations;
mod people;
mod photos;
mod projects;
mod request;
mod seed;
mod settings;
mod shapes;
mod state;
mod tagging;
mod tags;
mod web;
mod webhooks;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::middleware::map_response;
use axum::response::Redirect;
use bytes::Bytes;
use jiff::fmt::rfc2822::DateTimePrinter;
use simulator_kit::{Bound, Controls, Demo, Server};

pub use settings::{MergedPayload, Options, Payload, Settings};
use state::State;

/// Where unknown paths lead.
pub(crate) const SIGN_IN: &str = "/sign_in";

/// Documents come as base64 of up to 100 MB, files of the web application as they are.
const BODY_LIMIT: usize = 160 * 1024 * 1024;

pub(crate) struct Sim {
    pub options: Options,
    pub http: reqwest::Client,
    pub demo: Demo,
    state: Mutex<State>,
}

pub(crate) type Shared = Arc<Sim>;

impl Sim {
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running simulator; it stops when dropped.
pub struct Simulator {
    /// `http://127.0.0.1:<port>`: the base of `/v2`, of OAuth and of the web application.
    pub origin: String,
    /// The personal access token of each company, in order.
    pub tokens: Vec<String>,
    /// The faults and the request log.
    pub controls: Controls,
    sim: Shared,
    dispatcher: tokio::task::JoinHandle<()>,
    _server: Server,
}

impl Simulator {
    /// Seeds and serves on loopback, in tasks of the current runtime.
    pub async fn spawn(options: Options) -> io::Result<Self> {
        // Needed to build any client; a second installation in one process is refused, rightly.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(30))
            .build()
            .map_err(io::Error::other)?;
        let bound = Bound::bind(options.port).await?;
        let state = seed::seed(&options, &bound.origin);
        let tokens = state
            .companies
            .values()
            .map(|company| company.personal_token.clone())
            .collect();
        let controls = Controls::new(SIGN_IN);
        let demo = Demo::new(controls.clone(), web::DEMO);
        let forms = demo.routes();
        let sim = Arc::new(Sim {
            options,
            http,
            demo,
            state: Mutex::new(state),
        });
        let dispatcher = tokio::spawn(delivery::dispatch(Arc::clone(&sim)));
        let server = bound.serve(controls.wrap(router(Arc::clone(&sim)).merge(forms)));
        Ok(Self {
            origin: server.origin.clone(),
            tokens,
            controls,
            sim,
            dispatcher,
            _server: server,
        })
    }

    /// The bytes of a photo, deleted or not: of all its versions, the current one last.
    pub fn photo(&self, id: &str) -> Option<Vec<Bytes>> {
        let files = {
            let state = self.sim.lock();
            state.photos.get(&id.parse().ok()?)?.files.clone()
        };
        Some(files.iter().map(|file| file.jpeg().to_bytes()).collect())
    }

    /// The bytes of a document as it is now.
    pub fn document(&self, id: &str) -> Option<Bytes> {
        let state = self.sim.lock();
        let document = state.documents.get(&id.parse().ok()?)?;
        Some(document.file.content.to_bytes())
    }

    /// The personal access token of the first company.
    pub fn token(&self) -> &str {
        self.tokens.first().map_or("", String::as_str)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.dispatcher.abort();
    }
}

fn router(sim: Shared) -> Router {
    let api = Router::new()
        .merge(people::routes())
        .merge(projects::routes())
        .merge(photos::routes())
        .merge(tags::routes())
        .merge(webhooks::routes());
    Router::new()
        .nest("/v2", api)
        .merge(oauth::routes())
        .merge(cdn::routes())
        .merge(control::routes())
        .merge(web::routes())
        .fallback(to_login)
        .method_not_allowed_fallback(to_login)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(map_response(dated))
        .with_state(sim)
}

/// The answer says the simulator's time, which a test may have moved, and not the system's.
async fn dated(mut response: axum::response::Response) -> axum::response::Response {
    let now = jiff::Timestamp::from_second(state::now());
    let date = now.and_then(|now| DateTimePrinter::new().timestamp_to_rfc9110_string(&now));
    if let Some(date) = date.ok().and_then(|date| date.try_into().ok()) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

/// A path (or method) that does not exist leads to the login page, not to a 404.
async fn to_login() -> axum::response::Response {
    use axum::response::IntoResponse;
    let mut response = Redirect::to(SIGN_IN).into_response();
    *response.status_mut() = axum::http::StatusCode::FOUND;
    response
}
