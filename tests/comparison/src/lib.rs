//! What One Click should have, worked out from what CompanyCam has, and how it differs.
//!
//! Written from the behaviours (B6, B10, B14, B15) and not from the product's code, which it checks.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// Days back that the first sync looks.
const WINDOW_S: i64 = 29 * 24 * 60 * 60;

/// Every difference, in words; empty if One Click is as it should be. `connected_at`: Unix seconds.
pub fn differences(
    companycam: &Value,
    one_click: &Value,
    company: &str,
    connected_at: i64,
) -> Vec<String> {
    let mut differences = Vec::new();
    let matches = matches(companycam, one_click, company);
    let jobs: Vec<&Value> = list(one_click, "jobs")
        .filter(|job| job["deleted"] == false)
        .collect();
    let mut imported = BTreeMap::new();
    for project in list(companycam, "projects").filter(|project| project["company_id"] == company) {
        let id = text(project, "id");
        let found: Vec<_> = jobs
            .iter()
            .filter(|job| job["metadata"]["cc_project_id"] == id.as_str())
            .collect();
        let wanted = project["status"] == "active"
            && project["archived"] == false
            && project["updated_at"].as_i64().unwrap_or(0) >= connected_at - WINDOW_S;
        match (wanted, found.as_slice()) {
            (true, [job]) => {
                differences.extend(job_differences(project, job, &matches));
                imported.insert(id, (**job).clone());
            }
            (true, found) => differences.push(format!("project {id} has {} jobs", found.len())),
            (false, []) => {}
            (false, _) => differences.push(format!("project {id} should have no job")),
        }
    }
    let known: BTreeSet<_> = list(companycam, "projects")
        .map(|project| text(project, "id"))
        .collect();
    for job in &jobs {
        if let Some(id) = job["metadata"]["cc_project_id"]
            .as_str()
            .filter(|id| !known.contains(*id))
        {
            differences.push(format!("a job names the unknown project {id}"));
        }
    }
    differences.extend(photo_differences(companycam, &jobs, &imported));
    differences
}

/// How many photos should be in One Click's jobs.
pub fn images(one_click: &Value) -> usize {
    list(one_click, "jobs")
        .flat_map(|job| list(job, "images"))
        .filter(|image| image["deleted"] == false)
        .count()
}

fn job_differences(
    project: &Value,
    job: &Value,
    matches: &BTreeMap<String, String>,
) -> Vec<String> {
    let id = text(project, "id");
    let address = &project["address"];
    let contact = &project["primary_contact"];
    let filled = |value: &Value| {
        value
            .as_str()
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let customer = filled(&project["name"])
        .or_else(|| filled(&address["street_address_1"]))
        .unwrap_or_else(|| format!("CompanyCam project {id}"));
    let name = filled(&contact["name"]).unwrap_or_else(|| customer.clone());
    let phones: Vec<_> = filled(&contact["phone_number"]).into_iter().collect();
    let assignee = list(project, "assignees")
        .chain([&project["creator_id"]])
        .find_map(|user| matches.get(user.as_str().unwrap_or_default()));
    let mut expected = vec![
        (
            "customer_name",
            json!(customer),
            job["customer_name"].clone(),
        ),
        ("name", json!(name), job["name"].clone()),
        (
            "email",
            json!(filled(&contact["email"])),
            json!(filled(&job["email"])),
        ),
        (
            "phones",
            json!(phones),
            json!(
                list(job, "phones")
                    .map(|phone| text(phone, "number"))
                    .collect::<Vec<_>>()
            ),
        ),
        (
            "assigned_user_id",
            json!(assignee),
            job["assigned_user_id"].clone(),
        ),
        (
            "cc_company_id",
            project["company_id"].clone(),
            job["metadata"]["cc_company_id"].clone(),
        ),
        (
            "cc_creator_id",
            project["creator_id"].clone(),
            job["metadata"]["cc_creator_id"].clone(),
        ),
    ];
    for (ours, theirs) in [
        ("line_1", "street_address_1"),
        ("line_2", "street_address_2"),
        ("city", "city"),
        ("state", "state"),
        ("postal_code", "postal_code"),
    ] {
        expected.push((
            ours,
            json!(filled(&address[theirs])),
            json!(filled(&job["address"][ours])),
        ));
    }
    expected
        .into_iter()
        .filter(|(_, expected, found)| expected != found)
        .map(|(field, expected, found)| {
            format!("job of project {id}: {field} is {found}, not {expected}")
        })
        .collect()
}

fn photo_differences(
    companycam: &Value,
    jobs: &[&Value],
    imported: &BTreeMap<String, Value>,
) -> Vec<String> {
    let mut differences = Vec::new();
    let mut there: BTreeMap<String, Vec<(String, &Value)>> = BTreeMap::new();
    for job in jobs {
        for image in list(job, "images").filter(|image| image["deleted"] == false) {
            there
                .entry(text(image, "external_id"))
                .or_default()
                .push((text(job, "id"), image));
        }
    }
    for photo in list(companycam, "photos") {
        let id = text(photo, "id");
        let found = there.remove(&id).unwrap_or_default();
        let job = imported.get(&text(photo, "project_id"));
        let wanted = photo["processing_status"] == "processed"
            && photo["internal"] == false
            && photo["deleted"] == false;
        match (job.filter(|_| wanted), found.as_slice()) {
            (Some(job), [(on, image)]) => {
                let expected = [
                    ("its job", job["id"].clone(), json!(on)),
                    ("md5", photo["md5"].clone(), image["md5"].clone()),
                    ("bytes", photo["bytes"].clone(), image["bytes"].clone()),
                    (
                        "caption",
                        json!(plain(&photo["description"])),
                        json!(plain(&image["caption"])),
                    ),
                    ("tags", photo["tags"].clone(), sorted(&image["tags"])),
                    (
                        "captured_by",
                        photo["creator_name"].clone(),
                        image["captured_by"].clone(),
                    ),
                    (
                        "captured_at",
                        photo["captured_at"].clone(),
                        seconds(&image["captured_at"]),
                    ),
                    (
                        "name",
                        json!(format!("CompanyCam Image-{id}.jpg")),
                        image["name"].clone(),
                    ),
                    (
                        "cc_image_id",
                        json!(id),
                        image["metadata"]["cc_image_id"].clone(),
                    ),
                ];
                differences.extend(
                    expected
                        .into_iter()
                        .filter(|(_, expected, found)| expected != found)
                        .map(|(field, expected, found)| {
                            format!("photo {id}: {field} is {found}, not {expected}")
                        }),
                );
            }
            (Some(_), found) => {
                differences.push(format!("photo {id} is there {} times", found.len()));
            }
            (None, []) => {}
            (None, _) => differences.push(format!("photo {id} should not be there")),
        }
    }
    differences.extend(
        there
            .keys()
            .map(|id| format!("an image of the unknown photo {id}")),
    );
    differences
}

/// CompanyCam's users to One Click's, by their addresses alone (B6).
pub fn matches(companycam: &Value, one_click: &Value, company: &str) -> BTreeMap<String, String> {
    let address = |value: &Value| {
        value
            .as_str()
            .map(|text| text.trim().to_lowercase())
            .filter(|text| !text.is_empty())
    };
    let mut theirs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for user in list(one_click, "users").filter(|user| user["active"] == true) {
        if let Some(email) = address(&user["email"]) {
            theirs.entry(email).or_default().push(text(user, "id"));
        }
    }
    list(companycam, "users")
        .filter(|user| user["company_id"] == company && user["active"] == true)
        .filter_map(
            |user| match theirs.get(&address(&user["email_address"])?)?.as_slice() {
                [one] => Some((text(user, "id"), one.clone())),
                _ => None,
            },
        )
        .collect()
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

fn plain(value: &Value) -> String {
    value.as_str().unwrap_or_default().trim().to_owned()
}

fn sorted(value: &Value) -> Value {
    let mut tags: Vec<_> = value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    tags.sort_unstable();
    json!(tags)
}

fn seconds(value: &Value) -> Value {
    let at = value
        .as_str()
        .and_then(|text| text.parse::<jiff::Timestamp>().ok());
    json!(at.map(jiff::Timestamp::as_second))
}
