//! A browser, as far as our pages need one: it keeps cookies and shows where it is sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Value, json};
use url::Url;

const SETTINGS: &str = "/companycam/settings";

/// Clones share the cookies, as tabs do.
#[derive(Debug, Clone)]
pub struct Browser {
    http: reqwest::Client,
    ours: Url,
    companycam: Url,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

/// What a request was answered with.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it is.
    pub url: Url,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The text.
    pub body: String,
}

impl Page {
    /// Whether the text is on the page, as it is written in its HTML.
    pub fn says(&self, text: &str) -> bool {
        self.body.contains(text)
    }

    /// Where a redirect leads.
    pub fn location(&self) -> Option<Url> {
        let location = self.headers.get(header::LOCATION)?.to_str().ok()?;
        self.url.join(location).ok()
    }

    /// A header's text; empty if it is not there.
    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        let value = self.headers.get(name);
        value.and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    /// The token that the page's forms carry.
    pub fn csrf_token(&self) -> Option<&str> {
        let (_, rest) = self.body.split_once("name=\"csrf_token\" value=\"")?;
        Some(rest.split_once('"')?.0)
    }

    /// The body, which is JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a JSON answer")
    }
}

impl Browser {
    pub(crate) fn new(ours: &str, companycam: &str) -> Self {
        runtime::install_tls();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        Self {
            http,
            ours: Url::parse(ours).expect("our address"),
            companycam: Url::parse(companycam).expect("CompanyCam's address"),
            cookies: Arc::default(),
        }
    }

    /// The cookies: names and values.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().expect("no holder panicked").clone()
    }

    /// One GET; `path` may be a whole address.
    pub async fn get(&self, path: &str) -> Page {
        self.send(Method::GET, path, |request| request).await
    }

    /// One GET as a browser that takes compressed answers: the headers, and the bytes as they came.
    pub async fn get_compressed(&self, path: &str) -> (HeaderMap, Vec<u8>) {
        let url = self.ours.join(path).expect("an address");
        let request = self.http.get(url).header(header::COOKIE, self.cookie());
        let request = request.header(header::ACCEPT_ENCODING, "gzip, deflate, br");
        let answer = request.send().await.expect("an answer");
        let headers = answer.headers().clone();
        (headers, answer.bytes().await.expect("a body").to_vec())
    }

    /// One POST of a form, as it is: without a CSRF token unless it is among the fields.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.send(Method::POST, path, |request| request.form(fields))
            .await
    }

    /// One POST of anything: a body and the type that it claims to have.
    pub async fn post_body(&self, path: &str, content_type: &str, body: Vec<u8>) -> Page {
        let with_body = |request: reqwest::RequestBuilder| {
            request
                .header(header::CONTENT_TYPE, content_type)
                .body(body)
        };
        self.send(Method::POST, path, with_body).await
    }

    /// One POST of nothing, not even a type.
    pub async fn post_nothing(&self, path: &str) -> Page {
        self.send(Method::POST, path, |request| request).await
    }

    /// Goes on where the page leads, as long as that is on our side.
    pub async fn follow(&self, mut page: Page) -> Page {
        while let Some(next) = page.location() {
            if next.origin() != self.ours.origin() {
                return page;
            }
            page = self.get(next.as_str()).await;
        }
        page
    }

    /// GET, and on to where it leads on our side.
    pub async fn open(&self, path: &str) -> Page {
        let page = self.get(path).await;
        self.follow(page).await
    }

    /// The integrations tab.
    pub async fn tab(&self) -> Page {
        self.open(SETTINGS).await
    }

    /// Sends one of the tab's forms (`preferences`, `users/…`, `sync`, `disconnect`) with its CSRF
    /// token; what came of it, not yet followed.
    pub async fn submit(&self, form: &str, fields: &[(&str, &str)]) -> Page {
        let tab = self.tab().await;
        let token = tab.csrf_token().expect("a tab with forms").to_owned();
        let mut fields = fields.to_vec();
        fields.push(("csrf_token", &token));
        self.post(&format!("{SETTINGS}/{form}"), &fields).await
    }

    /// Logs in at CompanyCam where the page leads, and allows or denies: the address that
    /// CompanyCam sends the browser back to.
    pub async fn consent(&self, page: &Page, email: &str, allow: bool) -> Url {
        let asked = page
            .location()
            .unwrap_or_else(|| panic!("{} leads nowhere: {} {}", page.url, page.status, page.body));
        let control = self.companycam.join("/_sim/authorize").expect("a path");
        let body = json!({"url": asked, "email": email, "allow": allow});
        let answer = self.http.post(control).json(&body).send().await;
        let answer = answer.expect("the simulator answers");
        assert!(answer.status().is_success(), "{asked}: {answer:?}");
        let answer: Value = answer.json().await.expect("JSON");
        let location = answer["location"].as_str().expect("an address");
        Url::parse(location).expect("an address")
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        complete: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder,
    ) -> Page {
        let url = self.ours.join(path).expect("an address");
        let mut request = self.http.request(method, url.clone());
        let at_home = url.origin() == self.ours.origin();
        if at_home {
            let cookie = self.cookie();
            if !cookie.is_empty() {
                request = request.header(header::COOKIE, cookie);
            }
        }
        let answer = complete(request).send().await.expect("an answer");
        let (status, headers) = (answer.status(), answer.headers().clone());
        if at_home {
            self.keep_cookies(&headers);
        }
        let body = answer.text().await.expect("a text");
        Page {
            url,
            status,
            headers,
            body,
        }
    }

    fn cookie(&self) -> String {
        let cookies = self.cookies();
        let pairs = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().expect("no holder panicked");
        for cookie in headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().expect("a cookie's text").split(';').next();
            let (name, value) = pair
                .and_then(|pair| pair.split_once('='))
                .expect("a cookie");
            cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}
