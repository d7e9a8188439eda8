//! Users were matched: the projects that waited for that are looked at again (B13).

use companycam::ids::ProjectId;
use model::messages::{Look, Origin, SyncMessage};
use model::preferences::Preference;
use model::project::{LinkState, ProjectRow, SkipReason};
use one_click::OrgId;
use runtime::{App, WorkError};

use crate::context::OrgContext;

/// So many looks are queued at once; live changes slip in before the next.
const AT_ONCE: usize = 20;
/// So many rows are read at once.
const ROWS_AT_ONCE: i32 = 500;

/// Queues looks at some of the projects that wait for a matched user, and the rest behind them.
pub async fn look(context: &OrgContext<'_>, after: Option<&ProjectId>) -> Result<(), WorkError> {
    let (store, org) = (&context.app.store, context.org());
    let (rows, next) = store.projects_after(org, after, ROWS_AT_ONCE).await?;
    let waits = |row: &ProjectRow| {
        row.state == LinkState::Skipped && row.reason == Some(SkipReason::NoMatchedUser)
    };
    let waiting = rows.into_iter().filter(waits).map(|row| row.project_id);
    let waiting: Vec<_> = waiting.collect();
    let (now, rest) = waiting.split_at(waiting.len().min(AT_ONCE));
    let looks = now.iter().map(|project_id| Look::Project {
        project_id: project_id.clone(),
        origin: Origin::Event,
    });
    let mut messages: Vec<_> = looks.map(|look| context.look(look)).collect();
    let after = if rest.is_empty() {
        next
    } else {
        now.last().cloned()
    };
    if after.is_some() {
        messages.push(context.look(Look::Matched { after }));
    }
    Ok(context.app.queues.send_looks(&messages).await?)
}

/// Who is matched has changed, or no longer matters: what waited for it is looked at.
pub async fn look_later(app: &App, org: &OrgId) -> Result<(), WorkError> {
    let look = SyncMessage::new(org, Look::Matched { after: None });
    Ok(app.queues.send_looks(&[look]).await?)
}

/// As [`look_later`], where projects wait for matched users at all.
pub async fn look_if_any_wait(context: &OrgContext<'_>) -> Result<(), WorkError> {
    let preferences = &context.organization.preferences;
    if preferences.has(Preference::OnlyMatchedUsers) {
        look_later(context.app, context.org()).await?;
    }
    Ok(())
}
