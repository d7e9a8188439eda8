//! A project's documents, and a page for each.

use axum::Router;
use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use bytes::Bytes;
use maud::{Markup, html};
use simulator_kit::Chunked;
use simulator_kit::page::{count, size};

use super::project::DELETED;
use super::projects::{others, own_project, project_choice, title};
use super::{PathId, Visitor, back, not_found, page, refuse, time};
use crate::Shared;
use crate::documents::{Content, DocumentChange, NewDocument};
use crate::files::content_type;
use crate::request::{Form, Params};
use crate::state::{Document, Id, Project, State as Sims, User};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/projects/{id}/documents", post(upload))
        .route("/documents/{id}", get(show))
        .route("/documents/{id}/replace", post(replace))
        .route("/documents/{id}/{action}", post(act))
}

/// The documents of a project, by name, and adding to them.
pub(super) fn card(state: &Sims, project: &Project) -> Markup {
    let documents = state.documents.values();
    let mut documents: Vec<&Document> = documents
        .filter(|document| document.project == project.id)
        .collect();
    documents.sort_by_key(|document| (&document.name, document.id));
    html! {
        section.card #documents {
            h2 { "Documents" }
            @if documents.is_empty() { p.muted { "No documents yet." } }
            @for document in documents {
                p {
                    a href={ "/documents/" (document.id) } { (document.name) }
                    " " span.muted.small { (size(document.file.content.size())) }
                }
            }
            @if !project.deleted {
                form.row.apart method="post" action={ "/projects/" (project.id) "/documents" } enctype="multipart/form-data" {
                    label { "Add documents" input type="file" name="file" multiple required; }
                    button.quiet type="submit" { "Add documents" }
                }
            }
        }
    }
}

/// The document with its project, if that is one of the user's.
fn own_document<'a>(state: &'a Sims, user: &User, id: Id) -> Option<(&'a Document, &'a Project)> {
    let document = state.documents.get(&id)?;
    Some((document, own_project(state, user, document.project)?))
}

/// A file as a browser sends it.
struct Sent {
    name: String,
    content_type: String,
    bytes: Bytes,
}

/// The files of a form; an empty field is none.
async fn files(mut form: Multipart) -> Vec<Sent> {
    let mut files = Vec::new();
    while let Ok(Some(field)) = form.next_field().await {
        let name = field.file_name().unwrap_or_default().to_owned();
        if field.name() != Some("file") || name.is_empty() {
            continue;
        }
        let told = field.content_type().map(str::to_owned);
        let Ok(bytes) = field.bytes().await else {
            continue;
        };
        files.push(Sent {
            content_type: told.unwrap_or_else(|| content_type(&name).to_owned()),
            name,
            bytes,
        });
    }
    files
}

async fn upload(
    State(sim): State<Shared>,
    Visitor(user): Visitor,
    PathId(id): PathId,
    form: Multipart,
) -> Response {
    let files = files(form).await;
    let address = format!("/projects/{id}");
    let mut state = sim.lock();
    match own_project(&state, &user, id) {
        None => return not_found(),
        Some(project) if project.deleted => return refuse(&address, DELETED),
        Some(_) => {}
    }
    if files.is_empty() {
        return refuse(&address, "Choose the files to upload.");
    }
    let notice = format!("{} uploaded", count(files.len(), "document"));
    for file in files {
        state.create_document(NewDocument {
            project: id,
            creator: user.id,
            name: file.name,
            content: Content::Given(Chunked::from_bytes(file.bytes)),
            content_type: Some(file.content_type),
        });
    }
    back(&address, &notice)
}

async fn show(
    State(sim): State<Shared>,
    Visitor(user): Visitor,
    params: Params,
    PathId(id): PathId,
) -> Response {
    let state = sim.lock();
    let Some((document, project)) = own_document(&state, &user, id) else {
        return not_found();
    };
    let content = html! {
        p.back { a href={ "/projects/" (project.id) } { "← " (title(project)) } }
        h1 { (document.name) }
        section.card {
            h2 { "About" }
            dl {
                dt { "File" }
                dd { a href={ "/cdn/documents/" (id) } { "Open the file" } " "
                    span.muted { (size(document.file.content.size())) } }
                dt { "Type" } dd { (document.content_type) }
                dt { "Version" } dd { (document.version) }
                dt { "Added" }
                dd { (time(document.created_at)) " by " (state.creator_name(document.creator)) }
                dt { "Changed" } dd { (time(document.updated_at)) }
            }
        }
        @if project.deleted {
            p.notice.error { (DELETED) }
        } @else {
            (forms(&state, &user, document))
        }
    };
    page(&document.name, &user, &params, content)
}

fn forms(state: &Sims, user: &User, document: &Document) -> Markup {
    let base = format!("/documents/{}", document.id);
    html! {
        section.card {
            h2 { "Change" }
            form.row.head method="post" action={ (base) "/rename" } {
                label { "Name" input type="text" name="name" value=(document.name) required; }
                button.quiet type="submit" { "Rename" }
            }
            form.row method="post" action={ (base) "/replace" } enctype="multipart/form-data" {
                label { "New version" input type="file" name="file" required; }
                button.quiet type="submit" { "Replace the file" }
            }
        }
        details.card {
            summary { "Move or delete" }
            form method="post" action={ (base) "/move" } {
                (project_choice("Move to", &others(state, user, document.project)))
                button.quiet type="submit" { "Move" }
            }
            form.apart method="post" action={ (base) "/delete" } {
                button.danger type="submit" { "Delete document" }
            }
        }
    }
}

async fn replace(
    State(sim): State<Shared>,
    Visitor(user): Visitor,
    PathId(id): PathId,
    form: Multipart,
) -> Response {
    let file = files(form).await.pop();
    let address = format!("/documents/{id}");
    let mut state = sim.lock();
    match own_document(&state, &user, id) {
        None => return not_found(),
        Some((_, project)) if project.deleted => return refuse(&address, DELETED),
        Some(_) => {}
    }
    let Some(file) = file else {
        return refuse(&address, "Choose the file to put in its place.");
    };
    state.change_document(
        id,
        DocumentChange {
            name: None,
            content: Some(Content::Given(Chunked::from_bytes(file.bytes))),
            content_type: Some(file.content_type),
        },
    );
    back(&address, "File replaced")
}

async fn act(
    State(sim): State<Shared>,
    Visitor(user): Visitor,
    Path((id, action)): Path<(Id, String)>,
    Form(form): Form,
) -> Response {
    let mut state = sim.lock();
    let Some((document, project)) = own_document(&state, &user, id) else {
        return not_found();
    };
    let address = format!("/documents/{id}");
    if project.deleted {
        return refuse(&address, DELETED);
    }
    let project = document.project;
    match action.as_str() {
        "rename" => {
            let name = form.text("name").trim();
            if name.is_empty() {
                return refuse(&address, "Type the document's new name.");
            }
            let change = DocumentChange {
                name: Some(name.to_owned()),
                ..DocumentChange::default()
            };
            state.change_document(id, change);
            back(&address, "Document renamed")
        }
        "move" => {
            let project = form.text("project_id").parse().unwrap_or_default();
            if own_project(&state, &user, project).is_none_or(|project| project.deleted) {
                return refuse(&address, "Choose a project to move the document to.");
            }
            state.move_document(id, project);
            back(&address, "Document moved")
        }
        "delete" => {
            state.delete_document(id);
            back(&format!("/projects/{project}"), "Document deleted")
        }
        _ => not_found(),
    }
}
