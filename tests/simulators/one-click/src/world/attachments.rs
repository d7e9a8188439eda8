//! Images and documents: storing, adopting, changing and soft-deleting them, under the version rule.
//!
//! `version` is the source's own time of change. A request with a lower one than stored comes
//! too late: it changes nothing and is answered with what is stored. An equal one applies, so
//! that a repeated request repairs a half-done one.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use super::files::{StoredFile, Which};
use super::{Organization, World};
use crate::error::ApiError;
use crate::fields::{Fields, merge_metadata};
use crate::model::{Attachment, AttachmentKind, now};

/// Which attachment a request is about.
#[derive(Debug, Clone)]
pub(crate) struct AttachmentAddress {
    pub(crate) job_id: String,
    pub(crate) kind: AttachmentKind,
    pub(crate) which: Which,
}

/// A file as it was uploaded.
#[derive(Debug)]
pub(crate) struct Upload {
    pub(crate) data: Bytes,
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

impl World {
    /// Stores a file with its description, which replaces all of an earlier one's; whether it is
    /// new. A deleted attachment comes back so.
    pub(crate) fn put_attachment(
        &mut self,
        (organization_id, address): (&str, &AttachmentAddress),
        description: &Value,
        upload: Upload,
    ) -> Result<(Attachment, bool), ApiError> {
        let Which::External(external_id) = &address.which else {
            return Err(ApiError::NotFound("External id"));
        };
        let record = self
            .organization_mut(organization_id)?
            .job_mut(&address.job_id)?;
        let fields = described(description, address.kind)?;
        let change = AttachmentChange::read_whole(fields, &["name", "version"])?;
        let stored = record.files(address.kind).get(&address.which);
        if let Some(stored) = stored
            && change.version.unwrap_or_default() < stored.attachment.version
        {
            return Ok((stored.attachment.clone(), false));
        }
        let known = stored.map(|stored| {
            let known = &stored.attachment;
            (known.id.clone(), known.created_at)
        });
        let (id, created_at) =
            known.unwrap_or_else(|| (self.ids.take(address.kind.id_prefix()), now()));
        let mut attachment = change.into_attachment(id, upload.content_type);
        attachment.external_id = Some(external_id.clone());
        attachment.created_at = created_at;
        let file = StoredFile::new(attachment, upload.data);
        let attachment = file.attachment.clone();
        let record = self
            .organization_mut(organization_id)?
            .job_mut(&address.job_id)?;
        let is_new = record.files_mut(address.kind).put(file);
        Ok((attachment, is_new))
    }

    /// Adds an attachment that the integration did not put: what a person or another program stored.
    /// From its description, in which `external_id`, `deleted` and the times may stand too.
    pub(crate) fn add_attachment(
        &mut self,
        organization_id: &str,
        (job_id, kind): (&str, AttachmentKind),
        description: &Value,
        data: Bytes,
    ) -> Result<Attachment, ApiError> {
        let mut fields = described(description, kind)?;
        let external_id = fields.optional_text("external_id").flatten();
        let deleted = fields.boolean("deleted").unwrap_or_default();
        let created_at = fields.optional_time("created_at").flatten();
        let updated_at = fields.optional_time("updated_at").flatten();
        let change = AttachmentChange::read_whole(fields, &["name"])?;
        self.organization(organization_id)?.job(job_id)?;
        let id = self.ids.take(kind.id_prefix());
        let mut attachment = change.into_attachment(id, None);
        attachment.external_id = external_id;
        attachment.deleted = deleted;
        attachment.created_at = created_at.unwrap_or(attachment.created_at);
        attachment.updated_at = updated_at.unwrap_or(attachment.created_at);
        let record = self.organization_mut(organization_id)?.job_mut(job_id)?;
        let file = StoredFile::new(attachment, data);
        let attachment = file.attachment.clone();
        record.files_mut(kind).put(file);
        Ok(attachment)
    }
}

impl Organization {
    /// Gives an attachment of another origin CompanyCam's id, from `{"image": {"external_id"}}`; the
    /// same again succeeds. Nothing else of it changes.
    pub(crate) fn adopt_attachment(
        &mut self,
        address: &AttachmentAddress,
        body: &Value,
    ) -> Result<Attachment, ApiError> {
        let mut fields = Fields::of(body, address.kind.singular())?;
        if !fields.has("external_id") {
            fields.complain("external_id can't be blank");
        }
        let external_id = fields.name("external_id");
        fields.finish()?;
        let external_id = external_id.unwrap_or_default();
        let wanted = Which::External(external_id.clone());

        let files = self.job_mut(&address.job_id)?.files_mut(address.kind);
        let stored = files.get(&address.which);
        let stored = stored.filter(|stored| !stored.attachment.deleted);
        let attachment = &stored.ok_or(not_found(address.kind))?.attachment;
        match &attachment.external_id {
            Some(known) if *known == external_id => return Ok(attachment.clone()),
            Some(_) => return Err(ApiError::Conflict("It has another external id")),
            None => {}
        }
        if let Some(holder) = files.get_mut(&wanted) {
            if !holder.attachment.deleted {
                return Err(ApiError::Conflict("external_id is taken"));
            }
            // One id, one attachment: a deleted one stands back.
            holder.attachment.external_id = None;
        }
        let stored = files.get_mut(&address.which);
        let attachment = &mut stored.ok_or(not_found(address.kind))?.attachment;
        attachment.external_id = Some(external_id);
        attachment.updated_at = now();
        Ok(attachment.clone())
    }

    /// Puts other bytes in the place of a stored file's and says nothing of it: as a disk that decays
    /// or a person with a database would. Without given ones, the last is another.
    pub(crate) fn tamper(
        &mut self,
        address: &AttachmentAddress,
        data: Option<Bytes>,
    ) -> Result<Attachment, ApiError> {
        let stored = self.stored_mut(address)?;
        let data = data.unwrap_or_else(|| {
            let mut bytes = stored.data.to_vec();
            match bytes.last_mut() {
                Some(last) => *last ^= 1,
                None => bytes.push(0),
            }
            Bytes::from(bytes)
        });
        *stored = StoredFile::new(stored.attachment.clone(), data);
        Ok(stored.attachment.clone())
    }

    /// Removes an attachment as if it had never been.
    pub(crate) fn forget_attachment(
        &mut self,
        address: &AttachmentAddress,
    ) -> Result<(), ApiError> {
        let files = self.job_mut(&address.job_id)?.files_mut(address.kind);
        if files.remove(&address.which) {
            return Ok(());
        }
        Err(not_found(address.kind))
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
            .get_mut(&address.which)
            .ok_or(not_found(address.kind))
    }
}

fn described(description: &Value, kind: AttachmentKind) -> Result<Fields<'_>, ApiError> {
    let object = description.as_object();
    let fields = object.map(Fields::new);
    fields.ok_or_else(|| ApiError::invalid(format!("{} must be an object", kind.singular())))
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

    /// As [`Self::read`], of a description that has to have some fields.
    fn read_whole(mut fields: Fields<'_>, required: &[&str]) -> Result<Self, ApiError> {
        for required in required {
            if !fields.has(required) {
                fields.complain(format!("{required} can't be blank"));
            }
        }
        Self::read(fields)
    }

    /// An attachment of this description and nothing else, whose bytes are still to come.
    fn into_attachment(self, id: String, uploaded_type: Option<String>) -> Attachment {
        let time = now();
        let content_type = self.content_type.flatten().or(uploaded_type);
        let mut metadata = BTreeMap::new();
        merge_metadata(&mut metadata, self.metadata);
        Attachment {
            id,
            external_id: None,
            name: self.name.unwrap_or_default(),
            content_type: content_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
            bytes: 0,
            md5: String::new(),
            caption: self.caption.flatten(),
            captured_at: self.captured_at.flatten(),
            captured_by: self.captured_by.flatten(),
            tags: self.tags.unwrap_or_default(),
            version: self.version.unwrap_or_default(),
            metadata,
            created_at: time,
            updated_at: time,
            deleted: false,
        }
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
