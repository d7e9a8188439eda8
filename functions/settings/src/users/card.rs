//! The users of CompanyCam and who they are in One Click (B6, B7).

use std::collections::BTreeMap;

use companycam::ids::UserId as CompanyCamUserId;
use decide::suggestions::{sharing, suggestions};
use decide::users::{How, Match, Matches};
use maud::{Markup, html};
use model::users::Directory;
use one_click::UserId as OneClickUserId;
use runtime::App;
use serde::Deserialize;
use web::SignedIn;

use super::chooser::name_of;
use super::form::SUGGESTED;
use crate::parts::{action, csrf};

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

/// The users, as far as the card shows them.
#[derive(Debug)]
pub struct People {
    directory: Directory,
    matches: Matches,
    suggestions: BTreeMap<CompanyCamUserId, OneClickUserId>,
}

impl People {
    pub fn of(directory: Directory) -> Self {
        let matches = Matches::of(&directory);
        Self {
            suggestions: suggestions(&directory, &matches),
            matches,
            directory,
        }
    }
}

pub fn card(app: &App, signed_in: &SignedIn, people: &People, search: &Search) -> Markup {
    let matches = &people.matches;
    let all = matches.iter().len();
    let matched = matches
        .iter()
        .filter(|found| found.one_click.is_some())
        .count();
    html! {
        section.card aria-labelledby="users" {
            h2 #users { "Users" }
            @if all == 0 {
                p.soft { "CompanyCam’s users haven’t been loaded yet. Reload this page in a moment." }
            } @else {
                p.soft {
                    (matched) " matched, " (all - matched) " not matched. Users with the same email in both systems are "
                    "matched automatically. Click the pencil to change a match."
                }
                p.soft {
                    "A match decides who is assigned to a new job, who is added to a project when its job is "
                    "reassigned, and which projects come over if only those with a matched user do."
                }
                (accept_all(app, signed_in, people))
                (table(app, people, search))
            }
        }
    }
}

/// All suggestions at once, and the form that the buttons in the rows send.
fn accept_all(app: &App, signed_in: &SignedIn, people: &People) -> Markup {
    let address = action(app, "users/accept_suggestions");
    html! {
        @if !people.suggestions.is_empty() {
            form #accept-one method="post" action=(address) { (csrf(signed_in)) }
            form.row method="post" action=(address) {
                (csrf(signed_in))
                @for (user, suggested) in &people.suggestions {
                    input type="hidden" name="companycam_user_id" value=(user);
                    input type="hidden" name=(SUGGESTED) value={ (user) ":" (suggested) };
                }
                span { (suggested(people.suggestions.len())) " by name." }
                button.quiet type="submit" { "Accept all suggestions" }
            }
        }
    }
}

fn suggested(count: usize) -> String {
    match count {
        1 => "1 match is suggested".to_owned(),
        count => format!("{count} matches are suggested"),
    }
}

fn table(app: &App, people: &People, search: &Search) -> Markup {
    let rows: Vec<_> = people
        .matches
        .iter()
        .map(|found| (found, search.finds(found)))
        .collect();
    let shown = rows.iter().filter(|(_, shown)| *shown).count();
    let only = search.users.as_deref();
    html! {
        form.row.search method="get" data-filter="user-rows" {
            label for="user-search" { "Search" }
            input #user-search type="search" name="user" maxlength="100" autocomplete="off"
                placeholder="Name or email" value=(search.user.as_deref().unwrap_or_default());
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
                tbody #user-rows { @for (found, shown) in &rows { (row(app, people, found, *shown)) } }
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

fn row(app: &App, people: &People, found: &Match, shown: bool) -> Markup {
    let user = &found.companycam;
    html! {
        tr hidden[!shown] data-kind=(if found.one_click.is_some() { "matched" } else { "not-matched" }) {
            th scope="row" {
                (user.name) @if !user.active { " " span.tag { "deactivated" } }
                small { (user.email.as_deref().unwrap_or("no email")) }
            }
            td {
                @match &found.one_click {
                    Some(user) => { (user.name) @if let Some(email) = &user.email { small { (email) } } },
                    None => span.warn { "Not matched" },
                }
                small { (why(people, found)) }
                (suggestion(people, found))
            }
            td {
                a.pencil href=(action(app, &format!("users/{}", user.id))) data-dialog
                    aria-label={ "Change the match of " (user.name) } { (pencil()) }
            }
        }
    }
}

/// Whom the user may be, with a button that says so.
fn suggestion(people: &People, found: &Match) -> Markup {
    let user = &found.companycam;
    let Some(suggested) = people.suggestions.get(&user.id) else {
        return html! {};
    };
    let name = name_of(&people.directory, suggested);
    html! {
        div.row {
            span { "Suggested: " (name) }
            button.quiet.mini type="submit" form="accept-one" name="companycam_user_id" value={ (user.id) ":" (suggested) }
                aria-label={ "Accept: match " (user.name) " to " (name) } { "Accept" }
        }
    }
}

fn pencil() -> Markup {
    html! { span aria-hidden="true" { "✎" } }
}

/// Why the match is what it is, naming who is in the way.
fn why(people: &People, found: &Match) -> String {
    if found.how != How::Ambiguous {
        return how(found).to_owned();
    }
    match sharing(&people.directory, &found.companycam).as_slice() {
        [] => how(found).to_owned(),
        [name] => format!("can’t match automatically: {name} has the same email"),
        names => format!(
            "can’t match automatically: {} have the same email",
            names.join(" and ")
        ),
    }
}

/// Why the match is what it is.
pub fn how(found: &Match) -> &'static str {
    match found.how {
        How::Automatic => "same email",
        How::ByHand => "matched manually",
        How::Ambiguous => "can’t match automatically: several users have the same email",
        How::NotMatched if !found.companycam.active => "deactivated in CompanyCam",
        How::NotMatched if found.companycam.email.is_none() => "has no email in CompanyCam",
        How::NotMatched => "no One Click user has this email",
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
