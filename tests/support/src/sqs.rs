//! SQS as the functions use it: sending in batches, delays, message groups, dead letters.
//!
//! Winterbaume's SQS forgets the message group and keeps no order within one, which is the very
//! thing that the synchronisation rests on; so this is our own, kept to what SQS documents.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use md5::{Digest, Md5};
use serde_json::{Value, json};
use simulator_kit::clock::now_ms;
use winterbaume_core::{MockRequest, MockResponse, MockService};

use crate::aws::{action, max_receives, visibility_s};

/// The longest delay of a message, in seconds.
const MAX_DELAY_S: u64 = 900;
/// The most that a batch may hold, in bytes.
const MAX_BATCH_BYTES: usize = 1_048_576;

/// The template's queues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Queue {
    /// `sync.fifo`.
    Sync,
    /// Looks that come back later.
    Retry,
    /// Photos to copy.
    Photos,
    /// Photos of sync runs, nightly passes and ended outages.
    Backlog,
    /// Looks that can never succeed.
    SyncDeadLetters,
    /// Looks that could not even be put back.
    RetryDeadLetters,
    /// Photos that can never be copied.
    PhotoDeadLetters,
}

impl Queue {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Sync,
        Self::Retry,
        Self::Photos,
        Self::Backlog,
        Self::SyncDeadLetters,
        Self::RetryDeadLetters,
        Self::PhotoDeadLetters,
    ];

    /// Those that functions take from.
    pub const WORKING: [Self; 4] = [Self::Sync, Self::Retry, Self::Photos, Self::Backlog];

    /// Whether its messages are about files.
    pub fn is_of_files(self) -> bool {
        matches!(self, Self::Photos | Self::Backlog)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Sync => "sync.fifo",
            Self::Retry => "retry",
            Self::Photos => "photos",
            Self::Backlog => "photo-backlog",
            Self::SyncDeadLetters => "sync-dead-letters.fifo",
            Self::RetryDeadLetters => "retry-dead-letters",
            Self::PhotoDeadLetters => "photo-dead-letters",
        }
    }

    pub fn url(self) -> String {
        format!(
            "https://sqs.us-east-1.amazonaws.com/123456789012/{}",
            self.name()
        )
    }

    /// Its ARN.
    pub fn arn(self) -> String {
        format!("arn:aws:sqs:us-east-1:123456789012:{}", self.name())
    }

    /// Whether it keeps order within each message group.
    pub fn is_fifo(self) -> bool {
        matches!(self, Self::Sync | Self::SyncDeadLetters)
    }

    fn dead_letters(self) -> Option<Self> {
        match self {
            Self::Sync => Some(Self::SyncDeadLetters),
            Self::Retry => Some(Self::RetryDeadLetters),
            Self::Photos | Self::Backlog => Some(Self::PhotoDeadLetters),
            Self::SyncDeadLetters | Self::RetryDeadLetters | Self::PhotoDeadLetters => None,
        }
    }
}

/// A message in a queue.
#[derive(Debug, Clone)]
pub struct Message {
    pub id: String,
    /// What was sent.
    pub body: String,
    /// Its message group.
    pub group: Option<String>,
    /// When it can be received, in Unix milliseconds.
    pub due_ms: u64,
    /// How often it was received.
    pub receives: u32,
    /// How often each function had a turn in the chain of messages that led to this one, as the SDK
    /// passes it on and Lambda counts it.
    pub lineage: Lineage,
    /// While somebody has it: until when it is hidden from others, in Unix milliseconds.
    hidden_until_ms: Option<u64>,
}

/// Function → turns.
pub type Lineage = BTreeMap<&'static str, u32>;

tokio::task_local! {
    /// Of the messages that the running handler was called with.
    static HANDLED: Lineage;
}

/// Runs a handler whose sends carry on this lineage.
pub(crate) async fn carrying_on<T>(lineage: Lineage, handler: impl Future<Output = T>) -> T {
    HANDLED.scope(lineage, handler).await
}

impl Message {
    /// The body, which is JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("our messages are JSON")
    }

    /// Whether somebody has it.
    pub fn in_flight(&self) -> bool {
        self.hidden_until_ms.is_some_and(|until| until > now_ms())
    }

    /// Whether it is a look that was sent to come much later, and not put off by a failure, by a pause
    /// or, as a photo, by a lease.
    fn waits(&self) -> bool {
        let much_later = now_ms() + 60_000;
        let body = self.json();
        let look = &body["look"];
        let may_wait = look.is_object() && look["kind"] != "probe";
        self.due_ms > much_later && body["tries"] == 0 && may_wait
    }
}

/// All queues. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Sqs {
    queues: Arc<Mutex<BTreeMap<Queue, Vec<Message>>>>,
}

impl Sqs {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Queue, Vec<Message>>> {
        self.queues.lock().expect("no holder panicked")
    }

    /// Puts a message into a queue, as any sender could.
    pub fn send(&self, queue: Queue, body: &str, group: Option<&str>, delay: Duration) -> String {
        let id = uuid::Uuid::new_v4().to_string();
        self.lock().entry(queue).or_default().push(Message {
            id: id.clone(),
            body: body.to_owned(),
            group: group.map(str::to_owned),
            due_ms: now_ms() + u64::try_from(delay.as_millis()).expect("a delay"),
            receives: 0,
            lineage: HANDLED.try_with(Clone::clone).unwrap_or_default(),
            hidden_until_ms: None,
        });
        id
    }

    /// Up to `most` messages that are due, oldest first; they stay in flight until they are deleted or given
    /// back, or until the time for which the queue hides them is over. A FIFO queue gives nothing from a
    /// group that has some in flight.
    pub fn receive(&self, queue: Queue, most: usize) -> Vec<Message> {
        self.end_flights(queue);
        let mut queues = self.lock();
        let messages = queues.entry(queue).or_default();
        let now = now_ms();
        let hidden_until_ms = Some(now + 1000 * visibility_s(queue));
        let busy: BTreeSet<_> = messages
            .iter()
            .filter(|message| queue.is_fifo() && message.in_flight())
            .filter_map(|message| message.group.clone())
            .collect();
        let ready = messages.iter_mut().filter(|message| {
            let held = message
                .group
                .as_ref()
                .is_some_and(|group| busy.contains(group));
            !held && !message.in_flight() && message.due_ms <= now
        });
        ready
            .take(most)
            .map(|message| {
                message.hidden_until_ms = hidden_until_ms;
                message.receives += 1;
                message.clone()
            })
            .collect()
    }

    /// Handled.
    pub fn delete(&self, queue: Queue, id: &str) {
        self.lock()
            .entry(queue)
            .or_default()
            .retain(|message| message.id != id);
    }

    /// Not handled: it can be received again, or is set aside after too many times.
    pub fn give_back(&self, queue: Queue, id: &str) {
        let mut queues = self.lock();
        let messages = queues.entry(queue).or_default();
        let Some(at) = messages.iter().position(|message| message.id == id) else {
            return;
        };
        messages[at].hidden_until_ms = None;
        if messages[at].receives < max_receives(queue) {
            return;
        }
        let dead = messages.remove(at);
        if let Some(dead_letters) = queue.dead_letters() {
            queues.entry(dead_letters).or_default().push(dead);
        }
    }

    /// What was hidden for its time, and not handled, comes back.
    fn end_flights(&self, queue: Queue) {
        for message in self.messages(queue) {
            if message.hidden_until_ms.is_some() && !message.in_flight() {
                self.give_back(queue, &message.id);
            }
        }
    }

    /// Lambda took the chain that led to this message for a loop: it goes to the dead letters.
    pub fn end_loop(&self, queue: Queue, id: &str) {
        let mut queues = self.lock();
        let messages = queues.entry(queue).or_default();
        let Some(at) = messages.iter().position(|message| message.id == id) else {
            return;
        };
        let ended = messages.remove(at);
        if let Some(dead_letters) = queue.dead_letters() {
            queues.entry(dead_letters).or_default().push(ended);
        }
    }

    /// Every message in flight can be received again, as when a function was cut off.
    pub fn give_all_back(&self) {
        for queue in Queue::ALL {
            for message in self.messages(queue) {
                if message.hidden_until_ms.is_some() {
                    self.give_back(queue, &message.id);
                }
            }
        }
    }

    /// Loses every message there is.
    pub fn lose_all(&self) {
        self.lock().values_mut().for_each(Vec::clear);
    }

    /// Ends the delays of what was put off: it is due now. A look that is to come later, and was not
    /// tried yet, stays.
    pub fn hasten(&self) {
        let now = now_ms();
        for message in self.lock().values_mut().flatten() {
            if !message.waits() {
                message.due_ms = message.due_ms.min(now);
            }
        }
    }

    /// The looks that are to come much later are due now; how many those were.
    pub fn end_waits(&self) -> usize {
        let now = now_ms();
        let mut ended = 0;
        for message in self.lock().values_mut().flatten() {
            if message.waits() {
                message.due_ms = now;
                ended += 1;
            }
        }
        ended
    }

    /// What is in a queue, delayed and in flight included.
    pub fn messages(&self, queue: Queue) -> Vec<Message> {
        self.lock().get(&queue).cloned().unwrap_or_default()
    }

    /// When the next message of the working queues is due, in Unix milliseconds; `None`: they are
    /// empty, but for looks that are to come much later.
    pub fn next_due_ms(&self) -> Option<u64> {
        Queue::WORKING
            .into_iter()
            .flat_map(|queue| self.messages(queue))
            .filter(|message| !message.waits())
            .map(|message| message.due_ms.max(message.hidden_until_ms.unwrap_or(0)))
            .min()
    }

    fn send_one(&self, body: &Value) -> Result<Value, String> {
        let mut entry = body.clone();
        entry["Id"] = json!("0");
        let batch = json!({"QueueUrl": body["QueueUrl"], "Entries": [entry]});
        let sent = self.send_batch(&batch)?;
        Ok(sent["Successful"][0].clone())
    }

    /// Hides messages in flight for another time; for none they can be received at once. A receipt is
    /// the message's id here.
    fn change_visibility(&self, body: &Value) -> Result<Value, String> {
        let (queue, entries) = batch_of(body)?;
        let mut queues = self.lock();
        let messages = queues.entry(queue).or_default();
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        for entry in entries {
            let seconds = entry["VisibilityTimeout"].as_u64().unwrap_or_default();
            let message = messages
                .iter_mut()
                .find(|message| entry["ReceiptHandle"] == message.id && message.in_flight());
            if let Some(message) = message {
                message.hidden_until_ms = Some(now_ms() + 1000 * seconds);
                done.push(json!({"Id": entry["Id"]}));
            } else {
                let code = "ReceiptHandleIsInvalid";
                failed.push(json!({"Id": entry["Id"], "Code": code, "SenderFault": true}));
            }
        }
        Ok(json!({"Successful": done, "Failed": failed}))
    }

    fn change_one_visibility(&self, body: &Value) -> Result<Value, String> {
        let mut entry = body.clone();
        entry["Id"] = json!("0");
        let batch = json!({"QueueUrl": body["QueueUrl"], "Entries": [entry]});
        let changed = self.change_visibility(&batch)?;
        if changed["Failed"] == json!([]) {
            return Ok(json!({}));
        }
        Err(format!("{} is not in flight", body["ReceiptHandle"]))
    }

    /// A receipt is the message's id here. What is not there any more is no error.
    fn delete_one(&self, body: &Value) -> Result<Value, String> {
        let url = body["QueueUrl"].as_str().unwrap_or_default();
        let queue = Queue::ALL.into_iter().find(|queue| queue.url() == url);
        let queue = queue.ok_or_else(|| format!("no queue {url}"))?;
        self.delete(queue, body["ReceiptHandle"].as_str().unwrap_or_default());
        Ok(json!({}))
    }

    fn send_batch(&self, body: &Value) -> Result<Value, String> {
        let (queue, entries) = batch_of(body)?;
        let ids: BTreeSet<_> = entries.iter().map(|entry| entry["Id"].as_str()).collect();
        if ids.len() < entries.len() {
            return Err("the ids of a batch's entries are not distinct".to_owned());
        }
        let bytes: usize = entries
            .iter()
            .map(|entry| entry["MessageBody"].as_str().unwrap_or_default().len())
            .sum();
        if bytes > MAX_BATCH_BYTES {
            return Err(format!("{bytes} bytes in a batch"));
        }
        for entry in entries {
            check(queue, entry)?;
        }
        let sent = entries.iter().map(|entry| {
            let text = entry["MessageBody"].as_str().unwrap_or_default();
            let delay = Duration::from_secs(entry["DelaySeconds"].as_u64().unwrap_or(0));
            let id = self.send(queue, text, entry["MessageGroupId"].as_str(), delay);
            json!({"Id": entry["Id"], "MessageId": id, "MD5OfMessageBody": md5_of(text)})
        });
        Ok(json!({"Successful": sent.collect::<Vec<_>>(), "Failed": []}))
    }
}

/// The queue of a batch, and its entries.
fn batch_of(body: &Value) -> Result<(Queue, &[Value]), String> {
    let url = body["QueueUrl"].as_str().unwrap_or_default();
    let queue = Queue::ALL
        .into_iter()
        .find(|queue| queue.url() == url)
        .ok_or_else(|| format!("no queue {url}"))?;
    let entries = body["Entries"].as_array().map_or(&[][..], Vec::as_slice);
    if entries.is_empty() || entries.len() > 10 {
        return Err(format!("{} entries in a batch", entries.len()));
    }
    Ok((queue, entries))
}

fn check(queue: Queue, entry: &Value) -> Result<(), String> {
    let delay = entry["DelaySeconds"].as_u64();
    if delay.is_some_and(|delay| delay > MAX_DELAY_S) {
        return Err(format!("a delay of {delay:?} s"));
    }
    if !queue.is_fifo() {
        return Ok(());
    }
    if delay.is_some() {
        return Err("a FIFO queue knows no delay of a single message".to_owned());
    }
    for name in ["MessageGroupId", "MessageDeduplicationId"] {
        if entry[name].as_str().is_none_or(str::is_empty) {
            return Err(format!("a FIFO queue needs {name}"));
        }
    }
    Ok(())
}

fn md5_of(text: &str) -> String {
    Md5::digest(text.as_bytes())
        .iter()
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

impl MockService for Sqs {
    fn service_name(&self) -> &'static str {
        "sqs"
    }

    fn url_patterns(&self) -> Vec<&str> {
        vec![r"https?://sqs\..*\.amazonaws\.com"]
    }

    fn handle(
        &self,
        request: MockRequest,
    ) -> Pin<Box<dyn Future<Output = MockResponse> + Send + '_>> {
        let body = serde_json::from_slice(&request.body).map_err(|error| error.to_string());
        let answered = match action(&request).as_str() {
            "SendMessageBatch" => body.and_then(|body| self.send_batch(&body)),
            "ChangeMessageVisibilityBatch" => body.and_then(|body| self.change_visibility(&body)),
            "DeleteMessage" => body.and_then(|body| self.delete_one(&body)),
            "SendMessage" => body.and_then(|body| self.send_one(&body)),
            "ChangeMessageVisibility" => body.and_then(|body| self.change_one_visibility(&body)),
            other => Err(format!("{other} is not among what the functions use")),
        };
        let response = match answered {
            Ok(body) => MockResponse::json(200, body.to_string()),
            Err(message) => MockResponse::json(
                400,
                json!({"__type": "InvalidParameterValue", "message": message}).to_string(),
            ),
        };
        Box::pin(std::future::ready(response))
    }
}
