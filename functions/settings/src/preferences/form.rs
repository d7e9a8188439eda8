//! Saving the preferences (B9–B13).

use std::collections::HashMap;
use std::sync::Arc;

use ::sync::matched::look_later;
use axum::extract::{Request, State};
use axum::response::Response;
use model::preferences::{Preference, Preferences};
use runtime::App;
use serde::Deserialize;
use web::ErrorPage;

use crate::notice::Notice;
use crate::posted::{answer, organization, sent};

/// Checkboxes: present is on.
#[derive(Debug, Deserialize)]
pub struct PreferencesForm(HashMap<String, String>);

/// `POST /companycam/settings/preferences`
pub async fn preferences(State(app): State<Arc<App>>, request: Request) -> Response {
    answer(&app, save_preferences(&app, request).await)
}

async fn save_preferences(app: &App, request: Request) -> Result<Notice, ErrorPage> {
    let (signed_in, PreferencesForm(fields)) = sent(app, request).await?;
    let before = organization(app, &signed_in).await?.preferences;
    let on = fields.keys().filter_map(|name| Preference::parse(name));
    let preferences = Preferences::chosen(&before, on, app.now());
    app.store
        .save_preferences(&signed_in.session.org_id, &preferences)
        .await?;
    let waits = |preferences: &Preferences| preferences.has(Preference::OnlyMatchedUsers);
    if waits(&before) && !waits(&preferences) {
        look_later(app, &signed_in.session.org_id).await?;
    }
    tracing::info!(org.id = %signed_in.session.org_id, ?preferences, "saved preferences");
    Ok(Notice::Saved)
}
