//! When a photo that is refused is tried again, named in the activity log, and given up (B33, B35).
//!
//! For the CDN only statuses count, and whatever stands in front of it has those too. So nothing of it is a
//! last word: the answers are remembered in the row, and how a photo ends is a matter of how often and how
//! far apart.
//!
//! | Refused by | Tried again after | Meanwhile | Given up |
//! |---|---|---|---|
//! | the address: 401, 403, 404, 410, other statuses, a page or a message, an empty file, a redirect to elsewhere | 1, 2, 4 … s up to an hour | CompanyCam is asked for the address again; named in the activity after two minutes | after three hours, if CompanyCam was asked since |
//! | the file: no image, over 100 MB | a minute | | at the second time |
//! | One Click in its own words (4xx) | a minute | | at the second time |
//! | One Click has not got the job | a minute | | with its link |
//! | One Click with 5xx or silence, while it answers something else | 1, 2, 4 … s up to an hour | named likewise; no longer pending | after a day |
//! | the files' host with 5xx, silence, or a download that breaks off | 1, 2, 4 … s up to five minutes | likewise | after a day |
//! | CompanyCam gives no address | a minute | it is asked again | at the second time, if it was asked since |
//! | our own rules: a host that is not allowed | | | at once |
//!
//! Where the files' host, or One Click's images, fail at all photos, none is named and none given up: more
//! than ten are pending, and no organization's photo was copied since. After an hour the activity says so,
//! once a day. While a photo is refused, one message waits for its next try; others about the same version
//! are let go. What was given up is tried once more when a listing shows another address, at most once a
//! day.

use std::time::Duration;

use model::file::{FileRow, Refusal, Refuser};

const SECOND_MS: i64 = 1000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// The longest time between two tries.
const LONGEST_DELAY_MS: i64 = HOUR_MS;
/// The longest time that a message can be put off; beyond, it comes back on the way.
const LONGEST_HOP_MS: i64 = 15 * MINUTE_MS;
/// A second answer that ends something comes at least so long after the first.
const ANOTHER_ANSWER_MS: i64 = MINUTE_MS;
/// How long an address may lead nowhere: outages and expired signatures take hours.
const ADDRESS_MS: i64 = 3 * HOUR_MS;
/// How long One Click, or the file's host, may fail at one photo.
const FAILS_MS: i64 = 24 * HOUR_MS;
/// So often it has failed by then, if it was asked all the time: much of a day may be an outage.
const FAILS_TIMES: u32 = 8;
/// Where all photos are refused, that is said after so long, for all of them.
const ALL_MS: i64 = HOUR_MS;
/// The host of the files is nobody's pause: so soon each photo finds out that it is back.
const HOST_DELAY_MS: i64 = 5 * MINUTE_MS;
/// So often, over so long, makes it worth naming.
const TELL_TIMES: u32 = 3;
const TELL_MS: i64 = 2 * MINUTE_MS;
/// `CompanyCam` is asked for the address at most so often.
const ASK_MS: i64 = 15 * MINUTE_MS;
/// A listing that brings another address is a new try, but not more often than this.
const FRESH_MS: i64 = 5 * MINUTE_MS;

/// What to do about a photo that a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Try it.
    Now,
    /// Not yet: come back.
    Later(Duration),
    /// Another message is on its way, which comes at the right time.
    Another,
}

/// How long until a refused photo's next try, if that is still to come.
pub fn early_by(row: &FileRow, now_ms: i64) -> Option<Duration> {
    let refused = row.refused.as_ref();
    let refused = refused.filter(|refused| refused.concerns(&row.wanted))?;
    let left_ms = u64::try_from(refused.again_ms - now_ms).ok();
    left_ms.filter(|left| *left > 0).map(Duration::from_millis)
}

/// Whether it is the photo's turn; `tries`: how often this message was put off.
pub fn turn(row: &FileRow, tries: u32, now_ms: i64) -> Turn {
    let (Some(refused), Some(left)) = (row.refused.as_ref(), early_by(row, now_ms)) else {
        return Turn::Now;
    };
    if row.wanted.job_id.is_none() {
        return Turn::Now;
    }
    if tries == 0 {
        let fresh = row.wanted.uri != refused.uri && refused.last_ms + FRESH_MS <= now_ms;
        return if fresh { Turn::Now } else { Turn::Another };
    }
    if delay_ms(refused.by, refused.times) > LONGEST_HOP_MS {
        return Turn::Later(left);
    }
    Turn::Now
}

/// The row's refusal after one more.
pub fn refused_again(row: &FileRow, by: Refuser, reason: &str, now_ms: i64) -> Refusal {
    let before = row.refused.as_ref();
    let before = before.filter(|before| before.concerns(&row.wanted) && before.by == by);
    let times = before.map_or(1, |before| before.times.saturating_add(1));
    Refusal {
        by,
        version: row.wanted.version,
        job_id: row.wanted.job_id.clone(),
        uri: row.wanted.uri.clone(),
        reason: reason.to_owned(),
        since_ms: before.map_or(now_ms, |before| before.since_ms),
        last_ms: now_ms,
        again_ms: now_ms + delay_ms(by, times),
        times,
        ask_ms: before.and_then(|before| before.ask_ms),
        told: before.is_some_and(|before| before.told),
        given_up: before.is_some_and(|before| before.given_up),
    }
}

/// How long until it is tried again.
pub fn delay(refusal: &Refusal) -> Duration {
    let ms = refusal.again_ms - refusal.last_ms;
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

fn delay_ms(by: Refuser, times: u32) -> i64 {
    let doubled = SECOND_MS
        .checked_shl(times.saturating_sub(1).min(20))
        .unwrap_or(LONGEST_DELAY_MS)
        .min(LONGEST_DELAY_MS);
    match by {
        Refuser::Address | Refuser::OneClick => doubled,
        Refuser::Host => doubled.min(HOST_DELAY_MS),
        // Nothing is gained by asking sooner than the answer counts.
        Refuser::NoAddress | Refuser::File | Refuser::OneClicksWord => {
            doubled.max(ANOTHER_ANSWER_MS + SECOND_MS)
        }
    }
}

/// Whether another address, or the same again, is what it takes.
fn is_about_the_address(by: Refuser) -> bool {
    match by {
        Refuser::Address | Refuser::NoAddress => true,
        Refuser::Host | Refuser::File | Refuser::OneClick | Refuser::OneClicksWord => false,
    }
}

/// Whether the same may be an outage, in which all photos are refused.
pub fn may_be_an_outage(by: Refuser) -> bool {
    match by {
        Refuser::Host | Refuser::OneClick => true,
        Refuser::Address | Refuser::NoAddress | Refuser::File | Refuser::OneClicksWord => false,
    }
}

/// Whether it has lasted long enough to be said of all photos.
pub fn lasts_for_all(refusal: &Refusal) -> bool {
    refusal.last_ms - refusal.since_ms >= ALL_MS
}

/// Whether `CompanyCam` was asked for the address since it was refused first.
fn asked_since(refusal: &Refusal, asked_ms: Option<i64>) -> bool {
    asked_ms.is_some_and(|asked| asked > refusal.since_ms)
}

/// Whether `CompanyCam` is to be asked for the address now.
pub fn is_to_be_asked_for(refusal: &Refusal) -> bool {
    is_about_the_address(refusal.by)
        && refusal
            .ask_ms
            .is_none_or(|asked| asked + ASK_MS <= refusal.last_ms)
}

/// Whether this is the end of it; `asked_ms`: when `CompanyCam` last said what is wanted.
pub fn is_final(refusal: &Refusal, asked_ms: Option<i64>) -> bool {
    let (times, patience_ms) = match refusal.by {
        Refuser::Address => (2, ADDRESS_MS),
        Refuser::NoAddress | Refuser::File | Refuser::OneClicksWord => (2, ANOTHER_ANSWER_MS),
        Refuser::Host | Refuser::OneClick => (FAILS_TIMES, FAILS_MS),
    };
    refusal.times >= times
        && refusal.last_ms - refusal.since_ms >= patience_ms
        && (!is_about_the_address(refusal.by) || asked_since(refusal, asked_ms))
}

/// Whether it has lasted long enough to be named in the activity log, as far as that alone tells.
/// What is over within a minute or two is not.
pub fn is_worth_telling(refusal: &Refusal, asked_ms: Option<i64>) -> bool {
    let lasts = refusal.times >= TELL_TIMES && refusal.last_ms - refusal.since_ms >= TELL_MS;
    match refusal.by {
        Refuser::Address | Refuser::NoAddress => lasts && asked_since(refusal, asked_ms),
        Refuser::Host | Refuser::OneClick => lasts,
        Refuser::File | Refuser::OneClicksWord => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    fn row() -> FileRow {
        serde_json::from_value(json!({
            "org_id": "o", "photo_id": "11", "project_id": "p",
            "wanted": {
                "version": 7, "job_id": "j", "uri": "https://img.companycam.com/1", "hash": null,
                "details": {"caption": null, "captured_at": null, "captured_by": null, "tags": []},
            },
        }))
        .unwrap()
    }

    /// Refused at each of its turns until `until_ms`, and each time `CompanyCam` is asked at once.
    fn refused(by: Refuser, until_ms: i64) -> (FileRow, Vec<i64>) {
        let (mut row, mut now, mut seen) = (row(), NOW, Vec::new());
        while now <= until_ms {
            seen.push(now - NOW);
            let refusal = refused_again(&row, by, "no", now);
            now = refusal.again_ms;
            row.asked_ms = Some(refusal.last_ms + 1);
            row.refused = Some(refusal);
        }
        (row, seen)
    }

    #[test]
    fn b35_the_time_between_two_tries_grows_up_to_an_hour() {
        let (row, seen) = refused(Refuser::OneClick, NOW + FAILS_MS + HOUR_MS);
        assert_eq!(seen[..5], [0, 1000, 3000, 7000, 15_000]);
        assert!(seen.windows(2).all(|pair| pair[1] - pair[0] <= HOUR_MS));
        assert!((30..40).contains(&seen.len()), "{}", seen.len());
        assert!(is_final(&row.refused.unwrap(), None));
        let (row, _) = refused(Refuser::OneClick, NOW + FAILS_MS - 2 * HOUR_MS);
        assert!(!is_final(&row.refused.unwrap(), None));
    }

    #[test]
    fn b35_a_refusal_is_worth_telling_after_two_minutes() {
        let (row, _) = refused(Refuser::OneClick, NOW + MINUTE_MS);
        assert!(!is_worth_telling(&row.refused.unwrap(), None));
        let (row, _) = refused(Refuser::OneClick, NOW + 4 * MINUTE_MS);
        assert!(is_worth_telling(&row.refused.unwrap(), None));
    }

    #[test]
    fn b33_an_address_ends_a_photo_after_hours_and_only_if_companycam_was_asked_again() {
        let (row, _) = refused(Refuser::Address, NOW + ADDRESS_MS + HOUR_MS);
        let refusal = row.refused.unwrap();
        assert!(is_final(&refusal, row.asked_ms));
        assert!(!is_final(&refusal, None));
        assert!(!is_final(&refusal, Some(NOW)), "when it was listed");
        let (row, _) = refused(Refuser::Address, NOW + HOUR_MS);
        assert!(!is_final(&row.refused.unwrap(), row.asked_ms));
    }

    #[test]
    fn b33_a_word_that_ends_something_is_heard_twice_a_minute_apart() {
        for by in [Refuser::File, Refuser::OneClicksWord] {
            let (row, seen) = refused(by, NOW + 2 * MINUTE_MS);
            assert_eq!(seen.len(), 2, "{by:?}");
            assert!(is_final(&row.refused.unwrap(), None));
            let twice_at_once = refused_again(&refused(by, NOW).0, by, "no", NOW + 1000);
            assert!(!is_final(&twice_at_once, None));
        }
    }

    #[test]
    fn b33_another_refuser_version_or_job_begins_anew() {
        let (mut row, _) = refused(Refuser::Address, NOW + 4 * MINUTE_MS);
        let later = NOW + HOUR_MS;
        let again = |row: &FileRow, by| refused_again(row, by, "no", later).times;
        assert!(again(&row, Refuser::Address) > 2);
        assert_eq!(again(&row, Refuser::OneClick), 1);
        row.wanted.version += 1;
        assert_eq!(again(&row, Refuser::Address), 1);
    }

    #[test]
    fn b33_only_the_message_that_waits_tries_a_refused_photo_again() {
        let (mut row, _) = refused(Refuser::Address, NOW + 4 * MINUTE_MS);
        let refusal = row.refused.clone().unwrap();
        let just_now = refusal.last_ms + SECOND_MS;
        assert_eq!(turn(&row, 0, just_now), Turn::Another);
        assert_eq!(turn(&row, 3, just_now), Turn::Now);
        assert_eq!(turn(&row, 0, refusal.again_ms), Turn::Now);
        // Another address is tried at once, though not with each listing.
        row.wanted.uri = Some("https://img.companycam.com/2".into());
        assert_eq!(turn(&row, 0, just_now), Turn::Another);
        row.refused = Some(Refusal {
            again_ms: refusal.last_ms + HOUR_MS,
            times: 13,
            ..refusal.clone()
        });
        assert_eq!(turn(&row, 0, refusal.last_ms + FRESH_MS), Turn::Now);
        // What could not be put off for an hour at once comes back on the way.
        let half = refusal.last_ms + HOUR_MS / 2;
        let left = Duration::from_millis((HOUR_MS / 2).unsigned_abs());
        assert_eq!(turn(&row, 3, half), Turn::Later(left));
        row.wanted.job_id = None;
        assert_eq!(turn(&row, 0, just_now), Turn::Now, "it goes at once");
    }
}
