//! The users of both sides, and what was chosen for them by hand (B6–B8).

use serde::{Deserialize, Serialize};

use crate::companycam::UserId as CompanyCamUserId;
use crate::one_click::UserId as OneClickUserId;

/// A user of one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User<Id> {
    pub id: Id,
    /// First and last name.
    pub name: String,
    /// Absent for some.
    pub email: Option<String>,
    /// Not deactivated.
    pub active: bool,
}

/// A user of `CompanyCam`.
pub type CompanyCamUser = User<CompanyCamUserId>;

/// A user of One Click.
pub type OneClickUser = User<OneClickUserId>;

/// What an administrator chose for a `CompanyCam` user: a One Click user, or nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub companycam_user_id: CompanyCamUserId,
    /// Whom; `None`: not matched, on purpose.
    pub one_click_user_id: Option<OneClickUserId>,
}

/// Everything about an organization's users.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// `CompanyCam`'s side.
    pub companycam: Vec<CompanyCamUser>,
    /// One Click's side.
    pub one_click: Vec<OneClickUser>,
    pub choices: Vec<Choice>,
}

impl Directory {
    /// What was chosen for a user, if anything.
    pub fn choice(&self, user: &CompanyCamUserId) -> Option<&Choice> {
        let mut choices = self.choices.iter();
        choices.find(|choice| choice.companycam_user_id == *user)
    }
}
