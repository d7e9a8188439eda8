//! `/photos` and `/projects/{id}/photos`.

use std::cmp::Reverse;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use crate::Shared;
use crate::auth::Caller;
use crate::operations::{NewPhoto, finish_later};
use crate::projects::visible_project;
use crate::request::{ApiError, ApiResult, Body, Params, parse_id};
use crate::shapes::Shaper;
use crate::state::{Id, Photo, PhotoFile, State as Sims, UriKind};

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/photos", get(list))
        .route("/photos/{id}", get(show).put(update).delete(delete))
        .route("/photos/{id}/tags", get(list_tags).post(add_tags))
        .route("/photos/{id}/descriptions", post(describe))
        .route("/projects/{id}/photos", get(list_of_project).post(create))
}

pub(crate) fn visible_photo<'a>(
    state: &'a Sims,
    caller: &Caller,
    id: &str,
) -> ApiResult<&'a Photo> {
    state
        .photos
        .get(&parse_id(id)?)
        .filter(|photo| !photo.deleted && sees_photo(state, caller, photo))
        .ok_or_else(ApiError::not_found)
}

fn sees_photo(state: &Sims, caller: &Caller, photo: &Photo) -> bool {
    state
        .projects
        .get(&photo.project)
        .is_some_and(|project| state.sees(caller.user, project))
}

type List = ([(HeaderName, HeaderValue); 4], Json<Vec<Value>>);

async fn list(State(sim): State<Shared>, caller: Caller, params: Params) -> ApiResult<List> {
    let projects = params.ids("project_ids");
    list_where(&sim, &caller, &params, |photo| {
        projects
            .as_ref()
            .is_none_or(|projects| projects.contains(&photo.project))
    })
}

async fn list_of_project(
    State(sim): State<Shared>,
    caller: Caller,
    params: Params,
    Path(id): Path<String>,
) -> ApiResult<List> {
    let project = visible_project(&sim.lock(), &caller, &id)?.id;
    list_where(&sim, &caller, &params, |photo| photo.project == project)
}

/// A photo's place in the lists: newest capture first.
type Place = (i64, Id);

fn encode_cursor((captured_at, id): Place) -> String {
    URL_SAFE_NO_PAD.encode(format!("{captured_at}:{id}"))
}

fn decode_cursor(cursor: &str) -> ApiResult<Place> {
    let invalid = || ApiError::bad_request("Invalid cursor");
    let decoded = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
    let text = String::from_utf8(decoded).map_err(|_| invalid())?;
    let (captured_at, id) = text.split_once(':').ok_or_else(invalid)?;
    Ok((
        captured_at.parse().map_err(|_| invalid())?,
        id.parse().map_err(|_| invalid())?,
    ))
}

/// The cursors `after` and `before`, of which a request may have one, and no page beside it.
fn cursors(params: &Params) -> ApiResult<(Option<Place>, Option<Place>)> {
    let cursor = |name| params.get(name).filter(|cursor| !cursor.is_empty());
    let (after, before) = (cursor("after"), cursor("before"));
    if after.is_some() && before.is_some() {
        return Err(ApiError::bad_request(
            "Cannot use both 'after' and 'before' parameters",
        ));
    }
    if (after.is_some() || before.is_some()) && params.get("page").is_some() {
        return Err(ApiError::bad_request(
            "Cannot use cursor pagination with offset pagination",
        ));
    }
    Ok((
        after.map(decode_cursor).transpose()?,
        before.map(decode_cursor).transpose()?,
    ))
}

/// Where the page begins and ends.
fn bounds(
    photos: &[&Photo],
    params: &Params,
    (after, before): (Option<Place>, Option<Place>),
) -> (usize, usize) {
    let place = |photo: &Photo| (photo.captured_at, photo.id);
    let per_page = params.per_page();
    let start = if let Some(after) = after {
        photos.partition_point(|photo| place(photo) >= after)
    } else if let Some(before) = before {
        photos
            .partition_point(|photo| place(photo) > before)
            .saturating_sub(per_page)
    } else {
        let page = params
            .get("page")
            .and_then(|page| page.parse().ok())
            .unwrap_or(1_usize);
        page.max(1)
            .saturating_sub(1)
            .saturating_mul(per_page)
            .min(photos.len())
    };
    let mut end = (start + per_page).min(photos.len());
    if let Some(before) = before {
        end = end.min(photos.partition_point(|photo| place(photo) > before));
    }
    (start, end)
}

fn list_where(
    sim: &Shared,
    caller: &Caller,
    params: &Params,
    wanted: impl Fn(&Photo) -> bool,
) -> ApiResult<List> {
    let (after, before) = cursors(params)?;
    let time = |name| params.get(name).and_then(|text| text.parse::<i64>().ok());
    let (start, end) = (time("start_date"), time("end_date"));
    let (users, tags) = (params.ids("user_ids"), params.ids("tag_ids"));

    let state = sim.lock();
    let mut photos: Vec<&Photo> = state
        .photos
        .values()
        .filter(|photo| !photo.deleted && wanted(photo) && sees_photo(&state, caller, photo))
        .filter(|photo| start.is_none_or(|start| photo.captured_at >= start))
        .filter(|photo| end.is_none_or(|end| photo.captured_at <= end))
        .filter(|photo| {
            users
                .as_ref()
                .is_none_or(|users| users.contains(&photo.creator))
        })
        .filter(|photo| {
            tags.as_ref()
                .is_none_or(|tags| photo.tags.iter().any(|tag| tags.contains(tag)))
        })
        .collect();
    photos.sort_by_key(|photo| Reverse((photo.captured_at, photo.id)));
    let (start, end) = bounds(&photos, params, (after, before));
    let (has_next, has_previous) = (end < photos.len(), start > 0);
    let page: Vec<(Photo, String)> = photos[start..end]
        .iter()
        .map(|photo| ((*photo).clone(), state.creator_name(photo.creator)))
        .collect();
    let shaper = Shaper::new(&state);
    // Shaping may have to encode photos to know their hashes: not while others wait.
    drop(state);

    let cursor_value = |present: bool, photo: Option<&(Photo, String)>| {
        let cursor = photo
            .filter(|_| present)
            .map(|(photo, _)| encode_cursor((photo.captured_at, photo.id)));
        HeaderValue::try_from(cursor.unwrap_or_default()).unwrap_or(HeaderValue::from_static(""))
    };
    let flag = |value| HeaderValue::from_static(if value { "true" } else { "false" });
    let headers = [
        (
            HeaderName::from_static("x-next-cursor"),
            cursor_value(has_next, page.last()),
        ),
        (
            HeaderName::from_static("x-prev-cursor"),
            cursor_value(has_previous, page.first()),
        ),
        (HeaderName::from_static("x-has-next"), flag(has_next)),
        (HeaderName::from_static("x-has-prev"), flag(has_previous)),
    ];
    let shapes = page
        .iter()
        .map(|(photo, creator)| shaper.photo(photo, creator))
        .collect();
    Ok((headers, Json(shapes)))
}

fn answer(state: &Sims, id: Id) -> ApiResult<Json<Value>> {
    let photo = state.photos.get(&id).ok_or_else(ApiError::not_found)?;
    Ok(Json(
        Shaper::new(state).photo(photo, &state.creator_name(photo.creator)),
    ))
}

async fn show(
    State(sim): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Value>> {
    let state = sim.lock();
    let photo = state.photos.get(&parse_id(&id)?);
    let photo = photo
        .filter(|photo| !photo.deleted || state.settings.show_deleted_photos)
        .filter(|photo| sees_photo(&state, &caller, photo))
        .ok_or_else(ApiError::not_found)?;
    answer(&state, photo.id)
}

#[derive(Deserialize)]
struct UpdateBody {
    photo: UpdateFields,
}

#[derive(Deserialize)]
struct UpdateFields {
    internal: Option<bool>,
}

async fn update(
    State(sim): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<UpdateBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    caller.need_write()?;
    let mut state = sim.lock();
    let id = visible_photo(&state, &caller, &id)?.id;
    if let Some(internal) = body.photo.internal {
        state.set_internal(id, internal);
    }
    Ok((StatusCode::CREATED, answer(&state, id)?))
}

async fn delete(
    State(sim): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    caller.need_destroy()?;
    let mut state = sim.lock();
    let id = visible_photo(&state, &caller, &id)?.id;
    state.delete_photo(id);
    Ok(StatusCode::NO_CONTENT)
}

async fn list_tags(
    State(sim): State<Shared>,
    caller: Caller,
    params: Params,
    Path(id): Path<String>,
) -> ApiResult<Json<Vec<Value>>> {
    let state = sim.lock();
    let photo = visible_photo(&state, &caller, &id)?;
    let shaper = Shaper::new(&state);
    let tags = photo
        .tags
        .iter()
        .filter_map(|id| state.tags.get(id))
        .collect();
    Ok(Json(
        params
            .page(tags)
            .into_iter()
            .map(|tag| shaper.tag(tag))
            .collect(),
    ))
}

#[derive(Deserialize)]
struct TagsBody {
    tags: Vec<String>,
}

async fn add_tags(
    State(sim): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<TagsBody>,
) -> ApiResult<(StatusCode, Json<Vec<Value>>)> {
    caller.need_write()?;
    let mut state = sim.lock();
    let id = visible_photo(&state, &caller, &id)?.id;
    let tags = state.tag_photo(id, &body.tags);
    let shaper = Shaper::new(&state);
    let tags = tags.iter().filter_map(|id| state.tags.get(id));
    Ok((
        StatusCode::CREATED,
        Json(tags.map(|tag| shaper.tag(tag)).collect()),
    ))
}

#[derive(Deserialize)]
struct DescriptionBody {
    description: Option<String>,
}

async fn describe(
    State(sim): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<DescriptionBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    caller.need_write()?;
    let mut state = sim.lock();
    let id = visible_photo(&state, &caller, &id)?.id;
    state.describe_photo(id, body.description);
    Ok((StatusCode::CREATED, answer(&state, id)?))
}

#[derive(Deserialize)]
struct CreateBody {
    photo: CreateFields,
}

#[derive(Deserialize)]
struct CreateFields {
    uri: String,
    captured_at: i64,
    description: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
}

/// The file is fetched from the given address after the answer; until then the photo is
/// `pending`, and if it cannot be fetched it ends as `processing_error`.
async fn create(
    State(sim): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<String>,
    Body(body): Body<CreateBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    caller.need_write()?;
    let mut state = sim.lock();
    let project = visible_project(&state, &caller, &id)?.id;
    let creator = caller.credited(&state, &headers);
    let id = state.create_photo(NewPhoto {
        project,
        creator,
        file: PhotoFile::uploaded(Bytes::new()),
        captured_at: body.photo.captured_at,
        description: body.photo.description,
        tags: body.photo.tags,
        internal: false,
        uri: UriKind::Normal,
    });
    let answer = answer(&state, id)?;
    drop(state);
    tokio::spawn(fetch(sim, id, body.photo.uri));
    Ok((StatusCode::CREATED, answer))
}

async fn fetch(sim: Shared, id: Id, uri: String) {
    let fetched = async {
        let answer = sim.http.get(uri).send().await?.error_for_status()?;
        answer.bytes().await
    };
    let fetched = fetched.await;
    let mut state = sim.lock();
    match fetched {
        Ok(bytes) if bytes.starts_with(&[0xFF, 0xD8]) => {
            if let Some(photo) = state.photos.get_mut(&id) {
                photo.files = vec![PhotoFile::uploaded(bytes)];
            }
            finish_later(&sim, &mut state, id);
        }
        _ => state.finish_photo(id, "processing_error"),
    }
}
