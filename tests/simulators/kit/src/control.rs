//! Faults and the request log, with their control routes.
//!
//! | Route | What |
//! |---|---|
//! | `POST /_sim/faults` | adds one [`FaultRule`] (or an array of them) to the queue |
//! | `DELETE /_sim/faults` | clears the queue; with `?path=` only of the rules with that very pattern |
//! | `GET /_sim/requests` | the [`LoggedRequest`]s since the last `DELETE`, oldest first |
//! | `DELETE /_sim/requests` | empties the log |
//!
//! Requests under `/_sim/` are neither logged nor disturbed, nor are those of the page of demo
//! controls. Header values are never recorded: they carry tokens.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Query, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::demo;
use crate::serve::ConnectionHandle;

/// What stands in front of a server shows when it has none.
const PAGE: &str = "<!DOCTYPE html><html><title>Not here</title><h1>default backend</h1></html>";

/// The log keeps this many requests and drops the oldest beyond: hours of a busy test.
pub const LOG_CAPACITY: usize = 20_000;

/// Which requests to disturb, and how. Rules are tried in the order they were added; the first
/// that matches and has nothing left to skip is applied, alone.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// `GET`, `POST` …; absent: any method.
    #[serde(default)]
    pub method: Option<String>,
    /// A pattern for the whole path, without the query; `*` matches anything, slashes included.
    pub path: String,
    /// This many matching requests pass undisturbed first.
    #[serde(default)]
    pub skip: u32,
    /// How many requests to disturb; `null`: until cleared; absent: one.
    #[serde(default = "once")]
    pub times: Option<u32>,
    /// What happens to the request.
    pub action: Action,
}

#[expect(clippy::unnecessary_wraps, reason = "the type of the field it fills")]
fn once() -> Option<u32> {
    Some(1)
}

/// What happens to a disturbed request.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(untagged)]
pub enum Action {
    /// `"reset_before"`, `"reset_after"`, `"silence"`, `"silence_after"`, `"half_body"`, `"html_login"`.
    Named(NamedAction),
    /// `{"delay_ms": 500}`: the request is handled this much later.
    #[serde(rename_all = "snake_case")]
    Delay {
        /// Milliseconds.
        delay_ms: u64,
    },
    /// `{"trickle_ms": 100}`: the request takes effect, and of the answer's body a byte comes this
    /// often.
    #[serde(rename_all = "snake_case")]
    Trickle {
        /// Milliseconds.
        trickle_ms: u64,
    },
    /// `{"page": 404}`: a web page with this status, as of a gateway or load balancer in front, without
    /// any effect.
    Page {
        /// The HTTP status code.
        page: u16,
    },
    /// `{"status": 503, "headers": {…}, "body": "…"}`: this answer, without any effect. So is a
    /// redirect, another content type, or JSON of another form. Without a content type in `headers`
    /// none is sent.
    Answer {
        /// The HTTP status code.
        status: u16,
        /// Headers to answer with.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// The body, as it is.
        #[serde(default)]
        body: String,
    },
}

/// The actions that need no parameter.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum NamedAction {
    /// The connection is cut; the request takes no effect.
    ResetBefore,
    /// The request takes effect; then the connection is cut without any byte of an answer.
    ResetAfter,
    /// The connection stays open, and no byte of an answer ever comes; the request takes no effect.
    Silence,
    /// The request takes effect; then as for `silence`.
    SilenceAfter,
    /// The request takes effect; in the middle of the answer's body, whose length is told, the
    /// connection is cut.
    HalfBody,
    /// 302 to the HTML login page.
    HtmlLogin,
}

/// One request as it was seen.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct LoggedRequest {
    /// `GET`, `POST` …
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query as sent, without `?`; empty if there was none.
    pub query: String,
    /// The status answered; `null` if the connection was cut.
    pub status: Option<u16>,
    /// When it arrived, Unix milliseconds.
    pub at_ms: u64,
}

/// The fault queue and the request log of one simulator. Clones share both.
#[derive(Clone, Debug)]
pub struct Controls {
    login_path: Arc<str>,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    faults: Vec<FaultRule>,
    log: VecDeque<LoggedRequest>,
}

impl Controls {
    /// `login_path` is where the `html_login` action redirects to.
    pub fn new(login_path: &str) -> Self {
        Self {
            login_path: login_path.into(),
            inner: Arc::default(),
        }
    }

    /// Adds the control routes to the router, and logs and disturbs everything else it serves.
    /// Call it last: routes added later are not covered.
    pub fn wrap(&self, router: Router) -> Router {
        let controls = Router::new()
            .route("/_sim/faults", post(add_faults).delete(clear_faults))
            .route("/_sim/requests", get(list_requests).delete(clear_requests))
            .with_state(self.clone());
        // Merged before the layer: merging after it would lose the layer around the fallback.
        router
            .merge(controls)
            .layer(middleware::from_fn_with_state(self.clone(), disturb))
    }

    /// Adds a rule to the end of the queue.
    pub fn add_fault(&self, rule: FaultRule) {
        self.lock().faults.push(rule);
    }

    /// Adds a rule before all others.
    pub fn add_fault_first(&self, rule: FaultRule) {
        self.lock().faults.insert(0, rule);
    }

    /// The queue.
    pub fn faults(&self) -> Vec<FaultRule> {
        self.lock().faults.clone()
    }

    /// Takes rules out of the queue and adds others to its end: no request comes in between.
    pub fn exchange_faults(&self, gone: &[FaultRule], new: Vec<FaultRule>) {
        let faults = &mut self.lock().faults;
        faults.retain(|rule| !gone.contains(rule));
        faults.extend(new);
    }

    /// Forgets all rules.
    pub fn clear_faults(&self) {
        self.lock().faults.clear();
    }

    /// Forgets the rules with this path pattern.
    pub fn clear_faults_of(&self, path: &str) {
        self.lock().faults.retain(|rule| rule.path != path);
    }

    /// The log, oldest first.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.lock().log.iter().cloned().collect()
    }

    /// Empties the log.
    pub fn clear_requests(&self) {
        self.lock().log.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_action(&self, method: &str, path: &str) -> Option<Action> {
        let mut inner = self.lock();
        let position = inner.faults.iter_mut().position(|rule| {
            let matches = rule
                .method
                .as_ref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
                && glob_matches(&rule.path, path);
            if matches && rule.skip > 0 {
                rule.skip -= 1;
                return false;
            }
            matches
        })?;
        let rule = inner.faults.get_mut(position)?;
        let action = rule.action.clone();
        if let Some(times) = &mut rule.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                inner.faults.remove(position);
            }
        }
        Some(action)
    }

    fn record(&self, request: LoggedRequest) {
        let mut inner = self.lock();
        if inner.log.len() == LOG_CAPACITY {
            inner.log.pop_front();
        }
        inner.log.push_back(request);
    }
}

/// Whether the whole of `text` matches `pattern`, in which `*` stands for anything.
fn glob_matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

async fn disturb(State(controls): State<Controls>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.starts_with("/_sim/") || demo::is_part(path) {
        return next.run(request).await;
    }
    let mut logged = LoggedRequest {
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        status: None,
        at_ms: clock::now_ms(),
    };
    let connection = request
        .extensions()
        .get::<ConnectInfo<ConnectionHandle>>()
        .map(|info| info.0.clone());
    let action = controls.take_action(&logged.method, &logged.path);
    match handled(action, &controls.login_path, request, next).await {
        Handled::Answered(response) => {
            logged.status = Some(response.status().as_u16());
            controls.record(logged);
            response
        }
        Handled::Cut => {
            controls.record(logged);
            if let Some(connection) = &connection {
                connection.cut();
            }
            // Never reaches the client where the connection could be cut; without one (a router
            // called without a server) it is the nearest thing to no answer.
            StatusCode::BAD_GATEWAY.into_response()
        }
        Handled::Silent => {
            controls.record(logged);
            std::future::pending().await
        }
    }
}

/// What became of a request.
enum Handled {
    Answered(Response),
    /// The connection is to be cut.
    Cut,
    /// No answer ever comes.
    Silent,
}

async fn handled(
    action: Option<Action>,
    login_path: &str,
    request: Request,
    next: Next,
) -> Handled {
    Handled::Answered(match action {
        None => next.run(request).await,
        Some(Action::Named(NamedAction::ResetBefore)) => return Handled::Cut,
        Some(Action::Named(NamedAction::ResetAfter)) => {
            drop(next.run(request).await);
            return Handled::Cut;
        }
        Some(Action::Named(NamedAction::Silence)) => return Handled::Silent,
        Some(Action::Named(NamedAction::SilenceAfter)) => {
            drop(next.run(request).await);
            return Handled::Silent;
        }
        Some(Action::Named(NamedAction::HalfBody)) => half(next.run(request).await).await,
        Some(Action::Named(NamedAction::HtmlLogin)) => {
            let login = [(header::LOCATION, login_path.to_owned())];
            (StatusCode::FOUND, login).into_response()
        }
        Some(Action::Delay { delay_ms }) => {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            next.run(request).await
        }
        Some(Action::Trickle { trickle_ms }) => {
            let pause = Duration::from_millis(trickle_ms);
            trickling(next.run(request).await, pause).await
        }
        Some(Action::Page { page }) => {
            read_to_end(request).await;
            let html = BTreeMap::from([("content-type".to_owned(), "text/html".to_owned())]);
            answer(page, html, PAGE.to_owned())
        }
        Some(Action::Answer {
            status,
            headers,
            body,
        }) => {
            read_to_end(request).await;
            answer(status, headers, body)
        }
    })
}

/// As a server behind a proxy does: an answer in the middle of an upload may be lost to the
/// connection's end.
async fn read_to_end(request: Request) {
    let _ = axum::body::to_bytes(request.into_body(), usize::MAX).await;
}

/// Its head and body, where the length is told in the head.
async fn whole(response: Response) -> (axum::http::response::Parts, Bytes) {
    let (mut head, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX)
        .await
        .unwrap_or_default();
    head.headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    (head, body)
}

/// The first half of the answer's body, and then the connection's end.
async fn half(response: Response) -> Response {
    let (head, body) = whole(response).await;
    let first = body.slice(..body.len() / 2);
    let end = async {
        // So that what was written before is on its way.
        tokio::time::sleep(Duration::from_millis(20)).await;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    };
    let chunks = stream::once(async { Ok(first) }).chain(stream::once(end));
    Response::from_parts(head, Body::from_stream(chunks))
}

/// The answer, its body byte by byte.
async fn trickling(response: Response, pause: Duration) -> Response {
    let (head, body) = whole(response).await;
    let bytes = stream::iter(0..body.len()).then(move |at| {
        let byte = body.slice(at..=at);
        async move {
            tokio::time::sleep(pause).await;
            Ok::<_, io::Error>(byte)
        }
    });
    Response::from_parts(head, Body::from_stream(bytes))
}

fn answer(status: u16, headers: BTreeMap<String, String>, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (
            HeaderName::try_from(name),
            HeaderValue::try_from(value.as_str()),
        ) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(FaultRule),
    Many(Vec<FaultRule>),
}

async fn add_faults(State(controls): State<Controls>, Json(rules): Json<OneOrMany>) -> StatusCode {
    match rules {
        OneOrMany::One(rule) => controls.add_fault(rule),
        OneOrMany::Many(rules) => rules.into_iter().for_each(|rule| controls.add_fault(rule)),
    }
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Which {
    path: Option<String>,
}

async fn clear_faults(State(controls): State<Controls>, Query(which): Query<Which>) -> StatusCode {
    match which.path {
        Some(path) => controls.clear_faults_of(&path),
        None => controls.clear_faults(),
    }
    StatusCode::NO_CONTENT
}

async fn list_requests(State(controls): State<Controls>) -> Json<Vec<LoggedRequest>> {
    Json(controls.requests())
}

async fn clear_requests(State(controls): State<Controls>) -> StatusCode {
    controls.clear_requests();
    StatusCode::NO_CONTENT
}

#[cfg(test)]
mod tests {
    use super::glob_matches;

    #[test]
    fn a_star_matches_anything_and_the_rest_is_literal() {
        assert!(glob_matches("/v2/projects*", "/v2/projects/1/photos"));
        assert!(glob_matches("/v2/projects", "/v2/projects"));
        assert!(glob_matches("/v2/*/photos", "/v2/projects/1/photos"));
        assert!(glob_matches("*", "/"));
        assert!(!glob_matches("/v2/projects", "/v2/projects/1"));
        assert!(!glob_matches("/v2/*/photos", "/v2/projects/1"));
        assert!(!glob_matches("/a*/a", "/a"));
    }
}
