use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use one_click::Error;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use crate::server::{Server, client_of, job_id, json, org};

/// What `GET …/jobs/{id}` makes of an answer.
async fn error_for(answer: impl IntoResponse) -> Error {
    let server = Server::answering([answer.into_response()]).await;
    server.client.job(&org(), &job_id()).await.unwrap_err()
}

async fn error_for_status(status: u16) -> Error {
    error_for(json(
        status,
        &json!({ "errors": ["Email someone@example.com is taken"] }),
    ))
    .await
}

#[tokio::test]
async fn each_refusal_has_its_error() {
    assert!(matches!(error_for_status(401).await, Error::Unauthorized));
    assert!(matches!(error_for_status(403).await, Error::Forbidden));
    assert!(matches!(error_for_status(404).await, Error::NotFound));
    assert!(matches!(error_for_status(409).await, Error::Conflict(_)));
    assert!(matches!(error_for_status(422).await, Error::Invalid { .. }));
    assert!(matches!(
        error_for_status(400).await,
        Error::Rejected { status: 400, .. }
    ));
    assert!(matches!(
        error_for_status(408).await,
        Error::Unavailable { status: 408 }
    ));
    assert!(matches!(
        error_for_status(503).await,
        Error::Unavailable { status: 503 }
    ));
}

#[tokio::test]
async fn refusals_keep_one_clicks_messages_out_of_display_and_debug() {
    for status in [400, 409, 422] {
        let error = error_for_status(status).await;
        assert_eq!(error.messages(), ["Email someone@example.com is taken"]);
        assert!(
            !format!("{error} {error:?}").contains("example.com"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn b33_a_page_with_409_is_no_conflict() {
    let error = error_for((StatusCode::CONFLICT, "<html>")).await;
    assert!(matches!(error, Error::Foreign { status: 409 }), "{error:?}");
}

#[tokio::test]
async fn b29_retry_after_is_taken_in_seconds_up_to_a_day() {
    for (value, seconds) in [
        (Some("7"), Some(7)),
        (Some("99999999999999999"), Some(86_400)),
        (Some("Wed, 21 Oct 2026 07:28:00 GMT"), None),
        (None, None),
    ] {
        let mut answer = StatusCode::TOO_MANY_REQUESTS.into_response();
        if let Some(value) = value {
            answer
                .headers_mut()
                .insert(header::RETRY_AFTER, value.parse().unwrap());
        }
        match error_for(answer).await {
            Error::RateLimited { retry_after } => {
                assert_eq!(retry_after, seconds.map(Duration::from_secs), "{value:?}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn what_one_click_itself_gets_wrong_is_unreadable_and_not_repeated() {
    for (job, text) in [
        (json!({ "id": "j" }), "job: missing field `organization_id`"),
        (json!("someone@example.com"), "job: unexpected value"),
    ] {
        match error_for(json(200, &json!({ "job": job }))).await {
            Error::Unreadable(problem) => assert_eq!(problem, text),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn b33_a_redirect_is_neither_followed_nor_believed() {
    let answer = (StatusCode::FOUND, [(header::LOCATION, "/elsewhere")]).into_response();
    let mut server = Server::answering([answer]).await;
    let error = server.client.job(&org(), &job_id()).await.unwrap_err();
    assert!(matches!(error, Error::Foreign { status: 302 }), "{error:?}");
    server.next().await;
    assert!(server.is_done());
}

#[tokio::test]
async fn a_refused_connection_had_no_effect() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client_of(&listener);
    drop(listener);
    let error = client.job(&org(), &job_id()).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Connection {
                maybe_took_effect: false,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(error.is_transient());
    assert_eq!(error.to_string(), "One Click could not be reached");
}

#[tokio::test]
async fn a_lost_answer_may_have_had_an_effect_and_tells_no_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client_of(&listener);
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            connection.read_u8().await.unwrap();
        }
    });
    let error = client
        .jobs_at_address(&org(), "1 Secret Street", "78701")
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Connection {
                maybe_took_effect: true,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(error.is_transient());
    assert!(
        !format!("{error} {error:?}").contains("Secret"),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_token_is_sent_and_not_told() {
    let mut server = Server::answering([StatusCode::NOT_FOUND.into_response()]).await;
    let error = server.client.job(&org(), &job_id()).await.unwrap_err();
    assert_eq!(
        server.next().await.header("authorization"),
        "Bearer service-token"
    );
    assert!(!format!("{error:?} {:?}", server.client).contains("service-token"));
}
