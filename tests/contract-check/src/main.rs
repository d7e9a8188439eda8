//! `make contract-check`: prints a line for every assumption.
//!
//! Exits with 0 if nothing is contradicted, 1 if something is, 2 if the environment does not say whom
//! to ask.

use std::io::Write;
use std::process::ExitCode;

use contract_check::{Settings, check};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let settings = match Settings::read(|name| std::env::var(name).ok()) {
        Ok(settings) => settings,
        Err(error) => return say(&mut std::io::stderr(), &format!("{error}\n"), 2),
    };
    let report = check(&settings).await;
    let code = report.exit_code();
    say(&mut std::io::stdout(), &report.to_string(), code)
}

/// A reader that went away, such as `head`, changes nothing of the result.
fn say(to: &mut dyn Write, text: &str, code: u8) -> ExitCode {
    let _ = to.write_all(text.as_bytes());
    ExitCode::from(code)
}
