//! An assumption, and how it is judged.

use futures::future::LocalBoxFuture;
use serde_json::Value;

use crate::json::{Kind, misfits};
use crate::report::{Line, Side, Verdict};

/// What trying an assumption comes to: it holds, with a note that may be empty, or it is in doubt.
pub type Judged = Result<String, Doubt>;

/// Why an assumption cannot be said to hold.
#[derive(Debug)]
pub enum Doubt {
    /// What came contradicts it.
    Contradicted { expected: String, seen: String },
    /// What came says nothing about it.
    Unknown(String),
}

pub fn contradicted(expected: impl Into<String>, seen: impl Into<String>) -> Doubt {
    Doubt::Contradicted {
        expected: expected.into(),
        seen: seen.into(),
    }
}

pub fn unknown(why: impl Into<String>) -> Doubt {
    Doubt::Unknown(why.into())
}

/// It holds, and there is nothing more to say.
#[expect(clippy::unnecessary_wraps, reason = "the last line of every check")]
pub fn holds() -> Judged {
    Ok(String::new())
}

/// A contradiction unless all objects have these fields.
pub fn fit<'a>(objects: impl IntoIterator<Item = &'a Value>, fields: &[(&str, Kind)]) -> Judged {
    match misfits(objects, fields) {
        None => holds(),
        Some(misfits) => Err(contradicted("these fields", misfits)),
    }
}

/// One sentence of the specification.
pub struct Assumption<S: 'static> {
    /// The sentence.
    pub says: &'static str,
    /// The part of the product that relies on it.
    pub relied_on_by: &'static str,
    /// How it is tried.
    pub check: Check<S>,
}

/// How an assumption is tried.
pub enum Check<S: 'static> {
    /// By asking that side.
    Tried(for<'a> fn(&'a mut S) -> LocalBoxFuture<'a, Judged>),
    /// Not at all: why, and what a person can look at instead.
    Untried {
        why: &'static str,
        by_hand: &'static str,
    },
}

/// An assumption that is tried by an `async fn(&mut Side) -> Judged`.
macro_rules! tried {
    ($says:expr, $relied_on_by:expr, $check:path) => {
        $crate::assumption::Assumption {
            says: $says,
            relied_on_by: $relied_on_by,
            check: $crate::assumption::Check::Tried(|side| Box::pin($check(side))),
        }
    };
}
pub(crate) use tried;

/// An assumption that reading cannot show.
pub const fn untried<S>(
    says: &'static str,
    relied_on_by: &'static str,
    why: &'static str,
    by_hand: &'static str,
) -> Assumption<S> {
    Assumption {
        says,
        relied_on_by,
        check: Check::Untried { why, by_hand },
    }
}

/// Why most of what cannot be tried cannot.
pub const NEEDS_A_WRITE: &str = "Needs a write.";

/// Judges all of a side's assumptions, in order. Without the side there is nobody to ask.
pub async fn judge<S: 'static>(
    side: Side,
    assumptions: impl Iterator<Item = &'static Assumption<S>>,
    mut asked: Option<S>,
) -> Vec<Line> {
    let mut lines = Vec::new();
    for assumption in assumptions {
        let verdict = match (&assumption.check, &mut asked) {
            (Check::Untried { why, by_hand }, _) => Verdict::Unknown {
                why: format!("{why} By hand: {by_hand}"),
            },
            (Check::Tried(_), None) => Verdict::Unknown {
                why: "Not asked: the environment does not name this side.".to_owned(),
            },
            (Check::Tried(check), Some(asked)) => match check(asked).await {
                Ok(note) => Verdict::Confirmed { note },
                Err(Doubt::Contradicted { expected, seen }) => {
                    Verdict::Contradicted { expected, seen }
                }
                Err(Doubt::Unknown(why)) => Verdict::Unknown { why },
            },
        };
        lines.push(Line {
            side,
            says: assumption.says,
            relied_on_by: assumption.relied_on_by,
            verdict,
        });
    }
    lines
}
