//! B4: tokens are renewed in time, once, and never lost.

use companycam::User;
use companycam::ids::CompanyId;
use http::Method;
use jiff::Timestamp;
use runtime::pacing::Lane;
use runtime::{App, OrgTokens, Trouble};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use store::organizations::ConnectionState;
use test_support::{TestApp, until};

use crate::{company, org_id, stored_tokens};

async fn read_users(app: &App) -> Result<Vec<User>, Trouble> {
    let org = org_id();
    let companycam = app.companycam(&org, Lane::Live);
    let answer = companycam.read(|api| async move { api.users(1).await });
    Ok(answer.await?.items)
}

/// As a look does that was put off: again until it is not told to come back later.
async fn read_users_in_the_end(app: &App) -> Result<Vec<User>, Trouble> {
    loop {
        match read_users(app).await {
            Err(Trouble::Transient { after, .. }) => {
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
    tokens.expires_at = Timestamp::now().as_second() + seconds;
    test.app
        .secrets
        .put_tokens(&org_id(), &tokens)
        .await
        .unwrap();
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
    let lives = new.expires_at - Timestamp::now().as_second();
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

#[tokio::test]
async fn b4_new_tokens_are_stored_before_they_are_used() {
    let test = connected().await;
    expire_at_companycam(&test).await;
    // The first try to store them fails; until the second, no call may be made with them.
    test.aws.refuse("PutSecretValue", 1);
    read_users(&test.app).await.unwrap();
    let calls = test.aws.calls();
    let stored = calls
        .iter()
        .rfind(|call| call.action == "PutSecretValue" && !call.refused)
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
async fn b5_a_renewal_that_a_disconnect_overtakes_brings_no_tokens_back() {
    let test = connected().await;
    expire_at_companycam(&test).await;
    // Between the first try to store them and the second, somebody disconnects.
    test.aws.refuse("PutSecretValue", 1);
    let disconnect = async {
        until(async || test.aws.calls().iter().any(|call| call.refused)).await;
        test.app.secrets.delete_tokens(&org_id()).await.unwrap();
    };
    let (read, ()) = futures::join!(read_users(&test.app), disconnect);
    assert!(matches!(read, Err(Trouble::NeedsReconnecting)), "{read:?}");
    assert!(stored_tokens(&test).await.is_none());
    assert_eq!(test.companycam_requests("POST", "/oauth/revoke"), 2);
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
    let now_ms = Timestamp::now().as_millisecond();
    let (org, store) = (org_id(), &test.app.store);
    let leased = store.lease_refresh(&org, "somebody", now_ms, now_ms + 600_000);
    assert!(leased.await.unwrap());
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
    let won = OrgTokens::issued(won, Timestamp::now());
    test.app.secrets.put_tokens(&org_id(), &won).await.unwrap();
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
            matches!(trouble, Trouble::Transient { .. }),
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
