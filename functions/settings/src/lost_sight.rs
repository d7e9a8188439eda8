//! What CompanyCam no longer shows: the question, and its two answers (B30).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use futures::{StreamExt, TryStreamExt, stream};
use http::StatusCode;
use maud::{Markup, html};
use model::messages::{Look, NightlyTake, SyncMessage};
use model::organization::Organization;
use one_click::OrgId;
use runtime::{App, WorkError};
use serde::Deserialize;
use web::{ErrorPage, SignedIn};

use crate::notice::Notice;
use crate::parts::{action, csrf, time};
use crate::posted::{answer, live, sent};

/// Rows that are read, and written, at a time.
const AT_ONCE: i32 = 100;
const CONCURRENT_WRITES: usize = 16;

/// The question, where there is one.
pub fn card(app: &App, signed_in: &SignedIn, organization: &Organization) -> Markup {
    let Some(lost) = &organization.lost_sight else {
        return html! {};
    };
    let form = |answer: &str, label: &str| {
        html! {
            form method="post" action=(action(app, "lost_sight")) {
                (csrf(signed_in))
                input type="hidden" name="answer" value=(answer);
                button.quiet type="submit" { (label) }
            }
        }
    };
    html! {
        section.card id="lost-sight" aria-labelledby="lost-sight-title" {
            h2 id="lost-sight-title" { "Are these gone from CompanyCam?" }
            p {
                "The last check of everything, " span.soft { (time(lost.at)) } ", no longer saw "
                (lost.projects) " linked projects and " (lost.files)
                " copied photos and documents. Nothing was removed. They may be deleted, or "
                (organization.connected_by) ", who connected, may see less of CompanyCam than before."
            }
            div.row {
                (form("gone", "They are gone"))
                (form("unseen", "We no longer see them"))
            }
        }
    }
}

#[derive(Debug, Deserialize)]
struct AnswerForm {
    answer: String,
}

/// `POST /companycam/settings/lost_sight`
pub async fn lost_sight(State(app): State<Arc<App>>, request: Request) -> Response {
    answer(&app, take_answer(&app, request).await)
}

async fn take_answer(app: &App, request: Request) -> Result<Notice, ErrorPage> {
    let (signed_in, form) = sent::<AnswerForm>(app, request).await?;
    let organization = live(app, &signed_in).await?;
    if organization.lost_sight.is_none() {
        return Ok(Notice::NoQuestion);
    }
    let org = &organization.org_id;
    let notice = match form.answer.as_str() {
        // Queued first: cut off behind it, the question stands and may be answered once more.
        "gone" => {
            let take = NightlyTake::Missing;
            let look = SyncMessage::new(org, Look::Nightly { take });
            let sent = app.queues.send_looks(&[look]).await;
            sent.map_err(WorkError::from)?;
            Notice::TakenAsGone
        }
        "unseen" => {
            leave_as_they_are(app, org).await?;
            Notice::TakenAsUnseen
        }
        _ => {
            let text =
                "Choose whether they are gone, or only not seen any more. Nothing was changed.";
            return Err(ErrorPage::new(StatusCode::BAD_REQUEST, "No answer", text));
        }
    };
    app.store.set_lost_sight(org, None).await?;
    tracing::info!(org.id = %org, answer = form.answer, "an administrator said what is missing");
    Ok(notice)
}

/// Nothing is ever concluded from their absence.
async fn leave_as_they_are(app: &App, org: &OrgId) -> Result<(), ErrorPage> {
    let mut after: Option<String> = None;
    loop {
        let (missing, next) = app
            .store
            .missing_after(org, after.as_deref(), AT_ONCE)
            .await?;
        stream::iter(missing)
            .map(|missing| async move { app.store.mark_unseen(&missing).await })
            .buffer_unordered(CONCURRENT_WRITES)
            .try_for_each(|()| async { Ok(()) })
            .await?;
        after = next;
        if after.is_none() {
            return Ok(());
        }
    }
}
