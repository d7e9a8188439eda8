//! One Click as the contract has it, and in one thing otherwise.

use axum::http::{HeaderValue, StatusCode};
use contract_check::Side;
use serde_json::{Value, json};

use crate::sides::{ask, assert_tells_nothing, one_click, one_click_settings, one_click_twisted};
use crate::stand_in::{answers, questions};

/// Fewer would mean that the check has gone blind.
const CONFIRMED: usize = 30;

#[tokio::test]
async fn the_simulator_contradicts_nothing_and_is_only_read() {
    let simulator = one_click().await;
    let settings = one_click_settings(&simulator, &simulator.origin);
    let report = ask(None, Some(settings)).await;
    assert_tells_nothing(&report);
    assert_eq!(report.contradicted(), [""; 0]);
    assert_eq!(report.exit_code(), 0);
    assert!(report.confirmed(Side::OneClick) >= CONFIRMED, "{report}");

    let requests = simulator.controls().requests();
    assert!(requests.iter().all(|request| request.method == "GET"));
    assert!((20..=60).contains(&requests.len()), "{}", requests.len());
}

/// The jobs of a list's answer.
fn jobs(body: &mut Value) -> Option<&mut Vec<Value>> {
    body.get_mut("jobs")?.as_array_mut()
}

#[tokio::test]
async fn jobs_newest_first() {
    let twist = answers(|_, answered| {
        answered.change(|body| {
            if let Some(jobs) = jobs(body) {
                jobs.reverse();
            }
        });
    });
    assert_eq!(
        one_click_twisted(twist).await,
        ["updated_since= has the oldest change first"]
    );
}

#[tokio::test]
async fn an_exclusive_updated_since() {
    let twist = answers(|asked, answered| {
        answered.change(|body| {
            if let (Some(since), Some(jobs)) = (asked.get("updated_since"), jobs(body)) {
                jobs.retain(|job| job["updated_at"] != *since);
            }
        });
    });
    assert_eq!(
        one_click_twisted(twist).await,
        ["updated_since= is inclusive"]
    );
}

#[tokio::test]
async fn an_ignored_updated_since() {
    let twist = questions(|asked| {
        let readable = |text: &str| text.parse::<jiff::Timestamp>().is_ok();
        asked
            .query
            .retain(|(name, value)| name != "updated_since" || !readable(value));
    });
    assert_eq!(
        one_click_twisted(twist).await,
        ["updated_since= leaves out what changed before"]
    );
}

#[tokio::test]
async fn a_metadata_filter_that_is_ignored() {
    let twist = questions(|asked| {
        asked
            .query
            .retain(|(name, _)| !name.starts_with("metadata"));
    });
    assert_eq!(
        one_click_twisted(twist).await,
        [
            "metadata[key]= lists the jobs with that value",
            "metadata[key]= with nobody's value lists none",
        ]
    );
}

#[tokio::test]
async fn addresses_that_have_a_case() {
    let twist = answers(|asked, answered| {
        answered.change(|body| {
            if let (Some(line), Some(jobs)) = (asked.get("address[line_1]"), jobs(body)) {
                jobs.retain(|job| job["address"]["line_1"] == *line);
            }
        });
    });
    assert_eq!(
        one_click_twisted(twist).await,
        ["address[line_1]= and address[postal_code]= match whatever the case"]
    );
}

#[tokio::test]
async fn a_search_that_is_refused() {
    let twist = answers(|asked, answered| {
        if asked.get("query").is_some() {
            answered.status = StatusCode::UNPROCESSABLE_ENTITY;
            answered.body = json!({"errors": ["query is not a filter"]})
                .to_string()
                .into_bytes();
        }
    });
    assert_eq!(
        one_click_twisted(twist).await,
        ["query= lists jobs whose name, customer, e-mail, telephone or address contains it"]
    );
}

#[tokio::test]
async fn a_list_that_does_not_lead_on() {
    let twist = answers(|_, answered| {
        answered.change(|body| {
            if body.get("next_page").is_some() {
                body["next_page"] = Value::Null;
            }
        });
    });
    assert_eq!(
        one_click_twisted(twist).await,
        ["per_page= and page= cut a list into pages"]
    );
}

#[tokio::test]
async fn bare_arrays() {
    let twist = answers(|asked, answered| {
        if asked.path.ends_with("/users") {
            answered.change(|body| *body = body["users"].take());
        }
    });
    assert_eq!(
        one_click_twisted(twist).await,
        ["a list is {\"<name>\": […], \"next_page\": number or null}"]
    );
}

#[tokio::test]
async fn a_page_for_what_is_unknown() {
    let twist = answers(|_, answered| {
        if answered.status == StatusCode::NOT_FOUND {
            answered.become_page(StatusCode::NOT_FOUND);
        }
    });
    assert_eq!(
        one_click_twisted(twist).await,
        [
            "an unknown job gives 404 with {\"errors\": […]}",
            "an unknown organization gives 404 with {\"errors\": […]}",
        ]
    );
}

#[tokio::test]
async fn an_md5_in_capitals() {
    let twist = answers(|asked, answered| {
        if asked.path.ends_with("/images") {
            answered.change(|body| {
                for image in body["images"].as_array_mut().unwrap() {
                    image["md5"] = json!("0123456789ABCDEF0123456789ABCDEF");
                }
            });
        }
    });
    assert_eq!(
        one_click_twisted(twist).await,
        ["an image's md5 is 32 lower-case hexadecimal digits"]
    );
}

#[tokio::test]
async fn b37_pages_that_tell_nobody_where_they_are() {
    let twist = answers(|asked, answered| {
        if !asked.path.starts_with("/v1/") {
            let policy = HeaderValue::from_static("no-referrer");
            answered.headers.insert("referrer-policy", policy);
        }
    });
    assert_eq!(
        one_click_twisted(twist).await,
        ["its pages send Referrer-Policy: strict-origin-when-cross-origin"]
    );
}
