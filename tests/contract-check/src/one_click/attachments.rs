//! Images and documents of jobs.

use serde_json::Value;

use super::{OneClick, WHOLE_PAGE};
use crate::assumption::{
    Assumption, Doubt, Judged, NEEDS_A_WRITE, contradicted, fit, holds, tried, unknown, untried,
};
use crate::json::{self, Kind, shape};

const COPIES: &str = "what is copied already (B15, B31), proving copies (B17)";
const UPLOADS: &str = "copying photos and documents (B15, B16)";
/// Jobs that are asked for images or documents until one has some.
const TRIES: usize = 5;

pub(super) const ASSUMPTIONS: &[Assumption<OneClick>] = &[
    tried!(
        "GET …/jobs/{id}/images answers {\"images\": […], \"next_page\"}",
        COPIES,
        form_of_images
    ),
    tried!("an image has its fields", COPIES, image_fields),
    tried!(
        "an image's md5 is 32 lower-case hexadecimal digits",
        "proving copies (B17)",
        form_of_md5
    ),
    untried(
        "an image's md5 is that of the bytes that were uploaded",
        "proving copies (B17)",
        "The contract has no request for the bytes.",
        "save an image from One Click's Photos tab and compare `md5sum` with the list.",
    ),
    tried!(
        "an image of another origin has external_id null, and an id",
        "adopting what the earlier integration copied (B31)",
        other_origins
    ),
    tried!(
        "deleted images are listed, with deleted true",
        "not copying again what somebody deleted (B15)",
        deleted_images
    ),
    tried!(
        "GET …/jobs/{id}/documents answers documents as images",
        "copying documents (B16)",
        documents
    ),
    untried(
        "PUT …/images/{external_id} answers 201 for a new one, 200 for a replaced one",
        UPLOADS,
        NEEDS_A_WRITE,
        "in a test organization, upload the same image twice.",
    ),
    untried(
        "a version lower than the stored one changes nothing; an equal one replaces",
        "stragglers (B26)",
        NEEDS_A_WRITE,
        "in a test organization, upload version 2, then version 1, then version 2 again.",
    ),
    untried(
        "PATCH …/images/{external_id} changes the description, by the same rule",
        "captions and tags without copying (B15)",
        NEEDS_A_WRITE,
        "in a test organization, change a caption.",
    ),
    untried(
        "PATCH …/images/id:{id} gives an image our external_id; 409 if that is taken",
        "adopting what the earlier integration copied (B31)",
        NEEDS_A_WRITE,
        "in a test organization, upload a picture by hand and give it an external_id.",
    ),
    untried(
        "DELETE …/images/{external_id} answers 204, and 404 if unknown",
        "removing copies (B13, B15)",
        NEEDS_A_WRITE,
        "in a test organization, delete an image twice.",
    ),
    untried(
        "PUT and DELETE …/documents/{external_id} do as for images",
        UPLOADS,
        NEEDS_A_WRITE,
        "in a test organization, upload a document and delete it.",
    ),
    untried(
        "images and documents do not change a job's updated_at",
        "a poll with nothing new is one GET (B24)",
        NEEDS_A_WRITE,
        "in a test organization, upload an image and read the job.",
    ),
];

/// The jobs of which the first ones are the most likely to have what was copied.
async fn likely_jobs(side: &mut OneClick) -> Result<Vec<String>, Doubt> {
    let mut jobs = side.jobs().await?;
    jobs.sort_by_key(|job| json::text(&job["metadata"], "cc_project_id").is_none());
    Ok(json::ids(&jobs))
}

/// The first list of that name that has something in it.
async fn first_with(side: &mut OneClick, name: &str) -> Result<Vec<Value>, Doubt> {
    for job in likely_jobs(side).await?.iter().take(TRIES) {
        let (found, _) = side.list(&["jobs", job, name], name, &[WHOLE_PAGE]).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Err(unknown(format!(
        "None of the jobs looked at has {name}. By hand: connect a test organization, then run this again."
    )))
}

async fn form_of_images(side: &mut OneClick) -> Judged {
    let jobs = likely_jobs(side).await?;
    let Some(job) = jobs.first() else {
        return Err(unknown("None of the jobs has an id."));
    };
    let answer = side.get(&["jobs", job, "images"], &[WHOLE_PAGE]).await?;
    let Some(body) = answer.success() else {
        return Err(contradicted("200 in JSON", answer.seen()));
    };
    if body["images"].is_array() && body.get("next_page").is_some() {
        return holds();
    }
    Err(contradicted("an object of images, next_page", shape(body)))
}

const COMMON: [(&str, Kind); 9] = [
    ("external_id", Kind::OptionalText),
    ("name", Kind::Text),
    ("content_type", Kind::Text),
    ("bytes", Kind::Integer),
    ("md5", Kind::Text),
    ("version", Kind::Integer),
    ("metadata", Kind::TextByKey),
    ("updated_at", Kind::Time),
    ("deleted", Kind::Flag),
];

async fn image_fields(side: &mut OneClick) -> Judged {
    let images = first_with(side, "images").await?;
    let fields = [
        ("caption", Kind::OptionalText),
        ("captured_at", Kind::OptionalTime),
        ("captured_by", Kind::OptionalText),
        ("tags", Kind::Texts),
        ("created_at", Kind::Time),
    ];
    fit(&images, &[&COMMON[..], &fields].concat())
}

async fn form_of_md5(side: &mut OneClick) -> Judged {
    let images = first_with(side, "images").await?;
    let is_md5 = |text: &str| {
        text.len() == 32
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let odd = images
        .iter()
        .find(|image| !image["md5"].as_str().is_some_and(is_md5));
    match odd {
        None => holds(),
        Some(odd) => {
            let length = odd["md5"].as_str().map(str::len);
            let seen = length.map_or_else(
                || shape(&odd["md5"]),
                |length| format!("a text of {length} characters"),
            );
            Err(contradicted("32 lower-case hexadecimal digits", seen))
        }
    }
}

async fn other_origins(side: &mut OneClick) -> Judged {
    let images = first_with(side, "images").await?;
    let foreign: Vec<&Value> = images
        .iter()
        .filter(|image| image["external_id"].is_null())
        .collect();
    if foreign.is_empty() {
        return Err(unknown(
            "All images looked at have an external_id. By hand: upload a picture in One Click to the job that changed last, then run this again.",
        ));
    }
    let nameless = foreign
        .iter()
        .any(|image| json::id_in(image, "id").is_none());
    if nameless {
        return Err(contradicted("an id", "none"));
    }
    holds()
}

async fn deleted_images(side: &mut OneClick) -> Judged {
    let images = first_with(side, "images").await?;
    if images.iter().any(|image| image["deleted"] == true) {
        return holds();
    }
    Err(unknown(
        "None of the images looked at is deleted. By hand: delete one in One Click, then run this again.",
    ))
}

async fn documents(side: &mut OneClick) -> Judged {
    fit(&first_with(side, "documents").await?, &COMMON)
}
