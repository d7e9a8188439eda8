//! The ids that other systems have for a job or a project (B20, B21).
//!
//! A blank id is no id: a system may be declared, on either side, without anything being linked there.
//! That is decided here, and nowhere else.

use companycam::Project;
use companycam::ids::CompanyId;
use one_click::Job;

use crate::metadata;

/// The keys by which One Click's own importers name another system's id, and that system's type in a
/// project's `integrations[]`, in snake case.
const IMPORTER_KEYS: [(&str, &str); 3] = [
    ("job_nimbus_job_id", "job_nimbus"),
    ("job_nimbus_contact_id", "job_nimbus"),
    ("jobprogress_job_id", "job_progress"),
];

/// What another system calls a job or a project. There is none with a blank id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relation {
    system: String,
    id: String,
}

impl Relation {
    fn new(kind: &str, id: &str) -> Option<Self> {
        Some(Self {
            system: filled(&plain_type(kind))?.to_owned(),
            id: filled(id)?.to_owned(),
        })
    }
}

/// The text without the blanks around it, if it says anything.
pub fn filled(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// The job's ids in other systems.
pub fn of_job(job: &Job) -> impl Iterator<Item = Relation> {
    job.metadata.iter().filter_map(|(key, id)| {
        let importers = IMPORTER_KEYS.iter().find(|(known, _)| known == key);
        let system = match importers {
            Some((_, system)) => system,
            None => key.strip_prefix("cc_")?.strip_suffix("_relation_id")?,
        };
        Relation::new(system, id)
    })
}

/// The project's ids in other systems.
pub fn of_project(project: &Project) -> impl Iterator<Item = Relation> {
    let integrations = project.integrations.iter();
    integrations.filter_map(|known| Relation::new(&known.kind, &known.relation_id))
}

/// The project that the job says it is.
pub fn named_project(job: &Job) -> Option<&str> {
    job.metadata
        .get(metadata::PROJECT)
        .and_then(|id| filled(id))
}

/// Whether the project that the job says it is may be this company's: ids are a company's own, and
/// another company's project may have the same.
pub fn may_be_of(job: &Job, company: &CompanyId) -> bool {
    let named = job
        .metadata
        .get(metadata::COMPANY)
        .and_then(|id| filled(id));
    named.is_none_or(|named| named == company.as_str())
}

/// Whether One Click has an importer for this type of a project's `integrations[]`.
pub fn is_importer(kind: &str) -> bool {
    importer_keys(kind).next().is_some()
}

/// The keys by which One Click's importer for this type names an id of it.
pub fn importer_keys(kind: &str) -> impl Iterator<Item = &'static str> {
    let wanted = plain_type(kind);
    IMPORTER_KEYS
        .iter()
        .filter(move |(_, system)| plain_type(system) == wanted)
        .map(|(key, _)| *key)
}

/// Another system's type as types are compared, however its words are told apart.
fn plain_type(kind: &str) -> String {
    let letters = kind.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn job(metadata: &Value) -> Job {
        serde_json::from_value(json!({"id": "j1", "organization_id": "o1", "metadata": metadata}))
            .unwrap()
    }

    fn project(relation_id: &Value) -> Project {
        serde_json::from_value(json!({
            "id": "7", "integrations": [{"type": "JobNimbus", "relation_id": relation_id}],
        }))
        .unwrap()
    }

    #[test]
    fn b20_a_job_names_other_systems_by_the_keys_of_both_importers() {
        let job = job(&json!({
            "job_nimbus_contact_id": "c", "jobprogress_job_id": " p ", "cc_accu_lynx_relation_id": "a",
            "estimate": "7",
        }));
        let mut found: Vec<_> = of_job(&job).collect();
        found.sort();
        let known = [("AccuLynx", "a"), ("job_nimbus", "c"), ("JobProgress", "p")];
        let known = known.map(|(kind, id)| Relation::new(kind, id).unwrap());
        assert_eq!(found, known);
    }

    #[test]
    fn b20_a_blank_id_is_no_id() {
        for blank in [json!(null), json!(""), json!("  ")] {
            for key in [
                "job_nimbus_job_id",
                "jobprogress_job_id",
                "cc_x_relation_id",
            ] {
                assert_eq!(of_job(&job(&json!({key: blank}))).next(), None, "{blank}");
            }
            assert_eq!(of_project(&project(&blank)).next(), None, "{blank}");
            let named = job(&json!({metadata::PROJECT: blank, metadata::COMPANY: blank}));
            assert_eq!(named_project(&named), None, "{blank}");
            assert!(
                may_be_of(&named, &CompanyId::parse("1").unwrap()),
                "{blank}"
            );
        }
        let id = json!("jn-1");
        let both = of_job(&job(&json!({"job_nimbus_job_id": id}))).next();
        assert_eq!(of_project(&project(&id)).next(), both);
        assert!(both.is_some());
    }
}
