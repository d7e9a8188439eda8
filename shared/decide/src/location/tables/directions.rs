//! Points of the compass.

/// First the short form, then the long ones, the French among them.
pub const DIRECTIONS: &[&str] = &[
    "n north nord",
    "s south sud",
    "e east",
    "w west ouest",
    "ne northeast nordest",
    "nw northwest nordouest",
    "se southeast sudest",
    "sw southwest sudouest",
];

/// Those that say something else in English: first the short form, which is none of the words by itself.
pub const FRENCH_DIRECTIONS: &[&str] = &["e e est", "w o", "nw no", "sw so"];
