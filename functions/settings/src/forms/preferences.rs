//! Saving the preferences (B9–B13).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use jiff::Timestamp;
use model::preferences::Preferences;
use runtime::App;
use serde::Deserialize;
use web::Problem;

use super::{answer, organization, sent};
use crate::notice::Notice;

/// Checkboxes: present is on.
#[derive(Debug, Deserialize)]
pub struct PreferencesForm {
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
pub async fn preferences(State(app): State<Arc<App>>, request: Request) -> Response {
    answer(&app, save_preferences(&app, request).await)
}

async fn save_preferences(app: &App, request: Request) -> Result<Notice, Problem> {
    let (signed_in, form) = sent::<PreferencesForm>(app, request).await?;
    let before = organization(app, &signed_in).await?.preferences;
    let preferences = chosen(&form, &before, app.now());
    app.store
        .save_preferences(&signed_in.session.org_id, &preferences)
        .await?;
    tracing::info!(org.id = %signed_in.session.org_id, ?preferences, "saved preferences");
    Ok(Notice::Saved)
}

fn chosen(form: &PreferencesForm, before: &Preferences, now: Timestamp) -> Preferences {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn form(names: &[&str]) -> PreferencesForm {
        let on = |name: &str| names.contains(&name).then(|| "on".to_owned());
        PreferencesForm {
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
            at(100),
        );
        assert_eq!(on.create_project_from_job_since, Some(at(100)));
        let again = chosen(&form(&["create_project_from_job"]), &on, at(200));
        assert_eq!(again.create_project_from_job_since, Some(at(100)));
        let off = chosen(&form(&[]), &again, at(300));
        assert_eq!(off.create_project_from_job_since, None);
    }

    #[test]
    fn b12_removing_the_previous_assignee_needs_reassignment() {
        let alone = chosen(
            &form(&["remove_previous_assignee"]),
            &Preferences::default(),
            at(1),
        );
        assert!(!alone.remove_previous_assignee);
        let both = chosen(
            &form(&["remove_previous_assignee", "reassign_project"]),
            &Preferences::default(),
            at(1),
        );
        assert!(both.remove_previous_assignee);
    }
}
