//! Images and documents of a job.

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{JsonBody, upload};
use crate::app::Shared;
use crate::error::ApiError;
use crate::model::{Attachment, AttachmentKind};
use crate::paging::Page;
use crate::world::attachments::AttachmentAddress;
use crate::world::files::Which;

type ListPath = Path<(String, String)>;
type ItemPath = Path<(String, String, String)>;
type Upload = Result<Multipart, MultipartRejection>;
type Pairs = Query<Vec<(String, String)>>;

/// The handlers of one kind; only the kind differs between them.
macro_rules! handlers {
    ($kind:expr, $list:ident, $put:ident, $update:ident, $delete:ident) => {
        pub(super) async fn $list(
            app: State<Shared>,
            path: ListPath,
            query: Pairs,
        ) -> Result<Json<Value>, ApiError> {
            list($kind, &app, &path, query)
        }

        pub(super) async fn $put(
            app: State<Shared>,
            path: ItemPath,
            upload: Upload,
        ) -> Result<(StatusCode, Json<Value>), ApiError> {
            put($kind, &app, path, upload).await
        }

        pub(super) async fn $update(
            app: State<Shared>,
            path: ItemPath,
            body: JsonBody,
        ) -> Result<Json<Value>, ApiError> {
            update($kind, &app, path, &body)
        }

        pub(super) async fn $delete(
            app: State<Shared>,
            path: ItemPath,
        ) -> Result<StatusCode, ApiError> {
            delete($kind, &app, path)
        }
    };
}

handlers!(
    AttachmentKind::Image,
    list_images,
    put_image,
    update_image,
    delete_image
);
handlers!(
    AttachmentKind::Document,
    list_documents,
    put_document,
    update_document,
    delete_document
);

fn list(
    kind: AttachmentKind,
    app: &Shared,
    Path((org, job)): &ListPath,
    Query(mut query): Pairs,
) -> Result<Json<Value>, ApiError> {
    let page = Page::take(&mut query)?;
    app.read(|world| {
        let files = world.organization(org)?.job(job)?.files(kind).iter();
        let attachments: Vec<&Attachment> = files.map(|file| &file.attachment).collect();
        Ok(Json(page.answer(kind.plural(), &attachments)))
    })
}

async fn put(
    kind: AttachmentKind,
    app: &Shared,
    path: ItemPath,
    upload: Upload,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let (org, address) = address(kind, path);
    app.read(|world| world.organization(&org)?.job(&address.job_id).map(drop))?;
    let multipart = upload.map_err(|rejection| ApiError::invalid(rejection.body_text()))?;
    let (description, file) = upload::read(multipart, kind).await?;
    app.change(|world| {
        let (attachment, is_new) = world.put_attachment((&org, &address), &description, file)?;
        let status = if is_new {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        };
        Ok((status, Json(json!({ kind.singular(): attachment }))))
    })
}

fn update(
    kind: AttachmentKind,
    app: &Shared,
    path: ItemPath,
    JsonBody(body): &JsonBody,
) -> Result<Json<Value>, ApiError> {
    let (org, address) = address(kind, path);
    app.change(|world| {
        let organization = world.organization_mut(&org)?;
        let attachment = match &address.which {
            Which::External(_) => organization.update_attachment(&address, body)?,
            Which::Own(_) => organization.adopt_attachment(&address, body)?,
        };
        Ok(Json(json!({ kind.singular(): attachment })))
    })
}

fn delete(kind: AttachmentKind, app: &Shared, path: ItemPath) -> Result<StatusCode, ApiError> {
    let (org, address) = address(kind, path);
    // What is not ours is not ours to delete.
    if matches!(address.which, Which::Own(_)) {
        return Err(ApiError::NotFound("External id"));
    }
    app.change(|world| world.organization_mut(&org)?.delete_attachment(&address))?;
    Ok(StatusCode::NO_CONTENT)
}

fn address(
    kind: AttachmentKind,
    Path((org, job_id, segment)): ItemPath,
) -> (String, AttachmentAddress) {
    let address = AttachmentAddress {
        job_id,
        kind,
        which: Which::parse(&segment),
    };
    (org, address)
}
