//! B4: tokens are renewed in time, once, and never lost.

use std::time::Duration;

use companycam::User;
use companycam::ids::CompanyId;
use http::Method;
use model::organization::ConnectionState;
use runtime::pacing::Lane;
use runtime::{App, OrgTokens, WorkError};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use test_support::{Call, TestApp, until};

use crate::{company, org_id, put_tokens, stored_tokens};

async fn read_users(app: &App) -> Result<Vec<User>, WorkError> {
    let row = app.store.organization(&org_id()).await?.unwrap();
    let companycam = app.companycam(&row, Lane::Live);
    let answer = companycam.users(1);
    Ok(answer.await?.items)
}

/// As a look does that was put off: again until it is not told to come back later.
async fn read_users_in_the_end(app: &App) -> Result<Vec<User>, WorkError> {
    loop {
        match read_users(app).await {
            Err(WorkError::Transient { after, .. }) => {
                tokio::time::sleep(after.unwrap_or_default()).await;
            }
            done => return done,
        }
    }
}

/// Connected, with nothing left to do and an empty request log.
async fn connected() -> TestApp {
    let test = TestApp::spawn().await;
    test.connect().await;
    test.drain().await;
    test.companycam.controls.clear_requests();
    test
}

/// The stored access token ends in so many seconds.
async fn expires_in(test: &TestApp, seconds: i64) -> OrgTokens {
    let mut tokens = stored_tokens(test).await.unwrap();
    tokens.expires_at = test.app.now().as_second() + seconds;
    put_tokens(test, &tokens).await;
    tokens
}

async fn expire_at_companycam(test: &TestApp) {
    test.companycam_control(Method::POST, "/tokens/expire", json!({}))
        .await;
}

fn refreshes(test: &TestApp) -> usize {
    test.companycam_requests("POST", "/oauth/token")
}

async fn state(test: &TestApp) -> ConnectionState {
    test.organization().await.unwrap().state
}

#[tokio::test]
async fn b4_a_token_is_renewed_before_it_ends() {
    let test = connected().await;
    let old = expires_in(&test, 299).await;
    assert_eq!(read_users(&test.another_process()).await.unwrap().len(), 12);
    assert_eq!(refreshes(&test), 1);
    let new = stored_tokens(&test).await.unwrap();
    assert_ne!(
        new.refresh_token.expose_secret(),
        old.refresh_token.expose_secret()
    );
    let lives = new.expires_at - test.app.now().as_second();
    assert!((7100..=7200).contains(&lives), "{lives}");
    read_users(&test.another_process()).await.unwrap();
    assert_eq!(
        refreshes(&test),
        1,
        "the new one is used as long as it works"
    );
}

#[tokio::test]
async fn b4_a_token_that_has_time_left_is_not_renewed() {
    let test = connected().await;
    expires_in(&test, 400).await;
    read_users(&test.another_process()).await.unwrap();
    assert_eq!(refreshes(&test), 0);
}

#[tokio::test]
async fn b4_a_refused_token_is_renewed_and_the_call_made_again() {
    let test = connected().await;
    expire_at_companycam(&test).await;
    assert_eq!(read_users(&test.app).await.unwrap().len(), 12);
    assert_eq!(refreshes(&test), 1);
    let requests = test.companycam.controls.requests();
    let statuses: Vec<_> = requests.iter().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(401), Some(200), Some(200)]);
}

/// Whether the call writes tokens into an organization's row.
fn stores_tokens(call: &Call) -> bool {
    let names = &call.body["ExpressionAttributeNames"];
    let update = call.body["UpdateExpression"].as_str();
    call.action == "UpdateItem"
        && names["#sealed_tokens"] == "sealed_tokens"
        && update.is_some_and(|update| update.contains("#sealed_tokens ="))
}

#[tokio::test]
async fn b4_new_tokens_are_stored_before_they_are_used() {
    let test = connected().await;
    expire_at_companycam(&test).await;
    // The first try to store them fails; until the second, no call may be made with them.
    test.aws.refuse_if("UpdateItem", 1, stores_tokens);
    read_users(&test.app).await.unwrap();
    let calls = test.aws.calls();
    let stored = calls
        .iter()
        .rfind(|call| stores_tokens(call) && !call.refused)
        .unwrap();
    let requests = test.companycam.controls.requests();
    let used = requests
        .iter()
        .rfind(|request| request.path == "/v2/users")
        .unwrap();
    assert_eq!(used.status, Some(200));
    assert!(
        used.at_ms >= stored.at_ms,
        "used {} ms early",
        stored.at_ms - used.at_ms
    );
    assert_eq!(refreshes(&test), 1);
}

#[tokio::test]
async fn b4_tokens_are_never_in_clear() {
    let test = connected().await;
    expire_at_companycam(&test).await;
    read_users(&test.app).await.unwrap();
    let tokens = stored_tokens(&test).await.unwrap();
    let calls = test.aws.calls();
    for call in &calls {
        let body = call.body.to_string();
        for token in [&tokens.access_token, &tokens.refresh_token] {
            assert!(!body.contains(token.expose_secret()), "{}", call.action);
        }
    }
    for row in test.aws.items("OrganizationsTable").await {
        assert!(
            !row.to_string()
                .contains(tokens.refresh_token.expose_secret())
        );
    }
}

#[tokio::test]
async fn b5_a_renewal_that_a_disconnect_overtakes_brings_no_tokens_back() {
    let test = connected().await;
    expire_at_companycam(&test).await;
    // Between the first try to store them and the second, somebody disconnects.
    test.aws.refuse_if("UpdateItem", 1, stores_tokens);
    let disconnect = async {
        until(async || test.aws.calls().iter().any(|call| call.refused)).await;
        let (store, org) = (&test.app.store, org_id());
        let ended = store.set_disconnected(&org, 1);
        let ended = ended.await.unwrap().unwrap();
        assert!(store.end_connection(&ended).await.unwrap().applied());
    };
    let (read, ()) = futures::join!(read_users(&test.app), disconnect);
    assert!(
        matches!(read, Err(WorkError::NeedsReconnecting)),
        "{read:?}"
    );
    assert!(stored_tokens(&test).await.is_none());
    assert_eq!(test.companycam_requests("POST", "/oauth/revoke"), 2);
}

#[tokio::test]
async fn b4_a_renewal_that_a_new_connection_overtakes_leaves_it_alone() {
    let test = connected().await;
    expire_at_companycam(&test).await;
    test.aws.refuse_if("UpdateItem", 1, stores_tokens);
    let reconnect = async {
        until(async || test.aws.calls().iter().any(|call| call.refused)).await;
        test.connect().await;
    };
    let (read, ()) = futures::join!(read_users(&test.app), reconnect);
    assert!(matches!(read, Err(WorkError::Transient { .. })), "{read:?}");
    let organization = test.organization().await.unwrap();
    assert_eq!(organization.generation, 2);
    assert_eq!(read_users(&test.app).await.unwrap().len(), 12);
    test.drain().await;
    assert_eq!(state(&test).await, ConnectionState::Connected);
}

#[tokio::test]
async fn b4_a_store_whose_answer_was_lost_is_recognised() {
    let test = connected().await;
    expire_at_companycam(&test).await;
    // It takes effect and is answered with a failure, so that it is made again and finds its own
    // condition broken.
    test.aws.lose_answer_if("UpdateItem", 1, stores_tokens);
    assert_eq!(read_users(&test.app).await.unwrap().len(), 12);
    let stores = test.aws.calls();
    let stores = stores.iter().filter(|call| stores_tokens(call)).count();
    assert!(stores > 1, "it was made again");
    assert_eq!(refreshes(&test), 1);
    assert_eq!(test.companycam_requests("POST", "/oauth/revoke"), 0);
    assert_eq!(state(&test).await, ConnectionState::Connected);
}

#[tokio::test]
async fn b4_a_lease_that_ended_does_not_lose_the_only_pair_that_works() {
    let test = connected().await;
    expire_at_companycam(&test).await;
    test.aws.refuse_if("UpdateItem", 1, stores_tokens);
    let another = async {
        until(async || test.aws.calls().iter().any(|call| call.refused)).await;
        let now_ms = test.app.clock.now_ms() + 60_000;
        let lease = (now_ms, now_ms + 60_000);
        let (org, store) = (org_id(), &test.app.store);
        let leased = store.lease_refresh(&org, 1, "another", lease);
        assert!(leased.await.unwrap().is_some());
    };
    let (read, ()) = futures::join!(read_users(&test.app), another);
    assert_eq!(read.unwrap().len(), 12);
    assert_eq!(read_users(&test.another_process()).await.unwrap().len(), 12);
    assert_eq!(refreshes(&test), 1);
}

#[tokio::test]
async fn b4_two_processes_at_once_renew_once_and_both_go_on() {
    let test = connected().await;
    expire_at_companycam(&test).await;
    let (one, other) = (test.another_process(), test.another_process());
    let (one, other) = futures::join!(read_users_in_the_end(&one), read_users_in_the_end(&other));
    assert_eq!(one.unwrap().len(), 12);
    assert_eq!(other.unwrap().len(), 12);
    assert_eq!(refreshes(&test), 1);
    assert_eq!(state(&test).await, ConnectionState::Connected);
}

#[tokio::test]
async fn b4_while_somebody_else_renews_a_token_that_works_is_used() {
    let test = connected().await;
    expires_in(&test, 200).await;
    let now_ms = test.app.now().as_millisecond();
    let (org, store) = (org_id(), &test.app.store);
    let lease = (now_ms, now_ms + 600_000);
    let leased = store.lease_refresh(&org, 1, "somebody", lease);
    assert!(leased.await.unwrap().is_some());
    assert_eq!(read_users(&test.another_process()).await.unwrap().len(), 12);
    assert_eq!(refreshes(&test), 0);
}

#[tokio::test]
async fn b4_a_lost_race_does_not_disconnect() {
    let test = connected().await;
    let old = stored_tokens(&test).await.unwrap();
    expire_at_companycam(&test).await;
    // Its refresh is held up on the way …
    test.companycam_fault(json!({"path": "/oauth/token", "action": {"delay_ms": 3000}}));
    let slow = test.another_process();
    let slow = tokio::spawn(async move { read_users(&slow).await });
    until(async || {
        let rows = test.aws.items("OrganizationsTable").await;
        rows.iter().any(|row| row.get("refresh_holder").is_some())
    })
    .await;
    // … and another, which thought its lease was over, wins.
    let oauth = test.app.oauth().await.unwrap();
    let won = oauth.refresh(&old.refresh_token).await.unwrap();
    let won = OrgTokens::issued(won, test.app.now());
    put_tokens(&test, &won).await;
    assert_eq!(slow.await.unwrap().unwrap().len(), 12);
    let requests = test.companycam.controls.requests();
    let lost = requests.iter().find(|request| request.status == Some(400));
    assert_eq!(lost.unwrap().path, "/oauth/token");
    let stored = stored_tokens(&test).await.unwrap();
    assert_eq!(
        stored.refresh_token.expose_secret(),
        won.refresh_token.expose_secret()
    );
    assert_eq!(state(&test).await, ConnectionState::Connected);
}

#[tokio::test]
async fn b4_an_outage_of_the_token_endpoint_disconnects_nobody() {
    for action in [
        json!({"status": 500}),
        json!("html_login"),
        json!("reset_before"),
        json!({"status": 429}),
    ] {
        let test = connected().await;
        expire_at_companycam(&test).await;
        let rule: Value = json!({"path": "/oauth/token", "times": 2, "action": action});
        test.companycam_fault(rule);
        let trouble = read_users(&test.app).await.unwrap_err();
        assert!(
            matches!(trouble, WorkError::Transient { .. }),
            "{action}: {trouble:?}"
        );
        test.poll().await;
        test.drain().await;
        assert_eq!(state(&test).await, ConnectionState::Connected, "{action}");
        assert_eq!(read_users(&test.app).await.unwrap().len(), 12, "{action}");
        assert!(test.dead_letters().is_empty());
    }
}

#[tokio::test]
async fn b4_connecting_while_connected_renews_the_tokens_and_keeps_everything() {
    let test = connected().await;
    let company: CompanyId = company(&test).await;
    let old = stored_tokens(&test).await.unwrap();
    let (project, photo) = crate::project_with_photo(&test, "Once only").await;
    test.poll().await;
    test.drain().await;
    test.connect().await;
    test.drain().await;
    let new = stored_tokens(&test).await.unwrap();
    assert_ne!(
        new.access_token.expose_secret(),
        old.access_token.expose_secret()
    );
    let organization = test.organization().await.unwrap();
    assert_eq!(
        (organization.generation, organization.company_id),
        (2, company)
    );
    crate::assert_brought_over(&test, &project, &photo);
    // The process that kept the old token goes on as well.
    assert_eq!(read_users(&test.app).await.unwrap().len(), 12);
}

/// CompanyCam refuses every access token, and gives new ones all the same.
fn refuse_all(test: &TestApp, times: Option<u32>) {
    let refuses = json!({
        "path": "/v2/*", "times": times,
        "action": {"status": 401, "body": "{\"errors\": [\"Unauthorized\"]}",
                   "headers": {"content-type": "application/json"}},
    });
    test.companycam_fault(refuses);
}

#[tokio::test]
async fn b33_fresh_tokens_that_are_refused_for_a_while_disconnect_nobody() {
    let test = connected().await;
    refuse_all(&test, Some(9));
    let trouble = read_users(&test.app).await.unwrap_err();
    assert!(
        matches!(trouble, WorkError::Transient { .. }),
        "{trouble:?}"
    );
    let since = test.organization().await.unwrap().refused_since;
    assert!(since.is_some());
    while read_users(&test.app).await.is_err() {}
    // A token that was given a moment ago is not made anew for each refusal.
    assert_eq!(refreshes(&test), 1);
    let organization = test.organization().await.unwrap();
    assert_eq!(organization.state, ConnectionState::Connected);
    assert_eq!(organization.refused_since, None, "it was let in");
}

#[tokio::test]
async fn b33_fresh_tokens_that_are_refused_for_over_an_hour_need_reconnecting() {
    let test = connected().await;
    refuse_all(&test, None);
    for wait in [
        Duration::ZERO,
        Duration::from_mins(30),
        Duration::from_mins(29),
    ] {
        test.advance(wait);
        let trouble = read_users(&test.app).await.unwrap_err();
        assert!(
            matches!(trouble, WorkError::Transient { .. }),
            "{wait:?} {trouble:?}"
        );
    }
    test.advance(Duration::from_mins(2));
    test.poll().await;
    while test.work_once().await > 0 {}
    assert_eq!(state(&test).await, ConnectionState::NeedsReconnecting);
    test.companycam.controls.clear_faults();
    test.connect().await;
    test.drain().await;
    let organization = test.organization().await.unwrap();
    assert_eq!(organization.state, ConnectionState::Connected);
    assert_eq!(organization.refused_since, None);
}
