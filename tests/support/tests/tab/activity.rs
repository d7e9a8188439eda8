//! B25: the activity log: filters, pages, links.

use store::activity::{Kind, NewEntry, Outcome};
use test_support::{Page, TestApp};

use crate::{card, connected, org_id};

async fn log(test: &TestApp, kind: Kind, outcome: Outcome, text: &str) {
    let entry = NewEntry::new(kind, outcome, text);
    test.app.store.log(&org_id(), entry).await.unwrap();
}

/// The texts of `Entry n` on the page, in order.
fn numbers(tab: &Page) -> Vec<usize> {
    let card = card(tab, "activity");
    let parts = card.split("</span> Entry ").skip(1);
    parts
        .map(|rest| rest.split([' ', '<']).next().unwrap().parse().unwrap())
        .collect()
}

/// Where the link with this text leads.
fn link(tab: &Page, text: &str) -> Option<String> {
    let (before, _) = tab.body.split_once(&format!(">{text}</a>"))?;
    let (_, link) = before.rsplit_once("<a href=\"")?;
    let (address, _) = link.split_once('"')?;
    Some(address.replace("&amp;", "&"))
}

#[tokio::test]
async fn b25_the_log_is_paged_newest_first() {
    let (test, browser) = connected().await;
    for number in 1..=60 {
        log(
            &test,
            Kind::Photo,
            Outcome::Copied,
            &format!("Entry {number}"),
        )
        .await;
    }
    let first = browser.tab().await;
    assert_eq!(numbers(&first), (36..=60).rev().collect::<Vec<_>>());
    assert_eq!(link(&first, "Newest"), None);
    let second = browser.get(&link(&first, "Older").unwrap()).await;
    assert_eq!(numbers(&second), (11..=35).rev().collect::<Vec<_>>());
    let third = browser.get(&link(&second, "Older").unwrap()).await;
    assert_eq!(numbers(&third), (1..=10).rev().collect::<Vec<_>>());
    assert_eq!(
        link(&third, "Older"),
        None,
        "what connecting logged is on it as well"
    );
    let newest = browser.get(&link(&third, "Newest").unwrap()).await;
    assert_eq!(numbers(&newest), numbers(&first));
}

#[tokio::test]
async fn b25_the_log_is_filtered_by_kind_and_outcome() {
    let (test, browser) = connected().await;
    log(&test, Kind::Photo, Outcome::Copied, "Entry 1").await;
    log(&test, Kind::Photo, Outcome::Failed, "Entry 2").await;
    log(&test, Kind::Project, Outcome::Failed, "Entry 3").await;
    for (query, shown) in [
        ("kind=photo", vec![2, 1]),
        ("outcome=failed", vec![3, 2]),
        ("kind=photo&outcome=failed", vec![2]),
        ("kind=user", vec![]),
        ("kind=&outcome=", vec![3, 2, 1]),
    ] {
        let tab = browser.get(&format!("/companycam/settings?{query}")).await;
        assert_eq!(numbers(&tab), shown, "{query}");
    }
    let none = browser.get("/companycam/settings?kind=user").await;
    assert!(none.says("Nothing like this in the last 30 days."));
    let photos = browser.get("/companycam/settings?kind=photo").await;
    assert!(
        photos.says("<option value=\"photo\" selected>"),
        "the form shows what is chosen"
    );
}

#[tokio::test]
async fn b25_a_filtered_page_is_full_however_much_lies_between() {
    let (test, browser) = connected().await;
    for number in 1..=30 {
        log(
            &test,
            Kind::Photo,
            Outcome::Failed,
            &format!("Entry {number}"),
        )
        .await;
        for _ in 0..20 {
            log(&test, Kind::Photo, Outcome::Copied, "Between").await;
        }
    }
    let failed = browser.get("/companycam/settings?outcome=failed").await;
    assert_eq!(numbers(&failed), (6..=30).rev().collect::<Vec<_>>());
    let older = browser.get(&link(&failed, "Older").unwrap()).await;
    assert_eq!(numbers(&older), (1..=5).rev().collect::<Vec<_>>());
    assert_eq!(link(&older, "Older"), None);
}

#[tokio::test]
async fn b25_what_makes_no_sense_in_the_address_filters_nothing() {
    let (test, browser) = connected().await;
    log(&test, Kind::Photo, Outcome::Copied, "Entry 1").await;
    for query in [
        "kind=x",
        "outcome=%00",
        "before=%E2%98%83",
        "before=",
        "kind=x&before=%22%3E",
    ] {
        let tab = browser.get(&format!("/companycam/settings?{query}")).await;
        assert_eq!(numbers(&tab), [1], "{query}");
    }
    let end = browser.get("/companycam/settings?before=0").await;
    assert!(end.says("Nothing older."), "{}", card(&end, "activity"));
}

#[tokio::test]
async fn b25_entries_lead_to_the_project_the_photo_and_the_job() {
    let (test, browser) = connected().await;
    let (project, photos) = test.seed().await;
    test.catch_up().await;
    let job = test.job_of(&project)["id"].as_str().unwrap().to_owned();
    let tab = browser.tab().await;
    let (companycam, one_click) = (&test.companycam.origin, &test.one_click.origin);
    for address in [
        format!("{companycam}/projects/{project}"),
        format!("{companycam}/photos/{}", photos[0]),
        format!("{one_click}/jobs/{job}"),
    ] {
        assert!(tab.says(&format!("href=\"{address}\"")), "{address}");
    }
}

#[tokio::test]
async fn b28_no_page_of_the_log_reaches_another_organizations() {
    let (test, _) = connected().await;
    log(&test, Kind::Photo, Outcome::Failed, "Entry 1").await;
    let browser = test.browser();
    let token = test.launch_token("org_harbor", "usr_harper");
    browser
        .open(&format!("/companycam/settings?launch={token}"))
        .await;
    for query in ["", "?outcome=failed", "?before=ffffffff", "?find=Entry"] {
        let tab = browser.get(&format!("/companycam/settings{query}")).await;
        assert!(!tab.says("Entry 1"), "{query}");
    }
}
