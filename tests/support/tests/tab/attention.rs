//! B38: what a person has to decide or mend.

use http::Method;
use serde_json::{Value, json};
use test_support::steps::text;
use test_support::{Browser, TestApp};

use crate::retry::{refusal, with_a_failed_photo};
use crate::users::{assert_saved, pick};
use crate::{card, connected, notice, status, user};

/// How many things the status counts; the tab says the same, or that there is nothing.
async fn count(browser: &Browser) -> Value {
    let count = status(browser).await["attention"].clone();
    let tab = browser.tab().await;
    if count == 0 {
        assert!(tab.says("Nothing needs your attention."), "{}", tab.body);
    } else {
        assert!(
            tab.says(&format!("Needs attention ({count})")),
            "{}",
            tab.body
        );
    }
    count
}

async fn lines(browser: &Browser) -> String {
    card(&browser.tab().await, "attention")
}

/// What One Click's card was told.
fn told(test: &TestApp) -> (Value, String) {
    let card = test.one_click_state()["integration"].clone();
    (card["attention"].clone(), text(&card["message"]))
}

#[tokio::test]
async fn b38_photos_that_failed_are_one_line_a_project_until_they_are_mended() {
    let (test, browser) = connected().await;
    assert_eq!(count(&browser).await, 0);
    let project = test.named_project("House").await;
    let mut photos = Vec::new();
    for _ in 0..3 {
        photos.push(test.new_photo(&project, json!({})).await);
    }
    for photo in &photos[..2] {
        let path = format!("/v1/organizations/*/jobs/*/images/{photo}");
        test.one_click_fault(
            json!({"method": "PUT", "path": path, "times": null, "action": refusal()}),
        );
    }
    test.catch_up().await;
    assert_eq!(
        count(&browser).await,
        1,
        "{:?}",
        test.activity_texts().await
    );
    let said = lines(&browser).await;
    assert!(
        said.contains("2 photos of project “House” couldn’t be copied"),
        "{said}"
    );
    test.one_click.controls().clear_faults();
    let pressed = browser.submit("attention/retry_all", &[]).await;
    assert_eq!(notice(&pressed), "retried");
    test.settle().await;
    assert_eq!(count(&browser).await, 0);
    assert!(photos.iter().all(|photo| test.shows(&project, photo)));
    let again = browser.submit("attention/retry_all", &[]).await;
    assert_eq!(notice(&again), "nothing-to-retry");
}

#[tokio::test]
async fn b38_what_fails_once_more_is_one_line_still() {
    let (test, browser, project, photos) = with_a_failed_photo().await;
    let path = format!("/v1/organizations/*/jobs/*/images/{}", photos[0]);
    test.one_click_fault(
        json!({"method": "PUT", "path": path, "times": null, "action": refusal()}),
    );
    assert_eq!(count(&browser).await, 1);
    let id = format!("files:{project}");
    for _ in 0..2 {
        let pressed = browser.submit(&format!("attention/{id}/retry"), &[]).await;
        assert_eq!(notice(&pressed), "retried");
        test.settle().await;
        assert_eq!(count(&browser).await, 1);
    }
}

#[tokio::test]
async fn b38_what_is_dismissed_is_gone_from_there_and_stays_in_the_activity() {
    let (test, browser, project, _) = with_a_failed_photo().await;
    test.poll().await;
    test.settle().await;
    assert_eq!(
        told(&test),
        (json!(1), "1 thing needs attention.".to_owned())
    );
    let form = format!("attention/files:{project}/dismiss");
    for _ in 0..2 {
        assert_eq!(notice(&browser.submit(&form, &[]).await), "dismissed");
        assert_eq!(count(&browser).await, 0);
    }
    assert_eq!(told(&test), (json!(0), String::new()), "at once");
    assert!(test.log_says(&["couldn’t be copied"]).await);
    // Another photo of the project that fails is seen again, alone.
    let photo = test.new_photo(&project, json!({})).await;
    let path = format!("/v1/organizations/*/jobs/*/images/{photo}");
    test.one_click_fault(
        json!({"method": "PUT", "path": path, "times": null, "action": refusal()}),
    );
    test.catch_up().await;
    assert_eq!(count(&browser).await, 1);
    let said = lines(&browser).await;
    assert!(said.contains("1 photo of project"), "{said}");
}

#[tokio::test]
async fn b38_what_was_mended_elsewhere_is_gone_from_there() {
    let (test, browser, project, photos) = with_a_failed_photo().await;
    assert_eq!(count(&browser).await, 1);
    test.change_photo(&photos[0], json!({"description": "Another"}))
        .await;
    test.change_project(&project, json!({"name": "Renamed"}))
        .await;
    test.catch_up().await;
    test.assert_whole(&project, &photos);
    assert_eq!(count(&browser).await, 0);
}

#[tokio::test]
async fn b38_a_connection_that_broke_is_one_thing_and_the_card_says_so_at_once() {
    let (test, browser) = connected().await;
    let state = test.companycam_state().await;
    let company = text(&state["companies"][0]["id"]);
    let revoke = format!("/companies/{company}/revoke_grants");
    test.companycam_control(Method::POST, &revoke, Value::Null)
        .await;
    test.catch_up().await;
    assert_eq!(status(&browser).await["state"], "needs_reconnecting");
    assert_eq!(count(&browser).await, 1);
    assert_eq!(told(&test).0, 1);
    let connection = card(&browser.tab().await, "connection");
    assert!(
        !connection.contains("tag good"),
        "nothing green beside it: {connection}"
    );
    browser.submit("disconnect", &[]).await;
    assert_eq!(status(&browser).await["attention"], 0);
}

#[tokio::test]
async fn b38_a_match_that_was_lost_is_named_until_somebody_is_picked() {
    let (test, browser) = connected().await;
    let kit = user(&test, "Kit Monroe").await;
    assert_saved(&pick(&browser, &kit, "usr_front_desk").await);
    let left = json!({"active": false});
    test.one_click_control(
        Method::PATCH,
        "/organizations/org_ridgeline/users/usr_front_desk",
        left,
    )
    .await;
    test.advance(std::time::Duration::from_hours(24));
    test.catch_up().await;
    let browser = test.administrator().await;
    assert_eq!(
        count(&browser).await,
        1,
        "{:?}",
        test.activity_texts().await
    );
    let said = lines(&browser).await;
    assert!(
        said.contains("Kit Monroe in CompanyCam is no longer matched"),
        "{said}"
    );
    assert_saved(&pick(&browser, &kit, "usr_back_office").await);
    assert_eq!(count(&browser).await, 0);
}

#[tokio::test]
async fn b28_what_needs_attention_is_nobody_elses_business() {
    let test = TestApp::with_two_companies().await;
    let browser = test.connect().await;
    let email = "avery.stone@company-1.example";
    let other = test.connect_as("org_harbor", "usr_harper", email).await;
    test.drain().await;
    let (project, photos) = test.seed().await;
    let path = format!("/v1/organizations/*/jobs/*/images/{}", photos[0]);
    test.one_click_fault(
        json!({"method": "PUT", "path": path, "times": null, "action": refusal()}),
    );
    test.catch_up().await;
    assert_eq!(status(&other).await["attention"], 0);
    let form = format!("attention/files:{project}/dismiss");
    other.submit(&form, &[]).await;
    let form = format!("attention/files:{project}/retry");
    assert_eq!(notice(&other.submit(&form, &[]).await), "nothing-to-retry");
    assert_eq!(count(&browser).await, 1);
}
