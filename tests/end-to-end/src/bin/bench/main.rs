//! `make bench`: figures as tables, and in `target/bench.json`. Nothing is asserted: a figure depends
//! on the machine and on what else it does. With names as arguments only those are measured.

#![allow(clippy::print_stdout, reason = "the tables are what it is for")]

mod backfill;
mod burst;
mod deliveries;
mod large;
mod starts;
mod tab;

use std::path::PathBuf;

use anyhow::{Result, bail};
use serde_json::{Map, Value};

const ALL: [&str; 6] = ["starts", "deliveries", "tab", "burst", "large", "backfill"];

#[tokio::main]
async fn main() -> Result<()> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let asked: Vec<_> = std::env::args().skip(1).collect();
    if let Some(unknown) = asked.iter().find(|name| !ALL.contains(&name.as_str())) {
        bail!("There is no measure “{unknown}”, only {}", ALL.join(", "));
    }
    let mut report = Map::new();
    for name in ALL {
        if !asked.is_empty() && !asked.iter().any(|other| other == name) {
            continue;
        }
        let measured: Value = match name {
            "starts" => starts::measure(&root).await?,
            "deliveries" => deliveries::measure(&root).await?,
            "tab" => tab::measure().await?,
            "burst" => burst::measure().await?,
            "large" => large::measure().await?,
            _ => backfill::measure().await?,
        };
        println!();
        report.insert(name.to_owned(), measured);
    }
    std::fs::write(
        root.join("target/bench.json"),
        serde_json::to_vec_pretty(&report)?,
    )?;
    Ok(())
}
