//! Schedule: one look message for each connected organization.
