//! *Find* by words: projects that have a row, those that only CompanyCam has, and jobs.

use decide::fields::project_fields;
use decide::location::normalized;
use model::organization::{ConnectionState, Organization};
use model::project::{ProjectFields, ProjectRow};
use one_click::Job;
use runtime::App;
use web::ErrorPage;

use super::remote::{self, Unreachable};
use super::{Answer, Found, is_about, job_state, of_project, states};

/// How many projects are shown.
const MOST_HITS: usize = 10;
/// How many rows are gone through here, newest first. CompanyCam looks among older ones, by name and street,
/// and One Click among their jobs.
const AMONG: usize = 200;

pub async fn by_words(
    app: &App,
    organization: &Organization,
    text: &str,
) -> Result<Found, ErrorPage> {
    let words = normalized(text);
    if words.is_empty() {
        return Ok(Found::note("Enter at least one letter or number."));
    }
    let org = &organization.org_id;
    let number = telephone(text);
    let holds = |row: &ProjectRow| {
        let fields = row.wanted.as_ref().or(row.seen.as_ref());
        fields.is_some_and(|fields| {
            let phone = fields.contact_phone.as_deref().unwrap_or_default();
            in_words(fields).contains(&words)
                || number
                    .as_ref()
                    .is_some_and(|number| digits(phone).contains(number))
        })
    };
    let projects = app.store.find_projects(org, holds, MOST_HITS, AMONG);
    let (projects, jobs) =
        futures::join!(Box::pin(projects), Box::pin(remote::jobs(app, org, text)));
    let (rows, more) = projects?;
    let mut answers: Vec<_> = rows
        .iter()
        .map(|row| states::project(row, organization, None, app.clock.now_s()))
        .collect();
    let one_click_is_silent = jobs.is_err();
    for job in jobs.unwrap_or_default() {
        of_found_job(app, organization, &job, &mut answers).await?;
    }
    let mut companycam_is_silent = false;
    if rows.is_empty() || (more && rows.len() < MOST_HITS) {
        match remote::projects(app, organization, text).await {
            Ok(mut found) => {
                found.retain(|project| in_words(&project_fields(project)).contains(&words));
                for project in found.iter().take(MOST_HITS) {
                    of_found_project(app, organization, project, &mut answers).await?;
                }
            }
            Err(Unreachable) => companycam_is_silent = true,
        }
    }
    let silent = match (one_click_is_silent, companycam_is_silent) {
        (false, false) => None,
        (true, false) => Some("One Click couldn’t be asked just now for jobs."),
        (_, true) if organization.state != ConnectionState::Connected => {
            Some("CompanyCam can’t be asked for other projects until it’s connected again.")
        }
        (false, true) => Some("CompanyCam couldn’t be asked just now for other projects."),
        (true, true) => Some("Neither CompanyCam nor One Click could be asked just now."),
    };
    let note = match (answers.is_empty(), silent) {
        (true, None) => Some(format!(
            "No project has “{text}” in its name, contact or address, and no job in One Click. {}",
            states::NOT_LISTED
        )),
        (true, Some(silent)) => Some(format!(
            "No project has “{text}” in its name, contact or address. {silent} {}",
            states::NOT_LISTED
        )),
        (false, _) if answers.len() >= MOST_HITS => Some(
            "There may be more results. Enter more of the name or address, or an ID or link."
                .to_owned(),
        ),
        (false, Some(silent)) => Some(format!("There may be more results. {silent}")),
        (false, None) => None,
    };
    Ok(Found { answers, note })
}

/// Adds what is known of a project that CompanyCam found, unless it is there already.
async fn of_found_project(
    app: &App,
    organization: &Organization,
    project: &companycam::Project,
    answers: &mut Vec<Answer>,
) -> Result<(), ErrorPage> {
    if answers.iter().any(|answer| is_about(answer, &project.id)) {
        return Ok(());
    }
    let known = of_project(app, organization, &project.id).await?;
    answers.push(known.unwrap_or_else(|| remote::project_state(project, app.clock.now_s())));
    Ok(())
}

/// Adds what is known of a job that One Click found, unless it is there with its project.
async fn of_found_job(
    app: &App,
    organization: &Organization,
    job: &Job,
    answers: &mut Vec<Answer>,
) -> Result<(), ErrorPage> {
    let (store, org) = (&app.store, &organization.org_id);
    if let Some(row) = store.job(org, &job.id).await? {
        if !answers
            .iter()
            .any(|answer| is_about(answer, &row.project_id))
        {
            answers.extend(of_project(app, organization, &row.project_id).await?);
        }
        return Ok(());
    }
    let claim = store.claim(org, &job.id).await?;
    let address = [&job.address.line_1, &job.address.city].map(String::as_str);
    let address: Vec<_> = address
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    answers.push(Answer {
        what: format!("Job of “{}” ({})", job.customer_name, job.id),
        about: Some(address.join(", ")).filter(|about| !about.is_empty()),
        job: Some(job.id.clone()),
        ..job_state(&job.id, claim.as_ref(), organization)
    });
    Ok(())
}

/// The digits, if the text is a telephone number or the better part of one.
fn telephone(text: &str) -> Option<String> {
    let is_number = text
        .chars()
        .all(|letter| letter.is_ascii_digit() || " ()+-./".contains(letter));
    Some(digits(text)).filter(|digits| is_number && digits.len() >= 7)
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// What people would look a project up by.
fn in_words(fields: &ProjectFields) -> String {
    let parts = [
        &fields.name,
        &fields.contact_name,
        &fields.contact_email,
        &fields.street_address_1,
        &fields.street_address_2,
        &fields.city,
        &fields.state,
        &fields.postal_code,
    ];
    let parts: Vec<_> = parts
        .into_iter()
        .flatten()
        .map(|part| normalized(part))
        .collect();
    parts.join(" ")
}
