//! How fast each function starts and how much memory it then holds.
//!
//! Plays Lambda's runtime API on loopback, starts each function's `bootstrap` as Lambda would, and takes
//! the time from there to its first request for work.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Starts of each function; the median counts.
const STARTS: usize = 15;
/// A function that asks for no work within this time has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the template gives every function; nothing of it is reached before the first event.
const ENVIRONMENT: [&str; 20] = [
    "PUBLIC_URL",
    "COMPANYCAM_API_URL",
    "COMPANYCAM_APP_URL",
    "ONE_CLICK_API_URL",
    "ONE_CLICK_APP_URL",
    "PHOTO_HOSTS",
    "SECRETS_PREFIX",
    "SYNC_QUEUE_URL",
    "RETRY_QUEUE_URL",
    "PHOTO_QUEUE_URL",
    "PHOTO_BACKLOG_QUEUE_URL",
    "SYNC_DEAD_LETTER_QUEUE_URL",
    "PHOTO_DEAD_LETTER_QUEUE_URL",
    "ORGANIZATIONS_TABLE",
    "USER_MATCHES_TABLE",
    "PROJECT_LINKS_TABLE",
    "PHOTOS_TABLE",
    "ACTIVITY_TABLE",
    "EPHEMERAL_TABLE",
    "AWS_LAMBDA_FUNCTION_NAME",
];

struct Start {
    until_ready: Duration,
    resident_kb: u64,
}

/// Prints the table; its rows.
pub async fn measure(root: &Path) -> Result<Value> {
    let mut folders: Vec<_> = std::fs::read_dir(root.join("target/lambda"))
        .context("target/lambda: `make functions` builds it")?
        .collect::<std::io::Result<Vec<_>>>()?;
    folders.sort_by_key(std::fs::DirEntry::file_name);
    println!(
        "{:<16} {:>12} {:>12} {:>12}",
        "function", "start, ms", "memory, MB", "binary, MB"
    );
    let mut results = Vec::new();
    for folder in folders {
        let name = folder.file_name().to_string_lossy().into_owned();
        let bootstrap = folder.path().join("bootstrap");
        let mut starts = Vec::with_capacity(STARTS);
        for _ in 0..STARTS {
            starts.push(start(&bootstrap).await.with_context(|| name.clone())?);
        }
        starts.sort_by_key(|start| start.until_ready);
        let median = &starts[STARTS / 2];
        let start_ms = median.until_ready.as_secs_f64() * 1000.0;
        let binary = std::fs::metadata(&bootstrap)?.len();
        println!(
            "{name:<16} {start_ms:>12.1} {:>12.1} {:>12.1}",
            megabytes(median.resident_kb * 1024),
            megabytes(binary)
        );
        results.push(json!({
            "function": name,
            "start_ms": start_ms,
            "resident_bytes": median.resident_kb * 1024,
            "binary_bytes": binary,
        }));
    }
    Ok(json!({"starts": STARTS, "functions": results}))
}

/// Starts the function once, until it asks for work.
async fn start(bootstrap: &Path) -> Result<Start> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut command = Command::new(bootstrap);
    environment(&mut command, &listener.local_addr()?.to_string());
    command.stdout(Stdio::null());
    let begun = Instant::now();
    let mut process = command.spawn()?;
    let asked = tokio::time::timeout(PATIENCE, listener.accept()).await;
    let until_ready = begun.elapsed();
    let resident_kb = resident_kb(process.id());
    process.kill()?;
    process.wait()?;
    if !matches!(asked, Ok(Ok(_))) {
        bail!("it asked for no work within {} s", PATIENCE.as_secs());
    }
    Ok(Start {
        until_ready,
        resident_kb: resident_kb?,
    })
}

/// What Lambda tells a function that asks this runtime API.
pub fn environment(command: &mut Command, api: &str) {
    command
        .env_clear()
        .envs(ENVIRONMENT.map(|name| (name, "http://127.0.0.1:9")))
        .env("AWS_LAMBDA_RUNTIME_API", api)
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_REGION", "us-east-1");
}

/// What a process holds in memory.
pub fn resident_kb(process: u32) -> Result<u64> {
    std::fs::read_to_string(format!("/proc/{process}/status"))?
        .lines()
        .find_map(|line| {
            line.strip_prefix("VmRSS:")?
                .trim()
                .strip_suffix("kB")?
                .trim()
                .parse()
                .ok()
        })
        .context("no VmRSS")
}

#[allow(clippy::cast_precision_loss, reason = "a figure for people")]
pub fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1_000_000.0
}
