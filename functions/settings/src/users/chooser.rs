//! The pencil's page: which One Click user a CompanyCam user is (B7). With the script it opens as a
//! dialog on the tab.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use decide::users::{How, Match, Matches};
use maud::{Markup, html};
use model::users::{CompanyCamUser, Directory, OneClickUser};
use one_click::UserId as OneClickUserId;
use runtime::App;
use serde::Deserialize;
use web::{ErrorPage, SignedIn, sign_in};

use super::card::{count, has_words, how};
use super::form::{known, unknown};
use crate::parts::{action, csrf};

/// The page's own search.
#[derive(Debug, Default, Deserialize)]
pub struct Search {
    /// `?name=`: words of a One Click user's name or e-mail address.
    name: Option<String>,
}

/// `GET /companycam/settings/users/{companycam_user_id}`
pub async fn chooser(
    State(app): State<Arc<App>>,
    Path(companycam_user_id): Path<String>,
    Query(search): Query<Search>,
    headers: HeaderMap,
) -> Response {
    show(&app, &headers, &companycam_user_id, &search)
        .await
        .unwrap_or_else(|problem| {
            problem
                .with_default_action("Back to the settings", app.config.settings_url())
                .into_page(&app.config)
        })
}

async fn show(
    app: &App,
    headers: &HeaderMap,
    id: &str,
    search: &Search,
) -> Result<Response, ErrorPage> {
    let signed_in = sign_in(app, headers).await?;
    let (_, directory) = known(app, &signed_in.session.org_id).await?;
    let matches = Matches::of(&directory);
    let found = matches
        .iter()
        .find(|found| found.companycam.id.as_str() == id)
        .ok_or_else(|| unknown("CompanyCam"))?;
    let title = format!("Match {} to a One Click user", found.companycam.name);
    let chooser = Chooser {
        app,
        signed_in: &signed_in,
        found,
        matches: &matches,
        directory: &directory,
    };
    let body = chooser.page(&title, search.name.as_deref().unwrap_or_default());
    Ok(web::page::frame(&app.config, &title, &body))
}

/// A One Click user on offer.
struct Offer<'a> {
    user: &'a OneClickUser,
    /// The CompanyCam user whom they are matched to, if that is another.
    taken_by: Option<&'a str>,
    shown: bool,
}

struct Chooser<'a> {
    app: &'a App,
    signed_in: &'a SignedIn,
    /// For whom.
    found: &'a Match,
    matches: &'a Matches,
    directory: &'a Directory,
}

impl Chooser<'_> {
    fn page(&self, title: &str, typed: &str) -> Markup {
        let Self {
            app,
            signed_in,
            found,
            matches,
            directory,
        } = *self;
        let user = &found.companycam;
        let chosen = found.one_click.as_ref().map(|user| &user.id);
        let by_hand = found.how == How::ByHand;
        let picked = chosen.filter(|_| by_hand);
        let offers = offers(user, matches, directory, typed, picked);
        let shown = offers.iter().filter(|offer| offer.shown).count();
        html! {
            section.card.chooser {
                h1 { (title) }
                p.soft {
                    (user.email.as_deref().unwrap_or("No email"))
                    @if !user.active { " · deactivated in CompanyCam" }
                }
                p { "Now: " (now(found, directory)) }
                form.row.search method="get" data-filter="offers" {
                    label for="offer-search" { "Search" }
                    input #offer-search type="search" name="name" maxlength="100" autocomplete="off"
                        placeholder="Name or email" value=(typed);
                    button.quiet type="submit" { "Search" }
                    (count(shown, offers.len(), "users"))
                }
                form method="post" action=(action(app, &format!("users/{}", user.id))) {
                    (csrf(signed_in))
                    fieldset {
                        legend { "One Click user" }
                        (choice("auto", "Match automatically", &automatically(user, directory), !by_hand))
                        (choice("", "Not matched", "Don’t match, even if emails are the same.", by_hand && chosen.is_none()))
                        div #offers.offers {
                            @for offer in &offers { (option(offer, picked == Some(&offer.user.id), chosen == Some(&offer.user.id))) }
                        }
                        p.empty.soft data-empty hidden[shown > 0] { "No One Click user matches this search." }
                    }
                    p.actions {
                        button type="submit" { "Save" }
                        a.button.quiet href={ (app.config.settings_url()) "#users" } data-close { "Cancel" }
                    }
                }
            }
        }
    }
}

/// Everybody active in One Click, by name; first those who are free. Whoever is picked is shown whatever the
/// search, so that saving does not surprise.
fn offers<'a>(
    user: &CompanyCamUser,
    matches: &'a Matches,
    directory: &'a Directory,
    typed: &str,
    picked: Option<&OneClickUserId>,
) -> Vec<Offer<'a>> {
    let holders: BTreeMap<_, _> = matches
        .iter()
        .filter(|found| found.companycam.id != user.id)
        .filter_map(|found| Some((&found.one_click.as_ref()?.id, &*found.companycam.name)))
        .collect();
    let mut offers: Vec<_> = directory
        .one_click
        .iter()
        .filter(|user| user.active)
        .map(|user| {
            let taken_by = holders.get(&user.id).copied();
            let email = user.email.as_deref().unwrap_or_default();
            let texts = [&user.name, email, taken_by.unwrap_or_default()];
            Offer {
                user,
                taken_by,
                shown: picked == Some(&user.id) || has_words(typed, &texts),
            }
        })
        .collect();
    offers.sort_by_cached_key(|offer| (offer.taken_by.is_some(), offer.user.name.to_lowercase()));
    offers
}

fn choice(value: &str, label: &str, explanation: &str, checked: bool) -> Markup {
    html! {
        label.offer {
            input type="radio" name="one_click_user_id" value=(value) required checked[checked];
            span { (label) small { (explanation) } }
        }
    }
}

fn option(offer: &Offer<'_>, checked: bool, now: bool) -> Markup {
    let user = offer.user;
    html! {
        label.offer hidden[!offer.shown] {
            input type="radio" name="one_click_user_id" value=(user.id) checked[checked] disabled[offer.taken_by.is_some()];
            span {
                (user.name)
                small {
                    (user.email.as_deref().unwrap_or("no email"))
                    @if let Some(name) = offer.taken_by { " · already matched to " (name) }
                    @if now { " · matched now" }
                }
            }
        }
    }
}

/// The match as it is, in a sentence's end.
fn now(found: &Match, directory: &Directory) -> Markup {
    let left = directory
        .choices
        .iter()
        .find(|choice| choice.companycam_user_id == found.companycam.id)
        .and_then(|choice| choice.one_click_user_id.as_ref())
        .filter(|_| found.one_click.is_none());
    html! {
        @match (&found.one_click, left) {
            (Some(user), _) => { strong { (user.name) } " (" (how(found)) ")" },
            (None, Some(gone)) => {
                strong { "not matched" } ", because "
                (name_of(directory, gone)) ", who was matched manually, is deactivated in One Click"
            },
            (None, None) => { strong { "not matched" } " (" (how(found)) ")" },
        }
    }
}

/// A user's name, or the id of one who is not listed.
pub fn name_of<'a>(directory: &'a Directory, id: &'a OneClickUserId) -> &'a str {
    directory
        .one_click
        .iter()
        .find(|user| user.id == *id)
        .map_or(id.as_str(), |user| &user.name)
}

/// What automatic matching would find for this user.
fn automatically(user: &CompanyCamUser, directory: &Directory) -> String {
    let mut without = directory.clone();
    without
        .choices
        .retain(|choice| choice.companycam_user_id != user.id);
    let matches = Matches::of(&without);
    let found = matches.iter().find(|found| found.companycam.id == user.id);
    match found.map(|found| (found.how, &found.one_click)) {
        Some((_, Some(found))) => format!("{} has the same email.", found.name),
        Some((How::Ambiguous, None)) => {
            "No one right now: several users have this email.".to_owned()
        }
        _ if !user.active => "No one while the user is deactivated in CompanyCam.".to_owned(),
        _ => "No unmatched One Click user has this email.".to_owned(),
    }
}
