//! Delivering events: Basic authentication, two more tries, and switches for trouble.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::app::{App, lock};
use crate::model::{Event, EventKind, Subscription, now};

/// A receiver that answers later than this has not answered.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What goes wrong with deliveries until it is set otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Switches {
    /// Each event is delivered twice, with the same id.
    pub duplicate: bool,
    /// Each event is delivered this much later.
    pub delay_ms: u64,
    /// Each second event of an organization overtakes the one before it, which is held back
    /// until then, or until the switches are set anew.
    pub swap: bool,
    /// No event is delivered.
    pub drop: bool,
    /// For this many events only; absent: until changed.
    pub times: Option<u32>,
}

/// One event on its way, as `GET /_sim/webhooks/deliveries` shows it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Delivery {
    event_id: String,
    event: EventKind,
    organization_id: String,
    job_id: String,
    outcome: Outcome,
    attempts: Vec<Attempt>,
    /// Copies that are still to be delivered or given up.
    #[serde(skip)]
    open: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Pending,
    Delivered,
    GivenUp,
    Dropped,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Attempt {
    at: Timestamp,
    /// The HTTP status; absent if there was no answer.
    status: Option<u16>,
}

/// How many deliveries ended how.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Counts {
    pending: usize,
    delivered: usize,
    given_up: usize,
    dropped: usize,
}

pub(crate) struct Webhooks {
    client: reqwest::Client,
    /// How long after a failed try the next one follows; after the last, the event is given up.
    retries: Vec<Duration>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    switches: Switches,
    /// By organization, the event that the next one is to overtake.
    held: BTreeMap<String, (usize, Event)>,
    deliveries: Vec<Delivery>,
}

impl Webhooks {
    pub(crate) fn new(client: reqwest::Client, retries: Vec<Duration>) -> Self {
        Self {
            client,
            retries,
            state: Mutex::default(),
        }
    }

    /// Takes an event of an organization that is subscribed to it, and delivers it in the
    /// background.
    pub(crate) fn enqueue(&self, app: &Arc<App>, event: Event) {
        let mut state = lock(&self.state);
        let switches = state.switches.clone();
        if let Some(times) = &mut state.switches.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                state.switches = Switches::default();
            }
        }
        let number = state.deliveries.len();
        let copies = if switches.duplicate { 2 } else { 1 };
        state.deliveries.push(Delivery {
            event_id: event.id.clone(),
            event: event.kind,
            organization_id: event.organization_id.clone(),
            job_id: event.job.id.clone(),
            outcome: if switches.drop {
                Outcome::Dropped
            } else {
                Outcome::Pending
            },
            attempts: Vec::new(),
            open: copies,
        });
        if switches.drop {
            return;
        }
        let mut batch: Vec<(usize, Event)> = Vec::new();
        match state.held.remove(&event.organization_id) {
            Some(earlier) => batch.extend([(number, event), earlier]),
            None if switches.swap => {
                let organization_id = event.organization_id.clone();
                state.held.insert(organization_id, (number, event));
            }
            None => batch.push((number, event)),
        }
        drop(state);
        spawn(app, batch, Duration::from_millis(switches.delay_ms));
    }

    /// Sets the switches and lets go of held events.
    pub(crate) fn set_switches(&self, app: &Arc<App>, switches: Switches) {
        let mut state = lock(&self.state);
        state.switches = switches;
        let held: Vec<_> = std::mem::take(&mut state.held).into_values().collect();
        drop(state);
        spawn(app, held, Duration::ZERO);
    }

    pub(crate) fn switches(&self) -> Switches {
        lock(&self.state).switches.clone()
    }

    /// The deliveries of one organization or of all, oldest first.
    pub(crate) fn deliveries(&self, organization_id: Option<&str>) -> Vec<Delivery> {
        let state = lock(&self.state);
        let wanted = state.deliveries.iter().filter(|delivery| {
            organization_id.is_none_or(|organization| delivery.organization_id == organization)
        });
        wanted.cloned().collect()
    }

    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for delivery in &lock(&self.state).deliveries {
            match delivery.outcome {
                Outcome::Pending => counts.pending += 1,
                Outcome::Delivered => counts.delivered += 1,
                Outcome::GivenUp => counts.given_up += 1,
                Outcome::Dropped => counts.dropped += 1,
            }
        }
        counts
    }

    fn copies(&self, number: usize) -> u32 {
        lock(&self.state)
            .deliveries
            .get(number)
            .map_or(0, |delivery| delivery.open)
    }

    /// Sends an event once; the status, or `None` without an answer.
    async fn post(&self, subscription: &Subscription, event: &Event) -> Option<u16> {
        let request = self
            .client
            .post(&subscription.url)
            .basic_auth(&subscription.username, Some(&subscription.password))
            .timeout(TIMEOUT)
            .json(event);
        let response = request.send().await.ok()?;
        Some(response.status().as_u16())
    }

    fn record(&self, number: usize, status: Option<u16>) {
        let mut state = lock(&self.state);
        if let Some(delivery) = state.deliveries.get_mut(number) {
            delivery.attempts.push(Attempt { at: now(), status });
        }
    }

    /// Notes that one copy has come to its end.
    fn conclude(&self, number: usize, outcome: Outcome) {
        let mut state = lock(&self.state);
        if let Some(delivery) = state.deliveries.get_mut(number) {
            delivery.open = delivery.open.saturating_sub(1);
            if delivery.open == 0 {
                delivery.outcome = outcome;
            }
        }
    }
}

/// Delivers a batch in its order; a copy that fails is tried again by itself.
fn spawn(app: &Arc<App>, batch: Vec<(usize, Event)>, delay: Duration) {
    if batch.is_empty() {
        return;
    }
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        tokio::time::sleep(delay).await;
        for (number, event) in batch {
            let copies = app.upgrade().map_or(0, |app| app.webhooks.copies(number));
            for _ in 0..copies {
                if !attempt(&app, number, &event).await {
                    tokio::spawn(retry(app.clone(), number, event.clone()));
                }
            }
        }
    });
}

/// Tries once, with the credentials as they are now; whether this copy needs no further try.
async fn attempt(app: &Weak<App>, number: usize, event: &Event) -> bool {
    let Some(app) = app.upgrade() else {
        return true;
    };
    let subscription = app.read(|world| {
        let organization = world.organization(&event.organization_id).ok()?;
        organization.webhook.clone()
    });
    let Some(subscription) = subscription else {
        app.webhooks.conclude(number, Outcome::GivenUp);
        return true;
    };
    let status = app.webhooks.post(&subscription, event).await;
    app.webhooks.record(number, status);
    let delivered = status.is_some_and(|status| (200..300).contains(&status));
    if delivered {
        app.webhooks.conclude(number, Outcome::Delivered);
    }
    delivered
}

async fn retry(app: Weak<App>, number: usize, event: Event) {
    let retries = app
        .upgrade()
        .map(|app| app.webhooks.retries.clone())
        .unwrap_or_default();
    for pause in retries {
        tokio::time::sleep(pause).await;
        if attempt(&app, number, &event).await {
            return;
        }
    }
    if let Some(app) = app.upgrade() {
        app.webhooks.conclude(number, Outcome::GivenUp);
    }
}
