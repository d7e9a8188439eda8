//! How it answers any request.

use reqwest::StatusCode;
use url::Url;

use super::CompanyCam;
use crate::answer::Answer;
use crate::asker::Token;
use crate::assumption::{
    Assumption, Doubt, Judged, NEEDS_A_WRITE, contradicted, holds, tried, unknown, untried,
};

const JUDGING: &str = "telling CompanyCam's own word from anybody else's (B33)";

pub(super) const ASSUMPTIONS: &[Assumption<CompanyCam>] = &[
    untried(
        "240 GET and 100 other requests a minute and access token; 429 beyond",
        "pacing (B29)",
        "Would have to be provoked.",
        "ask CompanyCam's support, or look for `limit of calls per minute was reached` in the logs.",
    ),
    untried(
        "Retry-After may be missing from a 429",
        "nothing: both are coped with (B29)",
        "Would have to be provoked.",
        "look at the `cause` of what was put off after a 429.",
    ),
    tried!(
        "no header tells what is left of the limit",
        "our own count of calls (B29)",
        no_limit_headers
    ),
    tried!(
        "answers say that they are application/json",
        JUDGING,
        answers_are_json
    ),
    tried!(
        "every answer has a Date",
        "the cursor of polls and the clock of Retry-After (B17)",
        answers_have_a_date
    ),
    tried!(
        "an unknown path answers 302 to an HTML page, or 404 in JSON",
        JUDGING,
        unknown_path
    ),
    tried!(
        "the page that an unknown path leads to answers 200 in HTML",
        "never following a redirect (B33)",
        login_page
    ),
    tried!(
        "what does not exist gives 404 in JSON",
        "taking a project or photo as gone (B18, B33)",
        unknown_record
    ),
    tried!(
        "errors are {\"errors\": [\"…\"]}",
        "the reasons in the activity (B25)",
        form_of_errors
    ),
    untried(
        "there is no idempotency key: POST /projects twice makes two projects",
        "the claim before a project is asked for (B22)",
        NEEDS_A_WRITE,
        "in a test company, send the same POST twice with an Idempotency-Key.",
    ),
    untried(
        "X-CompanyCam-User credits a write to that user, the underscore spelling is dropped",
        "who is credited with a project (B21)",
        NEEDS_A_WRITE,
        "in a test company, create a project with the header and look at creator_id.",
    ),
    untried(
        "PUT of an assigned user answers 201, DELETE 204",
        "assigning and reassigning (B21, B23)",
        NEEDS_A_WRITE,
        "in a test company, assign and remove a user; do both twice.",
    ),
];

/// A list of each kind, as far as they can be had.
async fn answers(side: &mut CompanyCam) -> Result<Vec<std::rc::Rc<Answer>>, Doubt> {
    let mut answers = Vec::new();
    for list in ["projects", "photos", "users", "tags"] {
        answers.push(side.asker.get(&[list], &[super::WHOLE_PAGE]).await?);
    }
    Ok(answers)
}

async fn no_limit_headers(side: &mut CompanyCam) -> Judged {
    for answer in answers(side).await? {
        let mut names = answer
            .headers
            .keys()
            .map(reqwest::header::HeaderName::as_str);
        if let Some(name) =
            names.find(|name| name.contains("ratelimit") || name.contains("rate-limit"))
        {
            return Err(contradicted("no such header", format!("the header {name}")));
        }
    }
    holds()
}

async fn answers_are_json(side: &mut CompanyCam) -> Judged {
    for answer in answers(side).await? {
        if !answer.content_type().ends_with("json") {
            let seen = format!("the content type {:?}", answer.content_type());
            return Err(contradicted("application/json", seen));
        }
    }
    holds()
}

async fn answers_have_a_date(side: &mut CompanyCam) -> Judged {
    let parser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
    for answer in answers(side).await? {
        let date = answer.header("date");
        if date
            .and_then(|date| parser.parse_timestamp(date).ok())
            .is_none()
        {
            let seen = date.map_or("none", |_| "one that is no time");
            return Err(contradicted("a Date header", seen));
        }
    }
    holds()
}

const UNKNOWN_PATH: [&str; 1] = ["contract-check-no-such-path"];

async fn unknown_path(side: &mut CompanyCam) -> Judged {
    let answer = side.asker.get(&UNKNOWN_PATH, &[]).await?;
    if answer.status == StatusCode::NOT_FOUND && answer.json().is_some() {
        return Ok(format!("it is {}", answer.seen()));
    }
    if answer.status.is_redirection() && answer.header("location").is_some() {
        return Ok(format!("it is {}", answer.status.as_u16()));
    }
    Err(contradicted(
        "302 with a Location, or 404 in JSON",
        answer.seen(),
    ))
}

async fn login_page(side: &mut CompanyCam) -> Judged {
    let answer = side.asker.get(&UNKNOWN_PATH, &[]).await?;
    let location = answer.header("location");
    let Some(location) = location.and_then(|to| side.api.join(to).ok()) else {
        return Err(unknown("An unknown path leads nowhere."));
    };
    if !is_theirs(side, &location) {
        return Err(unknown("An unknown path leads to somebody else's page."));
    }
    let page = side.asker.open(location).await?;
    if page.status == StatusCode::OK && page.is_page() {
        return holds();
    }
    Err(contradicted("200 with an HTML page", page.seen()))
}

/// Only their own pages are opened.
fn is_theirs(side: &CompanyCam, url: &Url) -> bool {
    [&side.api, &side.app]
        .iter()
        .any(|known| known.origin() == url.origin())
}

/// No record has this id.
const UNKNOWN_PROJECT: [&str; 2] = ["projects", "0"];

async fn unknown_record(side: &mut CompanyCam) -> Judged {
    let answer = side.asker.get(&UNKNOWN_PROJECT, &[]).await?;
    if answer.status == StatusCode::NOT_FOUND && answer.json().is_some() {
        return holds();
    }
    Err(contradicted("404 in JSON", answer.seen()))
}

async fn form_of_errors(side: &mut CompanyCam) -> Judged {
    let not_found = side.asker.get(&UNKNOWN_PROJECT, &[]).await?;
    let refused = side.asker.get_as(Token::Wrong, &["company"], &[]).await?;
    for answer in [not_found, refused] {
        if answer.status.is_client_error() && !answer.has_errors() {
            return Err(contradicted(
                "an object with errors, an array of strings",
                answer.seen(),
            ));
        }
    }
    holds()
}
