//! The offer on the tab, and the page that says what would happen.

use maud::{Markup, html};
use runtime::App;
use web::SignedIn;

use super::preview::{MOST, Preview};
use crate::links;
use crate::parts::{action, csrf};

/// So many jobs are named.
const NAMED: usize = 50;

/// The windows on offer: the form's value and its text.
pub const WINDOWS: [(&str, u16, &str); 3] = [
    ("29", 29, "the last 29 days"),
    ("90", 90, "the last 90 days"),
    ("365", 365, "the last year"),
];

/// The offer.
pub fn offer(app: &App, signed_in: &SignedIn) -> Markup {
    html! {
        details #pushing {
            summary { "Push recent jobs to CompanyCam" }
            p.soft { "Creates a CompanyCam project for each job created in One Click in that time that has none yet. You see which ones first." }
            form.row method="post" action=(action(app, "push_jobs")) data-plain {
                (csrf(signed_in))
                label for="push-days" { "Jobs created in" }
                select #push-days name="since_days" {
                    @for (value, _, text) in WINDOWS { option value=(value) { (text) } }
                }
                button.quiet type="submit" { "Preview the push" }
            }
        }
    }
}

/// What would happen, with the button that makes it happen.
pub fn page(
    app: &App,
    signed_in: &SignedIn,
    (value, text): (&str, &str),
    preview: &Preview,
) -> Markup {
    let count = preview.jobs.len();
    html! {
        p { a href=(app.config.settings_url()) { "Back to the settings" } }
        section.card aria-labelledby="push" {
            h1 #push { "Push recent jobs to CompanyCam" }
            p { "Of the jobs created in " (text) ":" }
            ul {
                li { strong { (count) } " would get a project in CompanyCam. Where a project with the same name and address is there already, the job is linked to it instead." }
                li { (preview.linked) " have a project already." }
                @if preview.named > 0 { li { (preview.named) " name a project that isn’t linked; they are left alone." } }
            }
            @if preview.more { p.soft { "There are more. " (MOST) " are pushed at a time; push again for the rest." } }
            @if count == 0 {
                p { "There is nothing to push." }
            } @else {
                form method="post" action=(action(app, "push_jobs")) data-plain {
                    (csrf(signed_in))
                    input type="hidden" name="since_days" value=(value);
                    input type="hidden" name="confirm" value="yes";
                    button type="submit" { "Push " (count) @if count == 1 { " job" } @else { " jobs" } }
                    " " a href=(app.config.settings_url()) { "Cancel" }
                }
                h2 { "Jobs" }
                ul {
                    @for job in preview.jobs.iter().take(NAMED) {
                        li {
                            a href=(links::job(app, &job.id)) { (job.customer_name) }
                            @if !job.address.line_1.is_empty() { ", " (job.address.line_1) }
                        }
                    }
                }
                @if count > NAMED { p.soft { "And " (count - NAMED) " more." } }
            }
        }
    }
}
