//! The stylesheet, the script and the icon, under names that change with their content.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use runtime::Config;

use crate::hash_of;

/// A file that pages refer to.
struct Asset {
    name: String,
    content_type: &'static str,
    body: &'static str,
}

fn asset(stem: &str, extension: &str, content_type: &'static str, body: &'static str) -> Asset {
    let hash = hash_of(body);
    Asset {
        name: format!("{stem}-{}.{extension}", &hash[..12]),
        content_type,
        body,
    }
}

static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    asset(
        "style",
        "css",
        "text/css; charset=utf-8",
        include_str!("../assets/style.css"),
    )
});
static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    asset(
        "script",
        "js",
        "text/javascript; charset=utf-8",
        include_str!("../assets/script.js"),
    )
});

static ICON: LazyLock<Asset> = LazyLock::new(|| {
    asset(
        "icon",
        "svg",
        "image/svg+xml",
        include_str!("../assets/icon.svg"),
    )
});

/// The stylesheet's address.
pub fn style_url(config: &Config) -> String {
    format!("{}/companycam/assets/{}", config.public_url, STYLE.name)
}

/// The script's address.
pub fn script_url(config: &Config) -> String {
    format!("{}/companycam/assets/{}", config.public_url, SCRIPT.name)
}

/// The icon's address.
pub fn icon_url(config: &Config) -> String {
    format!("{}/companycam/assets/{}", config.public_url, ICON.name)
}

/// The file of that name. It never changes, so it may be kept for ever.
pub fn serve(name: &str) -> Response {
    match [&*STYLE, &*SCRIPT, &*ICON]
        .into_iter()
        .find(|asset| asset.name == name)
    {
        Some(asset) => {
            let headers = [
                (CONTENT_TYPE, asset.content_type),
                (CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ];
            (headers, asset.body).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
