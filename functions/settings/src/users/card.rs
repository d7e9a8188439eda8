//! The users of CompanyCam and who they are in One Click (B6, B7).

use decide::users::{How, Match, Matches};
use maud::{Markup, html};
use runtime::App;
use serde::Deserialize;

use crate::parts::action;

/// What the table is searched for. Everybody is on the page, and who is not found is hidden: so the
/// script can search on without asking again.
#[derive(Debug, Default, Deserialize)]
pub struct Search {
    /// `?user=`: words of the row.
    user: Option<String>,
    /// `?users=`: `matched` or `not-matched`; else both.
    users: Option<String>,
}

impl Search {
    fn finds(&self, found: &Match) -> bool {
        let wanted = match self.users.as_deref() {
            Some("matched") => found.one_click.is_some(),
            Some("not-matched") => found.one_click.is_none(),
            _ => true,
        };
        let user = &found.companycam;
        let texts = [
            user.name.as_str(),
            user.email.as_deref().unwrap_or_default(),
            found
                .one_click
                .as_ref()
                .map_or("Not matched", |user| &user.name),
            how(found),
            if user.active { "" } else { "deactivated" },
        ];
        wanted && has_words(self.user.as_deref().unwrap_or_default(), &texts)
    }
}

/// Whether every word that was typed is part of one of the texts, whatever the case.
pub fn has_words(typed: &str, texts: &[&str]) -> bool {
    let texts: Vec<_> = texts.iter().map(|text| text.to_lowercase()).collect();
    let typed = typed.to_lowercase();
    typed
        .split_whitespace()
        .all(|word| texts.iter().any(|text| text.contains(word)))
}

pub fn card(app: &App, matches: &Matches, search: &Search) -> Markup {
    let all = matches.iter().len();
    let matched = matches
        .iter()
        .filter(|found| found.one_click.is_some())
        .count();
    html! {
        section.card aria-labelledby="users" {
            h2 #users { "Users" }
            @if all == 0 {
                p.soft { "The users of CompanyCam have not been read yet. Reload this page in a moment." }
            } @else {
                p.soft {
                    (matched) " matched, " (all - matched) " not matched. Users with the same e-mail address on both "
                    "sides match by themselves; the pencil changes a match."
                }
                (table(app, matches, search))
            }
        }
    }
}

fn table(app: &App, matches: &Matches, search: &Search) -> Markup {
    let rows: Vec<_> = matches
        .iter()
        .map(|found| (found, search.finds(found)))
        .collect();
    let shown = rows.iter().filter(|(_, shown)| *shown).count();
    let only = search.users.as_deref();
    html! {
        form.row.search method="get" data-filter="user-rows" {
            label for="user-search" { "Search" }
            input #user-search type="search" name="user" maxlength="100" autocomplete="off"
                placeholder="Name or e-mail address" value=(search.user.as_deref().unwrap_or_default());
            label.visually-hidden for="user-show" { "Show" }
            select #user-show name="users" {
                option value="" { "Everyone" }
                option value="matched" selected[only == Some("matched")] { "Matched" }
                option value="not-matched" selected[only == Some("not-matched")] { "Not matched" }
            }
            button.quiet type="submit" formaction=(here(app)) { "Search" }
            (count(shown, rows.len(), "users"))
        }
        div #user-scroll.scroll.tall tabindex="0" role="region" aria-label="CompanyCam users" {
            table {
                thead { tr {
                    th scope="col" { "CompanyCam user" }
                    th scope="col" { "One Click user" }
                    th scope="col" { span.visually-hidden { "Change" } }
                } }
                tbody #user-rows { @for (found, shown) in &rows { (row(app, found, *shown)) } }
            }
            p.empty.soft data-empty hidden[shown > 0] {
                "No user matches this search. "
                a href=(here(app)) data-clear { "Show everyone" }
            }
        }
    }
}

/// The tab, at this card.
fn here(app: &App) -> String {
    format!("{}#users", app.config.settings_url())
}

/// How many a search found; the script keeps it up to date.
pub fn count(shown: usize, all: usize, what: &str) -> Markup {
    html! {
        span.soft.count aria-live="polite" data-found=(what) { (shown) " of " (all) " " (what) }
    }
}

fn row(app: &App, found: &Match, shown: bool) -> Markup {
    let user = &found.companycam;
    html! {
        tr hidden[!shown] data-kind=(if found.one_click.is_some() { "matched" } else { "not-matched" }) {
            th scope="row" {
                (user.name) @if !user.active { " " span.tag { "deactivated" } }
                small { (user.email.as_deref().unwrap_or("no e-mail address")) }
            }
            td {
                @match &found.one_click { Some(user) => (user.name), None => span.warn { "Not matched" } }
                small { (how(found)) }
            }
            td {
                a.pencil href=(action(app, &format!("users/{}", user.id))) data-dialog
                    aria-label={ "Change the match of " (user.name) } { (pencil()) }
            }
        }
    }
}

fn pencil() -> Markup {
    html! { span aria-hidden="true" { "✎" } }
}

/// Why the match is what it is.
pub fn how(found: &Match) -> &'static str {
    match found.how {
        How::Automatic => "same e-mail address",
        How::ByHand => "picked by hand",
        How::Ambiguous => "ambiguous: several users share the e-mail address",
        How::NotMatched if !found.companycam.active => "deactivated in CompanyCam",
        How::NotMatched => "no user with this e-mail address",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b7_a_search_wants_every_word_somewhere() {
        let texts = ["Kit Monroe", "office@ridgeline.example", ""];
        for found in ["", "  ", "kit", "MONROE", "monroe kit", "kit ridge"] {
            assert!(has_words(found, &texts), "{found:?}");
        }
        for not in ["kitt", "kit zz", "monroeoffice"] {
            assert!(!has_words(not, &texts), "{not:?}");
        }
    }
}
