//! The preferences (B9–B13).

use maud::{Markup, html};
use model::preferences::Preferences;
use runtime::App;
use web::SignedIn;

use super::{action, csrf};

/// A checkbox.
struct Choice {
    name: &'static str,
    label: &'static str,
    explanation: &'static str,
    on: bool,
    indented: bool,
    enabled: bool,
}

fn choices(preferences: &Preferences) -> Vec<Choice> {
    let choice = |name, label, explanation, on| Choice {
        name,
        label,
        explanation,
        on,
        indented: false,
        enabled: true,
    };
    vec![
        choice(
            "create_project_from_job",
            "Create a Project in CompanyCam when a Job is Created in One Click",
            "A job created after you switch this on gets a project with its name, address and contact; older jobs don’t.",
            preferences.create_project_from_job,
        ),
        choice(
            "create_job_from_project",
            "Create a Job in One Click Contractor from a Project in CompanyCam",
            "Otherwise new projects are left alone; jobs that are linked already stay up to date either way.",
            preferences.create_job_from_project,
        ),
        choice(
            "reassign_project",
            "Reassign a Project in CompanyCam when Updated in One Click Contractor",
            "When a job gets another assignee, that person’s CompanyCam user is added to its project.",
            preferences.reassign_project,
        ),
        Choice {
            indented: true,
            enabled: preferences.reassign_project,
            ..choice(
                "remove_previous_assignee",
                "Upon Reassignment, Delete Previously Assigned user in CompanyCam",
                "Then the previous assignee’s user is taken off the project, and nobody else. Only while the preference above is on.",
                preferences.remove_previous_assignee,
            )
        },
        choice(
            "only_matched_users",
            "Only import projects with at least one matched assigned user",
            "Other projects wait until somebody is assigned who is matched under Users, also those that nobody is assigned to.",
            preferences.only_matched_users,
        ),
        choice(
            "remove_deleted_photos",
            "Remove photos in One Click when they are deleted in CompanyCam",
            "Otherwise a photo that is deleted in CompanyCam stays in its job. Deletions are not noticed yet; your choice is kept for when they are.",
            preferences.remove_deleted_photos,
        ),
        choice(
            "copy_internal_photos",
            "Copy photos marked internal",
            "These are not meant for customers’ eyes, and what is in a job may end up in a proposal.",
            preferences.copy_internal_photos,
        ),
        choice(
            "copy_documents",
            "Copy documents",
            "A project’s documents belong among its job’s documents. They are not copied yet; your choice is kept for when they are.",
            preferences.copy_documents,
        ),
    ]
}

/// The form with all of them.
pub fn card(app: &App, signed_in: &SignedIn, preferences: &Preferences) -> Markup {
    html! {
        section.card aria-labelledby="preferences" {
            h2 #preferences { "Preferences" }
            form method="post" action=(action(app, "preferences")) {
                (csrf(signed_in))
                @for choice in choices(preferences) {
                    div.option.indent[choice.indented] {
                        input type="checkbox" name=(choice.name) id=(choice.name) checked[choice.on]
                            aria-describedby={ (choice.name) "-about" } data-needs=[choice.indented.then_some("reassign_project")]
                            disabled[!choice.enabled];
                        label for=(choice.name) { (choice.label) }
                        small id={ (choice.name) "-about" } {
                            (choice.explanation)
                            @if !choice.enabled { noscript { " Save that one first." } }
                        }
                    }
                }
                p { button type="submit" { "Save preferences" } }
            }
        }
    }
}
