//! What the queues carry here: what it is about, and since when somebody waits for it.

use crate::engine::clock::Time;
use crate::engine::queue::Message;

/// What is to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Poll,
    /// A project that a poll found.
    Listed,
    /// What deliveries tell of.
    Photo,
    Project,
    Job,
    /// A step of the organization's sync run, and a project of it.
    Step,
    Imported,
    /// A step of its nightly pass.
    Night,
    /// While CompanyCam does not answer, and afterwards.
    Probe,
    Resume,
    ResumePhotos,
    ResumeProjects,
    /// A file to be copied, or only described anew.
    File {
        live: bool,
        whole: bool,
    },
}

impl Look {
    /// Somebody has just changed something, and waits to see it.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Photo | Self::Project | Self::Job)
    }
}

/// A message about an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrgMessage {
    pub org: u32,
    pub look: Look,
    /// When it was caused.
    pub since: Time,
    /// How often it was put off.
    pub tries: u32,
    /// It is in the `retry` queue.
    pub is_put_off: bool,
    /// It waited in a row for CompanyCam to answer.
    pub was_parked: bool,
}

impl Message for OrgMessage {
    fn group(&self) -> u32 {
        self.org
    }
}
