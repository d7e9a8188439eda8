//! How soon a delivery is taken in: by `webhook-ingest`, and by a Python handler with boto3 that does the same.
//!
//! Plays Lambda's runtime API and AWS on loopback. What is measured is the function's own: its start, its first
//! delivery, which connects and reads the key, and those that follow.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};

use crate::starts::{environment, megabytes, resident_kb};

const ORG: &str = "org_bench";
/// Deliveries behind the first; their median counts.
const WARM: usize = 300;
/// Starts of each; the median counts.
const STARTS: usize = 5;
const PATIENCE: Duration = Duration::from_secs(20);

/// Both ends of the runtime API: events to hand out, answers to take in.
struct Lambda {
    events: Mutex<mpsc::Receiver<String>>,
    answers: mpsc::Sender<String>,
}

/// A function that runs, and what it is handed.
struct Running {
    process: Child,
    events: mpsc::Sender<String>,
    answers: mpsc::Receiver<String>,
}

/// What one start came to.
struct Measured {
    first: Duration,
    warm: Duration,
    resident_kb: u64,
}

/// Prints the table; its rows.
pub async fn measure(root: &Path) -> Result<Value> {
    let python = root.join(".venv/bin/python");
    let peer = root.join("tests/end-to-end/bench/peer.py");
    let ring = json!({"1": "k".repeat(43)}).to_string();
    let aws = aws(ring.clone()).await?;
    let event = event(&python, &peer, &ring)?;
    let ours = || Command::new(root.join("target/lambda/webhook-ingest/bootstrap"));
    let theirs = || {
        let mut command = Command::new(&python);
        command.arg(&peer);
        command
    };
    println!(
        "{:<16} {:>20} {:>16} {:>12}",
        "delivery", "start and first, ms", "those after, ms", "memory, MB"
    );
    let rust = median(ours, &aws, &event).await?;
    let python = median(theirs, &aws, &event).await?;
    let ratio = |ours: f64, theirs: f64| theirs / ours;
    let rows = [("webhook-ingest", &rust), ("Python, boto3", &python)].map(|(name, one)| {
        let [first, warm, memory] = figures(one);
        println!("{name:<16} {first:>20.1} {warm:>16.2} {memory:>12.1}");
        json!({"function": name, "first_ms": first, "warm_ms": warm, "memory_mb": memory})
    });
    let (ours, theirs) = (figures(&rust), figures(&python));
    let ratios: [f64; 3] = std::array::from_fn(|at| ratio(ours[at], theirs[at]));
    println!(
        "{:<16} {:>20.1} {:>16.1} {:>12.1}",
        "ratio", ratios[0], ratios[1], ratios[2]
    );
    Ok(json!({"deliveries": WARM, "functions": rows, "ratios": ratios}))
}

/// Milliseconds of the start with the first delivery and of one after it, and megabytes.
fn figures(measured: &Measured) -> [f64; 3] {
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let memory = megabytes(measured.resident_kb * 1024);
    [ms(measured.first), ms(measured.warm), memory]
}

/// Of several starts the one in the middle, by its first delivery.
async fn median(command: impl Fn() -> Command, aws: &str, event: &str) -> Result<Measured> {
    let mut all = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        all.push(once(command(), aws, event).await?);
    }
    all.sort_by_key(|one| one.first);
    Ok(all.swap_remove(STARTS / 2))
}

async fn once(command: Command, aws: &str, event: &str) -> Result<Measured> {
    let begun = Instant::now();
    let mut running = Running::start(command, aws).await?;
    let first = running.deliver(event).await;
    let first = first.map(|()| begun.elapsed());
    let mut times = Vec::with_capacity(WARM);
    while first.is_ok() && times.len() < WARM {
        let begun = Instant::now();
        if running.deliver(event).await.is_err() {
            break;
        }
        times.push(begun.elapsed());
    }
    let resident_kb = resident_kb(running.process.id());
    running.process.kill()?;
    running.process.wait()?;
    let first = first?;
    ensure!(times.len() == WARM, "a delivery was not taken in");
    times.sort_unstable();
    Ok(Measured {
        first,
        warm: times[WARM / 2],
        resident_kb: resident_kb?,
    })
}

impl Running {
    async fn start(mut command: Command, aws: &str) -> Result<Self> {
        let (events, to_hand_out) = mpsc::channel(1);
        let (to_take_in, answers) = mpsc::channel(1);
        let lambda = Lambda {
            events: Mutex::new(to_hand_out),
            answers: to_take_in,
        };
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route(
                "/2018-06-01/runtime/invocation/{id}/response",
                post(answered),
            )
            .route("/2018-06-01/runtime/invocation/{id}/error", post(answered))
            .with_state(Arc::new(lambda));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let api = listener.local_addr()?.to_string();
        tokio::spawn(async move { axum::serve(listener, router).await });
        environment(&mut command, &api);
        command
            .env("AWS_ENDPOINT_URL", aws)
            .env("AWS_ACCESS_KEY_ID", "bench")
            .env("AWS_SECRET_ACCESS_KEY", "bench")
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("SYNC_QUEUE_URL", format!("{aws}/1/sync.fifo"))
            .env("SECRETS_PREFIX", "bench")
            .env("LOG_LEVEL", "warn")
            .stdout(Stdio::null());
        Ok(Self {
            process: command.spawn()?,
            events,
            answers,
        })
    }

    /// Hands a delivery over, and waits until it is taken in.
    async fn deliver(&mut self, event: &str) -> Result<()> {
        self.events.send(event.to_owned()).await?;
        let answer = tokio::time::timeout(PATIENCE, self.answers.recv()).await?;
        let answer: Value = serde_json::from_str(&answer.context("no answer")?)?;
        ensure!(answer["statusCode"] == 200, "{answer}");
        Ok(())
    }
}

async fn next(State(lambda): State<Arc<Lambda>>) -> impl IntoResponse {
    let event = lambda.events.lock().await.recv().await;
    let headers = [
        ("lambda-runtime-aws-request-id", "1"),
        ("lambda-runtime-deadline-ms", "99999999999999"),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:1:function:bench",
        ),
    ];
    (headers, event.unwrap_or_default())
}

async fn answered(State(lambda): State<Arc<Lambda>>, body: String) -> StatusCode {
    // Nobody waits any more where the measure has failed.
    let _ = lambda.answers.send(body).await;
    StatusCode::ACCEPTED
}

/// Answers as Secrets Manager and SQS do; its address.
async fn aws(ring: String) -> Result<String> {
    let answer = |State(ring): State<Arc<str>>, headers: HeaderMap| async move {
        let target = headers
            .get("x-amz-target")
            .and_then(|name| name.to_str().ok());
        let is_secret = target.is_some_and(|name| name.ends_with("GetSecretValue"));
        let answer = if is_secret {
            json!({"ARN": "arn", "Name": "bench/keys/webhooks", "VersionId": "1", "SecretString": &*ring})
        } else {
            json!({"Successful": [{"Id": "0", "MessageId": "1", "MD5OfMessageBody": "0"}], "Failed": []})
        };
        let kind = [("content-type", "application/x-amz-json-1.1")];
        (kind, answer.to_string())
    };
    let router = Router::new().fallback(answer).with_state(Arc::from(ring));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// A signed delivery of a photo, as the API hands it to a function.
fn event(python: &Path, peer: &Path, ring: &str) -> Result<String> {
    let photo = json!({
        "id": "1", "project_id": "2", "status": "active", "processing_status": "processed", "hash": "0",
        "description": "Front", "internal": false, "captured_at": 1, "updated_at": 1,
        "uris": [{"type": "original", "uri": "https://img.companycam.com/1.jpg"}],
    });
    let delivery =
        json!({"event_type": "photo.created", "created_at": 1, "payload": {"photo": photo}});
    let body = delivery.to_string();
    let mut signing = Command::new(python)
        .arg(peer)
        .args(["sign", ring, ORG])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context(".venv: `make tools` makes it")?;
    let mut input = signing.stdin.take().context("no standard input")?;
    std::io::Write::write_all(&mut input, body.as_bytes())?;
    drop(input);
    let signature = String::from_utf8(signing.wait_with_output()?.stdout)?;
    let path = format!("/webhooks/companycam/{ORG}");
    let event = json!({
        "version": "2.0", "routeKey": "POST /webhooks/companycam/{org_id}", "rawPath": path,
        "rawQueryString": "v=1&g=1", "body": body, "isBase64Encoded": false,
        "headers": {"host": "bench", "content-type": "application/json", "x-companycam-signature": signature},
        "requestContext": {
            "accountId": "1", "apiId": "bench", "domainName": "bench", "domainPrefix": "bench",
            "requestId": "1", "routeKey": "POST /webhooks/companycam/{org_id}", "stage": "$default",
            "time": "30/Nov/2026:12:00:00 +0000", "timeEpoch": 0,
            "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "bench"},
        },
    });
    Ok(event.to_string())
}
