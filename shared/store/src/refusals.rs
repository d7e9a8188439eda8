//! A photo that is refused so far: by whom, since when, how often, and when it is tried again (B33,
//! B35). Kept in the photo's row, since what ends something needs a second answer some time later.

use companycam::ids::PhotoId;
use one_click::ids::{JobId, OrgId};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::photos::{PhotoRow, WantedPhoto, row_key};
use crate::table::key;
use crate::{Error, Store};

/// Who or what refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refuser {
    /// The address: there is no file, or something else than a file, behind it.
    Address,
    /// The file's host: it fails at this photo again and again.
    Host,
    /// `CompanyCam` gives no address.
    NoAddress,
    /// The file: it is nothing that One Click shows.
    File,
    /// One Click: it fails at this photo again and again, and not at others.
    OneClick,
    /// One Click, in its own words.
    OneClicksWord,
}

/// What is remembered of a photo's refusals, all by the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// By whom.
    pub by: Refuser,
    /// Of which version.
    pub version: i64,
    /// On which job.
    #[serde(default)]
    pub job_id: Option<JobId>,
    /// At which address the original was last asked for.
    #[serde(default)]
    pub uri: Option<String>,
    /// The last reason, in plain words.
    pub reason: String,
    /// The first time.
    pub since_ms: i64,
    /// The last time.
    pub last_ms: i64,
    /// When the message that waits for it comes back.
    pub again_ms: i64,
    /// How often.
    pub times: u32,
    /// When `CompanyCam` was last to be asked for its address.
    #[serde(default)]
    pub ask_ms: Option<i64>,
    /// Whether the activity log names it as waiting.
    #[serde(default)]
    pub told: bool,
    /// Whether the activity log names it as given up.
    #[serde(default)]
    pub given_up: bool,
}

const COPIED: &str = "copied";
const COPIED_KEPT_S: i64 = 7 * 24 * 60 * 60;

#[derive(Serialize, Deserialize)]
struct Copied {
    key: String,
    at: i64,
    expires_at: i64,
}

impl Refusal {
    /// Whether that is still what is wanted.
    pub fn concerns(&self, wanted: &WantedPhoto) -> bool {
        self.version == wanted.version && self.job_id == wanted.job_id
    }
}

impl Store {
    /// The photo was refused: writes that down and gives the lease back. From the time that the
    /// activity log names it, it is no longer pending. `false`: something else is wanted by now.
    pub async fn photo_refused(
        &self,
        org: &OrgId,
        holder: &str,
        row: &PhotoRow,
        refusal: &Refusal,
    ) -> Result<bool, Error> {
        let mut change = Change::new()
            .set("refused", refusal)
            .remove("lease_ms")
            .remove("lease_holder")
            // Ours, or written by the first try of this very call.
            .when("(#lease_holder = :holder OR #refused = :refusal) AND #wanted = :wanted")
            .value(":holder", holder)
            .value(":refusal", refusal)
            .value(":wanted", &row.wanted);
        if refusal.told {
            change = change.remove("pending_org");
        }
        let written = self
            .photos
            .update::<IgnoredAny>(row_key(org, &row.photo_id), change);
        Ok(written.await?.is_some())
    }

    /// A photo was copied: the files' host and One Click's images answer, whoever asks.
    pub async fn note_copied(&self, now: i64) -> Result<(), Error> {
        let note = Copied {
            key: COPIED.to_owned(),
            at: now,
            expires_at: now + COPIED_KEPT_S,
        };
        self.ephemeral.put(&note, Change::new()).await?;
        Ok(())
    }

    /// When a photo was last copied, of whichever organization, in Unix seconds and to the minute.
    pub async fn last_copied(&self) -> Result<Option<i64>, Error> {
        let note: Option<Copied> = self.ephemeral.get(key(&[("key", COPIED)])).await?;
        Ok(note.map(|note| note.at))
    }

    /// `CompanyCam` was asked about the photo, and there is nothing to be changed in what is wanted.
    pub async fn photo_asked(&self, org: &OrgId, photo: &PhotoId) -> Result<(), Error> {
        let change = Change::new()
            .set("asked_ms", self.clock.now_ms())
            .when("attribute_exists(#refused)");
        self.photos
            .update::<IgnoredAny>(row_key(org, photo), change)
            .await?;
        Ok(())
    }
}
