//! Keys of the rows. Every key begins with the organization, except the claim of a company and what is in
//! `ephemeral`.

use model::companycam::ProjectId;
use model::file::FileId;
use model::one_click::{JobId, OrgId};
use serde::Serialize;

use crate::table::{Item, key};

/// How many partitions the index of connected organizations is spread over: one partition gives
/// 3,000 reads a second, which sixteen of them multiply far beyond what a poll needs.
pub const CONNECTED_SHARDS: u32 = 16;

/// What the sort key of a project begins with.
pub(crate) const PROJECT: &str = "project#";
/// What the sort key of a claim begins with.
pub(crate) const CLAIM: &str = "claim#";

pub(crate) fn org_key(org: &OrgId) -> Item {
    key(&[("org_id", org.as_str())])
}

pub(crate) fn shard_of(org: &OrgId) -> String {
    // FNV-1a: stable across versions of the compiler, unlike the standard hasher.
    let hash = org.as_str().bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    shard_name(hash % CONNECTED_SHARDS)
}

pub(crate) fn shard_name(shard: u32) -> String {
    format!("connected#{shard}")
}

/// A row of `project-links`.
pub(crate) fn link_key(org: &OrgId, sk: &str) -> Item {
    key(&[("org_id", org.as_str()), ("sk", sk)])
}

pub(crate) fn project_sk(project: &ProjectId) -> String {
    format!("{PROJECT}{project}")
}

/// The project at which a page of rows ended, whose sort keys begin like that.
pub(crate) fn project_of(end: &Item, prefix: &str) -> Option<ProjectId> {
    let sk = end.get("sk")?.as_s().ok()?;
    ProjectId::parse(sk.strip_prefix(prefix)?).ok()
}

pub(crate) fn job_sk(job: &JobId) -> String {
    format!("job#{job}")
}

pub(crate) fn claim_sk(job: &JobId) -> String {
    format!("{CLAIM}{job}")
}

pub(crate) fn file_key(org: &OrgId, file: &FileId) -> Item {
    key(&[("org_id", org.as_str()), ("photo_id", &file.to_string())])
}

/// A row with its sort key, to be written whole.
#[derive(Serialize)]
pub(crate) struct Sorted<'a, T> {
    pub sk: String,
    #[serde(flatten)]
    pub row: &'a T,
}
