//! Refreshing the users of both sides (B8).

use companycam::User;
use decide::users::Matches;
use model::attention::Subject;
use model::organization::Account;
use model::users::{CompanyCamUser, Directory, OneClickUser};
use runtime::WorkError;
use store::activity::{Kind, NewEntry, Outcome};
use store::matches::Listed;

use crate::context::OrgContext;
use crate::matched;

/// [`refresh`], where a side that refuses for good stops nothing but this: the activity log says so,
/// once a day, and the next poll asks again (B27).
pub async fn refresh_if_allowed(context: &OrgContext<'_>) -> Result<(), WorkError> {
    let reason = match refresh(context).await {
        Err(WorkError::Permanent(reason)) => reason,
        refreshed => return refreshed,
    };
    let org = context.org();
    tracing::error!(org.id = %org, cause = reason, "the users could not be refreshed");
    let text = format!("Users couldn’t be refreshed: {reason}. Current matches stay as they are.");
    let entry = NewEntry::new(Kind::User, Outcome::Failed, text);
    context.app.store.log_daily(org, entry).await?.either_way();
    Ok(())
}

/// Reads all users of both sides and writes down what changed.
pub async fn refresh(context: &OrgContext<'_>) -> Result<(), WorkError> {
    let (org, company) = (context.org(), &context.organization.company_id);
    let one_click = context.one_click().await?;
    let (companycam, theirs, known) = futures::try_join!(
        Box::pin(all_companycam_users(context)),
        Box::pin(async { Ok::<_, WorkError>(one_click.users(org).await?) }),
        Box::pin(async { Ok(context.app.store.directory(org, company).await?) }),
    )?;
    context
        .note_unreadable_in_one_click(Kind::User, "user", &theirs.unreadable)
        .await?;
    let complete = companycam.complete;
    let listed = companycam.users.iter().map(companycam_user).collect();
    let companycam = believed(&known.companycam, listed, complete, |user| &user.id);
    let complete = theirs.unreadable.is_empty();
    let listed = theirs
        .items
        .into_iter()
        .map(|user| OneClickUser {
            id: user.id,
            name: user.name,
            email: user.email,
            active: user.active,
        })
        .collect();
    let one_click = believed(&known.one_click, listed, complete, |user| &user.id);
    let now = Listed {
        companycam,
        one_click,
    };
    context
        .app
        .store
        .refresh_directory(org, company, &known, &now)
        .await?;
    for lost in lost_matches(&known, &now) {
        raise_lost(context, &lost).await?;
    }
    if brings_matches(&known, &now) {
        matched::look_if_any_wait(context).await?;
    }
    let account = account(context).await;
    let refreshed = (context.now, account.as_ref());
    let store = &context.app.store;
    store.record_users_refreshed(org, refreshed).await?;
    tracing::info!(org.id = %org, users.companycam = now.companycam.len(), users.one_click = now.one_click.len(), "refreshed the users");
    Ok(())
}

/// Whose grant the connection is. It says so once a connection; if it does not, that is asked for again, and
/// keeps nothing up.
async fn account(context: &OrgContext<'_>) -> Option<Account> {
    if context.organization.account().is_some() {
        return None;
    }
    match context.companycam().current_user().await {
        Ok(user) => Some(Account {
            generation: context.organization.generation,
            name: user.name(),
            email: user.email_address,
        }),
        Err(failure) => {
            tracing::info!(org.id = %context.org(), cause = %failure, "CompanyCam did not say whose grant it is");
            None
        }
    }
}

/// Who is whom, as of the last refresh and the choices made by hand.
pub async fn matches(context: &OrgContext<'_>) -> Result<Matches, WorkError> {
    let (org, company) = (context.org(), &context.organization.company_id);
    Ok(Matches::of(
        &context.app.store.directory(org, company).await?,
    ))
}

/// Who is whom once what was listed is written down.
fn matches_after(known: &Directory, now: &Listed) -> Matches {
    Matches::of(&Directory {
        companycam: now.companycam.clone(),
        one_click: now.one_click.clone(),
        ..known.clone()
    })
}

/// The active users of CompanyCam who were matched and are no longer (B38).
fn lost_matches(known: &Directory, now: &Listed) -> Vec<CompanyCamUser> {
    let (before, after) = (Matches::of(known), matches_after(known, now));
    let lost = |user: &&CompanyCamUser| {
        user.active && before.one_click(&user.id).is_some() && after.one_click(&user.id).is_none()
    };
    now.companycam.iter().filter(lost).cloned().collect()
}

async fn raise_lost(context: &OrgContext<'_>, user: &CompanyCamUser) -> Result<(), WorkError> {
    let text = format!(
        "{} in CompanyCam is no longer matched to a One Click user: the email changed, is shared by now, or the One Click user was deactivated.",
        user.name
    );
    let subject = Subject::Match {
        user_id: user.id.clone(),
    };
    let (org, store) = (context.org(), &context.app.store);
    store.raise(org, &subject, &text).await?;
    let entry = NewEntry::new(Kind::User, Outcome::Updated, text);
    store.log_daily(org, entry).await?.either_way();
    Ok(())
}

/// Whether somebody is matched who was not before, or to somebody else.
fn brings_matches(known: &Directory, now: &Listed) -> bool {
    let (before, after) = (Matches::of(known), matches_after(known, now));
    let mut users = now.companycam.iter();
    users.any(|user| {
        let matched = after.one_click(&user.id);
        matched.is_some() && matched != before.one_click(&user.id)
    })
}

fn companycam_user(user: &User) -> CompanyCamUser {
    CompanyCamUser {
        id: user.id.clone(),
        name: user.name(),
        email: user.email_address.clone(),
        active: user.is_active(),
    }
}

/// The users to be written down. Who is missing from a list that is empty, or that could not be read as a
/// whole, is as before: that says nothing about them (B33).
fn believed<T: Clone, Id: PartialEq>(
    known: &[T],
    mut listed: Vec<T>,
    complete: bool,
    id: impl Fn(&T) -> &Id,
) -> Vec<T> {
    if complete && !listed.is_empty() {
        return listed;
    }
    for user in known {
        if !listed.iter().any(|other| id(other) == id(user)) {
            listed.push(user.clone());
        }
    }
    listed
}

/// CompanyCam's users.
struct Read {
    users: Vec<User>,
    /// Whether all of them could be read.
    complete: bool,
}

async fn all_companycam_users(context: &OrgContext<'_>) -> Result<Read, WorkError> {
    let mut users = Vec::new();
    let mut complete = true;
    let mut page = Some(1);
    while let Some(number) = page {
        let answer = context.companycam().users(number).await?;
        context
            .note_unreadable(Kind::User, "user", &answer.unreadable)
            .await?;
        complete &= answer.unreadable.is_empty();
        users.extend(answer.items);
        page = answer.next;
    }
    Ok(Read { users, complete })
}
