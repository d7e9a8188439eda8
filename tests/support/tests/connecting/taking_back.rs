//! B5: what becomes of the connection before, when another takes its place.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use model::organization::ConnectionState;
use runtime::OrgTokens;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use simulator_kit::Bound;
use test_support::cut::{Moment, Scissors, until_cut};
use test_support::{ADMIN, Browser, CONSENTING, ORG, TestApp, until};
use url::Url;

use crate::companies::{change_company, confirmed, consent_again};
use crate::{company, holder, stored_tokens};

/// The administrator of the second company.
const ELSEWHERE: &str = "avery.stone@company-1.example";

/// Whether CompanyCam lets these tokens in.
async fn works(test: &TestApp, tokens: &OrgTokens) -> bool {
    let api = test.app.companycam_api().unwrap();
    let token = companycam::AccessToken::new(tokens.access_token.clone());
    api.authorized(token).company().await.is_ok()
}

/// The companies that have a webhook of ours.
async fn companies_with_a_webhook(test: &TestApp) -> Vec<Value> {
    let webhooks = test.companycam_webhooks().await.into_iter();
    webhooks
        .map(|webhook| webhook["company_id"].clone())
        .collect()
}

/// Connected to the first of two companies, with workers in another process than the pages.
async fn two_companies() -> (TestApp, Browser) {
    let mut test = TestApp::with_two_companies().await;
    let browser = test.connect().await;
    test.restart();
    test.settle().await;
    (test, browser)
}

/// Nothing is left of the connection before: no grant, no webhook, nothing to be taken back.
async fn assert_only_the_new_one(test: &TestApp, old: &OrgTokens) {
    let organization = test.organization().await.unwrap();
    assert!(organization.take_backs.is_empty(), "{organization:?}");
    assert!(!works(test, old).await, "the old grant is revoked");
    assert!(works(test, &stored_tokens(test).await.unwrap()).await);
    let company = json!(organization.company_id.as_str());
    assert_eq!(companies_with_a_webhook(test).await, [company]);
}

#[tokio::test]
async fn b5_the_old_grant_and_webhook_end_before_the_new_ones_are_put_to_use() {
    let (test, browser) = two_companies().await;
    let old = stored_tokens(&test).await.unwrap();
    change_company(&test, &browser, ELSEWHERE).await;
    // No worker has done anything yet.
    assert!(!works(&test, &old).await, "the old grant is revoked");
    assert_eq!(companies_with_a_webhook(&test).await, Vec::<Value>::new());
    test.settle().await;
    assert_only_the_new_one(&test, &old).await;
}

#[tokio::test]
async fn b5_what_cannot_be_taken_back_at_once_is_taken_back_later() {
    for path in ["/oauth/revoke", "/v2/webhooks"] {
        let (test, browser) = two_companies().await;
        let old = stored_tokens(&test).await.unwrap();
        let page = confirmed(&test, &browser, ELSEWHERE).await;
        test.companycam_fault(json!({"path": path, "times": 1, "action": {"status": 503}}));
        consent_again(&browser, &page, ELSEWHERE).await;
        let left = test.organization().await.unwrap().take_backs;
        assert_eq!(left.len(), 1, "{path}");
        assert!(works(&test, &old).await, "{path}");
        test.settle().await;
        assert_only_the_new_one(&test, &old).await;
    }
}

#[tokio::test]
async fn b5_disconnecting_takes_back_what_was_left_of_the_connection_before_too() {
    let (test, browser) = two_companies().await;
    let old = stored_tokens(&test).await.unwrap();
    let page = confirmed(&test, &browser, ELSEWHERE).await;
    test.companycam_fault(json!({"path": "/oauth/revoke", "times": 1, "action": {"status": 503}}));
    consent_again(&browser, &page, ELSEWHERE).await;
    assert_eq!(test.organization().await.unwrap().take_backs.len(), 1);
    browser.submit("disconnect", &[]).await;
    test.settle().await;
    let organization = test.organization().await.unwrap();
    assert_eq!(organization.state, ConnectionState::Disconnected);
    assert!(organization.take_backs.is_empty());
    assert!(!works(&test, &old).await);
    assert_eq!(companies_with_a_webhook(&test).await, Vec::<Value>::new());
}

#[tokio::test]
async fn b4_reconnecting_revokes_the_pair_before_and_the_new_one_lives() {
    let test = TestApp::spawn().await;
    test.connect().await;
    test.settle().await;
    let old = stored_tokens(&test).await.unwrap();
    let webhooks = test.companycam_webhooks().await;
    test.connect().await;
    test.settle().await;
    assert_only_the_new_one(&test, &old).await;
    let id = |webhooks: &[Value]| webhooks[0]["id"].clone();
    let now = test.companycam_webhooks().await;
    assert_eq!(id(&now), id(&webhooks), "the webhook is the new one's");
    test.poll().await;
    test.settle().await;
    let state = test.organization().await.unwrap().state;
    assert_eq!(state, ConnectionState::Connected);
}

#[tokio::test]
async fn b5_back_to_the_first_company_leaves_nothing_of_the_second() {
    let (test, browser) = two_companies().await;
    let first = stored_tokens(&test).await.unwrap();
    change_company(&test, &browser, ELSEWHERE).await;
    let second = stored_tokens(&test).await.unwrap();
    change_company(&test, &browser, CONSENTING).await;
    test.settle().await;
    assert_only_the_new_one(&test, &first).await;
    assert_only_the_new_one(&test, &second).await;
    assert_eq!(test.organization().await.unwrap().generation, 3);
    assert_eq!(holder(&test).await.as_deref(), Some(ORG));
}

#[tokio::test]
async fn b5_a_disconnect_that_a_reconnect_overtakes_touches_nothing_of_it() {
    for path in ["/v2/webhooks", "/oauth/revoke"] {
        let test = TestApp::spawn().await;
        let browser = test.connect().await;
        test.settle().await;
        let old = stored_tokens(&test).await.unwrap();
        browser.submit("disconnect", &[]).await;
        let connect = browser.get("/companycam/connect").await;
        let back = browser.consent(&connect, CONSENTING, true).await;
        test.companycam.controls.clear_requests();
        // The disconnect is held up on its way to CompanyCam …
        test.companycam_fault(json!({"path": path, "times": 1, "action": {"delay_ms": 2000}}));
        let reconnect = async {
            let asked = async || {
                let requests = test.companycam.controls.requests();
                requests.iter().any(|request| request.path == path)
            };
            until(asked).await;
            // … and meanwhile the administrator connects again.
            browser.open(back.as_str()).await
        };
        let (_, tab) = futures::join!(test.work_once(), reconnect);
        assert!(tab.says("CompanyCam is connected."), "{path} {}", tab.body);
        test.settle().await;
        let organization = test.organization().await.unwrap();
        assert_eq!(organization.state, ConnectionState::Connected, "{path}");
        assert_eq!(holder(&test).await.as_deref(), Some(ORG), "{path}");
        assert_only_the_new_one(&test, &old).await;
        assert_eq!(crate::card(&test)["state"], "connected", "{path}");
        test.poll().await;
        test.settle().await;
        assert!(test.dead_letters().is_empty(), "{path}");
    }
}

/// Opens the callback's address at a process of its own until that is cut off; whether it was.
async fn callback_until_cut(
    test: &TestApp,
    scissors: &Scissors,
    browser: &Browser,
    back: &Url,
) -> bool {
    let bound = Bound::bind(0).await.unwrap();
    let origin = Url::parse(&bound.origin).unwrap();
    let server = bound.serve(oauth_callback::router(Arc::new(test.another_process())));
    let mut url = back.clone();
    url.set_port(origin.port()).unwrap();
    let cookies: Vec<_> = browser
        .cookies()
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let request = http.get(url).header("cookie", cookies.join("; ")).send();
    // The handler is a task of its own, and wakes nobody when it is cut: it is looked at now and then.
    let mut now_and_then = tokio::time::interval(Duration::from_millis(5));
    let answered = async {
        let mut request = pin!(request);
        loop {
            tokio::select! {
                answer = &mut request => return answer,
                _ = now_and_then.tick() => {}
            }
        }
    };
    let simulators = [&test.companycam.controls, test.one_click.controls()];
    let answer = until_cut(scissors, &simulators, answered).await;
    drop(server);
    answer.is_none()
}

/// Whether a claim stands without a connection to that company.
async fn has_an_orphan(test: &TestApp) -> bool {
    let rows = test.aws.items("OrganizationsTable").await;
    let connected = |holder: &Value, company: &str| {
        rows.iter()
            .any(|row| row["org_id"] == *holder && row["company_id"] == company)
    };
    rows.iter().any(|row| {
        let key = row["org_id"].as_str().unwrap();
        let claimed = key.strip_prefix("company#");
        claimed.is_some_and(|company| !connected(&row["holder"], company))
    })
}

#[tokio::test]
async fn b5_a_callback_that_is_killed_anywhere_leaves_no_claim_without_a_connection() {
    for number in 0.. {
        let mut cut = false;
        for moment in [Moment::Before, Moment::After] {
            let mut test = TestApp::spawn().await;
            let scissors = Scissors::default();
            test.use_scissors(&scissors);
            let browser = test.browser();
            let back = test.consent(&browser, ORG, ADMIN, CONSENTING).await;
            scissors.arm(number, moment);
            cut = callback_until_cut(&test, &scissors, &browser, &back).await;
            scissors.watch();
            assert!(!has_an_orphan(&test).await, "{moment:?} {number}");
            if test.organization().await.is_none() {
                test.connect_as("org_harbor", "usr_harper", CONSENTING)
                    .await;
            }
        }
        if !cut {
            assert!(number > 2, "it writes more than once");
            return;
        }
    }
}

#[tokio::test]
async fn b5_a_change_of_company_that_is_killed_anywhere_leaves_only_one_of_the_two() {
    for number in 0.. {
        let mut cut = false;
        for moment in [Moment::Before, Moment::After] {
            let (mut test, browser) = two_companies().await;
            let old = stored_tokens(&test).await.unwrap();
            let first = company(&test).await;
            let scissors = Scissors::default();
            test.use_scissors(&scissors);
            let page = confirmed(&test, &browser, ELSEWHERE).await;
            let back = browser.consent(&page, ELSEWHERE, true).await;
            scissors.arm(number, moment);
            cut = callback_until_cut(&test, &scissors, &browser, &back).await;
            scissors.watch();
            test.companycam.controls.clear_faults();
            test.restart();
            test.poll().await;
            test.settle().await;
            assert!(!has_an_orphan(&test).await, "{moment:?} {number}");
            if test.organization().await.unwrap().company_id == first {
                assert!(works(&test, &old).await, "{moment:?} {number}");
            } else {
                assert_only_the_new_one(&test, &old).await;
            }
        }
        if !cut {
            assert!(number > 2, "it writes more than once");
            return;
        }
    }
}

#[tokio::test]
async fn b5_a_token_of_another_company_than_the_rows_is_not_worked_with() {
    let (test, _) = two_companies().await;
    let harbor = "org_harbor";
    test.connect_as(harbor, "usr_harper", ELSEWHERE).await;
    test.settle().await;
    let project = test.named_project("Of the first company").await;
    test.poll().await;
    test.settle().await;
    let job = test.job_of(&project);
    // As if the version before had stored the other company's tokens here.
    test.as_the_version_before().await;
    let theirs = test.organization_of(harbor).await.unwrap();
    let theirs = test.app.tokens_of(&theirs).await.unwrap().unwrap();
    test.keep_in_a_secret(&theirs).await;
    let mut test = test;
    test.restart();
    test.companycam.controls.clear_requests();
    test.poll().await;
    test.settle().await;

    let organization = test.organization().await.unwrap();
    assert_eq!(organization.state, ConnectionState::NeedsReconnecting);
    assert!(test.log_says(&["belongs to another company"]).await);
    assert_eq!(crate::card(&test)["state"], "needs_reconnecting");
    assert_eq!(test.job_of(&project), job, "nothing was touched");
    let token = theirs.access_token.expose_secret();
    assert!(!test.activity_texts().await.join(" ").contains(token));
    let other = test.organization_of(harbor).await.unwrap();
    assert_eq!(other.state, ConnectionState::Connected);
    assert!(works(&test, &theirs).await, "their grant is theirs");
}

#[tokio::test]
async fn b5_a_photo_of_another_companys_project_is_no_opinion() {
    let (test, browser) = two_companies().await;
    let project = test.named_project("Shared").await;
    let photo = test.new_photo(&project, json!({})).await;
    test.poll().await;
    test.settle().await;
    test.image_of(&project, &photo);
    change_company(&test, &browser, ELSEWHERE).await;
    test.settle().await;
    // A collaborator's project: the second company lists it too, and in our rows it rests.
    let second = test.organization().await.unwrap().company_id.to_string();
    let row = test.organization().await.unwrap();
    let context = sync::context::OrgContext {
        app: &test.app,
        organization: row,
        now: test.app.clock.now_s(),
        lane: runtime::pacing::Lane::Live,
        run: None,
    };
    let listed = json!({
        "id": photo, "company_id": second, "project_id": project, "processing_status": "processed",
        "status": "active", "hash": "bb", "updated_at": test.app.clock.now_s() + 10,
    });
    let page = companycam::Page {
        items: vec![serde_json::from_value(listed).unwrap()],
        unreadable: Vec::new(),
        next: None,
        date: None,
    };
    let seen = sync::photos::look_at_photos(&context, &page).await;
    assert_eq!(seen.unwrap(), 0);
    test.settle().await;
    assert_eq!(test.images_of(&project).len(), 1);
}

#[tokio::test]
async fn b5_connecting_again_at_once_does_not_meet_the_secret_that_is_being_deleted() {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    test.settle().await;
    test.as_the_version_before().await;
    browser.submit("disconnect", &[]).await;
    test.settle().await;
    // Deleting takes AWS a while, and it answers meanwhile that the secret is marked for deletion.
    for what in ["tokens", "webhooks"] {
        test.aws.secret_is_ending(&test.own_secret(what));
    }
    let connect = browser.get("/companycam/connect").await;
    let back = browser.consent(&connect, CONSENTING, true).await;
    let tab = browser.open(back.as_str()).await;
    assert_eq!(tab.status, StatusCode::OK, "{}", tab.body);
    test.settle().await;
    let state = test.organization().await.unwrap().state;
    assert_eq!(state, ConnectionState::Connected);
}
