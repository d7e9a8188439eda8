//! One message: read, looked at, handed on.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_lambda_events::event::sqs::SqsMessage;
use model::messages::{Envelope, Failures, Look, SyncMessage};
use runtime::panics::{Panicked, guarded};
use runtime::queues::{QueueError, backoff};
use runtime::{App, WorkError};
use sync::failure::{self, Next};
use tracing::Instrument;

/// So many projects that were listed are looked at beside each other.
const AT_ONCE: usize = 4;
/// What handing a look on may take.
const HANDING_ON: Duration = Duration::from_secs(6);
/// How often a look that panics is taken: what it met may have been a passing state.
const PANIC_TRIES: u32 = 5;

/// The looks at photos that come one behind another, each photo once, as deliveries asked for them.
pub fn burst(records: &[SqsMessage]) -> Vec<SyncMessage> {
    let mut seen = BTreeSet::new();
    let mut burst = Vec::new();
    for record in records {
        let Some(message) = told(record) else { break };
        let Look::Photo { photo_id, .. } = &message.look else {
            break;
        };
        if !seen.insert(photo_id.clone()) {
            // What is told later is taken later.
            break;
        }
        burst.push(message);
    }
    burst
}

/// A message that a delivery put into its organization's turn.
fn told(record: &SqsMessage) -> Option<SyncMessage> {
    in_turn(record).filter(|message| message.told.is_some())
}

/// Whether the same look is among others of its batch. What stands before it took it, or handed it on: all were in
/// the queue before that looked, so it saw what this is about.
pub fn is_repeated(record: &SqsMessage, others: &[SqsMessage]) -> bool {
    let Some(message) = in_turn(record) else {
        return false;
    };
    others
        .iter()
        .filter_map(in_turn)
        .any(|other| is_same(&other, &message))
}

/// Of a project's events the first asks for all of them. Another look that was told something is the only one to
/// know.
fn is_same(one: &SyncMessage, other: &SyncMessage) -> bool {
    let bare = |message: &SyncMessage| message.clone().telling(None);
    let nothing_told = one.told.is_none() && other.told.is_none();
    let projects = matches!(one.look, Look::Project { .. });
    (nothing_told || projects) && bare(one) == bare(other)
}

/// How many of the first records are looked at beside each other: projects that were listed, each another one.
/// They wait for answers most of the time, and one by one would not use up CompanyCam's limit. A row that two of
/// them would take is taken on a condition, as by two functions.
pub fn together(records: &[SqsMessage]) -> usize {
    let mut projects = BTreeSet::new();
    let listed = records.iter().map_while(|record| {
        let Look::Project { project_id, origin } = in_turn(record)?.look else {
            return None;
        };
        (!origin.is_event() && projects.insert(project_id)).then_some(())
    });
    listed.take(AT_ONCE).count().max(1)
}

/// The message, if it is one that is looked at now: in its organization's turn.
fn in_turn(record: &SqsMessage) -> Option<SyncMessage> {
    let message: SyncMessage = serde_json::from_str(record.body.as_deref()?).ok()?;
    let source = record.event_source_arn.as_deref()?;
    let ordered = source
        .rsplit_once('.')
        .is_some_and(|(_, kind)| kind == "fifo");
    let group = record.attributes.get("MessageGroupId")?;
    (ordered && group == message.org_id.as_str()).then_some(message)
}

/// Handles one message of either queue. `behind`: what stands behind it in its batch.
pub async fn handle(
    app: &App,
    record: &SqsMessage,
    behind: &[SqsMessage],
) -> Result<(), QueueError> {
    let body = record.body.as_deref().unwrap_or_default();
    let message: SyncMessage = match serde_json::from_str(body) {
        Ok(message) => message,
        Err(error) => return unreadable(app, body, &error).await,
    };
    let source = record.event_source_arn.as_deref().unwrap_or_default();
    // SQS demands this ending of every FIFO queue.
    let put_off = source.strip_suffix(".fifo").is_none();
    // Dead letters are in groups of their own, and moved back they still are: a look must not be taken
    // beside another of its organization.
    let group = record.attributes.get("MessageGroupId");
    let moved_back = group.is_some_and(|group| group != message.org_id.as_str());
    if put_off || moved_back {
        return app.queues.send_looks(&[message]).await;
    }
    let message = if is_repeated(record, behind) {
        // Which of them says what is so now, CompanyCam knows.
        message.telling(None)
    } else {
        message
    };
    let span = tracing::info_span!(
        "look",
        org.id = %message.org_id,
        look.kind = message.look.kind(),
        message.id = record.message_id.as_deref(),
        message.tries,
    );
    let handled = async {
        match look(app, &message).await {
            Ok(()) => Ok(()),
            Err(error) => hand_on(app, &message, error, body).await,
        }
    };
    handled.instrument(span).await
}

/// A message that panicked: put off, and set aside when it does so again and again.
pub async fn panicked(
    app: &App,
    record: &SqsMessage,
    panicked: &Panicked,
) -> Result<(), QueueError> {
    let body = record.body.as_deref().unwrap_or_default();
    let Ok(message) = serde_json::from_str::<SyncMessage>(body) else {
        return app.queues.dead_letter_look(body).await;
    };
    if message.failures.panics < PANIC_TRIES {
        let again = SyncMessage {
            failures: Failures {
                panics: message.failures.panics + 1,
                ..message.failures.clone()
            },
            ..message.again()
        };
        return put_off(app, &again, backoff(message.tries), &panicked.to_string()).await;
    }
    set_aside(app, &message, &panicked.to_string(), body).await
}

/// Nobody but us writes here: a message that can't be read is of a version that is deployed already,
/// or still, elsewhere. It waits for the one that can read it.
async fn unreadable(app: &App, body: &str, error: &serde_json::Error) -> Result<(), QueueError> {
    let column = error.column();
    let Some(again) = Envelope::again(body) else {
        tracing::error!(column, "a message that can't be read was set aside");
        return app.queues.dead_letter_look(body).await;
    };
    // The template counts these lines.
    tracing::error!(column, org.id = %again.org_id, message.tries = again.tries, "a message of another version waits");
    app.queues.send_look_as_it_came(&again).await
}

/// Takes the look, for as long as there is time to hand it on afterwards.
async fn look(app: &App, message: &SyncMessage) -> Result<(), WorkError> {
    // Boxed: the largest look's future would otherwise be part of every caller's.
    let look = Box::pin(sync::look(app, message));
    tokio::select! {
        looked = look => looked,
        () = app.deadline().nears(&app.clock, HANDING_ON) => {
            Err(WorkError::transient("it took longer than a function may run"))
        }
    }
}

/// Puts the look off, lets it wait in a row, or sets it aside.
async fn hand_on(
    app: &App,
    message: &SyncMessage,
    error: WorkError,
    body: &str,
) -> Result<(), QueueError> {
    let cause = error.to_string();
    let next = match failure::failed(app, message, error).await {
        Ok(next) => next,
        Err(error) => {
            // Where it belongs can't be told now: it comes back, and then it can.
            tracing::warn!(org.id = %message.org_id, cause = %error, "what a failure means could not be told");
            Next::Later(Box::new(message.again()), backoff(message.tries))
        }
    };
    match next {
        Next::Waits => Ok(()),
        Next::Later(again, delay) => put_off(app, &again, delay, &cause).await,
        Next::SetAside(reason) => set_aside(app, message, &reason, body).await,
    }
}

async fn put_off(
    app: &App,
    again: &SyncMessage,
    delay: Duration,
    cause: &str,
) -> Result<(), QueueError> {
    let delay = delay.max(Duration::from_secs(1));
    tracing::warn!(org.id = %again.org_id, look.kind = again.look.kind(), message.tries = again.tries, delay_s = delay.as_secs(), cause, "put off a look");
    app.queues.send_look_later(again, delay).await
}

async fn set_aside(
    app: &App,
    message: &SyncMessage,
    reason: &str,
    body: &str,
) -> Result<(), QueueError> {
    tracing::error!(org.id = %message.org_id, look.kind = message.look.kind(), cause = reason, "set a look aside");
    // What makes a look panic may do so here too. The dead-letter queue has it all the same.
    match guarded(Box::pin(sync::set_aside(app, message, reason))).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::error!(org.id = %message.org_id, cause = %error, "could not write down why");
        }
        Err(error) => {
            tracing::error!(org.id = %message.org_id, cause = %error, "could not write down why");
        }
    }
    app.queues.dead_letter_look(body).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use model::messages::{Origin, Told};

    use super::*;

    fn project(id: &str, origin: Origin) -> SyncMessage {
        let project_id = id.parse().unwrap();
        SyncMessage::new(
            &"org".parse().unwrap(),
            Look::Project { project_id, origin },
        )
    }

    fn record(message: &SyncMessage) -> SqsMessage {
        let mut record = SqsMessage::default();
        record.body = Some(serde_json::to_string(message).unwrap());
        record.event_source_arn = Some("arn:aws:sqs:us-east-1:123456789012:sync.fifo".to_owned());
        record.attributes = [("MessageGroupId".to_owned(), "org".to_owned())].into();
        record
    }

    fn records(messages: &[SyncMessage]) -> Vec<SqsMessage> {
        messages.iter().map(record).collect()
    }

    #[test]
    fn b19_listed_projects_are_looked_at_beside_each_other() {
        let listed = ["1", "2", "3", "4", "5"].map(|id| project(id, Origin::Sync));
        assert_eq!(together(&records(&listed)), AT_ONCE);
        let twice = ["1", "2", "1"].map(|id| project(id, Origin::Poll));
        assert_eq!(together(&records(&twice)), 2);
        let told_of = [project("1", Origin::Sync), project("2", Origin::Event)];
        assert_eq!(together(&records(&told_of)), 1);
        let events = ["1", "2"].map(|id| project(id, Origin::Event));
        assert_eq!(together(&records(&events)), 1);
    }

    #[test]
    fn b26_only_the_same_look_before_it_makes_one_needless() {
        let (event, other) = (project("1", Origin::Event), project("2", Origin::Event));
        let merge = project("1", Origin::Merge);
        let before = records(&[other, event.clone()]);
        assert!(is_repeated(&record(&event), &before));
        assert!(!is_repeated(&record(&event), &before[..1]));
        assert!(!is_repeated(&record(&merge), &before));
        let tell = |message: &SyncMessage, object: &str| {
            let object = object.to_owned();
            record(&message.clone().telling(Some(Told { at: 1, object })))
        };
        // Two events of one project are one look, whatever they say.
        let (one, two) = (tell(&event, "{}"), tell(&event, "[]"));
        assert!(is_repeated(&two, std::slice::from_ref(&one)) && is_repeated(&one, &[two]));
        assert!(!is_repeated(&tell(&merge, "{}"), &[one]));
        // A photo's event says what no other does.
        let look = Look::Photo {
            photo_id: "1".parse().unwrap(),
            tags: false,
        };
        let photo = SyncMessage::new(&"org".parse().unwrap(), look);
        assert!(!is_repeated(&tell(&photo, "{}"), &[tell(&photo, "{}")]));
        assert!(is_repeated(&record(&photo), &records(&[photo])));
    }
}
