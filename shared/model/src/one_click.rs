//! What things at One Click are called.

crate::ids::ids! {
    /// An organization: a customer of One Click, and the tenant everything here belongs to.
    OrgId, "an organization's id";
    /// A job, One Click's unit of work.
    JobId, "a job's id";
    /// A user of an organization.
    UserId, "a user's id";
}
