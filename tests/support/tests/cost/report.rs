//! The tables of `make cost`, and the same as `target/cost.json`.

#![allow(clippy::print_stdout, reason = "the tables are what it is for")]

use std::path::Path;

use serde_json::{Value, json};
use test_support::prices;

use crate::charged::{DYNAMODB_MS, OTHER_AWS_MS, PHOTO_MB, SIDE_MS, STREAMED_MB_A_SECOND, TURN_MS};
use crate::fixed::HOURS_A_MONTH;
use crate::months::{
    CHANGES_OF_A_JOB, ORGANIZATIONS, Operations, PHOTOS, PHOTOS_A_PROJECT, PHOTOS_A_VISIT,
};
use crate::used::{Item, Service, Used};

const MILLION: f64 = 1_000_000.0;
const GB_IN_A_MB: f64 = 1.0 / 1000.0;

/// Prints all there is, and writes it down.
pub fn report(operations: &Operations) {
    let each = each(operations);
    println!("\nOne of each, as it was counted; $ for a million of them");
    println!(
        "{:<38} {:>9} {:>11} {:>10} {:>10} {:>9} {:>8}",
        "", "AWS calls", "side calls", "read units", "written", "ms", "$"
    );
    for (name, used) in &each {
        one(name, used);
    }
    println!("\nFixed, a month");
    for line in &operations.fixed {
        println!("{:<38} {:>10.2} $", line.what, line.used.dollars());
    }
    let fixed = operations.fixed_month().dollars();
    println!("{:<38} {fixed:>10.2} $", "all of it");
    let sums = sums(operations);
    println!("\nWhat it comes to, in $");
    print!("{:<46}", "");
    for service in Service::ALL {
        print!(" {:>10}", service.name());
    }
    println!(" {:>10}", "all");
    for (name, used) in &sums {
        sum(name, used);
    }
    assumptions();
    write(&each, &sums, operations);
}

fn each(operations: &Operations) -> Vec<(&'static str, Used)> {
    vec![
        ("a poll with nothing new", operations.poll),
        ("the same, four in a batch", operations.poll_in_a_batch),
        (
            "a project changed, found by a poll",
            operations.changed_project,
        ),
        ("a photo, until it is on the job", operations.photo),
        ("a project, until its job is there", operations.project),
        ("a change of a job", operations.job),
        (
            "a first sync, for each project",
            operations.backfill.project,
        ),
        ("a first sync, for each photo", operations.backfill.photo),
        ("a night, for each project", operations.night.project),
        ("a night, for each photo", operations.night.photo),
        ("an idle day, its night included", operations.day),
    ]
}

fn one(name: &str, used: &Used) {
    println!(
        "{name:<38} {:>9.2} {:>11.2} {:>10.2} {:>10.2} {:>9.1} {:>8.2}",
        used.amount(Item::AwsCall),
        used.amount(Item::SideCall),
        used.amount(Item::ReadUnit),
        used.amount(Item::WriteUnit),
        used.amount(Item::LambdaMs),
        used.dollars() * MILLION,
    );
}

fn sums(operations: &Operations) -> Vec<(&'static str, Used)> {
    vec![
        ("an organization's month, idle", operations.idle_month()),
        (
            "the same, each poll alone in its batch",
            operations.idle_month_alone(),
        ),
        (
            "an organization's month, 2,000 photos",
            operations.busy_month(),
        ),
        (
            "each 1,000 photos from before, a month",
            operations.there(1000.0),
        ),
        ("a million photos, live", operations.live(MILLION)),
        (
            "a million photos, by first syncs",
            operations.synced(MILLION),
        ),
    ]
}

fn sum(name: &str, used: &Used) {
    print!("{name:<46}");
    for service in Service::ALL {
        print!(" {:>10.4}", used.dollars_of(service));
    }
    println!(" {:>10.4}", used.dollars());
}

/// What leaves AWS for One Click: no part of the above.
fn leaves(photos: f64) -> f64 {
    photos * PHOTO_MB * GB_IN_A_MB * prices::TRANSFER_OUT_GB
}

fn assumptions() {
    println!(
        "\nApart from all this: the photos themselves leave AWS for One Click. At {PHOTO_MB} MB each that \
         is {:.2} $ for {PHOTOS} and {:.0} $ for a million, unless One Click is where it costs nothing.",
        leaves(PHOTOS),
        leaves(MILLION)
    );
    println!(
        "\nPrices: us-east-1, arm64, {}, nothing free. Month: {HOURS_A_MONTH} hours; fixed costs borne \
         by {ORGANIZATIONS}.\nTime: {SIDE_MS} ms a call to a side, {DYNAMODB_MS} to DynamoDB, \
         {OTHER_AWS_MS} to SQS, {TURN_MS} a turn, photos at {STREAMED_MB_A_SECOND} MB/s.\nPolls: \
         received by four, of the ten that are sent at once; AWS does not promise that.\nLife: \
         {PHOTOS_A_PROJECT} photos a project, {PHOTOS_A_VISIT} a visit, {CHANGES_OF_A_JOB} changes of each \
         job. No outages, and nobody on the tab.\n",
        prices::AS_OF
    );
}

fn write(each: &[(&str, Used)], sums: &[(&str, Used)], operations: &Operations) {
    let dollars = |(name, used): &(&str, Used)| {
        let services = Service::ALL.map(|service| (service.name(), used.dollars_of(service)));
        let services: serde_json::Map<_, _> = services
            .into_iter()
            .map(|(service, dollars)| (service.to_owned(), json!(dollars)))
            .collect();
        (
            (*name).to_owned(),
            json!({"dollars": used.dollars(), "services": services}),
        )
    };
    let table = |rows: &[(&str, Used)]| Value::Object(rows.iter().map(dollars).collect());
    let fixed: Vec<_> = operations
        .fixed
        .iter()
        .map(|line| (line.what, line.used))
        .collect();
    let report = json!({
        "prices": {"region": "us-east-1", "as_of": prices::AS_OF},
        "each": table(each),
        "fixed_month": table(&fixed),
        "sums": table(sums),
        "leaves_aws": {"million_photos": leaves(MILLION)},
    });
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    std::fs::create_dir_all(&target).unwrap();
    let text = serde_json::to_vec_pretty(&report).unwrap();
    std::fs::write(target.join("cost.json"), text).unwrap();
}
