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

/// What the script consists of, in the order in which it runs: one script in a scope of its own, so
/// that its parts share their names and the page gets none.
const PARTS: &str = concat!(
    "\"use strict\";\n(() => {\n",
    include_str!("../assets/script/dom.js"),
    include_str!("../assets/script/fields.js"),
    include_str!("../assets/script/times.js"),
    include_str!("../assets/script/focus.js"),
    include_str!("../assets/script/swap.js"),
    include_str!("../assets/script/forms.js"),
    include_str!("../assets/script/visit.js"),
    include_str!("../assets/script/dialog.js"),
    include_str!("../assets/script/progress.js"),
    include_str!("../assets/script/start.js"),
    "})();\n",
);

static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| asset("script", "js", "text/javascript; charset=utf-8", PARTS));

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::fs;

    use super::*;

    #[test]
    fn b25_no_part_of_the_script_is_left_out() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/script");
        let files = fs::read_dir(folder).unwrap();
        let files = files.map(|file| file.unwrap().path());
        for file in files.filter(|file| file.extension().is_some_and(|kind| kind == "js")) {
            let part = fs::read_to_string(&file).unwrap();
            assert!(SCRIPT.body.contains(&part), "{}", file.display());
        }
    }
}
