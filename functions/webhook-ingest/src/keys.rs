//! The keys that deliveries are checked with.
//!
//! They are derived: the webhook's address, and One Click's user name, say of which version of the ring
//! and for which connection. So a delivery costs no read, and a forged one costs its hash. Webhooks that
//! an earlier version registered say nothing of the kind, and have keys in a secret of the organization's
//! own, until the next poll registers them anew.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use one_click::OrgId;
use runtime::{KeyName, Secrets, WebhookKeys, WorkError};

/// For how long an organization's own keys that fit are not read again.
const KEPT: Duration = Duration::from_mins(1);
/// How often those that do not fit are read again: anybody can send something wrong.
const READ_EVERY: Duration = Duration::from_secs(10);
/// How many organizations' own keys are kept.
const MOST: usize = 10_000;
/// How many reads of them a process makes within [`READ_EVERY`]: anybody can make an organization up.
const MOST_READS: usize = 20;
/// Longer is no user name of ours.
const LONGEST_NAME: usize = 64;

/// What a delivery says of the key that it was signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// A derived key.
    Key(KeyName),
    /// Nothing: the webhook was registered by an earlier version.
    Nothing,
    /// Something that no webhook of ours says.
    Nonsense,
}

/// What the query of CompanyCam's webhook's address says.
pub fn named_in_query(query: Option<&str>) -> Named {
    let Some(query) = query.filter(|query| !query.is_empty()) else {
        return Named::Nothing;
    };
    let numbers = query
        .strip_prefix("v=")
        .and_then(|rest| rest.split_once("&g="));
    numbers
        .and_then(|(version, generation)| KeyName::parse(version, generation))
        .map_or(Named::Nonsense, Named::Key)
}

/// What One Click's credentials say, by their user name.
pub fn named_in_credentials(header: Option<&str>) -> Named {
    let name = header
        .and_then(|header| header.trim().split_once(' '))
        .filter(|(scheme, rest)| {
            scheme.eq_ignore_ascii_case("basic") && rest.len() < 4 * LONGEST_NAME
        })
        .and_then(|(_, rest)| STANDARD.decode(rest.trim()).ok())
        .and_then(|pair| {
            let name = pair.split(|byte| *byte == b':').next()?;
            String::from_utf8(name.to_vec()).ok()
        });
    match name {
        Some(name) => KeyName::of_username(&name).map_or(Named::Nothing, Named::Key),
        None => Named::Nonsense,
    }
}

#[derive(Debug, Clone)]
struct Kept {
    read_at: Instant,
    /// `None`: there were none.
    keys: Option<WebhookKeys>,
}

#[derive(Debug, Default)]
struct Old {
    kept: HashMap<OrgId, Kept>,
    /// Since when reads are counted, and how many there were.
    reads: Option<(Instant, usize)>,
}

/// The organizations' own keys that this process has read.
#[derive(Debug, Default)]
pub struct Keys(Mutex<Old>);

impl Keys {
    /// Whether the key that is named fits.
    pub async fn fit(
        &self,
        secrets: &Secrets,
        org: &OrgId,
        named: Named,
        fits: impl Fn(&WebhookKeys) -> bool,
    ) -> Result<bool, WorkError> {
        match named {
            Named::Key(name) => {
                let keys = secrets.webhook_keys(org, name).await?;
                Ok(keys.as_ref().is_some_and(fits))
            }
            Named::Nothing => self.old_fit(secrets, org, fits).await,
            Named::Nonsense => Ok(false),
        }
    }

    async fn old_fit(
        &self,
        secrets: &Secrets,
        org: &OrgId,
        fits: impl Fn(&WebhookKeys) -> bool,
    ) -> Result<bool, WorkError> {
        let kept = self.lock().kept.get(org).cloned();
        if let Some(kept) = kept {
            let fit = kept.keys.as_ref().is_some_and(&fits);
            let good_for = if fit { KEPT } else { READ_EVERY };
            if kept.read_at.elapsed() < good_for {
                return Ok(fit);
            }
        }
        if !self.may_read() {
            return Ok(false);
        }
        let read_at = Instant::now();
        let keys = secrets.old_webhook_keys(org).await?;
        let fit = keys.as_ref().is_some_and(fits);
        let mut old = self.lock();
        if old.kept.len() >= MOST {
            // One goes, whichever: those who knock with names that they made up must not put out all.
            let one = old.kept.keys().next().cloned();
            one.map(|one| old.kept.remove(&one));
        }
        old.kept.insert(org.clone(), Kept { read_at, keys });
        Ok(fit)
    }

    fn may_read(&self) -> bool {
        let mut old = self.lock();
        let (since, reads) = old
            .reads
            .filter(|(since, _)| since.elapsed() < READ_EVERY)
            .unwrap_or((Instant::now(), 0));
        old.reads = Some((since, reads + 1));
        reads < MOST_READS
    }

    fn lock(&self) -> MutexGuard<'_, Old> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(version: u32, generation: i64) -> Named {
        Named::Key(KeyName {
            version,
            generation,
        })
    }

    #[test]
    fn b17_an_address_names_its_key_or_nothing() {
        assert_eq!(named_in_query(Some("v=2&g=7")), key(2, 7));
        assert_eq!(named_in_query(None), Named::Nothing);
        assert_eq!(named_in_query(Some("")), Named::Nothing);
        for nonsense in ["v=2", "g=7&v=2", "v=2&g=7&x=1", "v=&g=", "v=02&g=7", "x"] {
            assert_eq!(
                named_in_query(Some(nonsense)),
                Named::Nonsense,
                "{nonsense}"
            );
        }
    }

    #[test]
    fn b17_credentials_name_their_key_or_nothing() {
        let named = |pair: &str| {
            let header = format!("Basic {}", STANDARD.encode(pair));
            named_in_credentials(Some(&header))
        };
        assert_eq!(named("one-click.v2.g7:secret"), key(2, 7));
        assert_eq!(named("one-click:secret"), Named::Nothing);
        assert_eq!(named_in_credentials(None), Named::Nonsense);
        for header in ["Basic", "Basic ???", "Bearer b25l", "basic\tb25l"] {
            assert_eq!(
                named_in_credentials(Some(header)),
                Named::Nonsense,
                "{header}"
            );
        }
        assert_eq!(named(&"x".repeat(500)), Named::Nonsense, "too long");
    }
}
