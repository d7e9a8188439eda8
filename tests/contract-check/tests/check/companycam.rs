//! CompanyCam as the specification has it, and in one thing otherwise.

use axum::http::{HeaderValue, StatusCode, header};
use contract_check::Side;
use serde_json::{Value, json};

use crate::sides::{
    ask, assert_tells_nothing, companycam, companycam_settings, companycam_twisted,
    companycam_with, companycam_with_pages_twisted, few_photos,
};
use crate::stand_in::{answers, questions};

/// Fewer would mean that the check has gone blind.
const CONFIRMED: usize = 60;

#[tokio::test]
async fn the_simulator_contradicts_nothing_and_is_only_read() {
    let simulator = companycam().await;
    let settings = companycam_settings(&simulator, &simulator.origin);
    let report = ask(Some(settings), None).await;
    assert_tells_nothing(&report);
    assert_eq!(report.contradicted(), [""; 0]);
    assert_eq!(report.exit_code(), 0);
    assert!(report.confirmed(Side::CompanyCam) >= CONFIRMED, "{report}");

    let requests = simulator.controls.requests();
    assert!(requests.iter().all(|request| request.method == "GET"));
    assert!((40..=60).contains(&requests.len()), "{}", requests.len());
}

#[tokio::test]
async fn lists_within_an_object() {
    let twist = answers(|_, answered| {
        answered.change(|body| {
            if body.is_array() {
                *body = json!({"data": body.take(), "meta": {}});
            }
        });
    });
    assert_eq!(
        companycam_twisted(twist).await,
        ["lists are bare JSON arrays"]
    );
}

#[tokio::test]
async fn an_exclusive_modified_since() {
    let twist = answers(|asked, answered| {
        let since = asked.get("modified_since").map(str::to_owned);
        let Some(since) = since.and_then(|since| since.parse::<jiff::Timestamp>().ok()) else {
            return;
        };
        answered.change(|body| {
            let projects = body.as_array_mut().unwrap();
            projects.retain(|project| project["updated_at"] != since.as_second());
        });
    });
    assert_eq!(
        companycam_twisted(twist).await,
        ["modified_since is ISO 8601 and inclusive"]
    );
}

#[tokio::test]
async fn an_ignored_modified_since() {
    let twist = questions(|asked| asked.query.retain(|(name, _)| name != "modified_since"));
    assert_eq!(
        companycam_twisted(twist).await,
        ["modified_since leaves out what changed before"]
    );
}

#[tokio::test]
async fn projects_oldest_first() {
    let twist = answers(|asked, answered| {
        if asked.path == "/v2/projects" {
            answered.change(|body| body.as_array_mut().unwrap().reverse());
        }
    });
    assert_eq!(
        companycam_twisted(twist).await,
        ["GET /projects has the newest activity first"]
    );
}

#[tokio::test]
async fn no_cursors() {
    let twist = answers(|_, answered| {
        for name in ["x-next-cursor", "x-has-next"] {
            answered.headers.remove(name);
        }
    });
    assert_eq!(
        companycam_twisted(twist).await,
        [
            "GET /photos answers X-Has-Next and X-Next-Cursor",
            "GET /projects/{id}/photos answers X-Has-Next and X-Next-Cursor",
        ]
    );
}

#[tokio::test]
async fn a_cursor_that_leads_to_the_first_page_again() {
    let twist = questions(|asked| {
        if asked.get("page").is_none() {
            asked.query.retain(|(name, _)| name != "after");
        }
    });
    assert_eq!(
        companycam_twisted(twist).await,
        [
            "after= on GET /photos goes on where the page ended",
            "after= on GET /projects/{id}/photos goes on where the page ended",
        ]
    );
}

#[tokio::test]
async fn short_pages_before_the_end() {
    let twist = questions(|asked| {
        for (name, value) in &mut asked.query {
            if name == "per_page" && value == "100" {
                "50".clone_into(value);
            }
        }
    });
    assert_eq!(
        companycam_with_pages_twisted(twist).await,
        ["a page has as many as asked for, up to 100, while there are more"]
    );
}

#[tokio::test]
async fn a_page_with_200_for_an_unknown_path() {
    let twist = answers(|_, answered| {
        if answered.status == StatusCode::FOUND {
            answered.become_page(StatusCode::OK);
        }
    });
    assert_eq!(
        companycam_twisted(twist).await,
        ["an unknown path answers 302 to an HTML page, or 404 in JSON"]
    );
}

#[tokio::test]
async fn a_page_for_an_unknown_project() {
    let twist = answers(|_, answered| {
        if answered.status == StatusCode::NOT_FOUND {
            answered.become_page(StatusCode::NOT_FOUND);
        }
    });
    assert_eq!(
        companycam_twisted(twist).await,
        [
            "what does not exist gives 404 in JSON",
            "errors are {\"errors\": [\"…\"]}",
        ]
    );
}

#[tokio::test]
async fn a_403_for_a_token_that_is_missing_or_wrong() {
    let twist = answers(|_, answered| {
        if answered.status == StatusCode::UNAUTHORIZED {
            answered.status = StatusCode::FORBIDDEN;
        }
    });
    assert_eq!(
        companycam_twisted(twist).await,
        ["a missing token gives 401", "a wrong token gives 401"]
    );
}

#[tokio::test]
async fn a_header_that_tells_what_is_left() {
    let twist = answers(|_, answered| {
        let left = HeaderValue::from_static("239");
        answered.headers.insert("x-ratelimit-remaining", left);
    });
    assert_eq!(
        companycam_twisted(twist).await,
        ["no header tells what is left of the limit"]
    );
}

#[tokio::test]
async fn another_content_type() {
    let twist = answers(|_, answered| {
        let text = HeaderValue::from_static("text/plain");
        answered.headers.insert(header::CONTENT_TYPE, text);
    });
    assert_eq!(
        companycam_twisted(twist).await,
        ["answers say that they are application/json"]
    );
}

#[tokio::test]
async fn numbers_for_ids() {
    let mut options = few_photos();
    options.settings.numeric_ids = true;
    let simulator = companycam_with(options).await;
    let settings = companycam_settings(&simulator, &simulator.origin);
    let report = ask(Some(settings), None).await;
    assert_eq!(report.contradicted(), ["ids are strings"]);
    assert_eq!(report.exit_code(), 1);
}

#[tokio::test]
async fn times_in_milliseconds() {
    let twist = answers(|asked, answered| {
        if asked.path == "/v2/users" {
            answered.change(|body| {
                for user in body.as_array_mut().unwrap() {
                    user["created_at"] = json!(user["created_at"].as_i64().unwrap() * 1000);
                }
            });
        }
    });
    assert_eq!(
        companycam_twisted(twist).await,
        ["times are Unix seconds, or ISO 8601"]
    );
}

/// Applies a change to every photo of an answer, be it a list or one.
fn each_photo(body: &mut Value, change: fn(&mut Value)) {
    match body {
        Value::Array(photos) => photos.iter_mut().for_each(change),
        photo => change(photo),
    }
}

#[tokio::test]
async fn another_hash() {
    let twist = answers(|asked, answered| {
        if asked.path.contains("photos") {
            answered.change(|body| {
                each_photo(body, |photo| {
                    if photo["hash"].is_string() {
                        photo["hash"] = json!("0123456789abcdef0123456789abcdef");
                    }
                });
            });
        }
    });
    assert_eq!(
        companycam_twisted(twist).await,
        ["a photo's hash is the MD5 of its original's bytes"]
    );
}

#[tokio::test]
async fn photos_on_another_host() {
    let twist = answers(|asked, answered| {
        if asked.path.contains("photos") {
            answered.change(|body| {
                each_photo(body, |photo| {
                    if let Some(uri) = photo["uris"].get_mut(1) {
                        uri["uri"] = json!("https://photos.example/1.jpg");
                    }
                });
            });
        }
    });
    assert_eq!(
        companycam_twisted(twist).await,
        ["photos are on the hosts of PHOTO_HOSTS, over https"]
    );
}

#[tokio::test]
async fn a_list_of_coordinates() {
    let twist = answers(|asked, answered| {
        if asked.path == "/v2/photos" {
            answered.change(|body| {
                each_photo(body, |photo| {
                    photo["coordinates"] = json!([photo["coordinates"]]);
                });
            });
        }
    });
    assert_eq!(
        companycam_twisted(twist).await,
        ["photo.coordinates is an object"]
    );
}

#[tokio::test]
async fn a_tag_filter_that_is_ignored() {
    let twist = questions(|asked| asked.query.retain(|(name, _)| name != "tag_ids[]"));
    assert_eq!(
        companycam_twisted(twist).await,
        ["GET /photos?tag_ids[]= lists the photos with that tag"]
    );
}

#[tokio::test]
async fn a_singular_filter_that_works() {
    let twist = questions(|asked| {
        for (name, _) in &mut asked.query {
            if name == "project_id" {
                "project_ids[]".clone_into(name);
            }
        }
    });
    assert_eq!(
        companycam_twisted(twist).await,
        ["GET /photos?project_id= (singular) is silently ignored"]
    );
}

#[tokio::test]
async fn a_webhook_that_keeps_its_token_to_itself() {
    let twist = answers(|asked, answered| {
        if asked.path == "/v2/webhooks" {
            answered.change(|body| body[0]["token"] = Value::Null);
        }
    });
    assert_eq!(
        companycam_twisted(twist).await,
        ["reading a webhook returns its token"]
    );
}
