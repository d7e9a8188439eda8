//! The preferences (B9–B13).

use maud::{Markup, html};
use model::preferences::{Preference, Preferences};
use runtime::App;
use web::SignedIn;

use super::form::SEEN;
use crate::parts::{action, csrf};

/// What it is called, and what it does.
fn texts(preference: Preference) -> (&'static str, &'static str) {
    match preference {
        Preference::CreateProjectFromJob => (
            "Create a Project in CompanyCam when a Job is Created in One Click",
            "A job created after you switch this on gets a project with its name, address and contact; older jobs don’t.",
        ),
        Preference::CreateJobFromProject => (
            "Create a Job in One Click Contractor from a Project in CompanyCam",
            "When off, new projects are ignored. Jobs that are already linked stay up to date either way.",
        ),
        Preference::ReassignProject => (
            "Reassign a Project in CompanyCam when Updated in One Click Contractor",
            "When a job is reassigned, the new assignee is added to the CompanyCam project.",
        ),
        Preference::RemovePreviousAssignee => (
            "Upon Reassignment, Delete Previously Assigned user in CompanyCam",
            "The previous assignee is removed from the project, and no one else. Only while the preference above is on.",
        ),
        Preference::OnlyMatchedUsers => (
            "Only import projects with at least one matched assigned user",
            "Projects with no matched user, or nobody assigned, are held until someone is.",
        ),
        Preference::RemoveDeletedPhotos => (
            "Remove photos in One Click when they are deleted in CompanyCam",
            "When off, a photo or document deleted in CompanyCam stays in its job. Deletions are found by the nightly check.",
        ),
        Preference::CopyInternalPhotos => (
            "Copy photos marked internal",
            "Internal photos aren’t meant for customers. Photos on a job can end up in a proposal.",
        ),
        Preference::CopyDocuments => (
            "Copy documents",
            "A project’s documents appear in its job’s Documents tab. When off, those already there stay.",
        ),
    }
}

/// What it is called.
pub fn label(preference: Preference) -> &'static str {
    texts(preference).0
}

fn option(preference: Preference, preferences: &Preferences) -> Markup {
    let (label, explanation) = texts(preference);
    let (name, needs) = (preference.name(), preference.needs());
    let enabled = needs.is_none_or(|other| preferences.has(other));
    html! {
        div.option.indent[needs.is_some()] {
            input type="checkbox" name=(name) id=(name) checked[preferences.has(preference)]
                aria-describedby={ (name) "-about" } data-needs=[needs.map(Preference::name)]
                disabled[!enabled];
            label for=(name) { (label) }
            small id={ (name) "-about" } {
                (explanation)
                @if !enabled { noscript { " Save that one first." } }
            }
        }
    }
}

/// Those that are on, for a form that may be sent when others are.
fn seen(preferences: &Preferences) -> String {
    let names: Vec<_> = preferences.on().iter().map(|one| one.name()).collect();
    names.join(" ")
}

/// The form with all of them.
pub fn card(app: &App, signed_in: &SignedIn, preferences: &Preferences) -> Markup {
    html! {
        section.card aria-labelledby="preferences" {
            h2 #preferences { "Preferences" }
            form method="post" action=(action(app, "preferences")) {
                (csrf(signed_in))
                input type="hidden" name=(SEEN) value=(seen(preferences));
                @for preference in Preference::ALL { (option(preference, preferences)) }
                p { button type="submit" { "Save preferences" } }
            }
            p { a href=(action(app, "fields")) { "How fields map" } }
        }
    }
}
