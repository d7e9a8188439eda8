//! The scheduled poll: what did the webhooks miss? (B17)

use companycam::ProjectsQuery;
use runtime::Trouble;
use runtime::messages::{Look, Origin};
use store::outages::Side;

use super::{Context, jobs, listing, outage, users, webhooks};

/// Users are refreshed at least this often (B8).
const USERS_KEPT_S: i64 = 23 * 60 * 60;
/// A sync run that took no step for so long lost its message somewhere.
const STALLED_S: i64 = 10 * 60;
/// Two changes in one second look alike to the cursor: the newest seconds are asked for again.
pub(super) const SETTLED_S: i64 = 5;
/// What a page holds.
pub(super) const PER_PAGE: u32 = 100;

/// Looks for projects and jobs changed since the last poll, after mending what should have told us of
/// them. With nothing new it costs two GETs of `CompanyCam` and one of One Click.
pub async fn poll(context: &Context<'_>) -> Result<(), Trouble> {
    let organization = &context.organization;
    if let Some(run) = organization.sync.as_ref().filter(|run| run.is_running())
        && context.now - run.stepped_at > STALLED_S
    {
        tracing::warn!(org.id = %context.org(), run.id = %run.id, "the sync run stands still; it is taken up again");
        context
            .app
            .queues
            .sync(&[context.look(Look::Sync {
                run: run.id.clone(),
            })])
            .await?;
    }
    if organization
        .users_refreshed_at
        .is_none_or(|at| context.now - at > USERS_KEPT_S)
    {
        users::refresh(context).await?;
    }
    context.app.reseal(organization).await?;
    // First, so that what happens during this poll is told. Where it can't be looked at now, what was
    // missed is brought all the more, and the poll comes back for it.
    let checked = webhooks::check(context).await;
    if let Err(Trouble::NeedsReconnecting) = checked {
        return checked;
    }
    list(context).await?;
    checked
}

/// What changed on both sides.
async fn list(context: &Context<'_>) -> Result<(), Trouble> {
    jobs::poll_jobs(context).await?;
    outage::over(context, Side::OneClick).await?;
    // Without a cursor the first sync is still listing, and covers everything.
    let Some(since) = context.organization.project_cursor else {
        return Ok(());
    };
    let mut cursor = None;
    let mut next = Some(1);
    while let Some(page) = next {
        let query = ProjectsQuery {
            modified_since: Some(since),
            query: None,
            page,
            per_page: PER_PAGE,
        };
        let answer = context.projects(&query).await?;
        outage::over(context, Side::CompanyCam).await?;
        listing::note_projects(context, &answer, Origin::Poll).await?;
        if page == 1 {
            cursor = next_cursor(
                answer.items.iter().map(|project| project.updated_at),
                answer.date.unwrap_or(context.now),
            );
        }
        next = answer.next;
    }
    let cursor = cursor.filter(|cursor| *cursor > since);
    context
        .app
        .store
        .polled(context.org(), cursor, context.now)
        .await?;
    Ok(())
}

/// Where the next listing begins: at the newest change of this one's first page, but never within
/// the last seconds by `CompanyCam`'s own clock.
pub(super) fn next_cursor(updated_at: impl Iterator<Item = i64>, answered_at: i64) -> Option<i64> {
    updated_at
        .max()
        .map(|newest| newest.min(answered_at - SETTLED_S))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b17_the_cursor_stays_behind_the_newest_seconds() {
        assert_eq!(next_cursor([10, 90, 50].into_iter(), 1000), Some(90));
        assert_eq!(next_cursor([998].into_iter(), 1000), Some(995));
        assert_eq!(next_cursor(std::iter::empty(), 1000), None);
    }
}
