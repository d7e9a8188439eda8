//! What the tab shows of the activity log, and what is looked for: kept in its address.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use maud::{Markup, html};
use runtime::Config;
use serde::Deserialize;
use store::activity::{Filter, Kind, Outcome};
use url::form_urlencoded::Serializer;

use crate::notice::Notice;

/// The kinds in the filter: the parameter's value, and its text.
pub const KINDS: [(&str, Kind, &str); 7] = [
    ("project", Kind::Project, "Projects and jobs"),
    ("photo", Kind::Photo, "Photos"),
    ("document", Kind::Document, "Documents"),
    ("sync", Kind::Sync, "Syncs"),
    ("user", Kind::User, "Users"),
    ("preferences", Kind::Preferences, "Preferences"),
    ("connection", Kind::Connection, "Connection"),
];
/// The outcomes in the filter, and what the log calls them.
pub const OUTCOMES: [(&str, Outcome, &str); 6] = [
    ("failed", Outcome::Failed, "Failed"),
    ("skipped", Outcome::Skipped, "Skipped"),
    ("created", Outcome::Created, "Created"),
    ("updated", Outcome::Updated, "Updated"),
    ("copied", Outcome::Copied, "Copied"),
    ("removed", Outcome::Removed, "Removed"),
];
/// Seconds of a day.
const DAY_S: i64 = 24 * 60 * 60;
/// No entry's key is longer.
const LONGEST_KEY: usize = 64;

/// The parameters, as they came. What makes no sense counts as not given.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct View {
    kind: Option<String>,
    outcome: Option<String>,
    before: Option<String>,
    find: Option<String>,
    /// Words that entries have to hold.
    words: Option<String>,
    /// Who did it.
    by: Option<String>,
    /// The first day, and the last, as `2026-11-28` in UTC.
    from: Option<String>,
    until: Option<String>,
}

/// Words and names that are looked for are no longer.
const LONGEST_WORDS: usize = 200;

impl View {
    /// Which entries of the log.
    pub fn filter(&self) -> Filter {
        let kind = KINDS
            .iter()
            .find(|(code, ..)| Some(*code) == self.kind.as_deref());
        let outcome = OUTCOMES
            .iter()
            .find(|(code, ..)| Some(*code) == self.outcome.as_deref());
        let text = |text: &Option<String>| {
            let text = text
                .as_deref()
                .map(str::trim)
                .filter(|text| !text.is_empty());
            text.map(|text| text.chars().take(LONGEST_WORDS).collect::<String>())
        };
        let day = |day: &Option<String>, more: i64| {
            let day: Date = day.as_deref()?.trim().parse().ok()?;
            let midnight = TimeZone::UTC.to_timestamp(day.to_datetime(Time::midnight()));
            Some(midnight.ok()?.as_second() + more * DAY_S)
        };
        Filter {
            kind: kind.map(|(_, kind, _)| *kind),
            outcome: outcome.map(|(_, outcome, _)| *outcome),
            words: text(&self.words),
            by: text(&self.by),
            from: day(&self.from, 0),
            // The last day is in it.
            until: day(&self.until, 1),
            ..Filter::default()
        }
    }

    /// What a field of the filter says, to be shown in it again.
    pub fn field(&self, name: &str) -> &str {
        let field = match name {
            "words" => &self.words,
            "by" => &self.by,
            "from" => &self.from,
            _ => &self.until,
        };
        field.as_deref().unwrap_or_default()
    }

    /// The address of these entries as CSV.
    pub fn csv(&self, config: &Config) -> String {
        let mut query = Serializer::new(String::new());
        for (name, value) in self
            .without_find()
            .parameters()
            .filter(|(name, _)| *name != "before")
        {
            query.append_pair(name, value);
        }
        format!("{}/activity.csv?{}", config.settings_url(), query.finish())
    }

    /// Only entries older than this one.
    pub fn before(&self) -> Option<&str> {
        self.before.as_deref().filter(|key| is_key(key))
    }

    /// What is looked for, if the field was sent at all.
    pub fn find(&self) -> Option<&str> {
        self.find.as_deref()
    }

    /// The same filter, from this entry on.
    pub fn older_than(&self, key: Option<&str>) -> Self {
        Self {
            before: key.map(str::to_owned),
            ..self.clone()
        }
    }

    /// The same without what is looked for.
    pub fn without_find(&self) -> Self {
        Self {
            find: None,
            ..self.clone()
        }
    }

    /// Where the log is with this view, also if that is all of it.
    pub fn place(&self, app: &runtime::App) -> String {
        let address = self.address(&app.config, None);
        if address.contains('#') {
            address
        } else {
            format!("{address}#activity")
        }
    }

    /// The tab's address with this view.
    pub fn address(&self, config: &Config, notice: Option<Notice>) -> String {
        let mut query = Serializer::new(String::new());
        if let Some(notice) = notice {
            query.append_pair("notice", notice.code());
        }
        for (name, value) in self.parameters() {
            query.append_pair(name, value);
        }
        let query = query.finish();
        let url = config.settings_url();
        let place = if self.find.is_some() {
            "#find"
        } else if self.parameters().next().is_some() {
            "#activity"
        } else {
            ""
        };
        if query.is_empty() {
            format!("{url}{place}")
        } else {
            format!("{url}?{query}{place}")
        }
    }

    /// For forms that come back to this view.
    pub fn hidden(&self) -> Markup {
        html! {
            @for (name, value) in self.parameters() { input type="hidden" name=(name) value=(value); }
        }
    }

    fn parameters(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let fields = [
            ("kind", &self.kind),
            ("outcome", &self.outcome),
            ("before", &self.before),
            ("find", &self.find),
            ("words", &self.words),
            ("by", &self.by),
            ("from", &self.from),
            ("until", &self.until),
        ];
        fields
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
            .filter(|(name, value)| *name == "find" || !value.is_empty())
    }
}

/// Whether this may be the key of an entry: letters, digits and hyphens.
pub fn is_key(text: &str) -> bool {
    (1..=LONGEST_KEY).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
