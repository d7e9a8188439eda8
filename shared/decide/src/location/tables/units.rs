//! Parts of a building.

/// What is always the beginning of a unit: first the class of the unit, then its designators.
pub const STRONG: &[&str] = &[
    "unit # apt apartment appartement app unit unite ste suite condo townhouse twnhse townhome pmb bureau",
];

/// What is the beginning of a unit only behind a street, or at the beginning of a line: streets have
/// such names too ("Lot St", "Tower Rd"). From USPS Publication 28, appendix C2, and what else is
/// written.
pub const WEAK: &[&str] = &[
    "building bldg building bld bldng tower twr wing batiment bat",
    "floor fl floor flr level lvl etage",
    "unit bay bureau dept department dock door hngr hangar key lot no nbr num number ofc office pier \
     porte rm room side slip slp spc space stop th trlr trailer",
];

/// Units that need no number: first the short form.
pub const ALONE: &[&str] = &[
    "bsmt basement bsmnt",
    "frnt front",
    "lbby lobby",
    "lowr lower ll",
    "ofc office",
    "ph penthouse",
    "rear",
    "side",
    "uppr upper",
];

/// What may be said of a floor in place of its number.
pub const FLOORS: &[&str] = &["garden", "ground", "main", "top"];
