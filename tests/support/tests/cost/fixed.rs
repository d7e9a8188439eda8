//! What the stack costs a month, whoever uses it.

use std::collections::BTreeSet;

use serde_json::Value;
use store::schedule;
use test_support::{Queue, template};

use crate::charged::{charged, float, lasting, requests};
use crate::counted::Turn;
use crate::months::ORGANIZATIONS;
use crate::used::{Item, Used};

/// As AWS reckons it.
pub const HOURS_A_MONTH: f64 = 730.0;
pub const DAYS_A_MONTH: f64 = HOURS_A_MONTH / 24.0;

/// `companycam-client` and `one-click`, which are made by hand.
const SECRETS_BY_HAND: usize = 2;
/// Lambda asks each queue on five connections, which a queue without messages holds for 20 seconds.
const POLLERS: f64 = 5.0;
const EMPTY_RECEIVE_S: f64 = 20.0;
/// What the schedules are in the template, and how often a day each is.
const SCHEDULES: [(&str, &str, f64); 2] = [
    ("PollSchedule", "rate(1 minute)", 1440.0),
    ("NightlySchedule", "cron(* 6-11 * * ? *)", 360.0),
];
/// A process keeps what it read of a secret for so long.
const SECRET_KEPT_S: f64 = 300.0;
/// The processes that are never idle for so long, at a thousand organizations, and how many secrets each reads:
/// as many of a queue's function as Lambda takes batches of it at once.
const PROCESSES: [(&str, f64, f64); 3] = [
    ("project-sync", 5.0, 4.0),
    ("photo-copy", 5.0, 1.0),
    ("webhook-ingest", 2.0, 1.0),
];
/// How long DynamoDB keeps a table's key for one role before it asks KMS again.
const TABLE_KEY_KEPT_S: f64 = 300.0;

const HOUR_S: f64 = 3600.0;

/// What of the template is charged for: for itself, or for what is asked of it.
const CHARGED: [&str; 8] = [
    "AWS::ApiGatewayV2::Api",
    "AWS::CloudWatch::Alarm",
    "AWS::DynamoDB::Table",
    "AWS::Logs::LogGroup",
    "AWS::SQS::Queue",
    "AWS::Scheduler::Schedule",
    "AWS::SecretsManager::Secret",
    "AWS::Serverless::Function",
];
/// What is not, as long as all is well: a metric of log lines and a notification are paid for when there are
/// such lines and when somebody is woken.
const FREE: [&str; 7] = [
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::IAM::Role",
    "AWS::Lambda::Permission",
    "AWS::Logs::MetricFilter",
    "AWS::SNS::Topic",
];

/// A line of what is fixed.
pub struct Line {
    pub what: &'static str,
    pub used: Used,
}

/// All of it. `minute`: a call of the schedule when it is nobody's turn.
pub fn fixed(minute: &[Turn]) -> Vec<Line> {
    let line = |what, used| Line { what, used };
    vec![
        line("secrets", Used::of(Item::SecretMonth, secrets())),
        line("reading them", Used::of(Item::SecretCall, secret_calls())),
        line("alarms", Used::of(Item::AlarmMonth, alarms())),
        line("empty receives", empty_receives()),
        line("the schedules", schedules(minute)),
        line(
            "the tables' key",
            Used::of(Item::KmsRequest, key_requests()),
        ),
    ]
}

fn resources() -> impl Iterator<Item = (&'static String, &'static Value)> {
    let resources = template()["Resources"].as_object();
    resources.expect("the template has resources").iter()
}

fn of_kind(kind: &str) -> impl Iterator<Item = &'static Value> {
    let alike = resources().filter(move |(_, resource)| resource["Type"] == kind);
    alike.map(|(_, resource)| resource)
}

fn secrets() -> f64 {
    float(of_kind("AWS::SecretsManager::Secret").count() + SECRETS_BY_HAND)
}

fn secret_calls() -> f64 {
    let times = HOURS_A_MONTH * HOUR_S / SECRET_KEPT_S;
    PROCESSES
        .into_iter()
        .map(|(_, processes, secrets)| processes * secrets * times)
        .sum()
}

/// Those that stand there, and those that loops make.
fn alarms() -> f64 {
    let kind = "AWS::CloudWatch::Alarm";
    let looped = resources().filter_map(|(name, loops)| {
        let [_, values, made] = name
            .starts_with("Fn::ForEach::")
            .then(|| loops.as_array())??
            .as_slice()
        else {
            return None;
        };
        let made = made.as_object()?.values();
        let alarms = made.filter(|resource| resource["Type"] == kind).count();
        Some(alarms * values.as_array()?.len())
    });
    float(of_kind(kind).count() + looped.sum::<usize>())
}

fn empty_receives() -> Used {
    let each = POLLERS * HOURS_A_MONTH * HOUR_S / EMPTY_RECEIVE_S;
    let events = of_kind("AWS::Serverless::Function").filter_map(|function| {
        let events = function["Properties"]["Events"].as_object()?;
        Some(events.values())
    });
    let queues = events.flatten().filter(|event| event["Type"] == "SQS");
    queues
        .map(|event| {
            let arn = event["Properties"]["Queue"].as_str().unwrap_or_default();
            let name = arn.trim_end_matches(".Arn");
            let is_fifo = template()["Resources"][name]["Properties"]["FifoQueue"] == true;
            let like = if is_fifo { Queue::Sync } else { Queue::Photos };
            requests(like, each)
        })
        .sum()
}

fn schedules(minute: &[Turn]) -> Used {
    let calls_a_day = SCHEDULES.into_iter().map(|(name, expression, times)| {
        let stated = &template()["Parameters"][name]["Default"];
        assert_eq!(
            stated, expression,
            "{name} is another than is reckoned with"
        );
        times
    });
    let calls = calls_a_day.sum::<f64>() * DAYS_A_MONTH;
    (charged(minute) + Used::of(Item::ScheduledCall, 1.0)) * calls + waits() * DAYS_A_MONTH
}

/// A day's time between one batch and the next: what is due is queued evenly over its minute.
fn waits() -> Used {
    let minutes = [
        (schedule::Turn::Poll, 15.0, 24.0 * 60.0),
        (schedule::Turn::Nightly, 6.0 * 60.0, 6.0 * 60.0),
    ];
    let ms = minutes.map(|(turn, spread, times)| {
        let batches = (ORGANIZATIONS / spread / 10.0).ceil();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a few"
        )]
        let gap = project_poll::gap(turn, batches as usize);
        (batches - 1.0) * gap.as_secs_f64() * 1000.0 * times
    });
    lasting("ProjectPoll", ms.into_iter().sum())
}

/// Each role's for each table that it names, as if all of them worked all the time.
fn key_requests() -> f64 {
    let encrypted = of_kind("AWS::DynamoDB::Table")
        .filter(|table| table["Properties"]["SSESpecification"]["SSEEnabled"] == true);
    assert!(
        encrypted.count() > 0,
        "no table is encrypted with a key that is paid for"
    );
    let tables = resources().filter(|(_, resource)| resource["Type"] == "AWS::DynamoDB::Table");
    let tables: Vec<_> = tables.map(|(name, _)| name).collect();
    let roles = of_kind("AWS::IAM::Role").map(|role| {
        let policies = role["Properties"]["Policies"].to_string();
        tables
            .iter()
            .filter(|table| policies.contains(table.as_str()))
            .count()
    });
    float(roles.sum()) * HOURS_A_MONTH * HOUR_S / TABLE_KEY_KEPT_S
}

#[test]
fn nothing_in_the_template_costs_what_is_not_reckoned_with() {
    let looped = resources().filter_map(|(_, loops)| loops[2].as_object());
    let looped = looped.flat_map(|made| made.values());
    let all = resources().map(|(_, resource)| resource).chain(looped);
    let kinds: BTreeSet<_> = all
        .filter_map(|resource| resource["Type"].as_str())
        .collect();
    let known = CHARGED.into_iter().chain(FREE);
    assert_eq!(kinds, known.collect());
}
