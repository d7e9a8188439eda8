//! What to do about a job (B9, B11, B21).

use jiff::Timestamp;
use model::job::JobRow;
use model::preferences::{Preference, Preferences};
use model::project::ProjectFields;
use one_click::{Job, UserId};

use super::relations;

/// How long another system's importer has to make the project, or the job, itself: it runs every 15
/// minutes.
pub const IMPORTER_S: i64 = 20 * 60;

/// For how many seconds another system, whose id the project carries, may still be about to import its job.
pub fn importer_wait_s(project: &ProjectFields, now: i64) -> Option<i64> {
    let mut kinds = project.integrations.keys();
    let has_importer = kinds.any(|kind| relations::is_importer(kind));
    let wait_s = project.created_at + IMPORTER_S - now;
    (has_importer && wait_s > 0).then_some(wait_s)
}

/// The next step for a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobStep {
    /// Nothing is to be done.
    Nothing,
    /// It is linked, and its project is not assigned yet, or the job does not know its project.
    Finish,
    /// It is linked, and assigned to somebody else than when we last looked, or was while that look
    /// was cut off.
    Reassign,
    /// It is linked to a project that was made from it, and has further users who are not on that yet (B44).
    AddUsers,
    /// Look at it again then (Unix seconds): another system's importer may make its project.
    Wait(i64),
    /// Find or create its project.
    CreateProject,
}

/// Decides, from the job's link, if any, and the job as it is now.
pub fn job_step(link: Option<&JobRow>, job: &Job, preferences: &Preferences, now: i64) -> JobStep {
    if let Some(link) = link {
        return if link.unfinished {
            JobStep::Finish
        } else if link.reassigning || link.assignee != job.assigned_user_id {
            JobStep::Reassign
        } else if link.from_job && further_users(link, job).next().is_some() {
            JobStep::AddUsers
        } else {
            JobStep::Nothing
        };
    }
    // Made from a project, which its own look links: whatever comes first, it makes no other (B21).
    if relations::named_project(job).is_some() {
        return JobStep::Nothing;
    }
    let covered = preferences.has(Preference::CreateProjectFromJob)
        && preferences
            .create_project_from_job_since()
            .is_some_and(|since| is_created_since(job, since));
    if !covered {
        return JobStep::Nothing;
    }
    let until = job.created_at.as_second() + IMPORTER_S;
    if is_imported(job) && now < until {
        JobStep::Wait(until)
    } else {
        JobStep::CreateProject
    }
}

/// The next step for a job without a project that an administrator wants to have one.
pub fn wanted_step(job: &Job, now: i64) -> JobStep {
    let always = Preferences::default().creating_projects_since(Some(Timestamp::UNIX_EPOCH));
    job_step(None, job, &always, now)
}

/// The job's further users who were not added to its project so far.
pub fn further_users<'a>(link: &'a JobRow, job: &'a Job) -> impl Iterator<Item = &'a UserId> {
    let users = job.additional_user_ids.iter();
    users.filter(|user| !link.joined.contains(user) && job.assigned_user_id.as_ref() != Some(user))
}

/// Whether the job was created after that, as far as can be told: its time may be cut off to the second, or
/// to the millisecond.
fn is_created_since(job: &Job, since: Timestamp) -> bool {
    let created_at = job.created_at;
    let nanoseconds = created_at.subsec_nanosecond();
    created_at >= since
        || (nanoseconds == 0 && created_at.as_second() == since.as_second())
        || (nanoseconds % 1_000_000 == 0 && created_at.as_millisecond() == since.as_millisecond())
}

/// Whether another system's importer made the job.
fn is_imported(job: &Job) -> bool {
    relations::of_job(job).next().is_some()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn job(changes: &Value) -> Job {
        let mut job = json!({
            "id": "j1", "organization_id": "o1", "assigned_user_id": "u1",
            "created_at": "1970-01-01T00:16:40Z",
        });
        for (key, value) in changes.as_object().unwrap() {
            job[key] = value.clone();
        }
        serde_json::from_value(job).unwrap()
    }

    fn link(assignee: Option<&str>, unfinished: bool) -> JobRow {
        serde_json::from_value(json!({
            "org_id": "o1", "sk": "job#j1", "job_id": "j1", "project_id": "7", "assignee": assignee, "unfinished": unfinished,
        }))
        .unwrap()
    }

    fn since(at: i64) -> Preferences {
        Preferences::default().creating_projects_since(Timestamp::from_second(at).ok())
    }

    #[test]
    fn b9_jobs_created_after_it_was_switched_on_are_covered() {
        let step = |preferences: &Preferences| job_step(None, &job(&json!({})), preferences, 1001);
        assert_eq!(step(&since(1000)), JobStep::CreateProject);
        assert_eq!(step(&since(1001)), JobStep::Nothing);
        assert_eq!(step(&Preferences::default()), JobStep::Nothing);
        let within = |millisecond: i64| {
            since(0).creating_projects_since(Timestamp::from_millisecond(millisecond).ok())
        };
        assert_eq!(
            step(&within(1_000_400)),
            JobStep::CreateProject,
            "a job's time may be cut off to the second"
        );
        let exact = job(&json!({"created_at": "1970-01-01T00:16:40.300Z"}));
        let step_exact = |preferences| job_step(None, &exact, &preferences, 1001);
        assert_eq!(step_exact(within(1_000_400)), JobStep::Nothing);
        assert_eq!(step_exact(within(1_000_200)), JobStep::CreateProject);
        let later = Timestamp::from_nanosecond(1_000_300_900_000).unwrap();
        let within_it = since(0).creating_projects_since(Some(later));
        assert_eq!(
            step_exact(within_it),
            JobStep::CreateProject,
            "or to the millisecond"
        );
        let off = since(900).with(Preference::CreateProjectFromJob, false);
        assert_eq!(step(&off), JobStep::Nothing);
    }

    #[test]
    fn b21_a_job_made_from_a_project_makes_no_other() {
        let ours = job(&json!({"metadata": {"cc_project_id": "7"}}));
        assert_eq!(job_step(None, &ours, &since(0), 1001), JobStep::Nothing);
    }

    #[test]
    fn b21_an_imported_job_waits_twenty_minutes() {
        for key in [
            "job_nimbus_job_id",
            "job_nimbus_contact_id",
            "jobprogress_job_id",
        ] {
            let imported = job(&json!({"metadata": {key: "x"}}));
            let step = |now| job_step(None, &imported, &since(0), now);
            assert_eq!(step(1001), JobStep::Wait(2200), "{key}");
            assert_eq!(step(2200), JobStep::CreateProject, "{key}");
        }
    }

    #[test]
    fn b21_a_job_with_blank_ids_of_other_systems_does_not_wait() {
        for blank in [json!(null), json!(""), json!("  ")] {
            let blanks = json!({"job_nimbus_job_id": blank, "cc_project_id": blank});
            let job = job(&json!({"metadata": blanks}));
            let step = job_step(None, &job, &since(0), 1001);
            assert_eq!(step, JobStep::CreateProject, "{blank}");
        }
    }

    #[test]
    fn b23_a_linked_job_is_looked_at_when_its_assignee_changed() {
        let step = |link: &JobRow| job_step(Some(link), &job(&json!({})), &since(0), 1001);
        assert_eq!(step(&link(Some("u1"), false)), JobStep::Nothing);
        assert_eq!(step(&link(Some("u2"), false)), JobStep::Reassign);
        assert_eq!(step(&link(None, false)), JobStep::Reassign);
        assert_eq!(step(&link(Some("u1"), true)), JobStep::Finish);
        let mut cut_off = link(Some("u1"), false);
        cut_off.reassigning = true;
        assert_eq!(step(&cut_off), JobStep::Reassign);
    }
}
