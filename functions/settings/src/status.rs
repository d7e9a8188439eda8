//! `GET /companycam/settings/status`: how far a sync is, as JSON (B19).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use one_click::OrgId;
use runtime::{App, Trouble};
use serde::Serialize;
use store::organizations::{ConnectionState, Organization};
use web::{Problem, sign_in};

/// Done of total.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// So many are in One Click.
    pub done: i64,
    /// Of so many listed.
    pub total: i64,
}

/// Where the connection stands, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionStatus {
    /// Never connected.
    NotConnected,
    /// Connected, and nothing is running.
    Connected,
    /// A sync is running.
    Syncing,
    /// The grant was revoked.
    NeedsReconnecting,
    /// An administrator disconnected.
    Disconnected,
}

/// The whole answer.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// Where the connection stands.
    pub state: ConnectionStatus,
    /// Projects of the current or last sync.
    pub projects: Progress,
    /// Photos of the current or last sync.
    pub photos: Progress,
    /// When everything was last known to be in One Click, RFC 3339.
    pub last_synced_at: Option<jiff::Timestamp>,
}

/// Answers it.
pub async fn status(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match answer(&app, &headers).await {
        Ok(status) => ([(CACHE_CONTROL, "no-store")], Json(status)).into_response(),
        Err(problem) => problem.into_page(&app.config),
    }
}

async fn answer(app: &App, headers: &HeaderMap) -> Result<Status, Problem> {
    let signed_in = sign_in(app, headers).await?;
    let org = &signed_in.session.org_id;
    let organization = app.store.organization(org).await?;
    Ok(of(app, org, organization.as_ref()).await?)
}

/// The status of an organization.
pub async fn of(
    app: &App,
    org: &OrgId,
    organization: Option<&Organization>,
) -> Result<Status, Trouble> {
    let Some(organization) = organization else {
        return Ok(Status {
            state: ConnectionStatus::NotConnected,
            projects: Progress::default(),
            photos: Progress::default(),
            last_synced_at: None,
        });
    };
    let run = organization.sync.as_ref();
    let running = run.is_some_and(store::organizations::SyncRun::is_running);
    let (projects_left, photos_left) = if running {
        (
            app.store.pending_projects(org).await?,
            app.store.pending_photos(org).await?,
        )
    } else {
        (0, 0)
    };
    // What is pending may include a live change that the run did not list.
    let progress = |total: i64, left: i64| Progress {
        done: (total - left).max(0),
        total,
    };
    Ok(Status {
        state: match organization.state {
            ConnectionState::Connected if running => ConnectionStatus::Syncing,
            ConnectionState::Connected => ConnectionStatus::Connected,
            ConnectionState::NeedsReconnecting => ConnectionStatus::NeedsReconnecting,
            ConnectionState::Disconnected => ConnectionStatus::Disconnected,
        },
        projects: progress(run.map_or(0, |run| run.projects_total), projects_left),
        photos: progress(run.map_or(0, |run| run.photos_total), photos_left),
        last_synced_at: organization
            .last_synced_at
            .and_then(|at| jiff::Timestamp::from_second(at).ok()),
    })
}
