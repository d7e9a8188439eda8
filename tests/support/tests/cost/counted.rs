//! What an operation asks of AWS and of both sides, one turn of a function after another.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use simulator_kit::clock::now_ms;
use store::schedule;
use test_support::{Call, Queue, TestApp, Units};

use crate::logs::Logs;

/// Far more than any operation takes.
const LIMIT: Duration = Duration::from_mins(5);

/// A turn of a function: with a batch of messages, a request or a schedule's call.
#[derive(Debug)]
pub struct Turn {
    /// Its resource in the template.
    pub function: &'static str,
    /// Where its messages came from, if it had any.
    pub queue: Option<Queue>,
    pub messages: usize,
    /// How many organizations' messages those are: the looks of one are taken one after another.
    pub organizations: usize,
    pub aws: Vec<Call>,
    /// The requests to both sides, as `GET CompanyCam /v2/photos/…`.
    pub sides: Vec<String>,
    pub units: Units,
    pub log_bytes: usize,
}

/// Watches an application.
pub struct Meter<'a> {
    test: &'a TestApp,
    logs: Logs,
    /// How many calls of AWS are in turns already.
    seen: usize,
    turns: Vec<Turn>,
}

impl<'a> Meter<'a> {
    /// From now on.
    pub async fn begin(test: &'a TestApp) -> Self {
        test.aws.count_units().await;
        test.companycam.controls.clear_requests();
        test.one_click.controls().clear_requests();
        Self {
            test,
            logs: Logs::begin(),
            seen: test.aws.calls().len(),
            turns: Vec::new(),
        }
    }

    /// Calls `project-poll` as its schedule does; how many organizations' turn it was.
    pub async fn schedule(&mut self, turn: schedule::Turn) -> usize {
        let due = self.test.scheduled(turn).await;
        self.take("ProjectPoll", None, (0, 0)).await;
        due
    }

    /// Begins the nightly pass, as `make nightly` does.
    pub async fn nightly(&mut self) -> usize {
        let begun = self.test.nightly().await;
        self.take("ProjectPoll", None, (0, 0)).await;
        begun
    }

    /// Works until all that follows has happened. What is put off comes in its time.
    pub async fn work(&mut self) {
        let end = Instant::now() + LIMIT;
        loop {
            assert!(Instant::now() < end, "still busy: {}", self.test.left());
            let mut messages = 0;
            for queue in Queue::WORKING {
                messages += self.work_on(queue).await;
            }
            if messages > 0 {
                continue;
            }
            if self.test.delivers().await {
                tokio::time::sleep(Duration::from_millis(5)).await;
            } else if self.test.aws.sqs.next_due_ms().is_some() {
                self.test.until_next_due();
            } else {
                break;
            }
        }
        let ingested = self.new_calls();
        self.ingested(ingested);
        let dead = self.test.dead_letters();
        assert!(dead.is_empty(), "{dead:#?}");
    }

    async fn work_on(&mut self, queue: Queue) -> usize {
        let function = if queue.is_of_files() {
            "PhotoCopy"
        } else {
            "ProjectSync"
        };
        let waiting = self.test.aws.sqs.messages(queue);
        let waiting = waiting
            .into_iter()
            .filter(|message| message.due_ms <= now_ms());
        let groups: BTreeSet<_> = waiting.filter_map(|message| message.group).collect();
        let messages = self.test.work_on(queue).await;
        if messages > 0 {
            self.take(function, Some(queue), (messages, groups.len()))
                .await;
        }
        messages
    }

    /// What happened since the last turn was one of this function's; deliveries may have come beside it.
    async fn take(
        &mut self,
        function: &'static str,
        queue: Option<Queue>,
        (messages, organizations): (usize, usize),
    ) {
        let role = format!("{function}Role");
        let calls = self.new_calls();
        let (aws, others) = calls
            .into_iter()
            .partition(|call: &Call| call.role == Some(&*role));
        self.ingested(others);
        self.turns.push(Turn {
            function,
            queue,
            messages,
            organizations,
            aws,
            sides: self.new_requests(),
            units: self.test.aws.count_units().await,
            log_bytes: self.logs.take(),
        });
    }

    /// Each of these took a delivery in.
    fn ingested(&mut self, calls: Vec<Call>) {
        for call in calls {
            match call.role {
                // The test itself.
                None => continue,
                // Once in five minutes, and not for this delivery.
                Some("WebhookIngestRole") if call.action == "GetSecretValue" => continue,
                Some("WebhookIngestRole") => {}
                Some(other) => panic!("{other} was not expected to do anything: {call:?}"),
            }
            self.turns.push(Turn {
                function: "WebhookIngest",
                queue: None,
                messages: 0,
                organizations: 1,
                aws: vec![call],
                sides: Vec::new(),
                units: Units::default(),
                // Its line is among those of the turn that it came beside.
                log_bytes: 0,
            });
        }
    }

    fn new_calls(&mut self) -> Vec<Call> {
        let calls = self.test.aws.calls().split_off(self.seen);
        self.seen += calls.len();
        calls
    }

    fn new_requests(&self) -> Vec<String> {
        let sides = [
            ("CompanyCam", &self.test.companycam.controls),
            ("One Click", self.test.one_click.controls()),
        ];
        let mut all = Vec::new();
        for (side, controls) in sides {
            let requests = controls.requests();
            controls.clear_requests();
            all.extend(requests.iter().map(|request| {
                let path = without_ids(&request.path);
                format!("{} {side} {path}", request.method)
            }));
        }
        all
    }

    pub fn end(self) -> Vec<Turn> {
        self.turns
    }
}

fn without_ids(path: &str) -> String {
    let is_id = |part: &str| {
        part.contains(|letter: char| letter.is_ascii_digit()) && part != "v1" && part != "v2"
    };
    let parts = path.split('/');
    let parts = parts.map(|part| {
        let is_id = is_id(part) || part.starts_with("org_");
        if is_id { "…" } else { part }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// What a call asks for, without whose it is: `UpdateItem Organizations (poll_due_at)`.
pub fn name(call: &Call) -> String {
    let (action, body) = (&call.action, &call.body);
    if let Some(url) = body["QueueUrl"].as_str() {
        let queue = url.rsplit('/').next().unwrap_or_default();
        return format!("{action} {queue}");
    }
    if let Some(secret) = body["SecretId"].as_str() {
        return format!("{action} {}", secret.trim_start_matches("test/"));
    }
    if let Some(items) = body["TransactItems"].as_array() {
        let writes = items
            .iter()
            .filter_map(|item| item.as_object()?.iter().next())
            .map(|(kind, write)| format!("{kind} {}", place(write)));
        return format!("{action}: {}", writes.collect::<Vec<_>>().join(", "));
    }
    if let Some(tables) = body["RequestItems"].as_object() {
        let tables = tables
            .iter()
            .map(|(table, asked)| place(&json!({"TableName": table, "Key": asked["Keys"][0]})));
        return format!("{action} {}", tables.collect::<Vec<_>>().join(", "));
    }
    format!("{action} {}", place(body))
}

/// Table, index, kind of item, and what an update changes.
fn place(request: &Value) -> String {
    let mut place = short(request["TableName"].as_str().unwrap_or_default()).to_owned();
    if let Some(index) = request["IndexName"].as_str() {
        place = format!("{place}/{index}");
    }
    if let Some(kind) = kind(request) {
        place = format!("{place} {kind}");
    }
    let changed: Vec<_> = changed(request).collect();
    if changed.is_empty() {
        return place;
    }
    format!("{place} ({})", changed.join(", "))
}

fn short(table: &str) -> &str {
    table.trim_end_matches("Table")
}

/// `project#` of `project#1234`.
fn kind(request: &Value) -> Option<String> {
    let of = |name: &str| {
        let value = &request["Key"][name]["S"];
        let value = value.as_str().or(request["Item"][name]["S"].as_str())?;
        Some(value.to_owned())
    };
    // What the keys of a query begin with.
    let beginning = || {
        let values = request["ExpressionAttributeValues"].as_object()?.values();
        let mut texts = values.filter_map(|value| value["S"].as_str());
        texts.find(|text| text.ends_with('#')).map(str::to_owned)
    };
    let key = of("sk").or_else(|| of("key")).or_else(beginning)?;
    Some(match key.split_once('#') {
        Some((kind, _)) => format!("{kind}#"),
        None => key,
    })
}

/// The attributes that an update names, in its order.
fn changed(request: &Value) -> impl Iterator<Item = String> {
    let update = request["UpdateExpression"].as_str().unwrap_or_default();
    let words = update.split([' ', ',', '(', ')']);
    let names = words.filter_map(|word| word.strip_prefix('#'));
    let mut seen = Vec::new();
    for name in names {
        let name = name.split('.').next().unwrap_or(name).to_owned();
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen.into_iter()
}

/// How often each of these is among them, in the order in which they came first.
pub fn tally(names: impl IntoIterator<Item = String>) -> Vec<(String, usize)> {
    let (mut order, mut counts) = (Vec::new(), BTreeMap::<String, usize>::new());
    for name in names {
        let count = counts.entry(name.clone()).or_default();
        if *count == 0 {
            order.push(name);
        }
        *count += 1;
    }
    let counted = order.into_iter().map(|name| {
        let count = counts[&name];
        (name, count)
    });
    counted.collect()
}
