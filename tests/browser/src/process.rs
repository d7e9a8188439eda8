//! chromedriver and the browsers it starts, none of which outlive their test.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;

use anyhow::{Context, Result, bail};
use uuid::Uuid;

use crate::PATIENCE;

/// Starts chromedriver as the leader of a process group of its own, and ends the group when nobody
/// holds the other end of its input any more, be it because a test ended, panicked or was killed.
const KEEPER: &str = r#"
set -m
"$1" --port=0 </dev/null &
exec >/dev/null
read -r _
kill -KILL -- "-$!"
wait
# Whoever was just killed may still be writing.
for _ in 1 2 3 4 5; do rm -rf -- "$2" && break; done
"#;

/// A running chromedriver, with a folder of its own for all that its browsers write.
#[derive(Debug)]
pub struct Driver {
    keeper: Child,
    /// Closing it is what ends everything.
    hold: Option<ChildStdin>,
    folder: PathBuf,
    port: u16,
}

impl Driver {
    /// Starts it on a free port of this machine.
    pub fn start() -> Result<Self> {
        // Short, since Chromium keeps a socket in it.
        let folder = std::env::temp_dir().join(format!("chromium-{}", Uuid::new_v4().simple()));
        std::fs::create_dir(&folder)?;
        let driver = std::env::var("CHROMEDRIVER").unwrap_or("chromedriver".to_owned());
        let mut keeper = Command::new("bash")
            .args(["-c", KEEPER, "keeper", &driver])
            .arg(&folder)
            .env("HOME", &folder)
            .env("TMPDIR", &folder)
            // An interrupt from the terminal is for the test alone.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("bash")?;
        let hold = keeper.stdin.take();
        let output = keeper.stdout.take().context("no output")?;
        let mut driver = Self {
            keeper,
            hold,
            folder,
            port: 0,
        };
        let (tell, told) = mpsc::channel();
        // It goes on reading to the end, since chromedriver goes on writing.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        let mut said = Vec::new();
        while let Ok(line) = told.recv_timeout(PATIENCE) {
            if let Some((_, port)) = line.split_once("successfully on port ") {
                driver.port = port.trim_end_matches('.').parse()?;
                return Ok(driver);
            }
            said.push(line);
        }
        bail!("chromedriver did not start; `make browser` installs it. It said: {said:?}")
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A folder for a browser's profile.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.hold.take());
        // It has nothing left to do but to end.
        let _ = self.keeper.wait();
    }
}
