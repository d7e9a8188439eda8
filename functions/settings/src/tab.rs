//! The tab: its cards.

use axum::response::Response;
use maud::{Markup, html};
use model::organization::ConnectionState;
use runtime::App;
use web::{ErrorPage, SignedIn};

use crate::notice::Notice;
use crate::view::View;
use crate::{
    activity, attention, connection, find, lost_sight, preferences, status, syncing, users,
};

/// The whole tab for whoever is signed in.
pub async fn tab(
    app: &App,
    signed_in: &SignedIn,
    notice: Option<Notice>,
    view: &View,
    people: &users::card::Search,
) -> Result<Response, ErrorPage> {
    let org = &signed_in.session.org_id;
    let organization = app.store.organization(org).await?;
    let body = match &organization {
        None => connection::card::never_connected(app, signed_in),
        Some(organization) => {
            let (open, directory, log) = futures::try_join!(
                Box::pin(async { Ok(::sync::attention::open(app, organization).await?) }),
                Box::pin(async { Ok(app.store.directory(org, &organization.company_id).await?) }),
                Box::pin(activity::page::Page::read(app, org, view)),
            )?;
            let status = status::of(app, organization, &open).await?;
            let users = users::card::People::of(directory);
            let found = match view.find() {
                Some(text) => Some(find::find(app, organization, text).await?),
                None => None,
            };
            let works = organization.state == ConnectionState::Connected;
            html! {
                div.sections {
                    (contents(works, status.attention))
                    div.cards {
                        (attention::card::card(app, signed_in, organization, &open))
                        @if works { (lost_sight::card(app, signed_in, organization)) }
                        (connection::card::card(app, signed_in, organization))
                        @if works { (syncing::card::card(app, signed_in, organization, &status)) }
                        (preferences::card::card(app, signed_in, &organization.preferences))
                        (users::card::card(app, signed_in, &users, people))
                        (find::card::card(app, signed_in, view, found.as_ref()))
                        (activity::card::card(app, signed_in, &log, view))
                    }
                }
            }
        }
    };
    Ok(web::page::frame(
        &app.config,
        "CompanyCam",
        &html! {
            @if let Some(notice) = notice { p.notice role="status" { (notice.text()) } }
            (body)
        },
    ))
}

/// Links to the sections: an id and a name for each that is on the page.
fn contents(works: bool, attention: usize) -> Markup {
    let needed = format!("Needs attention ({attention})");
    let sections = [
        ("attention", &*needed, attention > 0),
        ("connection", "Connection", true),
        ("sync", "Sync", works),
        ("preferences", "Preferences", true),
        ("users", "Users", true),
        ("find", "Find", true),
        ("activity", "Activity", true),
    ];
    html! {
        nav.contents aria-label="On this page" {
            ul { @for (id, name, _) in sections.iter().filter(|(.., there)| *there) {
                li { a href={ "#" (id) } { (name) } }
            } }
        }
    }
}
