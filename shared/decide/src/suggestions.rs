//! Who may be whom, where no email says so (B41). A suggestion is only ever accepted by a person.

use std::collections::BTreeMap;

use companycam::ids::UserId as CompanyCamUserId;
use model::users::{CompanyCamUser, Directory, OneClickUser};
use one_click::ids::UserId as OneClickUserId;

use crate::name;
use crate::text::normalized;
use crate::users::{How, Match, Matches};

/// How much of a first name says which: "Rob" is Robert, "R." may be anybody.
const LEAST_LETTERS: usize = 3;

/// For each user of CompanyCam without a match, the one free user of One Click of that name.
///
/// First those whose whole names are the same, then those of one last name whose first names begin alike
/// ("Rob Hale", "Robert Hale") or where one is an initial ("R. Hale"). Nobody is suggested where two would
/// do, on either side, nor for whom an administrator said *not matched*.
pub fn suggestions(
    directory: &Directory,
    matches: &Matches,
) -> BTreeMap<CompanyCamUserId, OneClickUserId> {
    let mut ours: Vec<&CompanyCamUser> = matches.iter().filter_map(waiting).collect();
    let mut theirs: Vec<&OneClickUser> = directory
        .one_click
        .iter()
        .filter(|user| user.active && matches.companycam(&user.id).is_none())
        .collect();
    let mut found = BTreeMap::new();
    let whole = pairs(&ours, &theirs, name::letters_of, |_, _| true);
    found.extend(whole);
    ours.retain(|user| !found.contains_key(&user.id));
    theirs.retain(|user| !found.values().any(|taken| *taken == user.id));
    let last = pairs(&ours, &theirs, last_name, |one, other| {
        first_names_agree(&one.name, &other.name)
    });
    found.extend(last);
    found
}

/// The users who have the address that makes this one ambiguous, by name, on either side.
pub fn sharing<'a>(directory: &'a Directory, user: &CompanyCamUser) -> Vec<&'a str> {
    let address = |email: Option<&str>| email.map(|email| email.trim().to_lowercase());
    let shared = address(user.email.as_deref());
    let others = directory.companycam.iter().filter(|other| {
        other.id != user.id && other.active && address(other.email.as_deref()) == shared
    });
    let theirs = directory
        .one_click
        .iter()
        .filter(|other| other.active && address(other.email.as_deref()) == shared);
    let mut names: Vec<&str> = others.map(|other| &*other.name).collect();
    // With two in One Click it is these who can't be told apart.
    let theirs: Vec<&str> = theirs.map(|other| &*other.name).collect();
    if theirs.len() > 1 {
        names.extend(theirs);
    }
    names.sort_unstable();
    names.dedup();
    names
}

fn waiting(found: &Match) -> Option<&CompanyCamUser> {
    let open = found.companycam.active && found.one_click.is_none() && found.how != How::ByHand;
    open.then_some(&found.companycam)
}

/// Those who are the only ones of their key on both sides, and agree.
fn pairs(
    ours: &[&CompanyCamUser],
    theirs: &[&OneClickUser],
    key: impl Fn(&str) -> Option<String>,
    agree: impl Fn(&CompanyCamUser, &OneClickUser) -> bool,
) -> Vec<(CompanyCamUserId, OneClickUserId)> {
    let mut by_key: BTreeMap<String, (Vec<&CompanyCamUser>, Vec<&OneClickUser>)> = BTreeMap::new();
    for user in ours {
        if let Some(key) = key(&user.name) {
            by_key.entry(key).or_default().0.push(user);
        }
    }
    for user in theirs {
        if let Some(key) = key(&user.name) {
            by_key.entry(key).or_default().1.push(user);
        }
    }
    let mut pairs = Vec::new();
    for (ours, theirs) in by_key.into_values() {
        let all = ours
            .iter()
            .flat_map(|one| theirs.iter().map(move |other| (*one, *other)));
        let mut agreeing = all.filter(|(one, other)| agree(one, other));
        if let (Some((one, other)), None) = (agreeing.next(), agreeing.next()) {
            pairs.push((one.id.clone(), other.id.clone()));
        }
    }
    pairs
}

fn last_name(name: &str) -> Option<String> {
    let normal = normalized(name);
    let (_, last) = normal.rsplit_once(' ')?;
    Some(last.to_owned())
}

fn first_names_agree(one: &str, other: &str) -> bool {
    let first = |name: &str| normalized(name).split(' ').next().map(str::to_owned);
    let (Some(one), Some(other)) = (first(one), first(other)) else {
        return false;
    };
    let (short, long) = if one.len() <= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    let letters = short.chars().count();
    long.starts_with(&short) && (letters == 1 || letters >= LEAST_LETTERS)
}

#[cfg(test)]
mod tests {
    use model::users::{Choice, User};

    use super::*;

    /// What an id may hold of a name.
    fn plain(name: &str) -> String {
        name.chars().filter(char::is_ascii_alphanumeric).collect()
    }

    fn ours(name: &str) -> CompanyCamUser {
        User {
            id: CompanyCamUserId::parse(&format!("c{}", plain(name))).unwrap(),
            name: name.to_owned(),
            email: None,
            active: true,
        }
    }

    fn theirs(name: &str) -> OneClickUser {
        User {
            id: OneClickUserId::parse(&format!("o{}", plain(name))).unwrap(),
            name: name.to_owned(),
            email: None,
            active: true,
        }
    }

    fn suggested(directory: &Directory) -> Vec<String> {
        let found = suggestions(directory, &Matches::of(directory));
        let pairs = found.iter().map(|(one, other)| format!("{one} {other}"));
        pairs.collect()
    }

    fn directory(companycam: &[&str], one_click: &[&str]) -> Directory {
        Directory {
            companycam: companycam.iter().map(|name| ours(name)).collect(),
            one_click: one_click.iter().map(|name| theirs(name)).collect(),
            choices: Vec::new(),
        }
    }

    #[test]
    fn b41_the_same_name_is_suggested_however_it_is_written() {
        for (one, other) in [
            ("Bailey Calder", "bailey CALDER"),
            ("José Núñez", "Jose Nunez"),
            ("Robert Hale", "Rob Hale"),
            ("R. Hale", "Robert Hale"),
            ("Anna-Maria Voss", "Anna Maria Voss"),
        ] {
            let found = suggested(&directory(&[one], &[other, "Somebody Else"]));
            assert_eq!(found.len(), 1, "{one}, {other}: {found:?}");
        }
    }

    #[test]
    fn b41_nobody_is_suggested_where_two_would_do_or_the_names_differ() {
        for (one, others) in [
            ("R Hale", &["Robert Hale", "Ruth Hale"][..]),
            ("Bailey Calder", &["Bailey Calder", "Bailey  Calder"]),
            ("Al Hale", &["Alexander Hale"]),
            ("Robert Hale", &["Ruth Hale"]),
            ("Robert", &["Robert Hale"]),
            ("Robert Hale", &["Robert Hall"]),
        ] {
            let mut directory = directory(&[one], &[]);
            directory.one_click = others
                .iter()
                .enumerate()
                .map(|(number, name)| OneClickUser {
                    id: OneClickUserId::parse(&format!("o{number}")).unwrap(),
                    ..theirs(name)
                })
                .collect();
            assert_eq!(suggested(&directory), [""; 0], "{one}");
        }
        let two = directory(&["R Hale", "Robert Hale"], &["Rob Hale"]);
        assert_eq!(suggested(&two), [""; 0]);
    }

    #[test]
    fn b41_whom_somebody_left_unmatched_or_has_left_is_not_suggested() {
        let mut left = directory(&["Bailey Calder"], &["Bailey Calder"]);
        left.choices.push(Choice {
            companycam_user_id: left.companycam[0].id.clone(),
            one_click_user_id: None,
        });
        assert_eq!(suggested(&left), [""; 0]);
        let mut gone = directory(&["Bailey Calder"], &["Bailey Calder"]);
        gone.one_click[0].active = false;
        assert_eq!(suggested(&gone), [""; 0]);
        gone.one_click[0].active = true;
        gone.companycam[0].active = false;
        assert_eq!(suggested(&gone), [""; 0]);
    }

    #[test]
    fn b41_a_shared_address_says_who_shares_it() {
        let mut directory = directory(&["Kit Monroe"], &["Front Desk", "Back Office"]);
        let email = Some("Office@x.example".to_owned());
        directory.companycam[0].email = email.clone();
        for user in &mut directory.one_click {
            user.email = Some("office@x.example ".to_owned());
        }
        let kit = directory.companycam[0].clone();
        assert_eq!(sharing(&directory, &kit), ["Back Office", "Front Desk"]);
        directory.one_click.pop();
        directory.companycam.push(CompanyCamUser {
            email,
            ..ours("Lane Porter")
        });
        assert_eq!(sharing(&directory, &kit), ["Lane Porter"]);
    }
}
