//! Having things tried again, and dismissing them (B38).

use std::sync::Arc;

use ::sync::attention::{Item, can_retry, open, retry_all as try_all};
use ::sync::connection::tell_attention;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use model::organization::Organization;
use runtime::App;
use web::ErrorPage;

use crate::notice::Notice;
use crate::posted::{Nothing, answer, live, organization, sent};

/// No id is longer.
const LONGEST_ID: usize = 200;

/// `POST /companycam/settings/attention/{id}/dismiss`
pub async fn dismiss(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    answer(&app, put_away(&app, &id, request).await)
}

async fn put_away(app: &App, id: &str, request: Request) -> Result<Notice, ErrorPage> {
    let (signed_in, Nothing {}) = sent(app, request).await?;
    let organization = organization(app, &signed_in).await?;
    let matter = if id.len() <= LONGEST_ID {
        app.store.matter(&organization.org_id, id).await?
    } else {
        None
    };
    // By the first of two clicks, or since it is mended.
    let Some(matter) = matter else {
        return Ok(Notice::Dismissed);
    };
    app.store.dismiss(&matter).await?.either_way();
    tell(app, &organization).await;
    tracing::info!(org.id = %organization.org_id, matter = id, "an administrator dismissed what needed attention");
    Ok(Notice::Dismissed)
}

/// `POST /companycam/settings/attention/{id}/retry`
pub async fn retry(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    answer(&app, try_one(&app, &id, request).await)
}

async fn try_one(app: &App, id: &str, request: Request) -> Result<Notice, ErrorPage> {
    let (signed_in, Nothing {}) = sent(app, request).await?;
    let organization = live(app, &signed_in).await?;
    let mut items = open(app, &organization).await?;
    items.retain(|item| item.matter.subject.id() == id);
    try_again(app, &organization, items).await
}

/// `POST /companycam/settings/attention/retry_all`
pub async fn retry_all(State(app): State<Arc<App>>, request: Request) -> Response {
    answer(&app, try_everything(&app, request).await)
}

async fn try_everything(app: &App, request: Request) -> Result<Notice, ErrorPage> {
    let (signed_in, Nothing {}) = sent(app, request).await?;
    let organization = live(app, &signed_in).await?;
    let items = open(app, &organization).await?;
    try_again(app, &organization, items).await
}

async fn try_again(
    app: &App,
    organization: &Organization,
    mut items: Vec<Item>,
) -> Result<Notice, ErrorPage> {
    items.retain(can_retry);
    let queued = try_all(app, organization, &items).await?;
    if queued == 0 {
        return Ok(Notice::NothingToRetry);
    }
    tell(app, organization).await;
    Ok(Notice::Retried)
}

/// One Click's card is told at once; if not now, then by the next poll.
pub async fn tell(app: &App, organization: &Organization) {
    if let Err(error) = tell_attention(app, organization).await {
        tracing::warn!(org.id = %organization.org_id, cause = %error, "One Click’s card does not say how much needs attention");
    }
}
