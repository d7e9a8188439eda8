//! The simulator as a program, see `--help`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use one_click_simulator::{Options, Simulator};

const HELP: &str = "A simulator of One Click Contractor on a loopback port.

  --port N             the port; 0 (the default) takes a free one
  --seed N             which made-up jobs there are (default 1)
  --connect-url URL    the integration's address, if it is known already
  --companycam-url URL CompanyCam's web address, for links from a job to its project
  --api-token TOKEN    the service token it accepts (default: a new random one)
  --launch-key KEY     the key it signs launch tokens with (default: a new random one)
  --webhook-retries S  seconds before the second and the third try (default 1,2; really 300,600)
  --hard-cases         with the hard cases of the demo from the beginning
  --ready-file PATH    where to write {\"origin\", \"token\"} once it answers
";

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut options = Options::default();
    let mut ready_file = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        if name == "--help" {
            return print(HELP);
        }
        if name == "--hard-cases" {
            options.hard_cases = true;
            continue;
        }
        let value = arguments
            .next()
            .with_context(|| format!("{name} needs a value; see --help"))?;
        let wrong = || format!("{name} {value} is not a number");
        match name.as_str() {
            "--port" => options.port = value.parse().with_context(wrong)?,
            "--seed" => options.seed = value.parse().with_context(wrong)?,
            "--connect-url" => options.integration_url = Some(value),
            "--companycam-url" => options.companycam_url = Some(value),
            "--api-token" => options.api_token = value,
            "--launch-key" => options.launch_key = value,
            "--webhook-retries" => {
                let seconds = value.split(',').map(str::parse::<u64>);
                let pauses: Result<Vec<u64>, _> = seconds.collect();
                let pauses = pauses.with_context(wrong)?.into_iter();
                options.webhook_retries = pauses.map(Duration::from_secs).collect();
            }
            "--ready-file" => ready_file = Some(PathBuf::from(value)),
            _ => bail!("There is no option {name}; see --help"),
        }
    }

    let simulator = Simulator::spawn(options).await?;
    if let Some(path) = ready_file {
        let ready = serde_json::json!({ "origin": simulator.origin, "token": simulator.api_token });
        // Renamed into place: whoever waits for the file never sees half of it.
        let unfinished = path.with_extension("unfinished");
        std::fs::write(&unfinished, ready.to_string())
            .and_then(|()| std::fs::rename(&unfinished, &path))
            .with_context(|| format!("Failed to write {}", path.display()))?;
    }
    print(&format!("One Click simulator: {}\n", simulator.origin))?;
    std::future::pending().await
}

fn print(text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    std::io::stdout()
        .write_all(text.as_bytes())
        .context("Failed to write to standard output")
}
