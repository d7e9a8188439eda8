//! The numbers of `infra/template.yaml` that decide how much happens at once, and when.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use serde_json::Value;

const TEXT: &str = include_str!("../../../infra/template.yaml");

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// From `sync.fifo` to `project-sync`.
    pub sync: EventSource,
    /// From `retry`, likewise.
    pub retry: EventSource,
    /// From the photo queue to `photo-copy`.
    pub photos: EventSource,
    /// From the queue of files of sync runs, likewise.
    pub backlog: EventSource,
    /// Whether each group of `sync.fifo` has limits of its own.
    pub high_throughput: bool,
    /// How many deliveries are taken in at once at most, if that is said.
    pub webhooks: Option<usize>,
    pub poll_memory_mb: u32,
    /// How often it is looked whose poll is due.
    pub polls_every: Duration,
    /// How often it is looked whose nightly pass is due.
    pub nights_every: Duration,
}

/// An event source and its function.
#[derive(Debug, Clone, PartialEq)]
pub struct EventSource {
    pub batch: usize,
    /// Without a limit Lambda's own holds.
    pub most: usize,
    pub timeout: Duration,
    pub memory_mb: u32,
}

/// What Lambda lets an event source of SQS have without `MaximumConcurrency`.
const LAMBDAS_MOST: usize = 1_250;
/// What Lambda gives where nothing is said.
const LAMBDAS_TIMEOUT_S: u64 = 3;
const LAMBDAS_MEMORY_MB: u64 = 128;

impl Template {
    /// The repository's.
    pub fn of_repository() -> Result<Self, String> {
        Self::read(TEXT)
    }

    /// Of this text.
    pub fn read(text: &str) -> Result<Self, String> {
        let whole: Value = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
        let sync_queue = &whole["Resources"]["SyncQueue"]["Properties"];
        let webhooks = &whole["Parameters"]["WebhookConcurrency"]["Default"];
        Ok(Self {
            sync: event_source(&whole, "ProjectSync", "Sync")?,
            retry: event_source(&whole, "ProjectSync", "Retry")?,
            photos: event_source(&whole, "PhotoCopy", "Photos")?,
            backlog: event_source(&whole, "PhotoCopy", "Backlog")?,
            high_throughput: sync_queue["FifoThroughputLimit"] == "perMessageGroupId",
            webhooks: webhooks.as_str().and_then(|text| text.parse().ok()),
            poll_memory_mb: memory_mb(&whole, "ProjectPoll")?,
            polls_every: schedule(&whole, "PollSchedule")?,
            nights_every: schedule(&whole, "NightlySchedule")?,
        })
    }

    /// What all event sources may have at once.
    pub fn most(&self) -> usize {
        self.sync.most + self.retry.most + self.photos.most + self.backlog.most
    }
}

impl Display for Template {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            to,
            "| Event source | Batch | Most at once | Timeout | Memory |"
        )?;
        writeln!(to, "|---|---|---|---|---|")?;
        let sources = [
            ("`sync.fifo` → project-sync", &self.sync),
            ("`retry` → project-sync", &self.retry),
            ("photos → photo-copy", &self.photos),
            ("their backlog → photo-copy", &self.backlog),
        ];
        for (name, one) in sources {
            let (batch, most, memory) = (one.batch, one.most, one.memory_mb);
            let timeout = one.timeout.as_secs();
            writeln!(
                to,
                "| {name} | {batch} | {most} | {timeout} s | {memory} MB |"
            )?;
        }
        let (polls, nights) = (self.polls_every.as_secs(), self.nights_every.as_secs());
        let webhooks = match self.webhooks {
            Some(most) => format!("{most} at most"),
            None => "no limit of their own".to_owned(),
        };
        writeln!(to, "\n| | |\n|---|---|")?;
        writeln!(to, "| Polls are looked for | every {polls} s |")?;
        writeln!(to, "| Nightly passes | every {nights} s |")?;
        writeln!(to, "| Deliveries | {webhooks} |")?;
        writeln!(
            to,
            "| High throughput of `sync.fifo` | {} |",
            self.high_throughput
        )
    }
}

fn event_source(whole: &Value, function: &str, event: &str) -> Result<EventSource, String> {
    let properties = &whole["Resources"][function]["Properties"];
    let source = &properties["Events"][event]["Properties"];
    let missing = || format!("{function} has no event source {event} with a batch size");
    let batch = source["BatchSize"].as_u64().ok_or_else(missing)?;
    let most = source["ScalingConfig"]["MaximumConcurrency"].as_u64();
    let timeout = properties["Timeout"].as_u64().unwrap_or(LAMBDAS_TIMEOUT_S);
    Ok(EventSource {
        batch: count(batch),
        most: most.map_or(LAMBDAS_MOST, count),
        timeout: Duration::from_secs(timeout),
        memory_mb: memory_mb(whole, function)?,
    })
}

fn memory_mb(whole: &Value, function: &str) -> Result<u32, String> {
    let own = whole["Resources"][function]["Properties"]["MemorySize"].as_u64();
    let of_all = whole["Globals"]["Function"]["MemorySize"].as_u64();
    let memory = own.or(of_all).unwrap_or(LAMBDAS_MEMORY_MB);
    u32::try_from(memory).map_err(|error| error.to_string())
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// How often a schedule runs that is a parameter's default: `rate(1 minute)`, or `cron(0/10 …)`, of which only the
/// minutes are looked at.
fn schedule(whole: &Value, parameter: &str) -> Result<Duration, String> {
    let text = whole["Parameters"][parameter]["Default"].as_str();
    let text = text.ok_or_else(|| format!("there is no parameter {parameter}"))?;
    every(text).ok_or_else(|| format!("{parameter} is {text:?}, which is not understood"))
}

fn every(text: &str) -> Option<Duration> {
    let (kind, inner) = text.strip_suffix(')')?.split_once('(')?;
    let first = inner.split(' ').next()?;
    let minutes = match kind {
        "rate" if inner.split(' ').nth(1)?.starts_with("minute") => first.parse().ok()?,
        "cron" if first == "*" => 1,
        "cron" => first.split_once('/')?.1.parse().ok()?,
        _ => return None,
    };
    Some(Duration::from_mins(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repositorys_template_is_understood_and_a_change_of_it_seen() {
        let before = Template::of_repository().unwrap();
        assert!(before.sync.batch > 1 && before.sync.most > 1, "{before:?}");
        assert_eq!(before.polls_every, Duration::from_mins(1));
        let limit = format!("MaximumConcurrency: {}", before.sync.most);
        assert_eq!(TEXT.matches(&limit).count(), 1, "whose is it?");
        let changed = TEXT.replace(&limit, "MaximumConcurrency: 7");
        let changed = changed.replace("MemorySize: 256", "MemorySize: 512");
        let changed = Template::read(&changed).unwrap();
        assert_eq!(changed.sync.most, 7);
        assert_eq!(changed.sync.memory_mb, 512);
        assert_eq!(changed.photos.most, before.photos.most);
    }

    #[test]
    fn schedules_are_understood_or_refused() {
        let minutes = |minutes| Some(Duration::from_mins(minutes));
        assert_eq!(every("rate(1 minute)"), minutes(1));
        assert_eq!(every("rate(5 minutes)"), minutes(5));
        assert_eq!(every("cron(0/10 6-11 * * ? *)"), minutes(10));
        assert_eq!(every("cron(* 6-11 * * ? *)"), minutes(1));
        assert_eq!(every("rate(1 hour)"), None);
        assert_eq!(every("cron(7 6 * * ? *)"), None);
    }
}
