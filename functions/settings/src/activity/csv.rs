//! The activity as a table for spreadsheets (B42).

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::Timestamp;
use runtime::App;
use store::activity::Entry;
use web::{ErrorPage, sign_in};

use super::card::outcome;
use crate::view::View;

/// The newest so many; the table says so where there are more. They are some 3 MB, and an answer may have 6.
const MOST: usize = 10_000;

/// `GET /companycam/settings/activity.csv`
pub async fn csv(
    State(app): State<Arc<App>>,
    Query(view): Query<View>,
    headers: HeaderMap,
) -> Response {
    match table(&app, &headers, &view).await {
        Ok(table) => (
            [
                (CONTENT_TYPE, "text/csv; charset=utf-8"),
                (CACHE_CONTROL, "no-store"),
                (
                    CONTENT_DISPOSITION,
                    "attachment; filename=\"companycam-activity.csv\"",
                ),
            ],
            table,
        )
            .into_response(),
        Err(problem) => problem.into_page(&app.config),
    }
}

async fn table(app: &App, headers: &HeaderMap, view: &View) -> Result<String, ErrorPage> {
    let signed_in = sign_in(app, headers).await?;
    let org = &signed_in.session.org_id;
    let page = app
        .store
        .activity_page(org, &view.filter(), None, MOST)
        .await?;
    Ok(written(&page.entries, page.older.is_some()))
}

fn written(entries: &[Entry], more: bool) -> String {
    // Spreadsheets take a file for UTF-8 only if it says so.
    let mut table =
        String::from("\u{feff}Time (UTC),Result,What happened,By,Project,Job,Photo,Document\r\n");
    for entry in entries {
        let time = Timestamp::from_second(entry.at).map(|at| at.to_string());
        let cells = [
            time.unwrap_or_default(),
            outcome(entry.outcome).to_owned(),
            entry.text.clone(),
            entry.by.clone().unwrap_or_default(),
            text(entry.project_id.as_ref()),
            text(entry.job_id.as_ref()),
            text(entry.photo_id.as_ref()),
            text(entry.document_id.as_ref()),
        ];
        let cells: Vec<_> = cells.iter().map(|cell| quoted(cell)).collect();
        // Writing to a text does not fail.
        let _ = write!(table, "{}\r\n", cells.join(","));
    }
    if more {
        let _ = write!(
            table,
            ",,{}\r\n",
            quoted(&format!(
                "There is more: these are the newest {} entries that fit.",
                entries.len()
            ))
        );
    }
    table
}

fn text<T: ToString>(id: Option<&T>) -> String {
    id.map(ToString::to_string).unwrap_or_default()
}

/// A cell that no spreadsheet takes for a formula: names and captions are anybody's.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if formula { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b42_a_cell_is_a_text_whatever_somebody_called_it() {
        assert_eq!(quoted("Front, back"), "\"Front, back\"");
        assert_eq!(
            quoted("12\" pipe\nsecond line"),
            "\"12\"\" pipe\nsecond line\""
        );
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"] {
            assert_eq!(quoted(formula), format!("\"'{formula}\""));
        }
    }
}
