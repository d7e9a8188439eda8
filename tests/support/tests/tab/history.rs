//! B42: the activity is searched, and had as a table.

use http::StatusCode;
use serde_json::json;

use crate::{card, connected};

#[tokio::test]
async fn b42_the_activity_is_searched_by_words_people_and_days() {
    let (test, browser) = connected().await;
    let project = test.named_project("Castell barn").await;
    test.new_photo(&project, json!({"description": "Front"}))
        .await;
    test.catch_up().await;
    browser
        .submit("preferences", &[("copy_documents", "on")])
        .await;
    let shown = async |query: &str| {
        let tab = browser.get(&format!("/companycam/settings?{query}")).await;
        card(&tab, "activity").matches("<li>").count()
    };
    let all = shown("").await;
    assert!(all >= 4, "{all}");
    assert_eq!(shown("words=castell+BARN").await, 1);
    assert_eq!(shown("words=Front").await, 1);
    assert_eq!(shown("words=castell+front").await, 0);
    assert_eq!(shown("by=avery").await, 1, "who switched a preference");
    assert_eq!(shown("by=nobody").await, 0);
    let today = test.app.now().strftime("%Y-%m-%d").to_string();
    assert_eq!(shown(&format!("from={today}&until={today}")).await, all);
    assert_eq!(shown("until=2020-01-01").await, 0);
    assert_eq!(shown("from=2999-01-01").await, 0);
    assert_eq!(shown("from=yesterday").await, all, "no day");
}

#[tokio::test]
async fn b42_what_is_shown_is_had_as_a_table() {
    let (test, browser) = connected().await;
    let project = test.named_project("=cmd, \"Castell\"").await;
    test.catch_up().await;
    let table = browser
        .get("/companycam/settings/activity.csv?words=castell")
        .await;
    assert_eq!(table.status, StatusCode::OK);
    assert!(table.header("content-type").starts_with("text/csv"));
    let lines: Vec<_> = table.body.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 2, "{}", table.body);
    assert!(
        lines[1].contains(&project) && lines[1].contains("\"\"Castell\"\""),
        "{}",
        lines[1]
    );
    let signed_out = test
        .browser()
        .get("/companycam/settings/activity.csv")
        .await;
    assert_eq!(signed_out.status, StatusCode::UNAUTHORIZED);
}
