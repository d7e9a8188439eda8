//! The images or the documents of a job: ours by CompanyCam's id, all of them by One Click's own.

use bytes::Bytes;
use md5::{Digest, Md5};

use crate::model::Attachment;

/// How a request names an attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Which {
    /// By CompanyCam's id.
    External(String),
    /// By One Click's own: the only one that an attachment of another origin has.
    Own(String),
}

impl Which {
    /// Of a path's segment: `id:img_7` is an id of One Click's own.
    pub(crate) fn parse(segment: &str) -> Self {
        match segment.strip_prefix("id:") {
            Some(id) => Self::Own(id.to_owned()),
            None => Self::External(segment.to_owned()),
        }
    }

    /// The name that is best known outside.
    pub(crate) fn of(attachment: &Attachment) -> Self {
        match &attachment.external_id {
            Some(external_id) => Self::External(external_id.clone()),
            None => Self::Own(attachment.id.clone()),
        }
    }

    pub(crate) fn names(&self, attachment: &Attachment) -> bool {
        match self {
            Self::External(external_id) => attachment.external_id.as_ref() == Some(external_id),
            Self::Own(id) => attachment.id == *id,
        }
    }
}

/// An attachment with its bytes.
#[derive(Debug)]
pub(crate) struct StoredFile {
    pub(crate) attachment: Attachment,
    pub(crate) data: Bytes,
}

impl StoredFile {
    /// What is said of the bytes is always what they are.
    pub(crate) fn new(mut attachment: Attachment, data: Bytes) -> Self {
        attachment.bytes = data.len();
        attachment.md5 = md5_hex(&data);
        Self { attachment, data }
    }
}

fn md5_hex(data: &[u8]) -> String {
    let digest: [u8; 16] = Md5::digest(data).into();
    format!("{:032x}", u128::from_be_bytes(digest))
}

/// In the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Files(Vec<StoredFile>);

impl Files {
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, StoredFile> {
        self.0.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn get(&self, which: &Which) -> Option<&StoredFile> {
        self.0.iter().find(|file| which.names(&file.attachment))
    }

    pub(crate) fn get_mut(&mut self, which: &Which) -> Option<&mut StoredFile> {
        self.0.iter_mut().find(|file| which.names(&file.attachment))
    }

    /// Adds a file, or replaces the one with the same id; whether it is new.
    pub(crate) fn put(&mut self, file: StoredFile) -> bool {
        let own = Which::Own(file.attachment.id.clone());
        if let Some(stored) = self.get_mut(&own) {
            *stored = file;
            return false;
        }
        self.0.push(file);
        true
    }

    /// Removes one as if it had never been; whether it was there.
    pub(crate) fn remove(&mut self, which: &Which) -> bool {
        let before = self.0.len();
        self.0.retain(|file| !which.names(&file.attachment));
        self.0.len() < before
    }
}
