//! Linking a job that we did not make: blanks are filled, and what differs stays (B31).

use companycam::ids::{CompanyId, ProjectId};
use model::project::ProjectFields;
use one_click::{Address, AddressFields, Field, Job, JobFields, Phone};

use super::contact::{has_email, position_of};
use super::fields::{customer_name, job_name, link_metadata, relations, status};
use super::location::{Location, normalized, same_name};
use super::relations::filled;
use crate::metadata;

/// How much of a name the log quotes.
const QUOTED: usize = 80;

/// What linking a job comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Linking {
    /// What is written to the job: its blanks, and the metadata that a job of ours has.
    pub changes: JobFields,
    /// What differs from the project and stays as it is, in words for the log.
    pub differs: Vec<String>,
}

/// Compares the job with what `CompanyCam` says of the project. Who it is assigned to is not looked at.
pub fn linking(id: &ProjectId, company: &CompanyId, now: &ProjectFields, job: &Job) -> Linking {
    let mut linking = Linking::default();
    linking.names(id, now, job);
    linking.contact(now, job);
    linking.address(now, &job.address);
    let mut metadata = link_metadata(id, company, now);
    metadata.extend(relations(now));
    if job.metadata.contains_key(metadata::STATUS) {
        metadata.insert(metadata::STATUS.to_owned(), Some(status(now).to_owned()));
    }
    metadata.retain(|key, value| job.metadata.get(key) != value.as_ref());
    linking.changes.metadata = metadata;
    linking
}

impl Linking {
    /// What differs, as a sentence for the log; nothing if nothing does.
    pub fn describe(&self) -> String {
        if self.differs.is_empty() {
            return String::new();
        }
        let differs = self.differs.join(", ");
        format!(" What differs stays as it is in One Click: {differs}.")
    }

    fn names(&mut self, id: &ProjectId, now: &ProjectFields, job: &Job) {
        match filled(&job.customer_name) {
            None => self.changes.customer_name = Some(customer_name(id, now)),
            Some(known) => self.compare("customer", known, now.name.as_deref()),
        }
        match filled(&job.name) {
            None => self.changes.name = Some(job_name(id, now)),
            Some(known) => self.compare("name", known, now.contact_name.as_deref()),
        }
    }

    fn compare(&mut self, what: &str, known: &str, now: Option<&str>) {
        let differs = |now: &&str| now.trim() != known && !same_name(now, known);
        if let Some(now) = now.filter(differs) {
            let (known, now) = (quoted(known), quoted(now));
            self.differs
                .push(format!("{what} {known} (in CompanyCam {now})"));
        }
    }

    fn contact(&mut self, now: &ProjectFields, job: &Job) {
        if let Some(email) = &now.contact_email {
            match &job.email {
                None => self.changes.email = Field::Set(email.clone()),
                Some(known) if !has_email(known, email) => self.differs.push("e-mail".to_owned()),
                Some(_) => {}
            }
        }
        if let Some(number) = &now.contact_phone {
            if job
                .phones
                .iter()
                .all(|phone| filled(&phone.number).is_none())
            {
                self.changes.phones = Some(vec![Phone {
                    number: number.clone(),
                    ..Phone::default()
                }]);
            } else if position_of(&job.phones, number).is_none() {
                self.differs.push("telephone number".to_owned());
            }
        }
    }

    /// Parts are filled only where no other part differs: half of one address and half of another
    /// would be none.
    fn address(&mut self, now: &ProjectFields, job: &Address) {
        let parts = [
            (&job.line_1, &now.street_address_1),
            (&job.line_2, &now.street_address_2),
            (&job.city, &now.city),
            (&job.state, &now.state),
            (&job.postal_code, &now.postal_code),
        ];
        let agree = parts
            .iter()
            .all(|(job, now)| may_agree(job, now.as_deref().unwrap_or_default()));
        if agree {
            let fill = |job: &str, now: &Option<String>| match now {
                Some(now) if filled(job).is_none() => Field::Set(now.clone()),
                _ => Field::Keep,
            };
            self.changes.address = AddressFields {
                line_1: fill(&job.line_1, &now.street_address_1),
                line_2: fill(&job.line_2, &now.street_address_2),
                city: fill(&job.city, &now.city),
                state: fill(&job.state, &now.state),
                postal_code: fill(&job.postal_code, &now.postal_code),
            };
        } else if !Location::of_job(job).matches(&Location::of_project(now)) {
            self.differs.push("address".to_owned());
        }
    }
}

/// Whether both parts of an address are the same, or one of them says nothing, or less (a postal code
/// without the last four digits).
fn may_agree(one: &str, other: &str) -> bool {
    let (one, other) = (normalized(one), normalized(other));
    let words_of = |long: &str, short: &str| {
        let rest = long.strip_prefix(short);
        rest.is_some_and(|rest| short.is_empty() || rest.is_empty() || rest.starts_with(' '))
    };
    words_of(&one, &other) || words_of(&other, &one)
}

/// A name as the log quotes it: whatever somebody typed, an entry stays readable.
pub fn quoted(text: &str) -> String {
    let mut short: String = text.trim().chars().take(QUOTED).collect();
    if short.len() < text.trim().len() {
        short.push('…');
    }
    format!("“{short}”")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;

    fn project() -> ProjectFields {
        ProjectFields {
            name: Some("Larkin LLC".into()),
            contact_name: Some("Pat Larkin".into()),
            contact_email: Some("pat@customer.example".into()),
            contact_phone: Some("402-555-0101".into()),
            street_address_1: Some("12 Elm St".into()),
            city: Some("Lincoln".into()),
            state: Some("NE".into()),
            postal_code: Some("68508-1234".into()),
            integrations: BTreeMap::from([("JobNimbus".to_owned(), "jn-1".to_owned())]),
            ..ProjectFields::default()
        }
    }

    fn link_with(project: &ProjectFields, job: &Value) -> Linking {
        let mut whole = json!({"id": "j1", "organization_id": "o1"});
        for (key, value) in job.as_object().unwrap() {
            whole[key] = value.clone();
        }
        let job = serde_json::from_value(whole).unwrap();
        let (id, company) = (ProjectId::parse("7"), CompanyId::parse("8"));
        linking(&id.unwrap(), &company.unwrap(), project, &job)
    }

    fn link(job: &Value) -> Linking {
        link_with(&project(), job)
    }

    fn same() -> Value {
        json!({
            "name": "pat larkin", "customer_name": "Larkin, LLC", "email": "other@x.example, PAT@customer.example",
            "phones": [{"number": "other"}, {"number": "+1 (402) 555-0101"}],
            "address": {"line_1": "12 Elm Street", "city": "LINCOLN", "state": "NE", "postal_code": "68508"},
            "metadata": {
                "cc_project_id": "7", "cc_company_id": "8", "cc_job_nimbus_relation_id": "jn-1",
            },
        })
    }

    fn but(changes: &Value) -> Linking {
        let mut job = same();
        for (key, value) in changes.as_object().unwrap() {
            job[key] = value.clone();
        }
        link(&job)
    }

    #[test]
    fn b31_nothing_is_written_to_a_job_that_says_the_same_in_other_words() {
        assert_eq!(link(&same()), Linking::default());
        assert_eq!(link(&same()).describe(), "");
    }

    #[test]
    fn b31_what_differs_stays_and_is_said() {
        let other = json!({
            "name": "Sam", "customer_name": "Barlow", "email": "own@x.example", "phones": [{"number": "1"}],
            "address": {"line_1": "99 Oak St", "city": "Lincoln"},
        });
        let linking = but(&other);
        assert_eq!(linking.changes, JobFields::default());
        let said = [
            "customer “Barlow” (in CompanyCam “Larkin LLC”)",
            "name “Sam” (in CompanyCam “Pat Larkin”)",
            "e-mail",
            "telephone number",
            "address",
        ];
        assert_eq!(linking.differs, said);
        assert!(
            linking
                .describe()
                .contains("e-mail, telephone number, address.")
        );
    }

    #[test]
    fn b31_blanks_are_filled() {
        let blank = link(&json!({"phones": [{"number": " "}], "metadata": {"cc_company_id": ""}}));
        assert_eq!(blank.differs, [""; 0]);
        let written = serde_json::to_value(&blank.changes).unwrap();
        let whole = json!({
            "customer_name": "Larkin LLC", "name": "Pat Larkin", "email": "pat@customer.example",
            "phones": [{"name": "", "number": "402-555-0101"}],
            "address": {"line_1": "12 Elm St", "city": "Lincoln", "state": "NE", "postal_code": "68508-1234"},
            "metadata": {"cc_project_id": "7", "cc_company_id": "8", "cc_job_nimbus_relation_id": "jn-1"},
        });
        assert_eq!(written, whole);
    }

    #[test]
    fn b31_a_part_of_the_address_is_filled_only_where_the_others_agree() {
        let linking = but(&json!({"address": {"line_1": "12 ELM ST.", "city": "", "state": "NE"}}));
        let filled = serde_json::to_value(&linking.changes.address).unwrap();
        assert_eq!(
            filled,
            json!({"city": "Lincoln", "postal_code": "68508-1234"})
        );
        let linking = but(&json!({"address": {"line_1": "99 Oak St", "state": "NE"}}));
        assert!(linking.changes.is_empty());
        assert_eq!(linking.differs, ["address"]);
    }

    #[test]
    fn b31_a_job_says_nothing_else_than_a_project_that_says_nothing() {
        let linking = link_with(&ProjectFields::default(), &same());
        assert_eq!(linking, Linking::default());
    }

    #[test]
    fn b31_metadata_of_ours_is_corrected() {
        let stale = json!({"metadata": {
            "cc_project_id": "7", "cc_company_id": "8", "cc_job_nimbus_relation_id": "jn-0",
            "cc_project_status": "archived", "estimate": "7",
        }});
        let written = but(&stale).changes.metadata;
        let expected = [
            ("cc_job_nimbus_relation_id", "jn-1"),
            ("cc_project_status", "active"),
        ];
        let expected = expected.map(|(key, value)| (key.to_owned(), Some(value.to_owned())));
        assert_eq!(written, BTreeMap::from(expected));
    }
}
