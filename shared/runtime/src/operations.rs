//! The operations of CompanyCam that are called, each with what it counts as.
//!
//! A write that were counted as a read would go over the limit of calls a minute.

use companycam::ids::{Cursor, PhotoId, ProjectId, UserId, WebhookId};
use companycam::{
    Company, Document, NewProject, NewWebhook, Page, Photo, PhotosQuery, Project, ProjectsQuery,
    Tag, User, Webhook, WebhookUpdate,
};

use crate::companycam::{CallError, PacedCompanyCam};
use crate::pacing::Call;

impl PacedCompanyCam<'_> {
    /// `GET /company`
    pub async fn company(&self) -> Result<Company, CallError> {
        let call = (Call::Read, "GET /company");
        self.call(call, |api| async move { api.company().await })
            .await
    }

    /// `GET /users/current`
    pub async fn current_user(&self) -> Result<User, CallError> {
        let call = (Call::Read, "GET /users/current");
        self.call(call, |api| async move { api.current_user().await })
            .await
    }

    /// `GET /users`
    pub async fn users(&self, page: u32) -> Result<Page<User>, CallError> {
        let call = (Call::Read, "GET /users");
        self.call(call, |api| async move { api.users(page).await })
            .await
    }

    /// `GET /projects`
    pub async fn projects(&self, query: &ProjectsQuery) -> Result<Page<Project>, CallError> {
        let call = (Call::Read, "GET /projects");
        self.call(call, |api| async move { api.projects(query).await })
            .await
    }

    /// `GET /projects/{id}`
    pub async fn project(&self, id: &ProjectId) -> Result<Project, CallError> {
        let call = (Call::Read, "GET /projects/{id}");
        self.call(call, |api| async move { api.project(id).await })
            .await
    }

    /// `GET /projects/{id}/assigned_users`
    pub async fn assigned_users(&self, id: &ProjectId, page: u32) -> Result<Page<User>, CallError> {
        let call = (Call::Read, "GET /projects/{id}/assigned_users");
        self.call(
            call,
            |api| async move { api.assigned_users(id, page).await },
        )
        .await
    }

    /// `PUT /projects/{id}/assigned_users/{user}`
    pub async fn assign_user(&self, project: &ProjectId, user: &UserId) -> Result<(), CallError> {
        let call = (Call::Write, "PUT /projects/{id}/assigned_users/{user}");
        self.call(
            call,
            |api| async move { api.assign_user(project, user).await },
        )
        .await
    }

    /// `DELETE /projects/{id}/assigned_users/{user}`
    pub async fn unassign_user(&self, project: &ProjectId, user: &UserId) -> Result<(), CallError> {
        let call = (Call::Write, "DELETE /projects/{id}/assigned_users/{user}");
        self.call(
            call,
            |api| async move { api.unassign_user(project, user).await },
        )
        .await
    }

    /// `POST /projects`
    pub async fn create_project(
        &self,
        new: &NewProject,
        creator: Option<&str>,
    ) -> Result<Project, CallError> {
        let call = (Call::Write, "POST /projects");
        self.call(
            call,
            |api| async move { api.create_project(new, creator).await },
        )
        .await
    }

    /// `GET /projects/{id}/photos`
    pub async fn project_photos(
        &self,
        project: &ProjectId,
        after: Option<&Cursor>,
    ) -> Result<Page<Photo, Cursor>, CallError> {
        let call = (Call::Read, "GET /projects/{id}/photos");
        self.call(call, |api| async move {
            api.project_photos(project, after).await
        })
        .await
    }

    /// `GET /projects/{id}/documents`
    pub async fn project_documents(
        &self,
        project: &ProjectId,
        page: u32,
    ) -> Result<Page<Document>, CallError> {
        let call = (Call::Read, "GET /projects/{id}/documents");
        self.call(call, |api| async move {
            api.project_documents(project, page).await
        })
        .await
    }

    /// `GET /photos`
    pub async fn photos(&self, query: &PhotosQuery) -> Result<Page<Photo, Cursor>, CallError> {
        let call = (Call::Read, "GET /photos");
        self.call(call, |api| async move { api.photos(query).await })
            .await
    }

    /// `GET /photos/{id}`
    pub async fn photo(&self, id: &PhotoId) -> Result<Photo, CallError> {
        let call = (Call::Read, "GET /photos/{id}");
        self.call(call, |api| async move { api.photo(id).await })
            .await
    }

    /// `GET /photos/{id}/tags`
    pub async fn photo_tags(&self, id: &PhotoId) -> Result<Vec<Tag>, CallError> {
        let call = (Call::Read, "GET /photos/{id}/tags");
        self.call(call, |api| async move { api.photo_tags(id).await })
            .await
    }

    /// `GET /tags`
    pub async fn tags(&self, page: u32) -> Result<Page<Tag>, CallError> {
        let call = (Call::Read, "GET /tags");
        self.call(call, |api| async move { api.tags(page).await })
            .await
    }

    /// `GET /webhooks`
    pub async fn webhooks(&self, page: u32) -> Result<Page<Webhook>, CallError> {
        let call = (Call::Read, "GET /webhooks");
        self.call(call, |api| async move { api.webhooks(page).await })
            .await
    }

    /// `POST /webhooks`
    pub async fn create_webhook(&self, new: &NewWebhook) -> Result<Webhook, CallError> {
        let call = (Call::Write, "POST /webhooks");
        self.call(call, |api| async move { api.create_webhook(new).await })
            .await
    }

    /// `PUT /webhooks/{id}`
    pub async fn update_webhook(
        &self,
        id: &WebhookId,
        update: &WebhookUpdate,
    ) -> Result<Webhook, CallError> {
        let call = (Call::Write, "PUT /webhooks/{id}");
        self.call(
            call,
            |api| async move { api.update_webhook(id, update).await },
        )
        .await
    }

    /// `DELETE /webhooks/{id}`
    pub async fn delete_webhook(&self, id: &WebhookId) -> Result<(), CallError> {
        let call = (Call::Write, "DELETE /webhooks/{id}");
        self.call(call, |api| async move { api.delete_webhook(id).await })
            .await
    }
}
