//! What came out, for people and for the exit code.

use std::fmt;

/// Whom an assumption is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// CompanyCam.
    CompanyCam,
    OneClick,
}

impl Side {
    /// As in a line of the report, and in the product's logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::CompanyCam => "companycam",
            Self::OneClick => "one-click",
        }
    }
}

/// What is known of an assumption now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was tried, and holds. The note says what else was learned; it may be empty.
    Confirmed {
        /// Such as which of two tolerated forms was seen.
        note: String,
    },
    /// It was tried, and does not hold.
    Contradicted {
        /// What the integration takes for granted.
        expected: String,
        /// What came instead: shapes, never values of customers.
        seen: String,
    },
    /// It was not tried, or what came allows no judgement.
    Unknown {
        /// Why.
        why: String,
    },
}

/// One assumption, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Whom it is about.
    pub side: Side,
    /// The assumption.
    pub says: &'static str,
    /// The part of the product that relies on it.
    pub relied_on_by: &'static str,
    /// What is known of it.
    pub verdict: Verdict,
}

/// All assumptions, judged. Its `Display` is what `make contract-check` prints.
#[derive(Clone, Debug)]
pub struct Report {
    /// In the order of the specification.
    pub lines: Vec<Line>,
}

impl Report {
    /// 1 if anything is contradicted, else 0: what could not be asked is no contradiction.
    pub fn exit_code(&self) -> u8 {
        u8::from(self.lines.iter().any(is_contradicted))
    }

    /// The assumptions that do not hold.
    pub fn contradicted(&self) -> Vec<&'static str> {
        let lines = self.lines.iter().filter(|line| is_contradicted(line));
        lines.map(|line| line.says).collect()
    }

    /// How many assumptions about a side were tried and hold.
    pub fn confirmed(&self, side: Side) -> usize {
        self.count(side, |verdict| matches!(verdict, Verdict::Confirmed { .. }))
    }

    fn count(&self, side: Side, wanted: fn(&Verdict) -> bool) -> usize {
        let lines = self.lines.iter();
        lines
            .filter(|line| line.side == side && wanted(&line.verdict))
            .count()
    }
}

fn is_contradicted(line: &Line) -> bool {
    matches!(line.verdict, Verdict::Contradicted { .. })
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = |f: &mut fmt::Formatter<'_>, verdict: &str| {
            write!(f, "{verdict:<14}{:<12}{}", self.side.name(), self.says)
        };
        match &self.verdict {
            Verdict::Confirmed { note } => {
                head(f, "confirmed")?;
                if !note.is_empty() {
                    write!(f, " ({note})")?;
                }
                writeln!(f)
            }
            Verdict::Contradicted { expected, seen } => {
                head(f, "contradicted")?;
                let relied_on_by = self.relied_on_by;
                writeln!(f, "\n                expected:     {expected}")?;
                writeln!(f, "                seen:         {seen}")?;
                writeln!(f, "                relied on by: {relied_on_by}")
            }
            Verdict::Unknown { why } => {
                head(f, "unknown")?;
                writeln!(f, "\n                {why}")
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            write!(f, "{line}")?;
        }
        writeln!(f)?;
        for side in [Side::CompanyCam, Side::OneClick] {
            let confirmed = self.confirmed(side);
            let contradicted = self.count(side, |verdict| {
                matches!(verdict, Verdict::Contradicted { .. })
            });
            let unknown = self.count(side, |verdict| matches!(verdict, Verdict::Unknown { .. }));
            let name = side.name();
            writeln!(
                f,
                "{name:<12}{confirmed} confirmed, {contradicted} contradicted, {unknown} unknown"
            )?;
            if confirmed == 0 {
                writeln!(
                    f,
                    "{name:<12}NOTHING WAS CONFIRMED: it was not asked, or did not answer"
                )?;
            }
        }
        Ok(())
    }
}
