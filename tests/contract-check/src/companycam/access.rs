//! Its life span, and how one gets in.

use reqwest::StatusCode;
use serde_json::Value;

use super::CompanyCam;
use crate::answer::Answer;
use crate::asker::{Token, unreadable};
use crate::assumption::{
    Assumption, Doubt, Judged, NEEDS_A_WRITE, contradicted, fit, holds, tried, unknown, untried,
};
use crate::json::{self, Kind};

const CONNECTING: &str = "connecting (B2), renewing tokens (B4)";

pub(super) const ASSUMPTIONS: &[Assumption<CompanyCam>] = &[
    tried!(
        "API v2 answers, and names no end before 1 September 2027",
        "everything",
        v2_answers
    ),
    untried(
        "its successor has the same webhook scopes",
        "nothing yet",
        "Its reference is not public.",
        "ask CompanyCam.",
    ),
    tried!(
        "the server metadata advertises PKCE S256",
        CONNECTING,
        pkce_is_advertised
    ),
    tried!(
        "authorize, token and revoke are below /oauth of the web application",
        CONNECTING,
        oauth_is_where_expected
    ),
    tried!(
        "the scopes are read, write and destroy",
        "consent (B2), removing an assignee (B12), deleting the webhook (B5)",
        scopes_are_known
    ),
    untried(
        "POST /oauth/token is form-encoded, with client_id and client_secret in the body",
        CONNECTING,
        NEEDS_A_WRITE,
        "connect a test company.",
    ),
    untried(
        "access tokens live 7,200 s",
        "renewing tokens in time (B4); the answer's own expires_in is what counts",
        NEEDS_A_WRITE,
        "connect a test company and look at expires_in of the token answer.",
    ),
    untried(
        "refresh tokens rotate, and each works once",
        "one renewal at a time, stored before it is used (B4)",
        NEEDS_A_WRITE,
        "renew the tokens of a test company, then try the old refresh token.",
    ),
    untried(
        "an old refresh token may stay valid until the new access token is first used",
        "nothing: both are coped with (B4)",
        "Not documented, and needs a write.",
        "renew twice with the same refresh token, before and after using the access token.",
    ),
    untried(
        "removing an assigned user and deleting a webhook need the scope destroy",
        "the scopes that consent asks for (B2)",
        NEEDS_A_WRITE,
        "delete a test webhook with a token without it: 403 is expected.",
    ),
    tried!(
        "a missing token gives 401",
        "telling a refused connection from an outage (B4, B33)",
        missing_token
    ),
    tried!(
        "a wrong token gives 401",
        "telling a refused connection from an outage (B4, B33)",
        wrong_token
    ),
    untried(
        "a revoked token gives 401",
        "telling a refused connection from an outage (B4, B33)",
        "Needs a token to be revoked.",
        "revoke a test company's grant and ask once more with its access token.",
    ),
    tried!(
        "GET /company answers an object with id and name",
        "which company is connected (B5)",
        company
    ),
    tried!(
        "GET /users/current answers the user whose token it is",
        "the connecting account shown on the tab (B25)",
        current_user
    ),
];

async fn v2_answers(side: &mut CompanyCam) -> Judged {
    let path = ["company"];
    let answer = side.asker.get(&path, &[]).await?;
    if !answer.status.is_success() {
        return Err(contradicted("GET /company answers 200", answer.seen()));
    }
    let Some(sunset) = answer.header("sunset") else {
        return Ok("no Sunset header".to_owned());
    };
    let parser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let end = parser.parse_timestamp(sunset).ok();
    match (end, json::time("2027-09-01T00:00:00Z")) {
        (Some(end), Some(announced)) if end < announced => Err(contradicted(
            "no end before 1 September 2027",
            format!("Sunset: {end}"),
        )),
        (Some(end), _) => Ok(format!("Sunset: {end}")),
        (None, _) => Err(unknown("Its Sunset header is no date.")),
    }
}

/// What the authorization server says of itself (RFC 8414).
async fn metadata(side: &mut CompanyCam) -> Result<Value, Doubt> {
    let mut url = side.app.clone();
    url.set_path("/.well-known/oauth-authorization-server");
    let answer = side.asker.open(url).await?;
    let metadata = answer.success().filter(|body| body.is_object());
    metadata.cloned().ok_or_else(|| {
        unknown(format!(
            "The web application has no server metadata: it answered {}.",
            answer.seen()
        ))
    })
}

async fn pkce_is_advertised(side: &mut CompanyCam) -> Judged {
    let metadata = metadata(side).await?;
    if names(&metadata["code_challenge_methods_supported"], "S256") {
        return holds();
    }
    Err(contradicted(
        "code_challenge_methods_supported has S256",
        json::shape(&metadata["code_challenge_methods_supported"]),
    ))
}

async fn oauth_is_where_expected(side: &mut CompanyCam) -> Judged {
    let metadata = metadata(side).await?;
    for (field, path) in [
        ("authorization_endpoint", "/oauth/authorize"),
        ("token_endpoint", "/oauth/token"),
        ("revocation_endpoint", "/oauth/revoke"),
    ] {
        let Some(endpoint) = json::text(&metadata, field) else {
            return Err(unknown(format!("The server metadata has no {field}.")));
        };
        let mut expected = side.app.clone();
        expected.set_path(path);
        if endpoint != expected.as_str() {
            return Err(contradicted(format!("{field} is {expected}"), endpoint));
        }
    }
    holds()
}

async fn scopes_are_known(side: &mut CompanyCam) -> Judged {
    let metadata = metadata(side).await?;
    let scopes = &metadata["scopes_supported"];
    if !scopes.is_array() {
        return Err(unknown("The server metadata has no scopes_supported."));
    }
    let missing: Vec<&str> = ["read", "write", "destroy"]
        .into_iter()
        .filter(|scope| !names(scopes, scope))
        .collect();
    if missing.is_empty() {
        return holds();
    }
    Err(contradicted(
        "scopes_supported has read, write and destroy",
        format!("no {}", missing.join(", ")),
    ))
}

fn names(list: &Value, wanted: &str) -> bool {
    let list = list.as_array();
    list.is_some_and(|list| list.iter().any(|value| value == wanted))
}

async fn missing_token(side: &mut CompanyCam) -> Judged {
    let answer = side.asker.get_as(Token::None, &["company"], &[]).await?;
    is_unauthorized(&answer)
}

async fn wrong_token(side: &mut CompanyCam) -> Judged {
    let answer = side.asker.get_as(Token::Wrong, &["company"], &[]).await?;
    is_unauthorized(&answer)
}

fn is_unauthorized(answer: &Answer) -> Judged {
    if answer.status == StatusCode::UNAUTHORIZED {
        return Ok(answer.seen());
    }
    Err(contradicted("401", answer.seen()))
}

async fn company(side: &mut CompanyCam) -> Judged {
    let fields = [("name", Kind::Text)];
    an_object_with_id(side, &["company"], &fields).await
}

async fn current_user(side: &mut CompanyCam) -> Judged {
    let path = ["users", "current"];
    an_object_with_id(side, &path, &[("email_address", Kind::OptionalText)]).await?;
    let answer = side.asker.get(&path, &[]).await?;
    let current = answer.json().and_then(|user| json::id_in(user, "id"));
    let users = side.users().await?;
    if users.len() < 100
        && !json::ids(&users)
            .iter()
            .any(|id| Some(id) == current.as_ref())
    {
        return Err(contradicted(
            "one of GET /users",
            "a user that is not listed",
        ));
    }
    holds()
}

async fn an_object_with_id(
    side: &mut CompanyCam,
    path: &[&str],
    fields: &[(&str, Kind)],
) -> Judged {
    let answer = side.asker.get(path, &[]).await?;
    let Some(object) = answer.success() else {
        return Err(unreadable(path, &answer));
    };
    if json::id_in(object, "id").is_none() {
        return Err(contradicted("an object with an id", json::shape(object)));
    }
    fit([object], fields)
}
