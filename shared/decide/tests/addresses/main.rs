//! Pairs of addresses that are the same, and pairs that are not (B32), by the rules of USPS Publication
//! 28 and of Canada Post.
//!
//! An address is written as "line 1 / line 2 @ city, state, postal code". Without a town it is in
//! Lincoln, Nebraska. A row of a table holds all the ways to write one address, or addresses of which no
//! two are one.

mod kinds;
mod numbers;
mod properties;
mod searches;
mod streets;
mod towns;
mod units;

use decide::location::Location;
use model::project::ProjectFields;
use one_click::Address;

const LINCOLN: &str = "Lincoln, NE, 68508";

struct Written<'a> {
    lines: [&'a str; 2],
    town: [&'a str; 3],
}

impl<'a> Written<'a> {
    fn read(text: &'a str) -> Self {
        let (lines, town) = text.split_once('@').unwrap_or((text, LINCOLN));
        let (line_1, line_2) = lines.split_once("/ ").unwrap_or((lines, ""));
        let mut parts = town.split(',').map(str::trim);
        let town = [(); 3].map(|()| parts.next().unwrap_or_default());
        let lines = [line_1.trim(), line_2.trim()];
        Self { lines, town }
    }

    fn job(&self) -> Address {
        let [city, state, postal_code] = self.town.map(str::to_owned);
        let [line_1, line_2] = self.lines.map(str::to_owned);
        Address {
            line_1,
            line_2,
            city,
            state,
            postal_code,
        }
    }

    /// Blank texts count as absent.
    fn project(&self) -> ProjectFields {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        ProjectFields {
            street_address_1: text(self.lines[0]),
            street_address_2: text(self.lines[1]),
            city: text(self.town[0]),
            state: text(self.town[1]),
            postal_code: text(self.town[2]),
            ..ProjectFields::default()
        }
    }
}

fn place(text: &str) -> Location {
    let written = Written::read(text);
    let location = Location::of_job(&written.job());
    assert_eq!(location, Location::of_project(&written.project()), "{text}");
    location
}

/// The rows of a table, and what is compared in each. A line that begins with the sign goes on with the
/// row before; one with slashes is a comment.
fn rows<'a>(table: &'a str, sign: &str) -> Vec<Vec<&'a str>> {
    let mut rows: Vec<Vec<&str>> = Vec::new();
    for line in table
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
    {
        let more = line.strip_prefix(sign);
        let items = more.unwrap_or(line).split(sign).map(str::trim);
        match rows.last_mut().filter(|_| more.is_some()) {
            Some(row) => row.extend(items),
            None => rows.push(items.collect()),
        }
    }
    rows
}

/// All of a row are one address.
fn same(table: &str) {
    let mut wrong = Vec::new();
    for row in rows(table, "=") {
        assert!(row.len() > 1, "{row:?} compares nothing");
        let places: Vec<_> = row.iter().map(|text| place(text)).collect();
        for (one, left) in row.iter().zip(&places) {
            for (other, right) in row.iter().zip(&places) {
                if !left.matches(right) || left.key() != right.key() {
                    wrong.push(format!("{one} = {other}\n  {left:?}\n  {right:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// No two of a row are one address, though each is itself.
fn differ(table: &str) {
    let mut wrong = Vec::new();
    for row in rows(table, "≠") {
        for (at, one) in row.iter().enumerate() {
            let left = place(one);
            if !left.matches(&left) {
                wrong.push(format!("{one} is known\n  {left:?}"));
            }
            for other in &row[at + 1..] {
                let right = place(other);
                if left.matches(&right) || right.matches(&left) {
                    wrong.push(format!("{one} ≠ {other}\n  {left:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// None of them says where a house is.
fn unknown(rows: &[&str]) {
    for row in rows {
        let location = place(row);
        assert!(!location.is_known(), "{row}\n{location:?}");
        assert!(!location.matches(&location), "{row}");
        assert_eq!(location.key(), None, "{row}");
    }
}
