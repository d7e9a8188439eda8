//! A browser, as far as our pages need one: it keeps cookies and shows where it is sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Value, json};
use url::Url;

const SETTINGS: &str = "/companycam/settings";

/// How a browser comes to an address, and so what it says of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// By a link on one of our own pages, which send no referrer.
    Ours,
    /// By the card in One Click.
    OneClick,
    /// From CompanyCam's consent.
    CompanyCam,
    /// By a link on anybody else's page.
    Elsewhere,
    /// By a link in a message, a bookmark, or typed.
    Nowhere,
    /// By a browser that says nothing at all of it.
    Silent,
}

/// Clones share the cookies, as tabs do.
#[derive(Debug, Clone)]
pub struct Browser {
    http: reqwest::Client,
    ours: Url,
    companycam: Url,
    one_click: Url,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
    foreign: Arc<Mutex<Vec<u8>>>,
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
    pub body: String,
    arrival: Arrival,
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

    /// Where the page's first form is sent.
    pub fn form_address(&self) -> Option<Url> {
        let (_, rest) = self.body.split_once("method=\"post\" action=\"")?;
        self.url.join(rest.split_once('"')?.0).ok()
    }

    /// The names and values of the page's hidden fields.
    pub fn hidden_fields(&self) -> Vec<(String, String)> {
        let fields = self
            .body
            .split("<input type=\"hidden\" name=\"")
            .skip(1)
            .map(|rest| {
                let (name, rest) = rest.split_once("\" value=\"").expect("a value");
                let (value, _) = rest.split_once('"').expect("its end");
                (name.to_owned(), value.to_owned())
            });
        fields.collect()
    }

    /// The body, which is JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a JSON answer")
    }
}

impl Browser {
    pub(crate) fn new(ours: &str, companycam: &str, one_click: &str) -> Self {
        runtime::install_tls();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        Self {
            http,
            ours: Url::parse(ours).expect("our address"),
            companycam: Url::parse(companycam).expect("CompanyCam's address"),
            one_click: Url::parse(one_click).expect("One Click's address"),
            cookies: Arc::default(),
            foreign: Arc::default(),
        }
    }

    /// The cookies: names and values.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().expect("no holder panicked").clone()
    }

    /// From here on it sends these cookies too, before ours and in the same header: what others have
    /// set for the domain.
    pub fn keep_foreign_cookies(&self, cookies: impl Into<Vec<u8>>) {
        *self.foreign.lock().expect("no holder panicked") = cookies.into();
    }

    /// A browser with the same cookies, which go different ways from here on: what is answered to
    /// one, the other does not see.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self {
            cookies: Arc::new(Mutex::new(self.cookies())),
            ..self.clone()
        }
    }

    /// One GET; `path` may be a whole address. Launches come from One Click, and codes from
    /// CompanyCam; everything else is taken for a link on a page of ours.
    pub async fn get(&self, path: &str) -> Page {
        let arrival = if path.contains("launch=") {
            Arrival::OneClick
        } else if path.contains("/companycam/callback") {
            Arrival::CompanyCam
        } else {
            Arrival::Ours
        };
        self.get_from(arrival, path).await
    }

    /// One GET by somebody who comes from there.
    pub async fn get_from(&self, arrival: Arrival, path: &str) -> Page {
        self.send(Method::GET, path, arrival, |request| request)
            .await
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
        let with_fields = |request: reqwest::RequestBuilder| request.form(fields);
        self.send(Method::POST, path, Arrival::Ours, with_fields)
            .await
    }

    /// One POST of anything: a body and the type that it claims to have.
    pub async fn post_body(&self, path: &str, content_type: &str, body: Vec<u8>) -> Page {
        let with_body = |request: reqwest::RequestBuilder| {
            request
                .header(header::CONTENT_TYPE, content_type)
                .body(body)
        };
        self.send(Method::POST, path, Arrival::Ours, with_body)
            .await
    }

    /// One POST of nothing, not even a type.
    pub async fn post_nothing(&self, path: &str) -> Page {
        self.send(Method::POST, path, Arrival::Ours, |request| request)
            .await
    }

    /// Goes on where the page leads, as long as that is on our side.
    pub async fn follow(&self, mut page: Page) -> Page {
        while let Some(next) = page.location() {
            if next.origin() != self.ours.origin() {
                return page;
            }
            page = self.get_from(page.arrival, next.as_str()).await;
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

    /// Presses the button of a page's only form: the form's address and hidden fields; what came of
    /// it, not yet followed.
    pub async fn press(&self, page: &Page) -> Page {
        let fields = page.hidden_fields();
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let action = page.form_address().expect("a page with a form");
        self.post(action.as_str(), &fields).await
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
        arrival: Arrival,
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
            for (name, value) in self.said_of(arrival) {
                request = request.header(name, value);
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
            arrival,
        }
    }

    /// What a browser says of where a request comes from. Sites are hosts whatever the port, so that
    /// all of us are one site here.
    fn said_of(&self, arrival: Arrival) -> Vec<(&'static str, String)> {
        let site = |site: &str| ("sec-fetch-site", site.to_owned());
        let referrer = |origin: &str| ("referer", origin.to_owned());
        match arrival {
            Arrival::Ours => vec![site("same-origin")],
            Arrival::OneClick => vec![site("same-site"), referrer(self.one_click.as_str())],
            Arrival::CompanyCam => vec![site("same-site"), referrer(self.companycam.as_str())],
            Arrival::Elsewhere => vec![site("cross-site"), referrer("https://evil.example/")],
            Arrival::Nowhere => vec![site("none")],
            Arrival::Silent => vec![],
        }
    }

    fn cookie(&self) -> Vec<u8> {
        let foreign = self.foreign.lock().expect("no holder panicked").clone();
        let cookies = self.cookies();
        let ours = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}").into_bytes());
        let all = std::iter::once(foreign).chain(ours);
        let all: Vec<_> = all.filter(|cookie| !cookie.is_empty()).collect();
        all.join(&b"; "[..])
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
