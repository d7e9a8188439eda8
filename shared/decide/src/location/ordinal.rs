//! Numbers in names of streets: "Ninth", "9th" and "9" are one.

use super::tables::numbers::{ENDINGS, ONES, TENS};
use super::words::Word;

/// The number at the beginning of the words, and how many of them say it: "twenty first", "21st".
pub fn number(words: &[Word<'_>]) -> Option<(u32, usize)> {
    let first = words.first()?;
    if let Some(number) = digits(first.text).or(first.says.number) {
        return Some((number, 1));
    }
    let tens = first.says.tens?;
    match words.get(1).and_then(|word| word.says.number) {
        Some(ones) if ones < 10 => Some((tens + ones, 2)),
        _ => Some((tens, 1)),
    }
}

/// A number from 1 to 99 in words that count places.
pub fn spelled(number: u32) -> Option<String> {
    let ones_of = |number: u32| ONES.get(usize::try_from(number).ok()?.checked_sub(1)?);
    let tens_of = |number: u32| TENS.get(usize::try_from(number / 10).ok()?.checked_sub(2)?);
    match number {
        1..20 => Some(ones_of(number)?.1.to_owned()),
        20..100 if number.is_multiple_of(10) => Some(tens_of(number)?.1.to_owned()),
        20..100 => Some(format!(
            "{}-{}",
            tens_of(number)?.0,
            ones_of(number % 10)?.1
        )),
        _ => None,
    }
}

/// "9", "09", "9th", "2e".
fn digits(word: &str) -> Option<u32> {
    let end = word
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(word.len());
    let (digits, ending) = word.split_at(end);
    let counts = ending.is_empty() || ENDINGS.contains(&ending);
    digits.parse().ok().filter(|_| counts)
}

/// Whether a word is a number that counts places, and so no house's.
pub fn is_place(word: &str) -> bool {
    let english = ["st", "nd", "rd", "th"];
    digits(word).is_some() && english.iter().any(|ending| word.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b32_a_number_is_one_in_digits_and_in_words() {
        for (words, found) in [
            ("9", Some((9, 1))),
            ("9th", Some((9, 1))),
            ("09th", Some((9, 1))),
            ("nine", Some((9, 1))),
            ("ninth mile", Some((9, 1))),
            ("twelfth", Some((12, 1))),
            ("twenty", Some((20, 1))),
            ("twentieth", Some((20, 1))),
            ("twenty first", Some((21, 2))),
            ("twentyfirst", Some((21, 1))),
            ("ninety ninth", Some((99, 2))),
            ("twenty eleven", Some((20, 1))),
            ("1er", Some((1, 1))),
            ("2e", Some((2, 1))),
            ("12b", None),
            ("elm", None),
            ("", None),
        ] {
            let words: Vec<_> = words.split(' ').map(Word::of).collect();
            assert_eq!(number(&words), found, "{words:?}");
        }
    }

    #[test]
    fn b32_every_number_up_to_ninety_nine_is_read_as_it_is_spelled() {
        for number_of in 1..100 {
            let spelled = spelled(number_of).unwrap();
            let words: Vec<_> = spelled.split('-').map(Word::of).collect();
            assert_eq!(number(&words), Some((number_of, words.len())), "{spelled}");
            let joint = spelled.replace('-', "");
            assert_eq!(number(&[Word::of(&joint)]), Some((number_of, 1)), "{joint}");
        }
        assert_eq!(spelled(0), None);
        assert_eq!(spelled(100), None);
    }
}
