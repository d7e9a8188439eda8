//! A One Click that gives prepared answers and keeps the requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderMap, StatusCode, header, request};
use axum::response::{IntoResponse, Response};
use one_click::{Client, JobId, OrgId, http_client};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use url::Url;

pub const TOKEN: &str = "service-token";

pub struct Received {
    pub head: request::Parts,
    /// None if the request broke off before its body's end.
    pub body: Option<Bytes>,
}

impl Received {
    pub fn line(&self) -> String {
        format!("{} {}", self.head.method, self.head.uri)
    }

    pub fn header(&self, name: &str) -> &str {
        self.head.headers[name].to_str().unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(self.body.as_ref().unwrap()).unwrap()
    }

    /// The query's pairs, decoded.
    pub fn query(&self) -> Vec<(String, String)> {
        Url::parse(&format!("http://one-click{}", self.head.uri))
            .unwrap()
            .query_pairs()
            .into_owned()
            .collect()
    }

    /// The parts' names, headers and contents.
    pub async fn multipart(self) -> Vec<(String, HeaderMap, Bytes)> {
        let request = Request::from_parts(self.head, Body::from(self.body.unwrap()));
        let mut multipart = Multipart::from_request(request, &()).await.unwrap();
        let mut parts = Vec::new();
        while let Some(field) = multipart.next_field().await.unwrap() {
            let (name, headers) = (field.name().unwrap().to_owned(), field.headers().clone());
            parts.push((name, headers, field.bytes().await.unwrap()));
        }
        parts
    }
}

pub struct Server {
    pub client: Client,
    received: mpsc::UnboundedReceiver<Received>,
}

impl Server {
    /// A server that gives these answers, one after the other.
    pub async fn answering(answers: impl IntoIterator<Item = Response>) -> Self {
        let answers = Arc::new(Mutex::new(VecDeque::from_iter(answers)));
        let (sender, received) = mpsc::unbounded_channel();
        let router = Router::new().fallback(move |request: Request| {
            let (answers, sender) = (answers.clone(), sender.clone());
            // In a task of its own: a handler is dropped when its client goes away.
            let handling = tokio::spawn(async move {
                let (head, body) = request.into_parts();
                let body = axum::body::to_bytes(body, usize::MAX).await.ok();
                let answer = answers.lock().unwrap().pop_front();
                sender.send(Received { head, body }).unwrap();
                answer.unwrap_or_else(|| StatusCode::IM_A_TEAPOT.into_response())
            });
            async { handling.await.unwrap() }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = client_of(&listener);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { client, received }
    }

    pub async fn next(&mut self) -> Received {
        self.received.recv().await.unwrap()
    }

    /// Whether every request has been taken by [`Server::next`].
    pub fn is_done(&mut self) -> bool {
        self.received.try_recv().is_err()
    }
}

pub fn client_of(listener: &TcpListener) -> Client {
    let origin = format!("http://{}/api/", listener.local_addr().unwrap());
    Client::new(
        http_client().unwrap(),
        Url::parse(&origin).unwrap(),
        TOKEN.into(),
    )
}

/// An answer in JSON.
pub fn json(status: u16, body: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (
        StatusCode::from_u16(status).unwrap(),
        headers,
        body.to_string(),
    )
        .into_response()
}

pub fn org() -> OrgId {
    OrgId::parse("org_1").unwrap()
}

pub fn job_id() -> JobId {
    JobId::parse("job_1").unwrap()
}
