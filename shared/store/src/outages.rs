//! Which side does not answer, as far as one organization's work is concerned (B27).
//!
//! Kept in the organization's row, which every look reads anyway; written only when it changes.

use one_click::ids::OrgId;
use serde::de::IgnoredAny;

use crate::change::Change;
use crate::organizations::{Organization, org_key};
use crate::{Error, Store};

/// One of the two that this integration stands between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// `CompanyCam`.
    CompanyCam,
    /// One Click.
    OneClick,
}

impl Side {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::CompanyCam, Self::OneClick];

    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::CompanyCam => "CompanyCam",
            Self::OneClick => "One Click",
        }
    }

    /// As logs call it.
    pub fn code(self) -> &'static str {
        match self {
            Self::CompanyCam => "companycam",
            Self::OneClick => "one-click",
        }
    }

    fn field(self) -> &'static str {
        match self {
            Self::CompanyCam => "companycam_down_since",
            Self::OneClick => "one_click_down_since",
        }
    }
}

impl Organization {
    /// Since when that side has not answered, if it does not.
    pub fn down_since(&self, side: Side) -> Option<i64> {
        match side {
            Side::CompanyCam => self.companycam_down_since,
            Side::OneClick => self.one_click_down_since,
        }
    }
}

impl Store {
    /// The side does not answer since then, unless that is known already.
    pub async fn side_down(&self, org: &OrgId, side: Side, since: i64) -> Result<(), Error> {
        let unknown = match side {
            Side::CompanyCam => {
                "attribute_exists(#state) AND attribute_not_exists(#companycam_down_since)"
            }
            Side::OneClick => {
                "attribute_exists(#state) AND attribute_not_exists(#one_click_down_since)"
            }
        };
        let change = Change::new().set(side.field(), since).when(unknown);
        self.organizations
            .update::<IgnoredAny>(org_key(org), change)
            .await?;
        Ok(())
    }

    /// The side answers again.
    pub async fn side_up(&self, org: &OrgId, side: Side) -> Result<(), Error> {
        let change = Change::new()
            .remove(side.field())
            .when("attribute_exists(#state)");
        self.organizations
            .update::<IgnoredAny>(org_key(org), change)
            .await?;
        Ok(())
    }
}
