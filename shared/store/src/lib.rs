#![doc = include_str!("../README.md")]

mod absence;
pub mod activity;
mod attention;
pub mod begun;
mod change;
pub mod connecting;
pub mod ephemeral;
mod error;
pub mod files;
pub mod jobs;
pub mod keys;
pub mod links;
pub mod matches;
mod nightly;
pub mod organizations;
mod oversized;
pub mod pauses;
mod previews;
pub mod projects;
pub mod refusals;
pub mod schedule;
pub mod sync_runs;
mod table;
mod tagged;
pub mod tokens;

use clock::Clock;

use table::Table;

pub use error::Error;
pub use table::Write;

/// The names of the six tables; `CloudFormation` chooses them.
#[derive(Debug, Clone)]
pub struct TableNames {
    /// Connections, preferences, cursors, sync runs, pauses; which organization has a company.
    pub organizations: String,
    /// The users of both sides and the choices made by hand.
    pub user_matches: String,
    /// Job ↔ project, claims, looks that wait, the nightly pass.
    pub project_links: String,
    /// One row for each photo and each document: wanted, copied, lease, refusal.
    pub photos: String,
    /// The activity log.
    pub activity: String,
    /// OAuth states, used launch tokens, sessions, call budgets, outages.
    pub ephemeral: String,
}

/// All tables. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    organizations: Table,
    user_matches: Table,
    project_links: Table,
    photos: Table,
    activity: Table,
    ephemeral: Table,
    clock: Clock,
}

impl Store {
    /// A store over the tables of these names.
    pub fn new(db: &aws_sdk_dynamodb::Client, names: TableNames, clock: Clock) -> Self {
        let table = |name| Table::new(db.clone(), name);
        Self {
            organizations: table(names.organizations),
            user_matches: table(names.user_matches),
            project_links: table(names.project_links),
            photos: table(names.photos),
            activity: table(names.activity),
            ephemeral: table(names.ephemeral),
            clock,
        }
    }
}
