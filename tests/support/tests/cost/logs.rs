//! How much the functions write to their logs, in the form in which `runtime::telemetry` writes it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tracing::subscriber::DefaultGuard;
use tracing_subscriber::EnvFilter;

/// What is said in the functions, as they say it on AWS, and nothing of the simulators.
const OURS: &str = "off,photo_copy=info,project_poll=info,project_sync=info,webhook_ingest=info,\
                    runtime=info,store=info,sync=info,companycam=info,one_click=info,\
                    companycam_simulator=off,one_click_simulator=off";
/// What is added to each line that is taken in.
const BESIDE_BYTES: usize = 26;

/// Counts what is logged on this thread while it is there.
pub struct Logs {
    bytes: Arc<AtomicUsize>,
    _ours: DefaultGuard,
}

struct Counter(Arc<AtomicUsize>);

impl io::Write for Counter {
    /// A line at a time.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0
            .fetch_add(line.len() + BESIDE_BYTES, Ordering::Relaxed);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Logs {
    pub fn begin() -> Self {
        let bytes = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&bytes);
        let lines = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .with_env_filter(EnvFilter::new(OURS))
            .with_writer(move || Counter(Arc::clone(&counted)))
            .finish();
        Self {
            bytes,
            _ours: tracing::subscriber::set_default(lines),
        }
    }

    /// The bytes since it was asked last.
    pub fn take(&self) -> usize {
        self.bytes.swap(0, Ordering::Relaxed)
    }
}
