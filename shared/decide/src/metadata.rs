//! The keys that we write into a job's, an image's and a document's metadata. Each is named here alone.

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
