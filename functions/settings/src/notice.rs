//! What the tab says after a form: a fixed sentence for each code in the address, so that nobody can
//! make the page say something else.

/// Something that was just done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Back from CompanyCam.
    Connected,
    /// The preferences are saved.
    Saved,
    /// A user's match was changed.
    UserSaved,
    /// The suggested matches were accepted.
    SuggestionsSaved,
    /// Some of them were.
    SomeSuggestionsSaved,
    /// None of them is suggested any more.
    NoSuggestion,
    /// A sync began.
    SyncStarted,
    /// One was running already.
    SyncRunning,
    /// A sync was ended.
    SyncCancelled,
    /// There was none to end.
    NoSync,
    /// Nothing happens until somebody resumes it.
    Paused,
    /// It goes on.
    Resumed,
    /// The connection is gone.
    Disconnected,
    /// Something that failed is looked at once more.
    Retried,
    /// Nothing there can be tried again.
    NothingToRetry,
    /// Nobody wants to see it any more.
    Dismissed,
    /// A deleted job gets a successor.
    BroughtBack,
    /// It has one already.
    HasJob,
    /// A project is being linked to the job that somebody named.
    Linking,
    /// The link is ended.
    Unlinked,
    /// What is missing on the job is copied again.
    CopyingMissing,
    /// A job is being made of the project.
    CreatingJob,
    /// A project is being made of the job.
    CreatingProject,
    /// Nothing is written any more.
    Watching,
    /// Everything is done again.
    Live,
    /// A project is a job that is there.
    Same,
    /// The same, and the job that was made of it stays.
    SameKept,
    /// It is another.
    Another,
    /// A sync is being undone.
    Undoing,
    /// Recent jobs get projects.
    Pushing,
    /// It was so before.
    AlreadySo,
    /// What CompanyCam no longer shows is taken to be gone.
    TakenAsGone,
    /// It is taken to be there, only not seen.
    TakenAsUnseen,
    /// There was no question to answer.
    NoQuestion,
}

const ALL: [(&str, Notice, &str); 34] = [
    (
        "connected",
        Notice::Connected,
        "CompanyCam is connected. We’re importing your projects and photos.",
    ),
    ("saved", Notice::Saved, "Your preferences are saved."),
    (
        "user-saved",
        Notice::UserSaved,
        "The user's match is saved.",
    ),
    (
        "suggestions-saved",
        Notice::SuggestionsSaved,
        "The suggested matches are saved.",
    ),
    (
        "some-suggestions-saved",
        Notice::SomeSuggestionsSaved,
        "Some of the suggested matches are saved. The others changed in the meantime; please review them.",
    ),
    (
        "no-suggestion",
        Notice::NoSuggestion,
        "These suggestions are out of date, so nothing was changed. Please review the current ones.",
    ),
    ("sync-started", Notice::SyncStarted, "The sync has started."),
    (
        "sync-running",
        Notice::SyncRunning,
        "A sync is already running.",
    ),
    (
        "sync-cancelled",
        Notice::SyncCancelled,
        "The sync was canceled. Anything already found will still be imported.",
    ),
    (
        "no-sync",
        Notice::NoSync,
        "No sync is running, so there was nothing to cancel.",
    ),
    (
        "retried",
        Notice::Retried,
        "Trying again. The result will show under Activity shortly.",
    ),
    (
        "nothing-to-retry",
        Notice::NothingToRetry,
        "There is nothing left to retry.",
    ),
    (
        "dismissed",
        Notice::Dismissed,
        "Dismissed. It stays in the activity.",
    ),
    (
        "brought-back",
        Notice::BroughtBack,
        "A new job is being created from the project, with all its photos. It will show under Activity shortly.",
    ),
    (
        "has-job",
        Notice::HasJob,
        "This project already has a job, or is skipped for another reason.",
    ),
    (
        "linking",
        Notice::Linking,
        "The project is being linked to the job. Reload this page in a moment.",
    ),
    (
        "unlinked",
        Notice::Unlinked,
        "The project and its job are no longer linked.",
    ),
    (
        "copying-missing",
        Notice::CopyingMissing,
        "Missing photos and documents are being copied again. Reload this page in a moment.",
    ),
    (
        "creating-job",
        Notice::CreatingJob,
        "The job is being created. Reload this page in a moment.",
    ),
    (
        "creating-project",
        Notice::CreatingProject,
        "The project is being created. Reload this page in a moment.",
    ),
    (
        "watching",
        Notice::Watching,
        "Watch only is on. Nothing is written in CompanyCam or One Click until you switch to live.",
    ),
    (
        "live",
        Notice::Live,
        "You’re live. What was found while watching is being done now.",
    ),
    (
        "same",
        Notice::Same,
        "The project is being linked to that job.",
    ),
    (
        "same-kept",
        Notice::SameKept,
        "The project is being linked to that job. The job we created stays, because someone has worked on it.",
    ),
    (
        "another",
        Notice::Another,
        "Thank you. The project keeps, or gets, a job of its own.",
    ),
    (
        "undoing",
        Notice::Undoing,
        "The sync is being undone. Reload this page to see how far it is.",
    ),
    (
        "pushing",
        Notice::Pushing,
        "The jobs are being pushed to CompanyCam. The result will show under Activity shortly.",
    ),
    (
        "already-so",
        Notice::AlreadySo,
        "Nothing to do: it was like that already.",
    ),
    (
        "taken-as-gone",
        Notice::TakenAsGone,
        "Thank you. Each is checked once more, and what’s gone is handled in One Click as your preferences say.",
    ),
    (
        "taken-as-unseen",
        Notice::TakenAsUnseen,
        "Thank you. Everything stays in One Click as it is. To see all projects again, have an administrator of CompanyCam connect.",
    ),
    (
        "no-question",
        Notice::NoQuestion,
        "This was answered already, or CompanyCam shows everything again.",
    ),
    (
        "paused",
        Notice::Paused,
        "Syncing is paused. Nothing is created, copied or changed until you resume it.",
    ),
    (
        "resumed",
        Notice::Resumed,
        "Syncing has resumed. Everything that happened in the meantime is on its way.",
    ),
    (
        "disconnected",
        Notice::Disconnected,
        "CompanyCam is disconnected. Jobs and photos stay in One Click.",
    ),
];

impl Notice {
    /// The notice of that code.
    pub fn parse(code: &str) -> Option<Self> {
        ALL.iter()
            .find(|(known, ..)| *known == code)
            .map(|(_, notice, _)| *notice)
    }

    /// Its code in the address.
    pub fn code(self) -> &'static str {
        ALL.iter()
            .find(|(_, notice, _)| *notice == self)
            .map_or("", |(code, ..)| code)
    }

    /// Its sentence.
    pub fn text(self) -> &'static str {
        ALL.iter()
            .find(|(_, notice, _)| *notice == self)
            .map_or("", |(.., text)| text)
    }
}
