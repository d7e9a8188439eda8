//! The connection card.

use maud::{Markup, html};
use model::organization::{ConnectionState, Organization};
use model::pause::Side;
use runtime::App;
use web::SignedIn;

use crate::parts::{action, ago, csrf, time};

/// A poll looks at the webhook every quarter of an hour: three in a row did not get to it.
const LATELY_S: i64 = 45 * 60;

fn connect_url(app: &App) -> String {
    format!("{}/companycam/connect", app.config.public_url)
}

/// What the tab shows before the first connection.
pub fn never_connected(app: &App, signed_in: &SignedIn) -> Markup {
    html! {
        section.card {
            h1 { "Connect CompanyCam" }
            p { (signed_in.session.org_name) " is not connected to CompanyCam yet." }
            p { "Once it is, your CompanyCam projects become jobs, and their photos appear in the jobs’ Photos tab." }
            p.soft {
                "Sign in to CompanyCam as an administrator who sees all projects, and approve access. Projects updated in the last 29 days are imported "
                "first. You can import older ones later, and disconnect at any time."
            }
            p { a.button href=(connect_url(app)) { "Connect CompanyCam" } }
            (connect_to_watch(app))
        }
    }
}

/// For who moves over from something else: beside it at first, without touching anything (B43).
fn connect_to_watch(app: &App) -> Markup {
    html! {
        p {
            a href={ (connect_url(app)) "?watch=yes" } { "Connect to watch only" } ". "
            span.soft {
                "Everything is read and compared first, and nothing is written in CompanyCam or One Click until you "
                "switch to live. Choose this if another integration still does the work."
            }
        }
    }
}

/// Who is connected to what, and how that is.
pub fn card(app: &App, signed_in: &SignedIn, organization: &Organization) -> Markup {
    let works = organization.state == ConnectionState::Connected;
    html! {
        @if organization.state == ConnectionState::NeedsReconnecting {
            p.notice.banner role="alert" {
                "The connection to CompanyCam stopped working. Nothing is syncing. "
                "Reconnect and we’ll catch up. "
                a.button href=(connect_url(app)) { "Reconnect" }
            }
        }
        @if works {
            (halted(app, signed_in, organization))
            (watching(app, signed_in, organization))
            @for side in Side::BOTH { (outage(organization, side)) }
        }
        section.card aria-labelledby="connection" {
            h1 #connection { "CompanyCam" }
            p { (state(organization)) }
            dl.facts {
                dt { "CompanyCam company" } dd { (organization.company_name) }
                dt { "One Click organization" } dd { (signed_in.session.org_name) }
                @if organization.state != ConnectionState::Disconnected {
                    dt { "CompanyCam account" } dd {
                        @match organization.account() {
                            Some(account) => {
                                (account.name) @if let Some(email) = &account.email { " (" (email) ")" }
                                ". We see the projects that this account sees."
                            },
                            None => "Not known yet",
                        }
                    }
                }
                dt { "Connected" } dd { (time(organization.connected_at)) " by " (organization.connected_by) }
                dt { "Last sync" } dd {
                    @match organization.last_synced_at { Some(at) => (ago(at)), None => "not finished yet" }
                }
                @if works {
                    dt { "Live updates" } dd { (webhook(organization, app.clock.now_s())) }
                }
            }
            @if organization.state == ConnectionState::Disconnected {
                p { "Your jobs, photos, user matches, and preferences are still here. Connect the same company again to pick up where you left off, with no duplicates." }
                p { a.button href=(connect_url(app)) { "Connect CompanyCam" } }
                (connect_to_watch(app))
            } @else {
                @if works && organization.halt.is_none() {
                    (pause(app, signed_in))
                    @if organization.watching.is_none() { (watch(app, signed_in)) }
                }
                (disconnect(app, signed_in, organization))
            }
        }
    }
}

fn halted(app: &App, signed_in: &SignedIn, organization: &Organization) -> Markup {
    let Some(halt) = &organization.halt else {
        return html! {};
    };
    html! {
        div.notice.banner role="status" {
            p {
                "Syncing has been paused by " (halt.by) " since " (time(halt.at))
                ". Nothing is created, copied or changed on either side. Resume, and everything that happened in the "
                "meantime comes over."
            }
            form method="post" action=(action(app, "resume")) {
                (csrf(signed_in))
                button type="submit" { "Resume syncing" }
            }
        }
    }
}

fn watching(app: &App, signed_in: &SignedIn, organization: &Organization) -> Markup {
    let Some(watching) = &organization.watching else {
        return html! {};
    };
    html! {
        div.notice.banner role="status" {
            p {
                "Watch only since " (time(watching.since)) ", by " (watching.by)
                ". Everything is read and compared, and nothing is written in CompanyCam or One Click. A sync shows "
                "what would be created, linked and copied."
            }
            form method="post" action=(action(app, "mode")) {
                (csrf(signed_in))
                input type="hidden" name="mode" value="live";
                button type="submit" { "Switch to live" }
            }
        }
    }
}

fn watch(app: &App, signed_in: &SignedIn) -> Markup {
    html! {
        form method="post" action=(action(app, "mode")) {
            (csrf(signed_in))
            input type="hidden" name="mode" value="watch";
            button.quiet type="submit" aria-describedby="watch-about" { "Watch only" }
            " " small.soft #watch-about { "Everything is compared and shown, and nothing is written on either side." }
        }
    }
}

fn pause(app: &App, signed_in: &SignedIn) -> Markup {
    html! {
        form method="post" action=(action(app, "pause")) {
            (csrf(signed_in))
            button.quiet type="submit" aria-describedby="pause-about" { "Pause syncing" }
            " " small.soft #pause-about { "Nothing is created, copied or changed until you resume. Nothing is missed." }
        }
    }
}

fn disconnect(app: &App, signed_in: &SignedIn, organization: &Organization) -> Markup {
    html! {
        details #disconnecting {
            summary #disconnect { "Disconnect" }
            p { "Disconnect from " (organization.company_name) "?" }
            ul {
                li { "What you keep: every job and photo in One Click, the links between jobs and projects, user matches, and your preferences. Nothing in CompanyCam is deleted." }
                li { "What stops: our access to CompanyCam. New projects and photos aren’t imported until you connect again, and a running sync stops." }
                li { "Reconnect later to pick up where you left off, with no duplicates." }
            }
            form method="post" action=(action(app, "disconnect")) {
                (csrf(signed_in))
                button.danger type="submit" { "Disconnect CompanyCam" }
            }
        }
    }
}

fn outage(organization: &Organization, side: Side) -> Markup {
    let Some(since) = organization.down_since(side) else {
        return html! {};
    };
    html! {
        p.notice.banner role="status" {
            (side.name()) " hasn’t responded since " (time(since))
            ". Syncing is paused and will resume automatically. Nothing is lost."
        }
    }
}

/// Whether `CompanyCam` tells us of changes, as far as the last look at it goes.
fn webhook(organization: &Organization, now: i64) -> Markup {
    match (&organization.webhook_id, organization.webhook_checked_at) {
        (Some(_), Some(at)) if now - at <= LATELY_S => html! {
            span.tag.good { "On" } " Changes in CompanyCam show up within seconds. Last checked " (ago(at)) "."
        },
        (Some(_), Some(at)) => html! {
            span.tag.warn { "Delayed" } " Last checked " (ago(at))
            ". We’re checking CompanyCam every 15 minutes instead."
        },
        _ => html! {
            span.tag { "Not set up yet" } " The first sync turns them on. Until then we check every 15 minutes."
        },
    }
}

fn state(organization: &Organization) -> Markup {
    match organization.state {
        ConnectionState::Connected if organization.halt.is_some() => {
            html! { span.tag.warn { "Paused" } }
        }
        ConnectionState::Connected if organization.watching.is_some() => {
            html! { span.tag.warn { "Watch only" } }
        }
        ConnectionState::Connected => html! { span.tag.good { "Connected" } },
        ConnectionState::NeedsReconnecting => html! { span.tag.warn { "Needs reconnecting" } },
        ConnectionState::Disconnected => html! { span.tag { "Disconnected" } },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn organization(webhook: Option<&str>, checked_at: Option<i64>) -> Organization {
        serde_json::from_value(json!({
            "org_id": "o", "name": "O", "state": "connected", "company_id": "c", "company_name": "C",
            "connected_by": "a@o.example", "connected_at": 1, "generation": 1,
            "webhook_id": webhook, "webhook_checked_at": checked_at
        }))
        .unwrap()
    }

    #[test]
    fn b25_the_webhooks_health_is_told_in_plain_words() {
        let told = |webhook_id, at| webhook(&organization(webhook_id, at), 10_000).into_string();
        assert!(told(Some("w"), Some(9_900)).contains("show up within seconds"));
        assert!(told(Some("w"), Some(10_000 - LATELY_S - 1)).contains("Delayed"));
        assert!(told(None, None).contains("Not set up yet"));
    }
}
