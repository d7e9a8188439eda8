//! Table `user-matches`: the users of both sides as they were last read, and the choices that an
//! administrator made by hand (B6–B8).
//!
//! Which user is matched to which follows from these three (see `decide::users`), so refreshing the
//! directory and choosing by hand never overwrite each other.
//!
//! All of it is read whenever somebody's match is asked for, so users are kept many to an item, as
//! JSON text: listing and reading a thousand items took longer than all the rest of the tab.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join_all;
use model::companycam::{CompanyId, UserId as CompanyCamUserId};
use model::one_click::{OrgId, UserId as OneClickUserId};
use model::users::{Choice, CompanyCamUser, Directory, OneClickUser, User};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::activity::NewEntry;
use crate::change::Change;
use crate::table::{Item, key};
use crate::{Error, Store, Write};

/// Into how many items the users of a company, and those of One Click, are divided. An item may have 400 kB,
/// which is room for some 2,000 users.
const BUCKETS: usize = 8;

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "row", rename_all = "snake_case")]
enum Row {
    /// Some of the users of a company, as JSON.
    CompanycamUsers {
        company_id: CompanyId,
        users: String,
    },
    /// Some of the users of One Click, as JSON.
    OneClickUsers {
        users: String,
    },
    Choice(Choice),
    /// Which `CompanyCam` user a One Click user was chosen for: keeps choices one to one.
    Taken {
        by: CompanyCamUserId,
    },
    /// Something that another version wrote; the next refresh makes up for it.
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Serialize, Deserialize)]
struct Keyed {
    org_id: OrgId,
    sk: String,
    #[serde(flatten)]
    row: Row,
}

/// The users of both sides, as they were just read.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    /// CompanyCam's.
    pub companycam: Vec<CompanyCamUser>,
    /// One Click's.
    pub one_click: Vec<OneClickUser>,
}

fn row_key(org: &OrgId, sk: &str) -> Item {
    key(&[("org_id", org.as_str()), ("sk", sk)])
}

fn choice_sk(user: &CompanyCamUserId) -> String {
    format!("choice#{user}")
}

fn taken_sk(company: &CompanyId, user: &OneClickUserId) -> String {
    format!("taken#{company}#{user}")
}

impl Store {
    /// Everything about the organization's users and those of the company. What is known of a company
    /// that was connected before rests until it is connected again (B5).
    pub async fn directory(&self, org: &OrgId, company: &CompanyId) -> Result<Directory, Error> {
        let query = self
            .user_matches
            .query()
            .when("#org_id = :org")
            .value(":org", org);
        let mut directory = Directory::default();
        for keyed in query.all::<Keyed>().await? {
            match keyed.row {
                Row::CompanycamUsers { company_id, users } if company_id == *company => {
                    read_into(&mut directory.companycam, &users)?;
                }
                Row::OneClickUsers { users } => read_into(&mut directory.one_click, &users)?,
                Row::Choice(choice) => directory.choices.push(choice),
                Row::CompanycamUsers { .. } | Row::Taken { .. } | Row::Unknown => {}
            }
        }
        let users: BTreeSet<_> = directory.companycam.iter().map(|user| &user.id).collect();
        directory
            .choices
            .retain(|choice| users.contains(&choice.companycam_user_id));
        directory.companycam.sort_by(|a, b| a.id.cmp(&b.id));
        directory.one_click.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(directory)
    }

    /// Writes what differs from `known` (B8): new and changed users; users that are no longer listed
    /// stay, inactive, since jobs and projects still name them.
    pub async fn refresh_directory(
        &self,
        org: &OrgId,
        company: &CompanyId,
        known: &Directory,
        listed: &Listed,
    ) -> Result<(), Error> {
        let mut rows = Vec::new();
        for (bucket, users) in changed(&known.companycam, &listed.companycam)? {
            let sk = format!("companycam#{company}#{bucket}");
            let company_id = company.clone();
            rows.push((sk, Row::CompanycamUsers { company_id, users }));
        }
        for (bucket, users) in changed(&known.one_click, &listed.one_click)? {
            let sk = format!("one-click#{bucket}");
            rows.push((sk, Row::OneClickUsers { users }));
        }
        let rows = rows.into_iter().map(|(sk, row)| async move {
            let org_id = org.clone();
            let keyed = Keyed { org_id, sk, row };
            self.user_matches.put(&keyed, Change::new()).await
        });
        try_join_all(rows).await?;
        Ok(())
    }

    /// Writes a choice, and the entry that says so; `before` is the one it replaces. Not applied: the One Click
    /// user was chosen for somebody else, or another choice came first.
    pub async fn choose(
        &self,
        org: &OrgId,
        company: &CompanyId,
        (before, choice): (Option<&Choice>, &Choice),
        entry: NewEntry,
    ) -> Result<Write, Error> {
        let sk = choice_sk(&choice.companycam_user_id);
        let row = Keyed {
            org_id: org.clone(),
            sk: sk.clone(),
            row: Row::Choice(choice.clone()),
        };
        let mut writes = vec![
            self.user_matches.transact_put(&row, unchanged(before))?,
            self.activity
                .transact_put(&self.dated(org, entry), Change::new())?,
        ];
        if let Some(user) = &choice.one_click_user_id {
            let taken = Keyed {
                org_id: org.clone(),
                sk: taken_sk(company, user),
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
                    .transact_delete(row_key(org, &taken_sk(company, freed)), Change::new())?,
            );
        }
        self.user_matches.transact(writes).await
    }

    /// Gives the user back to automatic matching. Not applied: another choice came first.
    pub async fn forget_choice(
        &self,
        org: &OrgId,
        company: &CompanyId,
        before: &Choice,
        entry: NewEntry,
    ) -> Result<Write, Error> {
        let key = row_key(org, &choice_sk(&before.companycam_user_id));
        let mut writes = vec![
            self.user_matches
                .transact_delete(key, unchanged(Some(before)))?,
            self.activity
                .transact_put(&self.dated(org, entry), Change::new())?,
        ];
        if let Some(freed) = &before.one_click_user_id {
            writes.push(
                self.user_matches
                    .transact_delete(row_key(org, &taken_sk(company, freed)), Change::new())?,
            );
        }
        self.user_matches.transact(writes).await
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

fn read_into<Id: DeserializeOwned>(users: &mut Vec<User<Id>>, text: &str) -> Result<(), Error> {
    users.extend(serde_json::from_str::<Vec<User<Id>>>(text)?);
    Ok(())
}

/// The buckets whose users are not all `listed` as they are `known`, with what is to be in them.
fn changed<Id: Ord + Clone + Serialize + ToString>(
    known: &[User<Id>],
    listed: &[User<Id>],
) -> Result<Vec<(usize, String)>, Error> {
    let inactive = known.iter().map(|user| User {
        active: false,
        ..user.clone()
    });
    let now = inactive.chain(listed.iter().cloned());
    let (known, now) = (divided(known.iter().cloned()), divided(now));
    now.iter()
        .filter(|(bucket, users)| known.get(bucket) != Some(*users))
        .map(|(bucket, users)| {
            let users: Vec<_> = users.values().collect();
            Ok((*bucket, serde_json::to_string(&users)?))
        })
        .collect()
}

type Bucket<Id> = BTreeMap<Id, User<Id>>;

/// The users by their buckets; of two with one id the later. A user's bucket follows from the id
/// alone, so whoever comes or goes moves nobody else.
fn divided<Id: Ord + Clone + ToString>(
    users: impl Iterator<Item = User<Id>>,
) -> BTreeMap<usize, Bucket<Id>> {
    let mut buckets = BTreeMap::<usize, Bucket<Id>>::new();
    for user in users {
        let sum: usize = user.id.to_string().bytes().map(usize::from).sum();
        let bucket = buckets.entry(sum % BUCKETS).or_default();
        bucket.insert(user.id.clone(), user);
    }
    buckets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str, name: &str) -> CompanyCamUser {
        User {
            id: CompanyCamUserId::parse(id).unwrap(),
            name: name.to_owned(),
            email: None,
            active: true,
        }
    }

    #[test]
    fn b8_only_the_items_with_somebody_new_or_changed_are_written() {
        let known: Vec<_> = (10..60).map(|id| user(&id.to_string(), "Robin")).collect();
        assert!(changed(&known, &known).unwrap().is_empty());

        let mut listed = known.clone();
        listed[3].name = "Robin Roof".to_owned();
        let written = changed(&known, &listed).unwrap();
        let [(_, text)] = written.as_slice() else {
            panic!("{written:?}")
        };
        let mut users = Vec::new();
        read_into(&mut users, text).unwrap();
        assert!(users.contains(&listed[3]));
        assert!(users.len() > 1, "the others of the item stay");
    }

    #[test]
    fn b8_who_is_listed_no_more_stays_inactive_and_may_come_back() {
        let known = vec![user("1", "Robin"), user("9", "Sam")];
        let only_sam = changed(&known, &known[1..]).unwrap();
        let mut after = Vec::new();
        for (_, text) in &only_sam {
            read_into(&mut after, text).unwrap();
        }
        let robin = after.iter().find(|user| user.name == "Robin").unwrap();
        assert!(!robin.active);
        assert!(changed(&after, &known[1..]).unwrap().is_empty());
        assert_eq!(changed(&after, &known).unwrap().len(), 1);
    }
}
