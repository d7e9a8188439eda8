//! Delivering events to webhooks: signing, retrying, giving up.
//!
//! Anything but exactly 200 is an error. A delivery is tried [`ATTEMPTS`] times with a doubling
//! wait; [`ERRORS_TO_DISABLE`] errors without a success between disable the webhook, silently.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde_json::{Value, json};
use sha1::Sha1;

use crate::Shared;
use crate::settings::Payload;
use crate::state::{Id, State, now};

/// Attempts of one delivery, the first included.
const ATTEMPTS: u32 = 10;
/// Errors of one webhook, over all its deliveries, that disable it.
const ERRORS_TO_DISABLE: u32 = 25;
/// The log keeps this many attempts.
const LOG_CAPACITY: usize = 10_000;
/// How long one half of a swapped pair waits for the other.
const SWAP_PATIENCE: Duration = Duration::from_secs(1);

/// Something happened that webhooks may want to know.
#[derive(Clone, Debug)]
#[expect(clippy::struct_field_names, reason = "the name it has in a delivery")]
pub(crate) struct Event {
    pub company: Id,
    /// `project.created`, `photo.tag_added` …
    pub event_type: String,
    pub object: Value,
}

impl Event {
    fn object_name(&self) -> &str {
        self.event_type.split('.').next().unwrap_or_default()
    }
}

/// One attempt, as `GET /_sim/deliveries` lists it.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the names of its JSON")]
pub(crate) struct Attempt {
    pub webhook_id: Id,
    pub event_type: String,
    pub object_id: Value,
    /// Counted from 1; 0: dropped by the switch.
    pub attempt: u32,
    /// `null`: no answer.
    pub status: Option<u16>,
    pub at: i64,
}

#[derive(Clone)]
struct Delivery {
    webhook: Id,
    event: Event,
    body: Vec<u8>,
    /// Counts as on its way while it lives.
    _open: Arc<()>,
}

impl State {
    /// How many deliveries are on their way, or about to be.
    pub fn pending_deliveries(&self) -> usize {
        self.events.len() + Arc::strong_count(&self.open_deliveries) - 1
    }

    /// Queues an event for the webhooks that want it.
    pub fn fire(&mut self, company: Id, event_type: &str, object: Value) {
        self.events.push_back(Event {
            company,
            event_type: event_type.to_owned(),
            object,
        });
        self.bell.notify_one();
    }

    /// The deliveries of the queued events. `count` numbers them over the simulator's life.
    fn take_deliveries(&mut self, count: &mut u64) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        while let Some(event) = self.events.pop_front() {
            for webhook in self.webhooks.values() {
                let wanted = webhook.enabled
                    && webhook.company == event.company
                    && webhook
                        .scopes
                        .iter()
                        .any(|scope| covers(scope, &event.event_type));
                if !wanted {
                    continue;
                }
                *count += 1;
                let named = match self.settings.payload {
                    Payload::Object => false,
                    Payload::Named => true,
                    Payload::Alternate => count.is_multiple_of(2),
                };
                let payload = if named {
                    json!({ event.object_name(): event.object })
                } else {
                    event.object.clone()
                };
                let webhook_id = if self.settings.numeric_ids {
                    json!(webhook.id)
                } else {
                    json!(webhook.id.to_string())
                };
                let body = json!({
                    "event_type": event.event_type,
                    "created_at": now(),
                    "payload": payload,
                    "webhook_id": webhook_id,
                });
                deliveries.push(Delivery {
                    webhook: webhook.id,
                    event: event.clone(),
                    body: body.to_string().into_bytes(),
                    _open: Arc::clone(&self.open_deliveries),
                });
            }
        }
        deliveries
    }
}

/// Whether a webhook's scope (`project.*`, `photo.created`) covers an event.
fn covers(scope: &str, event_type: &str) -> bool {
    match scope.strip_suffix('*') {
        Some(prefix) => event_type.starts_with(prefix),
        None => scope == event_type,
    }
}

/// Runs for the simulator's life: takes queued events and starts their deliveries.
pub(crate) async fn dispatch(sim: Shared) {
    let bell = std::sync::Arc::clone(&sim.lock().bell);
    let mut count = 0;
    let mut held: Option<Delivery> = None;
    loop {
        if held.is_some() {
            if tokio::time::timeout(SWAP_PATIENCE, bell.notified())
                .await
                .is_err()
            {
                held.take()
                    .into_iter()
                    .for_each(|delivery| start(&sim, delivery, 0));
            }
        } else {
            bell.notified().await;
        }
        let (deliveries, settings) = {
            let mut state = sim.lock();
            (state.take_deliveries(&mut count), state.settings.clone())
        };
        for delivery in deliveries {
            if settings.drop_deliveries {
                log(&mut sim.lock(), &delivery, 0, None);
                continue;
            }
            if settings.duplicate_deliveries {
                start(&sim, delivery.clone(), settings.delivery_delay_ms);
            }
            if !settings.swap_deliveries {
                start(&sim, delivery, settings.delivery_delay_ms);
            } else if let Some(earlier) = held.take() {
                start(&sim, delivery, settings.delivery_delay_ms);
                // Long enough after the other to arrive second.
                start(&sim, earlier, settings.delivery_delay_ms + 50);
            } else {
                held = Some(delivery);
            }
        }
    }
}

fn start(sim: &Shared, delivery: Delivery, delay_ms: u64) {
    let sim = std::sync::Arc::downgrade(sim);
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        for attempt in 1..=ATTEMPTS {
            let Some(sim) = sim.upgrade() else { return };
            let target = {
                let state = sim.lock();
                let webhook = state
                    .webhooks
                    .get(&delivery.webhook)
                    .filter(|webhook| webhook.enabled);
                webhook.map(|webhook| (webhook.url.clone(), webhook.token.clone()))
            };
            let Some((url, token)) = target else { return };
            let status = post(&sim, &url, &token, &delivery.body).await;
            let backoff = {
                let mut state = sim.lock();
                record(&mut state, &delivery, attempt, status);
                state.settings.delivery_backoff_ms
            };
            if status == Some(200) {
                return;
            }
            drop(sim);
            tokio::time::sleep(Duration::from_millis(backoff << (attempt - 1))).await;
        }
    });
}

async fn post(sim: &Shared, url: &str, token: &str, body: &[u8]) -> Option<u16> {
    let answer = sim
        .http
        .post(url)
        .header("Content-Type", "application/json")
        .header("X-CompanyCam-Signature", signature(token, body))
        .body(body.to_vec())
        .send()
        .await;
    answer.ok().map(|answer| answer.status().as_u16())
}

/// `base64(HMAC-SHA1(body, token))`.
fn signature(token: &str, body: &[u8]) -> String {
    Hmac::<Sha1>::new_from_slice(token.as_bytes())
        .map(|mut mac| {
            mac.update(body);
            STANDARD.encode(mac.finalize().into_bytes())
        })
        // HMAC takes keys of any length; without a key there would be no signature.
        .unwrap_or_default()
}

fn log(state: &mut State, delivery: &Delivery, attempt: u32, status: Option<u16>) {
    if state.delivery_log.len() == LOG_CAPACITY {
        state.delivery_log.pop_front();
    }
    state.delivery_log.push_back(Attempt {
        webhook_id: delivery.webhook,
        event_type: delivery.event.event_type.clone(),
        object_id: delivery.event.object.get("id").cloned().unwrap_or_default(),
        attempt,
        status,
        at: now(),
    });
}

fn record(state: &mut State, delivery: &Delivery, attempt: u32, status: Option<u16>) {
    log(state, delivery, attempt, status);
    let Some(webhook) = state.webhooks.get_mut(&delivery.webhook) else {
        return;
    };
    if status == Some(200) {
        webhook.errors = 0;
        return;
    }
    webhook.errors += 1;
    if webhook.errors >= ERRORS_TO_DISABLE {
        webhook.enabled = false;
        webhook.updated_at = now();
    }
}

#[cfg(test)]
mod tests {
    use super::{covers, signature};

    #[test]
    fn a_scope_covers_its_own_events() {
        assert!(covers("project.*", "project.created"));
        assert!(covers("photo.created", "photo.created"));
        assert!(!covers("photo.created", "photo.updated"));
        assert!(!covers("project.*", "photo.created"));
    }

    #[test]
    fn the_signature_is_base64_of_hmac_sha1() {
        // RFC 2202, test case 2.
        let signed = signature("Jefe", b"what do ya want for nothing?");
        assert_eq!(signed, "7/zfauXrL6LSdBbV8YTfnCWafHk=");
    }
}
