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
    let Ok(at) = jiff::Timestamp::from_second(at) else {
        return html! { "unknown" };
    };
    html! { time datetime=(at) { (at.strftime("%b %-d, %Y, %-I:%M %p")) " UTC" } }
}
