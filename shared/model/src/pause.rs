//! A side that does not answer, and the work with it that is paused (B36).

use serde::{Deserialize, Serialize};

/// One of the two that this integration stands between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    #[serde(rename = "companycam")]
    CompanyCam,
    OneClick,
}

impl Side {
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

    /// The field of an organization’s row that holds its pause.
    pub fn field(self) -> &'static str {
        match self {
            Self::CompanyCam => "companycam_pause",
            Self::OneClick => "one_click_pause",
        }
    }
}

/// The side does not answer, and is probed from time to time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Since when, in Unix seconds.
    pub since: i64,
    /// When it is probed next; long after that, the probe was lost.
    pub until: i64,
    /// How often it was probed in vain.
    pub probes: u32,
    /// Rises with every probe, so that one pause is one chain of messages.
    pub seq: i64,
}
