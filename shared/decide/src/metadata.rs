//! The keys that we write into a job's, an image's and a document's metadata. Each is named here alone.

use one_click::{Document, Image};

/// The project that a job says it is; every key of ours begins like this, and One Click's own
/// importers write none such.
pub const PROJECT: &str = "cc_project_id";
/// That project's company.
pub const COMPANY: &str = "cc_company_id";
/// Who made that project in CompanyCam.
pub const CREATOR: &str = "cc_creator_id";
/// That its project is archived, deleted or merged (B18).
pub const STATUS: &str = "cc_project_status";
/// The photo that an image shows.
pub const IMAGE: &str = "cc_image_id";
/// The document that a document is.
pub const DOCUMENT: &str = "cc_document_id";

/// The photo that an image is: by our id, or by the one that the earlier integration wrote.
pub fn image_id(image: &Image) -> Option<&str> {
    let theirs = image.metadata.get(IMAGE);
    image.external_id.as_ref().or(theirs).map(String::as_str)
}

/// The document that one on a job is, likewise.
pub fn document_id(document: &Document) -> Option<&str> {
    let theirs = document.metadata.get(DOCUMENT);
    document.external_id.as_ref().or(theirs).map(String::as_str)
}
