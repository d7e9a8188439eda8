//! One Click's half of the hard cases; the kit has both.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use simulator_kit::hard_cases::{CASES, CITY, JobCase, PEOPLE, Person, STATE};

use super::jobs::Backdate;
use super::{Organization, World};
use crate::error::ApiError;
use crate::model::now;

/// Whose they are.
pub(crate) const RIDGELINE: &str = "org_ridgeline";
/// Nobody hears of what was made longer ago.
const RECENT_DAYS: i64 = 31;

/// So many days before now.
pub(crate) fn days_ago(days: i64) -> Timestamp {
    now() - SignedDuration::from_hours(24 * days)
}

fn user_id(person: &Person) -> String {
    format!("usr_{}_{}", person.first, person.last).to_lowercase()
}

impl Organization {
    pub(crate) fn has_hard_cases(&self) -> bool {
        PEOPLE
            .iter()
            .any(|person| self.user(&user_id(person)).is_some())
    }
}

impl World {
    /// Adds them to [`RIDGELINE`], once; whether they were added.
    pub(crate) fn add_hard_cases(&mut self) -> Result<bool, ApiError> {
        if self.organization(RIDGELINE)?.has_hard_cases() {
            return Ok(false);
        }
        for person in &PEOPLE {
            let Some(email) = person.one_click else {
                continue;
            };
            let user = json!({
                "id": user_id(person), "name": format!("{} {}", person.first, person.last),
                "email": email, "role": person.role,
            });
            self.create_user(RIDGELINE, &user)?;
        }
        for job in CASES.iter().flat_map(|case| case.jobs) {
            self.add_job_case(job)?;
        }
        Ok(true)
    }

    fn add_job_case(&mut self, case: &JobCase) -> Result<(), ApiError> {
        let (contact, place) = (&case.contact, &case.place);
        let is_recent = case.days_ago <= RECENT_DAYS;
        let body = json!({ "job": {
            "name": format!("{}, {}", contact.name, case.work),
            "customer_name": contact.name,
            "email": contact.email,
            "phones": [{ "name": "Mobile", "number": contact.phone }],
            "address": {
                "line_1": place.street, "line_2": place.unit,
                "city": CITY, "state": STATE, "postal_code": place.postal_code,
            },
            "status": if is_recent { "open" } else { "sold" },
        } });
        let at = Some(days_ago(case.days_ago));
        let fired = self.outbox.len();
        let times = Backdate {
            created_at: at,
            updated_at: at,
        };
        self.enter_job(RIDGELINE, &body, times)?;
        if !is_recent {
            self.outbox.truncate(fired);
        }
        Ok(())
    }
}
