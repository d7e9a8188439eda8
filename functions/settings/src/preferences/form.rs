//! Saving the preferences (B9–B13).

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use ::sync::matched::look_later;
use axum::extract::{Request, State};
use axum::response::Response;
use model::preferences::Preference;
use runtime::App;
use serde::Deserialize;
use store::activity::{Kind, NewEntry, Outcome};
use web::ErrorPage;

use super::card::label;
use crate::notice::Notice;
use crate::posted::{answer, organization, sent};

/// What the page showed, of those that were on: their names.
pub const SEEN: &str = "seen";

/// Checkboxes: present is on. `seen`: what was on when the page was made.
#[derive(Debug, Deserialize)]
pub struct PreferencesForm(HashMap<String, String>);

impl PreferencesForm {
    fn ticked(&self) -> BTreeSet<Preference> {
        let names = self.0.keys();
        names.filter_map(|name| Preference::parse(name)).collect()
    }

    /// `None`: the form does not say.
    fn saw(&self) -> Option<BTreeSet<Preference>> {
        let names = self.0.get(SEEN)?.split([' ', ',']);
        Some(names.filter_map(Preference::parse).collect())
    }
}

/// `POST /companycam/settings/preferences`
pub async fn preferences(State(app): State<Arc<App>>, request: Request) -> Response {
    answer(&app, save_preferences(&app, request).await)
}

async fn save_preferences(app: &App, request: Request) -> Result<Notice, ErrorPage> {
    let (signed_in, form) = sent::<PreferencesForm>(app, request).await?;
    let (org, by) = (&signed_in.session.org_id, &signed_in.session.email);
    let before = organization(app, &signed_in).await?.preferences;
    let saw = form.saw().unwrap_or_else(|| before.on().clone());
    let changes = before.changes(&saw, &form.ticked());
    if changes.is_empty() {
        return Ok(Notice::Saved);
    }
    let entry = NewEntry::new(Kind::Preferences, Outcome::Updated, described(by, &changes));
    app.store
        .change_preferences(org, &changes, app.now(), entry.by(by))
        .await?;
    if changes.contains(&(Preference::OnlyMatchedUsers, false)) {
        look_later(app, org).await?;
    }
    tracing::info!(org.id = %org, ?changes, "saved preferences");
    Ok(Notice::Saved)
}

/// Who changed what, as a sentence for the activity.
fn described(by: &str, changes: &[(Preference, bool)]) -> String {
    let some = |on: bool, verb: &str| {
        let labels = changes.iter().filter(|(_, now)| *now == on);
        let labels: Vec<_> = labels
            .map(|(one, _)| format!("“{}”", label(*one)))
            .collect();
        (!labels.is_empty()).then(|| format!("{verb} {}", labels.join(", ")))
    };
    let parts: Vec<_> = [some(true, "turned on"), some(false, "turned off")]
        .into_iter()
        .flatten()
        .collect();
    format!("{by} {}.", parts.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b42_the_activity_says_who_switched_what() {
        let on = (Preference::CopyDocuments, true);
        let off = (Preference::CopyInternalPhotos, false);
        assert_eq!(
            described("avery@x.example", &[on, off]),
            "avery@x.example turned on “Copy documents” and turned off “Copy photos marked internal”."
        );
        assert_eq!(
            described("avery@x.example", &[on]),
            "avery@x.example turned on “Copy documents”."
        );
    }
}
