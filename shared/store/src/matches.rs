//! Table `user-matches`: the users of both sides as they were last read, and the choices that an
//! administrator made by hand (B6–B8).
//!
//! Which user is matched to which follows from these three (see `sync::users`), so refreshing the
//! directory and choosing by hand never overwrite each other.

use companycam::ids::UserId as CompanyCamUserId;
use futures::future::try_join_all;
use one_click::ids::{OrgId, UserId as OneClickUserId};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::table::{Item, key};
use crate::{Error, Store};

/// How many directory rows are written at a time.
const CONCURRENT_WRITES: usize = 16;

/// A user of `CompanyCam`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyCamUser {
    /// Their id.
    pub id: CompanyCamUserId,
    /// First and last name.
    pub name: String,
    /// Absent for some.
    pub email: Option<String>,
    /// Not deactivated.
    pub active: bool,
}

/// A user of One Click.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneClickUser {
    /// Their id.
    pub id: OneClickUserId,
    /// Their name.
    pub name: String,
    /// Absent for some.
    pub email: Option<String>,
    /// Not deactivated.
    pub active: bool,
}

/// What an administrator chose for a `CompanyCam` user: a One Click user, or nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// For whom.
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
    /// By hand.
    pub choices: Vec<Choice>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "row", rename_all = "snake_case")]
enum Row {
    Companycam(CompanyCamUser),
    OneClick(OneClickUser),
    Choice(Choice),
    /// Which `CompanyCam` user a One Click user was chosen for: keeps choices one to one.
    Taken {
        by: CompanyCamUserId,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Keyed {
    org_id: OrgId,
    sk: String,
    #[serde(flatten)]
    row: Row,
}

fn row_key(org: &OrgId, sk: &str) -> Item {
    key(&[("org_id", org.as_str()), ("sk", sk)])
}

fn companycam_sk(user: &CompanyCamUserId) -> String {
    format!("companycam#{user}")
}

fn one_click_sk(user: &OneClickUserId) -> String {
    format!("one-click#{user}")
}

fn choice_sk(user: &CompanyCamUserId) -> String {
    format!("choice#{user}")
}

fn taken_sk(user: &OneClickUserId) -> String {
    format!("taken#{user}")
}

impl Store {
    /// Everything about the organization's users.
    pub async fn directory(&self, org: &OrgId) -> Result<Directory, Error> {
        let query = self
            .user_matches
            .query()
            .when("#org_id = :org")
            .value(":org", org);
        let mut directory = Directory::default();
        for keyed in query.all::<Keyed>().await? {
            match keyed.row {
                Row::Companycam(user) => directory.companycam.push(user),
                Row::OneClick(user) => directory.one_click.push(user),
                Row::Choice(choice) => directory.choices.push(choice),
                Row::Taken { .. } => {}
            }
        }
        Ok(directory)
    }

    /// Writes what differs from `known` (B8): new and changed users; users that are no longer listed
    /// stay, inactive, since jobs and projects still name them.
    pub async fn refresh_directory(
        &self,
        org: &OrgId,
        known: &Directory,
        companycam: &[CompanyCamUser],
        one_click: &[OneClickUser],
    ) -> Result<(), Error> {
        let mut rows = Vec::new();
        for user in companycam {
            if !known.companycam.contains(user) {
                rows.push(Keyed {
                    org_id: org.clone(),
                    sk: companycam_sk(&user.id),
                    row: Row::Companycam(user.clone()),
                });
            }
        }
        for gone in known.companycam.iter().filter(|user| user.active) {
            if companycam.iter().all(|user| user.id != gone.id) {
                let row = Row::Companycam(CompanyCamUser {
                    active: false,
                    ..gone.clone()
                });
                rows.push(Keyed {
                    org_id: org.clone(),
                    sk: companycam_sk(&gone.id),
                    row,
                });
            }
        }
        for user in one_click {
            if !known.one_click.contains(user) {
                rows.push(Keyed {
                    org_id: org.clone(),
                    sk: one_click_sk(&user.id),
                    row: Row::OneClick(user.clone()),
                });
            }
        }
        for gone in known.one_click.iter().filter(|user| user.active) {
            if one_click.iter().all(|user| user.id != gone.id) {
                let row = Row::OneClick(OneClickUser {
                    active: false,
                    ..gone.clone()
                });
                rows.push(Keyed {
                    org_id: org.clone(),
                    sk: one_click_sk(&gone.id),
                    row,
                });
            }
        }
        for rows in rows.chunks(CONCURRENT_WRITES) {
            try_join_all(
                rows.iter()
                    .map(|row| self.user_matches.put(row, Change::new())),
            )
            .await?;
        }
        Ok(())
    }

    /// Writes a choice; `before` is the one it replaces. `false`: the One Click user was chosen for
    /// somebody else, or another choice came first.
    pub async fn choose(
        &self,
        org: &OrgId,
        before: Option<&Choice>,
        choice: &Choice,
    ) -> Result<bool, Error> {
        let sk = choice_sk(&choice.companycam_user_id);
        let row = Keyed {
            org_id: org.clone(),
            sk: sk.clone(),
            row: Row::Choice(choice.clone()),
        };
        let mut writes = vec![self.user_matches.transact_put(&row, unchanged(before))?];
        if let Some(user) = &choice.one_click_user_id {
            let taken = Keyed {
                org_id: org.clone(),
                sk: taken_sk(user),
                row: Row::Taken {
                    by: choice.companycam_user_id.clone(),
                },
            };
            let free_or_ours = Change::only_if("attribute_not_exists(#by) OR #by = :by")
                .value(":by", &choice.companycam_user_id);
            writes.push(self.user_matches.transact_put(&taken, free_or_ours)?);
        }
        let freed = before.and_then(|before| before.one_click_user_id.as_ref());
        if let Some(freed) = freed.filter(|freed| choice.one_click_user_id.as_ref() != Some(freed))
        {
            writes.push(
                self.user_matches
                    .transact_delete(row_key(org, &taken_sk(freed)), Change::new())?,
            );
        }
        Ok(self.user_matches.transact(writes).await?.done())
    }

    /// Gives the user back to automatic matching. `false`: another choice came first.
    pub async fn forget_choice(&self, org: &OrgId, before: &Choice) -> Result<bool, Error> {
        let key = row_key(org, &choice_sk(&before.companycam_user_id));
        let mut writes = vec![
            self.user_matches
                .transact_delete(key, unchanged(Some(before)))?,
        ];
        if let Some(freed) = &before.one_click_user_id {
            writes.push(
                self.user_matches
                    .transact_delete(row_key(org, &taken_sk(freed)), Change::new())?,
            );
        }
        Ok(self.user_matches.transact(writes).await?.done())
    }
}

/// The choice is still the one that was read.
fn unchanged(before: Option<&Choice>) -> Change {
    match before {
        None => Change::only_if("attribute_not_exists(#companycam_user_id)"),
        Some(before) => Change::only_if("#one_click_user_id = :before")
            .value(":before", &before.one_click_user_id),
    }
}
