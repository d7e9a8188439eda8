//! What one look has at hand.

use companycam::ids::ProjectId;
use companycam::{Page, Project, ProjectsQuery};
use decide::link::quoted;
use model::messages::{Look, SyncMessage};
use model::organization::Organization;
use model::pause::Side;
use one_click::OrgId;
use runtime::pacing::Lane;
use runtime::{App, PacedCompanyCam, WorkError};
use store::activity::{Kind, NewEntry, Outcome};

/// One look at one organization.
#[derive(Debug)]
pub struct OrgContext<'a> {
    pub app: &'a App,
    /// The organization as it was when the look began.
    pub organization: Organization,
    /// When the look began, in Unix seconds.
    pub now: i64,
    /// Whether its calls to `CompanyCam` leave room for live changes.
    pub lane: Lane,
    /// The sync run that wants the look, if one does.
    pub run: Option<String>,
}

impl OrgContext<'_> {
    pub fn org(&self) -> &OrgId {
        &self.organization.org_id
    }

    /// Whether an administrator watches only: nothing is written on either side (B43).
    pub fn watches(&self) -> bool {
        self.organization.watching.is_some()
    }

    /// `CompanyCam`, paced, with the organization's token. While it does not answer it is not asked.
    pub fn companycam(&self) -> PacedCompanyCam<'_> {
        let paused = self.organization.pause(Side::CompanyCam).is_some();
        self.app
            .companycam(&self.organization, self.lane)
            .paused(paused)
    }

    /// One Click. While it does not answer it is not asked.
    pub async fn one_click(&self) -> Result<one_click::Client, WorkError> {
        if self.organization.pause(Side::OneClick).is_some() {
            return Err(WorkError::down(Side::OneClick, "One Click does not answer"));
        }
        self.app.one_click().await
    }

    /// One page of the projects that `query` asks for.
    pub async fn projects(&self, query: &ProjectsQuery) -> Result<Page<Project>, WorkError> {
        let answer = self.companycam().projects(query).await?;
        Ok(answer)
    }

    /// The message that asks for this look at the organization.
    pub fn look(&self, look: Look) -> SyncMessage {
        SyncMessage::new(self.org(), look)
    }

    /// Writes down what of a list of `CompanyCam`'s could not be read; the rest of it goes on (B27).
    pub async fn note_unreadable(
        &self,
        kind: Kind,
        what: &str,
        unreadable: &[String],
    ) -> Result<(), WorkError> {
        self.note_unreadable_of(Side::CompanyCam, kind, what, unreadable)
            .await
    }

    /// The same of a list of One Click's.
    pub async fn note_unreadable_in_one_click(
        &self,
        kind: Kind,
        what: &str,
        unreadable: &[String],
    ) -> Result<(), WorkError> {
        self.note_unreadable_of(Side::OneClick, kind, what, unreadable)
            .await
    }

    async fn note_unreadable_of(
        &self,
        side: Side,
        kind: Kind,
        what: &str,
        unreadable: &[String],
    ) -> Result<(), WorkError> {
        let name = match side {
            Side::CompanyCam => "CompanyCam",
            Side::OneClick => "One Click",
        };
        for reason in unreadable {
            tracing::error!(org.id = %self.org(), side = side.code(), what, cause = reason, "a side listed something that can't be read");
            let text = format!("{name} listed a {what} that can’t be read: {reason}.");
            let entry = NewEntry::new(kind, Outcome::Failed, text);
            // Every list shows it again.
            self.app
                .store
                .log_daily(self.org(), entry)
                .await?
                .either_way();
        }
        Ok(())
    }

    /// Where people find the project.
    pub fn project_label(name: &str, id: &ProjectId) -> String {
        format!("{} ({id})", quoted(name))
    }
}
