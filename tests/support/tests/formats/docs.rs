//! What the documents say that can be looked up.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const ARCHITECTURE: &str = include_str!("../../../../docs/ARCHITECTURE.md");
const BEHAVIOURS: &str = include_str!("../../../../docs/BEHAVIOURS.md");
const CONTRIBUTING: &str = include_str!("../../../../CONTRIBUTING.md");
const MESSAGES: &str = include_str!("../../../../shared/model/src/messages.rs");

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap()
}

/// The files below this folder that end so, without what is built.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let (mut folders, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if name.ends_with(ending) {
                files.push(path);
            }
        }
    }
    files
}

/// What GitHub calls a heading in an address.
fn anchor(heading: &str) -> String {
    let lower = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = lower
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}

fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings.map(anchor).collect()
}

/// The addresses of all links of a document, without those on the web.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.split("](").skip(1);
    let addresses = ends.filter_map(|rest| rest.split(')').next());
    addresses.filter(|address| !address.contains("://") && !address.contains(' '))
}

#[test]
fn every_link_of_every_document_leads_somewhere() {
    let mut broken = Vec::new();
    let documents = files(&root(), ".md");
    assert!(documents.len() > 20, "{documents:?}");
    for document in documents {
        let text = std::fs::read_to_string(&document).unwrap();
        for link in links(&text) {
            let (path, part) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() {
                document.clone()
            } else {
                document.parent().unwrap().join(path)
            };
            let is_there = target.exists()
                && (part.is_empty()
                    || std::fs::read_to_string(&target)
                        .is_ok_and(|text| anchors(&text).contains(part)));
            if !is_there {
                broken.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_file_that_a_recipe_names_is_there() {
    let is_path = |name: &&str| {
        let ends = [".rs", ".md", ".toml", ".yaml", ".json", ".py", ".css"];
        name.contains('/')
            && ends.iter().any(|end| name.ends_with(end))
            && !name.contains(['<', '*', ' ', '…'])
    };
    let named: Vec<_> = quoted(CONTRIBUTING).filter(is_path).collect();
    assert!(named.len() > 5, "{named:?}");
    let missing: Vec<_> = named
        .into_iter()
        .filter(|path| !root().join(path).exists() && !root().join("shared").join(path).exists())
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_kind_of_look_is_in_the_map() {
    let kinds = MESSAGES.split("pub fn kind(&self)").nth(1).unwrap();
    let kinds = kinds.split("\n    }\n").next().unwrap();
    let kinds: Vec<_> = kinds.split('"').skip(1).step_by(2).collect();
    assert!(kinds.len() > 10, "{kinds:?}");
    let named: BTreeSet<_> = quoted(ARCHITECTURE).collect();
    let missing: Vec<_> = kinds
        .iter()
        .filter(|kind| !named.contains(**kind))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_behaviour_that_a_test_names_is_described() {
    let described: BTreeSet<_> = BEHAVIOURS
        .split("| B")
        .skip(1)
        .filter_map(|row| row.split(' ').next())
        .collect();
    let mut unknown = BTreeSet::new();
    for file in files(&root().join("tests"), ".rs")
        .into_iter()
        .chain(files(&root().join("shared"), ".rs"))
    {
        let text = std::fs::read_to_string(file).unwrap();
        for name in text.split("fn b").skip(1) {
            let digits =
                |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            let parts = std::iter::once(name).flat_map(|name| name.split('_'));
            let numbers = parts
                .map(|part| part.trim_start_matches('b'))
                .take_while(digits);
            unknown.extend(
                numbers
                    .filter(|number| !described.contains(number))
                    .map(str::to_owned),
            );
        }
    }
    assert!(described.len() > 36, "{described:?}");
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// How low each file of `sync` stands in the drawing.
fn drawn() -> BTreeMap<String, usize> {
    let drawing = ARCHITECTURE.split("sync:  ").nth(1).unwrap();
    let drawing = drawing.split("```").next().unwrap();
    let levels = drawing.lines().enumerate();
    let placed = levels.flat_map(|(level, names)| {
        names
            .split_whitespace()
            .map(move |name| (name.to_owned(), level))
    });
    placed.collect()
}

/// Each file uses only what stands below it: a ring can't be drawn.
#[test]
fn sync_is_ordered_as_it_is_drawn() {
    let folder = root().join("shared/sync/src");
    let drawn = drawn();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for file in files(&folder, ".rs") {
        let inside = file.strip_prefix(&folder).unwrap();
        let first = inside.iter().next().unwrap().to_str().unwrap();
        let module = first.trim_end_matches(".rs").to_owned();
        if module == "lib" {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let text = code.collect::<Vec<_>>().join("\n");
        let level = drawn.get(&module).copied();
        for used in used_modules(&text) {
            let below = level.zip(drawn.get(&used).copied());
            if used != module && below.is_none_or(|(level, below)| below <= level) {
                wrong.push(format!("{module} uses {used}"));
            }
        }
        seen.insert(module);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(seen, drawn.into_keys().collect());
}

/// What a file of the crate uses of its other modules.
fn used_modules(text: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for rest in text.split("crate::").skip(1) {
        let rest = rest.trim_start();
        let names = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default(),
            None => rest
                .split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
                .next()
                .unwrap_or_default(),
        };
        for name in names.split(',') {
            let name = name.trim().split("::").next().unwrap_or_default();
            let is_module = name.starts_with(|letter: char| letter.is_ascii_lowercase());
            used.extend(is_module.then(|| name.to_owned()));
        }
    }
    used
}
