//! Running: reads both sides, asks [`crate::decide`], takes the steps.

pub mod again;
pub mod connection;
pub mod copy;
mod existing;
mod import;
pub mod jobs;
mod listing;
mod merge;
mod outage;
pub mod photos;
pub mod poll;
pub mod project;
mod reassign;
pub mod sync_run;
pub mod users;
pub mod webhooks;

use companycam::ids::ProjectId;
use companycam::{Page, Project, ProjectsQuery};
use one_click::OrgId;
use runtime::messages::{Look, SyncMessage};
use runtime::pacing::Lane;
use runtime::{App, CompanyCam, Trouble};
use store::activity::{Kind, NewEntry, Outcome};
use store::organizations::{ConnectionState, Organization};

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

    /// `CompanyCam`, paced, with the organization's token.
    pub fn companycam(&self) -> CompanyCam<'_> {
        self.app.companycam(&self.organization, self.lane)
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

    /// Writes down what of a list could not be read; the rest of it goes on (B27).
    async fn note_unreadable(
        &self,
        kind: Kind,
        what: &str,
        unreadable: &[String],
    ) -> Result<(), Trouble> {
        for reason in unreadable {
            tracing::error!(org.id = %self.org(), what, reason, "CompanyCam listed something that can't be read");
            let text = format!("CompanyCam listed a {what} that can’t be read: {reason}.");
            self.app
                .store
                .log(self.org(), NewEntry::new(kind, Outcome::Failed, text))
                .await?;
        }
        Ok(())
    }

    /// Where people find the project.
    fn call_project(name: &str, id: &ProjectId) -> String {
        format!("“{name}” ({id})")
    }
}

/// Writes down why a look can never succeed; it goes to the dead-letter queue (B27).
pub async fn set_aside(app: &App, message: &SyncMessage, reason: &str) -> Result<(), Trouble> {
    let org = &message.org_id;
    let (kind, what, project) = match &message.look {
        Look::Poll => (
            Kind::Sync,
            "The organization could not be polled".to_owned(),
            None,
        ),
        Look::Disconnect { .. } => (
            Kind::Connection,
            "Disconnecting could not be finished".to_owned(),
            None,
        ),
        Look::Sync { run } => {
            sync_run::abandon(app, org, run, reason).await?;
            (Kind::Sync, "The sync could not go on".to_owned(), None)
        }
        Look::Project { project_id, .. } => (
            Kind::Project,
            format!("Project {project_id} could not be brought over"),
            Some(project_id),
        ),
        Look::ProjectPhotos { project_id, .. } => (
            Kind::Photo,
            format!("The photos of project {project_id} could not be read"),
            Some(project_id),
        ),
        Look::Photo { photo_id, .. } => (
            Kind::Photo,
            format!("Photo {photo_id} could not be looked at"),
            None,
        ),
        Look::Document { document_id, .. } => (
            Kind::Project,
            format!("Document {document_id} could not be looked at"),
            None,
        ),
        Look::Job { job_id } => (
            Kind::Project,
            format!("Job {job_id} could not be brought to CompanyCam"),
            None,
        ),
    };
    let mut entry = NewEntry::new(kind, Outcome::Failed, format!("{what}: {reason}."));
    match &message.look {
        Look::Photo { photo_id, .. } => entry = entry.photo(photo_id),
        Look::Job { job_id } => entry = entry.job(Some(job_id)),
        _ => {}
    }
    if let Some(project) = project {
        entry = entry.project(project);
    }
    if let Look::Project { project_id, .. } = &message.look {
        // It is set aside, not pending: a sync run must not wait for it for ever.
        app.store.project_set_aside(org, project_id).await?;
    }
    Ok(app.store.log(org, entry).await?)
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
            origin: runtime::messages::Origin::Sync,
            ..
        } => Lane::Backfill,
        Look::Poll
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
        // Done above, since the organization need not be connected for it.
        Look::Disconnect { .. } => Ok(()),
        Look::Sync { run } => sync_run::step(&context, run, message.tries).await,
        Look::Project { project_id, origin } => {
            project::look_at_project(&context, project_id, *origin).await
        }
        Look::ProjectPhotos { project_id, cursor } => {
            photos::look_at_project_photos(&context, project_id, cursor.as_ref()).await
        }
        Look::Photo { photo_id, tags } => photos::look_at_photo(&context, photo_id, *tags).await,
        Look::Document { document_id, .. } => {
            // Known and counted; copying documents (B16) is not there yet.
            tracing::info!(org.id = %message.org_id, document.id = %document_id, "a document changed");
            Ok(())
        }
        Look::Job { job_id } => jobs::look_at_job(&context, job_id).await,
    };
    if let Err(Trouble::NeedsReconnecting) = outcome {
        connection::pause(&context).await?;
        return Ok(());
    }
    if let Err(Trouble::Transient {
        down: Some(side), ..
    }) = &outcome
    {
        outage::noticed(&context, *side).await;
    }
    outcome
}
