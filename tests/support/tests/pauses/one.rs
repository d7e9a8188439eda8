//! One organization, through its real handlers: a sync that lists, ten looks that wait, and the polls of
//! the schedule.

use std::time::Duration;

use model::messages::{Look, Origin, SyncMessage};
use serde_json::{Value, json};
use simulator_kit::clock::now_ms;
use test_support::{ORG, Queue, TestApp};

/// How a side is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Down {
    /// It says so at once.
    Refuses,
    /// It accepts connections and does not answer: each call ends after this many seconds.
    Silent,
}

/// What a call to a silent side takes.
const PATIENCE: Duration = Duration::from_secs(8);

impl Down {
    fn fault(self) -> Value {
        match self {
            Self::Refuses => json!({"status": 503, "body": "{\"errors\": [\"down\"]}"}),
            // As the caller sees it, once its patience is passed, which `Outage::work` lets pass.
            Self::Silent => json!("reset_before"),
        }
    }
}

struct Outage {
    test: TestApp,
    down: Down,
    side: &'static str,
    alive: usize,
    last_poll_ms: u64,
}

impl Outage {
    fn attempts(&self) -> usize {
        let requests = match self.side {
            "CompanyCam" => self.test.companycam.controls.requests(),
            _ => self.test.one_click.controls().requests(),
        };
        requests.len()
    }

    /// Works on what is due, and lets as much time pass as that took.
    async fn work(&mut self) {
        loop {
            let before = self.attempts();
            let worked = self.test.work_once().await;
            let calls = u32::try_from(self.attempts() - before).unwrap();
            if self.down == Down::Silent {
                self.test.advance(PATIENCE * calls);
            }
            if worked == 0 {
                break;
            }
        }
        let queues = Queue::WORKING;
        let alive = queues.map(|queue| self.test.aws.sqs.messages(queue).len());
        self.alive = self.alive.max(alive.iter().sum());
    }

    /// Lets so much time pass, a few seconds at a time, with the schedule's polls.
    async fn pass(&mut self, time: Duration) {
        let until = now_ms() + u64::try_from(time.as_millis()).unwrap();
        while now_ms() < until {
            if now_ms() - self.last_poll_ms >= 15 * 60 * 1000 {
                self.last_poll_ms = now_ms();
                self.test.poll().await;
            }
            self.work().await;
            let next_poll = self.last_poll_ms + 15 * 60 * 1000;
            let next = self.test.aws.sqs.next_due_ms().unwrap_or(until);
            let next = next.min(next_poll).min(until).max(now_ms() + 1);
            self.test.advance(Duration::from_millis(next - now_ms()));
        }
    }
}

/// An event is about the project.
fn announce(test: &TestApp, project: &str) {
    let look = Look::Project {
        project_id: project.parse().unwrap(),
        origin: Origin::Event,
    };
    let message = SyncMessage::new(&ORG.parse().unwrap(), look);
    let body = serde_json::to_string(&message).unwrap();
    let sqs = &test.aws.sqs;
    sqs.send(Queue::Sync, &body, Some(ORG), Duration::ZERO);
}

/// Plays an outage of so many hours; the most messages alive, the calls to the side that was down, and
/// the seconds until everything had moved.
async fn play(side: &'static str, down: Down, hours: u64) -> (usize, usize, u64) {
    let test = TestApp::connected().await;
    let mut photos = Vec::new();
    for number in 0..3 {
        let project = test.named_project(&format!("Listed {number}")).await;
        let photo = test.new_photo(&project, json!({})).await;
        photos.push((project, photo));
    }
    let browser = test.administrator().await;
    browser.submit("sync", &[("since_days", "29")]).await;
    let rule = json!({"path": "*", "times": null, "action": down.fault()});
    match side {
        "CompanyCam" => test.companycam_fault(rule),
        _ => test.one_click_fault(rule),
    }
    let mut jobs = Vec::new();
    for number in 0..10 {
        let project = test.named_project(&format!("Changed {number}")).await;
        announce(&test, &project);
        jobs.push(project);
    }
    test.companycam.controls.clear_requests();
    test.one_click.controls().clear_requests();
    let mut outage = Outage {
        test,
        down,
        side,
        alive: 0,
        last_poll_ms: now_ms(),
    };
    outage.work().await;
    // Counted from when the waiting looks have come to rest in their rows.
    outage.alive = 0;
    outage.pass(Duration::from_hours(hours)).await;
    let (alive, attempts) = (outage.alive, outage.attempts());
    outage.test.companycam.controls.clear_faults();
    outage.test.one_click.controls().clear_faults();
    outage.down = Down::Refuses;
    let over_ms = now_ms();
    let moved = |test: &TestApp| {
        let listed = photos
            .iter()
            .all(|(project, photo)| test.jobs_of(project).len() == 1 && test.shows(project, photo));
        listed && jobs.iter().all(|project| test.jobs_of(project).len() == 1)
    };
    while !moved(&outage.test) {
        assert!(now_ms() - over_ms < 3600 * 1000, "{}", outage.test.left());
        outage.pass(Duration::from_secs(1)).await;
    }
    assert!(outage.test.dead_letters().is_empty());
    (alive, attempts, (now_ms() - over_ms) / 1000)
}

#[tokio::test]
async fn b36_an_outage_of_hours_keeps_two_messages_alive_and_few_calls() {
    println!("One organization: ten waiting looks, a sync that lists, a poll every 15 minutes");
    println!("| side | it | hours | messages alive | calls | all moves after |");
    println!("|---|---|---|---|---|---|");
    for side in ["CompanyCam", "One Click"] {
        for down in [Down::Refuses, Down::Silent] {
            for hours in [1, 6, 24] {
                let (alive, calls, after_s) = play(side, down, hours).await;
                println!("| {side} | {down:?} | {hours} | {alive} | {calls} | {after_s} s |");
                assert!(
                    alive <= 2,
                    "{side} {down:?} {hours} h: {alive} messages alive"
                );
                let most = usize::try_from(hours).unwrap() * 28 + 12;
                assert!(
                    calls < most.max(40),
                    "{side} {down:?} {hours} h: {calls} calls"
                );
                assert!(hours != 6 || calls < 170, "{side} {down:?}: {calls} calls");
                assert!(after_s <= 180, "{side} {down:?} {hours} h: {after_s} s");
            }
        }
    }
}
