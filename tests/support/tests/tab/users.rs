//! B7: the pencil.

use http::{Method, StatusCode};
use model::users::Choice;
use serde_json::json;
use store::activity::{Kind, NewEntry, Outcome};
use test_support::{Browser, Page, TestApp, until};

use crate::{connected, user};

pub(crate) async fn pick(browser: &Browser, companycam: &str, one_click: &str) -> Page {
    let form = format!("users/{companycam}");
    browser
        .submit(&form, &[("one_click_user_id", one_click)])
        .await
}

#[track_caller]
pub(crate) fn assert_saved(page: &Page) {
    assert!(
        page.status.is_redirection(),
        "{} {}",
        page.status,
        page.body
    );
    assert!(
        page.location()
            .unwrap()
            .as_str()
            .ends_with("?notice=user-saved")
    );
}

/// Whom an administrator chose for this user; `None`: nobody chose.
async fn choice(test: &TestApp, companycam: &str) -> Option<Option<String>> {
    let directory = test.directory().await;
    let mut choices = directory.choices.into_iter();
    let found = choices.find(|choice: &Choice| choice.companycam_user_id.as_str() == companycam)?;
    Some(found.one_click_user_id.map(|user| user.as_str().to_owned()))
}

/// The row of the tab's table that shows this CompanyCam user.
pub(crate) fn row<'a>(tab: &'a Page, name: &str) -> &'a str {
    let cell = format!("<th scope=\"row\">{name}");
    let mut rows = tab.body.split("<tr").skip(1);
    rows.find(|row| row.contains(&cell)).unwrap()
}

#[tokio::test]
async fn b7_a_form_that_names_nobody_at_all_changes_nothing() {
    let (test, browser) = connected().await;
    let kit = user(&test, "Kit Monroe").await;
    let page = browser.submit(&format!("users/{kit}"), &[]).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.says("Nothing was changed."), "{}", page.body);
    let directory = test.directory().await;
    assert!(directory.choices.is_empty());
}

#[tokio::test]
async fn b7_picking_a_user_by_hand() {
    let (test, browser) = connected().await;
    let kit = user(&test, "Kit Monroe").await;
    assert!(row(&browser.tab().await, "Kit Monroe").contains("Not matched"));
    let saved = pick(&browser, &kit, "usr_front_desk").await;
    assert_saved(&saved);
    let tab = browser.follow(saved).await;
    // The tab says what was done.
    assert!(tab.says("match is saved."));
    let row = row(&tab, "Kit Monroe");
    assert!(
        row.contains("<td>Front Desk") && row.contains("matched manually"),
        "{row}"
    );
    assert!(tab.says("7 matched, 5 not matched"));
    assert_eq!(
        choice(&test, &kit).await,
        Some(Some("usr_front_desk".to_owned()))
    );
}

#[tokio::test]
async fn b7_another_pick_replaces_the_first_and_frees_its_user() {
    let (test, browser) = connected().await;
    let (kit, lane) = (
        user(&test, "Kit Monroe").await,
        user(&test, "Lane Porter").await,
    );
    assert_saved(&pick(&browser, &kit, "usr_front_desk").await);
    assert_saved(&pick(&browser, &kit, "usr_back_office").await);
    assert_saved(&pick(&browser, &lane, "usr_front_desk").await);
    assert_eq!(
        choice(&test, &kit).await,
        Some(Some("usr_back_office".to_owned()))
    );
    assert_eq!(
        choice(&test, &lane).await,
        Some(Some("usr_front_desk".to_owned()))
    );
}

#[tokio::test]
async fn b7_not_matched_is_a_choice_that_automatic_matching_leaves_alone() {
    let (test, browser) = connected().await;
    let blake = user(&test, "Blake Moreno").await;
    assert_saved(&pick(&browser, &blake, "").await);
    assert_eq!(choice(&test, &blake).await, Some(None));
    browser.submit("sync", &[("since_days", "29")]).await;
    test.drain().await;
    let tab = browser.tab().await;
    let row = row(&tab, "Blake Moreno");
    assert!(
        row.contains("Not matched") && row.contains("matched manually"),
        "{row}"
    );
}

#[tokio::test]
async fn b7_a_choice_can_be_given_back_to_automatic_matching() {
    let (test, browser) = connected().await;
    let blake = user(&test, "Blake Moreno").await;
    assert_saved(&pick(&browser, &blake, "").await);
    assert_saved(&pick(&browser, &blake, "auto").await);
    assert_eq!(choice(&test, &blake).await, None);
    let tab = browser.tab().await;
    assert!(row(&tab, "Blake Moreno").contains("same email"));
    assert_saved(&pick(&browser, &blake, "auto").await);
    let kit = user(&test, "Kit Monroe").await;
    assert_saved(&pick(&browser, &kit, "usr_front_desk").await);
    assert_saved(&pick(&browser, &kit, "auto").await);
    let lane = user(&test, "Lane Porter").await;
    assert_saved(&pick(&browser, &lane, "usr_front_desk").await);
}

#[tokio::test]
async fn b7_a_user_who_is_taken_is_refused_naming_by_whom() {
    let (test, browser) = connected().await;
    let (kit, lane) = (
        user(&test, "Kit Monroe").await,
        user(&test, "Lane Porter").await,
    );
    let automatic = pick(&browser, &kit, "usr_blake").await;
    assert_eq!(automatic.status, StatusCode::CONFLICT);
    assert!(
        automatic.says("already matched to Blake Moreno in CompanyCam"),
        "{}",
        automatic.body
    );
    assert!(
        automatic.says("/companycam/settings\""),
        "there is a way back"
    );
    assert_saved(&pick(&browser, &lane, "usr_front_desk").await);
    let by_hand = pick(&browser, &kit, "usr_front_desk").await;
    assert_eq!(by_hand.status, StatusCode::CONFLICT);
    assert!(by_hand.says("already matched to Lane Porter in CompanyCam"));
    assert_eq!(choice(&test, &kit).await, None);
}

#[tokio::test]
async fn b7_a_freed_user_can_be_picked() {
    let (test, browser) = connected().await;
    let (kit, blake) = (
        user(&test, "Kit Monroe").await,
        user(&test, "Blake Moreno").await,
    );
    assert_saved(&pick(&browser, &blake, "").await);
    assert_saved(&pick(&browser, &kit, "usr_blake").await);
    assert_saved(&pick(&browser, &blake, "auto").await);
    let tab = browser.tab().await;
    assert!(row(&tab, "Kit Monroe").contains("<td>Blake Moreno"));
    assert!(
        row(&tab, "Blake Moreno").contains("Not matched"),
        "matches are one to one"
    );
}

#[tokio::test]
async fn b7_unknown_users_are_refused() {
    let (test, browser) = connected().await;
    let kit = user(&test, "Kit Monroe").await;
    let unknown = pick(&browser, "4711", "usr_front_desk").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.says("This CompanyCam user is not, or no longer, in the list."));
    for nobody in ["usr_nobody", "usr_harper", "usr_gray", "not an id", "🦀"] {
        let unknown = pick(&browser, &kit, nobody).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{nobody}");
        assert!(unknown.says("This One Click user is not, or no longer, in the list."));
    }
    assert_eq!(choice(&test, &kit).await, None);
}

#[tokio::test]
async fn b7_two_tabs_pick_the_same_user_at_once_and_one_gets_it() {
    let (test, browser) = connected().await;
    let (kit, lane) = (
        user(&test, "Kit Monroe").await,
        user(&test, "Lane Porter").await,
    );
    test.aws.take_turns();
    let (one, other) = futures::join!(
        pick(&browser, &kit, "usr_front_desk"),
        pick(&browser, &lane, "usr_front_desk"),
    );
    let saved = [&one, &other].map(|page| page.status.is_redirection());
    assert_ne!(saved[0], saved[1], "{} {}", one.status, other.status);
    let refused = if saved[0] { other } else { one };
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let chosen = [choice(&test, &kit).await, choice(&test, &lane).await];
    assert_eq!(chosen.iter().flatten().count(), 1, "{chosen:?}");
}

#[tokio::test]
async fn b5_b7_users_of_a_company_of_before_rest_with_their_choices() {
    let (test, browser) = connected().await;
    let kit = user(&test, "Kit Monroe").await;
    assert_saved(&pick(&browser, &kit, "usr_front_desk").await);
    crate::connect_another_company(&test, &browser).await;
    let tab = browser.tab().await;
    let users = crate::card(&tab, "users");
    assert!(!users.contains("Kit Monroe"), "{users}");
    let refused = pick(&browser, &kit, "auto").await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);

    // Front Desk is free for the users of this company.
    let others = test.directory().await.companycam;
    let other = others.first().expect("its administrator").id.to_string();
    assert_saved(&pick(&browser, &other, "usr_front_desk").await);
    let chosen = choice(&test, &other).await;
    assert_eq!(chosen, Some(Some("usr_front_desk".to_owned())));
}

#[tokio::test]
async fn b7_b26_a_pick_that_is_sent_twice_at_once_is_saved_and_says_so() {
    let (test, browser) = connected().await;
    let kit = user(&test, "Kit Monroe").await;
    test.aws.take_turns();
    for picked in ["usr_front_desk", "", "auto"] {
        let (one, other) =
            futures::join!(pick(&browser, &kit, picked), pick(&browser, &kit, picked));
        assert_saved(&one);
        assert_saved(&other);
    }
    assert_eq!(choice(&test, &kit).await, None);
}

#[tokio::test]
async fn b7_of_two_picks_that_were_both_found_free_one_is_saved() {
    let (test, browser) = connected().await;
    let (kit, lane) = (
        user(&test, "Kit Monroe").await,
        user(&test, "Lane Porter").await,
    );
    let front_desk = |companycam: &str| Choice {
        companycam_user_id: companycam.parse().unwrap(),
        one_click_user_id: Some("usr_front_desk".parse().unwrap()),
    };
    let (org, store) = (crate::org_id(), &test.app.store);
    let company = test.organization().await.unwrap().company_id;
    let entry = || NewEntry::new(Kind::User, Outcome::Updated, "A match was changed.");
    // Both read the directory before either wrote.
    assert!(
        store
            .choose(&org, &company, (None, &front_desk(&kit)), entry())
            .await
            .unwrap()
            .applied()
    );
    assert!(
        !store
            .choose(&org, &company, (None, &front_desk(&lane)), entry())
            .await
            .unwrap()
            .applied()
    );
    assert_eq!(choice(&test, &lane).await, None);
    // A tab that still shows no choice for this user replaces none either.
    let nobody = Choice {
        one_click_user_id: None,
        ..front_desk(&kit)
    };
    assert!(
        !store
            .choose(&org, &company, (None, &nobody), entry())
            .await
            .unwrap()
            .applied()
    );
    assert_saved(&pick(&browser, &kit, "auto").await);
    assert!(
        store
            .choose(&org, &company, (None, &front_desk(&lane)), entry())
            .await
            .unwrap()
            .applied()
    );
}

#[tokio::test]
async fn b8_a_sync_follows_changed_users() {
    let (test, browser) = connected().await;
    let kit = user(&test, "Kit Monroe").await;
    let changes = json!({"first_name": "Kitty", "email_address": "office@elsewhere.example"});
    test.companycam_control(Method::PATCH, &format!("/users/{kit}"), changes)
        .await;
    let blake = user(&test, "Blake Moreno").await;
    test.companycam_control(
        Method::PATCH,
        &format!("/users/{blake}"),
        json!({"status": "deleted"}),
    )
    .await;
    let new = json!({"name": "Kitty Monroe", "email": "Office@Elsewhere.example"});
    test.one_click_control(Method::POST, "/organizations/org_ridgeline/users", new)
        .await;
    // Connecting has just read them; a sync that begins in that very second does not again.
    let read_at = test.organization().await.unwrap().users_refreshed_at;
    until(async || Some(test.app.now().as_second()) > read_at).await;
    browser.submit("sync", &[("since_days", "29")]).await;
    test.drain().await;
    let tab = browser.tab().await;
    assert!(row(&tab, "Kitty Monroe").contains("same email"));
    let gone = row(&tab, "Blake Moreno");
    assert!(
        gone.contains("deactivated") && gone.contains("Not matched"),
        "{gone}"
    );
}
