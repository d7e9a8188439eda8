//! Runs the simulator until it is ended.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use companycam_simulator::{Options, Simulator};
use serde_json::json;

const USAGE: &str =
    "usage: companycam-simulator [--port 0] [--seed 1] [--companies 1] [--users 12] \
[--projects 60] [--photos 300] [--photo-bytes N] [--days 27] [--no-extras] [--hard-cases] [--client-id ID] \
[--client-secret SECRET] [--access-token-seconds 7200] [--processing-ms 0] [--ready-file PATH]
The ready file gets {\"origin\", \"token\", \"tokens\"} as JSON once requests are answered.";

#[tokio::main]
async fn main() -> Result<()> {
    let (options, ready_file) = parse(std::env::args().skip(1))?;
    let simulator = Simulator::spawn(options)
        .await
        .context("Failed to start the simulator")?;
    let ready = json!({
        "origin": simulator.origin,
        "token": simulator.token(),
        "tokens": simulator.tokens,
    });
    if let Some(path) = ready_file {
        // Renamed into place, so that whoever waits for it never reads half of it.
        let partial = path.with_extension("partial");
        std::fs::write(&partial, ready.to_string())
            .with_context(|| format!("Failed to write {}", partial.display()))?;
        std::fs::rename(&partial, &path)
            .with_context(|| format!("Failed to write {}", path.display()))?;
    }
    #[expect(
        clippy::print_stdout,
        reason = "a person who started it by hand wants the address"
    )]
    {
        println!("CompanyCam simulator at {}", simulator.origin);
    }
    std::future::pending().await
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<(Options, Option<PathBuf>)> {
    let mut options = Options::default();
    let mut ready_file = None;
    while let Some(name) = arguments.next() {
        match name.as_str() {
            "--no-extras" => {
                options.extras = false;
                continue;
            }
            "--hard-cases" => {
                options.hard_cases = true;
                continue;
            }
            _ => {}
        }
        let value = arguments
            .next()
            .with_context(|| format!("{name} needs a value\n{USAGE}"))?;
        match name.as_str() {
            "--port" => options.port = number(&name, &value)?,
            "--seed" => options.seed = number(&name, &value)?,
            "--companies" => options.companies = number(&name, &value)?,
            "--users" => options.users = number::<usize>(&name, &value)?.max(1),
            "--projects" => options.projects = number(&name, &value)?,
            "--photos" => options.photos = number(&name, &value)?,
            "--photo-bytes" => options.photo_bytes = Some(number(&name, &value)?),
            "--days" => options.days = number(&name, &value)?,
            "--client-id" => options.client_id = value,
            "--client-secret" => options.client_secret = value,
            "--access-token-seconds" => {
                options.settings.access_token_seconds = number(&name, &value)?;
            }
            "--processing-ms" => options.settings.processing_ms = number(&name, &value)?,
            "--ready-file" => ready_file = Some(PathBuf::from(value)),
            _ => bail!("unknown argument {name}\n{USAGE}"),
        }
    }
    Ok((options, ready_file))
}

fn number<T: FromStr>(name: &str, value: &str) -> Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    value
        .parse()
        .with_context(|| format!("{name} needs a number, not {value:?}"))
}
