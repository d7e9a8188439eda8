#![doc = include_str!("../README.md")]

mod absence;
pub mod again;
pub mod connection;
pub mod copy;
mod existing;
pub mod failure;
mod import;
pub mod jobs;
mod listing;
mod make;
mod merge;
mod pause;
pub mod photos;
pub mod poll;
pub mod project;
mod reassign;
mod subject;
pub mod sync_run;
pub mod users;
pub mod webhooks;

use companycam::ids::ProjectId;
use companycam::{Page, Project, ProjectsQuery};
use decide::link::quoted;
use model::messages::{Look, SyncMessage};
use model::organization::{ConnectionState, Organization};
use model::pause::Side;
use one_click::OrgId;
use runtime::pacing::Lane;
use runtime::{App, CompanyCam, Trouble};
use store::activity::{Kind, NewEntry, Outcome};

use absence::Told;

/// One look at one organization.
#[derive(Debug)]
pub struct Context<'a> {
    /// The clients.
    pub app: &'a App,
    /// The organization as it was when the look began.
    pub organization: Organization,
    /// When the look began, in Unix seconds.
    pub now: i64,
    /// Whether its calls to `CompanyCam` leave room for live changes.
    pub lane: Lane,
}

impl Context<'_> {
    /// The organization.
    pub fn org(&self) -> &OrgId {
        &self.organization.org_id
    }

    /// `CompanyCam`, paced, with the organization's token. While it does not answer it is not asked.
    pub fn companycam(&self) -> CompanyCam<'_> {
        let paused = self.organization.pause(Side::CompanyCam).is_some();
        self.app
            .companycam(&self.organization, self.lane)
            .paused(paused)
    }

    /// One Click. While it does not answer it is not asked.
    pub async fn one_click(&self) -> Result<one_click::Client, Trouble> {
        if self.organization.pause(Side::OneClick).is_some() {
            return Err(Trouble::down(Side::OneClick, "One Click does not answer"));
        }
        self.app.one_click().await
    }

    /// One page of the projects that `query` asks for.
    async fn projects(&self, query: &ProjectsQuery) -> Result<Page<Project>, Trouble> {
        let answer = self
            .companycam()
            .read(|api| async move { api.projects(query).await })
            .await?;
        Ok(answer)
    }

    /// A look at a project, to be queued.
    fn look(&self, look: Look) -> SyncMessage {
        SyncMessage::new(self.org(), look)
    }

    /// Writes down what of a list of `CompanyCam`'s could not be read; the rest of it goes on (B27).
    async fn note_unreadable(
        &self,
        kind: Kind,
        what: &str,
        unreadable: &[String],
    ) -> Result<(), Trouble> {
        self.note_unreadable_of(Side::CompanyCam, kind, what, unreadable)
            .await
    }

    /// The same of a list of One Click's.
    async fn note_unreadable_in_one_click(
        &self,
        kind: Kind,
        what: &str,
        unreadable: &[String],
    ) -> Result<(), Trouble> {
        self.note_unreadable_of(Side::OneClick, kind, what, unreadable)
            .await
    }

    async fn note_unreadable_of(
        &self,
        side: Side,
        kind: Kind,
        what: &str,
        unreadable: &[String],
    ) -> Result<(), Trouble> {
        let name = match side {
            Side::CompanyCam => "CompanyCam",
            Side::OneClick => "One Click",
        };
        for reason in unreadable {
            tracing::error!(org.id = %self.org(), side = side.code(), what, reason, "a side listed something that can't be read");
            let text = format!("{name} listed a {what} that can’t be read: {reason}.");
            let entry = NewEntry::new(kind, Outcome::Failed, text);
            // Every list shows it again.
            self.app.store.log_daily(self.org(), entry).await?;
        }
        Ok(())
    }

    /// Where people find the project.
    fn call_project(name: &str, id: &ProjectId) -> String {
        format!("{} ({id})", quoted(name))
    }
}

/// Writes down why a look can never succeed; it goes to the dead-letter queue (B27).
pub async fn set_aside(app: &App, message: &SyncMessage, reason: &str) -> Result<(), Trouble> {
    let org = &message.org_id;
    if let Look::Sync { run, .. } = &message.look {
        sync_run::abandon(app, org, run, reason).await?;
    }
    let (kind, _) = subject::of(&message.look);
    let text = format!("{}: {reason}.", subject::failed(&message.look));
    let entry = subject::about(&message.look, NewEntry::new(kind, Outcome::Failed, text));
    app.store.log(org, entry).await?;
    if let Look::Project { project_id, .. } = &message.look {
        // It is set aside, not pending: a sync run must not wait for it for ever.
        app.store.project_set_aside(org, project_id).await?;
    }
    Ok(())
}

/// Takes the look that the message asks for. An organization that is not connected is left alone:
/// reconnecting reconciles everything.
pub async fn look(app: &App, message: &SyncMessage) -> Result<(), Trouble> {
    let Some(organization) = app.store.organization(&message.org_id).await? else {
        tracing::warn!(org.id = %message.org_id, "no such organization; the message is let go");
        return Ok(());
    };
    if message
        .generation
        .is_some_and(|generation| generation != organization.generation)
    {
        tracing::info!(org.id = %message.org_id, look.kind = message.look.kind(), "of an earlier connection; the message is let go");
        return Ok(());
    }
    if let Look::Disconnect { generation } = message.look {
        return connection::finish_disconnecting(app, &organization, generation).await;
    }
    if organization.state != ConnectionState::Connected {
        tracing::info!(org.id = %message.org_id, state = ?organization.state, "not connected; the message is let go");
        return Ok(());
    }
    let lane = match &message.look {
        Look::Sync { .. }
        | Look::Project {
            origin: model::messages::Origin::Sync,
            ..
        } => Lane::Backfill,
        Look::Poll
        | Look::PollOn { .. }
        | Look::Probe { .. }
        | Look::Resume
        | Look::ResumePhotos { .. }
        | Look::ResumeProjects { .. }
        | Look::Disconnect { .. }
        | Look::Project { .. }
        | Look::ProjectPhotos { .. }
        | Look::Photo { .. }
        | Look::Document { .. }
        | Look::Job { .. } => Lane::Live,
    };
    let context = Context {
        app,
        organization,
        now: app.clock.now_s(),
        lane,
    };
    let ready = connection::is_ready(&context, &message.look).await;
    let outcome = match &message.look {
        _ if !matches!(ready, Ok(true)) => ready.map(drop),
        Look::Poll => poll::poll(&context).await,
        Look::PollOn { seq } => poll::go_on(&context, *seq).await,
        Look::Probe { side, seq } => pause::probe(app, &context.organization, *side, *seq).await,
        Look::Resume => pause::resume(&context).await,
        Look::ResumePhotos { after } => pause::resume_photos(&context, after.as_ref()).await,
        Look::ResumeProjects { after } => pause::resume_projects(&context, after.as_ref()).await,
        // Done above, since the organization need not be connected for it.
        Look::Disconnect { .. } => Ok(()),
        Look::Sync { run, seq } => sync_run::step(&context, run, *seq, message.tries).await,
        Look::Project { project_id, origin } => {
            project::look_at_project(&context, project_id, *origin).await
        }
        Look::ProjectPhotos {
            project_id,
            cursor,
            so_far,
        } => photos::look_at_project_photos(&context, project_id, cursor.as_ref(), *so_far).await,
        Look::Photo { photo_id, tags } => photos::look_at_photo(&context, photo_id, *tags).await,
        Look::Document { document_id, .. } => {
            // Known and counted; copying documents (B16) is not there yet.
            tracing::info!(org.id = %message.org_id, document.id = %document_id, "a document changed");
            Ok(())
        }
        Look::Job { job_id, deleted } => {
            let told = if *deleted { Told::Yes } else { Told::No };
            jobs::look_at_job(&context, job_id, told).await
        }
    };
    if let Err(Trouble::NeedsReconnecting) = outcome {
        connection::pause(&context).await?;
        return Ok(());
    }
    outcome
}
