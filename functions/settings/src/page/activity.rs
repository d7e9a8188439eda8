//! The activity log's newest entries (B25).

use maud::{Markup, html};
use store::activity::{Entry, Outcome};

use super::time;

/// The card.
pub fn card(entries: &[Entry]) -> Markup {
    html! {
        section.card aria-labelledby="activity" {
            h2 #activity { "Activity" }
            @if entries.is_empty() {
                p.soft { "Nothing has happened yet." }
            } @else {
                ol.log { @for entry in entries {
                    li {
                        span class={ "tag " (colour(entry.outcome)) } { (outcome(entry.outcome)) }
                        " " (entry.text) " " span.soft { (time(entry.at)) }
                    }
                } }
            }
        }
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Created => "Created",
        Outcome::Updated => "Updated",
        Outcome::Copied => "Copied",
        Outcome::Removed => "Removed",
        Outcome::Skipped => "Skipped",
        Outcome::Failed => "Failed",
    }
}

fn colour(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Created | Outcome::Updated | Outcome::Copied => "good",
        Outcome::Removed | Outcome::Skipped => "warn",
        Outcome::Failed => "bad",
    }
}
