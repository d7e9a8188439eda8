//! What a nightly pass concludes from what it found (B17, B30).

use model::nightly::Tally;

/// Whether so much is missing that whoever connected may only see less than before.
pub fn has_lost_sight(tally: &Tally) -> bool {
    is_much(tally.projects_missing, tally.projects) || is_much(tally.files_missing, tally.files)
}

/// Whether so many of those that are known are missing: all, over half, or a large part of many.
pub fn is_much(missing: i64, known: i64) -> bool {
    let over_half = missing >= 3 && missing * 2 > known;
    let many = missing >= 10 && (missing * 20 >= known || missing >= 100);
    missing > 0 && (missing >= known || over_half || many)
}

/// The pass's one entry in the activity log.
pub fn summary(tally: &Tally) -> String {
    let copies = tally.verified + tally.gone + tally.altered;
    let verified = format!(
        "Nightly check: {} of {} copies verified.",
        grouped(tally.verified),
        grouped(copies)
    );
    let rest = [
        (
            tally.changed,
            "project had changed and was brought up to date",
            "projects had changed and were brought up to date",
        ),
        (
            tally.removed,
            "copy was removed, since it was deleted in CompanyCam",
            "copies were removed, since they were deleted in CompanyCam",
        ),
        (
            tally.retagged,
            "photo’s tags had changed",
            "photos’ tags had changed",
        ),
        (
            tally.gone,
            "copy was deleted in One Click",
            "copies were deleted in One Click",
        ),
        (
            tally.altered,
            "copy is not as it was sent",
            "copies are not as they were sent",
        ),
    ];
    let rest = rest.into_iter().filter(|(count, ..)| *count > 0);
    let rest = rest.map(|(count, one, many)| {
        let what = if count == 1 { one } else { many };
        format!(" {} {what}.", grouped(count))
    });
    std::iter::once(verified).chain(rest).collect()
}

/// `5214` as `5,214`.
pub fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b30_all_half_or_a_large_part_of_many_is_asked_about() {
        for (missing, known) in [(1, 1), (2, 2), (3, 5), (10, 200), (100, 50_000)] {
            assert!(is_much(missing, known), "{missing} of {known}");
        }
        for (missing, known) in [
            (0, 0),
            (0, 9),
            (1, 2),
            (2, 3),
            (3, 6),
            (9, 100),
            (10, 201),
            (99, 50_000),
        ] {
            assert!(!is_much(missing, known), "{missing} of {known}");
        }
    }

    #[test]
    fn b17_the_normal_night_is_one_number() {
        let mut tally = Tally {
            verified: 5214,
            ..Tally::default()
        };
        assert_eq!(
            summary(&tally),
            "Nightly check: 5,214 of 5,214 copies verified."
        );
        (tally.altered, tally.removed) = (1, 2);
        assert_eq!(
            summary(&tally),
            "Nightly check: 5,214 of 5,215 copies verified. 2 copies were removed, since they were deleted in CompanyCam. 1 copy is not as it was sent."
        );
        assert_eq!(grouped(1_000_000), "1,000,000");
        assert_eq!(grouped(12), "12");
    }
}
