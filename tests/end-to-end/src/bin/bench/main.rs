//! `make bench`: figures as tables, and in `target/bench.json`. Nothing is asserted: a figure depends
//! on the machine and on what else it does.

#![allow(clippy::print_stdout, reason = "the tables are what it is for")]

mod backfill;
mod burst;
mod large;
mod starts;
mod tab;

use std::path::PathBuf;

use anyhow::Result;

#[tokio::main]
async fn main() -> Result<()> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let mut report = starts::measure(&root).await?;
    println!();
    report["tab"] = tab::measure().await?;
    println!();
    report["burst"] = burst::measure().await?;
    println!();
    report["large"] = large::measure().await?;
    println!();
    report["backfill"] = backfill::measure().await?;
    std::fs::write(
        root.join("target/bench.json"),
        serde_json::to_vec_pretty(&report)?,
    )?;
    Ok(())
}
