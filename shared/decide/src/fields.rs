//! From a project's fields to a job's (B14): the whole mapping, and only what changed.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use companycam::Project;
use companycam::ids::{CompanyId, ProjectId};
use model::project::ProjectFields;
use one_click::{Address, AddressFields, Field, Job, JobFields, Phone};

use super::contact::position_of;
use super::relations::filled;
use crate::metadata;

/// As [`project_fields`], of a project that the token of this company shows: companies share projects.
pub fn shown_to(company: &CompanyId, project: &Project) -> ProjectFields {
    let owner = project.company_id.clone();
    ProjectFields {
        shared_by: owner.filter(|owner| owner != company),
        ..project_fields(project)
    }
}

/// Whether a contact and integrations that are known are said again. Deliveries leave out what is empty; whether one
/// leaves out more, nobody says.
pub fn says_again(known: &ProjectFields, told: &ProjectFields) -> bool {
    let has_contact = |fields: &ProjectFields| {
        let contact = [
            &fields.contact_name,
            &fields.contact_email,
            &fields.contact_phone,
        ];
        contact.into_iter().any(Option::is_some)
    };
    let contact = !has_contact(known) || has_contact(told);
    contact && (known.integrations.is_empty() || !told.integrations.is_empty())
}

/// What of a project One Click gets. Blank texts count as absent.
pub fn project_fields(project: &Project) -> ProjectFields {
    let contact = project.primary_contact.as_ref();
    let mut integrations = BTreeMap::new();
    let mut more_integrations: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for known in &project.integrations {
        let (kind, id) = (text(Some(&known.kind)), text(Some(&known.relation_id)));
        let Some((kind, id)) = kind.zip(id) else {
            continue;
        };
        match integrations.entry(kind) {
            Entry::Vacant(first) => drop(first.insert(id)),
            Entry::Occupied(first) if *first.get() == id => {}
            Entry::Occupied(first) => {
                let more = more_integrations.entry(first.key().clone()).or_default();
                if !more.contains(&id) {
                    more.push(id);
                }
            }
        }
    }
    ProjectFields {
        name: text(project.name.as_deref()),
        street_address_1: text(project.address.street_address_1.as_deref()),
        street_address_2: text(project.address.street_address_2.as_deref()),
        city: text(project.address.city.as_deref()),
        state: text(project.address.state.as_deref()),
        postal_code: text(project.address.postal_code.as_deref()),
        contact_name: text(contact.and_then(|contact| contact.name.as_deref())),
        contact_email: text(contact.and_then(|contact| contact.email.as_deref())),
        contact_phone: text(contact.and_then(|contact| contact.phone_number.as_deref())),
        creator_id: project.creator_id.clone(),
        integrations,
        more_integrations,
        shared_by: None,
        archived: project.archived,
        deleted: project.is_deleted(),
        created_at: project.created_at,
        updated_at: project.updated_at,
    }
}

fn text(value: Option<&str>) -> Option<String> {
    value.and_then(filled).map(str::to_owned)
}

/// `customer_name`: the project's name, else its first address line, else a name made of its id.
pub fn customer_name(id: &ProjectId, fields: &ProjectFields) -> String {
    fields
        .name
        .clone()
        .or_else(|| fields.street_address_1.clone())
        .unwrap_or_else(|| format!("CompanyCam project {id}"))
}

/// `name`: the contact's name, else the customer name.
pub(super) fn job_name(id: &ProjectId, fields: &ProjectFields) -> String {
    fields
        .contact_name
        .clone()
        .unwrap_or_else(|| customer_name(id, fields))
}

/// The key of another system's id on the job: `JobNimbus` → `cc_job_nimbus_relation_id`.
pub fn relation_key(kind: &str) -> String {
    let mut snake = String::new();
    let mut after_lower = false;
    for letter in kind.trim().chars() {
        if letter.is_alphanumeric() {
            if letter.is_uppercase() && after_lower {
                snake.push('_');
            }
            snake.extend(letter.to_lowercase());
        } else if !snake.ends_with('_') {
            snake.push('_');
        }
        after_lower = letter.is_lowercase() || letter.is_numeric();
    }
    format!("cc_{}_relation_id", snake.trim_matches('_'))
}

/// The project's ids in other systems, with their types: of each type the first, then the others.
pub fn all_relations(fields: &ProjectFields) -> impl Iterator<Item = (&str, &str)> {
    let first = fields.integrations.iter();
    let first = first.map(|(kind, id)| (kind.as_str(), id.as_str()));
    let more = fields.more_integrations.iter();
    first.chain(more.flat_map(|(kind, ids)| ids.iter().map(|id| (kind.as_str(), id.as_str()))))
}

/// The metadata with the project's ids in other systems, of each type the first.
pub fn relations(fields: &ProjectFields) -> BTreeMap<String, Option<String>> {
    fields
        .integrations
        .iter()
        .map(|(kind, id)| (relation_key(kind), Some(id.clone())))
        .collect()
}

/// What the job's metadata says of the project's state (B18).
pub fn status(fields: &ProjectFields) -> &'static str {
    match (fields.deleted, fields.archived) {
        (true, _) => "deleted",
        (false, true) => "archived",
        (false, false) => "active",
    }
}

/// Everything a new job gets, but its assignee.
pub fn new_job(id: &ProjectId, company: &CompanyId, fields: &ProjectFields) -> JobFields {
    let set = |value: &Option<String>| value.clone().map_or(Field::Keep, Field::Set);
    let mut metadata = link_metadata(id, company, fields);
    metadata.extend(relations(fields));
    JobFields {
        name: Some(job_name(id, fields)),
        customer_name: Some(customer_name(id, fields)),
        email: set(&fields.contact_email),
        phones: fields.contact_phone.clone().map(|number| {
            vec![Phone {
                number,
                ..Phone::default()
            }]
        }),
        address: AddressFields {
            line_1: set(&fields.street_address_1),
            line_2: set(&fields.street_address_2),
            city: set(&fields.city),
            state: set(&fields.state),
            postal_code: set(&fields.postal_code),
        },
        metadata,
        ..JobFields::default()
    }
}

/// The metadata that says which project a job is; `company`: the one that is connected.
pub fn link_metadata(
    id: &ProjectId,
    company: &CompanyId,
    fields: &ProjectFields,
) -> BTreeMap<String, Option<String>> {
    let owner = fields.shared_by.as_ref().unwrap_or(company);
    let mut metadata = BTreeMap::from([
        (metadata::PROJECT.to_owned(), Some(id.to_string())),
        (metadata::COMPANY.to_owned(), Some(owner.to_string())),
    ]);
    if let Some(creator) = &fields.creator_id {
        metadata.insert(metadata::CREATOR.to_owned(), Some(creator.to_string()));
    }
    metadata
}

/// What to write to the job so that it follows the project from `before` to `now`: only the fields
/// whose value in `CompanyCam` changed (B14).
///
/// `job` is asked for only where One Click's present value is needed: an address is written whole,
/// with the parts that did not change as One Click has them; of the phones only the number last
/// seen from `CompanyCam` is replaced. See [`needs_job`].
pub fn job_changes(
    id: &ProjectId,
    before: &ProjectFields,
    now: &ProjectFields,
    job: Option<&Job>,
) -> JobFields {
    let mut changes = JobFields::default();
    let customer = customer_name(id, now);
    if customer != customer_name(id, before) {
        changes.customer_name = Some(customer);
    }
    let name = job_name(id, now);
    if name != job_name(id, before) {
        changes.name = Some(name);
    }
    if now.contact_email != before.contact_email {
        changes.email = now.contact_email.clone().into();
    }
    if let Some(job) = job {
        if address_changed(before, now) {
            changes.address = address_changes(before, now, &job.address);
        }
        if now.contact_phone != before.contact_phone {
            changes.phones = Some(phones(
                before.contact_phone.as_deref(),
                now.contact_phone.as_deref(),
                &job.phones,
            ));
        }
    }
    if now.creator_id != before.creator_id {
        changes.metadata.insert(
            metadata::CREATOR.to_owned(),
            now.creator_id.as_ref().map(ToString::to_string),
        );
    }
    if let Some(owner) = &now.shared_by
        && now.shared_by != before.shared_by
    {
        let owner = Some(owner.to_string());
        changes.metadata.insert(metadata::COMPANY.to_owned(), owner);
    }
    if now.integrations != before.integrations {
        for key in relations(before).into_keys() {
            changes.metadata.insert(key, None);
        }
        changes.metadata.extend(relations(now));
    }
    if status(now) != status(before) {
        changes
            .metadata
            .insert(metadata::STATUS.to_owned(), Some(status(now).to_owned()));
    }
    changes
}

/// Whether [`job_changes`] must know what One Click has at present.
pub fn needs_job(before: &ProjectFields, now: &ProjectFields) -> bool {
    address_changed(before, now) || before.contact_phone != now.contact_phone
}

fn address(fields: &ProjectFields) -> [&Option<String>; 5] {
    [
        &fields.street_address_1,
        &fields.street_address_2,
        &fields.city,
        &fields.state,
        &fields.postal_code,
    ]
}

fn address_changed(before: &ProjectFields, now: &ProjectFields) -> bool {
    address(before) != address(now)
}

fn address_changes(before: &ProjectFields, now: &ProjectFields, job: &Address) -> AddressFields {
    let part = |before: &Option<String>, now: &Option<String>, job: &str| {
        let value = if before == now {
            text(Some(job))
        } else {
            now.clone()
        };
        Field::from(value)
    };
    AddressFields {
        line_1: part(&before.street_address_1, &now.street_address_1, &job.line_1),
        line_2: part(&before.street_address_2, &now.street_address_2, &job.line_2),
        city: part(&before.city, &now.city, &job.city),
        state: part(&before.state, &now.state, &job.state),
        postal_code: part(&before.postal_code, &now.postal_code, &job.postal_code),
    }
}

fn phones(before: Option<&str>, now: Option<&str>, job: &[Phone]) -> Vec<Phone> {
    let mut phones = job.to_vec();
    let known = before.and_then(|before| position_of(&phones, before));
    match (known, now) {
        (Some(at), Some(now)) => now.clone_into(&mut phones[at].number),
        (Some(at), None) => {
            phones.remove(at);
        }
        (None, Some(now)) if position_of(&phones, now).is_none() => {
            phones.push(Phone {
                number: now.to_owned(),
                ..Phone::default()
            });
        }
        (None, _) => {}
    }
    phones
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn id() -> ProjectId {
        ProjectId::parse("94772883").unwrap()
    }

    fn fields() -> ProjectFields {
        ProjectFields {
            name: Some("Psychic Roof".into()),
            street_address_1: Some("12 Elm St".into()),
            city: Some("Lincoln".into()),
            contact_name: Some("Contact".into()),
            contact_phone: Some("402-555-0101".into()),
            updated_at: 100,
            ..ProjectFields::default()
        }
    }

    fn job() -> Job {
        serde_json::from_value(json!({
            "id": "j1", "organization_id": "o1",
            "phones": [{"name": "Home", "number": "402 555 0199"}, {"name": "Mobile", "number": "(402) 555-0101"}],
            "address": {"line_1": "12 Elm Street", "line_2": "Unit 4", "city": "Lincoln"}
        }))
        .unwrap()
    }

    #[test]
    fn b14_a_new_job_gets_the_whole_mapping() {
        let project: Project = serde_json::from_value(json!({
            "id": "94772883", "company_id": "8292212", "creator_id": 27, "name": " Psychic Roof ",
            "address": {"street_address_1": "12 Elm St", "street_address_2": "", "city": "Lincoln", "state": "NE", "postal_code": "68508"},
            "primary_contact": {"name": "Contact", "email": "contact@x.example", "phone_number": "402-555-0101"},
            "integrations": [{"type": "JobNimbus", "relation_id": "jn-1"}, {"type": "JobProgress", "relation_id": 7}],
            "created_at": 1, "updated_at": 2
        }))
        .unwrap();
        let company = CompanyId::parse("8292212").unwrap();
        let job = serde_json::to_value(new_job(&project.id, &company, &project_fields(&project)))
            .unwrap();
        assert_eq!(
            job,
            json!({
                "name": "Contact", "customer_name": "Psychic Roof", "email": "contact@x.example",
                "phones": [{"name": "", "number": "402-555-0101"}],
                "address": {"line_1": "12 Elm St", "city": "Lincoln", "state": "NE", "postal_code": "68508"},
                "metadata": {
                    "cc_project_id": "94772883", "cc_company_id": "8292212", "cc_creator_id": "27",
                    "cc_job_nimbus_relation_id": "jn-1", "cc_job_progress_relation_id": "7"
                }
            })
        );
    }

    #[test]
    fn b14_a_project_without_a_name_is_called_by_its_address_or_id() {
        let mut fields = ProjectFields {
            street_address_1: Some("12 Elm St".into()),
            ..ProjectFields::default()
        };
        assert_eq!(customer_name(&id(), &fields), "12 Elm St");
        fields.street_address_1 = None;
        assert_eq!(customer_name(&id(), &fields), "CompanyCam project 94772883");
        assert_eq!(job_name(&id(), &fields), "CompanyCam project 94772883");
    }

    #[test]
    fn b14_only_what_changed_in_companycam_is_written() {
        let before = fields();
        assert!(job_changes(&id(), &before, &before, Some(&job())).is_empty());
        let mut now = fields();
        now.updated_at = 200;
        assert!(
            job_changes(&id(), &before, &now, None).is_empty(),
            "activity alone changes nothing"
        );
        now.contact_email = Some("new@x.example".into());
        let changes = serde_json::to_value(job_changes(&id(), &before, &now, None)).unwrap();
        assert_eq!(changes, json!({"email": "new@x.example"}));
    }

    #[test]
    fn b14_a_changed_part_of_the_address_keeps_what_one_click_made_of_the_others() {
        let mut now = fields();
        now.city = Some("Omaha".into());
        assert!(needs_job(&fields(), &now));
        let changes =
            serde_json::to_value(job_changes(&id(), &fields(), &now, Some(&job()))).unwrap();
        assert_eq!(
            changes,
            json!({"address": {"line_1": "12 Elm Street", "line_2": "Unit 4", "city": "Omaha", "state": null, "postal_code": null}})
        );
    }

    #[test]
    fn b14_of_the_phones_only_the_number_from_companycam_is_replaced() {
        let mut now = fields();
        now.contact_phone = Some("402-555-0102".into());
        let changed = job_changes(&id(), &fields(), &now, Some(&job()))
            .phones
            .unwrap();
        let numbers: Vec<_> = changed
            .iter()
            .map(|phone| (phone.name.as_str(), phone.number.as_str()))
            .collect();
        assert_eq!(
            numbers,
            [("Home", "402 555 0199"), ("Mobile", "402-555-0102")]
        );
        now.contact_phone = None;
        assert_eq!(
            job_changes(&id(), &fields(), &now, Some(&job()))
                .phones
                .unwrap()
                .len(),
            1
        );
    }

    #[test]
    fn b14_a_number_that_one_click_wrote_anew_is_replaced_and_removed() {
        let phones = |now: Option<&str>| {
            let mut job = job();
            job.phones.truncate(1);
            job.phones[0].number = "+14025550101".into();
            let now = ProjectFields {
                contact_phone: now.map(str::to_owned),
                ..fields()
            };
            job_changes(&id(), &fields(), &now, Some(&job))
                .phones
                .unwrap()
        };
        let numbers = phones(Some("402-555-0199"));
        assert_eq!(numbers.len(), 1, "{numbers:?}");
        assert_eq!(numbers[0].number, "402-555-0199");
        assert_eq!(phones(None), []);
    }

    #[test]
    fn b18_an_archived_or_deleted_project_marks_its_job() {
        let mut now = fields();
        now.archived = true;
        let changes = job_changes(&id(), &fields(), &now, None);
        assert_eq!(
            changes.metadata[metadata::STATUS].as_deref(),
            Some("archived")
        );
        let back = job_changes(&id(), &now, &fields(), None);
        assert_eq!(back.metadata[metadata::STATUS].as_deref(), Some("active"));
    }

    #[test]
    fn b14_relation_types_become_snake_case() {
        for (kind, key) in [
            ("JobNimbus", "cc_job_nimbus_relation_id"),
            ("jobProgress", "cc_job_progress_relation_id"),
            ("Acculynx", "cc_acculynx_relation_id"),
            ("Service Titan", "cc_service_titan_relation_id"),
            ("HubSpot2", "cc_hub_spot2_relation_id"),
        ] {
            assert_eq!(relation_key(kind), key);
        }
    }
}
