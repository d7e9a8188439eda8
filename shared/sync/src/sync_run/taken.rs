//! What a step came to, and the messages that follow.

use companycam::ids::ProjectId;
use model::messages::{Look, Origin, SyncMessage};
use model::sync_run::{SyncRun, SyncStep};
use one_click::OrgId;

/// What a step came to.
pub struct Taken {
    pub next: SyncStep,
    pub projects: i64,
    pub photos: i64,
    /// What `project_cursor` becomes when the projects are listed, if this step has told it.
    pub cursor: Option<i64>,
    /// Looks to be queued before the next step.
    pub looks: Vec<SyncMessage>,
}

impl Taken {
    /// That alone.
    pub fn then(next: SyncStep) -> Self {
        Self {
            next,
            projects: 0,
            photos: 0,
            cursor: None,
            looks: Vec::new(),
        }
    }
}

/// The message that takes the run's next step.
pub fn message(org: &OrgId, run: &SyncRun) -> SyncMessage {
    let (run, seq) = (run.id.clone(), Some(run.seq));
    SyncMessage::new(org, Look::Sync { run, seq })
}

/// The looks at these projects, for the run.
pub fn looks(org: &OrgId, run: &SyncRun, projects: &[ProjectId]) -> Vec<SyncMessage> {
    let look = |project_id: &ProjectId| Look::Project {
        project_id: project_id.clone(),
        origin: Origin::Sync,
    };
    let looks = projects.iter().map(look);
    let messages = looks.map(|look| SyncMessage::new(org, look).of_run(&run.id));
    messages.collect()
}
