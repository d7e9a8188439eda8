//! The contract's routes under `/v1`, see `docs/one-click.openapi.yaml`.

mod attachments;
mod jobs;
mod organizations;
mod upload;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, put};
use serde_json::Value;

use crate::app::Shared;
use crate::error::ApiError;

pub(crate) fn router(app: &Shared) -> Router<Shared> {
    let images = get(attachments::list_images);
    let image = put(attachments::put_image)
        .patch(attachments::update_image)
        .delete(attachments::delete_image);
    let documents = get(attachments::list_documents);
    let document = put(attachments::put_document)
        .patch(attachments::update_document)
        .delete(attachments::delete_document);
    let organization = Router::new()
        .route("/", get(organizations::get_organization))
        .route("/users", get(organizations::list_users))
        .route(
            "/webhooks/companycam",
            put(organizations::put_webhook).delete(organizations::delete_webhook),
        )
        .route(
            "/integrations/companycam",
            put(organizations::put_integration),
        )
        .route("/jobs", get(jobs::list_jobs).post(jobs::create_job))
        .route(
            "/jobs/{job}",
            get(jobs::get_job)
                .patch(jobs::update_job)
                .delete(jobs::delete_job),
        )
        .route("/jobs/{job}/images", images)
        .route("/jobs/{job}/images/{external_id}", image)
        .route("/jobs/{job}/documents", documents)
        .route("/jobs/{job}/documents/{external_id}", document)
        // Files are as large as they are; the contract has no limit.
        .layer(DefaultBodyLimit::disable());
    Router::new()
        .nest("/v1/organizations/{org}", organization)
        .route("/v1/{*rest}", axum::routing::any(unknown_route))
        .layer(middleware::from_fn_with_state(app.clone(), authorize))
}

async fn unknown_route() -> ApiError {
    ApiError::NotFound("Route")
}

async fn authorize(
    State(app): State<Shared>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let given = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    if given != Some(app.api_token.as_str()) {
        return Err(ApiError::Unauthorized);
    }
    Ok(next.run(request).await)
}

/// A JSON body; anything else is refused with 422, in the API's own shape.
struct JsonBody(Value);

impl FromRequest<Shared> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, ApiError> {
        match axum::Json::from_request(request, app).await {
            Ok(axum::Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(ApiError::invalid(format!(
                "The request's body is not JSON: {}",
                rejection.body_text()
            ))),
        }
    }
}
