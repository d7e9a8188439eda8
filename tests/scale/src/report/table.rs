//! Tables in Markdown.

use std::fmt::Write;

use crate::figures::Figures;

/// A table with these columns.
pub(super) fn table<const COLUMNS: usize>(
    head: [&str; COLUMNS],
    rows: &[[String; COLUMNS]],
) -> String {
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), "---|".repeat(COLUMNS));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

const HEAD: [&str; 8] = [
    "",
    "Into `sync.fifo`/s",
    "Invocations",
    "Waiting",
    "Copying",
    "Begun after, s",
    "Visible after, s",
    "Holds",
];

/// Everything that matters of each span. Means, with peaks in brackets; times of half, 95, 99 of a hundred, and
/// the longest.
pub(super) fn details(played: &[(String, Vec<Figures>)]) -> String {
    let rows = played.iter().flat_map(|(name, spans)| {
        spans
            .iter()
            .map(move |figures| match figures.name.as_str() {
                "" => row(name.clone(), figures),
                span => row(format!("{name}: {span}"), figures),
            })
    });
    table(HEAD, &rows.collect::<Vec<_>>())
}

fn row(name: String, figures: &Figures) -> [String; 8] {
    [
        name,
        figures.arrivals.to_string(),
        figures.busy.to_string(),
        figures.waiting.to_string(),
        figures.photos_busy.to_string(),
        figures.begun.to_string(),
        figures.visible.to_string(),
        if figures.holds() { "yes" } else { "no" }.to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_line_for_each_row() {
        let rows = [["a", "1"], ["b", "2"]].map(|row| row.map(str::to_owned));
        let text = table(["", "n"], &rows);
        assert_eq!(text, "|  | n |\n|---|---|\n| a | 1 |\n| b | 2 |\n");
    }
}
