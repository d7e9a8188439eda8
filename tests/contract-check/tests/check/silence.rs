//! Sides that don't answer: nothing is known then, and nothing is contradicted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use contract_check::{Report, Settings, Verdict, check};
use tokio::net::TcpListener;

use crate::sides::{
    companycam_settings, companycam_with, few_photos, one_click, one_click_settings,
};

/// Asks two sides that are at that address.
async fn ask_at(origin: &str) -> Report {
    let (companycam, one_click) = (companycam_with(few_photos()).await, one_click().await);
    let mut settings = companycam_settings(&companycam, origin);
    settings.app = origin.parse().unwrap();
    let settings = Settings {
        companycam: Some(settings),
        one_click: Some(one_click_settings(&one_click, origin)),
        timeout: Duration::from_millis(50),
    };
    check(&settings).await
}

fn assert_nothing_is_known(report: &Report) {
    let is_unknown = |verdict: &Verdict| matches!(verdict, Verdict::Unknown { .. });
    let known = report.lines.iter().find(|line| !is_unknown(&line.verdict));
    assert!(known.is_none(), "{known:?}");
    assert_eq!(report.exit_code(), 0);
    let text = report.to_string();
    assert_eq!(text.matches("NOTHING WAS CONFIRMED").count(), 2, "{text}");
}

#[tokio::test]
async fn a_server_that_accepts_and_says_nothing_is_asked_three_times_by_each_side() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let accepted = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&accepted);
    let server = tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            open.push(connection);
        }
    });
    let report = ask_at(&origin).await;
    server.abort();
    assert_nothing_is_known(&report);
    assert_eq!(accepted.load(Ordering::SeqCst), 6);
    assert!(report.to_string().contains("does not answer"));
}

#[tokio::test]
async fn a_server_that_is_not_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_nothing_is_known(&ask_at(&origin).await);
}

#[tokio::test]
async fn a_token_that_is_not_accepted_is_used_once() {
    let simulator = companycam_with(few_photos()).await;
    let mut settings = companycam_settings(&simulator, &simulator.origin);
    settings.authorization = "Bearer of-yesterday".parse().unwrap();
    let report = crate::sides::ask(Some(settings), None).await;
    assert_eq!(report.contradicted(), [""; 0]);
    assert!(
        report
            .to_string()
            .contains("The token is not accepted: 401.")
    );
    // One with that token; one without, one with another, the metadata.
    assert!(simulator.controls.requests().len() <= 4);
}
