//! What the pages of demo controls look like, and where their forms lead.

use axum::response::Redirect;
use maud::{Markup, html};

use super::{PATH, TITLE};
use crate::hard_cases;

/// Something that is on or off.
#[derive(Clone, Copy, Debug)]
pub struct Switch<'a> {
    /// Its name in the form.
    pub key: &'a str,
    /// Its name for people.
    pub name: &'a str,
    /// What it does.
    pub about: &'a str,
    /// Whether it is on.
    pub on: bool,
}

impl Switch<'_> {
    /// With a button, which posts `key` and `on` to `action`.
    pub fn row(&self, action: &str) -> Markup {
        let verb = if self.on { "Switch off" } else { "Switch on" };
        html! {
            form.row.switch method="post" action=(action) {
                input type="hidden" name="key" value=(self.key);
                input type="hidden" name="on" value=(!self.on);
                div {
                    strong { (self.name) }
                    @if self.on { " " span.badge data-state="on" { "On" } }
                    div.muted.small { (self.about) }
                }
                button.quiet type="submit" aria-label={ (verb) ": " (self.name) } { (verb) }
            }
        }
    }
}

/// The head of the page: what it is, what is on now, and the way back.
pub fn head(product: &str, on: &[String]) -> Markup {
    html! {
        h1 { (TITLE) }
        p {
            "This page is part of the demo. The real " (product) " has none like it. Make things go wrong here, "
            "then watch what the integration does about it."
        }
        section.card {
            h2 { "Switched on now" }
            @if on.is_empty() {
                p { "Nothing. Everything works as it should." }
            } @else {
                ul.plain { @for what in on { li { (what) } } }
            }
            form method="post" action="/demo/normal" {
                button type="submit" { "Everything back to normal" }
            }
        }
    }
}

/// The form that adds this side's half of the hard cases, with a list of them. `other_half` says where
/// the other is added.
pub fn hard_cases_card(added: bool, other_half: &Markup) -> Markup {
    html! {
        section.card {
            h2 { "Hard cases" }
            p { "Customers, people, and photos that are difficult to bring together. " (other_half) }
            @if added {
                p { strong { "The hard cases are here." } }
            } @else {
                form method="post" action="/demo/hard_cases" {
                    button.quiet type="submit" { "Add hard cases" }
                }
            }
            details.apart {
                summary { "What they are" }
                dl {
                    @for (name, shows) in hard_cases::list() { dt { (name) } dd { (shows) } }
                }
            }
        }
    }
}

/// The choice of how much older something is to be.
pub fn age_choice() -> Markup {
    html! {
        label {
            "How much older"
            select name="days" {
                option value="30" { "30 days" }
                option value="100" { "100 days" }
                option value="365" { "1 year" }
                option value="1095" { "3 years" }
            }
        }
    }
}

/// Back to the page, which then says that something was switched.
pub fn switched(on: bool) -> Redirect {
    done(if on { "Switched on" } else { "Switched off" })
}

/// Back to the page, which then says what was done.
pub fn done(notice: &str) -> Redirect {
    Redirect::to(&format!("{PATH}?notice={}", encoded(notice)))
}

/// Back to the page, which then says what was wrong.
pub fn refused(problem: &str) -> Redirect {
    Redirect::to(&format!("{PATH}?problem={}", encoded(problem)))
}

/// For a query.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => char::from(byte).to_string(),
        b' ' => "+".to_owned(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn a_message_survives_the_way_through_the_address() {
        assert_eq!(encoded("a b&c=é"), "a+b%26c%3D%C3%A9");
    }
}
