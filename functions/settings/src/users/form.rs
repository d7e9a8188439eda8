//! Choosing a user's match by hand (B7).

use std::sync::Arc;

use ::sync::matched::look_later;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use companycam::ids::{CompanyId, UserId as CompanyCamUserId};
use decide::suggestions::suggestions;
use decide::users::Matches;
use http::StatusCode;
use model::organization::Organization;
use model::preferences::Preference;
use model::users::{Choice, Directory};
use one_click::{OrgId, UserId as OneClickUserId};
use runtime::App;
use serde::Deserialize;
use store::activity::{Kind, NewEntry, Outcome};
use web::ErrorPage;

use super::chooser::name_of;
use crate::notice::Notice;
use crate::posted::{answer, sent, sent_fields};

/// The field's value that gives the user back to automatic matching.
const AUTOMATIC: &str = "auto";

/// A suggestion as the page showed it: the two ids, with a colon between.
pub const SUGGESTED: &str = "suggested";

/// The pencil's form.
#[derive(Debug, Deserialize)]
pub struct UserForm {
    one_click_user_id: Option<String>,
}

/// `POST /companycam/settings/users/{companycam_user_id}`
pub async fn user(
    State(app): State<Arc<App>>,
    Path(companycam_user_id): Path<String>,
    request: Request,
) -> Response {
    answer(&app, save_user(&app, &companycam_user_id, request).await)
}

async fn save_user(app: &App, id: &str, request: Request) -> Result<Notice, ErrorPage> {
    let (signed_in, form) = sent::<UserForm>(app, request).await?;
    let org = &signed_in.session.org_id;
    let (company, directory) = known(app, org).await?;
    let id = CompanyCamUserId::parse(id)
        .ok()
        .filter(|id| directory.companycam.iter().any(|user| user.id == *id))
        .ok_or_else(|| unknown("CompanyCam"))?;
    let picked = form.one_click_user_id.ok_or_else(|| {
        let text = "Choose a user, “Not matched”, or “Match automatically”. Nothing was changed.";
        ErrorPage::new(StatusCode::BAD_REQUEST, "Choose a user", text)
    })?;
    let choice = if picked == AUTOMATIC {
        None
    } else {
        Some(Choice {
            companycam_user_id: id.clone(),
            one_click_user_id: picked_user(&directory, &picked)?,
        })
    };
    if let Some(user) = choice
        .as_ref()
        .and_then(|choice| choice.one_click_user_id.as_ref())
    {
        check_free(&directory, &id, user)?;
    }
    let (before, store) = (directory.choice(&id), &app.store);
    let by = &signed_in.session.email;
    let entry = || changed(by, &directory, &id, choice.as_ref());
    let written = match (before, &choice) {
        (before, choice) if before == choice.as_ref() => true,
        (Some(before), None) => {
            let forgotten = store.forget_choice(org, &company, before, entry());
            forgotten.await?.applied()
        }
        (before, Some(choice)) => {
            let chosen = store.choose(org, &company, (before, choice), entry());
            chosen.await?.applied()
        }
        (None, None) => true,
    };
    // A double click sends the form twice, and either may come first.
    if written || store.directory(org, &company).await?.choice(&id) == choice.as_ref() {
        look_if_any_wait(app, org).await?;
        return Ok(Notice::UserSaved);
    }
    let text = "Someone else just changed this match. Reload the page and try again.";
    Err(ErrorPage::new(
        StatusCode::CONFLICT,
        "The match was not saved",
        text,
    ))
}

/// For the activity: who changed whose match.
fn changed(
    by: &str,
    directory: &Directory,
    id: &CompanyCamUserId,
    choice: Option<&Choice>,
) -> NewEntry {
    let text = described(by, directory, id, choice);
    NewEntry::new(Kind::User, Outcome::Updated, text).by(by)
}

fn described(
    by: &str,
    directory: &Directory,
    id: &CompanyCamUserId,
    choice: Option<&Choice>,
) -> String {
    let user = directory.companycam.iter().rfind(|user| user.id == *id);
    let name = user.map_or(id.as_str(), |user| &*user.name);
    match choice.map(|choice| &choice.one_click_user_id) {
        None => format!("{by} set {name} back to automatic matching."),
        Some(None) => format!("{by} set {name} to “Not matched”."),
        Some(Some(user)) => format!("{by} matched {name} to {}.", name_of(directory, user)),
    }
}

/// Somebody is matched who was not: projects that waited for that are looked at.
async fn look_if_any_wait(app: &App, org: &OrgId) -> Result<(), ErrorPage> {
    let organization = app.store.organization(org).await?;
    let waits = |organization: &Organization| {
        let preferences = &organization.preferences;
        preferences.has(Preference::OnlyMatchedUsers)
    };
    if organization.as_ref().is_some_and(waits) {
        look_later(app, org).await?;
    }
    Ok(())
}

/// `POST /companycam/settings/users/accept_suggestions`
pub async fn accept_suggestions(State(app): State<Arc<App>>, request: Request) -> Response {
    answer(&app, accept(&app, request).await)
}

/// Matches those of the users whom the form names for whom the suggestion is still what it was.
async fn accept(app: &App, request: Request) -> Result<Notice, ErrorPage> {
    let (signed_in, fields) = sent_fields(app, request).await?;
    let (org, by) = (&signed_in.session.org_id, &signed_in.session.email);
    let (company, directory) = known(app, org).await?;
    let suggested = suggestions(&directory, &Matches::of(&directory));
    let of = |field: &str| -> Vec<&str> {
        let values = fields.iter().filter(|(name, _)| name == field);
        values.map(|(_, value)| value.as_str()).collect()
    };
    let (ids, mut seen) = (of("companycam_user_id"), of(SUGGESTED));
    // A row's button names both.
    seen.extend(ids.iter().filter(|id| id.contains(':')));
    let mut accepted = 0;
    let mut all = !ids.is_empty();
    for id in ids {
        let id = id.split(':').next().unwrap_or_default();
        let found = suggested.iter().find(|(user, _)| user.as_str() == id);
        let is_as_seen = |user: &OneClickUserId| {
            let pair = format!("{id}:{user}");
            seen.is_empty() || seen.contains(&&*pair)
        };
        let Some((id, user)) = found.filter(|(_, user)| is_as_seen(user)) else {
            all = false;
            continue;
        };
        let choice = Choice {
            companycam_user_id: id.clone(),
            one_click_user_id: Some(user.clone()),
        };
        let entry = changed(by, &directory, id, Some(&choice));
        let written = app.store.choose(org, &company, (None, &choice), entry);
        if written.await?.applied() {
            accepted += 1;
        } else {
            all = false;
        }
    }
    if accepted == 0 {
        return Ok(Notice::NoSuggestion);
    }
    look_if_any_wait(app, org).await?;
    tracing::info!(org.id = %org, users = accepted, "suggested matches were accepted");
    Ok(if all {
        Notice::SuggestionsSaved
    } else {
        Notice::SomeSuggestionsSaved
    })
}

/// Whom the form names, of those who can be picked; nobody if the field is empty.
fn picked_user(directory: &Directory, picked: &str) -> Result<Option<OneClickUserId>, ErrorPage> {
    if picked.is_empty() {
        return Ok(None);
    }
    let mut users = directory.one_click.iter();
    let user = users.find(|user| user.id.as_str() == picked && user.active);
    let user = user.ok_or_else(|| unknown("One Click"))?;
    Ok(Some(user.id.clone()))
}

/// The company that the organization is connected to, and the users it knows; before it was ever
/// connected it knows nobody.
pub async fn known(app: &App, org: &OrgId) -> Result<(CompanyId, Directory), ErrorPage> {
    let organization = app.store.organization(org).await?;
    let company = organization
        .ok_or_else(|| unknown("CompanyCam"))?
        .company_id;
    let directory = app.store.directory(org, &company).await?;
    Ok((company, directory))
}

/// Nobody whom this organization knows.
pub fn unknown(side: &str) -> ErrorPage {
    let text = format!(
        "This {side} user is not, or no longer, in the list. Nothing was changed. Reload the page and try again."
    );
    ErrorPage::new(StatusCode::NOT_FOUND, "Unknown user", text)
}

/// Matches are one to one: a user who is already matched is refused, naming by whom (B7).
fn check_free(
    directory: &Directory,
    id: &CompanyCamUserId,
    user: &OneClickUserId,
) -> Result<(), ErrorPage> {
    let matches = Matches::of(directory);
    let Some(holder) = matches.companycam(user).filter(|holder| holder.id != *id) else {
        return Ok(());
    };
    let text = format!(
        "This One Click user is already matched to {} in CompanyCam. Set {} to “Not matched” first. Nothing was changed.",
        holder.name, holder.name
    );
    Err(ErrorPage::new(
        StatusCode::CONFLICT,
        "Already matched",
        text,
    ))
}
