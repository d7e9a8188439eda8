//! Photos: what they carry, how they are listed and filtered.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{CompanyCam, WHOLE_PAGE};
use crate::assumption::{
    Assumption, Doubt, Judged, contradicted, fit, holds, tried, unknown, untried,
};
use crate::json::{self, Kind, shape};

const TAGS: &str = "a photo's tags in One Click (B15)";
const ANYWHERE: &str = "reading whole photo lists instead of stopping at the first known one (B15)";

const STATUSES: [&str; 5] = [
    "pending",
    "processing",
    "processed",
    "processing_error",
    "duplicate",
];

/// How many tags and photos are tried for a filter.
const TRIES: usize = 3;

pub(super) const ASSUMPTIONS: &[Assumption<CompanyCam>] = &[
    tried!(
        "a photo has project_id, processing_status, internal, uris, hash and its times",
        "copying a photo (B15)",
        fields
    ),
    tried!(
        "photo.coordinates is an object",
        "nothing: it is not copied",
        coordinates
    ),
    tried!(
        "photo.description is a string, null, or an object with text, html or html_content",
        "the caption in One Click (B15)",
        descriptions
    ),
    tried!("a photo carries no tags", TAGS, no_tags),
    tried!(
        "processing_status is one of the five that are known",
        "copying only finished photos (B15)",
        statuses
    ),
    untried(
        "only `processed` is finished; `duplicate` and `processing_error` never become so",
        "copying only finished photos (B15)",
        "Needs waiting.",
        "upload the same photo twice in a test company and look again the next day.",
    ),
    tried!(
        "GET /photos/{id} answers the photo as it is listed",
        "looks at one photo (B17)",
        one_photo
    ),
    tried!(
        "photo lists are sorted by capture time, newest first",
        ANYWHERE,
        sorted_by_capture
    ),
    tried!(
        "new uploads may stand anywhere in a photo list",
        ANYWHERE,
        uploads_stand_anywhere
    ),
    tried!(
        "start_date and end_date filter by capture time, in Unix seconds",
        "nothing: they are no feed of changes",
        dates_are_of_capture
    ),
    tried!(
        "GET /photos?tag_ids[]= lists the photos with that tag",
        TAGS,
        tag_filter
    ),
    tried!(
        "GET /photos?project_ids[]= lists the photos of these projects",
        "reading photos of several projects at once (B19)",
        project_filter
    ),
    tried!(
        "of an array filter repeated without [] only the last counts",
        "nothing: it is sent with []",
        without_brackets
    ),
    tried!(
        "GET /photos?project_id= (singular) is silently ignored",
        "nothing: project_ids[] is sent",
        singular_is_ignored
    ),
];

async fn fields(side: &mut CompanyCam) -> Judged {
    let fields = [
        ("processing_status", Kind::Text),
        ("internal", Kind::Flag),
        ("uris", Kind::Objects),
        ("hash", Kind::OptionalText),
    ];
    let photos = side.photos().await?;
    let missing = [
        "id",
        "project_id",
        "captured_at",
        "created_at",
        "updated_at",
    ]
    .into_iter()
    .find(|field| photos.iter().any(|photo| photo[*field].is_null()));
    if let Some(field) = missing {
        return Err(contradicted("these fields", format!("no {field}")));
    }
    fit(&photos, &fields)
}

async fn coordinates(side: &mut CompanyCam) -> Judged {
    let photos = side.photos().await?;
    let all = photos.iter().map(|photo| &photo["coordinates"]);
    let given: Vec<&Value> = all.filter(|value| !value.is_null()).collect();
    match given.iter().find(|value| !value.is_object()) {
        Some(odd) => Err(contradicted("an object", shape(odd))),
        None if given.is_empty() => Err(unknown("None of the photos has coordinates.")),
        None => holds(),
    }
}

async fn descriptions(side: &mut CompanyCam) -> Judged {
    let mut forms = BTreeSet::new();
    for photo in side.photos().await? {
        let form = match &photo["description"] {
            Value::Null => "null",
            Value::String(_) => "string",
            Value::Object(fields) if fields.contains_key("text") => "object with text",
            Value::Object(fields)
                if fields.contains_key("html") || fields.contains_key("html_content") =>
            {
                "object without text"
            }
            odd => {
                let seen = shape(odd);
                return Err(contradicted("a string, null, or such an object", seen));
            }
        };
        forms.insert(form);
    }
    Ok(format!("seen: {}", Vec::from_iter(forms).join(", ")))
}

async fn no_tags(side: &mut CompanyCam) -> Judged {
    let photos = side.photos().await?;
    match photos.iter().find_map(|photo| photo.get("tags")) {
        Some(tags) => Err(contradicted("no field tags", shape(tags))),
        None => holds(),
    }
}

async fn statuses(side: &mut CompanyCam) -> Judged {
    let mut seen = BTreeSet::new();
    for photo in side.photos().await? {
        let status = photo["processing_status"].as_str().unwrap_or_default();
        match STATUSES.iter().find(|known| **known == status) {
            Some(known) => {
                seen.insert(*known);
            }
            None => return Err(contradicted(STATUSES.join(", "), "another one")),
        }
    }
    Ok(format!("seen: {}", Vec::from_iter(seen).join(", ")))
}

async fn one_photo(side: &mut CompanyCam) -> Judged {
    let photos = side.photos().await?;
    let Some(listed) = photos
        .iter()
        .find(|photo| photo["processing_status"] == "processed")
    else {
        return Err(unknown("None of the photos is processed."));
    };
    let id = json::id_in(listed, "id").unwrap_or_default();
    let answer = side.asker.get(&["photos", &id], &[]).await?;
    let Some(photo) = answer.success() else {
        return Err(contradicted("the photo", answer.seen()));
    };
    let differs = ["id", "project_id", "hash", "captured_at"]
        .into_iter()
        .find(|field| photo[*field] != listed[*field]);
    match differs {
        Some(field) => Err(contradicted(
            "the same as in the list",
            format!("another {field}"),
        )),
        None => holds(),
    }
}

fn captured_at(photo: &Value) -> Option<i64> {
    json::seconds(&photo["captured_at"])
}

fn created_at(photo: &Value) -> Option<i64> {
    json::seconds(&photo["created_at"])
}

/// How often a time rises along a list.
fn rises(photos: &[Value], time: fn(&Value) -> Option<i64>) -> usize {
    let times: Vec<i64> = photos.iter().filter_map(time).collect();
    times.windows(2).filter(|pair| pair[0] < pair[1]).count()
}

async fn sorted_by_capture(side: &mut CompanyCam) -> Judged {
    let photos = side.photos().await?;
    match rises(&photos, captured_at) {
        0 => holds(),
        times => Err(contradicted(
            "captured_at never rises along the list",
            format!("it rises {times} times among {}", photos.len()),
        )),
    }
}

async fn uploads_stand_anywhere(side: &mut CompanyCam) -> Judged {
    let photos = side.photos().await?;
    if rises(&photos, created_at) > 0 {
        return holds();
    }
    Err(unknown(
        "All photos looked at were uploaded in the order they were taken. By hand: upload an older picture, then run this again.",
    ))
}

async fn dates_are_of_capture(side: &mut CompanyCam) -> Judged {
    let photos = side.photos().await?;
    // From the end: then others stand before it, which the filter must leave out.
    let apart = photos.iter().rev().find_map(|photo| {
        let (captured, created) = (captured_at(photo)?, created_at(photo)?);
        (created > captured).then_some((json::id_in(photo, "id")?, captured, created))
    });
    let Some((id, captured, created)) = apart else {
        return Err(unknown(
            "All photos were uploaded in the second they were taken.",
        ));
    };
    let until = [WHOLE_PAGE, ("end_date", &captured.to_string())];
    let until = side.asker.list(&["photos"], &until).await?;
    if until
        .iter()
        .filter_map(captured_at)
        .any(|time| time > captured)
    {
        return Err(contradicted("nothing captured after end_date", "some"));
    }
    if !json::ids(&until).contains(&id) && until.len() < 100 {
        return Err(contradicted("the photo captured at end_date", "not listed"));
    }
    let since = [WHOLE_PAGE, ("start_date", &created.to_string())];
    let since = side.asker.list(&["photos"], &since).await?;
    if since
        .iter()
        .filter_map(captured_at)
        .any(|time| time < created)
    {
        return Err(contradicted("nothing captured before start_date", "some"));
    }
    holds()
}

async fn tag_filter(side: &mut CompanyCam) -> Judged {
    for tag in json::ids(&side.tags().await?).iter().take(TRIES) {
        let query = [("per_page", "20"), ("tag_ids[]", tag)];
        let photos = side.asker.list(&["photos"], &query).await?;
        if photos.is_empty() {
            continue;
        }
        for photo in json::ids(&photos).iter().take(TRIES) {
            let path = ["photos", photo, "tags"];
            let tags = side.asker.list(&path, &[WHOLE_PAGE]).await?;
            if !json::ids(&tags).contains(tag) {
                return Err(contradicted("only photos with that tag", "one without it"));
            }
        }
        return holds();
    }
    Err(unknown("None of the first tags is on a photo."))
}

/// Two projects with photos.
async fn two_projects(side: &mut CompanyCam) -> Result<(String, String), Doubt> {
    let projects = side.projects_with_photos().await?;
    match projects.as_slice() {
        [(one, _), (other, _), ..] => Ok((one.clone(), other.clone())),
        _ => Err(unknown("Fewer than two projects have photos.")),
    }
}

/// Whose photos a filtered list has.
async fn projects_listed(
    side: &mut CompanyCam,
    query: &[(&str, &str)],
) -> Result<(BTreeSet<String>, usize), Doubt> {
    let photos = side.asker.list(&["photos"], query).await?;
    let projects = photos
        .iter()
        .filter_map(|photo| json::id_in(photo, "project_id"));
    Ok((projects.collect(), photos.len()))
}

async fn project_filter(side: &mut CompanyCam) -> Judged {
    let (one, other) = two_projects(side).await?;
    let query = [
        WHOLE_PAGE,
        ("project_ids[]", &one),
        ("project_ids[]", &other),
    ];
    let (listed, photos) = projects_listed(side, &query).await?;
    if listed
        .iter()
        .any(|project| *project != one && *project != other)
    {
        return Err(contradicted(
            "photos of these two projects",
            "photos of others too",
        ));
    }
    if listed.len() < 2 && photos < 100 {
        return Err(contradicted(
            "photos of these two projects",
            format!("photos of {} of them", listed.len()),
        ));
    }
    holds()
}

async fn without_brackets(side: &mut CompanyCam) -> Judged {
    let (one, other) = two_projects(side).await?;
    let query = [WHOLE_PAGE, ("project_ids", &one), ("project_ids", &other)];
    let (listed, _) = projects_listed(side, &query).await?;
    if listed == BTreeSet::from([other]) {
        return holds();
    }
    let seen = match (listed.is_empty(), listed.contains(&one)) {
        (true, _) => "none",
        (false, true) => "photos of the first too",
        (false, false) => "photos of others too",
    };
    Err(contradicted("photos of the last project only", seen))
}

async fn singular_is_ignored(side: &mut CompanyCam) -> Judged {
    let (one, _) = two_projects(side).await?;
    let (listed, _) = projects_listed(side, &[WHOLE_PAGE, ("project_id", &one)]).await?;
    if listed.len() > 1 {
        return holds();
    }
    Err(contradicted(
        "photos of all projects",
        "photos of that project only, or none",
    ))
}
