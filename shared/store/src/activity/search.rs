//! Reading the log: what fits, a page at a time. `DynamoDB` leaves out what it can tell, so that little of a long
//! log is read out.

use std::time::{Duration, Instant};

use model::companycam::ProjectId;
use model::one_click::{JobId, OrgId};
use model::retry::RetryTarget;
use serde::Deserialize;

use super::{Entry, Kind, Outcome};
use crate::{Error, Store};

/// How many entries a read goes through at most: about what DynamoDB reads for one.
const MOST_AT_ONCE: i32 = 2500;
/// By how much that grows from read to read, while what is looked for is rare.
const GROWTH: i32 = 4;
/// How many reads a page is worth: a backfill of a hundred thousand photos may lie between two failures.
const MOST_READS: usize = 40;
/// Nobody waits longer for a page: what is older follows on the next.
const PATIENCE: Duration = Duration::from_secs(3);
/// So many words the table is asked for; entries that have them are looked through for the rest.
const WORDS_ASKED_FOR: usize = 8;

/// Which entries are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// About this only.
    pub kind: Option<Kind>,
    /// Ended like this only.
    pub outcome: Option<Outcome>,
    /// About this project only.
    pub project: Option<ProjectId>,
    /// About this job only.
    pub job: Option<JobId>,
    /// With these words somewhere, whatever the case.
    pub words: Option<String>,
    /// By this person only: part of their email is enough.
    pub by: Option<String>,
    /// Not before then, in Unix seconds.
    pub from: Option<i64>,
    /// Only before then, in Unix seconds.
    pub until: Option<i64>,
}

impl Filter {
    /// The words, as entries are searched for them.
    fn words(&self) -> Vec<String> {
        let words = self.words.as_deref().unwrap_or_default().to_lowercase();
        words.split_whitespace().map(str::to_owned).collect()
    }

    /// What the table is not asked for: further words than the first, who did it, entries of a version before.
    fn fits(&self, entry: &Entry) -> bool {
        let text = entry.text.to_lowercase();
        let is_by = |who: &String| {
            let by = entry.by.as_ref().map(|by| by.to_lowercase());
            by.is_some_and(|by| by.contains(&who.to_lowercase()))
        };
        self.words().iter().all(|word| text.contains(word))
            && self.by.as_ref().is_none_or(is_by)
            && self.from.is_none_or(|from| entry.at >= from)
    }
}

/// What the keys of entries from then on begin with, or sort behind: they begin with the time.
fn key_at(second: i64) -> String {
    let milliseconds = u64::try_from(second)
        .unwrap_or_default()
        .saturating_mul(1000);
    format!("{:08x}-{:04x}", milliseconds >> 16, milliseconds & 0xffff)
}

/// A page of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries {
    /// Newest first.
    pub entries: Vec<Entry>,
    /// Where older ones begin, if there may be any.
    pub older: Option<String>,
}

#[derive(Debug, Deserialize)]
struct EntryKey {
    at_id: String,
}

impl Store {
    /// Up to `limit` of the entries that fit, newest first, older than the one of this `at_id`.
    ///
    /// Reads on until the page is full, but not for ever: then it may be short, and `older` says
    /// where to go on.
    pub async fn activity_page(
        &self,
        org: &OrgId,
        filter: &Filter,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Entries, Error> {
        let mut at_once = i32::try_from(limit)
            .unwrap_or(i32::MAX)
            .saturating_add(1)
            .min(MOST_AT_ONCE);
        let mut entries = Vec::new();
        let until = filter.until.map(key_at);
        let mut before = match (before.map(str::to_owned), until) {
            (Some(before), Some(until)) => Some(before.min(until)),
            (before, until) => before.or(until),
        };
        let begun = Instant::now();
        for _ in 0..MOST_READS {
            let (some, next) = self
                .older_entries(org, filter, before.as_deref(), at_once)
                .await?;
            // Older than what is asked for: nothing behind it fits.
            let is_past = |next: &String| filter.from.is_some_and(|from| *next < key_at(from));
            let next = next.filter(|next| !is_past(next));
            entries.extend(some);
            before = next;
            at_once = at_once.saturating_mul(GROWTH).min(MOST_AT_ONCE);
            if entries.len() > limit || before.is_none() || begun.elapsed() > PATIENCE {
                break;
            }
        }
        if entries.len() > limit {
            entries.truncate(limit);
            before = entries.last().map(|entry: &Entry| entry.at_id.clone());
        }
        Ok(Entries {
            entries,
            older: before,
        })
    }

    /// The newest failure that this tries again, among the entries of late.
    pub async fn last_failure(
        &self,
        org: &OrgId,
        target: &RetryTarget,
    ) -> Result<Option<Entry>, Error> {
        let failed = Filter {
            kind: Some(Kind::Project),
            outcome: Some(Outcome::Failed),
            ..Filter::default()
        };
        let is_it = |entry: &Entry| entry.retry_target().as_ref() == Some(target);
        let mut before = None;
        for _ in 0..MOST_READS {
            let (some, next) = self
                .older_entries(org, &failed, before.as_deref(), MOST_AT_ONCE)
                .await?;
            let found = some.into_iter().find(is_it);
            before = next;
            if found.is_some() || before.is_none() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// One read: the entries that fit among the next `at_once`, and where the next read begins.
    async fn older_entries(
        &self,
        org: &OrgId,
        filter: &Filter,
        before: Option<&str>,
        at_once: i32,
    ) -> Result<(Vec<Entry>, Option<String>), Error> {
        let mut query = self
            .activity
            .query()
            .newest_first()
            .limit(at_once)
            .value(":org", org);
        query = match before {
            Some(before) => query
                .when("#org_id = :org AND #at_id < :before")
                .value(":before", before),
            None => query.when("#org_id = :org"),
        };
        let mut filters = Vec::new();
        for (number, word) in filter.words().iter().take(WORDS_ASKED_FOR).enumerate() {
            let word_name = format!(":word{number}");
            filters.push(format!(
                "(attribute_not_exists(#sought) OR contains(#sought, {word_name}))"
            ));
            query = query.value(&word_name, word);
        }
        if filter.by.is_some() {
            filters.push("attribute_exists(#by)".to_owned());
        }
        if let Some(kind) = filter.kind {
            filters.push("#kind = :kind".to_owned());
            query = query.value(":kind", kind);
        }
        if let Some(outcome) = filter.outcome {
            filters.push("#outcome = :outcome".to_owned());
            query = query.value(":outcome", outcome);
        }
        if let Some(project) = &filter.project {
            filters.push("#project_id = :project".to_owned());
            query = query.value(":project", project);
        }
        if let Some(job) = &filter.job {
            filters.push("#job_id = :job".to_owned());
            query = query.value(":job", job);
        }
        if !filters.is_empty() {
            query = query.filter(&filters.join(" AND "));
        }
        let (mut entries, next) = query.page::<Entry>().await?;
        entries.retain(|entry| filter.fits(entry));
        let next = next
            .map(serde_dynamo::from_item::<_, EntryKey>)
            .transpose()?;
        Ok((entries, next.map(|key| key.at_id)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b42_keys_sort_by_the_time_that_they_begin_with() {
        let clock = clock::Clock::default();
        let before = clock.now_s();
        let id = clock.id().to_string();
        assert!(id >= key_at(before), "{id}");
        assert!(id < key_at(clock.now_s() + 1), "{id}");
    }

    #[test]
    fn b42_words_and_people_are_found_whatever_the_case() {
        let mut one: Entry = serde_json::from_value(serde_json::json!({
            "org_id": "o", "at_id": "1", "at": 1, "kind": "photo", "outcome": "copied", "expires_at": 2,
            "text": "Photo “Front” was copied to its job.", "by": "avery@x.example",
        }))
        .unwrap();
        let filter = |words: &str, by: &str| Filter {
            words: Some(words.to_owned()),
            by: Some(by.to_owned()),
            ..Filter::default()
        };
        assert!(filter("front COPIED", "AVERY").fits(&one));
        assert!(!filter("front moved", "avery").fits(&one));
        assert!(!filter("front", "blake").fits(&one));
        one.by = None;
        assert!(!filter("front", "avery").fits(&one));
    }
}
