//! Time: leases and messages that are held while bytes flow, workers that are killed, functions that
//! are about to be ended (B34).

use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};
use runtime::Deadline;
use serde_json::{Value, json};
use test_support::{ORG, Queue, TestApp, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::{originals, originals_begun, puts, with_a_waiting_photo, with_project};

fn in_seconds(test: &TestApp, seconds: u64) -> Deadline {
    let at = test.app.now() + Duration::from_secs(seconds);
    Deadline::at(at)
}

/// The photo's row.
async fn row(test: &TestApp, photo: &str) -> Value {
    let rows = test.aws.items("PhotosTable").await;
    let found = rows.into_iter().find(|row| row["photo_id"] == photo);
    found.expect("it is wanted")
}

/// A photo of this size is not taken in before it is passed on: no connection holds half of it.
const LARGE: usize = 24_000_000;

/// A host that sends a photo in two halves.
struct Halves {
    /// The first half was passed on.
    half: Notify,
    /// Lets the second half go.
    rest: Notify,
}

impl Halves {
    async fn serve(&self, listener: TcpListener) {
        let photo = [b"\xff\xd8\xff\xe0\0\x10JFIF".as_slice(), &vec![7; LARGE]].concat();
        let (begin, rest) = photo.split_at(LARGE / 2);
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await.expect("a request");
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", photo.len());
        stream.write_all(head.as_bytes()).await.expect("taken");
        stream.write_all(begin).await.expect("taken");
        self.half.notify_one();
        self.rest.notified().await;
        // Whoever asked may be gone.
        let _ = stream.write_all(rest).await;
    }
}

/// A photo that waits to be copied from such a host, which is served meanwhile.
async fn with_halves() -> (TestApp, String, String, Halves, TcpListener) {
    let (mut test, project) = with_project().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("bound"));
    test.allow_photos_from(&origin);
    let uri = json!({"kind": "foreign", "origin": origin});
    let photo = test.new_photo(&project, json!({ "uri": uri })).await;
    test.poll().await;
    while test.work_on(Queue::Sync).await > 0 {}
    let host = Halves {
        half: Notify::new(),
        rest: Notify::new(),
    };
    (test, project, photo, host, listener)
}

#[tokio::test]
async fn b34_a_photo_that_takes_minutes_is_held_until_it_is_copied() {
    let (test, project, photo, host, listener) = with_halves().await;
    let messages = test.aws.sqs.receive(Queue::Photos, 10);
    let minutes = async {
        host.half.notified().await;
        for _ in 0..4 {
            let lease_ms = row(&test, &photo).await["lease_ms"].as_i64();
            test.advance(Duration::from_secs(30));
            until(async || row(&test, &photo).await["lease_ms"].as_i64() > lease_ms).await;
            until(async || test.aws.sqs.receive(Queue::Photos, 10).is_empty()).await;
            assert!(test.aws.sqs.messages(Queue::Photos)[0].in_flight());
        }
        host.rest.notify_one();
    };
    let (failed, (), ()) = futures::join!(
        test.deliver(Queue::Photos, &messages),
        minutes,
        host.serve(listener)
    );
    assert!(failed.is_empty());
    assert!(test.shows(&project, &photo));
    assert_eq!(puts(&test), 1);
}

#[tokio::test]
async fn b34_a_worker_that_lost_its_lease_stops_its_upload() {
    let (test, project, photo, host, listener) = with_halves().await;
    let messages = test.aws.sqs.receive(Queue::Photos, 10);
    let another = async {
        host.half.notified().await;
        let org = ORG.parse().unwrap();
        let id = model::file::FileId::parse(&photo).unwrap();
        let store = &test.app.store;
        let taken = store.lease_file(
            store::files::Held {
                org: &org,
                file: &id,
                holder: "another",
            },
            i64::MAX,
            i64::MAX,
        );
        taken.await.unwrap();
        test.advance(Duration::from_secs(30));
    };
    let handled = async { futures::join!(test.deliver(Queue::Photos, &messages), another).0 };
    // The host never sends the rest.
    let (handled, served) = (pin!(handled), pin!(host.serve(listener)));
    let Either::Left((failed, _)) = select(handled, served).await else {
        panic!("the host was done first");
    };
    assert!(failed.is_empty());
    assert!(!test.shows(&project, &photo));
    assert_eq!(row(&test, &photo).await["lease_holder"], "another");
}

#[tokio::test]
async fn b34_a_killed_worker_holds_its_photo_up_for_two_minutes_at_most() {
    for queue in [Queue::Photos, Queue::Backlog] {
        killed(queue).await;
    }
}

/// A worker is killed at a photo that waited in that queue.
async fn killed(queue: Queue) {
    let (mut test, project, photo) = with_a_waiting_photo().await;
    let sqs = &test.aws.sqs;
    for waiting in sqs.messages(Queue::Photos) {
        sqs.delete(Queue::Photos, &waiting.id);
        sqs.send(queue, &waiting.body, Some(ORG), Duration::ZERO);
    }
    test.companycam_fault(json!({"path": "/cdn/*", "action": {"delay_ms": 3_600_000}}));
    let messages = test.aws.sqs.receive(queue, 10);
    {
        let handler = pin!(test.deliver(queue, &messages));
        let at_work = until(async || {
            originals_begun(&test).await > 0 && test.aws.count("ChangeMessageVisibilityBatch") > 0
        });
        select(handler, pin!(at_work)).await;
    }
    test.restart();
    assert_eq!(test.work_once().await, 0, "it is hidden");
    test.pass(Duration::from_mins(2)).await;
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b34_a_photo_is_not_begun_without_the_time_to_finish_it_and_given_back_at_once() {
    let (test, project, photo) = with_a_waiting_photo().await;
    let messages = test.aws.sqs.receive(Queue::Photos, 10);
    let deadline = in_seconds(&test, 20);
    let failed = test.deliver_until(Queue::Photos, &messages, deadline).await;
    assert_eq!(failed.len(), 1);
    assert_eq!(originals(&test, &photo), 0);
    let queued = test.aws.sqs.messages(Queue::Photos);
    assert!(queued.len() == 1 && !queued[0].in_flight(), "{queued:?}");
    test.settle().await;
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b34_a_photo_that_is_too_large_for_what_is_left_of_the_time_is_given_back() {
    let (test, project) = with_project().await;
    let photo = test.new_photo(&project, json!({"bytes": 30_000_000})).await;
    test.poll().await;
    while test.work_on(Queue::Sync).await > 0 {}
    let messages = test.aws.sqs.receive(Queue::Photos, 10);
    // At 0.3 MB/s it would take 100 s.
    let deadline = in_seconds(&test, 90);
    let failed = test.deliver_until(Queue::Photos, &messages, deadline).await;
    assert_eq!(failed.len(), 1);
    assert_eq!(puts(&test), 0);
    test.settle().await;
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b34_a_photo_that_is_not_done_in_time_is_put_off_before_the_function_is_ended() {
    let (mut test, project, photo, host, listener) = with_halves().await;
    let messages = test.aws.sqs.receive(Queue::Photos, 10);
    let deadline = in_seconds(&test, 200);
    {
        let late = async {
            host.half.notified().await;
            test.advance(Duration::from_secs(195));
        };
        let handler = test.deliver_until(Queue::Photos, &messages, deadline);
        let handled = async { futures::join!(handler, late).0 };
        let (handled, served) = (pin!(handled), pin!(host.serve(listener)));
        let Either::Left((failed, _)) = select(handled, served).await else {
            panic!("the host was done first");
        };
        assert!(failed.is_empty());
    }
    assert_eq!(row(&test, &photo).await["lease_holder"], Value::Null);
    test.aws.sqs.delete(Queue::Photos, &messages[0].id);
    test.allow_photos_from(&test.companycam.origin.clone());
    test.change_photo(&photo, json!({"uri": {"kind": "normal"}}))
        .await;
    test.catch_up().await;
    assert!(test.shows(&project, &photo));
}
