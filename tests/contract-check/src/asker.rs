//! Asking one side gently: GET only, one request after another, each answer remembered.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, RANGE};
use serde_json::Value;
use url::Url;

use crate::answer::Answer;
use crate::assumption::{Doubt, unknown};

/// Requests to one side in one run, whatever happens.
const MOST_REQUESTS: u32 = 60;
/// An origin that failed to answer this often in a row is not asked again.
const MOST_FAILURES: u32 = 3;
/// A page of 100 projects is far below this, and most photos are.
const MOST_BYTES: usize = 16 * 1024 * 1024;

const USER_AGENT: &str = concat!(
    "one-click-companycam-contract-check/",
    env!("CARGO_PKG_VERSION")
);

/// Segments that may be told; any other is an id.
const WORDS: [&str; 15] = [
    "assigned_users",
    "company",
    "current",
    "documents",
    "images",
    "jobs",
    "organizations",
    "photos",
    "projects",
    "tags",
    "users",
    "webhooks",
    "v1",
    "v2",
    "0",
];

/// With which token to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Token {
    /// With the one that was given.
    Own,
    /// With one that nobody made.
    Wrong,
    /// With none.
    None,
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// JSON, as the product asks for it: what a server does with an unknown path may depend on it.
    Json,
    /// A page or a file, the whole of it.
    File,
    /// One byte of a file, and not even that is read.
    Head,
}

impl Wanted {
    fn accept(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::File | Self::Head => "*/*",
        }
    }
}

/// One side, as it is asked.
pub struct Asker {
    http: Option<reqwest::Client>,
    base: Url,
    authorization: HeaderValue,
    remembered: HashMap<(Url, Token), Rc<Answer>>,
    failures: HashMap<String, u32>,
    left: u32,
    /// Why nothing more is asked with our token.
    refused: Option<String>,
}

impl Asker {
    /// `base` is what all paths are below.
    pub fn new(base: Url, authorization: HeaderValue, timeout: Duration) -> Self {
        // Refused where one is installed already, and then that one is right.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(timeout)
            .build();
        Self {
            http: http.ok(),
            base,
            authorization,
            remembered: HashMap::new(),
            failures: HashMap::new(),
            left: MOST_REQUESTS,
            refused: None,
        }
    }

    /// Asks with our token. An answer that says nothing of the contract (401, 429, 5xx) is a doubt.
    pub async fn get(
        &mut self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Rc<Answer>, Doubt> {
        self.get_as(Token::Own, path, query).await
    }

    /// The same, whatever was answered before.
    pub async fn get_again(
        &mut self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Rc<Answer>, Doubt> {
        let url = self.url(path, query);
        self.remembered.remove(&(url, Token::Own));
        self.get(path, query).await
    }

    /// Asks with that token.
    pub async fn get_as(
        &mut self,
        token: Token,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Rc<Answer>, Doubt> {
        let name = name_of(path);
        if let (Some(refused), Token::Own) = (&self.refused, token) {
            return Err(unknown(refused));
        }
        let answer = self
            .ask(self.url(path, query), token, &name, Wanted::Json)
            .await?;
        match answer.status {
            StatusCode::UNAUTHORIZED if token == Token::Own => {
                let why = "The token is not accepted: 401.";
                self.refused = Some(why.to_owned());
                Err(unknown(why))
            }
            StatusCode::TOO_MANY_REQUESTS => {
                let why = "The limit of requests is used up (429): run it again in some minutes.";
                self.refused = Some(why.to_owned());
                self.left = 0;
                Err(unknown(why))
            }
            status if status.is_server_error() => {
                Err(unknown(format!("{name} answered {}.", status.as_u16())))
            }
            _ => Ok(answer),
        }
    }

    /// The objects of a list that is a bare array; a doubt where it is not.
    pub async fn list(
        &mut self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Vec<Value>, Doubt> {
        let answer = self.get(path, query).await?;
        match answer.success().and_then(Value::as_array) {
            Some(items) => Ok(items.clone()),
            None => Err(unreadable(path, &answer)),
        }
    }

    /// A page or file that needs no token, wherever it is.
    pub async fn open(&mut self, url: Url) -> Result<Rc<Answer>, Doubt> {
        let name = format!("GET {}", origin(&url));
        self.ask(url, Token::None, &name, Wanted::File).await
    }

    /// Status and headers of a file that needs no token.
    pub async fn head(&mut self, url: Url) -> Result<Answer, Doubt> {
        let name = format!("GET {}", origin(&url));
        self.send(url, Token::None, &name, Wanted::Head).await
    }

    async fn ask(
        &mut self,
        url: Url,
        token: Token,
        name: &str,
        wanted: Wanted,
    ) -> Result<Rc<Answer>, Doubt> {
        let key = (url.clone(), token);
        if let Some(answer) = self.remembered.get(&key) {
            return Ok(Rc::clone(answer));
        }
        let answer = Rc::new(self.send(url, token, name, wanted).await?);
        self.remembered.insert(key, Rc::clone(&answer));
        Ok(answer)
    }

    async fn send(
        &mut self,
        url: Url,
        token: Token,
        name: &str,
        wanted: Wanted,
    ) -> Result<Answer, Doubt> {
        let origin = origin(&url);
        let failed = self.failures.get(&origin).copied().unwrap_or_default();
        if failed >= MOST_FAILURES {
            return Err(unknown(format!("{origin} does not answer.")));
        }
        if self.left == 0 {
            return Err(unknown("Asked enough for one run."));
        }
        self.left -= 1;
        match self.transfer(url, token, wanted).await {
            Ok(answer) => {
                self.failures.remove(&origin);
                Ok(answer)
            }
            Err(why) => {
                self.failures.insert(origin, failed + 1);
                Err(unknown(format!("{name}: {why}.")))
            }
        }
    }

    async fn transfer(&self, url: Url, token: Token, wanted: Wanted) -> Result<Answer, String> {
        let http = self
            .http
            .as_ref()
            .ok_or("this machine cannot make a client")?;
        let mut request = http.get(url).header(ACCEPT, wanted.accept());
        match token {
            Token::Own => request = request.header(AUTHORIZATION, self.authorization.clone()),
            Token::Wrong => request = request.bearer_auth("contract-check-wrong-token"),
            Token::None => {}
        }
        if wanted == Wanted::Head {
            request = request.header(RANGE, "bytes=0-0");
        }
        let mut response = request.send().await.map_err(|error| in_words(&error))?;
        let (status, headers): (StatusCode, HeaderMap) =
            (response.status(), response.headers().clone());
        let mut body = BytesMut::new();
        while wanted != Wanted::Head
            && let Some(chunk) = response.chunk().await.map_err(|error| in_words(&error))?
        {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err("longer than 16 MB".to_owned());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer::new(status, headers, Bytes::from(body)))
    }

    fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }
}

/// The doubt about everything that rests on an answer that is not as it should be.
pub fn unreadable(path: &[&str], answer: &Answer) -> Doubt {
    unknown(format!("{} answered {}.", name_of(path), answer.seen()))
}

/// A request in words, without its ids.
pub fn name_of(path: &[&str]) -> String {
    let segments = path.iter().map(|segment| {
        if WORDS.contains(segment) {
            segment
        } else {
            "…"
        }
    });
    format!("GET /{}", segments.collect::<Vec<_>>().join("/"))
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// Without the address, whose query may be somebody's name.
fn in_words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    }
    .to_owned()
}
