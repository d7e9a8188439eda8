//! The functions over the simulators and the stand-ins for AWS.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use clock::Clock;
use companycam::media::{Media, MediaHosts};
use http::Method;
use model::organization::Organization;
use model::users::Directory;
use one_click::OrgId;
use runtime::config::QueueUrls;
use runtime::{App, Config};
use serde_json::{Value, json};
use simulator_kit::{Bound, FaultRule, Server};
use store::activity::{Entry, Filter};
use store::schedule::Turn;
use url::Url;

use crate::aws::{Aws, table_names};
use crate::browser::{Browser, Page};
use crate::roles::acting_as;
use crate::sqs::{Lineage, Queue};
use crate::{ADMIN, CONSENTING, ORG};

pub(crate) const SECRETS_PREFIX: &str = "test";

/// The application in process. Dropping it ends the servers.
pub struct TestApp {
    /// CompanyCam.
    pub companycam: companycam_simulator::Simulator,
    pub one_click: one_click_simulator::Simulator,
    /// DynamoDB, SQS, Secrets Manager.
    pub aws: Aws,
    /// What the handlers work with.
    pub app: Arc<App>,
    clock: Clock,
    /// Our pages' address.
    pub public_url: String,
    pub(crate) media: Media,
    pub(crate) http: reqwest::Client,
    pub(crate) deepest: Mutex<Lineage>,
    pub(crate) time_limit: Mutex<Option<Duration>>,
    _pages: Server,
}

/// A function's routes, which run in its role.
fn in_role(router: Router, role: &'static str) -> Router {
    router.layer(from_fn(move |request: Request, next: Next| {
        acting_as(role, next.run(request))
    }))
}

impl TestApp {
    /// A CompanyCam company with users and nothing else, and One Click's seeded organizations.
    pub async fn spawn() -> Self {
        Self::with(
            companycam_simulator::Options::empty(),
            one_click_simulator::Options::default(),
        )
        .await
    }

    /// With two CompanyCam companies, each with users and nothing else.
    pub async fn with_two_companies() -> Self {
        let options = companycam_simulator::Options {
            companies: 2,
            ..companycam_simulator::Options::empty()
        };
        Self::with(options, one_click_simulator::Options::default()).await
    }

    /// With these simulators. Their deliveries are lost, as if webhooks did not exist, until
    /// [`TestApp::go_live`]: what a poll has to find is then found by a poll.
    pub async fn with(
        mut companycam: companycam_simulator::Options,
        one_click: one_click_simulator::Options,
    ) -> Self {
        companycam.settings.drop_deliveries = true;
        let client =
            json!({"client_id": companycam.client_id, "client_secret": companycam.client_secret});
        let access = json!({"api_token": one_click.api_token, "launch_key": one_click.launch_key});
        let companycam = companycam_simulator::Simulator::spawn(companycam).await;
        let companycam = companycam.expect("the CompanyCam simulator starts");
        let one_click = one_click_simulator::Simulator::spawn(one_click).await;
        let one_click = one_click.expect("the One Click simulator starts");
        let aws = Aws::new().await;
        aws.put_secret(&format!("{SECRETS_PREFIX}/companycam-client"), &client)
            .await;
        aws.put_secret(&format!("{SECRETS_PREFIX}/one-click"), &access)
            .await;
        for ring in ["tokens", "webhooks"] {
            let name = format!("{SECRETS_PREFIX}/keys/{ring}");
            // As the stack makes them.
            aws.put_secret(&name, &json!({"1": format!("{ring}-").repeat(8)}))
                .await;
        }
        let pages = Bound::bind(0).await.expect("a free port");
        let public_url = pages.origin.clone();
        one_click.set_integration_url(&public_url);
        one_click.set_switches(lost());
        let config = config(&companycam.origin, &one_click.origin, &public_url);
        let media = Media::new(MediaHosts::parse(&config.photo_hosts).expect("an origin"));
        let clock = Clock::default();
        // A test may have let time pass for another application before.
        clock.advance(simulator_kit::clock::ahead());
        let app = Arc::new(App::with_clock(config, &aws.config, clock.clone()));
        let router = in_role(
            oauth_callback::router(Arc::clone(&app)),
            "OauthCallbackRole",
        )
        .merge(in_role(settings::router(Arc::clone(&app)), "SettingsRole"))
        .merge(in_role(
            webhook_ingest::router(Arc::clone(&app)),
            "WebhookIngestRole",
        ));
        Self {
            companycam,
            one_click,
            aws,
            app,
            clock,
            public_url,
            media,
            http: reqwest::Client::new(),
            deepest: Mutex::default(),
            time_limit: Mutex::default(),
            _pages: pages.serve(router),
        }
    }

    /// From here on both sides deliver their events.
    pub async fn go_live(&self) {
        self.companycam_settings(json!({"drop_deliveries": false}))
            .await;
        self.one_click
            .set_switches(one_click_simulator::Switches::default());
    }

    /// Changes the switches of the CompanyCam simulator.
    pub async fn companycam_settings(&self, settings: Value) {
        self.companycam_control(Method::PATCH, "/settings", settings)
            .await;
    }

    /// Whether events are still on their way.
    pub async fn delivers(&self) -> bool {
        let companycam = self
            .companycam_control(Method::GET, "/stats", Value::Null)
            .await;
        let one_click = self
            .one_click_control(Method::GET, "/stats", Value::Null)
            .await;
        companycam["pending_deliveries"] != 0 || one_click["webhooks"]["pending"] != 0
    }

    /// The same application in another process: nothing it kept in memory is known there.
    pub fn another_process(&self) -> App {
        let config = self.app.config.clone();
        App::with_clock(config, &self.aws.config, self.clock.clone())
    }

    /// Lets time pass, all at once, for the application, both simulators and the queues.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
        simulator_kit::clock::advance(by);
    }

    /// Photos may be fetched from this origin, and from no other.
    pub fn allow_photos_from(&mut self, origin: &str) {
        self.media = Media::new(MediaHosts::parse(origin).expect("an origin"));
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        let (companycam, one_click) = (&self.companycam.origin, &self.one_click.origin);
        Browser::new(&self.public_url, companycam, one_click)
    }

    /// A good launch token.
    pub fn launch_token(&self, org: &str, user: &str) -> String {
        let token = self.one_click.launch_token(org, user);
        token.unwrap_or_else(|| panic!("{org} has no user {user}"))
    }

    /// Connects [`ORG`] to the first company; the browser that did, on the tab.
    pub async fn connect(&self) -> Browser {
        self.connect_as(ORG, ADMIN, CONSENTING).await
    }

    /// Connects an organization; the browser that did, on the tab.
    pub async fn connect_as(&self, org: &str, user: &str, email: &str) -> Browser {
        let browser = self.browser();
        let page = self.authorize(&browser, org, user, email).await;
        let connected = page.status.is_success() && page.says("CompanyCam is connected.");
        assert!(connected, "{} {}", page.status, page.body);
        browser
    }

    /// Launch, login and consent, callback; the page at the end.
    pub async fn authorize(&self, browser: &Browser, org: &str, user: &str, email: &str) -> Page {
        let back = self.consent(browser, org, user, email).await;
        browser.open(back.as_str()).await
    }

    /// Launch, login and consent; the callback's address, which the browser has not opened yet.
    pub async fn consent(&self, browser: &Browser, org: &str, user: &str, email: &str) -> Url {
        let launched = browser.get(&self.launch_url(org, user)).await;
        browser.consent(&launched, email, true).await
    }

    /// Where One Click sends an administrator's browser to connect.
    pub fn launch_url(&self, org: &str, user: &str) -> String {
        let token = self.launch_token(org, user);
        format!("/companycam/connect?launch={token}")
    }

    /// A control request to the CompanyCam simulator (`/projects`, …): the answer's JSON, or null.
    pub async fn companycam_control(&self, method: Method, path: &str, body: Value) -> Value {
        self.control(&self.companycam.origin, method, path, body)
            .await
    }

    /// A control request to the One Click simulator: the answer's JSON, or null.
    pub async fn one_click_control(&self, method: Method, path: &str, body: Value) -> Value {
        self.control(&self.one_click.origin, method, path, body)
            .await
    }

    async fn control(&self, origin: &str, method: Method, path: &str, body: Value) -> Value {
        let url = format!("{origin}/_sim{path}");
        let request = self.http.request(method, url).json(&body);
        let answer = request.send().await.expect("a simulator answers");
        assert!(answer.status().is_success(), "{path}: {answer:?}");
        answer.json().await.unwrap_or_default()
    }

    /// Disturbs CompanyCam's answers to requests of that path: a [`FaultRule`] as JSON.
    pub fn companycam_fault(&self, rule: Value) {
        let rule: FaultRule = serde_json::from_value(rule).expect("a fault rule");
        self.companycam.controls.add_fault(rule);
    }

    /// Disturbs One Click's answers to requests of that path: a [`FaultRule`] as JSON.
    pub fn one_click_fault(&self, rule: Value) {
        let rule: FaultRule = serde_json::from_value(rule).expect("a fault rule");
        self.one_click.controls().add_fault(rule);
    }

    /// CompanyCam's whole state, see its `GET /_sim/state`.
    pub async fn companycam_state(&self) -> Value {
        self.companycam_control(Method::GET, "/state", json!({}))
            .await
    }

    /// One Click's whole state of [`ORG`], see its `GET /_sim/state`.
    pub fn one_click_state(&self) -> Value {
        self.one_click.state(ORG).expect("a seeded organization")
    }

    /// How many requests of that method and path CompanyCam was sent.
    pub fn companycam_requests(&self, method: &str, path: &str) -> usize {
        let requests = self.companycam.controls.requests();
        let matching =
            |method_sent: &str, path_sent: &str| method_sent == method && path_sent == path;
        requests
            .iter()
            .filter(|request| matching(&request.method, &request.path))
            .count()
    }

    /// The row of [`ORG`].
    pub async fn organization(&self) -> Option<Organization> {
        self.organization_of(ORG).await
    }

    /// An organization's row.
    pub async fn organization_of(&self, org: &str) -> Option<Organization> {
        let row = self.app.store.organization(&org_id(org)).await;
        row.expect("the row is readable")
    }

    /// The users of both sides as [`ORG`] knows them.
    pub async fn directory(&self) -> Directory {
        let organization = self.organization().await.expect("it was connected");
        let (org, company) = (&organization.org_id, &organization.company_id);
        let directory = self.app.store.directory(org, company).await;
        directory.expect("the users are readable")
    }

    /// The activity log of [`ORG`], newest first.
    pub async fn activity(&self) -> Vec<Entry> {
        let (org, all) = (org_id(ORG), Filter::default());
        let page = self.app.store.activity_page(&org, &all, None, 1000).await;
        page.expect("the log is readable").entries
    }

    /// Runs `project-poll`; how many organizations it queued a look at.
    pub async fn poll(&self) -> usize {
        let polled = project_poll::queue_all(&self.app, Turn::Poll);
        let polled = acting_as("ProjectPollRole", polled).await;
        polled.expect("the poll is queued")
    }

    /// Runs `project-poll` as its schedules do; how many organizations' turn it was.
    pub async fn scheduled(&self, turn: Turn) -> usize {
        let queued = project_poll::queue_due(&self.app, turn);
        let queued = acting_as("ProjectPollRole", queued).await;
        queued.expect("what is due is queued")
    }

    /// Queues a nightly pass of every organization; how many those are.
    pub async fn nightly(&self) -> usize {
        let queued = project_poll::queue_all(&self.app, Turn::Nightly);
        let queued = acting_as("ProjectPollRole", queued).await;
        queued.expect("the pass is queued")
    }

    /// What was set aside for good, as JSON.
    pub fn dead_letters(&self) -> Vec<Value> {
        [
            Queue::SyncDeadLetters,
            Queue::RetryDeadLetters,
            Queue::PhotoDeadLetters,
        ]
        .into_iter()
        .flat_map(|queue| self.aws.sqs.messages(queue))
        .map(|message| message.json())
        .collect()
    }
}

fn lost() -> one_click_simulator::Switches {
    one_click_simulator::Switches {
        drop: true,
        ..one_click_simulator::Switches::default()
    }
}

pub(crate) fn org_id(org: &str) -> OrgId {
    OrgId::parse(org).expect("an organization's id")
}

fn config(companycam: &str, one_click: &str, public_url: &str) -> Config {
    let url = |text: &str| Url::parse(text).expect("an address");
    Config {
        companycam_api_url: url(&format!("{companycam}/v2")),
        companycam_app_url: url(companycam),
        one_click_api_url: url(one_click),
        one_click_app_url: url(one_click),
        photo_hosts: companycam.to_owned(),
        public_url: public_url.to_owned(),
        secrets_prefix: SECRETS_PREFIX.to_owned(),
        queues: QueueUrls {
            sync: Queue::Sync.url(),
            retry: Queue::Retry.url(),
            photos: Queue::Photos.url(),
            backlog: Queue::Backlog.url(),
            sync_dead_letters: Queue::SyncDeadLetters.url(),
            photo_dead_letters: Queue::PhotoDeadLetters.url(),
        },
        tables: table_names(),
    }
}
