//! The keys that deliveries are checked with, kept so that a delivery costs no read.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use one_click::OrgId;
use runtime::{Secrets, Trouble, WebhookKeys};

/// For how long keys that fit are not read again: so long a disconnected organization's deliveries
/// may still be taken in, and then come to nothing.
const KEPT: Duration = Duration::from_mins(1);
/// How often keys that do not fit are read again: reconnecting changes them, and anybody can send
/// something wrong.
const READ_EVERY: Duration = Duration::from_secs(10);
/// How many organizations' keys are kept.
const MOST: usize = 10_000;

#[derive(Debug, Clone)]
struct Kept {
    read_at: Instant,
    /// `None`: there were none.
    keys: Option<WebhookKeys>,
}

/// The keys that this process has read.
#[derive(Debug, Default)]
pub struct Keys(Mutex<HashMap<OrgId, Kept>>);

impl Keys {
    /// Whether the organization has keys that fit.
    pub async fn fit(
        &self,
        secrets: &Secrets,
        org: &OrgId,
        fits: impl Fn(&WebhookKeys) -> bool,
    ) -> Result<bool, Trouble> {
        let kept = self.lock().get(org).cloned();
        if let Some(kept) = kept {
            let fit = kept.keys.as_ref().is_some_and(&fits);
            let good_for = if fit { KEPT } else { READ_EVERY };
            if kept.read_at.elapsed() < good_for {
                return Ok(fit);
            }
        }
        let read_at = Instant::now();
        let keys = secrets.webhook_keys(org).await?;
        let fit = keys.as_ref().is_some_and(fits);
        let mut all = self.lock();
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(org.clone(), Kept { read_at, keys });
        Ok(fit)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<OrgId, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
