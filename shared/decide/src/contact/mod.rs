//! E-mail addresses and telephone numbers, as people type them.

mod phone;

pub use phone::position_of;

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
}
