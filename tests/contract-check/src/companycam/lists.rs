//! Lists: pages and cursors.

use serde_json::Value;

use super::{CompanyCam, WHOLE_PAGE};
use crate::asker::{name_of, unreadable};
use crate::assumption::{Assumption, Doubt, Judged, contradicted, holds, tried, unknown, untried};
use crate::json;

const READING: &str = "reading every list: users, projects, photos, tags, webhooks";
const BY_CURSOR: &str = "reading photo lists (B15, B19)";

pub(super) const ASSUMPTIONS: &[Assumption<CompanyCam>] = &[
    tried!("lists are bare JSON arrays", READING, bare_arrays),
    tried!(
        "a page has as many as asked for, up to 100, while there are more",
        "a short page is the last one (every list)",
        full_pages
    ),
    tried!(
        "no page has more than 100",
        "nothing: pages of 100 are asked for",
        at_most_100
    ),
    tried!(
        "a page beyond the end is an empty array",
        "ending at a list of exactly 100, 200 … (every list)",
        beyond_the_end
    ),
    tried!(
        "no header tells the total",
        "progress by what was listed so far (B19)",
        no_total
    ),
    tried!(
        "GET /photos answers X-Has-Next and X-Next-Cursor",
        BY_CURSOR,
        company_cursor
    ),
    tried!(
        "GET /projects/{id}/photos answers X-Has-Next and X-Next-Cursor",
        BY_CURSOR,
        project_cursor
    ),
    tried!(
        "after= on GET /photos goes on where the page ended",
        BY_CURSOR,
        company_walk
    ),
    tried!(
        "after= on GET /projects/{id}/photos goes on where the page ended",
        BY_CURSOR,
        project_walk
    ),
    tried!(
        "the last page says X-Has-Next: false",
        "ending a walk (B15)",
        last_page
    ),
    tried!(
        "after= together with page= is refused",
        "nothing: they are never sent together",
        cursor_with_page
    ),
    untried(
        "page numbers over a growing list skip or repeat rows",
        "nothing: the cursor is used where there is one",
        "Needs a list that grows meanwhile.",
        "add photos to a test project between two pages.",
    ),
];

async fn bare_arrays(side: &mut CompanyCam) -> Judged {
    let mut paths = vec![
        vec!["projects".to_owned()],
        vec!["photos".to_owned()],
        vec!["users".to_owned()],
        vec!["tags".to_owned()],
        vec!["webhooks".to_owned()],
    ];
    // Of a project, if the first list lets one be found.
    if let Ok(projects) = side.projects().await
        && let Some(id) = json::ids(&projects).first()
    {
        for list in ["photos", "documents", "assigned_users"] {
            paths.push(vec!["projects".to_owned(), id.clone(), list.to_owned()]);
        }
    }
    let mut seen = 0;
    let mut doubts = Vec::new();
    for path in &paths {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let answer = side.asker.get(&path, &[WHOLE_PAGE]).await?;
        if answer.success().is_some_and(Value::is_array) {
            seen += 1;
        } else if answer.status.is_success() {
            let seen = format!("{}: {}", name_of(&path), answer.seen());
            return Err(contradicted("an array", seen));
        } else {
            doubts.push(name_of(&path));
        }
    }
    if doubts.is_empty() {
        return Ok(format!("{seen} lists"));
    }
    Err(unknown(format!("Not readable: {}.", doubts.join(", "))))
}

async fn full_pages(side: &mut CompanyCam) -> Judged {
    for list in ["photos", "projects"] {
        let first = side.asker.list(&[list], &[WHOLE_PAGE]).await?;
        match first.len() {
            100 => return holds(),
            0 => {}
            more if more > 100 => {
                return Err(contradicted("100 of per_page=100", format!("{more}")));
            }
            fewer => {
                let query = [WHOLE_PAGE, ("page", "2")];
                let second = side.asker.list(&[list], &query).await?;
                if !second.is_empty() {
                    let seen = format!("{fewer} on the first page of {list}, and more on the next");
                    return Err(contradicted("100 of per_page=100", seen));
                }
            }
        }
    }
    Err(unknown(
        "This company has fewer than 100 photos and projects.",
    ))
}

async fn at_most_100(side: &mut CompanyCam) -> Judged {
    if side.photos().await?.len() < 100 {
        return Err(unknown("This company has fewer than 100 photos."));
    }
    let path = ["photos"];
    let answer = side.asker.get(&path, &[("per_page", "101")]).await?;
    if answer.status.is_client_error() {
        return Ok(format!("per_page=101 is {}", answer.seen()));
    }
    match answer.success().and_then(Value::as_array).map(Vec::len) {
        Some(101) => Err(contradicted("at most 100 of per_page=101", "101")),
        Some(given) => Ok(format!("per_page=101 gives {given}")),
        None => Err(unreadable(&path, &answer)),
    }
}

async fn beyond_the_end(side: &mut CompanyCam) -> Judged {
    let path = ["tags"];
    let query = [WHOLE_PAGE, ("page", "1000")];
    let answer = side.asker.get(&path, &query).await?;
    match answer.success() {
        Some(Value::Array(tags)) if tags.is_empty() => holds(),
        // Whether it is an array at all is another line.
        Some(Value::Object(_)) => Err(unreadable(&path, &answer)),
        _ => Err(contradicted("an empty array", answer.seen())),
    }
}

async fn no_total(side: &mut CompanyCam) -> Judged {
    for list in ["photos", "projects", "users"] {
        let answer = side.asker.get(&[list], &[WHOLE_PAGE]).await?;
        let mut names = answer
            .headers
            .keys()
            .map(reqwest::header::HeaderName::as_str);
        if let Some(name) = names.find(|name| name.contains("total")) {
            return Err(contradicted("no such header", format!("the header {name}")));
        }
    }
    holds()
}

/// What a list's answer says of where it goes on.
struct Page {
    items: Vec<Value>,
    has_next: Option<bool>,
    next: Option<String>,
}

async fn page(
    side: &mut CompanyCam,
    path: &[&str],
    query: &[(&str, &str)],
    again: bool,
) -> Result<Page, Doubt> {
    let answer = if again {
        side.asker.get_again(path, query).await?
    } else {
        side.asker.get(path, query).await?
    };
    let Some(items) = answer.success().and_then(Value::as_array) else {
        return Err(unreadable(path, &answer));
    };
    Ok(Page {
        items: items.clone(),
        has_next: answer
            .header("x-has-next")
            .and_then(|text| text.parse().ok()),
        next: answer.header("x-next-cursor").map(str::to_owned),
    })
}

/// Few enough a page for most companies to have several.
const SMALL_PAGE: (&str, &str) = ("per_page", "20");
const SMALLEST_PAGE: (&str, &str) = ("per_page", "1");

async fn company_cursor(side: &mut CompanyCam) -> Judged {
    has_cursor(side, &["photos"], SMALL_PAGE).await
}

async fn project_cursor(side: &mut CompanyCam) -> Judged {
    let project = busiest_project(side).await?;
    has_cursor(side, &["projects", &project, "photos"], SMALLEST_PAGE).await
}

async fn busiest_project(side: &mut CompanyCam) -> Result<String, Doubt> {
    let projects = side.projects_with_photos().await?;
    let first = projects.into_iter().next();
    first
        .map(|(project, _)| project)
        .ok_or_else(|| unknown("No photo names its project."))
}

async fn has_cursor(side: &mut CompanyCam, path: &[&str], size: (&str, &str)) -> Judged {
    let page = page(side, path, &[size], false).await?;
    match (page.has_next, page.next) {
        (Some(true), Some(_)) => holds(),
        (Some(false), _) => Ok("there is one page only".to_owned()),
        (Some(true), None) => Err(contradicted("X-Next-Cursor", "X-Has-Next: true without it")),
        (None, Some(_)) => Err(contradicted("X-Has-Next", "X-Next-Cursor without it")),
        (None, None) => Err(contradicted("X-Has-Next and X-Next-Cursor", "neither")),
    }
}

async fn company_walk(side: &mut CompanyCam) -> Judged {
    walk(side, &["photos"], SMALL_PAGE).await
}

async fn project_walk(side: &mut CompanyCam) -> Judged {
    let project = busiest_project(side).await?;
    walk(side, &["projects", &project, "photos"], SMALLEST_PAGE).await
}

/// The second page by cursor is the second page by number.
async fn walk(side: &mut CompanyCam, path: &[&str], size: (&str, &str)) -> Judged {
    let first = page(side, path, &[size], false).await?;
    let Some(cursor) = first.next else {
        return Err(unknown("There is no cursor to go on with."));
    };
    let by_cursor = page(side, path, &[size, ("after", &cursor)], false).await?;
    let by_number = page(side, path, &[size, ("page", "2")], false).await?;
    let (by_cursor, by_number) = (json::ids(&by_cursor.items), json::ids(&by_number.items));
    if by_cursor == by_number && !by_cursor.is_empty() {
        return holds();
    }
    let now = page(side, path, &[size], true).await?;
    if json::ids(&now.items) != json::ids(&first.items) {
        return Err(unknown(
            "The list changed while it was asked for: run it again.",
        ));
    }
    let repeated = by_cursor
        .iter()
        .any(|id| json::ids(&now.items).contains(id));
    let seen = match (by_cursor.is_empty(), repeated) {
        (true, _) => "an empty page",
        (false, true) => "photos of the page before",
        (false, false) => "other photos than page=2",
    };
    Err(contradicted("the photos of page=2", seen))
}

async fn last_page(side: &mut CompanyCam) -> Judged {
    let projects = side.projects_with_photos().await?;
    let fewest = projects.last().map(|(project, _)| project.clone());
    let project = fewest.unwrap_or_default();
    let path = ["projects", &project, "photos"];
    let page = page(side, &path, &[WHOLE_PAGE], false).await?;
    if page.items.len() >= 100 {
        return Err(unknown("No project with few photos was found."));
    }
    match page.has_next {
        Some(false) => holds(),
        Some(true) => Err(contradicted("X-Has-Next: false", "true on a short page")),
        // That the header is missing is another line.
        None => Err(unknown("There is no X-Has-Next.")),
    }
}

async fn cursor_with_page(side: &mut CompanyCam) -> Judged {
    let first = page(side, &["photos"], &[SMALL_PAGE], false).await?;
    let Some(cursor) = first.next else {
        return Err(unknown("There is no cursor to try it with."));
    };
    let query = [SMALL_PAGE, ("after", &cursor), ("page", "2")];
    let answer = side.asker.get(&["photos"], &query).await?;
    if answer.status.is_client_error() {
        return Ok(format!("it is {}", answer.seen()));
    }
    Err(contradicted("4xx", answer.seen()))
}
