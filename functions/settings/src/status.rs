//! `GET /companycam/settings/status`: how far a sync is, as JSON (B19).

use std::sync::Arc;

use ::sync::attention;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use jiff::Timestamp;
use model::organization::{ConnectionState, Organization};
use model::pause::Side;
use model::sync_run::{SyncRun, SyncStep};
use one_click::OrgId;
use runtime::{App, WorkError};
use serde::Serialize;
use web::{ErrorPage, sign_in};

/// A rate that is measured over less than this says nothing.
const MEASURED_S: i64 = 5;

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
    /// An administrator paused everything.
    Paused,
    /// The grant was revoked.
    NeedsReconnecting,
    /// An administrator disconnected.
    Disconnected,
}

/// How fast a running sync goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Pace {
    /// Projects and photos a minute, once there is something to measure.
    pub rate_per_minute: Option<i64>,
    /// Seconds until all is there, once everything is listed: before that nobody knows.
    pub remaining_s: Option<i64>,
}

/// The same in words, as the tab shows it; empty while it can't be told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PaceText {
    /// “120 a minute”.
    pub rate: String,
    /// “about 3 minutes left”.
    pub remaining: String,
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
    pub last_synced_at: Option<Timestamp>,
    /// When everything was last gone through, at night, RFC 3339.
    pub last_checked_at: Option<Timestamp>,
    /// When the running sync began, RFC 3339.
    pub started_at: Option<Timestamp>,
    /// Which sides do not answer at the moment.
    pub down: Vec<&'static str>,
    /// How many things a person has to decide or mend.
    pub attention: usize,
    /// How fast it goes.
    #[serde(flatten)]
    pub pace: Pace,
    /// What the tab shows of that: the script fills `data-text="rate"` with `rate`, and so on.
    #[serde(flatten)]
    pub text: PaceText,
}

pub async fn status(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match answer(&app, &headers).await {
        Ok(status) => ([(CACHE_CONTROL, "no-store")], Json(status)).into_response(),
        Err(problem) => problem.into_page(&app.config),
    }
}

async fn answer(app: &App, headers: &HeaderMap) -> Result<Status, ErrorPage> {
    let signed_in = sign_in(app, headers).await?;
    let org = &signed_in.session.org_id;
    let organization = app.store.organization(org).await?;
    let Some(organization) = organization else {
        return Ok(not_connected());
    };
    let open = attention::open(app, &organization).await?;
    Ok(of(app, &organization, &open).await?)
}

/// The status of an organization that was never connected.
fn not_connected() -> Status {
    Status {
        state: ConnectionStatus::NotConnected,
        projects: Progress::default(),
        photos: Progress::default(),
        last_synced_at: None,
        last_checked_at: None,
        started_at: None,
        down: Vec::new(),
        attention: 0,
        pace: Pace::default(),
        text: PaceText::default(),
    }
}

/// The status of an organization; `open`: what needs attention.
pub async fn of(
    app: &App,
    organization: &Organization,
    open: &[attention::Item],
) -> Result<Status, WorkError> {
    let org = &organization.org_id;
    let run = organization.sync.as_ref();
    let running = run.filter(|run| run.is_running());
    let (projects_left, photos_left) = if running.is_some() {
        left_to_do(app, org).await?
    } else {
        (0, 0)
    };
    // What is pending may include a live change that the run did not list.
    let progress = |total: i64, left: i64| Progress {
        done: (total - left).max(0),
        total,
    };
    let projects = progress(run.map_or(0, |run| run.projects_total), projects_left);
    let photos = progress(run.map_or(0, |run| run.photos_total), photos_left);
    let pace = running.map_or_else(Pace::default, |run| {
        pace(run, projects, photos, app.clock.now_s())
    });
    Ok(Status {
        state: match organization.state {
            ConnectionState::Connected if organization.halt.is_some() => ConnectionStatus::Paused,
            ConnectionState::Connected if running.is_some() => ConnectionStatus::Syncing,
            ConnectionState::Connected => ConnectionStatus::Connected,
            ConnectionState::NeedsReconnecting => ConnectionStatus::NeedsReconnecting,
            ConnectionState::Disconnected => ConnectionStatus::Disconnected,
        },
        projects,
        photos,
        last_synced_at: organization.last_synced_at.and_then(time),
        last_checked_at: organization.last_checked_at.and_then(time),
        started_at: running.and_then(|run| time(run.started_at)),
        down: Side::BOTH
            .into_iter()
            .filter(|side| organization.down_since(*side).is_some())
            .map(Side::name)
            .collect(),
        attention: attention::count(organization, open),
        pace,
        text: pace.text(),
    })
}

async fn left_to_do(app: &App, org: &OrgId) -> Result<(i64, i64), WorkError> {
    let projects = app.store.pending_projects(org).await?;
    Ok((projects, app.store.pending_files(org).await?))
}

fn time(at: i64) -> Option<Timestamp> {
    Timestamp::from_second(at).ok()
}

fn pace(run: &SyncRun, projects: Progress, photos: Progress, now: i64) -> Pace {
    let took_s = now - run.started_at;
    let done = projects.done + photos.done;
    if took_s < MEASURED_S || done == 0 {
        return Pace::default();
    }
    let rate = done * 60 / took_s;
    let all_listed = matches!(
        run.step,
        SyncStep::Tags { .. } | SyncStep::TagPhotos { .. } | SyncStep::Finish
    );
    let left = projects.total + photos.total - done;
    Pace {
        rate_per_minute: (rate > 0).then_some(rate),
        remaining_s: (all_listed && left > 0).then(|| (left * took_s).div_euclid(done)),
    }
}

impl Pace {
    fn text(self) -> PaceText {
        let rate = |rate: i64| format!("{rate} a minute");
        PaceText {
            rate: self.rate_per_minute.map(rate).unwrap_or_default(),
            remaining: self.remaining_s.map(remaining).unwrap_or_default(),
        }
    }
}

/// No more exact than it is known.
fn remaining(seconds: i64) -> String {
    match seconds {
        ..60 => "less than a minute left".to_owned(),
        60..90 => "about a minute left".to_owned(),
        90..5400 => format!("about {} minutes left", (seconds + 30) / 60),
        _ => format!("about {} hours left", (seconds + 1800) / 3600),
    }
}

#[cfg(test)]
mod tests {
    use ::sync::sync_run::new_run;
    use model::sync_run::Window;

    use super::*;

    fn at(step: SyncStep, took_s: i64, done: i64, total: i64) -> Pace {
        let mut run = new_run(Window::All, 1000);
        run.step = step;
        let photos = Progress { done, total };
        pace(&run, Progress::default(), photos, 1000 + took_s)
    }

    #[test]
    fn b19_the_rate_is_what_came_over_in_a_minute() {
        assert_eq!(at(SyncStep::Finish, 30, 60, 100).rate_per_minute, Some(120));
        assert_eq!(
            at(SyncStep::Finish, 3, 60, 100),
            Pace::default(),
            "too early"
        );
        assert_eq!(
            at(SyncStep::Finish, 30, 0, 100),
            Pace::default(),
            "nothing yet"
        );
    }

    #[test]
    fn b19_the_rest_is_told_only_when_everything_is_listed() {
        assert_eq!(at(SyncStep::Finish, 30, 60, 100).remaining_s, Some(20));
        let listing = SyncStep::Projects { page: 2 };
        assert_eq!(at(listing, 30, 60, 100).remaining_s, None);
        assert_eq!(at(SyncStep::Finish, 30, 100, 100).remaining_s, None);
    }

    #[test]
    fn b19_the_rest_is_told_in_plain_words() {
        let told = [20, 60, 100, 600, 7300].map(remaining);
        assert_eq!(
            told,
            [
                "less than a minute left",
                "about a minute left",
                "about 2 minutes left",
                "about 10 minutes left",
                "about 2 hours left"
            ]
        );
    }
}
