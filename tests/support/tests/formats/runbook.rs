//! The runbook names every line that says that something is wrong.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const RUNBOOK: &str = include_str!("../../../../docs/OPERATIONS.md");

/// The sources of what is deployed.
fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut folders = vec![root.join("shared"), root.join("functions")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("tests") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

/// The sentences of `tracing::warn!` and `tracing::error!`: the last text in each.
fn sentences(source: &str) -> Vec<String> {
    let starts = ["tracing::warn!(", "tracing::error!("];
    let begins = starts
        .iter()
        .flat_map(|start| source.match_indices(start).map(|(at, _)| at + start.len()));
    begins.map(|at| last_text(&source[at..])).collect()
}

/// The last text before the parenthesis that was open closes.
fn last_text(source: &str) -> String {
    let (mut open, mut in_text, mut text) = (1, false, String::new());
    for letter in source.chars() {
        match letter {
            '"' if in_text => in_text = false,
            '"' => (in_text, text) = (true, String::new()),
            _ if in_text => text.push(letter),
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            break;
        }
    }
    text
}

#[test]
fn b27_the_runbook_names_every_line_that_says_that_something_is_wrong() {
    let mut said = BTreeSet::new();
    for path in sources() {
        said.extend(sentences(&std::fs::read_to_string(path).unwrap()));
    }
    assert!(said.len() > 40, "{said:#?}");
    let unnamed: Vec<_> = said
        .iter()
        .filter(|sentence| !RUNBOOK.contains(&format!("`{sentence}`")))
        .collect();
    assert!(unnamed.is_empty(), "{unnamed:#?}");
}
