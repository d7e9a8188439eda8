//! The tab's forms: each checks its CSRF token, does one thing, and sends the browser back.

use std::sync::Arc;

use axum::extract::{Form, Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use companycam::ids::UserId as CompanyCamUserId;
use http::StatusCode;
use jiff::Timestamp;
use one_click::UserId as OneClickUserId;
use runtime::App;
use serde::Deserialize;
use store::matches::{Choice, Directory};
use store::organizations::{ConnectionState, Organization, Preferences, Window};
use sync::decide::users::Matches;
use sync::run::{connection, sync_run};
use web::{Problem, SignedIn, check_csrf, sign_in};

use crate::notice::Notice;

/// Back to the tab, which says what was done.
fn answer(app: &App, outcome: Result<Notice, Problem>) -> Response {
    match outcome {
        Ok(notice) => Redirect::to(&format!(
            "{}?notice={}",
            app.config.settings_url(),
            notice.code()
        ))
        .into_response(),
        Err(problem) => problem
            .with_default_action("Back to the settings", app.config.settings_url())
            .into_page(&app.config),
    }
}

/// Who sent the form, with its token checked.
async fn sender(
    app: &App,
    headers: &HeaderMap,
    csrf_token: Option<&str>,
) -> Result<SignedIn, Problem> {
    let signed_in = sign_in(app, headers).await?;
    check_csrf(&signed_in, csrf_token)?;
    Ok(signed_in)
}

async fn organization(app: &App, signed_in: &SignedIn) -> Result<Organization, Problem> {
    app.store
        .organization(&signed_in.session.org_id)
        .await?
        .ok_or_else(|| {
            Problem::new(
                StatusCode::CONFLICT,
                "CompanyCam is not connected",
                "Connect CompanyCam first. Nothing was changed.",
            )
        })
}

/// Checkboxes: present is on.
#[derive(Debug, Deserialize)]
pub struct PreferencesForm {
    csrf_token: Option<String>,
    create_project_from_job: Option<String>,
    create_job_from_project: Option<String>,
    reassign_project: Option<String>,
    remove_previous_assignee: Option<String>,
    only_matched_users: Option<String>,
    remove_deleted_photos: Option<String>,
    copy_internal_photos: Option<String>,
    copy_documents: Option<String>,
}

/// `POST /companycam/settings/preferences`
pub async fn preferences(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Form(form): Form<PreferencesForm>,
) -> Response {
    answer(&app, save_preferences(&app, &headers, &form).await)
}

async fn save_preferences(
    app: &App,
    headers: &HeaderMap,
    form: &PreferencesForm,
) -> Result<Notice, Problem> {
    let signed_in = sender(app, headers, form.csrf_token.as_deref()).await?;
    let before = organization(app, &signed_in).await?.preferences;
    let preferences = chosen(form, &before, Timestamp::now().as_second());
    app.store
        .save_preferences(&signed_in.session.org_id, &preferences)
        .await?;
    tracing::info!(org.id = %signed_in.session.org_id, ?preferences, "saved preferences");
    Ok(Notice::Saved)
}

fn chosen(form: &PreferencesForm, before: &Preferences, now: i64) -> Preferences {
    let create_project_from_job = form.create_project_from_job.is_some();
    let reassign_project = form.reassign_project.is_some();
    Preferences {
        create_project_from_job,
        // B9: it covers jobs created after it was last switched on.
        create_project_from_job_since: match (
            before.create_project_from_job,
            create_project_from_job,
        ) {
            (true, true) => before.create_project_from_job_since,
            (false, true) => Some(now),
            (_, false) => None,
        },
        create_job_from_project: form.create_job_from_project.is_some(),
        reassign_project,
        // B12: available only while B11 is on.
        remove_previous_assignee: reassign_project && form.remove_previous_assignee.is_some(),
        only_matched_users: form.only_matched_users.is_some(),
        remove_deleted_photos: form.remove_deleted_photos.is_some(),
        copy_internal_photos: form.copy_internal_photos.is_some(),
        copy_documents: form.copy_documents.is_some(),
    }
}

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
    Form(form): Form<UserForm>,
) -> Response {
    answer(
        &app,
        save_user(&app, &headers, &companycam_user_id, &form).await,
    )
}

async fn save_user(
    app: &App,
    headers: &HeaderMap,
    id: &str,
    form: &UserForm,
) -> Result<Notice, Problem> {
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

/// The Sync button's form.
#[derive(Debug, Deserialize)]
pub struct SyncForm {
    csrf_token: Option<String>,
    since_days: Option<String>,
}

fn window(since_days: &str) -> Option<Window> {
    match since_days {
        "29" => Some(Window::Days(29)),
        "90" => Some(Window::Days(90)),
        "365" => Some(Window::Days(365)),
        "all" => Some(Window::All),
        _ => None,
    }
}

/// `POST /companycam/settings/sync`
pub async fn sync(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Form(form): Form<SyncForm>,
) -> Response {
    answer(&app, start_sync(&app, &headers, &form).await)
}

async fn start_sync(app: &App, headers: &HeaderMap, form: &SyncForm) -> Result<Notice, Problem> {
    let signed_in = sender(app, headers, form.csrf_token.as_deref()).await?;
    let org = &signed_in.session.org_id;
    let organization = organization(app, &signed_in).await?;
    if organization.state != ConnectionState::Connected {
        let text = "The connection to CompanyCam does not work at the moment. Reconnect first; that also syncs.";
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "CompanyCam is not connected",
            text,
        ));
    }
    let window = window(form.since_days.as_deref().unwrap_or_default()).ok_or_else(|| {
        let text = "Choose 29 days, 90 days, a year or everything. Nothing was started.";
        Problem::new(StatusCode::BAD_REQUEST, "How far back?", text)
    })?;
    let run = sync_run::new_run(window, Timestamp::now().as_second());
    if app.store.start_sync(org, &run).await?.is_none() {
        return Ok(Notice::SyncRunning);
    }
    // If the message is lost, the next poll takes the run up.
    sync_run::begin(app, org, &run).await?;
    tracing::info!(org.id = %org, run.id = %run.id, ?window, "a sync was started");
    Ok(Notice::SyncStarted)
}

/// The Disconnect button's form.
#[derive(Debug, Deserialize)]
pub struct DisconnectForm {
    csrf_token: Option<String>,
}

/// `POST /companycam/settings/disconnect`
pub async fn disconnect(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Form(form): Form<DisconnectForm>,
) -> Response {
    answer(&app, end_connection(&app, &headers, &form).await)
}

async fn end_connection(
    app: &App,
    headers: &HeaderMap,
    form: &DisconnectForm,
) -> Result<Notice, Problem> {
    let signed_in = sender(app, headers, form.csrf_token.as_deref()).await?;
    let organization = organization(app, &signed_in).await?;
    connection::disconnect(app, &organization, &signed_in.session.email).await?;
    Ok(Notice::Disconnected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(names: &[&str]) -> PreferencesForm {
        let on = |name: &str| names.contains(&name).then(|| "on".to_owned());
        PreferencesForm {
            csrf_token: None,
            create_project_from_job: on("create_project_from_job"),
            create_job_from_project: on("create_job_from_project"),
            reassign_project: on("reassign_project"),
            remove_previous_assignee: on("remove_previous_assignee"),
            only_matched_users: on("only_matched_users"),
            remove_deleted_photos: on("remove_deleted_photos"),
            copy_internal_photos: on("copy_internal_photos"),
            copy_documents: on("copy_documents"),
        }
    }

    #[test]
    fn b9_switching_on_remembers_when_and_saving_again_keeps_it() {
        let on = chosen(
            &form(&["create_project_from_job"]),
            &Preferences::default(),
            100,
        );
        assert_eq!(on.create_project_from_job_since, Some(100));
        let again = chosen(&form(&["create_project_from_job"]), &on, 200);
        assert_eq!(again.create_project_from_job_since, Some(100));
        let off = chosen(&form(&[]), &again, 300);
        assert_eq!(off.create_project_from_job_since, None);
    }

    #[test]
    fn b12_removing_the_previous_assignee_needs_reassignment() {
        let alone = chosen(
            &form(&["remove_previous_assignee"]),
            &Preferences::default(),
            1,
        );
        assert!(!alone.remove_previous_assignee);
        let both = chosen(
            &form(&["remove_previous_assignee", "reassign_project"]),
            &Preferences::default(),
            1,
        );
        assert!(both.remove_previous_assignee);
    }

    #[test]
    fn b19_only_the_offered_windows_are_taken() {
        assert_eq!(window("29"), Some(Window::Days(29)));
        assert_eq!(window("all"), Some(Window::All));
        for wrong in ["", "30", "-1", "29 ", "ALL"] {
            assert_eq!(window(wrong), None, "{wrong:?}");
        }
    }
}
