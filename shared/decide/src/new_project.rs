//! The project that a job makes, and by what it is recognised (B21, B22).

use companycam::{Address, Contact, NewProject};
use model::project::ProjectFields;
use one_click::Job;

use crate::contact::emails;
use crate::relations::filled;

/// The project that a job makes.
pub fn new_project(job: &Job) -> NewProject {
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
pub fn with_less_contact(whole: &NewProject) -> Vec<NewProject> {
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
pub fn asked(new: &NewProject) -> ProjectFields {
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
        return " Its contact has no email, since CompanyCam did not accept the job’s.";
    }
    match job.email.as_deref().map(|text| emails(text).count()) {
        Some(0) => " Its contact has no email, since what the job has is none.",
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
        assert!(left(&one, &unaddressed).contains("no email, since CompanyCam"));
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
