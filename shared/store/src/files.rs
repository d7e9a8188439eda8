//! Table `photos`: one row for each photo and each document, with the version that is wanted in One
//! Click, the one that is there, and the lease of whoever is copying.
//!
//! The row says everything that copying needs, so a message says only which file to look at, and
//! copying needs no token. While wanted and copied differ the file is *pending*, and in the sparse
//! index, unless it is refused again and again: nobody waits for that one.
//!
//! Where a copy may be is written down before it is made: the write that makes a file wanted on a
//! job says so. An upload whose answer is lost leaves no copy that nobody knows of.

use model::companycam::{CompanyId, PhotoId, ProjectId};
use model::file::{CopiedFile, FileId, FileRow, Refusal, WantedFile};
use model::one_click::{JobId, OrgId};
use serde::Deserialize;

use crate::change::Change;
use crate::keys::file_key;
use crate::table::{Write, key};
use crate::{Error, Store};

/// What `CompanyCam` says of a file, to be written down.
#[derive(Debug, Clone, Copy)]
pub struct NewWish<'a> {
    pub file: &'a FileId,
    pub project: &'a ProjectId,
    /// The company that was asked.
    pub company: &'a CompanyId,
    /// As it should be in One Click.
    pub wanted: &'a WantedFile,
    /// Whether the file is refused so far, so that nobody is to wait for it.
    pub refused: bool,
}

/// A copy that was there before us (B31).
#[derive(Debug)]
pub struct Adoption<'a> {
    pub file: &'a FileId,
    pub project: &'a ProjectId,
    /// The company that has the project.
    pub company: &'a CompanyId,
    /// What is there.
    pub copied: CopiedFile,
    /// One Click's id of it, where it is still to get our external id.
    pub id: Option<String>,
}

/// A file, and who holds it or wants to.
#[derive(Debug, Clone, Copy)]
pub struct Held<'a> {
    /// Whose file.
    pub org: &'a OrgId,
    /// The file.
    pub file: &'a FileId,
    /// The holder.
    pub holder: &'a str,
}

/// What came of wanting a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Wish {
    /// It is wanted like this now.
    Raised,
    /// A newer version is wanted already.
    Outdated,
}

/// What came of writing down that a file was copied.
#[derive(Debug)]
#[must_use]
pub enum Copied {
    /// It is as it is wanted.
    Done,
    /// Something newer is wanted by now, and the lease is still ours: the row as it is.
    NewerWanted(Box<FileRow>),
}

/// What taking a file's lease came to.
#[derive(Debug)]
pub enum Lease {
    /// It is ours; the row as it is now.
    Taken(Box<FileRow>),
    /// Somebody has it until then (Unix milliseconds).
    Busy(i64),
    /// There is no such row.
    Unknown,
}

/// How many pending files are read at a time.
const PENDING_AT_ONCE: i32 = 100;

#[derive(Debug, Deserialize)]
struct FileKey {
    #[serde(rename = "photo_id")]
    id: FileId,
}

/// The project as part of an index key; begins with the organization like every key. Its documents stand
/// apart from its photos.
fn project_key(org: &OrgId, project: &ProjectId, file: &FileId) -> String {
    match file {
        FileId::Photo(_) => photos_of(org, project),
        FileId::Document(_) => documents_of(org, project),
    }
}

fn documents_of(org: &OrgId, project: &ProjectId) -> String {
    format!("{org}#{project}#documents")
}

fn photos_of(org: &OrgId, project: &ProjectId) -> String {
    format!("{org}#{project}")
}

impl Store {
    /// The file's row.
    pub async fn file(&self, org: &OrgId, file: &FileId) -> Result<Option<FileRow>, Error> {
        self.photos.get(file_key(org, file)).await
    }

    /// The photo's row.
    pub async fn photo(&self, org: &OrgId, photo: &PhotoId) -> Result<Option<FileRow>, Error> {
        self.file(org, &photo.into()).await
    }

    /// The rows of those of the files that have one.
    pub async fn files(
        &self,
        org: &OrgId,
        files: impl IntoIterator<Item = FileId>,
    ) -> Result<Vec<FileRow>, Error> {
        let unique: std::collections::BTreeSet<_> = files.into_iter().collect();
        let keys = unique.iter().map(|file| file_key(org, file)).collect();
        self.photos.get_many(keys).await
    }

    /// The rows of those of the photos that have one.
    pub async fn photos<'a>(
        &self,
        org: &OrgId,
        photos: impl IntoIterator<Item = &'a PhotoId>,
    ) -> Result<Vec<FileRow>, Error> {
        self.files(org, photos.into_iter().map(FileId::from)).await
    }

    /// Raises the wanted version, unless a newer one is wanted already.
    pub async fn want_file(&self, org: &OrgId, wish: NewWish<'_>) -> Result<Wish, Error> {
        let wanted = wish.wanted;
        let mut change = Change::new()
            .set("project_id", wish.project)
            .set("project_key", project_key(org, wish.project, wish.file))
            .set("company_id", wish.company)
            .set("wanted", wanted)
            .set("asked_ms", self.clock.now_ms())
            .set_or_remove("pending_org", (!wish.refused).then_some(org))
            .remove("failed")
            .remove("not_found")
            .when("attribute_not_exists(#wanted) OR #wanted.#version <= :version")
            // It failed since it was read, and nothing else is wanted: that is no new try.
            .when("attribute_not_exists(#failed) OR NOT (#wanted = :wanted)")
            .value(":version", wanted.version)
            .value(":wanted", wanted);
        if let Some(job) = &wanted.job_id {
            change = change.add_text("maybe_on", job.as_str());
        }
        let raised = self.photos.apply(file_key(org, wish.file), change).await?;
        Ok(match raised {
            Write::Applied => Wish::Raised,
            Write::ConditionFailed => Wish::Outdated,
        })
    }

    /// Writes down a copy that was there before us, unless the file is known already.
    pub async fn adopt_file(&self, org: &OrgId, adoption: &Adoption<'_>) -> Result<(), Error> {
        let copied = &adoption.copied;
        // As it is, until CompanyCam says how it should be.
        let wanted = WantedFile {
            version: copied.version,
            job_id: Some(copied.job_id.clone()),
            uri: None,
            hash: copied.hash.clone(),
            details: copied.details.clone(),
            length: None,
        };
        let file = adoption.file;
        let change = Change::new()
            .set("project_id", adoption.project)
            .set("project_key", project_key(org, adoption.project, file))
            .set("company_id", adoption.company)
            .set("wanted", &wanted)
            .set("copied", copied)
            .set_or_remove("adopts", adoption.id.as_ref())
            .set("adopted", true)
            .when("attribute_not_exists(#wanted)");
        self.photos
            .apply(file_key(org, file), change)
            .await?
            .either_way();
        Ok(())
    }

    /// The copy was taken off the job, or never got there, and none is to: the file rests. An upload that is on
    /// its way finds that it is wanted nowhere, and takes itself off again.
    pub async fn forget_copy(&self, org: &OrgId, file: &FileId, job: &JobId) -> Result<(), Error> {
        let change = Change::new()
            .remove("copied")
            .remove("maybe_on")
            .remove("pending_org")
            .set("wanted.job_id", None::<JobId>)
            .when("#wanted.#job_id = :job")
            .value(":job", job);
        self.photos
            .apply(file_key(org, file), change)
            .await?
            .either_way();
        Ok(())
    }

    /// Takes the file for copying until `until_ms`.
    pub async fn lease_file(
        &self,
        held: Held<'_>,
        now_ms: i64,
        until_ms: i64,
    ) -> Result<Lease, Error> {
        let change = Change::new()
            .set("lease_ms", until_ms)
            .set("lease_holder", held.holder)
            // Our own holder: the answer to this very write was lost, and the client sent it again.
            .when("attribute_exists(#wanted) AND (attribute_not_exists(#lease_ms) OR #lease_ms <= :now OR #lease_holder = :holder)")
            .value(":holder", held.holder)
            .value(":now", now_ms);
        if let Some(row) = self
            .photos
            .update(file_key(held.org, held.file), change)
            .await?
        {
            return Ok(Lease::Taken(Box::new(row)));
        }
        Ok(match self.file(held.org, held.file).await? {
            Some(row) => Lease::Busy(row.lease_ms.unwrap_or(now_ms)),
            None => Lease::Unknown,
        })
    }

    /// Goes on holding the file until `until_ms`. Not applied: somebody else has it by now.
    pub async fn extend_file(&self, held: Held<'_>, until_ms: i64) -> Result<Write, Error> {
        let change = Change::new()
            .set("lease_ms", until_ms)
            .when("#lease_holder = :holder")
            .value(":holder", held.holder);
        self.photos
            .apply(file_key(held.org, held.file), change)
            .await
    }

    /// One Click now has `copied` (or nothing), and no other copy. Gives the lease back, and the file is no
    /// longer pending, only if `wanted` is still what is wanted; otherwise the row as it is now, still
    /// leased.
    pub async fn mark_file_copied(
        &self,
        held: Held<'_>,
        wanted: &WantedFile,
        copied: Option<&CopiedFile>,
    ) -> Result<Copied, Error> {
        let done = Change::new()
            .set_or_remove("copied", copied)
            .remove("adopts")
            .remove("named_gone")
            .remove("maybe_on")
            .remove("lease_ms")
            .remove("lease_holder")
            .remove("pending_org")
            .remove("refused")
            .remove("failed")
            .remove("failed_ms")
            .when("#lease_holder = :holder AND #wanted = :wanted")
            .value(":holder", held.holder)
            .value(":wanted", wanted);
        if self
            .photos
            .apply(file_key(held.org, held.file), done)
            .await?
            .applied()
        {
            return Ok(Copied::Done);
        }
        let more = Change::new()
            .set_or_remove("copied", copied)
            .remove("adopts")
            .when("#lease_holder = :holder")
            .value(":holder", held.holder);
        let newer = self
            .photos
            .update(file_key(held.org, held.file), more)
            .await?;
        // Without the lease, whoever has it sees to what is wanted.
        Ok(newer.map_or(Copied::Done, |row| Copied::NewerWanted(Box::new(row))))
    }

    /// This wanted version can never be copied: no longer pending, with the reason and what led to it.
    /// Not applied: another is wanted by now.
    pub async fn mark_file_failed(
        &self,
        held: Held<'_>,
        row: &FileRow,
        reason: &str,
        refusal: Option<&Refusal>,
    ) -> Result<Write, Error> {
        let now_ms = self.clock.now_ms();
        let change = Change::new()
            .set("failed", reason)
            .set("failed_ms", now_ms)
            .set_or_remove("refused", refusal)
            .remove("lease_ms")
            .remove("lease_holder")
            .remove("pending_org")
            // Ours, or written by the first try of this very call.
            .when("(#lease_holder = :holder OR (#failed = :failed AND #failed_ms = :now)) AND #wanted = :wanted")
            .value(":holder", held.holder)
            .value(":failed", reason)
            .value(":now", now_ms)
            .value(":wanted", &row.wanted);
        self.photos
            .apply(file_key(held.org, held.file), change)
            .await
    }

    /// Gives the lease back with nothing copied.
    pub async fn release_file(&self, held: Held<'_>) -> Result<(), Error> {
        let change = Change::new()
            .remove("lease_ms")
            .remove("lease_holder")
            .when("#lease_holder = :holder")
            .value(":holder", held.holder);
        self.photos
            .apply(file_key(held.org, held.file), change)
            .await?
            .either_way();
        Ok(())
    }

    /// The file is on another project now; what One Click should have of it stays the same.
    pub async fn record_file_moved(
        &self,
        org: &OrgId,
        file: &FileId,
        project: &ProjectId,
    ) -> Result<(), Error> {
        let change = Change::new()
            .set("project_id", project)
            .set("project_key", project_key(org, project, file))
            .when("attribute_exists(#wanted)");
        self.photos
            .apply(file_key(org, file), change)
            .await?
            .either_way();
        Ok(())
    }

    /// Up to so many of the photos that were last seen on the project.
    pub async fn some_photos_of(
        &self,
        org: &OrgId,
        project: &ProjectId,
        most: i32,
    ) -> Result<Vec<PhotoId>, Error> {
        let query = self.photos.query().index("by-project");
        let (keys, _) = query
            .when("#project_key = :project")
            .value(":project", photos_of(org, project))
            .limit(most)
            .page::<FileKey>()
            .await?;
        let photos = keys.into_iter().filter_map(|key| match key.id {
            FileId::Photo(id) => Some(id),
            FileId::Document(_) => None,
        });
        Ok(photos.collect())
    }

    /// The files that were last seen on the project.
    pub async fn files_of(&self, org: &OrgId, project: &ProjectId) -> Result<Vec<FileId>, Error> {
        let mut files = Vec::new();
        for project_key in [photos_of(org, project), documents_of(org, project)] {
            let query = self.photos.query().index("by-project");
            let keys: Vec<FileKey> = query
                .when("#project_key = :project")
                .value(":project", project_key)
                .all()
                .await?;
            files.extend(keys.into_iter().map(|key| key.id));
        }
        Ok(files)
    }

    /// Some of the files that are still to be copied, updated or removed, after that one; and whether
    /// there are more.
    pub async fn pending_files_after(
        &self,
        org: &OrgId,
        after: Option<&FileId>,
    ) -> Result<(Vec<FileId>, bool), Error> {
        let start = after.map(|file| {
            key(&[
                ("pending_org", org.as_str()),
                ("org_id", org.as_str()),
                ("photo_id", &file.to_string()),
            ])
        });
        let query = self.photos.query().index("pending");
        let (keys, next) = query
            .when("#pending_org = :org")
            .value(":org", org)
            .limit(PENDING_AT_ONCE)
            .after(start)
            .page::<FileKey>()
            .await?;
        let files = keys.into_iter().map(|key| key.id).collect();
        Ok((files, next.is_some()))
    }

    /// Whether any file is still to be copied, updated or removed.
    pub async fn any_file_pending(&self, org: &OrgId) -> Result<bool, Error> {
        let query = self.photos.query().index("pending");
        let (keys, _) = query
            .when("#pending_org = :org")
            .value(":org", org)
            .limit(1)
            .page::<FileKey>()
            .await?;
        Ok(!keys.is_empty())
    }

    /// Whether more files than that are still to be copied, updated or removed.
    pub async fn more_files_pending_than(&self, org: &OrgId, most: i32) -> Result<bool, Error> {
        let query = self.photos.query().index("pending");
        let (keys, _) = query
            .when("#pending_org = :org")
            .value(":org", org)
            .limit(most.saturating_add(1))
            .page::<FileKey>()
            .await?;
        Ok(keys.len() > usize::try_from(most).unwrap_or(usize::MAX))
    }

    /// How many files are still to be copied, updated or removed, as far as counting is worth it.
    pub async fn pending_files(&self, org: &OrgId) -> Result<i64, Error> {
        let query = self.photos.query().index("pending");
        query
            .when("#pending_org = :org")
            .value(":org", org)
            .count()
            .await
    }

    /// This version of the file may be tried once more. Not applied: it was not given up.
    pub async fn retry_file(&self, org: &OrgId, file: &FileId) -> Result<Write, Error> {
        let change = Change::new()
            .remove("failed")
            .remove("failed_ms")
            .remove("refused")
            .when("attribute_exists(#failed)");
        let row = self.photos.apply(file_key(org, file), change);
        row.await
    }

    /// The activity log names the copy as not there, or not as it was sent. Not applied: it did before.
    pub async fn name_gone(&self, org: &OrgId, file: &FileId) -> Result<Write, Error> {
        let change = Change::new()
            .set("named_gone", true)
            .when("attribute_exists(#copied) AND attribute_not_exists(#named_gone)");
        let row = file_key(org, file);
        self.photos.apply(row, change).await
    }

    /// CompanyCam has not got the photo any more, and its copy stays: it is asked for no more.
    pub async fn record_file_not_found(&self, org: &OrgId, file: &FileId) -> Result<(), Error> {
        let change = Change::new()
            .set("not_found", true)
            .when("attribute_exists(#wanted)");
        self.photos
            .apply(file_key(org, file), change)
            .await?
            .either_way();
        Ok(())
    }

    /// The copy counts as not made, though something of it may still be there: it is made anew.
    pub async fn copy_again(&self, org: &OrgId, row: &FileRow) -> Result<(), Error> {
        let mut change = Change::new()
            .remove("copied")
            .remove("named_gone")
            .remove("failed")
            .remove("failed_ms")
            .remove("refused")
            .set("pending_org", org)
            .when("attribute_exists(#wanted)");
        if let Some(copied) = &row.copied {
            change = change.add_text("maybe_on", copied.job_id.as_str());
        }
        self.photos
            .apply(file_key(org, &row.id), change)
            .await?
            .either_way();
        Ok(())
    }
}
