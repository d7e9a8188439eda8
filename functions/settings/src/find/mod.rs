//! *Find* (B25): what is known of a project, a photo or a job, whichever way it is named.
//!
//! Only this organization's own rows are read, and the two sides are asked about its own only, so
//! nothing of another can be found (B28).

pub mod card;
mod checked;
mod query;
mod remote;
mod states;
mod words;

use companycam::ids::{DocumentId, PhotoId, ProjectId};
use model::file::FileId;
use model::job::{JobClaim, Said};
use model::organization::{ConnectionState, Organization};
use model::project::{ProjectRow, SkipReason};
use model::retry::RetryTarget;
use one_click::JobId;
use runtime::App;
use web::ErrorPage;

use query::Query;
use remote::Unreachable;
use words::by_words;

/// What can be done about it from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Try the photo or document again.
    RetryFile(FileId),
    /// Copy the photo or document again, which somebody deleted on its job.
    CopyAgain(FileId),
    /// Try the project again.
    RetryProject(ProjectId),
    /// Try the job again.
    RetryJob(JobId),
    /// Make another job of the project.
    BringBack(ProjectId),
    /// Bring it over with a sync.
    Sync,
    /// Match somebody.
    Users,
    /// Change a preference.
    Preferences,
}

/// How it stands, for the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Left alone, or on its way.
    Warn,
    /// Something is to be done.
    Bad,
    /// Nothing is known.
    Plain,
}

/// What is known of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it is.
    pub what: String,
    /// What tells it from others of its name.
    pub about: Option<String>,
    /// Its state in a word or two.
    pub state: &'static str,
    /// For the eye.
    pub tone: Tone,
    /// Its state, why, and what to do, in plain words.
    pub text: String,
    /// The project, where it leads somewhere.
    pub project: Option<ProjectId>,
    /// The photo, likewise.
    pub photo: Option<PhotoId>,
    /// The job, likewise.
    pub job: Option<JobId>,
    /// What can be done.
    pub act: Option<Act>,
}

/// What came of looking.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// What is known.
    pub answers: Vec<Answer>,
    /// What else is to be said.
    pub note: Option<String>,
}

impl Found {
    fn note(text: impl Into<String>) -> Self {
        Self {
            answers: Vec::new(),
            note: Some(text.into()),
        }
    }
}

/// An answer that leads nowhere.
pub fn plain(state: &'static str, tone: Tone, text: &str) -> Answer {
    states::answer(String::new(), state, tone, text)
}

/// How a project stands, as far as its row says.
pub fn project_state(row: &ProjectRow, organization: &Organization, now: i64) -> Answer {
    states::project(row, organization, None, now)
}

/// Why a project is, or would be, left alone; `created_at`: the project's, in Unix seconds.
pub fn why_skipped(reason: SkipReason, created_at: i64, now: i64) -> String {
    states::skipped(Some(reason), created_at, now, String::new()).text
}

/// How a job stands that has no project.
pub fn job_state(id: &JobId, claim: Option<&JobClaim>, organization: &Organization) -> Answer {
    let open = claim.filter(|claim| claim.claimed_at.is_some() || claim.set_aside.is_some());
    match (open, claim.and_then(|claim| claim.said)) {
        (Some(claim), _) => states::claim(claim, organization, None),
        (None, Some(Said::LeaveAlone)) => plain(
            "Unlinked",
            Tone::Plain,
            "It was unlinked from its project by hand, so it gets no other by itself.",
        ),
        (None, Some(Said::Undone)) => plain(
            "Unlinked",
            Tone::Plain,
            "The sync that linked it was undone, so it gets no project by itself.",
        ),
        (None, Some(Said::CreateProject)) => {
            plain("Waiting", Tone::Warn, "Its project is being created.")
        }
        (None, None) => states::unknown_job(id, organization),
    }
}

/// The job that a text names: its id, or a link to it.
pub fn job_named(text: &str) -> Option<JobId> {
    match Query::parse(text) {
        Query::Link { job, .. } => job,
        Query::Id(id) => JobId::parse(&id).ok(),
        Query::Nothing | Query::TooLong | Query::OtherLink | Query::Words(_) => None,
    }
}

/// Looks for it.
pub async fn find(app: &App, organization: &Organization, text: &str) -> Result<Found, ErrorPage> {
    let mut found = match Query::parse(text) {
        Query::Nothing => Ok(Found::note(
            "Enter a customer, an address, a link, or an ID.",
        )),
        Query::TooLong => Ok(Found::note(
            "That’s too long. Enter a customer, an address, a link, or an ID.",
        )),
        Query::OtherLink => Ok(Found::note(
            "This link isn’t to a project, photo, or job. Copy the link to a project or photo in CompanyCam, or to a job in One Click.",
        )),
        Query::Link {
            project,
            photo,
            job,
        } => linked(app, organization, project, photo, job).await,
        Query::Id(id) => by_id(app, organization, &id).await,
        Query::Words(words) => by_words(app, organization, &words).await,
    }?;
    // The photos of one are counted; of several somebody picks one first.
    let is_linked = |told: &Answer| {
        told.photo.is_none() && told.project.is_some() && told.state == states::LINKED
    };
    let mut linked = (0..found.answers.len()).filter(|index| is_linked(&found.answers[*index]));
    let one = linked.next().filter(|_| linked.next().is_none());
    if let Some(index) = one.filter(|_| organization.state == ConnectionState::Connected) {
        let told = found.answers.remove(index);
        let counted = checked::project(app, organization, told).await?;
        found.answers.insert(index, counted);
    }
    Ok(found)
}

async fn linked(
    app: &App,
    organization: &Organization,
    project: Option<ProjectId>,
    photo: Option<PhotoId>,
    job: Option<JobId>,
) -> Result<Found, ErrorPage> {
    let mut answers = Vec::new();
    if let Some(id) = &photo {
        let known = of_file(app, organization, &id.into()).await?;
        if known.is_empty() {
            match asked_photo(app, organization, id).await? {
                Ok(told) => answers.extend(told),
                Err(Unreachable) => answers.push(states::unknown_photo(id)),
            }
        }
        answers.extend(known);
    }
    if let Some(id) = &project
        && !answers.iter().any(|answer| is_about(answer, id))
    {
        answers.push(whole_project(app, organization, id).await?);
    }
    if let Some(id) = &job {
        let known = of_job(app, organization, id).await?;
        if known.is_empty() {
            let there = remote::has_job(app, &organization.org_id, id).await;
            answers.push(match there {
                Ok(false) => states::no_such_job(id, organization),
                Ok(true) | Err(Unreachable) => states::unknown_job(id, organization),
            });
        }
        answers.extend(known);
    }
    Ok(Found {
        answers,
        note: None,
    })
}

fn is_about(answer: &Answer, id: &ProjectId) -> bool {
    answer.photo.is_none() && answer.project.as_ref() == Some(id)
}

/// An id says not of what: a project, a photo, a document and a job may even have the same.
async fn by_id(app: &App, organization: &Organization, id: &str) -> Result<Found, ErrorPage> {
    let mut answers = Vec::new();
    if let Ok(id) = ProjectId::parse(id) {
        answers.extend(of_project(app, organization, &id).await?);
    }
    if let Ok(id) = PhotoId::parse(id) {
        answers.extend(of_file(app, organization, &FileId::Photo(id)).await?);
    }
    if let Ok(id) = DocumentId::parse(id) {
        answers.extend(of_file(app, organization, &FileId::Document(id)).await?);
    }
    if let Ok(id) = JobId::parse(id) {
        answers.extend(of_job(app, organization, &id).await?);
    }
    if !answers.is_empty() {
        return Ok(Found {
            answers,
            note: None,
        });
    }
    let mut found = by_words(app, organization, id).await?;
    if found.answers.is_empty() {
        let (answers, silent) = whether_companycam_has_it(app, organization, id).await?;
        if !answers.is_empty() {
            return Ok(Found {
                answers,
                note: None,
            });
        }
        if silent {
            found.note = Some(format!(
                "“{id}” is not known here, and CompanyCam couldn’t be asked just now. Try again in a minute."
            ));
            return Ok(found);
        }
        found.note = Some(format!(
            "“{id}” is not known here, neither as a project, photo, document or job nor in a project’s name or address. {}",
            states::NOT_LISTED
        ));
    }
    Ok(found)
}

/// What CompanyCam says of a number that is not known here; nothing if it knows none either. Whether
/// it could not be asked.
async fn whether_companycam_has_it(
    app: &App,
    organization: &Organization,
    id: &str,
) -> Result<(Vec<Answer>, bool), ErrorPage> {
    // It has numbers only.
    let is_number = id.bytes().all(|byte| byte.is_ascii_digit());
    let (Ok(photo), Ok(project), true) = (PhotoId::parse(id), ProjectId::parse(id), is_number)
    else {
        return Ok((Vec::new(), false));
    };
    let Ok(mut answers) = asked_photo(app, organization, &photo).await? else {
        return Ok((Vec::new(), true));
    };
    let Ok(told) = remote::project(app, organization, &project).await else {
        return Ok((Vec::new(), true));
    };
    answers.push(told);
    answers.retain(|answer| answer.project.is_some());
    Ok((answers, false))
}

/// What CompanyCam says of a photo that is not known here, with its project's state.
async fn asked_photo(
    app: &App,
    organization: &Organization,
    id: &PhotoId,
) -> Result<Result<Vec<Answer>, Unreachable>, ErrorPage> {
    let said = match remote::photo(app, organization, id).await {
        Ok(said) => said,
        Err(silent) => return Ok(Err(silent)),
    };
    let project = said.project.clone();
    let mut answers = vec![said];
    if let Some(id) = project {
        answers.push(whole_project(app, organization, &id).await?);
    }
    Ok(Ok(answers))
}

/// A project's state, whoever knows it.
async fn whole_project(
    app: &App,
    organization: &Organization,
    id: &ProjectId,
) -> Result<Answer, ErrorPage> {
    if let Some(known) = of_project(app, organization, id).await? {
        return Ok(known);
    }
    let said = remote::project(app, organization, id).await;
    Ok(said.unwrap_or_else(|Unreachable| states::unknown_project(id)))
}

async fn of_project(
    app: &App,
    organization: &Organization,
    id: &ProjectId,
) -> Result<Option<Answer>, ErrorPage> {
    let Some(row) = app.store.project(&organization.org_id, id).await? else {
        return Ok(None);
    };
    let why = if row.set_aside.is_some() {
        let project_id = id.clone();
        let target = RetryTarget::Project { project_id };
        app.store
            .last_failure(&organization.org_id, &target)
            .await?
    } else {
        None
    };
    let why = why.map(|entry| entry.text);
    let now = app.clock.now_s();
    Ok(Some(states::project(
        &row,
        organization,
        why.as_deref(),
        now,
    )))
}

/// With the project's state too, where that is what the photo or document waits for.
async fn of_file(
    app: &App,
    organization: &Organization,
    id: &FileId,
) -> Result<Vec<Answer>, ErrorPage> {
    let Some(row) = app.store.file(&organization.org_id, id).await? else {
        return Ok(Vec::new());
    };
    let project = of_project(app, organization, &row.project_id).await?;
    let now_ms = app.clock.now_ms();
    let told = states::file(&row, organization, now_ms);
    let there = row.failed.is_none() && row.is_current();
    let rests = !row.is_pending() && !row.is_refused();
    let told = if there && rests && organization.state == ConnectionState::Connected {
        checked::file(app, organization, &row, told).await
    } else {
        told
    };
    let there = there && row.wanted.job_id.is_some();
    let mut answers = vec![told];
    answers.extend(project.filter(|_| !there));
    Ok(answers)
}

async fn of_job(
    app: &App,
    organization: &Organization,
    id: &JobId,
) -> Result<Vec<Answer>, ErrorPage> {
    let (store, org) = (&app.store, &organization.org_id);
    if let Some(row) = store.job(org, id).await? {
        let project = store.project(org, &row.project_id).await?;
        let mut answers = vec![states::job(&row, project.as_ref(), organization)];
        answers.extend(of_project(app, organization, &row.project_id).await?);
        return Ok(answers);
    }
    let Some(claim) = store.claim(org, id).await? else {
        return Ok(Vec::new());
    };
    if claim.claimed_at.is_none() && claim.set_aside.is_none() {
        return Ok(Vec::new());
    }
    let why = if claim.set_aside.is_some() {
        let job_id = id.clone();
        store
            .last_failure(org, &RetryTarget::Job { job_id })
            .await?
    } else {
        None
    };
    let why = why.map(|entry| entry.text);
    Ok(vec![states::claim(&claim, organization, why.as_deref())])
}
