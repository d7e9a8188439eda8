#![doc = include_str!("../README.md")]

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

fn filled(value: &Value) -> Option<String> {
    let text = value.as_str().map(str::trim);
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A field, what it should be and what it is.
type Compared = (&'static str, Value, Value);

fn addresses(theirs: &Value, ours: &Value) -> Vec<Compared> {
    [
        ("line_1", "street_address_1"),
        ("line_2", "street_address_2"),
        ("city", "city"),
        ("state", "state"),
        ("postal_code", "postal_code"),
    ]
    .map(|(field, name)| {
        (
            field,
            json!(filled(&theirs[name])),
            json!(filled(&ours[field])),
        )
    })
    .into()
}

fn job_differences(
    project: &Value,
    job: &Value,
    matches: &BTreeMap<String, String>,
) -> Vec<String> {
    let id = text(project, "id");
    let address = &project["address"];
    let contact = &project["primary_contact"];
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
    expected.extend(addresses(address, &job["address"]));
    expected
        .into_iter()
        .filter(|(_, expected, found)| expected != found)
        .map(|(field, expected, found)| {
            format!("job of project {id}: {field} is {found}, not {expected}")
        })
        .collect()
}

fn image_fields(photo: &Value, job: &Value, (on, image): (&String, &Value)) -> Vec<Compared> {
    let id = text(photo, "id");
    [
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
    ]
    .into()
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
                let expected = image_fields(photo, job, (on, image));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn companycam() -> Value {
        json!({
            "users": [{"id": "u", "company_id": "c", "active": true, "email_address": " Robin@x.example"}],
            "projects": [
                {
                    "id": "p", "company_id": "c", "creator_id": "other", "status": "active",
                    "archived": false, "updated_at": 0, "name": "Larkin", "assignees": ["u"],
                    "address": {"street_address_1": "5 Elm", "street_address_2": null, "city": "Lincoln",
                        "state": "NE", "postal_code": "68508"},
                    "primary_contact": {"name": "Pat", "email": "pat@x.example", "phone_number": "1"}
                },
                {"id": "gone", "company_id": "c", "status": "deleted", "archived": false, "updated_at": 0},
                {"id": "foreign", "company_id": "d", "status": "active", "archived": false, "updated_at": 0}
            ],
            "photos": [
                {
                    "id": "f", "project_id": "p", "processing_status": "processed", "internal": false,
                    "deleted": false, "md5": "m", "bytes": 7, "description": "Front", "tags": ["a", "b"],
                    "creator_name": "Robin", "captured_at": 60
                },
                {"id": "secret", "project_id": "p", "processing_status": "processed", "internal": true,
                    "deleted": false}
            ]
        })
    }

    fn one_click() -> Value {
        json!({
            "users": [{"id": "o", "active": true, "email": "robin@x.example"}],
            "jobs": [{
                "id": "j", "deleted": false, "customer_name": "Larkin", "name": "Pat",
                "email": "pat@x.example", "phones": [{"number": "1"}], "assigned_user_id": "o",
                "address": {"line_1": "5 Elm", "city": "Lincoln", "state": "NE", "postal_code": "68508"},
                "metadata": {"cc_project_id": "p", "cc_company_id": "c", "cc_creator_id": "other"},
                "images": [{
                    "external_id": "f", "deleted": false, "md5": "m", "bytes": 7, "caption": "Front",
                    "tags": ["b", "a"], "captured_by": "Robin", "captured_at": "1970-01-01T00:01:00Z",
                    "name": "CompanyCam Image-f.jpg", "metadata": {"cc_image_id": "f"}
                }]
            }]
        })
    }

    #[track_caller]
    fn assert_differs(companycam: &Value, one_click: &Value, says: &str) {
        let found = differences(companycam, one_click, "c", 0);
        assert!(
            found.len() == 1 && found[0].contains(says),
            "{found:#?} instead of {says}"
        );
    }

    #[test]
    fn what_is_alike_has_no_difference() {
        let found = differences(&companycam(), &one_click(), "c", 0);
        assert!(found.is_empty(), "{found:#?}");
        assert_eq!(images(&one_click()), 1);
    }

    #[test]
    fn each_field_that_differs_is_named() {
        let job = "/jobs/0";
        let image = "/jobs/0/images/0";
        for (at, field, says) in [
            (job, "customer_name", "customer_name"),
            (job, "name", ": name"),
            (job, "email", "email"),
            (job, "phones", "phones"),
            (job, "assigned_user_id", "assigned_user_id"),
            ("/jobs/0/address", "line_1", "line_1"),
            ("/jobs/0/address", "line_2", "line_2"),
            ("/jobs/0/address", "city", "city"),
            ("/jobs/0/address", "state", "state"),
            ("/jobs/0/address", "postal_code", "postal_code"),
            ("/jobs/0/metadata", "cc_company_id", "cc_company_id"),
            ("/jobs/0/metadata", "cc_creator_id", "cc_creator_id"),
            (image, "md5", "md5"),
            (image, "bytes", "bytes"),
            (image, "caption", "caption"),
            (image, "tags", "tags"),
            (image, "captured_by", "captured_by"),
            (image, "captured_at", "captured_at"),
            (image, "name", ": name"),
            ("/jobs/0/images/0/metadata", "cc_image_id", "cc_image_id"),
        ] {
            let mut changed = one_click();
            changed.pointer_mut(at).unwrap()[field] = json!("something else");
            assert_differs(&companycam(), &changed, says);
        }
    }

    #[test]
    fn what_is_missing_twice_or_too_much_is_named() {
        let mut without = one_click();
        without["jobs"][0]["images"][0]["deleted"] = json!(true);
        assert_differs(&companycam(), &without, "photo f is there 0 times");
        assert_eq!(images(&without), 0);

        let mut twice = one_click();
        let image = twice["jobs"][0]["images"][0].clone();
        twice["jobs"][0]["images"] = json!([image, image]);
        assert_differs(&companycam(), &twice, "photo f is there 2 times");

        for (id, says) in [
            ("secret", "photo secret should not be there"),
            ("nobody's", "an image of the unknown photo nobody's"),
        ] {
            let mut more = one_click();
            let mut other = image.clone();
            other["external_id"] = json!(id);
            more["jobs"][0]["images"] = json!([image, other]);
            assert_differs(&companycam(), &more, says);
        }

        for (project, says) in [
            ("gone", "project gone should have no job"),
            ("unheard-of", "a job names the unknown project unheard-of"),
        ] {
            let mut more = one_click();
            let job = more["jobs"][0].clone();
            let mut other = job.clone();
            other["metadata"]["cc_project_id"] = json!(project);
            other["images"] = json!([]);
            more["jobs"] = json!([job, other]);
            assert_differs(&companycam(), &more, says);
        }

        let mut none = companycam();
        none["photos"] = json!([]);
        let mut without = one_click();
        without["jobs"] = json!([]);
        assert_differs(&none, &without, "project p has 0 jobs");
        let mut doubled = one_click();
        let mut job = doubled["jobs"][0].clone();
        job["images"] = json!([]);
        doubled["jobs"] = json!([job, job]);
        assert_differs(&none, &doubled, "project p has 2 jobs");
    }

    #[test]
    fn b6_only_active_users_with_an_address_of_their_own_match() {
        let matched = |companycam: &Value, one_click: &Value| matches(companycam, one_click, "c");
        assert_eq!(matched(&companycam(), &one_click())["u"], "o");
        for (side, field) in [(0, "active"), (1, "active")] {
            let mut sides = [companycam(), one_click()];
            sides[side]["users"][0][field] = json!(false);
            assert!(matched(&sides[0], &sides[1]).is_empty());
        }
        let mut shared = one_click();
        let user = shared["users"][0].clone();
        shared["users"] = json!([user, {"id": "o2", "active": true, "email": "ROBIN@x.example"}]);
        assert!(matched(&companycam(), &shared).is_empty());
    }
}
