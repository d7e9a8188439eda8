//! Choosing a user's match by hand (B7).

use std::sync::Arc;

use ::sync::decide::users::Matches;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use companycam::ids::UserId as CompanyCamUserId;
use http::StatusCode;
use one_click::UserId as OneClickUserId;
use runtime::App;
use serde::Deserialize;
use store::matches::{Choice, Directory};
use web::Problem;

use super::{answer, fields, sender};
use crate::notice::Notice;

/// The pencil's form.
#[derive(Debug, Deserialize)]
pub struct UserForm {
    csrf_token: Option<String>,
    one_click_user_id: Option<String>,
}

/// What the administrator picked.
#[derive(Debug, PartialEq, Eq)]
enum Pick {
    Automatic,
    Nobody,
    User(OneClickUserId),
}

/// `POST /companycam/settings/users/{companycam_user_id}`
pub async fn user(
    State(app): State<Arc<App>>,
    Path(companycam_user_id): Path<String>,
    headers: HeaderMap,
    form: Result<Form<UserForm>, FormRejection>,
) -> Response {
    answer(
        &app,
        save_user(&app, &headers, &companycam_user_id, form).await,
    )
}

async fn save_user(
    app: &App,
    headers: &HeaderMap,
    id: &str,
    form: Result<Form<UserForm>, FormRejection>,
) -> Result<Notice, Problem> {
    let form = fields(form)?;
    let signed_in = sender(app, headers, form.csrf_token.as_deref()).await?;
    let org = &signed_in.session.org_id;
    let directory = app.store.directory(org).await?;
    let unknown = |who: &str| {
        let text = format!(
            "This {who} user is not, or no longer, in the list. Nothing was changed. Reload the page and try again."
        );
        Problem::new(StatusCode::NOT_FOUND, "Unknown user", text)
    };
    let id = CompanyCamUserId::parse(id)
        .ok()
        .filter(|id| directory.companycam.iter().any(|user| user.id == *id))
        .ok_or_else(|| unknown("CompanyCam"))?;
    let pick = match form.one_click_user_id.as_deref().unwrap_or_default() {
        "auto" => Pick::Automatic,
        "" => Pick::Nobody,
        picked => Pick::User(
            OneClickUserId::parse(picked)
                .ok()
                .filter(|id| {
                    directory
                        .one_click
                        .iter()
                        .any(|user| user.id == *id && user.active)
                })
                .ok_or_else(|| unknown("One Click"))?,
        ),
    };
    if let Pick::User(user) = &pick {
        check_free(&directory, &id, user)?;
    }
    let before = directory
        .choices
        .iter()
        .find(|choice| choice.companycam_user_id == id);
    let written = match (pick, before) {
        (Pick::Automatic, None) => true,
        (Pick::Automatic, Some(before)) => app.store.forget_choice(org, before).await?,
        (Pick::Nobody, before) => {
            app.store
                .choose(
                    org,
                    before,
                    &Choice {
                        companycam_user_id: id,
                        one_click_user_id: None,
                    },
                )
                .await?
        }
        (Pick::User(user), before) => {
            app.store
                .choose(
                    org,
                    before,
                    &Choice {
                        companycam_user_id: id,
                        one_click_user_id: Some(user),
                    },
                )
                .await?
        }
    };
    if written {
        return Ok(Notice::UserSaved);
    }
    let text = "Somebody else changed this match at the same moment. Reload the page to see it, and try again.";
    Err(Problem::new(
        StatusCode::CONFLICT,
        "The match was not saved",
        text,
    ))
}

/// Matches are one to one: a user who is already matched is refused, naming by whom (B7).
fn check_free(
    directory: &Directory,
    id: &CompanyCamUserId,
    user: &OneClickUserId,
) -> Result<(), Problem> {
    let matches = Matches::of(directory);
    let Some(holder) = matches.companycam(user).filter(|holder| holder.id != *id) else {
        return Ok(());
    };
    let text = format!(
        "This One Click user is already matched to {} in CompanyCam. Set {} to “Not matched” first. Nothing was changed.",
        holder.name, holder.name
    );
    Err(Problem::new(StatusCode::CONFLICT, "Already matched", text))
}
