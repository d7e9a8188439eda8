//! The connection card.

use maud::{Markup, html};
use runtime::App;
use store::organizations::{ConnectionState, Organization};
use web::SignedIn;

use super::{action, csrf, time};

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
            p { a.button href=(connect_url(app)) { "Connect CompanyCam" } }
        }
    }
}

/// Who is connected to what, and how that is.
pub fn card(app: &App, signed_in: &SignedIn, organization: &Organization) -> Markup {
    html! {
        @if organization.state == ConnectionState::NeedsReconnecting {
            p.notice.banner role="alert" {
                "CompanyCam no longer accepts the connection, so nothing is brought over at the moment. "
                "Reconnect, and everything missed is caught up on. "
                a.button href=(connect_url(app)) { "Reconnect" }
            }
        }
        section.card aria-labelledby="connection" {
            h1 #connection { "CompanyCam" }
            p { (state(organization.state)) }
            dl.facts {
                dt { "Company" } dd { (organization.company_name) }
                dt { "Organization" } dd { (signed_in.session.org_name) }
                dt { "Connected by" } dd { (organization.connected_by) }
                dt { "Since" } dd { (time(organization.connected_at)) }
                dt { "Last sync" } dd {
                    @match organization.last_synced_at { Some(at) => (time(at)), None => "not finished yet" }
                }
            }
            @if organization.state == ConnectionState::Disconnected {
                p { a.button href=(connect_url(app)) { "Connect CompanyCam" } }
            } @else {
                details {
                    summary { "Disconnect" }
                    p {
                        "Jobs, photos, matches and preferences stay in One Click. New projects and photos no longer "
                        "come over until you connect again."
                    }
                    form method="post" action=(action(app, "disconnect")) {
                        (csrf(signed_in))
                        button.danger type="submit" { "Disconnect CompanyCam" }
                    }
                }
            }
        }
    }
}

fn state(state: ConnectionState) -> Markup {
    match state {
        ConnectionState::Connected => html! { span.tag.good { "Connected" } },
        ConnectionState::NeedsReconnecting => html! { span.tag.warn { "Needs reconnecting" } },
        ConnectionState::Disconnected => html! { span.tag { "Disconnected" } },
    }
}
