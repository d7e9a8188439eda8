//! Which `CompanyCam` user is which One Click user (B6, B7).

use std::collections::{BTreeMap, BTreeSet};

use companycam::ids::UserId as CompanyCamUserId;
use model::users::{CompanyCamUser, Directory, OneClickUser};
use one_click::ids::UserId as OneClickUserId;

/// How a user came to their match, or to none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Equal e-mail addresses.
    Automatic,
    /// An administrator picked, be it a user or "not matched".
    ByHand,
    /// Several users share the address, so that it says nothing.
    Ambiguous,
    /// Nobody has the address, or there is none.
    NotMatched,
}

/// A `CompanyCam` user with the One Click user they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    pub companycam: CompanyCamUser,
    /// Who they are in One Click.
    pub one_click: Option<OneClickUser>,
    /// How that came about.
    pub how: How,
}

/// All of an organization's `CompanyCam` users with their matches, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matches(Vec<Match>);

impl Matches {
    /// Matches everybody in the directory: choices made by hand first, then equal addresses of
    /// active users. One to one throughout.
    pub fn of(directory: &Directory) -> Self {
        let one_click: BTreeMap<_, _> = directory
            .one_click
            .iter()
            .map(|user| (&user.id, user))
            .collect();
        let choices: BTreeMap<_, _> = directory
            .choices
            .iter()
            .map(|choice| {
                (
                    &choice.companycam_user_id,
                    choice.one_click_user_id.as_ref(),
                )
            })
            .collect();
        let taken: BTreeSet<_> = choices.values().flatten().copied().collect();
        let theirs = by_address(
            directory
                .one_click
                .iter()
                .filter(|user| user.active)
                .map(|user| (user.email.as_deref(), user)),
        );
        let ours = by_address(
            directory
                .companycam
                .iter()
                .filter(|user| user.active && !choices.contains_key(&user.id))
                .map(|user| (user.email.as_deref(), user)),
        );
        let mut matches: Vec<Match> = directory
            .companycam
            .iter()
            .map(|user| {
                let (found, how) = match choices.get(&user.id) {
                    Some(choice) => {
                        // A user who left One Click can be given no job.
                        let chosen = choice
                            .and_then(|id| one_click.get(id))
                            .filter(|user| user.active);
                        (chosen.copied(), How::ByHand)
                    }
                    None if user.active => automatic(user, &ours, &theirs, &taken),
                    None => (None, How::NotMatched),
                };
                Match {
                    companycam: user.clone(),
                    one_click: found.cloned(),
                    how,
                }
            })
            .collect();
        matches.sort_by_cached_key(|found| {
            (
                found.companycam.name.to_lowercase(),
                found.companycam.id.clone(),
            )
        });
        Self(matches)
    }

    /// Every user with their match.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Match> {
        self.0.iter()
    }

    /// Who this `CompanyCam` user is in One Click.
    pub fn one_click(&self, user: &CompanyCamUserId) -> Option<&OneClickUserId> {
        let found = self.0.iter().find(|found| found.companycam.id == *user)?;
        found.one_click.as_ref().map(|user| &user.id)
    }

    /// Who this One Click user is in `CompanyCam`.
    pub fn companycam(&self, user: &OneClickUserId) -> Option<&CompanyCamUser> {
        let is = |found: &&Match| found.one_click.as_ref().is_some_and(|one| one.id == *user);
        self.0.iter().find(is).map(|found| &found.companycam)
    }
}

fn automatic<'a>(
    user: &CompanyCamUser,
    ours: &BTreeMap<String, Vec<&CompanyCamUser>>,
    theirs: &BTreeMap<String, Vec<&'a OneClickUser>>,
    taken: &BTreeSet<&OneClickUserId>,
) -> (Option<&'a OneClickUser>, How) {
    let Some(address) = user.email.as_deref().and_then(normalised) else {
        return (None, How::NotMatched);
    };
    let same = theirs.get(&address).map(Vec::as_slice).unwrap_or_default();
    let shared_here = ours.get(&address).is_some_and(|users| users.len() > 1);
    match same {
        [] => (None, How::NotMatched),
        [one] if taken.contains(&one.id) => (None, How::NotMatched),
        [one] if !shared_here => (Some(one), How::Automatic),
        _ => (None, How::Ambiguous),
    }
}

fn by_address<'a, T>(
    users: impl Iterator<Item = (Option<&'a str>, T)>,
) -> BTreeMap<String, Vec<T>> {
    let mut by_address: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for (email, user) in users {
        if let Some(address) = email.and_then(normalised) {
            by_address.entry(address).or_default().push(user);
        }
    }
    by_address
}

/// Case and surrounding space don't count.
fn normalised(email: &str) -> Option<String> {
    let trimmed = email.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_lowercase())
}

#[cfg(test)]
mod tests {
    use model::users::Choice;
    use proptest::prelude::*;

    use super::*;

    fn cc(id: &str, email: &str) -> CompanyCamUser {
        let email = (!email.is_empty()).then(|| email.to_owned());
        CompanyCamUser {
            id: CompanyCamUserId::parse(id).unwrap(),
            name: format!("User {id}"),
            email,
            active: true,
        }
    }

    fn oc(id: &str, email: &str) -> OneClickUser {
        let email = (!email.is_empty()).then(|| email.to_owned());
        OneClickUser {
            id: OneClickUserId::parse(id).unwrap(),
            name: format!("User {id}"),
            email,
            active: true,
        }
    }

    fn choice(ours: &str, theirs: Option<&str>) -> Choice {
        Choice {
            companycam_user_id: CompanyCamUserId::parse(ours).unwrap(),
            one_click_user_id: theirs.map(|id| OneClickUserId::parse(id).unwrap()),
        }
    }

    fn outcome(directory: &Directory, id: &str) -> (Option<String>, How) {
        let matches = Matches::of(directory);
        let found = matches
            .iter()
            .find(|found| found.companycam.id.as_str() == id)
            .unwrap();
        (
            found.one_click.as_ref().map(|user| user.id.to_string()),
            found.how,
        )
    }

    #[test]
    fn b6_addresses_match_whatever_their_case_and_space() {
        let directory = Directory {
            companycam: vec![cc("c1", " Ann@X.example")],
            one_click: vec![oc("o1", "ann@x.example "), oc("o2", "bob@x.example")],
            choices: vec![],
        };
        assert_eq!(
            outcome(&directory, "c1"),
            (Some("o1".into()), How::Automatic)
        );
    }

    #[test]
    fn b6_a_shared_address_is_ambiguous() {
        let mut directory = Directory {
            companycam: vec![cc("c1", "team@x.example")],
            one_click: vec![oc("o1", "team@x.example"), oc("o2", "TEAM@x.example")],
            choices: vec![],
        };
        assert_eq!(outcome(&directory, "c1"), (None, How::Ambiguous));
        directory.one_click[1].active = false;
        assert_eq!(
            outcome(&directory, "c1"),
            (Some("o1".into()), How::Automatic),
            "only active users count"
        );
        directory.companycam.push(cc("c2", "team@x.example"));
        assert_eq!(
            outcome(&directory, "c1"),
            (None, How::Ambiguous),
            "one to one"
        );
    }

    #[test]
    fn b6_users_without_address_or_deactivated_are_not_matched() {
        let mut directory = Directory {
            companycam: vec![cc("c1", ""), cc("c2", "  "), cc("c3", "x@x.example")],
            one_click: vec![oc("o1", ""), oc("o3", "x@x.example")],
            choices: vec![],
        };
        directory.companycam[2].active = false;
        for id in ["c1", "c2", "c3"] {
            assert_eq!(outcome(&directory, id), (None, How::NotMatched), "{id}");
        }
    }

    #[test]
    fn b7_a_choice_outranks_the_address_and_frees_nobody_else() {
        let directory = Directory {
            companycam: vec![
                cc("c1", "a@x.example"),
                cc("c2", "b@x.example"),
                cc("c3", "c@x.example"),
            ],
            one_click: vec![
                oc("o1", "a@x.example"),
                oc("o2", "b@x.example"),
                oc("o3", "c@x.example"),
            ],
            choices: vec![choice("c1", Some("o2")), choice("c3", None)],
        };
        assert_eq!(outcome(&directory, "c1"), (Some("o2".into()), How::ByHand));
        assert_eq!(
            outcome(&directory, "c2"),
            (None, How::NotMatched),
            "o2 is taken"
        );
        assert_eq!(
            outcome(&directory, "c3"),
            (None, How::ByHand),
            "not matched, on purpose"
        );
    }

    proptest! {
        #[test]
        fn b6_matches_are_one_to_one(
            ours in proptest::collection::vec(0_u8..5, 0..8),
            theirs in proptest::collection::vec(0_u8..5, 0..8),
            chosen in proptest::option::of((0_usize..8, 0_usize..8)),
        ) {
            let address = |number: &u8| format!("user{number}@x.example");
            let directory = Directory {
                companycam: ours.iter().enumerate().map(|(at, n)| cc(&format!("c{at}"), &address(n))).collect(),
                one_click: theirs.iter().enumerate().map(|(at, n)| oc(&format!("o{at}"), &address(n))).collect(),
                choices: chosen.into_iter().map(|(a, b)| choice(&format!("c{a}"), Some(&format!("o{b}")))).collect(),
            };
            let matches = Matches::of(&directory);
            let matched: Vec<_> = matches.iter().filter_map(|found| found.one_click.as_ref()).map(|user| &user.id).collect();
            let unique: BTreeSet<_> = matched.iter().collect();
            prop_assert_eq!(unique.len(), matched.len());
        }
    }
}
