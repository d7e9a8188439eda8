//! A server in front of a simulator that passes everything on, and changes one thing.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde_json::Value;
use simulator_kit::{Bound, Server};
use url::Url;

/// What is asked of the simulator.
pub struct Asked {
    pub path: String,
    pub query: Vec<(String, String)>,
}

impl Asked {
    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What is answered.
pub struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answered {
    /// Changes the body where it is JSON.
    pub fn change(&mut self, change: impl FnOnce(&mut Value)) {
        if let Ok(mut value) = serde_json::from_slice(&self.body) {
            change(&mut value);
            self.body = value.to_string().into_bytes();
        }
    }

    /// Becomes a page for a browser.
    pub fn become_page(&mut self, status: StatusCode) {
        let html = header::HeaderValue::from_static("text/html; charset=utf-8");
        self.status = status;
        self.headers.clear();
        self.headers.insert(header::CONTENT_TYPE, html);
        self.body = b"<!doctype html><title>Sorry</title>".to_vec();
    }
}

/// What a stand-in changes: the question, the answer, or both.
#[derive(Clone, Copy)]
pub struct Twist {
    pub asked: fn(&mut Asked),
    pub answered: fn(&Asked, &mut Answered),
}

/// Changes answers only.
pub fn answers(answered: fn(&Asked, &mut Answered)) -> Twist {
    Twist {
        asked: |_| {},
        answered,
    }
}

/// Changes questions only.
pub fn questions(asked: fn(&mut Asked)) -> Twist {
    Twist {
        asked,
        answered: |_, _| {},
    }
}

#[derive(Clone)]
struct Behind {
    origin: Url,
    twist: Twist,
    http: reqwest::Client,
}

/// Serves a stand-in for what is at that origin.
pub async fn serve(origin: &str, twist: Twist) -> Server {
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let origin = Url::parse(origin).unwrap();
    let behind = Behind {
        origin,
        twist,
        http,
    };
    let router = Router::new().fallback(pass_on).with_state(behind);
    Bound::bind(0).await.unwrap().serve(router)
}

async fn pass_on(State(behind): State<Behind>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let mut asked = Asked {
        path: request.uri().path().to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
    };
    (behind.twist.asked)(&mut asked);
    let mut url = behind.origin;
    url.set_path(&asked.path);
    url.query_pairs_mut().extend_pairs(&asked.query);
    let mut onward = behind.http.request(request.method().clone(), url);
    for name in [header::AUTHORIZATION, header::RANGE] {
        if let Some(value) = request.headers().get(&name) {
            onward = onward.header(name, value);
        }
    }
    let answer = onward.send().await.unwrap();
    let mut answered = Answered {
        status: answer.status(),
        headers: answer.headers().clone(),
        body: answer.bytes().await.unwrap().to_vec(),
    };
    (behind.twist.answered)(&asked, &mut answered);
    // Whoever serves it counts anew.
    answered.headers.remove(header::CONTENT_LENGTH);
    answered.headers.remove(header::TRANSFER_ENCODING);
    let mut response = Response::new(Body::from(answered.body));
    *response.status_mut() = answered.status;
    *response.headers_mut() = answered.headers;
    response
}
