//! Jobs, and what can be written to them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Field;
use super::tolerant::{blank_as_no_user, blank_as_none, metadata, null_as_default};
use crate::ids::{JobId, OrgId, UserId};

/// A job as One Click has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its id, unique in One Click.
    pub id: JobId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// The job's own name; the integration puts the contact's name here.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// The customer's name.
    #[serde(default, deserialize_with = "null_as_default")]
    pub customer_name: String,
    /// The customer's e-mail address.
    #[serde(default, deserialize_with = "blank_as_none")]
    pub email: Option<String>,
    /// The customer's telephone numbers, in One Click's order.
    #[serde(default, deserialize_with = "null_as_default")]
    pub phones: Vec<Phone>,
    /// Where the work is.
    #[serde(default, deserialize_with = "null_as_default")]
    pub address: Address,
    /// Who the job is assigned to.
    #[serde(default, deserialize_with = "blank_as_no_user")]
    pub assigned_user_id: Option<UserId>,
    /// Who works on it besides, such as its sales rep; none where One Click does not say.
    #[serde(default, deserialize_with = "null_as_default")]
    pub additional_user_ids: Vec<UserId>,
    /// Who made the job; none for one made through the API.
    #[serde(default, deserialize_with = "blank_as_no_user")]
    pub created_by_user_id: Option<UserId>,
    /// The stage of the organization's own workflow.
    #[serde(default, deserialize_with = "null_as_default")]
    pub status: String,
    /// Text by key; other systems' ids are kept here.
    #[serde(default, deserialize_with = "metadata")]
    pub metadata: BTreeMap<String, String>,
    /// When it was made; the epoch if One Click does not say.
    #[serde(default, deserialize_with = "null_as_default")]
    pub created_at: Timestamp,
    /// When it last changed; the epoch if One Click does not say.
    #[serde(default, deserialize_with = "null_as_default")]
    pub updated_at: Timestamp,
}

/// One of a job's telephone numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Phone {
    /// What the number is called, such as `Mobile`; may be empty.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// The number as typed.
    #[serde(default, deserialize_with = "null_as_default")]
    pub number: String,
}

/// A postal address. A part that is not known is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// Street and number.
    #[serde(deserialize_with = "null_as_default")]
    pub line_1: String,
    /// Flat, suite or the like.
    #[serde(deserialize_with = "null_as_default")]
    pub line_2: String,
    /// City.
    #[serde(deserialize_with = "null_as_default")]
    pub city: String,
    /// State.
    #[serde(deserialize_with = "null_as_default")]
    pub state: String,
    /// Postal code.
    #[serde(deserialize_with = "null_as_default")]
    pub postal_code: String,
}

/// What a request sets on a job. The default sets nothing; only what is set is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobFields {
    /// The job's own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The customer's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_name: Option<String>,
    /// The customer's e-mail address.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub email: Field<String>,
    /// All telephone numbers: the list replaces the one in One Click.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phones: Option<Vec<Phone>>,
    /// Parts of the address; those not set stay.
    #[serde(skip_serializing_if = "AddressFields::is_empty")]
    pub address: AddressFields,
    /// Who the job is assigned to.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub assigned_user_id: Field<UserId>,
    /// Who is named as the job's maker.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub created_by_user_id: Field<UserId>,
    /// The stage of the workflow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Metadata to merge, key by key; `None` removes a key's value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, Option<String>>,
}

impl JobFields {
    /// Whether nothing is set, so that a request would change nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a request sets on a job's address. One Click merges it part by part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AddressFields {
    /// Street and number.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub line_1: Field<String>,
    /// Flat, suite or the like.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub line_2: Field<String>,
    /// City.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub city: Field<String>,
    /// State.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub state: Field<String>,
    /// Postal code.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub postal_code: Field<String>,
}

impl AddressFields {
    /// Whether no part is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_job_needs_only_its_ids() {
        let job: Job = serde_json::from_value(json!({
            "id": 7, "organization_id": "o1", "name": null, "email": " ", "phones": null,
            "address": {"line_1": null, "city": "Austin"}, "assigned_user_id": "",
            "metadata": {"cc_project_id": 12, "gone": null}, "updated_at": null, "new_member": []
        }))
        .unwrap();
        assert_eq!(job.id.as_str(), "7");
        assert_eq!(job.email, None);
        assert_eq!(job.address.city, "Austin");
        assert_eq!(job.assigned_user_id, None);
        assert_eq!(
            job.metadata,
            BTreeMap::from([("cc_project_id".into(), "12".into())])
        );
        assert_eq!(job.updated_at, Timestamp::UNIX_EPOCH);
    }

    #[test]
    fn a_job_reads_back_as_it_was_written() {
        let job: Job = serde_json::from_value(json!({
            "id": "j1", "organization_id": "o1", "name": "Roof", "customer_name": "Customer",
            "phones": [{"name": "Mobile", "number": "1"}], "assigned_user_id": "u1",
            "created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05.678Z"
        }))
        .unwrap();
        let again: Job = serde_json::from_value(serde_json::to_value(&job).unwrap()).unwrap();
        assert_eq!(again, job);
    }

    #[test]
    fn only_set_fields_are_written_and_cleared_ones_are_null() {
        assert_eq!(
            serde_json::to_value(JobFields::default()).unwrap(),
            json!({})
        );
        let fields = JobFields {
            customer_name: Some("Customer".into()),
            email: Field::Clear,
            phones: Some(Vec::new()),
            address: AddressFields {
                line_2: Field::Clear,
                city: Field::Set("Austin".into()),
                ..AddressFields::default()
            },
            metadata: BTreeMap::from([("a".into(), Some("1".into())), ("b".into(), None)]),
            ..JobFields::default()
        };
        let written = json!({
            "customer_name": "Customer", "email": null, "phones": [],
            "address": {"line_2": null, "city": "Austin"}, "metadata": {"a": "1", "b": null}
        });
        assert_eq!(serde_json::to_value(&fields).unwrap(), written);
        assert_eq!(
            serde_json::from_value::<JobFields>(written).unwrap(),
            fields
        );
    }
}
