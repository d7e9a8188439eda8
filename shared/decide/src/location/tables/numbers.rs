//! Numbers in words.

/// Up to nineteen, each with the form that counts places.
pub const ONES: [(&str, &str); 19] = [
    ("one", "first"),
    ("two", "second"),
    ("three", "third"),
    ("four", "fourth"),
    ("five", "fifth"),
    ("six", "sixth"),
    ("seven", "seventh"),
    ("eight", "eighth"),
    ("nine", "ninth"),
    ("ten", "tenth"),
    ("eleven", "eleventh"),
    ("twelve", "twelfth"),
    ("thirteen", "thirteenth"),
    ("fourteen", "fourteenth"),
    ("fifteen", "fifteenth"),
    ("sixteen", "sixteenth"),
    ("seventeen", "seventeenth"),
    ("eighteen", "eighteenth"),
    ("nineteen", "nineteenth"),
];

/// From twenty by tens, likewise.
pub const TENS: [(&str, &str); 8] = [
    ("twenty", "twentieth"),
    ("thirty", "thirtieth"),
    ("forty", "fortieth"),
    ("fifty", "fiftieth"),
    ("sixty", "sixtieth"),
    ("seventy", "seventieth"),
    ("eighty", "eightieth"),
    ("ninety", "ninetieth"),
];

/// What makes a number one that counts places, in English and French.
pub const ENDINGS: &[&str] = &[
    "st", "nd", "rd", "th", "e", "er", "re", "ere", "eme", "ieme",
];

/// Every number from 1 to 99 in one word, with and without the ending that counts places.
pub fn spelled() -> impl Iterator<Item = (u32, String)> {
    let both = |number: u32, (one, place): (&str, &str)| {
        [(number, one.to_owned()), (number, place.to_owned())]
    };
    let ones = (1..)
        .zip(ONES)
        .flat_map(move |(number, names)| both(number, names));
    let tens = (20..)
        .step_by(10)
        .zip(TENS)
        .map(|(number, (_, place))| (number, place.to_owned()));
    let joint = (20..).step_by(10).zip(TENS).flat_map(|(tens, (name, _))| {
        let ones = (1..10).zip(ONES).flat_map(move |(number, names)| {
            [names.0, names.1].map(|one| (tens + number, format!("{name}{one}")))
        });
        ones.collect::<Vec<_>>()
    });
    ones.chain(tens).chain(joint)
}
