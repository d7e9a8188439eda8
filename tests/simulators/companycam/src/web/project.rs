//! One project, and what its buttons do.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use maud::{Markup, html};

use super::projects::{badges, one_line, others, own_project, project_choice, title};
use super::{
    PathId, Visitor, back, documents, not_found, page, photos, project_form, refuse, time,
};
use crate::Shared;
use crate::request::{Form, Params};
use crate::state::{Id, Project, State as Sims, User};

/// Why nothing of a project can be changed.
pub(super) const DELETED: &str =
    "This project is deleted. Nothing can be changed until it is restored.";

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/projects/{id}", get(show).post(project_form::update))
        .route("/projects/{id}/edit", get(project_form::edit))
        .route("/projects/{id}/assign", post(assign))
        .route("/projects/{id}/unassign", post(unassign))
        .route("/projects/{id}/archive", post(archive))
        .route("/projects/{id}/merge", post(merge))
        .route("/projects/{id}/delete", post(delete))
        .route("/projects/{id}/restore", post(restore))
}

async fn show(
    State(sim): State<Shared>,
    Visitor(user): Visitor,
    params: Params,
    PathId(id): PathId,
) -> Response {
    let state = sim.lock();
    let Some(project) = own_project(&state, &user, id) else {
        return not_found();
    };
    let base = format!("/projects/{id}");
    let content = html! {
        p.back { a href="/projects" { "← Projects" } }
        div.row.between.head {
            h1 { (title(project)) " " (badges(project)) }
            @if !project.deleted {
                div.row {
                    a.button.quiet href={ (base) "/edit" } { "Edit" }
                    form method="post" action={ (base) "/archive" } { button.quiet type="submit" {
                        @if project.archived { "Restore" } @else { "Archive" }
                    } }
                }
            }
        }
        @if let Some(survivor) = project.merged_into {
            p.notice { "This project was merged into "
                a href={ "/projects/" (survivor) } { "another one" } ", which has its photos now." }
        } @else if project.deleted {
            p.notice.error { (DELETED) }
            form method="post" action={ (base) "/restore" } {
                p { button.quiet type="submit" { "Restore project" } }
            }
        }
        div.wide {
            div { (photos::gallery(&state, project)) }
            div {
                (about(&state, project))
                (documents::card(&state, project))
                (assigned(&state, &user, project))
                @if !project.deleted {
                    details.card {
                        summary { "Merge or delete" }
                        form method="post" action={ (base) "/merge" } {
                            (project_choice("Merge into", &others(&state, &user, id)))
                            button.quiet type="submit" { "Merge" }
                        }
                        form.apart method="post" action={ (base) "/delete" } {
                            button.danger type="submit" { "Delete project" }
                        }
                    }
                }
            }
        }
    };
    page(&title(project), &user, &params, content)
}

fn about(state: &Sims, project: &Project) -> Markup {
    let labels: Vec<_> = project
        .labels
        .iter()
        .filter_map(|id| state.labels.get(id))
        .collect();
    let address = one_line(&project.address);
    html! {
        section.card {
            h2 { "About" }
            dl {
                dt { "Address" } dd { @if address.is_empty() { "None" } @else { (address) } }
                @if let Some(contact) = &project.contact {
                    dt { "Customer" }
                    dd {
                        @for text in [&contact.name, &contact.email, &contact.phone_number].into_iter().flatten() {
                            div { (text) }
                        }
                    }
                }
                @if !labels.is_empty() {
                    dt { "Labels" }
                    dd { @for label in labels { span.badge { (label.display_value) } " " } }
                }
                @if let Some(notepad) = &project.notepad { dt { "Notepad" } dd { (notepad) } }
                @for integration in &project.integrations {
                    dt { (integration.kind) } dd { (integration.relation_id.as_deref().unwrap_or_default()) }
                }
                dt { "Created" } dd { (time(project.created_at)) " by " (state.creator_name(project.creator)) }
                dt { "Id" } dd { (project.id) }
            }
        }
    }
}

fn assigned(state: &Sims, user: &User, project: &Project) -> Markup {
    let assignees = project.assignees.iter();
    let assignees: Vec<&User> = assignees.filter_map(|id| state.users.get(id)).collect();
    let people = state.users.values().filter(|other| {
        other.company == user.company && other.active && !project.assignees.contains(&other.id)
    });
    let base = format!("/projects/{}", project.id);
    html! {
        section.card {
            h2 { "Assigned users" }
            @if assignees.is_empty() { p.muted { "Nobody is assigned." } }
            @for assignee in assignees {
                form method="post" action={ (base) "/unassign" } {
                    input type="hidden" name="user_id" value=(assignee.id);
                    p.row.between {
                        span { (assignee.name()) }
                        @if !project.deleted {
                            button.quiet.mini type="submit" aria-label={ "Remove " (assignee.name()) } { "Remove" }
                        }
                    }
                }
            }
            @if !project.deleted {
                form.row.apart method="post" action={ (base) "/assign" } {
                    label {
                        "Person"
                        select name="user_id" required {
                            option value="" { "Choose a person" }
                            @for person in people { option value=(person.id) { (person.name()) } }
                        }
                    }
                    button.quiet type="submit" { "Assign" }
                }
            }
        }
    }
}

/// One change to one of the user's projects, then back to its page with what it says: what was
/// done, or what was wrong.
fn change(
    sim: &Shared,
    user: &User,
    id: Id,
    change: impl FnOnce(&mut Sims, &User, &Project) -> Result<&'static str, &'static str>,
) -> Response {
    let mut state = sim.lock();
    let Some(project) = own_project(&state, user, id).cloned() else {
        return not_found();
    };
    let path = format!("/projects/{id}");
    if project.deleted {
        return refuse(&path, DELETED);
    }
    match change(&mut state, user, &project) {
        Ok(notice) => back(&path, notice),
        Err(problem) => refuse(&path, problem),
    }
}

async fn assign(
    State(sim): State<Shared>,
    Visitor(user): Visitor,
    PathId(id): PathId,
    Form(form): Form,
) -> Response {
    change(&sim, &user, id, |state, _, project| {
        let person = form.text("user_id").parse().unwrap_or_default();
        let known = state.users.get(&person);
        if known.is_none_or(|person| person.company != project.company) {
            return Err("Choose a person of your company to assign.");
        }
        state.assign(id, person, true);
        Ok("Assigned")
    })
}

async fn unassign(
    State(sim): State<Shared>,
    Visitor(user): Visitor,
    PathId(id): PathId,
    Form(form): Form,
) -> Response {
    change(&sim, &user, id, |state, _, _| {
        state.assign(id, form.text("user_id").parse().unwrap_or_default(), false);
        Ok("Removed")
    })
}

async fn archive(
    State(sim): State<Shared>,
    Visitor(user): Visitor,
    PathId(id): PathId,
) -> Response {
    change(&sim, &user, id, |state, _, project| {
        let archived = !project.archived;
        let (event_type, notice) = if archived {
            ("project.archived", "Project archived")
        } else {
            ("project.updated", "Project restored")
        };
        state.change_project(id, event_type, |project| project.archived = archived);
        Ok(notice)
    })
}

async fn merge(
    State(sim): State<Shared>,
    Visitor(user): Visitor,
    PathId(id): PathId,
    Form(form): Form,
) -> Response {
    change(&sim, &user, id, |state, user, _| {
        let survivor = form.text("project_id").parse().unwrap_or_default();
        let known = own_project(state, user, survivor);
        if survivor == id || known.is_none_or(|survivor| survivor.deleted) {
            return Err("Choose another project to merge this one into.");
        }
        state.merge_projects(id, survivor);
        Ok("Project merged")
    })
}

async fn delete(State(sim): State<Shared>, Visitor(user): Visitor, PathId(id): PathId) -> Response {
    change(&sim, &user, id, |state, _, _| {
        state.change_project(id, "project.deleted", |project| project.deleted = true);
        Ok("Project deleted")
    })
}

/// Of a deleted one; a merged one has nothing left to come back with.
async fn restore(
    State(sim): State<Shared>,
    Visitor(user): Visitor,
    PathId(id): PathId,
) -> Response {
    let mut state = sim.lock();
    let own = own_project(&state, &user, id);
    if own.is_none_or(|project| !project.deleted || project.merged_into.is_some()) {
        return not_found();
    }
    state.change_project(id, "project.updated", |project| project.deleted = false);
    back(&format!("/projects/{id}"), "Project restored")
}
