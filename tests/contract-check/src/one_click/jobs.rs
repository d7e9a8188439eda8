//! Jobs: their form, and how they are looked up.

use serde_json::Value;

use super::{ALWAYS, OneClick, WHOLE_PAGE};
use crate::assumption::{
    Assumption, Doubt, Judged, NEEDS_A_WRITE, contradicted, fit, holds, tried, unknown, untried,
};
use crate::json::{self, Kind, shape};

const POLLS: &str = "polls: jobs changed since the last look (B24)";
const BY_METADATA: &str = "finding the job that is there already (B20)";
const BY_ADDRESS: &str = "finding a job by its address (B20)";
const SEARCH: &str = "Find (B39)";
/// Nobody's job has this.
const NOBODY: &str = "contract-check-nobody";

pub(super) const ASSUMPTIONS: &[Assumption<OneClick>] = &[
    tried!(
        "GET …/jobs/{id} answers {\"job\": Job}",
        "looking at one job (B18, B21)",
        one_job
    ),
    tried!("a job has its fields", "a job's fields (B14, B21)", fields),
    tried!(
        "address has line_1, line_2, city, state and postal_code; phones have name and number",
        "a job's fields (B14, B21)",
        address_and_phones
    ),
    tried!(
        "metadata is an object of strings",
        "links: cc_project_id and its kin (B14, B20)",
        metadata
    ),
    tried!(
        "additional_user_ids, where sent, is an array of strings",
        "who else is on the project (B44)",
        additional_users
    ),
    tried!(
        "updated_since= has the oldest change first",
        POLLS,
        oldest_first
    ),
    tried!("updated_since= is inclusive", POLLS, inclusive),
    tried!(
        "updated_since= leaves out what changed before",
        POLLS,
        leaves_out
    ),
    tried!(
        "metadata[key]= lists the jobs with that value",
        BY_METADATA,
        by_metadata
    ),
    tried!(
        "metadata[key]= with nobody's value lists none",
        BY_METADATA,
        by_nobodys_metadata
    ),
    tried!(
        "address[line_1]= and address[postal_code]= match whatever the case",
        BY_ADDRESS,
        by_address
    ),
    tried!(
        "address[line_1]= with nobody's address lists none",
        BY_ADDRESS,
        by_nobodys_address
    ),
    tried!(
        "query= lists jobs whose name, customer, e-mail, telephone or address contains it",
        SEARCH,
        by_query
    ),
    tried!(
        "query= with nobody's text lists none",
        SEARCH,
        by_nobodys_query
    ),
    untried(
        "query= has the best first",
        SEARCH,
        "What is best is a matter of taste.",
        "search for a customer in One Click and by the API, and compare.",
    ),
    untried(
        "POST …/jobs answers 201; with the same Idempotency-Key 200 and the same job",
        "no second job (B14, B26)",
        NEEDS_A_WRITE,
        "in a test organization, send the same POST twice.",
    ),
    untried(
        "PATCH …/jobs/{id} changes only the given fields, and merges metadata key by key",
        "never overwriting what was edited in One Click (B14)",
        NEEDS_A_WRITE,
        "in a test organization, patch one metadata key and read the job.",
    ),
    untried(
        "DELETE …/jobs/{id} answers 204, 404, or 409 where somebody worked on it; restorable for 30 days",
        "undoing a run (B40)",
        NEEDS_A_WRITE,
        "in a test organization, delete a job with and one without an estimate, then restore one.",
    ),
    untried(
        "a deleted job gives 404, and is not listed",
        "closing the link of a deleted job (B18)",
        "Needs a job to be deleted.",
        "delete a test job in One Click and ask for it.",
    ),
    untried(
        "another organization's job gives 404",
        "nothing of one organization in another (B28)",
        "Needs a second organization.",
        "ask for a job of one test organization below another's id.",
    ),
];

async fn one_job(side: &mut OneClick) -> Judged {
    let ids = json::ids(&side.jobs().await?);
    let Some(id) = ids.first() else {
        return Err(unknown("None of the jobs has an id."));
    };
    let answer = side.get(&["jobs", id], &[]).await?;
    let Some(body) = answer.success() else {
        return Err(contradicted("200 in JSON", answer.seen()));
    };
    if json::id_in(&body["job"], "id").as_ref() == Some(id) {
        return holds();
    }
    Err(contradicted("an object of job, with that id", shape(body)))
}

async fn fields(side: &mut OneClick) -> Judged {
    let fields = [
        ("name", Kind::Text),
        ("customer_name", Kind::Text),
        ("email", Kind::OptionalText),
        ("phones", Kind::Objects),
        ("address", Kind::Object),
        ("status", Kind::Text),
        ("metadata", Kind::Object),
    ];
    let jobs = side.jobs().await?;
    for field in [
        "id",
        "organization_id",
        "assigned_user_id",
        "created_by_user_id",
    ] {
        if jobs.iter().any(|job| job.get(field).is_none()) {
            return Err(contradicted("these fields", format!("no {field}")));
        }
    }
    fit(&jobs, &fields)
}

async fn address_and_phones(side: &mut OneClick) -> Judged {
    let jobs = side.jobs().await?;
    let parts = ["line_1", "line_2", "city", "state", "postal_code"];
    let parts = parts.map(|part| (part, Kind::OptionalText));
    fit(jobs.iter().map(|job| &job["address"]), &parts)?;
    let phones = jobs
        .iter()
        .filter_map(|job| job["phones"].as_array())
        .flatten();
    let fields = [("name", Kind::OptionalText), ("number", Kind::Text)];
    fit(phones, &fields)
}

async fn metadata(side: &mut OneClick) -> Judged {
    let jobs = side.jobs().await?;
    if jobs.iter().all(|job| {
        job["metadata"]
            .as_object()
            .is_some_and(serde_json::Map::is_empty)
    }) {
        return Err(unknown("None of the jobs has metadata."));
    }
    fit(&jobs, &[("metadata", Kind::TextByKey)])
}

async fn additional_users(side: &mut OneClick) -> Judged {
    let mut jobs = side.jobs().await?;
    jobs.retain(|job| job.get("additional_user_ids").is_some());
    if jobs.is_empty() {
        return Err(unknown("None of the jobs has the field."));
    }
    fit(&jobs, &[("additional_user_ids", Kind::Texts)])
}

fn changed_at(job: &Value) -> Option<jiff::Timestamp> {
    job["updated_at"].as_str().and_then(json::time)
}

async fn oldest_first(side: &mut OneClick) -> Judged {
    let jobs = side.jobs_where(&[("updated_since", ALWAYS)]).await?;
    let times: Vec<_> = jobs.iter().filter_map(changed_at).collect();
    if times.len() < 2 {
        return Err(unknown("Fewer than two jobs have an updated_at."));
    }
    let falling = times.windows(2).filter(|pair| pair[0] > pair[1]).count();
    if falling == 0 {
        return holds();
    }
    Err(contradicted(
        "updated_at never falls along the list",
        format!("it falls {falling} times among {}", times.len()),
    ))
}

/// The job that changed last of those looked at: its id, and its time as it was written.
async fn newest(side: &mut OneClick) -> Result<(String, String), Doubt> {
    let jobs = side.jobs().await?;
    let known = jobs.iter().filter(|job| changed_at(job).is_some());
    let newest = known.max_by_key(|job| changed_at(job));
    newest
        .and_then(|job| {
            Some((
                json::id_in(job, "id")?,
                json::text(job, "updated_at")?.to_owned(),
            ))
        })
        .ok_or_else(|| unknown("None of the jobs has an updated_at."))
}

async fn inclusive(side: &mut OneClick) -> Judged {
    let (id, time) = newest(side).await?;
    let query = [WHOLE_PAGE, ("updated_since", &time)];
    let (jobs, next) = side.list(&["jobs"], "jobs", &query).await?;
    if json::ids(&jobs).contains(&id) {
        return holds();
    }
    if !next.is_null() {
        return Err(unknown("Too many jobs changed since."));
    }
    let seen = format!("{} others", jobs.len());
    Err(contradicted(
        "the job, asked for since its own updated_at",
        seen,
    ))
}

async fn leaves_out(side: &mut OneClick) -> Judged {
    let (_, text) = newest(side).await?;
    let jobs = side.jobs_where(&[("updated_since", &text)]).await?;
    let time = json::time(&text);
    let older = jobs
        .iter()
        .filter_map(changed_at)
        .filter(|changed| Some(*changed) < time)
        .count();
    if older == 0 {
        return holds();
    }
    let seen = format!("{older} jobs");
    Err(contradicted(
        "nothing from before the time that was asked for",
        seen,
    ))
}

async fn by_metadata(side: &mut OneClick) -> Judged {
    let jobs = side.jobs().await?;
    let tagged = jobs.iter().find_map(|job| {
        let mut entries = job["metadata"].as_object()?.iter();
        let (key, value) =
            entries.find(|(_, value)| value.as_str().is_some_and(|text| !text.is_empty()))?;
        Some((job, key, value))
    });
    let Some((job, key, value)) = tagged else {
        return Err(unknown("None of the jobs has metadata."));
    };
    let filter = format!("metadata[{key}]");
    let found = side
        .jobs_where(&[(&filter, value.as_str().unwrap_or_default())])
        .await?;
    if found.iter().any(|found| found["metadata"][key] != *value) {
        return Err(contradicted("only jobs with that value", "others too"));
    }
    is_among(job, &found)
}

fn is_among(job: &Value, found: &[Value]) -> Judged {
    // More than a page of them would hide it.
    if found.len() >= 100 || found.iter().any(|found| found["id"] == job["id"]) {
        return holds();
    }
    Err(contradicted(
        "the job itself",
        format!("{} others", found.len()),
    ))
}

/// A filter that nothing fits, and one that is ignored, differ here.
async fn finds_none(side: &mut OneClick, filter: &str) -> Judged {
    match side.jobs_where(&[(filter, NOBODY)]).await?.len() {
        0 => holds(),
        found => Err(contradicted("no jobs", format!("{found}"))),
    }
}

async fn by_nobodys_metadata(side: &mut OneClick) -> Judged {
    finds_none(side, "metadata[cc_project_id]").await
}

async fn by_nobodys_address(side: &mut OneClick) -> Judged {
    finds_none(side, "address[line_1]").await
}

async fn by_nobodys_query(side: &mut OneClick) -> Judged {
    finds_none(side, "query").await
}

/// The same text in the other case, if it has letters.
fn in_other_case(text: &str) -> Option<String> {
    [text.to_uppercase(), text.to_lowercase()]
        .into_iter()
        .find(|other| other != text)
}

async fn by_address(side: &mut OneClick) -> Judged {
    let jobs = side.jobs().await?;
    let placed = jobs.iter().find_map(|job| {
        let address = &job["address"];
        let line = in_other_case(json::text(address, "line_1")?)?;
        Some((job, line, json::text(address, "postal_code")?))
    });
    let Some((job, line, postal_code)) = placed else {
        return Err(unknown("None of the jobs has an address."));
    };
    let filters = [
        ("address[line_1]", line.as_str()),
        ("address[postal_code]", postal_code),
    ];
    let found = side.jobs_where(&filters).await?;
    is_among(job, &found)
}

async fn by_query(side: &mut OneClick) -> Judged {
    let jobs = side.jobs().await?;
    let named = jobs
        .iter()
        .find_map(|job| Some((job, json::text(job, "customer_name")?)));
    let Some((job, name)) = named else {
        return Err(unknown("None of the jobs has a customer's name."));
    };
    let answer = side.get(&["jobs"], &[WHOLE_PAGE, ("query", name)]).await?;
    if answer.status.is_client_error() {
        return Err(contradicted("200", answer.seen()));
    }
    is_among(job, &side.jobs_where(&[("query", name)]).await?)
}
