//! Webhooks: what fires them, how they are authenticated and retried, and the switches.

use one_click_simulator::Switches;
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, HARBOR, RIDGELINE, body, named};
use crate::receiver::{Received, Receiver};

async fn subscribed() -> (Client, Receiver) {
    let client = Client::spawn().await;
    let receiver = Receiver::spawn().await;
    receiver.subscribe(&client, RIDGELINE).await;
    (client, receiver)
}

fn kinds(received: &[Received]) -> Vec<&str> {
    let events = received.iter();
    events
        .map(|delivery| delivery.event["event"].as_str().unwrap())
        .collect()
}

async fn outcome(client: &Client, wanted: &str) -> Value {
    client
        .wait_for("the delivery's outcome", async || {
            let list = body(client.control(Method::GET, "/webhooks/deliveries"), 200).await;
            let last = list["deliveries"].as_array().unwrap().last()?.clone();
            (last["outcome"] == wanted).then_some(last)
        })
        .await
}

#[tokio::test]
async fn the_api_fires_webhooks_with_basic_authentication() {
    let (client, receiver) = subscribed().await;
    let job = client.make_job(RIDGELINE, named("Roof")).await;
    let delivery = receiver.wait(&client, 1).await.remove(0);
    // "companycam:se:cret": only the first colon separates.
    assert_eq!(delivery.authorization, "Basic Y29tcGFueWNhbTpzZTpjcmV0");
    let event = delivery.event;
    assert!(event["id"].as_str().unwrap().starts_with("evt_"));
    assert_eq!(event["event"], "job.created");
    assert_eq!(event["organization_id"], RIDGELINE);
    assert_eq!(event["job"], job);
    assert_eq!(event["previous"], json!({ "assigned_user_id": null }));
}

#[tokio::test]
async fn b23_a_new_assignee_fires_assigned_with_the_previous_one() {
    let (client, receiver) = subscribed().await;
    let mut job = named("Roof");
    job["assigned_user_id"] = json!("usr_casey");
    let job = client.make_job(RIDGELINE, job).await;
    let id = job["id"].as_str().unwrap();
    client
        .patch_job(RIDGELINE, id, json!({ "assigned_user_id": "usr_devon" }))
        .await;
    let received = receiver.wait(&client, 2).await;
    let event = &received[1].event;
    assert_eq!(event["event"], "job.assigned");
    assert_eq!(
        event["previous"],
        json!({ "assigned_user_id": "usr_casey" })
    );
    assert_eq!(event["job"]["assigned_user_id"], "usr_devon");
}

#[tokio::test]
async fn each_kind_of_change_fires_its_own_event() {
    let (client, receiver) = subscribed().await;
    let job = client.make_job(RIDGELINE, named("Roof")).await;
    let id = job["id"].as_str().unwrap();
    receiver.wait(&client, 1).await;
    client
        .patch_job(RIDGELINE, id, json!({ "status": "open" }))
        .await;
    client
        .patch_job(RIDGELINE, id, json!({ "status": "sold" }))
        .await;
    receiver.wait(&client, 2).await;
    let both = json!({ "status": "done", "assigned_user_id": "usr_devon" });
    client.patch_job(RIDGELINE, id, both).await;
    receiver.wait(&client, 4).await;
    let path = format!("/organizations/org_ridgeline/jobs/{id}");
    body(client.control(Method::DELETE, &path), 204).await;
    let mut kinds = kinds(&receiver.wait(&client, 5).await)
        .into_iter()
        .map(str::to_owned)
        .collect::<Vec<_>>();
    // The two events of one change are delivered side by side.
    kinds[2..4].sort();
    assert_eq!(
        kinds,
        [
            "job.created",
            "job.updated",
            "job.assigned",
            "job.updated",
            "job.deleted"
        ]
    );
}

#[tokio::test]
async fn only_the_events_asked_for_are_sent_and_none_after_delete() {
    let client = Client::spawn().await;
    let receiver = Receiver::spawn().await;
    receiver
        .subscribe_to(&client, RIDGELINE, &["job.updated"])
        .await;
    let job = client.make_job(RIDGELINE, named("Roof")).await;
    let id = job["id"].as_str().unwrap();
    client
        .patch_job(RIDGELINE, id, json!({ "status": "sold" }))
        .await;
    assert_eq!(kinds(&receiver.wait(&client, 1).await), ["job.updated"]);

    let webhook = || client.api(Method::DELETE, RIDGELINE, "/webhooks/companycam");
    body(webhook(), 204).await;
    body(webhook(), 204).await;
    client
        .patch_job(RIDGELINE, id, json!({ "status": "done" }))
        .await;
    let stats = body(client.control(Method::GET, "/stats"), 200).await;
    assert_eq!(stats["webhooks"]["pending"], 0);
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn b24_a_failed_delivery_is_tried_three_times_then_given_up() {
    let (client, receiver) = subscribed().await;
    receiver.answer_next(&[500, 302, 401, 200]);
    client.make_job(RIDGELINE, named("Roof")).await;
    let delivery = outcome(&client, "given_up").await;
    let statuses: Vec<&Value> = delivery["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attempt| &attempt["status"])
        .collect();
    assert_eq!(statuses, [500, 302, 401]);
    let received = receiver.received();
    assert_eq!(received.len(), 3);
    assert!(
        received
            .iter()
            .all(|again| again.event == received[0].event)
    );
}

#[tokio::test]
async fn any_2xx_ends_the_tries() {
    let (client, receiver) = subscribed().await;
    receiver.answer_next(&[503, 204]);
    client.make_job(RIDGELINE, named("Roof")).await;
    let delivery = outcome(&client, "delivered").await;
    assert_eq!(delivery["attempts"].as_array().unwrap().len(), 2);
    assert_eq!(receiver.received().len(), 2);
}

#[tokio::test]
async fn b28_an_organization_hears_only_of_its_own_jobs() {
    let (client, receiver) = subscribed().await;
    client.make_job(HARBOR, named("Theirs")).await;
    client.make_job(RIDGELINE, named("Ours")).await;
    let received = receiver.wait(&client, 1).await;
    assert_eq!(received[0].event["job"]["name"], "Ours");
    let list = body(
        client.control(Method::GET, "/webhooks/deliveries?org=org_harbor"),
        200,
    )
    .await;
    assert_eq!(list["deliveries"], json!([]));
}

#[tokio::test]
async fn b26_the_switches_duplicate_drop_and_delay() {
    let (client, receiver) = subscribed().await;
    let set = |switches| {
        body(
            client.control(Method::POST, "/webhooks").json(&switches),
            204,
        )
    };
    set(json!({ "duplicate": true, "times": 1 })).await;
    client.make_job(RIDGELINE, named("Twice")).await;
    let received = receiver.wait(&client, 2).await;
    assert_eq!(received[0].event, received[1].event);
    assert_eq!(
        body(client.control(Method::GET, "/webhooks"), 200).await,
        json!(Switches::default())
    );

    set(json!({ "drop": true })).await;
    client.make_job(RIDGELINE, named("Never")).await;
    set(json!({ "delay_ms": 1 })).await;
    client.make_job(RIDGELINE, named("Late")).await;
    let received = receiver.wait(&client, 3).await;
    assert_eq!(received[2].event["job"]["name"], "Late");
    let stats = body(client.control(Method::GET, "/stats"), 200).await;
    assert_eq!(stats["webhooks"]["dropped"], 1);
}

#[tokio::test]
async fn b26_swapped_events_arrive_in_reverse_order() {
    let (client, receiver) = subscribed().await;
    client.simulator.set_switches(Switches {
        swap: true,
        ..Switches::default()
    });
    for name in ["First", "Second", "Third"] {
        client.make_job(RIDGELINE, named(name)).await;
    }
    receiver.wait(&client, 2).await;
    client.simulator.set_switches(Switches::default());
    let received = receiver.wait(&client, 3).await;
    let names: Vec<&Value> = received
        .iter()
        .map(|delivery| &delivery.event["job"]["name"])
        .collect();
    assert_eq!(names, ["Second", "First", "Third"]);
}
