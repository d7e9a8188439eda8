//! Deliveries made by hand: which are taken in, what that costs, and what is refused (B17, B28).

use std::time::Instant;

use secrecy::SecretString;
use serde_json::{Value, json};
use test_support::deliveries::{
    Answer, Signing, deliver, deliver_basic, deliver_signed, signature,
};
use test_support::{ORG, Queue, TestApp};

/// A second organization, which the simulator seeds.
const HARBOR: &str = "org_harbor";
const SIGNATURE: &str = "X-CompanyCam-Signature";
/// The longest body that is read.
const LONGEST: usize = 1_000_000;

fn companycam_url(origin: &str, org: &str) -> String {
    format!("{origin}/webhooks/companycam/{org}")
}

fn one_click_url(origin: &str, org: &str) -> String {
    format!("{origin}/webhooks/one-click/{org}")
}

/// An event about a project.
fn project_event() -> Vec<u8> {
    let event = json!({
        "event_type": "project.updated", "created_at": 1, "payload": {"id": "7"}, "webhook_id": "1",
    });
    event.to_string().into_bytes()
}

/// An event about a job of this organization.
fn job_event(org: &str) -> Vec<u8> {
    job_event_of(org, org)
}

fn job_event_of(org: &str, job_org: &str) -> Vec<u8> {
    let event = json!({
        "id": "evt_1", "event": "job.updated", "occurred_at": "2026-01-02T03:04:05Z",
        "organization_id": org, "job": {"id": "job_7", "organization_id": job_org},
    });
    event.to_string().into_bytes()
}

/// What waits to be looked at.
fn queued(test: &TestApp) -> Vec<Value> {
    let messages = test.aws.sqs.messages(Queue::Sync).into_iter();
    messages
        .map(|message| message.json()["look"].clone())
        .collect()
}

/// Connected, and with what both sides sign with.
struct Connected {
    test: TestApp,
    /// What CompanyCam's webhook's address ends in.
    query: String,
    token: SecretString,
    name: String,
    password: SecretString,
}

impl Connected {
    async fn new() -> Self {
        Self::of(TestApp::connected().await).await
    }

    async fn of(test: TestApp) -> Self {
        let Signing { query, keys } = test.webhook_keys().await;
        Self {
            test,
            query,
            token: keys.companycam_token,
            name: keys.one_click_username,
            password: keys.one_click_password,
        }
    }

    /// A genuine delivery of CompanyCam.
    async fn companycam(&self, body: &[u8]) -> Answer {
        let url = companycam_url(&self.test.public_url, ORG) + &self.query;
        deliver_signed(&url, &self.token, body).await
    }

    /// A genuine delivery of One Click.
    async fn one_click(&self, body: &[u8]) -> Answer {
        let url = one_click_url(&self.test.public_url, ORG);
        deliver_basic(&url, &self.name, &self.password, body).await
    }

    /// The calls to AWS that answering took.
    async fn calls_of(&self, answering: impl Future<Output = Answer>) -> (Answer, Vec<String>) {
        let before = self.test.aws.calls().len();
        let answer = answering.await;
        let calls = self.test.aws.calls().into_iter().skip(before);
        (answer, calls.map(|call| call.action).collect())
    }
}

/// Ids of organizations that there cannot be, as a path holds them.
fn impossible_ids() -> Vec<String> {
    [
        "a%20b",
        "..%2F..",
        "%00",
        "%FF",
        "org.ridgeline",
        "%C3%B6rg",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain(["x".repeat(65)])
    .collect()
}

#[tokio::test]
async fn b17_whatever_is_not_genuine_is_refused_alike() {
    let connected = Connected::new().await;
    let (test, token) = (&connected.test, &connected.token);
    let url = companycam_url(&test.public_url, ORG) + &connected.query;
    let body = project_event();
    let first = deliver(&url, &[], &body).await;
    assert_eq!(first.status, 401);
    assert_eq!(first.body, "");

    let right = signature(token, &body);
    let of_other_bytes = signature(token, &[&body[..], b" "].concat());
    let with_other_key = signature(&"another".to_owned().into(), &body);
    let other_sides_key = signature(&connected.password, &body);
    for wrong in [
        "",
        "no base64!",
        &of_other_bytes,
        &with_other_key,
        &other_sides_key,
        &right[1..],
    ] {
        let answer = deliver(&url, &[(SIGNATURE, wrong)], &body).await;
        assert_eq!(answer, first, "signature {wrong}");
    }
    let one_click = one_click_url(&test.public_url, ORG);
    let answer = deliver_signed(&one_click, token, &job_event(ORG)).await;
    assert_eq!(answer, first, "signed, but for the other side");

    let job = job_event(ORG);
    assert_eq!(deliver(&one_click, &[], &job).await, first);
    let (name, password) = (connected.name.as_str(), &connected.password);
    let wrong = [
        ("", password),
        ("another", password),
        (name, token),
        (name, &String::new().into()),
    ];
    for (name, password) in wrong {
        let answer = deliver_basic(&one_click, name, password, &job).await;
        assert_eq!(answer, first, "user {name}");
    }
    for header in ["Basic", "Basic !", "Bearer b25lLWNsaWNrOg==", ""] {
        let answer = deliver(&one_click, &[("Authorization", header)], &job).await;
        assert_eq!(answer, first, "{header}");
    }
    assert_eq!(queued(test), Vec::<Value>::new());
}

#[tokio::test]
async fn b17_an_organization_that_does_not_exist_cannot_be_told_from_a_wrong_signature() {
    let connected = Connected::new().await;
    let (test, token) = (&connected.test, &connected.token);
    let origin = &test.public_url;
    let body = project_event();
    let first = deliver(&companycam_url(origin, ORG), &[], &body).await;
    let mut ids = impossible_ids();
    ids.extend(["org_nobody".to_owned(), HARBOR.to_owned()]);
    for org in ids {
        for query in ["", &connected.query] {
            let url = companycam_url(origin, &org) + query;
            let answer = deliver_signed(&url, token, &body).await;
            assert_eq!(answer, first, "CompanyCam, {org}{query}");
        }
        let url = one_click_url(origin, &org);
        let (name, password) = (&connected.name, &connected.password);
        let answer = deliver_basic(&url, name, password, &job_event(ORG)).await;
        assert_eq!(answer, first, "One Click, {org}");
    }
    assert_eq!(queued(test), Vec::<Value>::new());
}

#[tokio::test]
async fn b17_a_body_that_is_too_long_is_refused_though_it_is_signed() {
    let connected = Connected::new().await;
    let url = companycam_url(&connected.test.public_url, ORG);
    let first = deliver(&url, &[], &project_event()).await;
    let mut body = project_event();
    body.resize(LONGEST, b' ');
    assert_eq!(connected.companycam(&body).await.status, 200);
    assert_eq!(queued(&connected.test).len(), 1);
    body.push(b' ');
    assert_eq!(connected.companycam(&body).await, first);
    let mut body = job_event(ORG);
    body.resize(LONGEST + 1, b' ');
    assert_eq!(connected.one_click(&body).await, first);
    assert_eq!(queued(&connected.test).len(), 1);
}

#[tokio::test]
async fn b17_a_genuine_delivery_is_answered_200_and_queued() {
    let connected = Connected::new().await;
    assert_eq!(connected.companycam(&project_event()).await.status, 200);
    assert_eq!(connected.one_click(&job_event(ORG)).await.status, 200);
    let looks = queued(&connected.test);
    assert_eq!(looks.len(), 2, "{looks:#?}");
    assert_eq!(looks[0]["kind"], "project");
    assert_eq!(looks[0]["project_id"], "7");
    assert_eq!(looks[1]["kind"], "job");
    assert_eq!(looks[1]["job_id"], "job_7");
}

#[tokio::test]
async fn b17_what_is_genuine_and_makes_no_sense_is_answered_200_and_not_queued() {
    let connected = Connected::new().await;
    let nonsense = [
        "",
        "no JSON",
        "[]",
        "{}",
        "null",
        "\"project.created\"",
        "{\"event_type\": 7}",
        r#"{"event_type": "project.created"}"#,
        r#"{"event_type": "project.created", "payload": null}"#,
        r#"{"event_type": "project.created", "payload": {"name": "Roof"}}"#,
        r#"{"event_type": "project.created", "payload": {"id": {"a": 1}}}"#,
        r#"{"event_type": "photo.created", "payload": {"id": ""}}"#,
        r#"{"event_type": "invoice.paid", "payload": {"id": "7"}}"#,
        r#"{"event": "job.priced", "payload": {"id": "7"}}"#,
    ];
    for body in nonsense {
        let body = body.as_bytes();
        let shown = String::from_utf8_lossy(body);
        assert_eq!(connected.companycam(body).await.status, 200, "{shown}");
        assert_eq!(connected.one_click(body).await.status, 200, "{shown}");
        assert_eq!(queued(&connected.test), Vec::<Value>::new(), "{shown}");
    }
    let unreadable = [0xFF, 0xFE, b'{'];
    assert_eq!(connected.companycam(&unreadable).await.status, 200);
    assert_eq!(connected.one_click(&unreadable).await.status, 200);
    let priced = String::from_utf8(job_event(ORG)).unwrap();
    let priced = priced.replace("job.updated", "job.priced");
    assert_eq!(connected.one_click(priced.as_bytes()).await.status, 200);
    assert_eq!(queued(&connected.test), Vec::<Value>::new());
}

#[tokio::test]
async fn b28_a_job_of_another_organization_is_ignored() {
    let connected = Connected::new().await;
    for (org, job_org) in [(HARBOR, HARBOR), (ORG, HARBOR), (HARBOR, ORG)] {
        let body = job_event_of(org, job_org);
        assert_eq!(connected.one_click(&body).await.status, 200);
        assert_eq!(
            queued(&connected.test),
            Vec::<Value>::new(),
            "{org} {job_org}"
        );
    }
}

/// Two organizations, each connected to a company of its own.
async fn two_organizations() -> TestApp {
    let test = TestApp::with_two_companies().await;
    test.connect_and_settle().await;
    let theirs = "avery.stone@company-1.example";
    test.connect_as(HARBOR, "usr_harper", theirs).await;
    test.settle().await;
    test
}

#[tokio::test]
async fn b28_one_organizations_keys_do_not_open_anothers_routes() {
    let test = two_organizations().await;
    for (own, foreign) in [(ORG, HARBOR), (HARBOR, ORG)] {
        let Signing { query, keys } = &test.webhook_keys_of(own).await;
        let answer = async |org: &str| {
            let url = companycam_url(&test.public_url, org) + query;
            let signed = deliver_signed(&url, &keys.companycam_token, &project_event()).await;
            let url = one_click_url(&test.public_url, org);
            let (name, password) = (&keys.one_click_username, &keys.one_click_password);
            let basic = deliver_basic(&url, name, password, &job_event(org)).await;
            [signed.status.as_u16(), basic.status.as_u16()]
        };
        assert_eq!(answer(own).await, [200, 200]);
        assert_eq!(answer(foreign).await, [401, 401]);
    }
    // Each organization's own two.
    assert_eq!(queued(&test).len(), 4);
}

#[tokio::test]
async fn b28_an_event_about_another_companys_project_brings_nothing() {
    let test = two_organizations().await;
    let company = &test.organization_of(HARBOR).await.unwrap().company_id;
    let theirs = json!({"company_id": company.as_str(), "name": "Theirs"});
    let theirs = test.new_project(theirs).await;
    let photo = test.new_photo(&theirs, json!({})).await;
    let Signing { query, keys } = test.webhook_keys().await;
    let url = companycam_url(&test.public_url, ORG) + &query;
    for (event, id) in [
        ("project.created", &theirs),
        ("project.deleted", &theirs),
        ("project.merged", &theirs),
        ("photo.created", &photo),
    ] {
        let body = json!({"event_type": event, "payload": {"id": id}}).to_string();
        let answer = deliver_signed(&url, &keys.companycam_token, body.as_bytes()).await;
        assert_eq!(answer.status, 200);
        test.settle().await;
        assert!(test.jobs_of(&theirs).is_empty(), "{event}");
    }
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b17_what_cannot_be_queued_is_sent_again_and_then_taken_in() {
    let connected = Connected::new().await;
    let aws = &connected.test.aws;
    aws.refuse("SendMessageBatch", 2);
    let refused = connected.companycam(&project_event()).await;
    assert!(refused.status.is_server_error(), "{refused:?}");
    let refused = connected.one_click(&job_event(ORG)).await;
    assert!(refused.status.is_server_error(), "{refused:?}");
    assert_eq!(queued(&connected.test), Vec::<Value>::new());
    assert_eq!(connected.companycam(&project_event()).await.status, 200);
    assert_eq!(connected.one_click(&job_event(ORG)).await.status, 200);
    assert_eq!(queued(&connected.test).len(), 2);
}

#[tokio::test]
async fn b17_while_the_keys_cannot_be_read_nothing_is_refused_for_good() {
    let mut connected = Connected::new().await;
    let fresh = connected.test.fresh_ingest().await;
    connected.test.public_url.clone_from(&fresh.origin);
    connected.test.aws.refuse("GetSecretValue", 1);
    let unavailable = connected.companycam(&project_event()).await;
    assert!(unavailable.status.is_server_error(), "{unavailable:?}");
    assert_eq!(connected.companycam(&project_event()).await.status, 200);
}

#[tokio::test]
async fn b17_a_delivery_costs_one_call_to_aws_whosever_it_is() {
    let mut connected = Connected::of(two_organizations().await).await;
    let fresh = connected.test.fresh_ingest().await;
    connected.test.public_url.clone_from(&fresh.origin);
    let (answer, calls) = connected
        .calls_of(connected.companycam(&project_event()))
        .await;
    assert_eq!(answer.status, 200);
    // The ring, once a process and five minutes.
    assert_eq!(calls, ["GetSecretValue", "SendMessageBatch"]);
    for org in [ORG, HARBOR] {
        let Signing { query, keys } = connected.test.webhook_keys_of(org).await;
        let url = companycam_url(&fresh.origin, org) + &query;
        let body = project_event();
        let delivered = deliver_signed(&url, &keys.companycam_token, &body);
        let (answer, calls) = connected.calls_of(delivered).await;
        assert_eq!(
            (answer.status.as_u16(), calls),
            (200, vec!["SendMessageBatch".to_owned()])
        );
        let url = one_click_url(&fresh.origin, org);
        let (name, password) = (&keys.one_click_username, &keys.one_click_password);
        let body = job_event(org);
        let (answer, calls) = connected
            .calls_of(deliver_basic(&url, name, password, &body))
            .await;
        assert_eq!(
            (answer.status.as_u16(), calls),
            (200, vec!["SendMessageBatch".to_owned()])
        );
    }
}

/// How many times since then a process may have looked again: once in ten seconds, however slow the
/// machine is.
fn periods(since: Instant) -> usize {
    usize::try_from(since.elapsed().as_secs() / 10).unwrap()
}

#[tokio::test]
async fn b17_a_forged_delivery_costs_no_read() {
    let connected = Connected::new().await;
    assert_eq!(connected.companycam(&project_event()).await.status, 200);
    let before = connected.test.aws.count("GetSecretValue");
    let began = Instant::now();
    for number in 0..20 {
        let org = format!("org_{number}");
        for query in ["?v=1&g=1", "?v=1&g=2", "?v=0&g=1", "?v=x", "?g=1"] {
            let url = companycam_url(&connected.test.public_url, &org) + query;
            let body = project_event();
            let forged = deliver_signed(&url, &connected.password, &body).await;
            assert_eq!(forged.status, 401, "{url}");
        }
        let url = one_click_url(&connected.test.public_url, &org);
        let forged = deliver_basic(&url, &connected.name, &connected.token, &job_event(&org)).await;
        assert_eq!(forged.status, 401, "{url}");
    }
    // A version that is not known may be a new one: that is looked up, but not for each that asks.
    for version in 2..20 {
        let url = companycam_url(&connected.test.public_url, ORG);
        let url = format!("{url}?v={version}&g=1");
        let forged = deliver_signed(&url, &connected.token, &project_event()).await;
        assert_eq!(forged.status, 401, "{url}");
    }
    let most = 1 + periods(began);
    assert!(connected.test.aws.count("GetSecretValue") <= before + most);
    assert_eq!(connected.companycam(&project_event()).await.status, 200);
}

#[tokio::test]
async fn b17_addresses_without_a_key_cost_few_reads_whoever_they_name() {
    let connected = Connected::new().await;
    let before = connected.test.aws.count("GetSecretValue");
    let began = Instant::now();
    for number in 0..100 {
        let url = companycam_url(&connected.test.public_url, &format!("org_{number}"));
        let answer = deliver(&url, &[], &project_event()).await;
        assert_eq!(answer.status, 401);
    }
    let reads = connected.test.aws.count("GetSecretValue") - before;
    assert!(reads <= 20 * (1 + periods(began)), "{reads}");
    assert_eq!(connected.companycam(&project_event()).await.status, 200);
}

#[tokio::test]
async fn b5_a_process_that_knew_the_connection_before_takes_in_the_new_ones_deliveries() {
    let connected = Connected::new().await;
    let test = &connected.test;
    assert_eq!(connected.companycam(&project_event()).await.status, 200);
    crate::disconnect(test).await;
    test.connect_and_settle().await;
    let Signing { query, keys } = test.webhook_keys().await;
    let url = companycam_url(&test.public_url, ORG) + &query;
    let answer = deliver_signed(&url, &keys.companycam_token, &project_event()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(queued(test).len(), 1);
    // The keys of the connection before open nothing of the new one.
    let answer = deliver_signed(&url, &connected.token, &project_event()).await;
    assert_eq!(answer.status, 401);
}
