//! Coming in at one of the two doors: straight from One Click or from our own pages, or else by a
//! page that says what would happen, and for whom (B37).
//!
//! A link alone must neither start a session nor lead on to consent. Somebody else's link would sign
//! its victim in for somebody else's organization, and the consent that follows would connect the
//! victim's company to it. So a GET does nothing unless the browser itself says that it comes from
//! One Click or from us. Otherwise it gets a page, and that page's form does what the link wanted.
//!
//! The form's token is bound to what it is for and to a cookie that comes with the page. There need
//! not be a session, so the session's token does not do. The cookie is kept where there is one, so
//! that two tabs do not spoil each other's form.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use http::header::SET_COOKIE;
use maud::{Markup, html};
use runtime::App;
use serde::Deserialize;
use sha2::Sha256;
use store::ephemeral::Session;

use crate::cookie::Cookie;
use crate::csrf::{is_genuine, masked, out_of_date};
use crate::page::{frame, frame_leading_to};
use crate::session::{Entered, enter, session_of, unused_launch};
use crate::{ErrorPage, SignedIn, hash_of, origin, random_secret, read_form, sign_in};

/// Where somebody comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// `/companycam/connect`: on to CompanyCam's consent.
    Connect,
    /// `/companycam/settings`: the integrations tab.
    Settings,
}

impl Door {
    fn path(self) -> &'static str {
        match self {
            Self::Connect => "/companycam/connect",
            Self::Settings => "/companycam/settings",
        }
    }
}

/// What is asked for at a door, in the address or in the page's form.
#[derive(Debug, Clone, Deserialize)]
pub struct AtDoor {
    /// One Click's launch token; without it, somebody with a session.
    pub launch: Option<String>,
    /// The company that the administrator confirmed to connect instead of another (B5).
    pub replace_by: Option<String>,
    /// Connect, and write nothing on either side (B43); whatever it says.
    pub watch: Option<String>,
}

impl AtDoor {
    fn watches(&self) -> &'static str {
        if self.watch.is_some() { "watch" } else { "" }
    }
}

#[derive(Deserialize)]
struct Sent {
    csrf_token: Option<String>,
    #[serde(flatten)]
    asked: AtDoor,
}

/// What becomes of a GET.
#[derive(Debug)]
pub enum Arrival {
    /// It may go on.
    Entered(Entered),
    /// It stops at this page, and nothing is used up.
    Stopped(Response),
}

/// Whom a form's token is for, besides the browser.
enum Subject {
    Launch(String),
    Session(SignedIn),
}

/// Lets a GET in, or stops it at the page.
pub async fn arrive(
    app: &App,
    headers: &HeaderMap,
    door: Door,
    asked: &AtDoor,
) -> Result<Arrival, ErrorPage> {
    let (subject, person) = match &asked.launch {
        Some(launch) if origin::is_one_click(&app.config, headers) => {
            let entered = enter(app, headers, launch, &random_secret()).await?;
            return Ok(Arrival::Entered(entered));
        }
        Some(launch) => {
            let person = session_of(unused_launch(app, launch).await?, app.now());
            (Subject::Launch(launch.clone()), person)
        }
        None => {
            let signed_in = sign_in(app, headers).await?;
            if origin::is_ours(headers) {
                return Ok(Arrival::Entered(signed_in.into()));
            }
            let person = signed_in.session.clone();
            (Subject::Session(signed_in), person)
        }
    };
    tracing::info!(org.id = %person.org_id, "a link that came from elsewhere was stopped");
    let secret = Cookie::Form
        .sent(&app.config, headers)
        .unwrap_or_else(random_secret);
    let token = masked(&token(&secret, door, &subject, asked));
    let mut response = page(app, door, asked, &person, &token);
    response
        .headers_mut()
        .append(SET_COOKIE, Cookie::Form.to_set(&app.config, &secret));
    Ok(Arrival::Stopped(response))
}

/// Lets the page's form in: what its link wanted, for whom the page said, in the browser that was
/// shown it.
pub async fn confirmed(
    app: &App,
    request: Request,
    door: Door,
) -> Result<(Entered, AtDoor), ErrorPage> {
    let headers = request.headers().clone();
    let Sent { csrf_token, asked } = read_form(request).await?;
    let subject = match &asked.launch {
        Some(launch) => Subject::Launch(launch.clone()),
        None => Subject::Session(sign_in(app, &headers).await?),
    };
    let secret = Cookie::Form.sent(&app.config, &headers);
    let token = secret.map(|secret| token(&secret, door, &subject, &asked));
    let Some(token) = token.filter(|token| is_genuine(token, csrf_token.as_deref())) else {
        return Err(out_of_date());
    };
    let entered = match subject {
        // A form that is sent twice is one form: the browser shows the second answer only.
        Subject::Launch(launch) => enter(app, &headers, &launch, &hash_of(&token)).await?,
        Subject::Session(signed_in) => signed_in.into(),
    };
    Ok((entered, asked))
}

/// The token of the form that does this, for whoever has this cookie.
fn token(secret: &str, door: Door, subject: &Subject, asked: &AtDoor) -> String {
    let (kind, subject) = match subject {
        Subject::Launch(launch) => ("launch", launch),
        Subject::Session(signed_in) => ("session", &signed_in.hash),
    };
    let replace_by = asked.replace_by.as_deref().unwrap_or_default();
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        // HMAC takes keys of any length; a token that nobody can know is right in any case.
        return random_secret();
    };
    for part in [door.path(), kind, subject, replace_by, asked.watches()] {
        // With their lengths, or one could begin where another ends.
        mac.update(&part.len().to_be_bytes());
        mac.update(part.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

fn page(app: &App, door: Door, asked: &AtDoor, person: &Session, token: &str) -> Response {
    let config = &app.config;
    let organization = match person.org_name.as_str() {
        "" => person.org_id.as_str(),
        name => name,
    };
    let (title, goes_on) = match door {
        Door::Connect => ("Connect CompanyCam?", "Go on to CompanyCam"),
        Door::Settings => ("Open the CompanyCam settings?", "Open the settings"),
    };
    let body = html! {
        section.card {
            h1 { (title) }
            dl.facts {
                dt { "Organization" } dd { (organization) }
                dt { "You are" } dd { (person.email) }
            }
            (what_happens(door, asked, organization))
            p {
                "You see this page since the link that you followed was not on a page of One Click. If you do not know "
                (organization) ", somebody else sent you the link: close this page, and nothing has happened."
            }
            // A fetch could not follow it to CompanyCam.
            form method="post" action={ (config.public_url) (door.path()) } data-plain {
                input type="hidden" name="csrf_token" value=(token);
                @if let Some(launch) = &asked.launch { input type="hidden" name="launch" value=(launch); }
                @if let Some(id) = &asked.replace_by { input type="hidden" name="replace_by" value=(id); }
                @if asked.watch.is_some() { input type="hidden" name="watch" value="yes"; }
                p { button type="submit" { (goes_on) } }
            }
        }
    };
    match door {
        Door::Connect => frame_leading_to(config, &config.companycam_app_url, title, &body),
        Door::Settings => frame(config, title, &body),
    }
}

fn what_happens(door: Door, asked: &AtDoor, organization: &str) -> Markup {
    html! {
        @match door {
            Door::Connect if asked.watch.is_some() => p {
                "You go on to CompanyCam. If you allow access there, the projects and photos of your company in CompanyCam are read and compared with the jobs of "
                strong { (organization) } " in One Click, and nothing is written on either side."
            }
            Door::Connect => p {
                "You go on to CompanyCam. If you allow access there, the projects and photos of your company in CompanyCam are brought to "
                strong { (organization) } " in One Click, where its people see them."
                @if asked.replace_by.is_some() {
                    " That company takes the place of the one that is connected now, whose links then rest."
                }
            }
            Door::Settings => p {
                "You are signed in here for " strong { (organization) } ", and can change its connection to CompanyCam."
            }
        }
        @if asked.launch.is_some() {
            p.soft { "If you are signed in here for somebody else, that ends in this browser." }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(launch: Option<&str>, replace_by: Option<&str>) -> AtDoor {
        AtDoor {
            launch: launch.map(str::to_owned),
            replace_by: replace_by.map(str::to_owned),
            watch: None,
        }
    }

    #[test]
    fn b37_a_token_is_good_for_one_browser_and_one_purpose() {
        let launch = |text: &str| Subject::Launch(text.to_owned());
        let plain = asked(Some("a"), None);
        let good = token("secret", Door::Connect, &launch("a"), &plain);
        assert_eq!(good, token("secret", Door::Connect, &launch("a"), &plain));
        let replacing = asked(Some("a"), Some("b"));
        let watching = AtDoor {
            watch: Some("yes".to_owned()),
            ..plain.clone()
        };
        for other in [
            token("another", Door::Connect, &launch("a"), &plain),
            token("secret", Door::Settings, &launch("a"), &plain),
            token("secret", Door::Connect, &launch("b"), &plain),
            token("secret", Door::Connect, &launch("a"), &replacing),
            token("secret", Door::Connect, &launch("a"), &watching),
            token("secret", Door::Connect, &launch("ab"), &plain),
        ] {
            assert_ne!(good, other);
        }
    }
}
