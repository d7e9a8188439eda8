//! Asking CompanyCam for the project of a job (B21, B22).

use std::time::Duration;

use companycam::{Address, Contact, NewProject, Project};
use decide::contact::emails;
use decide::relations::filled;
use model::pause::Side;
use model::project::ProjectFields;
use one_click::Job;
use runtime::{CallError, WorkError};
use store::jobs::Asking;

use super::users;
use crate::context::OrgContext;

/// A project whose request was lost is looked for no sooner: it may still be on its way.
pub const LOST_S: i64 = 10;
const UNTIL_FOUND: Duration = Duration::from_secs(LOST_S.unsigned_abs());

/// A job's project, and how it came.
pub struct Its {
    pub project: Project,
    /// What it was asked for with, if it was made for the job.
    pub asked: Option<ProjectFields>,
}

/// Asks for a new project. Claimed before, since CompanyCam knows no idempotency key (B22).
///
/// A contact that CompanyCam refuses does not cost the project: it is asked for without the e-mail
/// address, then without the contact (B27). What was refused made nothing. `before`: when an earlier
/// project was asked for that is nowhere.
pub async fn make(
    context: &OrgContext<'_>,
    job: &Job,
    mut before: Option<i64>,
) -> Result<Its, WorkError> {
    let org = context.org();
    let store = &context.app.store;
    let matches = users::matches(context).await?;
    let creator = job
        .created_by_user_id
        .as_ref()
        .and_then(|user| matches.companycam(user))
        .and_then(|user| user.email.as_deref());
    let whole = new_project(job);
    let mut smaller = with_less_contact(&whole).into_iter();
    let mut next = Some(whole);
    loop {
        let Some(new) = &next else {
            return Err(WorkError::transient("nothing was asked for"));
        };
        let (asked, at) = (asked(new), context.app.clock.now_s());
        let asking = Asking {
            asked: &asked,
            at,
            before,
        };
        if !store.claim_job(org, &job.id, asking).await? {
            return Err(maybe_on_its_way("somebody else asks for the project"));
        }
        before = Some(at);
        if store.job(org, &job.id).await?.is_some() {
            // Somebody else asked for it, and linked it, since it was looked for.
            store.drop_claim(org, &job.id).await?;
            return Err(maybe_on_its_way("somebody else has made the project"));
        }
        let made = context.companycam().create_project(new, creator).await;
        let failure = match made {
            Ok(project) => {
                let asked = Some(asked);
                return Ok(Its { project, asked });
            }
            Err(failure) => failure,
        };
        next = smaller.next().filter(|_| is_refused(&failure));
        if next.is_none() {
            return Err(not_made(context, job, failure).await?);
        }
    }
}

/// Whether CompanyCam refuses what the request says.
fn is_refused(failure: &CallError) -> bool {
    use companycam::Error;
    matches!(
        failure,
        CallError::CompanyCam(Error::Rejected {
            status: 400 | 422,
            ..
        })
    )
}

/// What a request for a project that failed comes to.
async fn not_made(
    context: &OrgContext<'_>,
    job: &Job,
    failure: CallError,
) -> Result<WorkError, WorkError> {
    let maybe_made = match &failure {
        CallError::CompanyCam(error) => error.maybe_took_effect(),
        // There was no token or no room: it was never asked for.
        CallError::NotMade(_) => false,
    };
    if maybe_made {
        // Whatever was the matter with the answer: looking for the project tells. Where that is the
        // answer to this job alone, time after time, it is an item that is refused (B35).
        return Ok(WorkError::Transient {
            after: Some(UNTIL_FOUND),
            cause: failure.to_string(),
            down: Some(Side::CompanyCam),
        });
    }
    let store = &context.app.store;
    store.drop_claim(context.org(), &job.id).await?;
    Ok(failure.into())
}

fn maybe_on_its_way(cause: &str) -> WorkError {
    WorkError::Transient {
        after: Some(UNTIL_FOUND),
        cause: cause.to_owned(),
        down: None,
    }
}

/// The project that a job makes.
fn new_project(job: &Job) -> NewProject {
    let text = |value: &str| filled(value).map(str::to_owned);
    let address = &job.address;
    let name = text(&job.customer_name)
        .or_else(|| text(&job.name))
        .or_else(|| text(&address.line_1))
        .unwrap_or_else(|| format!("One Click job {}", job.id));
    let email = job.email.as_deref();
    NewProject {
        name,
        address: Address {
            street_address_1: text(&address.line_1),
            street_address_2: text(&address.line_2),
            city: text(&address.city),
            state: text(&address.state),
            postal_code: text(&address.postal_code),
            country: None,
        },
        primary_contact: Some(Contact {
            name: text(&job.name),
            // CompanyCam knows one; One Click's own importers write all that a contact has.
            email: email.and_then(|text| emails(text).next().map(str::to_owned)),
            phone_number: job.phones.iter().find_map(|phone| text(&phone.number)),
        }),
    }
}

/// The same without what may be wrong with its contact: first the e-mail address, then all of it.
fn with_less_contact(whole: &NewProject) -> Vec<NewProject> {
    let without = |primary_contact| NewProject {
        primary_contact,
        ..whole.clone()
    };
    let Some(contact) = &whole.primary_contact else {
        return Vec::new();
    };
    let unaddressed = Contact {
        email: None,
        ..contact.clone()
    };
    let nobody = Contact::default();
    let mut smaller = Vec::new();
    if contact.email.is_some() && unaddressed != nobody {
        smaller.push(without(Some(unaddressed)));
    }
    if *contact != nobody {
        smaller.push(without(None));
    }
    smaller
}

/// By what the project is recognised if the answer is lost, and with what contact it was asked for.
fn asked(new: &NewProject) -> ProjectFields {
    let address = new.address.clone();
    let contact = new.primary_contact.clone().unwrap_or_default();
    ProjectFields {
        name: Some(new.name.clone()),
        street_address_1: address.street_address_1,
        street_address_2: address.street_address_2,
        city: address.city,
        state: address.state,
        postal_code: address.postal_code,
        contact_name: contact.name,
        contact_email: contact.email,
        contact_phone: contact.phone_number,
        ..ProjectFields::default()
    }
}

/// What of the job's contact its new project was not asked for with, as a sentence for the log; nothing
/// if it has all.
pub fn left_out(job: &Job, asked: &ProjectFields, project: &ProjectFields) -> &'static str {
    let contact = new_project(job).primary_contact.unwrap_or_default();
    let has = |of: &ProjectFields| of.contact_name.is_some() || of.contact_phone.is_some();
    let sent = [asked, project];
    let no_email = sent.iter().all(|of| of.contact_email.is_none());
    if contact != Contact::default() && no_email && !sent.iter().any(|of| has(of)) {
        return " It has no contact, since CompanyCam did not accept the job’s.";
    }
    if contact.email.is_some() && no_email {
        return " Its contact has no e-mail address, since CompanyCam did not accept the job’s.";
    }
    match job.email.as_deref().map(|text| emails(text).count()) {
        Some(0) => " Its contact has no e-mail address, since what the job has is none.",
        Some(1) | None => "",
        Some(_) => " Of the job’s e-mail addresses its contact has the first.",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn job(email: &Value) -> Job {
        serde_json::from_value(json!({
            "id": "j1", "organization_id": "o1", "name": "Pat", "customer_name": "Larkin",
            "email": email, "phones": [{"number": "402-555-0101"}],
        }))
        .unwrap()
    }

    fn contact(new: &NewProject) -> Contact {
        new.primary_contact.clone().unwrap_or_default()
    }

    #[test]
    fn b21_of_several_addresses_the_project_gets_the_first_that_is_one() {
        let email = |email| contact(&new_project(&job(&email))).email;
        let first = Some("a@x.example".to_owned());
        assert_eq!(email(json!("a@x.example")), first);
        assert_eq!(email(json!("n/a; a@x.example, b@x.example")), first);
        assert_eq!(email(json!("n/a")), None);
        assert_eq!(email(json!(null)), None);
    }

    #[test]
    fn b27_a_contact_is_asked_for_with_less_and_less() {
        let whole = new_project(&job(&json!("a@x.example")));
        let [unaddressed, nobody] = with_less_contact(&whole).try_into().unwrap();
        assert_eq!(contact(&unaddressed).email, None);
        assert_eq!(contact(&unaddressed).name.as_deref(), Some("Pat"));
        assert_eq!(nobody.primary_contact, None);
        assert_eq!(
            with_less_contact(&unaddressed),
            std::slice::from_ref(&nobody)
        );
        assert_eq!(with_less_contact(&nobody), []);
    }

    #[test]
    fn b27_what_was_left_out_is_said() {
        let job = |email| job(&json!(email));
        let left = |job: &Job, sent: &NewProject| left_out(job, &asked(sent), &asked(sent));
        let one = job("a@x.example");
        let [unaddressed, nobody] = with_less_contact(&new_project(&one)).try_into().unwrap();
        assert_eq!(left(&one, &new_project(&one)), "");
        assert!(left(&one, &unaddressed).contains("no e-mail address, since CompanyCam"));
        assert!(left(&one, &nobody).contains("no contact, since CompanyCam"));
        // A claim of the version before does not say what was asked for; the project does.
        let unsaid = ProjectFields::default();
        assert_eq!(left_out(&one, &unsaid, &asked(&new_project(&one))), "");
        let several = job("a@x.example, b@x.example");
        assert!(left(&several, &new_project(&several)).contains("the first"));
        let none = job("n/a");
        assert!(left(&none, &new_project(&none)).contains("is none"));
    }
}
