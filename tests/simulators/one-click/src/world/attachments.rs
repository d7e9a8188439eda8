//! Images and documents: storing, changing and soft-deleting them under the version rule.
//!
//! `version` is the source's own time of change. A request with a lower one than stored comes
//! too late: it changes nothing and is answered with what is stored. An equal one applies, so
//! that a repeated request repairs a half-done one.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use super::{Organization, StoredFile};
use crate::error::ApiError;
use crate::fields::{Fields, merge_metadata};
use crate::model::{Attachment, AttachmentKind, now};

/// Which attachment a request is about.
#[derive(Debug, Clone)]
pub(crate) struct AttachmentAddress {
    pub(crate) job_id: String,
    pub(crate) kind: AttachmentKind,
    pub(crate) external_id: String,
}

/// A file as it was uploaded.
#[derive(Debug)]
pub(crate) struct Upload {
    pub(crate) data: Bytes,
    /// In lower-case hexadecimal digits.
    pub(crate) md5: String,
    pub(crate) content_type: Option<String>,
}

/// The given fields of an attachment.
#[derive(Debug)]
struct AttachmentChange {
    name: Option<String>,
    content_type: Option<Option<String>>,
    caption: Option<Option<String>>,
    captured_at: Option<Option<Timestamp>>,
    captured_by: Option<Option<String>>,
    tags: Option<Vec<String>>,
    version: Option<i64>,
    metadata: BTreeMap<String, Option<String>>,
}

impl Organization {
    /// Stores a file with its description, which replaces all of an earlier one's; whether it is
    /// new. A deleted attachment comes back so.
    pub(crate) fn put_attachment(
        &mut self,
        address: &AttachmentAddress,
        description: &Value,
        upload: Upload,
    ) -> Result<(Attachment, bool), ApiError> {
        let record = self.job_mut(&address.job_id)?;
        let mut fields = description.as_object().map(Fields::new).ok_or_else(|| {
            ApiError::invalid(format!("{} must be an object", address.kind.singular()))
        })?;
        for required in ["name", "version"] {
            if !fields.has(required) {
                fields.complain(format!("{required} can't be blank"));
            }
        }
        let change = AttachmentChange::read(fields)?;
        let version = change.version.unwrap_or_default();
        let files = record.files_mut(address.kind);
        let stored = files.get(&address.external_id);
        if let Some(stored) = stored
            && version < stored.attachment.version
        {
            return Ok((stored.attachment.clone(), false));
        }

        let time = now();
        let created_at = stored.map(|stored| stored.attachment.created_at);
        let content_type = change
            .content_type
            .flatten()
            .or(upload.content_type)
            .unwrap_or_else(|| "application/octet-stream".to_owned());
        let mut attachment = Attachment {
            external_id: address.external_id.clone(),
            name: change.name.unwrap_or_default(),
            content_type,
            bytes: upload.data.len(),
            md5: upload.md5,
            caption: change.caption.flatten(),
            captured_at: change.captured_at.flatten(),
            captured_by: change.captured_by.flatten(),
            tags: change.tags.unwrap_or_default(),
            version,
            metadata: BTreeMap::new(),
            created_at: created_at.unwrap_or(time),
            updated_at: time,
            deleted: false,
        };
        merge_metadata(&mut attachment.metadata, change.metadata);
        let file = StoredFile {
            attachment: attachment.clone(),
            data: upload.data,
        };
        let is_new = files.insert(address.external_id.clone(), file).is_none();
        Ok((attachment, is_new))
    }

    /// Changes the given fields of an attachment's description; its file stays.
    pub(crate) fn update_attachment(
        &mut self,
        address: &AttachmentAddress,
        body: &Value,
    ) -> Result<Attachment, ApiError> {
        let stored = self.stored_mut(address)?;
        if stored.attachment.deleted {
            return Err(not_found(address.kind));
        }
        let change = AttachmentChange::read(Fields::of(body, address.kind.singular())?)?;
        let attachment = &mut stored.attachment;
        if change
            .version
            .is_some_and(|version| version < attachment.version)
        {
            return Ok(attachment.clone());
        }
        let before = attachment.clone();
        change.apply(attachment);
        if *attachment != before {
            attachment.updated_at = now();
        }
        Ok(attachment.clone())
    }

    /// Soft-deletes an attachment; one that is deleted already stays so.
    pub(crate) fn delete_attachment(
        &mut self,
        address: &AttachmentAddress,
    ) -> Result<(), ApiError> {
        let attachment = &mut self.stored_mut(address)?.attachment;
        if !attachment.deleted {
            attachment.deleted = true;
            attachment.updated_at = now();
        }
        Ok(())
    }

    fn stored_mut(&mut self, address: &AttachmentAddress) -> Result<&mut StoredFile, ApiError> {
        self.job_mut(&address.job_id)?
            .files_mut(address.kind)
            .get_mut(&address.external_id)
            .ok_or(not_found(address.kind))
    }
}

fn not_found(kind: AttachmentKind) -> ApiError {
    ApiError::NotFound(match kind {
        AttachmentKind::Image => "Image",
        AttachmentKind::Document => "Document",
    })
}

impl AttachmentChange {
    fn read(mut fields: Fields<'_>) -> Result<Self, ApiError> {
        let change = Self {
            name: fields.name("name"),
            content_type: fields.optional_text("content_type"),
            caption: fields.optional_text("caption"),
            captured_at: fields.optional_time("captured_at"),
            captured_by: fields.optional_text("captured_by"),
            tags: fields.texts("tags"),
            version: fields.integer("version"),
            metadata: fields.metadata(),
        };
        fields.finish()?;
        Ok(change)
    }

    fn apply(self, attachment: &mut Attachment) {
        if let Some(name) = self.name {
            attachment.name = name;
        }
        if let Some(Some(content_type)) = self.content_type {
            attachment.content_type = content_type;
        }
        if let Some(caption) = self.caption {
            attachment.caption = caption;
        }
        if let Some(captured_at) = self.captured_at {
            attachment.captured_at = captured_at;
        }
        if let Some(captured_by) = self.captured_by {
            attachment.captured_by = captured_by;
        }
        if let Some(tags) = self.tags {
            attachment.tags = tags;
        }
        if let Some(version) = self.version {
            attachment.version = version;
        }
        merge_metadata(&mut attachment.metadata, self.metadata);
    }
}
