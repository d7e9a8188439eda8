//! What a photo and a document have in common: when what is wanted is news, and how a copy follows it.

use model::file::{CopiedFile, FileId, FileRow, WantedFile, are_other_bytes};
use one_click::JobId;

/// What was given up is tried once more with another address, but only so often: addresses may be
/// signed anew with every listing.
pub(crate) const FAILED_FOR_MS: i64 = 24 * 60 * 60 * 1000;
/// So long after its time the message that waits for a refused file counts as lost.
pub(crate) const OVERDUE_MS: i64 = 60 * 60 * 1000;

/// What is known of a file beside what CompanyCam says of it.
#[derive(Debug, Clone, Default)]
pub struct Known<'a> {
    /// Its row.
    pub row: Option<&'a FileRow>,
    /// The job of its project, if that has one.
    pub job: Option<&'a JobId>,
    /// A photo's tags, from elsewhere (it carries none); `None` leaves those that are known.
    pub tags: Option<Vec<String>>,
}

/// What is wanted, if that is to be written down and looked at.
pub(crate) fn news(wanted: WantedFile, row: Option<&FileRow>, now_ms: i64) -> Option<WantedFile> {
    let Some(row) = row else {
        // Nothing is there that would have to go.
        return wanted.job_id.is_some().then_some(wanted);
    };
    if row.wanted.version > wanted.version {
        return None;
    }
    if wanted.job_id.is_none() && row.wanted.job_id.is_none() && row.strays().is_empty() {
        return None;
    }
    // The address may be signed anew with every listing; it alone is no change of what is there.
    let same = WantedFile {
        uri: row.wanted.uri.clone(),
        ..wanted.clone()
    } == row.wanted;
    let same_address = row.wanted.uri == wanted.uri;
    let settled = if row.failed.is_some() {
        let lately = row.failed_ms.is_some_and(|at| at + FAILED_FOR_MS > now_ms);
        same_address || lately
    } else {
        row.is_current() || (same_address && waits_for_its_turn(row, &wanted, now_ms))
    };
    (!(settled && same)).then_some(wanted)
}

/// Whether it is refused so far, and a message is on its way to try it again.
fn waits_for_its_turn(row: &FileRow, wanted: &WantedFile, now_ms: i64) -> bool {
    row.refused
        .as_ref()
        .is_some_and(|refused| refused.concerns(wanted) && refused.again_ms + OVERDUE_MS > now_ms)
}

/// How to bring the copy on the wanted job from what is there to what is wanted. What may be on other
/// jobs goes afterwards, see [`FileRow::strays`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyStep<'a> {
    /// It is as it should be, and what that is.
    Nothing(Option<&'a CopiedFile>),
    /// The bytes are right: write only what changed of caption and the like.
    Describe {
        /// The copy.
        copied: &'a CopiedFile,
    },
    /// Copy the original.
    Copy {
        /// Where it goes.
        to: &'a JobId,
    },
}

/// The step for the file as its row has it.
pub fn copy_step(row: &FileRow) -> CopyStep<'_> {
    let wanted = &row.wanted;
    let Some(to) = &wanted.job_id else {
        return CopyStep::Nothing(None);
    };
    let Some(copied) = row.copied.as_ref().filter(|copied| copied.job_id == *to) else {
        return CopyStep::Copy { to };
    };
    let is_newer = copied.version < wanted.version;
    // Of what another integration copied only the length tells, where there is no hash: nothing that is
    // there is moved twice (B31).
    let taken_over = row.adopts.is_some() && wanted.length == Some(copied.bytes);
    let same_bytes = taken_over || (wanted.hash.is_some() && wanted.hash == copied.hash);
    let other_bytes = are_other_bytes(copied.hash.as_deref(), wanted.hash.as_deref());
    if other_bytes || (is_newer && !same_bytes) {
        CopyStep::Copy { to }
    } else if copied.details == wanted.details && !is_newer {
        CopyStep::Nothing(Some(copied))
    } else if matches!(row.id, FileId::Document(_)) && !taken_over {
        // One Click changes nothing of a document without its file.
        CopyStep::Copy { to }
    } else {
        CopyStep::Describe { copied }
    }
}
