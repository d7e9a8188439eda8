//! What happens, and how often.

use rand::RngExt;

use crate::calendar::Year;

#[derive(Clone, Copy, Debug)]
enum Event {
    NewProject,
    Rename,
    Address,
    Contact,
    Archive,
    Delete,
    Merge,
    Assign,
    NewPhotos,
    Caption,
    Annotate,
    Internal,
    MovePhoto,
    DeletePhoto,
    RestorePhoto,
    Finish,
    AddTag,
    TakeTagOff,
    ChangeTag,
    NewDocument,
    ChangeDocument,
    MoveDocument,
    DeleteDocument,
    NewJob,
    EditJob,
    Reassign,
    DeleteJob,
    Preferences,
    Sync,
}

/// How often each happens, in proportion.
const EVENTS: [(Event, u32); 29] = [
    (Event::NewProject, 8),
    (Event::Rename, 5),
    (Event::Address, 4),
    (Event::Contact, 5),
    (Event::Archive, 4),
    (Event::Delete, 3),
    (Event::Merge, 3),
    (Event::Assign, 6),
    (Event::NewPhotos, 14),
    (Event::Caption, 7),
    (Event::Annotate, 7),
    (Event::Internal, 5),
    (Event::MovePhoto, 6),
    (Event::DeletePhoto, 5),
    (Event::RestorePhoto, 2),
    (Event::Finish, 3),
    (Event::AddTag, 5),
    (Event::TakeTagOff, 3),
    (Event::ChangeTag, 1),
    (Event::NewDocument, 5),
    (Event::ChangeDocument, 4),
    (Event::MoveDocument, 2),
    (Event::DeleteDocument, 2),
    (Event::NewJob, 4),
    (Event::EditJob, 8),
    (Event::Reassign, 6),
    (Event::DeleteJob, 1),
    (Event::Preferences, 3),
    (Event::Sync, 2),
];

impl Year {
    /// One of them, of those that can happen now.
    pub async fn event(&mut self) {
        while !self.try_event().await {}
    }

    async fn try_event(&mut self) -> bool {
        let all: u32 = EVENTS.iter().map(|(_, weight)| weight).sum();
        let mut drawn = self.random.random_range(0..all);
        let event = EVENTS.iter().find(|(_, weight)| {
            let is_it = drawn < *weight;
            drawn = drawn.saturating_sub(*weight);
            is_it
        });
        let Some((event, _)) = event else {
            return false;
        };
        // Boxed: all of their futures together are large.
        match event {
            Event::NewProject => Box::pin(self.new_project()).await,
            Event::Rename => Box::pin(self.rename()).await,
            Event::Address => Box::pin(self.change_address()).await,
            Event::Contact => Box::pin(self.change_contact()).await,
            Event::Archive => Box::pin(self.archive_or_restore()).await,
            Event::Delete => Box::pin(self.delete_or_undelete()).await,
            Event::Merge => Box::pin(self.merge()).await,
            Event::Assign => Box::pin(self.assign_or_unassign()).await,
            Event::NewPhotos => Box::pin(self.new_photos()).await,
            Event::Caption => Box::pin(self.edit_caption()).await,
            Event::Annotate => Box::pin(self.annotate()).await,
            Event::Internal => Box::pin(self.hide_or_show()).await,
            Event::MovePhoto => Box::pin(self.move_photo()).await,
            Event::DeletePhoto => Box::pin(self.delete_photo()).await,
            Event::RestorePhoto => Box::pin(self.restore_photo()).await,
            Event::Finish => Box::pin(self.finish_photo()).await,
            Event::AddTag => Box::pin(self.add_tag()).await,
            Event::TakeTagOff => Box::pin(self.take_tag_off()).await,
            Event::ChangeTag => Box::pin(self.rename_or_delete_tag()).await,
            Event::NewDocument => Box::pin(self.new_document()).await,
            Event::ChangeDocument => Box::pin(self.change_document()).await,
            Event::MoveDocument => Box::pin(self.move_document()).await,
            Event::DeleteDocument => Box::pin(self.delete_document()).await,
            Event::NewJob => Box::pin(self.new_job()).await,
            Event::EditJob => Box::pin(self.edit_job()).await,
            Event::Reassign => Box::pin(self.reassign()).await,
            Event::DeleteJob => Box::pin(self.delete_job()).await,
            Event::Preferences => Box::pin(self.change_preferences()).await,
            Event::Sync => Box::pin(self.sync()).await,
        }
    }
}
