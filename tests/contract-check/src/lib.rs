#![doc = include_str!("../README.md")]

mod answer;
mod asker;
mod assumption;
mod companycam;
mod json;
mod one_click;
mod report;
mod settings;

pub use report::{Line, Report, Side, Verdict};
pub use settings::{CompanyCamSettings, OneClickSettings, Settings, SettingsError};

/// Tries every assumption about both sides. Sends nothing but GET requests, at most 60 to a side,
/// one after another; the two sides are asked side by side.
pub async fn check(settings: &Settings) -> Report {
    let (mut lines, one_click) = futures::join!(
        companycam::check(settings.companycam.as_ref(), settings.timeout),
        one_click::check(settings.one_click.as_ref(), settings.timeout),
    );
    lines.extend(one_click);
    Report { lines }
}
