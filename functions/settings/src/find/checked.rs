//! How something is right now. That a file is on its job is said only where One Click has just said so (B39).

use companycam::Photo;
use model::file::{FileId, FileRow};
use model::organization::Organization;
use model::preferences::Preference;
use runtime::App;
use web::ErrorPage;

use super::remote::{self, Unreachable};
use super::states::answer;
use super::{Act, Answer, Tone};
use crate::subject::{on_job, read};

/// What CompanyCam says of a file.
enum Shown {
    Photo(Box<Photo>),
    /// It shows no such photo, or one that was deleted.
    Gone,
    /// It could not be asked; or it is a document, of which it says nothing by itself.
    NotAsked,
}

async fn shown(app: &App, organization: &Organization, file: &FileId) -> Shown {
    let FileId::Photo(id) = file else {
        return Shown::NotAsked;
    };
    match Box::pin(remote::photo_itself(app, organization, id)).await {
        Ok(Some(photo)) if !photo.is_deleted() => Shown::Photo(Box::new(photo)),
        Ok(_) => Shown::Gone,
        Err(Unreachable) => Shown::NotAsked,
    }
}

/// What is said now of a file that was copied, or is wanted on no job; `told`: what its row says.
pub async fn file(app: &App, organization: &Organization, row: &FileRow, told: Answer) -> Answer {
    let Some(job) = &row.wanted.job_id else {
        let text = why_on_no_job(&shown(app, organization, &row.id).await);
        return Answer {
            text: text.to_owned(),
            ..told
        };
    };
    let (on_job, shown) = futures::join!(
        Box::pin(remote::is_on_job(app, &organization.org_id, job, &row.id)),
        shown(app, organization, &row.id),
    );
    let gone = matches!(shown, Shown::Gone);
    let said = copied(told.what.clone(), on_job, gone, organization);
    let act = (said.state == NOT_ON_JOB).then(|| Act::CopyAgain(row.id.clone()));
    Answer {
        about: told.about,
        project: told.project,
        photo: told.photo,
        job: told.job,
        act,
        ..said
    }
}

const NOT_ON_JOB: &str = "Not on the job";

fn copied(
    what: String,
    on_job: Result<bool, Unreachable>,
    gone: bool,
    organization: &Organization,
) -> Answer {
    let removes = organization
        .preferences
        .has(Preference::RemoveDeletedPhotos);
    match (on_job, gone) {
        (Ok(true), false) => answer(what, "On the job", Tone::Good, "It’s on its job."),
        (Ok(true), true) if removes => answer(
            what,
            "Deleted in CompanyCam",
            Tone::Warn,
            "It was deleted in CompanyCam. Its copy is on the job until the nightly check removes it.",
        ),
        (Ok(true), true) => answer(
            what,
            "Deleted in CompanyCam",
            Tone::Warn,
            "It was deleted in CompanyCam. Its copy stays on the job: removing deleted photos is off.",
        ),
        (Ok(false), true) => answer(
            what,
            "Deleted",
            Tone::Plain,
            "It was deleted in CompanyCam, and isn’t on the job any more.",
        ),
        (Ok(false), false) => answer(
            what,
            NOT_ON_JOB,
            Tone::Bad,
            "It was copied to the job, and has since been deleted in One Click.",
        ),
        (Err(Unreachable), _) => answer(
            what,
            "Copied",
            Tone::Plain,
            "It was copied to its job. One Click couldn’t be asked just now whether it’s still there.",
        ),
    }
}

fn why_on_no_job(shown: &Shown) -> &'static str {
    match shown {
        Shown::Gone => "It belongs on no job: it was deleted in CompanyCam.",
        Shown::Photo(photo) if photo.internal => {
            "It belongs on no job: it’s marked internal in CompanyCam."
        }
        Shown::Photo(_) => "It belongs on no job: its project has none.",
        Shown::NotAsked => {
            "It belongs on no job: it’s marked internal in CompanyCam, was deleted there, or its project has no job."
        }
    }
}

/// How many of a linked project's photos are on its job.
pub async fn project(
    app: &App,
    organization: &Organization,
    told: Answer,
) -> Result<Answer, ErrorPage> {
    let Some(id) = told.project.as_ref().filter(|_| told.job.is_some()) else {
        return Ok(told);
    };
    let read = Box::pin(read(app, organization, id)).await?;
    if read.companycam.is_err() || read.one_click.is_err() {
        let text = format!("{} Its photos couldn’t be counted just now.", told.text);
        return Ok(Answer { text, ..told });
    }
    if matches!(read.one_click, Ok(None)) {
        return Ok(Answer {
            tone: Tone::Bad,
            state: "Job deleted",
            text: "One Click no longer has its job. Open Details to create a new one, or to link another."
                .to_owned(),
            ..told
        });
    }
    let photos = read.photos(organization);
    let there = on_job(&photos);
    let mut text = format!(
        "{} {there} of {} photos are on the job.",
        told.text,
        photos.len()
    );
    if there == photos.len() {
        return Ok(Answer { text, ..told });
    }
    text.push_str(" Open Details for what is missing, and why.");
    Ok(Answer {
        tone: Tone::Warn,
        text,
        ..told
    })
}
