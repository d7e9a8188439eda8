//! E-mail addresses and telephone numbers, as people type them.

use one_click::Phone;

/// The well-formed e-mail addresses in a text. Several may stand in one field: One Click's own
/// importers write all that a contact has.
pub fn emails(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| letter.is_whitespace() || ",;<>".contains(letter))
        .filter(|word| is_email(word))
}

fn is_email(word: &str) -> bool {
    let Some((local, domain)) = word.split_once('@') else {
        return false;
    };
    let has_dot = domain.split('.').count() > 1 && domain.split('.').all(|part| !part.is_empty());
    !local.is_empty() && has_dot && !domain.contains('@')
}

/// Whether a text that may hold several e-mail addresses holds this one.
pub fn has_email(text: &str, email: &str) -> bool {
    let same = |one: &str| one.eq_ignore_ascii_case(email.trim());
    same(text.trim()) || emails(text).any(same)
}

/// Which of the phones has this number: with the same extension, if there is one that has.
pub fn position_of(phones: &[Phone], number: &str) -> Option<usize> {
    let wanted = Number::read(number);
    let is_it = |phone: &Phone| Number::read(&phone.number) == wanted;
    let same = |phone: &Phone| same_number(&phone.number, number);
    let exact = phones.iter().position(is_it);
    exact.or_else(|| phones.iter().position(same))
}

/// Whether both are one number. People write it with other punctuation, with or without the country
/// code of the United States and Canada, and with or without the extension.
fn same_number(one: &str, other: &str) -> bool {
    let (left, right) = (Number::read(one), Number::read(other));
    if left.digits.is_empty() || right.digits.is_empty() {
        return one.trim() == other.trim();
    }
    let extensions = [&left.extension, &right.extension];
    let one_extension =
        extensions.iter().any(|one| one.is_empty()) || left.extension == right.extension;
    left.digits == right.digits && one_extension
}

#[derive(PartialEq, Eq)]
struct Number {
    digits: String,
    extension: String,
}

impl Number {
    fn read(text: &str) -> Self {
        let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
        let extension = text.find(|letter: char| "xX#".contains(letter));
        let (number, extension) = match extension.map(|at| text.split_at(at)) {
            Some((number, extension)) if !digits(number).is_empty() => (number, extension),
            _ => (text, ""),
        };
        let number = digits(number);
        let national = number.strip_prefix('1').filter(|rest| rest.len() == 10);
        Self {
            digits: national.unwrap_or(&number).to_owned(),
            extension: digits(extension),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b32_several_addresses_in_one_field_are_several() {
        let all = |text| emails(text).collect::<Vec<_>>();
        let both = ["a@x.example", "b@x.example"];
        assert_eq!(all("a@x.example, b@x.example"), both);
        assert_eq!(all("a@x.example;b@x.example;"), both);
        assert_eq!(all("Pat <a@x.example> b@x.example"), both);
        assert_eq!(
            all("n/a, nobody@, @x.example, a@b@x.example, a@x, a@x."),
            [""; 0]
        );
        assert!(has_email("a@x.example, B@X.example", " b@x.EXAMPLE "));
        assert!(has_email("n/a", "N/A"));
        assert!(!has_email("a@x.example", "b@x.example"));
    }

    #[test]
    fn b32_a_number_is_the_same_however_it_is_written() {
        for same in [
            "402.555.0101",
            "+1 (402) 555-0101",
            "14025550101",
            "402-555-0101 x12",
            "402-555-0101 ext. 12",
            "# 402 555 0101",
        ] {
            assert!(same_number("402-555-0101", same), "{same}");
            assert!(same_number(same, "402-555-0101"), "{same}");
        }
        for other in ["402-555-0102", "+44 402 555 0101", "55-0101", "", "none"] {
            assert!(!same_number("402-555-0101", other), "{other}");
        }
        assert!(!same_number("402-555-0101 x12", "402-555-0101 x14"));
        assert!(same_number("ask Pat", " ask Pat "));
        assert!(!same_number("ask Pat", "ask Sam"));
    }

    #[test]
    fn b14_of_two_extensions_the_one_that_was_seen_is_found() {
        let phone = |number: &str| Phone {
            number: number.to_owned(),
            ..Phone::default()
        };
        let phones = ["402-555-0101", "402-555-0101 x12", "(402) 555-0101 x14"].map(phone);
        assert_eq!(position_of(&phones, "+14025550101 ext 14"), Some(2));
        assert_eq!(position_of(&phones, "+14025550101 ext 15"), Some(0));
        assert_eq!(position_of(&phones[1..], "4025550101"), Some(0));
        assert_eq!(position_of(&phones, "402-555-0102"), None);
    }
}
