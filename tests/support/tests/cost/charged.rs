//! What the turns of an operation are charged for: what was counted, and the rest as AWS documents it or as it
//! is assumed here.

use serde_json::Value;
use test_support::{Call, Queue, template};

use crate::counted::Turn;
use crate::used::{Item, Used};

/// How long a call to either side takes, the network included.
pub const SIDE_MS: f64 = 150.0;
/// A call to DynamoDB, with what the function itself does for it on its share of a core.
pub const DYNAMODB_MS: f64 = 10.0;
/// A call to SQS or Secrets Manager, likewise.
pub const OTHER_AWS_MS: f64 = 15.0;
/// What a turn takes besides: its event, its decisions, its log.
pub const TURN_MS: f64 = 20.0;
/// An original of a telephone's camera.
pub const PHOTO_MB: f64 = 4.0;
/// How fast one streams through a function: 256 MB come with a seventh of a core, on which two TLS streams and
/// two hashes run.
pub const STREAMED_MB_A_SECOND: f64 = 10.0;

/// The lines START, END and REPORT that Lambda itself logs of a turn.
const LAMBDAS_LINES_BYTES: f64 = 400.0;
/// A line of the API's log, as the template says it.
const API_LINE_BYTES: f64 = 550.0;

/// A request of SQS brings so much.
const SQS_CHUNK_BYTES: usize = 64 * 1024;

const GB: f64 = 1_000_000_000.0;
const MB_IN_A_GB: f64 = 1024.0;

pub fn charged(turns: &[Turn]) -> Used {
    turns.iter().map(of_turn).sum()
}

fn of_turn(turn: &Turn) -> Used {
    // Secrets are read by a process once in five minutes, whatever it does: they are among the fixed costs.
    let calls = turn.aws.iter().filter(|call| !reads_a_secret(call));
    let sent: Used = calls.clone().map(request_to_a_queue).sum();
    let events = turn.queue.map(source).unwrap_or_default();
    let ms = lasts_ms(turn);
    let asked_of_api = f64::from(u8::from(turn.function == "WebhookIngest"));
    let log_bytes = float(turn.log_bytes) + LAMBDAS_LINES_BYTES + asked_of_api * API_LINE_BYTES;
    let amounts = [
        (Item::AwsCall, float(calls.count())),
        (Item::SideCall, float(turn.sides.len())),
        (Item::LambdaCall, 1.0),
        (Item::ReadUnit, turn.units.reads),
        (Item::WriteUnit, turn.units.writes),
        (Item::KeptGbMonth, turn.units.kept_bytes / GB),
        (Item::ApiRequest, asked_of_api),
        (Item::LogsGb, log_bytes / GB),
    ];
    let amounts = amounts.map(|(item, amount)| Used::of(item, amount));
    sent + events + lasting(turn.function, ms) + amounts.into_iter().sum()
}

/// So many milliseconds of a function.
pub fn lasting(function: &str, ms: f64) -> Used {
    let gb_seconds = ms / 1000.0 * memory_mb(function) / MB_IN_A_GB;
    Used::of(Item::LambdaMs, ms) + Used::of(Item::LambdaGbSecond, gb_seconds)
}

fn reads_a_secret(call: &Call) -> bool {
    call.action == "GetSecretValue"
}

fn request_to_a_queue(call: &Call) -> Used {
    let Some(url) = call.body["QueueUrl"].as_str() else {
        return Used::default();
    };
    let queue = Queue::ALL.into_iter().find(|queue| queue.url() == url);
    let queue = queue.expect("one of the template's");
    let chunks = call.body.to_string().len().div_ceil(SQS_CHUNK_BYTES);
    requests(queue, float(chunks))
}

/// What Lambda asks a queue for a turn: it receives a batch, and deletes it in the end.
fn source(queue: Queue) -> Used {
    requests(queue, 2.0)
}

pub fn requests(queue: Queue, number: f64) -> Used {
    if queue.is_fifo() {
        Used::of(Item::FifoRequest, number)
    } else {
        Used::of(Item::StandardRequest, number)
    }
}

/// One call after another, but that the files of a batch are copied at the same time, and so are several
/// organizations' looks taken. What the function itself does, and what streams through it, takes its time for
/// each.
fn lasts_ms(turn: &Turn) -> f64 {
    let aws = turn.aws.iter().filter(|call| !reads_a_secret(call));
    let aws: f64 = aws.map(call_ms).sum();
    let calls_ms = aws + float(turn.sides.len()) * SIDE_MS;
    let at_once = match turn.function {
        "PhotoCopy" => turn.messages,
        "ProjectSync" => turn.organizations,
        _ => 1,
    };
    let at_once = float(at_once.max(1));
    let streams_ms = float(originals(turn)) * PHOTO_MB / STREAMED_MB_A_SECOND * 1000.0;
    at_once * TURN_MS + calls_ms / at_once + streams_ms
}

fn call_ms(call: &Call) -> f64 {
    if call.body["QueueUrl"].is_string() {
        OTHER_AWS_MS
    } else {
        DYNAMODB_MS
    }
}

/// How many photos streamed through.
fn originals(turn: &Turn) -> usize {
    let sides = turn.sides.iter();
    sides
        .filter(|request| request.starts_with("GET CompanyCam /cdn/"))
        .count()
}

/// What the template gives a function.
fn memory_mb(function: &str) -> f64 {
    let template = template();
    let own = &template["Resources"][function]["Properties"]["MemorySize"];
    let all = &template["Globals"]["Function"]["MemorySize"];
    let memory = own.as_f64().or(Value::as_f64(all));
    memory.expect("the template says how much memory a function has")
}

pub fn float(number: usize) -> f64 {
    f64::from(u32::try_from(number).expect("a small number"))
}
