//! Projects: how they are listed, and what belongs to one.

use jiff::Timestamp;
use serde_json::Value;

use super::{CompanyCam, WHOLE_PAGE};
use crate::assumption::{Assumption, Doubt, Judged, contradicted, fit, holds, tried, unknown};
use crate::json::{self, Kind};

const POLLS: &str = "polls: projects changed since the last look (B17)";

/// Pages that are searched for a deleted or archived project.
const PAGES: [&str; 3] = ["1", "2", "3"];
/// Projects that are asked for their documents or assignees until one has some.
const TRIES: usize = 4;

pub(super) const ASSUMPTIONS: &[Assumption<CompanyCam>] = &[
    tried!(
        "GET /projects lists deleted ones too",
        "noticing what was deleted (B18), importing none of them (B14)",
        lists_deleted
    ),
    tried!(
        "GET /projects lists archived ones too",
        "noticing what was archived (B18), importing none of them (B14)",
        lists_archived
    ),
    tried!(
        "GET /projects has the newest activity first",
        POLLS,
        newest_first
    ),
    tried!(
        "modified_since is ISO 8601 and inclusive",
        POLLS,
        modified_since_is_inclusive
    ),
    tried!(
        "modified_since leaves out what changed before",
        "a poll with nothing new is one GET (B17)",
        modified_since_leaves_out
    ),
    tried!(
        "GET /projects/{id} answers the project as it is listed",
        "looks at one project (B17)",
        one_project
    ),
    tried!(
        "a project carries no assignees, no counts and no documents",
        "nothing: they are asked for one by one",
        carries_nothing_more
    ),
    tried!(
        "GET /projects/{id}/assigned_users lists users",
        "the job's assignee (B14), reassigning (B23)",
        assigned_users
    ),
    tried!(
        "a document has name, url, content_type and byte_size",
        "copying documents (B16)",
        documents
    ),
];

async fn lists_deleted(side: &mut CompanyCam) -> Judged {
    find(side, "deleted", |project| project["status"] == "deleted").await
}

async fn lists_archived(side: &mut CompanyCam) -> Judged {
    find(side, "archived", |project| project["archived"] == true).await
}

async fn find(side: &mut CompanyCam, what: &str, is_so: fn(&Value) -> bool) -> Judged {
    let mut seen = 0;
    for number in PAGES {
        // Without a number it is the list that others look at too.
        let projects = if number == "1" {
            side.projects().await?
        } else {
            let query = [WHOLE_PAGE, ("page", number)];
            side.asker.list(&["projects"], &query).await?
        };
        if projects.iter().any(is_so) {
            return holds();
        }
        seen += projects.len();
        if projects.len() < 100 {
            break;
        }
    }
    Err(unknown(format!(
        "None of {seen} projects is {what}. By hand: have one {what} in CompanyCam, then run this again."
    )))
}

fn changed_at(project: &Value) -> Option<i64> {
    json::seconds(&project["updated_at"])
}

async fn newest_first(side: &mut CompanyCam) -> Judged {
    let projects = side.projects().await?;
    let times: Vec<i64> = projects.iter().filter_map(changed_at).collect();
    if times.len() < 2 {
        return Err(unknown("Fewer than two projects have an updated_at."));
    }
    let rising = times.windows(2).filter(|pair| pair[0] < pair[1]).count();
    if rising == 0 {
        return holds();
    }
    Err(contradicted(
        "updated_at never rises along the list",
        format!("it rises {rising} times among {}", times.len()),
    ))
}

/// The newest project's time of change and id.
async fn newest(side: &mut CompanyCam) -> Result<(i64, String), Doubt> {
    let projects = side.projects().await?;
    let known = |project: &Value| Some((changed_at(project)?, json::id_in(project, "id")?));
    projects
        .iter()
        .filter_map(known)
        .max()
        .ok_or_else(|| unknown("No project has an updated_at."))
}

async fn modified_since(side: &mut CompanyCam, time: i64) -> Result<Vec<Value>, Doubt> {
    let since = Timestamp::from_second(time).map_err(|_| unknown("A time out of range."))?;
    let query = [WHOLE_PAGE, ("modified_since", &since.to_string())];
    side.asker.list(&["projects"], &query).await
}

async fn modified_since_is_inclusive(side: &mut CompanyCam) -> Judged {
    let (time, id) = newest(side).await?;
    let listed = modified_since(side, time).await?;
    if json::ids(&listed).contains(&id) {
        return holds();
    }
    Err(contradicted(
        "the newest project, asked for since its own updated_at",
        format!("{} others", listed.len()),
    ))
}

async fn modified_since_leaves_out(side: &mut CompanyCam) -> Judged {
    let (time, _) = newest(side).await?;
    let listed = modified_since(side, time + 1).await?;
    let older = listed
        .iter()
        .filter_map(changed_at)
        .filter(|changed_at| *changed_at <= time)
        .count();
    if older == 0 {
        return holds();
    }
    Err(contradicted(
        "nothing from before the time that was asked for",
        format!("{older} projects"),
    ))
}

async fn one_project(side: &mut CompanyCam) -> Judged {
    let (_, id) = newest(side).await?;
    let path = ["projects", &id];
    let answer = side.asker.get(&path, &[]).await?;
    let Some(project) = answer.success() else {
        return Err(contradicted("the project", answer.seen()));
    };
    if json::id_in(project, "id").is_some_and(|found| found == id) {
        return holds();
    }
    Err(contradicted("an object with that id", json::shape(project)))
}

async fn carries_nothing_more(side: &mut CompanyCam) -> Judged {
    let projects = side.projects().await?;
    let carried = [
        "assigned_users",
        "assignees",
        "documents",
        "photo_count",
        "photos_count",
        "document_count",
        "documents_count",
        "tags",
    ];
    let found = carried
        .into_iter()
        .filter(|field| projects.iter().any(|project| project.get(field).is_some()));
    let found: Vec<&str> = found.collect();
    if found.is_empty() {
        return holds();
    }
    Err(contradicted("none of them", found.join(", ")))
}

/// The first list of that name that has something in it, of the first projects.
pub(super) async fn first_with(side: &mut CompanyCam, list: &str) -> Result<Vec<Value>, Doubt> {
    let projects = json::ids(&side.projects().await?);
    for project in projects.iter().take(TRIES) {
        let found = side
            .asker
            .list(&["projects", project, list], &[WHOLE_PAGE])
            .await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let words = list.replace('_', " ");
    Err(unknown(format!(
        "None of the {TRIES} newest projects has {words}. By hand: give the newest one some, then run this again."
    )))
}

async fn assigned_users(side: &mut CompanyCam) -> Judged {
    let assigned = first_with(side, "assigned_users").await?;
    let users = side.users().await?;
    let known = json::ids(&users);
    let ids = json::ids(&assigned);
    if ids.len() < assigned.len() {
        return Err(contradicted("users with their ids", "one without"));
    }
    if users.len() < 100 && !ids.iter().all(|id| known.contains(id)) {
        return Ok("somebody among them is not in GET /users".to_owned());
    }
    holds()
}

async fn documents(side: &mut CompanyCam) -> Judged {
    let documents = first_with(side, "documents").await?;
    let fields = [
        ("name", Kind::Text),
        ("url", Kind::Text),
        ("content_type", Kind::OptionalText),
        ("byte_size", Kind::Integer),
    ];
    if json::ids(&documents).len() < documents.len() {
        return Err(contradicted("documents with their ids", "one without"));
    }
    fit(&documents, &fields)
}
