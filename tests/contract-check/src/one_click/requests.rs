//! How it answers any request.

use reqwest::StatusCode;

use super::{ALWAYS, OneClick, WHOLE_PAGE};
use crate::answer::Answer;
use crate::asker::Token;
use crate::assumption::{Assumption, Judged, contradicted, fit, holds, tried, unknown, untried};
use crate::json::{self, shape};

const JUDGING: &str = "telling One Click's own word from anybody else's (B33)";
const LISTS: &str = "reading every list: users, jobs, images";
const PROVOKED: &str = "Would have to be provoked.";

pub(super) const ASSUMPTIONS: &[Assumption<OneClick>] = &[
    tried!(
        "a missing token gives 401 with {\"errors\": […]}",
        JUDGING,
        missing_token
    ),
    tried!(
        "a wrong token gives 401 with {\"errors\": […]}",
        JUDGING,
        wrong_token
    ),
    tried!(
        "an unknown job gives 404 with {\"errors\": […]}",
        "taking a job as deleted (B18, B33)",
        unknown_job
    ),
    tried!(
        "an unknown organization gives 404 with {\"errors\": […]}",
        JUDGING,
        unknown_organization
    ),
    tried!(
        "what cannot be read gives 422 with {\"errors\": […]}",
        "the reasons in the activity (B25)",
        unreadable_time
    ),
    untried(
        "403, 409, 429 and 5xx have {\"errors\": […]} too, 429 a Retry-After in seconds",
        "putting off and giving up (B33, B35)",
        PROVOKED,
        "look at `cause` and `error` in the logs after the first of them.",
    ),
    tried!(
        "answers say that they are application/json",
        JUDGING,
        answers_are_json
    ),
    tried!("ids are strings", "every link", ids),
    tried!(
        "times are ISO 8601 in UTC",
        "the cursor of jobs (B24)",
        times
    ),
    tried!(
        "a list is {\"<name>\": […], \"next_page\": number or null}",
        LISTS,
        form_of_lists
    ),
    tried!("per_page= and page= cut a list into pages", LISTS, pages),
    tried!("the last page has next_page null", LISTS, last_page),
    tried!(
        "no page has more than 100",
        "nothing: pages of 100 are asked for",
        at_most_100
    ),
];

fn is_refusal(answer: &Answer, status: StatusCode) -> Judged {
    if answer.status == status && answer.has_errors() {
        return holds();
    }
    let expected = format!("{} with an object of errors", status.as_u16());
    Err(contradicted(expected, answer.seen()))
}

async fn refused_as(side: &mut OneClick, token: Token) -> Judged {
    let organization = side.organization.clone();
    let path = ["organizations", &organization];
    let answer = side.asker.get_as(token, &path, &[]).await?;
    is_refusal(&answer, StatusCode::UNAUTHORIZED)
}

async fn missing_token(side: &mut OneClick) -> Judged {
    refused_as(side, Token::None).await
}

async fn wrong_token(side: &mut OneClick) -> Judged {
    refused_as(side, Token::Wrong).await
}

async fn unknown_job(side: &mut OneClick) -> Judged {
    let answer = side
        .get(&["jobs", "contract-check-no-such-job"], &[])
        .await?;
    is_refusal(&answer, StatusCode::NOT_FOUND)
}

async fn unknown_organization(side: &mut OneClick) -> Judged {
    let path = ["organizations", "contract-check-no-such-organization"];
    let answer = side.asker.get(&path, &[]).await?;
    is_refusal(&answer, StatusCode::NOT_FOUND)
}

async fn unreadable_time(side: &mut OneClick) -> Judged {
    let query = [("per_page", "1"), ("updated_since", "no time")];
    let answer = side.get(&["jobs"], &query).await?;
    is_refusal(&answer, StatusCode::UNPROCESSABLE_ENTITY)
}

async fn answers_are_json(side: &mut OneClick) -> Judged {
    let answers = [
        side.get(&[], &[]).await?,
        side.get(&["users"], &[WHOLE_PAGE]).await?,
    ];
    let odd = answers
        .iter()
        .find(|answer| !answer.content_type().ends_with("json"));
    match odd {
        None => holds(),
        Some(odd) => Err(contradicted(
            "application/json",
            format!("the content type {:?}", odd.content_type()),
        )),
    }
}

async fn ids(side: &mut OneClick) -> Judged {
    let users = side.list(&["users"], "users", &[WHOLE_PAGE]).await?.0;
    let jobs = side.jobs().await.unwrap_or_default();
    for (whose, objects, fields) in [
        ("a user", users, &["id"][..]),
        (
            "a job",
            jobs,
            &[
                "id",
                "organization_id",
                "assigned_user_id",
                "created_by_user_id",
            ],
        ),
    ] {
        for (object, field) in objects
            .iter()
            .flat_map(|object| fields.iter().map(move |field| (object, field)))
        {
            let id = &object[*field];
            if !id.is_string() && !id.is_null() {
                let seen = format!("{field} of {whose} is {}", shape(id));
                return Err(contradicted("a string", seen));
            }
        }
    }
    holds()
}

async fn times(side: &mut OneClick) -> Judged {
    let jobs = side.jobs().await?;
    let fields = [
        ("created_at", json::Kind::Time),
        ("updated_at", json::Kind::Time),
    ];
    fit(&jobs, &fields)
}

async fn form_of_lists(side: &mut OneClick) -> Judged {
    for (name, query) in [
        ("users", &[WHOLE_PAGE][..]),
        ("jobs", &[WHOLE_PAGE, ("updated_since", ALWAYS)]),
    ] {
        let answer = side.get(&[name], query).await?;
        let Some(body) = answer.success() else {
            return Err(contradicted("200 in JSON", answer.seen()));
        };
        let next = body.get("next_page");
        let leads = next.is_some_and(|next| next.is_null() || next.is_u64());
        if !body[name].is_array() || !leads {
            let expected = format!("an object of {name}, next_page");
            return Err(contradicted(expected, shape(body)));
        }
    }
    holds()
}

/// The second page of one user is the second user.
async fn pages(side: &mut OneClick) -> Judged {
    let (users, _) = side.list(&["users"], "users", &[WHOLE_PAGE]).await?;
    if users.len() < 2 {
        return Err(unknown("This organization has fewer than two users."));
    }
    let one = ("per_page", "1");
    let (first, next) = side.list(&["users"], "users", &[one]).await?;
    if first.len() != 1 || next != 2 {
        let seen = format!("{} users and next_page {}", first.len(), shape(&next));
        return Err(contradicted("one user and next_page 2", seen));
    }
    let query = [one, ("page", "2")];
    let (second, _) = side.list(&["users"], "users", &query).await?;
    let walked: Vec<String> = json::ids(&[first, second].concat());
    if walked == json::ids(&users)[..2] {
        return holds();
    }
    Err(contradicted(
        "the users of the whole list, one by one",
        "others, or another order",
    ))
}

async fn last_page(side: &mut OneClick) -> Judged {
    let (users, next) = side.list(&["users"], "users", &[WHOLE_PAGE]).await?;
    if users.len() >= 100 {
        return Err(unknown("The list of users has more than one page."));
    }
    if next.is_null() {
        return holds();
    }
    Err(contradicted("null after a short page", shape(&next)))
}

async fn at_most_100(side: &mut OneClick) -> Judged {
    let query = [("per_page", "101"), ("updated_since", ALWAYS)];
    let answer = side.get(&["jobs"], &query).await?;
    if answer.status == StatusCode::UNPROCESSABLE_ENTITY {
        return Ok("per_page=101 is 422".to_owned());
    }
    let jobs = answer.success().and_then(|body| body["jobs"].as_array());
    match jobs.map(Vec::len) {
        Some(given) if given > 100 => Err(contradicted("at most 100 of per_page=101", "more")),
        Some(100) => holds(),
        Some(_) => Err(unknown("This organization has fewer than 100 jobs.")),
        None => Err(crate::asker::unreadable(&["jobs"], &answer)),
    }
}
