//! What this version can't read waits for the one that can, for days (B27).

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use model::messages::{Look, Origin, SyncMessage};
use serde_json::json;
use test_support::{ORG, Queue, TestApp};

/// A row, and the field that another version writes in a way that we don't know.
struct Row<'a> {
    table: &'a str,
    sort: (&'a str, &'a str),
    field: &'a str,
}

impl Row<'_> {
    /// The other version writes it.
    async fn is_rewritten(&self, test: &TestApp) {
        self.update(test, "SET #kept = #field, #field = :new", true)
            .await;
    }

    /// It is as we know it again.
    async fn is_readable(&self, test: &TestApp) {
        self.update(test, "SET #field = #kept REMOVE #kept", false)
            .await;
    }

    async fn update(&self, test: &TestApp, expression: &str, new: bool) {
        let db = aws_sdk_dynamodb::Client::new(&test.aws.config);
        let new = new.then(|| HashMap::from([(":new".to_owned(), text("invented later"))]));
        db.update_item()
            .table_name(self.table)
            .key("org_id", text(ORG))
            .key(self.sort.0, text(self.sort.1))
            .update_expression(expression)
            .expression_attribute_names("#field", self.field)
            .expression_attribute_names("#kept", "kept")
            .set_expression_attribute_values(new)
            .send()
            .await
            .unwrap();
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// Hands out what is queued, without waiting for what is put off.
async fn work(test: &TestApp) {
    while test.work_once().await > 0 {}
}

fn due_in_15_minutes(test: &TestApp, queue: Queue) -> usize {
    let now = simulator_kit::clock::now_ms();
    let messages = test.aws.sqs.messages(queue);
    let delays = messages.iter().map(|message| message.due_ms - now);
    delays
        .filter(|delay| (890_000..=900_000).contains(delay))
        .count()
}

#[tokio::test]
async fn b27_a_look_waits_for_the_version_that_can_read_its_row() {
    let test = TestApp::connected().await;
    let project = test.named_project("Roof").await;
    test.catch_up().await;
    let sort = format!("project#{project}");
    let row = Row {
        table: "ProjectLinksTable",
        sort: ("sk", &sort),
        field: "state",
    };
    row.is_rewritten(&test).await;
    let look = Look::Project {
        project_id: project.parse().unwrap(),
        origin: Origin::Event,
    };
    let look = SyncMessage::new(&ORG.parse().unwrap(), look);
    test.app.queues.send_looks(&[look]).await.unwrap();
    work(&test).await;
    assert_eq!(due_in_15_minutes(&test, Queue::Retry), 1);
    assert!(test.dead_letters().is_empty());

    test.change_project(&project, json!({"name": "Roof, renamed"}))
        .await;
    row.is_readable(&test).await;
    test.settle().await;
    assert_eq!(test.job_of(&project)["customer_name"], "Roof, renamed");
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b27_a_photo_waits_for_the_version_that_can_read_its_row() {
    let test = TestApp::connected().await;
    let project = test.named_project("Roof").await;
    let photo = test.new_photo(&project, json!({})).await;
    test.poll().await;
    while test.work_on(Queue::Sync).await > 0 {}
    let row = Row {
        table: "PhotosTable",
        sort: ("photo_id", &photo),
        field: "wanted",
    };
    row.is_rewritten(&test).await;
    while test.work_on(Queue::Photos).await > 0 {}
    assert_eq!(due_in_15_minutes(&test, Queue::Photos), 1);
    assert!(test.dead_letters().is_empty());

    row.is_readable(&test).await;
    test.settle().await;
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b27_a_look_of_another_version_that_waited_for_a_side_waits_for_its_version() {
    let test = TestApp::connected().await;
    let newer = json!({"org_id": ORG, "look": {"kind": "invented_later", "id": "7"}});
    let org = ORG.parse().unwrap();
    let store = &test.app.store;
    store
        .wait(&org, "invented#7", newer.to_string(), 1_800_000_000)
        .await
        .unwrap();
    let resume = SyncMessage::new(&org, Look::Resume { after: None });
    test.app.queues.send_looks(&[resume]).await.unwrap();
    work(&test).await;
    let queued = test.aws.sqs.messages(Queue::Retry);
    let waits = queued
        .iter()
        .find(|message| message.json()["look"] == newer["look"]);
    assert_eq!(waits.expect("it waits in the queue").json()["tries"], 1);
    assert!(store.waiting(&org, "invented#7").await.unwrap().is_none());
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b26_a_message_of_another_version_waits_for_days_and_is_set_aside_then() {
    let test = TestApp::connected().await;
    let newer = |tries: u32| json!({"org_id": ORG, "look": {"kind": "invented_later", "id": "7"}, "tries": tries, "new": [1]});
    let sqs = &test.aws.sqs;
    sqs.send(
        Queue::Sync,
        &newer(3).to_string(),
        Some(ORG),
        Duration::ZERO,
    );
    assert_eq!(test.work_on(Queue::Sync).await, 1);
    let waits = sqs.messages(Queue::Retry);
    assert_eq!(waits.len(), 1);
    assert_eq!(waits[0].json(), newer(4), "as it came, but for the tries");
    let delay = waits[0].due_ms - simulator_kit::clock::now_ms();
    assert!((890_000..=900_000).contains(&delay), "{delay}");
    sqs.delete(Queue::Retry, &waits[0].id);
    sqs.send(
        Queue::Sync,
        &newer(500).to_string(),
        Some(ORG),
        Duration::ZERO,
    );
    sqs.send(Queue::Sync, "no message", Some(ORG), Duration::ZERO);
    assert_eq!(test.work_on(Queue::Sync).await, 2);
    assert_eq!(test.aws.sqs.messages(Queue::SyncDeadLetters).len(), 2);
}

#[tokio::test]
async fn b26_a_photo_of_another_version_waits_for_days_and_is_set_aside_then() {
    let test = TestApp::connected().await;
    let newer = |tries: u32| json!({"org_id": ORG, "picture": "7", "tries": tries});
    let sqs = &test.aws.sqs;
    let send = |body: &str| sqs.send(Queue::Photos, body, None, Duration::ZERO);
    send(&newer(0).to_string());
    assert_eq!(test.work_on(Queue::Photos).await, 1);
    let waits = sqs.messages(Queue::Photos);
    assert_eq!(waits.len(), 1);
    assert_eq!(waits[0].json(), newer(1), "as it came, but for the tries");
    let delay = waits[0].due_ms - simulator_kit::clock::now_ms();
    assert!((890_000..=900_000).contains(&delay), "{delay}");
    sqs.delete(Queue::Photos, &waits[0].id);
    send(&newer(500).to_string());
    send("no message");
    assert_eq!(test.work_on(Queue::Photos).await, 2);
    assert_eq!(test.aws.sqs.messages(Queue::PhotoDeadLetters).len(), 2);
}
