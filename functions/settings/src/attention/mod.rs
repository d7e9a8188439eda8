//! What a person has to decide or mend (B38).

pub mod card;
pub mod duplicates;
pub mod form;
