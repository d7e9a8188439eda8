//! What cards share.

use maud::{Markup, html};
use runtime::App;
use web::SignedIn;

/// A form's address.
pub fn action(app: &App, path: &str) -> String {
    format!("{}/{path}", app.config.settings_url())
}

/// The hidden field that every form carries.
pub fn csrf(signed_in: &SignedIn) -> Markup {
    html! { input type="hidden" name="csrf_token" value=(signed_in.form_token); }
}

/// A time as people read it, in UTC since the server knows no other.
pub fn time(at: i64) -> Markup {
    read(at, false)
}

/// The same of something that happened; the page's script says how long ago, where that is a day at most.
pub fn ago(at: i64) -> Markup {
    read(at, true)
}

fn read(at: i64, ago: bool) -> Markup {
    let Ok(at) = jiff::Timestamp::from_second(at) else {
        return html! { "unknown" };
    };
    html! { time datetime=(at) data-ago[ago] { (at.strftime("%b %-d, %Y, %-I:%M %p")) " UTC" } }
}
