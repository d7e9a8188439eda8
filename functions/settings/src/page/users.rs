//! The users of CompanyCam and who they are in One Click (B6, B7).

use ::sync::decide::users::{How, Match, Matches};
use maud::{Markup, html};
use runtime::App;
use store::matches::OneClickUser;
use web::SignedIn;

use super::{action, csrf};

/// The table.
pub fn card(
    app: &App,
    signed_in: &SignedIn,
    matches: &Matches,
    one_click: &[OneClickUser],
) -> Markup {
    let matched = matches
        .iter()
        .filter(|found| found.one_click.is_some())
        .count();
    let mut choices: Vec<_> = one_click.iter().filter(|user| user.active).collect();
    choices.sort_by_cached_key(|user| user.name.to_lowercase());
    html! {
        section.card aria-labelledby="users" {
            h2 #users { "Users" }
            @if matches.iter().len() == 0 {
                p.soft { "The users of CompanyCam have not been read yet. Reload this page in a moment." }
            } @else {
                p.soft { (matched) " matched, " (matches.iter().len() - matched) " not matched" }
                div.scroll tabindex="0" role="region" aria-labelledby="users" {
                    table {
                        thead { tr {
                            th scope="col" { "CompanyCam user" }
                            th scope="col" { "E-mail" }
                            th scope="col" { "One Click user" }
                            th scope="col" { span.visually-hidden { "Change" } }
                        } }
                        tbody { @for found in matches.iter() { (row(app, signed_in, found, &choices)) } }
                    }
                }
            }
        }
    }
}

fn row(app: &App, signed_in: &SignedIn, found: &Match, choices: &[&OneClickUser]) -> Markup {
    let user = &found.companycam;
    let field = format!("match-{}", user.id);
    html! {
        tr {
            td { (user.name) @if !user.active { " " span.tag.soft { "deactivated" } } }
            td { (user.email.as_deref().unwrap_or("none")) }
            td {
                @match &found.one_click { Some(user) => (user.name), None => span.soft { "Not matched" } }
                " " span.soft { "(" (how(found.how)) ")" }
            }
            td {
                details {
                    summary.pencil aria-label={ "Change the match of " (user.name) } { "✎" }
                    form.row method="post" action=(action(app, &format!("users/{}", user.id))) {
                        (csrf(signed_in))
                        label.visually-hidden for=(field) { "One Click user for " (user.name) }
                        select id=(field) name="one_click_user_id" {
                            option value="auto" { "Match automatically" }
                            option value="" selected[found.how == How::ByHand && found.one_click.is_none()] { "Not matched" }
                            @for choice in choices {
                                option value=(choice.id) selected[found.one_click.as_ref().is_some_and(|one| one.id == choice.id)] {
                                    (choice.name) @if let Some(email) = &choice.email { " · " (email) }
                                }
                            }
                        }
                        button.quiet type="submit" { "Save" }
                    }
                }
            }
        }
    }
}

fn how(how: How) -> &'static str {
    match how {
        How::Automatic => "same e-mail address",
        How::ByHand => "picked by hand",
        How::Ambiguous => "several users share the e-mail address",
        How::NotMatched => "no user with this e-mail address",
    }
}
