//! Ids, times, and the fields that differ from the reference.

use serde_json::Value;

use super::CompanyCam;
use crate::assumption::{Assumption, Doubt, Judged, contradicted, fit, holds, tried, unknown};
use crate::json::{Kind, shape};

const READ_EITHER_WAY: &str = "nothing: both are read";

pub(super) const ASSUMPTIONS: &[Assumption<CompanyCam>] = &[
    tried!("ids are strings", "nothing: numbers are read too", ids),
    tried!(
        "times are Unix seconds, or ISO 8601",
        "what changed since the last look (B14, B15, B17)",
        times
    ),
    tried!(
        "some answers have ISO 8601 where deliveries have seconds",
        READ_EITHER_WAY,
        iso_times
    ),
    tried!(
        "a user has email_address, first_name, last_name and status",
        "matching users (B6)",
        users
    ),
    tried!(
        "a project has name, status, archived and address",
        "a job's fields (B14), what is imported",
        project_fields
    ),
    tried!(
        "a project's picture is featured_image or feature_image",
        READ_EITHER_WAY,
        featured_image
    ),
    tried!(
        "integrations, where present, are objects with type and relation_id",
        "finding the job that another system made (B20)",
        integrations
    ),
    tried!(
        "integrations may name a system with relation_id null",
        "a blank id is no id (B20)",
        blank_relations
    ),
    tried!(
        "primary_contact, where present, has name, email and phone_number, or is null",
        "a job's name, e-mail and phones (B14)",
        contacts
    ),
    tried!(
        "notepad, where present, is a string or null",
        "nothing: it is not copied",
        notepads
    ),
];

/// Objects of every kind that can be had, each with the name of its list.
async fn everything(side: &mut CompanyCam) -> Result<Vec<(&'static str, Value)>, Doubt> {
    let mut found = Vec::new();
    let lists = [
        ("a project", side.projects().await?),
        ("a photo", side.photos().await.unwrap_or_default()),
        ("a user", side.users().await?),
        ("a tag", side.tags().await?),
    ];
    for (name, list) in lists {
        found.extend(list.into_iter().map(|object| (name, object)));
    }
    Ok(found)
}

async fn ids(side: &mut CompanyCam) -> Judged {
    for (name, object) in everything(side).await? {
        for field in ["id", "company_id", "creator_id", "project_id"] {
            match object.get(field) {
                None | Some(Value::Null | Value::String(_)) => {}
                Some(other) => {
                    let seen = format!("{field} of {name} is {}", shape(other));
                    return Err(contradicted("a string", seen));
                }
            }
        }
    }
    holds()
}

#[derive(Default)]
struct Times {
    seconds: Vec<String>,
    iso: Vec<String>,
    other: Vec<String>,
}

/// Later than 2001 and before 2100, so neither milliseconds nor days.
const SECONDS: std::ops::Range<i64> = 1_000_000_000..4_102_444_800;

async fn times_seen(side: &mut CompanyCam) -> Result<Times, Doubt> {
    let mut times = Times::default();
    for (name, object) in everything(side).await? {
        for field in ["created_at", "updated_at", "captured_at"] {
            let Some(value) = object.get(field).filter(|value| !value.is_null()) else {
                continue;
            };
            let whose = format!("{field} of {name}");
            let list = if value.as_i64().is_some_and(|time| SECONDS.contains(&time)) {
                &mut times.seconds
            } else if value.is_string() && crate::json::seconds(value).is_some() {
                &mut times.iso
            } else {
                &mut times.other
            };
            if !list.contains(&whose) {
                list.push(whose);
            }
        }
    }
    Ok(times)
}

async fn times(side: &mut CompanyCam) -> Judged {
    let times = times_seen(side).await?;
    if let Some(other) = times.other.first() {
        return Err(contradicted(
            "Unix seconds, or ISO 8601",
            format!("{other} is neither"),
        ));
    }
    Ok(match (times.seconds.is_empty(), times.iso.is_empty()) {
        (_, true) => "Unix seconds".to_owned(),
        (true, false) => "ISO 8601".to_owned(),
        (false, false) => format!("ISO 8601 in {}, else Unix seconds", times.iso.join(", ")),
    })
}

async fn iso_times(side: &mut CompanyCam) -> Judged {
    let times = times_seen(side).await?;
    if times.iso.is_empty() {
        return Err(unknown("None was seen among what was asked for."));
    }
    Ok(times.iso.join(", "))
}

async fn users(side: &mut CompanyCam) -> Judged {
    let fields = [
        ("email_address", Kind::OptionalText),
        ("first_name", Kind::OptionalText),
        ("last_name", Kind::OptionalText),
        ("status", Kind::Text),
    ];
    fit(&side.users().await?, &fields)
}

async fn project_fields(side: &mut CompanyCam) -> Judged {
    let fields = [
        ("name", Kind::OptionalText),
        ("status", Kind::Text),
        ("archived", Kind::Flag),
        ("address", Kind::Object),
    ];
    let projects = side.projects().await?;
    fit(&projects, &fields)?;
    let lines = [
        ("street_address_1", Kind::OptionalText),
        ("street_address_2", Kind::OptionalText),
        ("city", Kind::OptionalText),
        ("state", Kind::OptionalText),
        ("postal_code", Kind::OptionalText),
    ];
    fit(projects.iter().map(|project| &project["address"]), &lines)
}

async fn featured_image(side: &mut CompanyCam) -> Judged {
    let projects = side.projects().await?;
    let seen: Vec<&str> = ["featured_image", "feature_image"]
        .into_iter()
        .filter(|name| projects.iter().any(|project| project.get(name).is_some()))
        .collect();
    if seen.is_empty() {
        return Err(contradicted("one of both", "neither"));
    }
    Ok(seen.join(" and "))
}

/// The field in the projects that have it, and how many don't.
async fn field_of_projects(
    side: &mut CompanyCam,
    field: &str,
) -> Result<(Vec<Value>, String), Doubt> {
    let projects = side.projects().await?;
    let all = projects.len();
    let present: Vec<Value> = projects
        .into_iter()
        .filter_map(|mut project| project.get_mut(field).map(Value::take))
        .collect();
    let note = format!("absent from {} of {all}", all - present.len());
    Ok((present, note))
}

async fn integrations(side: &mut CompanyCam) -> Judged {
    let (lists, note) = field_of_projects(side, "integrations").await?;
    let mut entries = Vec::new();
    for list in lists.iter().filter(|list| !list.is_null()) {
        match list.as_array() {
            Some(list) => entries.extend(list),
            None => return Err(contradicted("an array", shape(list))),
        }
    }
    if entries.is_empty() {
        return Err(unknown("None of the projects names another system."));
    }
    fit(entries, &[("type", Kind::Text)])?;
    Ok(note)
}

async fn blank_relations(side: &mut CompanyCam) -> Judged {
    let (lists, _) = field_of_projects(side, "integrations").await?;
    let entries: Vec<&Value> = lists.iter().filter_map(Value::as_array).flatten().collect();
    if let Some(odd) = entries
        .iter()
        .find(|entry| entry["relation_id"].is_object() || entry["relation_id"].is_array())
    {
        let seen = shape(&odd["relation_id"]);
        return Err(contradicted("a string, a number or null", seen));
    }
    let blank = entries
        .iter()
        .filter(|entry| entry["relation_id"].is_null())
        .count();
    if blank == 0 {
        return Err(unknown(format!(
            "None of {} entries seen is so.",
            entries.len()
        )));
    }
    Ok(format!("{blank} of {}", entries.len()))
}

async fn contacts(side: &mut CompanyCam) -> Judged {
    let (contacts, note) = field_of_projects(side, "primary_contact").await?;
    let fields = [
        ("name", Kind::OptionalText),
        ("email", Kind::OptionalText),
        ("phone_number", Kind::OptionalText),
    ];
    let present: Vec<&Value> = contacts
        .iter()
        .filter(|contact| !contact.is_null())
        .collect();
    if let Some(odd) = present.iter().find(|contact| !contact.is_object()) {
        return Err(contradicted("an object", shape(odd)));
    }
    if present.is_empty() {
        return Err(unknown("None of the projects has a contact."));
    }
    fit(present, &fields)?;
    Ok(note)
}

async fn notepads(side: &mut CompanyCam) -> Judged {
    let (notepads, note) = field_of_projects(side, "notepad").await?;
    let odd = notepads
        .iter()
        .find(|text| !text.is_string() && !text.is_null());
    match odd {
        Some(odd) => Err(contradicted("a string or null", shape(odd))),
        None => Ok(note),
    }
}
