//! Texts as they are compared.

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// Words that people write in more than one way, and the shorter of these. Only such as are common in
/// what people look for: of a name, part may be given, and a shortened word holds no part of the long
/// one.
const SHORT: [(&str, &str); 24] = [
    ("street", "st"),
    ("saint", "st"),
    ("avenue", "ave"),
    ("road", "rd"),
    ("drive", "dr"),
    ("lane", "ln"),
    ("boulevard", "blvd"),
    ("court", "ct"),
    ("place", "pl"),
    ("circle", "cir"),
    ("highway", "hwy"),
    ("parkway", "pkwy"),
    ("terrace", "ter"),
    ("north", "n"),
    ("south", "s"),
    ("east", "e"),
    ("west", "w"),
    ("northeast", "ne"),
    ("northwest", "nw"),
    ("southeast", "se"),
    ("southwest", "sw"),
    ("apartment", "apt"),
    ("suite", "ste"),
    ("building", "bldg"),
];

/// The text as it is compared: lower case without accents, words only, the common ones shortened.
pub fn normalized(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    let folded = folded(text).replace(['&', '+'], " and ");
    for word in words(&folded) {
        if !normal.is_empty() {
            normal.push(' ');
        }
        let short = SHORT.iter().find(|(long, _)| *long == word);
        normal.push_str(short.map_or(word, |(_, short)| short));
    }
    normal
}

/// The words of a folded text.
pub fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// Without case, compatibility forms, accents and apostrophes: what is left of a text when it is typed
/// in a hurry.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        let letters = text.chars().filter(|letter| !is_apostrophe(*letter));
        return letters.map(|letter| letter.to_ascii_lowercase()).collect();
    }
    // A fraction in one letter, such as ½, falls apart into digits, which are none of the number before.
    let spaced = spaced_fractions(text);
    let apart = DecomposingNormalizerBorrowed::new_nfkd().normalize(&spaced);
    let lower = CaseMapper::new().fold_string(&apart);
    // Folding may bring forth what falls apart itself.
    let lower = DecomposingNormalizerBorrowed::new_nfkd().normalize(&lower);
    let mut plain = String::with_capacity(lower.len());
    for letter in lower.chars() {
        match letter {
            // Accents of Latin, Greek and Cyrillic letters. The marks of other scripts are no ornament.
            '\u{300}'..='\u{36f}' => {}
            letter if is_apostrophe(letter) => {}
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' => plain.push('d'),
            'ı' => plain.push('i'),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            '\u{2044}' => plain.push('/'),
            letter => plain.push(letter),
        }
    }
    ComposingNormalizerBorrowed::new_nfc()
        .normalize(&plain)
        .into_owned()
}

/// They are left out more often than not: “O’Brien”, “St John's”.
fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '`' | '´' | '‘' | '’' | 'ʼ' | '′')
}

fn spaced_fractions(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + 1);
    for letter in text.chars() {
        if matches!(letter, '¼'..='¾' | '⅐'..='⅞') {
            spaced.push(' ');
        }
        spaced.push(letter);
    }
    spaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b32_case_accents_and_compatibility_forms_say_nothing() {
        for (written, plain) in [
            ("Ünal  Café", "unal  cafe"),
            ("STRASSE", "strasse"),
            ("Straße", "strasse"),
            ("Ｌａｒｋｉｎ", "larkin"),
            ("Søren Łuczak", "soren luczak"),
            ("O’Brien's", "obriens"),
            ("Ço\u{327}", "co"),
            ("12½", "12 1/2"),
            ("ﬁne", "fine"),
            ("İpek", "ipek"),
        ] {
            assert_eq!(folded(written), plain, "{written}");
        }
        assert_ne!(folded("が"), folded("か"), "no accent");
    }

    #[test]
    fn b20_names_are_compared_by_their_words() {
        assert_eq!(
            normalized("Smith & Sons, LLC"),
            normalized("SMITH and Sons LLC")
        );
        assert_ne!(normalized("Smith"), normalized("Smyth"));
        assert_eq!(normalized("Ünal  Café"), "unal cafe");
        assert_eq!(normalized("12 North Elm Street"), "12 n elm st");
    }
}
