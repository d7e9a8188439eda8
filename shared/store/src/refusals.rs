//! A file that is refused so far: by whom, since when, how often, and when it is tried again (B33,
//! B35). Kept in the file's row, since what ends something needs a second answer some time later.

use model::file::{FileId, FileRow, Refusal};
use model::one_click::OrgId;
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::files::Held;
use crate::keys::file_key;
use crate::table::key;
use crate::{Error, Store, Write};

const COPIED: &str = "copied";
const COPIED_KEPT_S: i64 = 7 * 24 * 60 * 60;

#[derive(Serialize, Deserialize)]
struct Copied {
    key: String,
    at: i64,
    expires_at: i64,
}

impl Store {
    /// The file was refused: writes that down and gives the lease back. From the time that the
    /// activity log names it, it is no longer pending. Not applied: something else is wanted by now.
    pub async fn mark_file_refused(
        &self,
        held: Held<'_>,
        row: &FileRow,
        refusal: &Refusal,
    ) -> Result<Write, Error> {
        let mut change = Change::new()
            .set("refused", refusal)
            .remove("lease_ms")
            .remove("lease_holder")
            // Ours, or written by the first try of this very call.
            .when("(#lease_holder = :holder OR #refused = :refusal) AND #wanted = :wanted")
            .value(":holder", held.holder)
            .value(":refusal", refusal)
            .value(":wanted", &row.wanted);
        if refusal.told {
            change = change.remove("pending_org");
        }
        let written = self.photos.apply(file_key(held.org, held.file), change);
        written.await
    }

    /// A file was copied: the files' host and One Click's images answer, whoever asks.
    pub async fn note_copied(&self, now: i64) -> Result<(), Error> {
        let note = Copied {
            key: COPIED.to_owned(),
            at: now,
            expires_at: now + COPIED_KEPT_S,
        };
        self.ephemeral.put(&note, Change::new()).await?.either_way();
        Ok(())
    }

    /// When a file was last copied, of whichever organization, in Unix seconds and to the minute.
    pub async fn last_copied(&self) -> Result<Option<i64>, Error> {
        let note: Option<Copied> = self.ephemeral.get(key(&[("key", COPIED)])).await?;
        Ok(note.map(|note| note.at))
    }

    /// `CompanyCam` was asked about the file, and there is nothing to be changed in what is wanted.
    pub async fn record_file_asked(&self, org: &OrgId, file: &FileId) -> Result<(), Error> {
        let change = Change::new()
            .set("asked_ms", self.clock.now_ms())
            .when("attribute_exists(#refused)");
        self.photos
            .apply(file_key(org, file), change)
            .await?
            .either_way();
        Ok(())
    }
}
