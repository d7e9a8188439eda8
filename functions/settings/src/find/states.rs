//! Every state that a project, a photo or a job can be in, in plain words. `docs/OPERATIONS.md` has the
//! same for whoever reads the rows.

use companycam::ids::{PhotoId, ProjectId};
use decide::fields::customer_name;
use decide::job::IMPORTER_S;
use model::file::{FileId, FileRow};
use model::job::{JobClaim, JobRow};
use model::organization::{ConnectionState, Organization};
use model::pause::Side;
use model::preferences::Preference;
use model::project::{LinkState, ProjectFields, ProjectRow, SkipReason};
use one_click::JobId;

use super::{Act, Answer, Tone};

/// What it means that nothing is known.
pub const NOT_LISTED: &str =
    "It may be older than the last sync covered. Run a sync for a longer period to include it.";

/// The state of a project that has a job.
pub const LINKED: &str = "Linked";

/// An answer that leads nowhere yet.
pub fn answer(what: String, state: &'static str, tone: Tone, text: impl Into<String>) -> Answer {
    Answer {
        what,
        about: None,
        state,
        tone,
        text: text.into(),
        project: None,
        photo: None,
        job: None,
        act: None,
    }
}

/// What something waits for that has its turn coming.
fn waits(organization: &Organization, sides: &[Side]) -> String {
    if organization.state != ConnectionState::Connected {
        return "Waiting for the connection to CompanyCam. Reconnect and it will catch up."
            .to_owned();
    }
    let down = sides
        .iter()
        .find(|side| organization.down_since(**side).is_some());
    down.map_or_else(
        || "In line; no action needed.".to_owned(),
        |side| {
            let name = side.name();
            format!("It waits for {name}, which isn’t responding. It will continue automatically.")
        },
    )
}

fn rests(what: String) -> Answer {
    let text = "It belongs to a CompanyCam company that was connected before. It stays as it is until that company is connected again.";
    answer(what, "Paused", Tone::Plain, text)
}

/// A project; `why`: the reason why it was set aside, if that is still in the log.
pub fn project(
    row: &ProjectRow,
    organization: &Organization,
    why: Option<&str>,
    now: i64,
) -> Answer {
    let id = &row.project_id;
    let fields = row.wanted.as_ref().or(row.seen.as_ref());
    let what = fields.map_or_else(
        || format!("Project {id}"),
        |fields| format!("Project “{}” ({id})", customer_name(id, fields)),
    );
    if row.company_id != organization.company_id {
        return rests(what);
    }
    let told = project_state(row, organization, why, now, what);
    Answer {
        project: Some(id.clone()),
        about: fields.and_then(told_apart),
        ..told
    }
}

/// What tells a project from others of its name: its address and its contact.
fn told_apart(fields: &ProjectFields) -> Option<String> {
    let parts = [
        &fields.street_address_1,
        &fields.street_address_2,
        &fields.city,
        &fields.contact_name,
    ];
    let parts = parts.into_iter().flatten().map(|part| part.trim());
    let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn project_state(
    row: &ProjectRow,
    organization: &Organization,
    why: Option<&str>,
    now: i64,
    what: String,
) -> Answer {
    let id = &row.project_id;
    if row.set_aside.is_some() {
        let why =
            why.unwrap_or("It couldn’t be imported. The reason is no longer in the activity.");
        let text =
            format!("{why} We’ll try again when the project changes or when you run a sync.");
        return Answer {
            act: Some(Act::RetryProject(id.clone())),
            job: row.job_id.clone(),
            ..answer(what, "Failed", Tone::Bad, text)
        };
    }
    match row.state {
        LinkState::Linked => {
            let pending = row.wanted.is_some();
            let text = if pending {
                let waits = waits(organization, &Side::BOTH);
                format!("It’s linked to a job, and a change is still on its way. {waits}")
            } else {
                linked(row)
            };
            Answer {
                job: row.job_id.clone(),
                ..answer(what, LINKED, Tone::Good, text)
            }
        }
        LinkState::JobDeleted => {
            let text = "The job was deleted in One Click, so this project no longer syncs. Create a new job to get all its photos again; edits, estimates and documents of the old job don’t come back.";
            Answer {
                act: Some(Act::BringBack(id.clone())),
                ..answer(what, "Job deleted", Tone::Warn, text)
            }
        }
        LinkState::Unseen => answer(
            what,
            "Waiting",
            Tone::Warn,
            waits(organization, &Side::BOTH),
        ),
        // A look is on its way: what it finds counts, not what the last one did.
        LinkState::Skipped if row.wanted.is_some() => answer(
            what,
            "Waiting",
            Tone::Warn,
            waits(organization, &Side::BOTH),
        ),
        LinkState::Skipped => {
            let created_at = row.seen.as_ref().map_or(0, |seen| seen.created_at);
            skipped(row.reason, created_at, now, what)
        }
    }
}

fn linked(row: &ProjectRow) -> String {
    let seen = row.seen.as_ref();
    if seen.is_some_and(|seen| seen.deleted) {
        "It was deleted in CompanyCam. Its job stays, with what was copied before. If it was merged into another project, its photos are on that project’s job.".to_owned()
    } else if seen.is_some_and(|seen| seen.archived) {
        "It was archived in CompanyCam. Its job stays, and is still kept up to date.".to_owned()
    } else {
        "It’s linked to a job.".to_owned()
    }
}

/// A project without a job, and why; `created_at`: the project's, in Unix seconds.
pub fn skipped(reason: Option<SkipReason>, created_at: i64, now: i64, what: String) -> Answer {
    let (text, act) = match reason {
        Some(SkipReason::Deleted) => (
            "Skipped because it was deleted in CompanyCam, or merged into another project, before it had a job. If it was merged, search for the project that remains.".to_owned(),
            None,
        ),
        Some(SkipReason::Archived) => (
            "Skipped because it was archived in CompanyCam before it had a job. Restore it in CompanyCam to import it.".to_owned(),
            None,
        ),
        Some(SkipReason::ImportOff) => (
            "Skipped because creating jobs from projects was off. Turn that preference on, then run a sync.".to_owned(),
            Some(Act::Preferences),
        ),
        Some(SkipReason::NoMatchedUser) => (
            "Held until someone assigned to it is matched to a One Click user. Assign someone who is matched, or match one of its users under Users.".to_owned(),
            Some(Act::Users),
        ),
        Some(SkipReason::PossibleDuplicate) => (
            "It may be the same as a job with another name at its address. Say so under Needs attention; without an answer it gets a job of its own after a day.".to_owned(),
            None,
        ),
        Some(SkipReason::Watching) => (
            "It was compared while you only watch. Switch to live to import it.".to_owned(),
            None,
        ),
        Some(SkipReason::Undone) => (
            "The sync that gave it its job was undone. Create its job on its page, or run a sync, to import it again.".to_owned(),
            Some(Act::Sync),
        ),
        Some(SkipReason::Unlinked) => (
            "It was unlinked from its job by hand. Photos already on the job stay there. Link it to a job, or create a new one, on its page.".to_owned(),
            None,
        ),
        Some(SkipReason::WaitsForImporter) => {
            (importer(created_at + IMPORTER_S, now), Some(Act::Sync))
        }
        None => (
            "Skipped. Run a sync to check it again.".to_owned(),
            Some(Act::Sync),
        ),
    };
    let state = match reason {
        Some(
            SkipReason::WaitsForImporter
            | SkipReason::NoMatchedUser
            | SkipReason::PossibleDuplicate,
        ) => "Waiting",
        Some(SkipReason::Unlinked) => "Unlinked",
        _ => "Skipped",
    };
    Answer {
        act,
        ..answer(what, state, Tone::Warn, text)
    }
}

fn importer(until: i64, now: i64) -> String {
    if until > now {
        let minutes = (until - now + 59) / 60;
        format!(
            "It comes from another system, whose own importer may make its job. That has {minutes} more minutes; then we do."
        )
    } else {
        "It comes from another system, whose own importer had its time. It is looked at in a moment; if it stays like this, press Sync.".to_owned()
    }
}

/// A photo or document.
pub fn file(row: &FileRow, organization: &Organization, now_ms: i64) -> Answer {
    let (what, photo) = match &row.id {
        FileId::Photo(id) => (format!("Photo {id}"), Some(id.clone())),
        FileId::Document(id) => {
            let name = row.wanted.details.name.as_deref().unwrap_or_default();
            (format!("Document “{name}” ({id})"), None)
        }
    };
    Answer {
        project: Some(row.project_id.clone()),
        photo,
        ..file_state(row, organization, now_ms, what)
    }
}

fn file_state(row: &FileRow, organization: &Organization, now_ms: i64, what: String) -> Answer {
    if let Some(reason) = &row.failed {
        let text = format!(
            "It couldn’t be copied: {reason}. We’ll try again when it changes in CompanyCam."
        );
        return Answer {
            act: Some(Act::RetryFile(row.id.clone())),
            ..answer(what, "Failed", Tone::Bad, text)
        };
    }
    if let Some(refused) = row.refused.as_ref().filter(|_| row.is_refused()) {
        let text = format!(
            "Not accepted so far: {}. We try again automatically, at least once an hour.",
            refused.reason
        );
        return answer(what, "Waiting", Tone::Warn, text);
    }
    if row.is_pending() {
        let text = if row.lease_ms.is_some_and(|until| until > now_ms) {
            "It’s being copied right now.".to_owned()
        } else {
            waits(organization, &Side::BOTH)
        };
        return answer(what, "Waiting", Tone::Warn, text);
    }
    if !row.is_current() {
        let text = "It will be checked again. If it stays like this, CompanyCam no longer shows it; otherwise run a sync.";
        return Answer {
            act: Some(Act::Sync),
            ..answer(what, "Waiting", Tone::Warn, text)
        };
    }
    match &row.wanted.job_id {
        Some(job) => Answer {
            job: Some(job.clone()),
            ..answer(what, "Copied", Tone::Plain, "It was copied to its job.")
        },
        None => answer(
            what,
            "On no job",
            Tone::Warn,
            "It belongs on no job: it’s marked internal in CompanyCam, was deleted there, or its project has no job.",
        ),
    }
}

/// A linked job.
pub fn job(row: &JobRow, project: Option<&ProjectRow>, organization: &Organization) -> Answer {
    let what = format!("Job {}", row.job_id);
    let company = project.map(|project| &project.company_id);
    if company.is_some_and(|company| *company != organization.company_id) {
        return rests(what);
    }
    if project.is_some_and(|project| project.state == LinkState::JobDeleted) {
        let text = "It was deleted in One Click. Its project is below, and a new job can be created from it.";
        return answer(what, "Deleted", Tone::Warn, text);
    }
    let text = if row.unfinished {
        let waits = waits(organization, &Side::BOTH);
        format!(
            "It is linked to a project, which is still to be assigned, or the job to be told of it. {waits}"
        )
    } else {
        "It is linked to a project.".to_owned()
    };
    Answer {
        project: Some(row.project_id.clone()),
        job: Some(row.job_id.clone()),
        ..answer(what, "Linked", Tone::Good, text)
    }
}

/// A job that is getting a project, or could not get one; `why`: the reason, if still in the log.
pub fn claim(claim: &JobClaim, organization: &Organization, why: Option<&str>) -> Answer {
    let what = format!("Job {}", claim.job_id);
    let told = if claim.set_aside.is_some() {
        let why = why.unwrap_or(
            "It could not be brought to CompanyCam; why is not in the activity any more.",
        );
        let text = format!("{why} It is tried again when the job changes in One Click, or now.");
        Answer {
            act: Some(Act::RetryJob(claim.job_id.clone())),
            ..answer(what, "Failed", Tone::Bad, text)
        }
    } else {
        let waits = waits(organization, &[Side::CompanyCam]);
        let text = format!(
            "A project was asked for at CompanyCam, and the answer is missing. It is looked for there before it is asked for again, so that there is one only. {waits}"
        );
        answer(what, "Waiting", Tone::Warn, text)
    };
    Answer {
        job: Some(claim.job_id.clone()),
        ..told
    }
}

/// A project that has no row, and CompanyCam does not say more.
pub fn unknown_project(id: &ProjectId) -> Answer {
    let text = format!("CompanyCam couldn’t be asked just now. {NOT_LISTED}");
    Answer {
        act: Some(Act::Sync),
        ..answer(format!("Project {id}"), "Not known", Tone::Plain, text)
    }
}

/// A photo that has no row, and CompanyCam does not say more.
pub fn unknown_photo(id: &PhotoId) -> Answer {
    let text = "CompanyCam couldn’t be asked just now. The photo hasn’t been copied so far: CompanyCam is still processing it, it’s marked internal, it was deleted, or its project has no job here. New photos are found within 15 minutes. If its project hasn’t changed recently, run a sync for a longer period.";
    Answer {
        act: Some(Act::Sync),
        ..answer(format!("Photo {id}"), "Not known", Tone::Plain, text)
    }
}

/// A job that One Click does not have.
pub fn no_such_job(id: &JobId, organization: &Organization) -> Answer {
    let text = format!(
        "{} has no such job in One Click. It may be mistyped, deleted, or another organization’s.",
        organization.name
    );
    answer(format!("Job {id}"), "Not found", Tone::Warn, text)
}

/// A job without a link.
pub fn unknown_job(id: &JobId, organization: &Organization) -> Answer {
    let what = format!("Job {id}");
    let (text, act) = if organization
        .preferences
        .has(Preference::CreateProjectFromJob)
    {
        (
            "It has no project. It was created before creating projects from jobs was turned on; or another system imported it, which has 20 minutes to create the project too; or it hasn’t been checked yet, which happens within 15 minutes.",
            None,
        )
    } else {
        (
            "It has no project. Creating projects from jobs is off; when on, it covers jobs created after that.",
            Some(Act::Preferences),
        )
    };
    Answer {
        act,
        ..answer(what, "No project", Tone::Plain, text)
    }
}
