//! The organization, its users, and what we tell One Click about ourselves.

use super::{OneClick, WHOLE_PAGE};
use crate::assumption::{
    Assumption, Judged, NEEDS_A_WRITE, contradicted, fit, holds, tried, unknown, untried,
};
use crate::json::{Kind, shape};

const USERS: &str = "matching users (B6, B8)";

pub(super) const ASSUMPTIONS: &[Assumption<OneClick>] = &[
    tried!(
        "GET /organizations/{org} answers {\"organization\": {id, name}}",
        "connecting (B1)",
        organization
    ),
    tried!(
        "GET …/users answers users with id, name, email, active and role",
        USERS,
        users
    ),
    tried!("GET …/users lists inactive ones too", USERS, inactive_users),
    tried!(
        "administrators have the role ORG_ADMIN",
        "who may connect (B1)",
        administrators
    ),
    untried(
        "PUT …/webhooks/companycam answers 200 and replaces",
        "changes within seconds (B24)",
        NEEDS_A_WRITE,
        "connect a test organization twice and change a job: one event is expected.",
    ),
    untried(
        "DELETE …/webhooks/companycam answers 204",
        "disconnecting (B5)",
        NEEDS_A_WRITE,
        "disconnect a test organization.",
    ),
    untried(
        "PUT …/integrations/companycam answers 200, and its card shows state, message and attention",
        "One Click's card (B4, B38)",
        NEEDS_A_WRITE,
        "connect a test organization and look at its integrations.",
    ),
];

async fn organization(side: &mut OneClick) -> Judged {
    let answer = side.get(&[], &[]).await?;
    let Some(body) = answer.success() else {
        return Err(contradicted("200 in JSON", answer.seen()));
    };
    let organization = &body["organization"];
    if !organization.is_object() {
        return Err(contradicted("an object of organization", shape(body)));
    }
    fit([organization], &[("name", Kind::Text)])?;
    if crate::json::id_in(organization, "id").as_ref() == Some(&side.organization) {
        return holds();
    }
    Err(contradicted(
        "the id that was asked for",
        shape(&organization["id"]),
    ))
}

async fn users(side: &mut OneClick) -> Judged {
    let (users, _) = side.list(&["users"], "users", &[WHOLE_PAGE]).await?;
    if users.is_empty() {
        return Err(unknown("This organization has no users."));
    }
    if crate::json::ids(&users).len() < users.len() {
        return Err(contradicted("users with their ids", "one without"));
    }
    let fields = [
        ("name", Kind::Text),
        ("email", Kind::OptionalText),
        ("active", Kind::Flag),
        ("role", Kind::Text),
    ];
    fit(&users, &fields)
}

async fn inactive_users(side: &mut OneClick) -> Judged {
    let (users, _) = side.list(&["users"], "users", &[WHOLE_PAGE]).await?;
    if users.iter().any(|user| user["active"] == false) {
        return holds();
    }
    Err(unknown(
        "All users are active. By hand: deactivate one, then run this again.",
    ))
}

async fn administrators(side: &mut OneClick) -> Judged {
    let (users, next) = side.list(&["users"], "users", &[WHOLE_PAGE]).await?;
    if users.iter().any(|user| user["role"] == "ORG_ADMIN") {
        return holds();
    }
    if users.is_empty() || !next.is_null() {
        return Err(unknown("No administrator is among the users looked at."));
    }
    Err(contradicted("a user with the role ORG_ADMIN", "none"))
}
