//! B9–B13: the preferences.

use http::StatusCode;
use model::preferences::{Preference, Preferences};
use scraper::{Html, Selector};
use test_support::{Browser, Page, TestApp};

use crate::connected;

fn all() -> [&'static str; 8] {
    Preference::ALL.map(Preference::name)
}

async fn save(browser: &Browser, on: &[&str]) -> Page {
    let fields: Vec<_> = on.iter().map(|name| (*name, "on")).collect();
    let saved = browser.submit("preferences", &fields).await;
    assert!(saved.status.is_redirection(), "{}", saved.body);
    let tab = browser.follow(saved).await;
    assert_eq!(tab.status, StatusCode::OK);
    assert!(tab.says("Your preferences are saved."));
    tab
}

async fn preferences(test: &TestApp) -> Preferences {
    test.organization().await.unwrap().preferences
}

/// Whether the checkbox has this attribute.
fn checkbox_has(tab: &Page, name: &str, attribute: &str) -> bool {
    let selector = format!("input[type=checkbox][name={name}]");
    let page = Html::parse_document(&tab.body);
    let found = page.select(&Selector::parse(&selector).unwrap()).next();
    found.expect("it is there").attr(attribute).is_some()
}

fn checked(tab: &Page) -> Vec<&'static str> {
    let is = |name: &&str| checkbox_has(tab, name, "checked");
    all().into_iter().filter(is).collect()
}

#[tokio::test]
async fn b9_to_b13_the_defaults_are_shown() {
    let (test, browser) = connected().await;
    let tab = browser.tab().await;
    assert_eq!(checked(&tab), ["create_job_from_project", "copy_documents"]);
    assert_eq!(preferences(&test).await, Preferences::default());
    assert!(tab.says("Create a Project in CompanyCam when a Job is Created in One Click"));
    for name in all() {
        assert!(tab.says(&format!("<label for=\"{name}\">")), "{name}");
    }
}

#[tokio::test]
async fn b9_to_b13_each_preference_is_saved_and_shown() {
    let (test, browser) = connected().await;
    for name in all()
        .into_iter()
        .filter(|name| *name != "remove_previous_assignee")
    {
        let tab = save(&browser, &[name]).await;
        assert_eq!(checked(&tab), [name]);
        let saved = serde_json::to_value(preferences(&test).await).unwrap();
        for other in all() {
            assert_eq!(saved[other], other == name, "{other} after saving {name}");
        }
    }
    assert_eq!(checked(&save(&browser, &all()).await), all());
    assert!(checked(&save(&browser, &[]).await).is_empty());
}

#[tokio::test]
async fn b9_the_time_of_switching_on_is_kept_while_it_stays_on() {
    let (test, browser) = connected().await;
    save(&browser, &["create_project_from_job"]).await;
    let since = preferences(&test).await.create_project_from_job_since();
    assert!(since.is_some());
    save(&browser, &["create_project_from_job", "copy_documents"]).await;
    assert_eq!(
        preferences(&test).await.create_project_from_job_since(),
        since
    );
    save(&browser, &[]).await;
    assert_eq!(
        preferences(&test).await.create_project_from_job_since(),
        None
    );
}

#[tokio::test]
async fn b12_removing_the_previous_assignee_needs_reassignment() {
    let (test, browser) = connected().await;
    let tab = browser.tab().await;
    assert!(checkbox_has(&tab, "remove_previous_assignee", "disabled"));
    let tab = save(&browser, &["remove_previous_assignee"]).await;
    assert!(checked(&tab).is_empty());
    let tab = save(&browser, &["reassign_project"]).await;
    assert!(!checkbox_has(&tab, "remove_previous_assignee", "disabled"));
    save(&browser, &["reassign_project", "remove_previous_assignee"]).await;
    assert!(
        preferences(&test)
            .await
            .has(Preference::RemovePreviousAssignee)
    );
    save(&browser, &["remove_previous_assignee"]).await;
    assert!(
        !preferences(&test)
            .await
            .has(Preference::RemovePreviousAssignee),
        "it goes off with the other"
    );
}

#[tokio::test]
async fn b42_a_stale_tab_turns_no_preference_back() {
    let (test, browser) = connected().await;
    let seen = "create_job_from_project copy_documents";
    // In another tab, meanwhile.
    save(
        &browser,
        &[
            "create_job_from_project",
            "copy_documents",
            "create_project_from_job",
        ],
    )
    .await;
    let stale = [
        ("seen", seen),
        ("create_job_from_project", "on"),
        ("copy_documents", "on"),
        ("copy_internal_photos", "on"),
    ];
    let saved = browser.submit("preferences", &stale).await;
    assert!(saved.status.is_redirection(), "{}", saved.body);
    let now = preferences(&test).await;
    for one in [
        Preference::CreateProjectFromJob,
        Preference::CreateJobFromProject,
        Preference::CopyDocuments,
        Preference::CopyInternalPhotos,
    ] {
        assert!(now.has(one), "{}", one.name());
    }
}

#[tokio::test]
async fn b42_the_activity_says_who_switched_what_and_only_if_something_changed() {
    let (test, browser) = connected().await;
    save(
        &browser,
        &["create_job_from_project", "copy_internal_photos"],
    )
    .await;
    save(
        &browser,
        &["create_job_from_project", "copy_internal_photos"],
    )
    .await;
    let said = test.activity_texts().await;
    let of: Vec<_> = said
        .iter()
        .filter(|text| text.contains(" turned "))
        .collect();
    assert_eq!(
        of,
        [
            "avery.stone@ridgeline.example turned on “Copy photos marked internal” and turned off “Copy documents”."
        ]
    );
    let tab = browser.get("/companycam/settings?kind=preferences").await;
    assert!(tab.says("turned on “Copy photos marked internal”"));
}
