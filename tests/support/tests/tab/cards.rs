//! What each card looks like: a difference is a decision.

use std::fmt::Write;

use scraper::{ElementRef, Html, Node, Selector};
use test_support::{Browser, Page, TestApp};

use crate::connected;

/// Attributes that differ with each run.
const CHANGING: [&str; 5] = ["action", "href", "datetime", "data-status-url", "value"];

/// The card as an outline: a line for each element with its attributes, and for each text.
fn outline(tab: &Page, selector: &str) -> String {
    let page = Html::parse_document(&tab.body);
    let found = page.select(&Selector::parse(selector).unwrap()).next();
    let mut lines = String::new();
    write_element(found.expect("it is there"), 0, &mut lines);
    lines
}

fn write_element(element: ElementRef<'_>, depth: usize, lines: &mut String) {
    let indent = "  ".repeat(depth);
    let mut attributes: Vec<_> = element.value().attrs().collect();
    attributes.sort_unstable();
    let attributes = attributes.into_iter().map(|(name, value)| {
        if CHANGING.contains(&name) || value.contains("127.0.0.1") {
            format!(" {name}")
        } else {
            format!(" {name}={value:?}")
        }
    });
    let attributes: String = attributes.collect();
    writeln!(lines, "{indent}{}{attributes}", element.value().name()).unwrap();
    if element.value().name() == "time" {
        return;
    }
    for child in element.children() {
        if let Some(child) = ElementRef::wrap(child) {
            write_element(child, depth + 1, lines);
        } else if let Node::Text(text) = child.value() {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if !text.is_empty() {
                writeln!(lines, "{indent}  “{text}”").unwrap();
            }
        }
    }
}

#[tokio::test]
async fn b25_a_tab_that_was_never_connected_looks_like_this() {
    let test = TestApp::spawn().await;
    let browser: Browser = test.administrator().await;
    let tab = browser.tab().await;
    insta::assert_snapshot!(outline(&tab, "section.card"));
}

#[tokio::test]
async fn b25_the_cards_of_a_connected_organization_look_like_this() {
    let (_test, browser) = connected().await;
    let tab = browser.tab().await;
    for id in [
        "connection",
        "sync",
        "preferences",
        "users",
        "find",
        "activity",
    ] {
        let card = outline(&tab, &format!("section.card[aria-labelledby=\"{id}\"]"));
        insta::assert_snapshot!(id, card);
    }
}
