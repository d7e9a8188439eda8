//! Whom to ask, from the environment: the variables of `make local-up`, and two more.

use std::time::Duration;

use reqwest::header::HeaderValue;
use url::Url;

/// Long enough for a page of 100, short enough to notice silence.
const TIMEOUT: Duration = Duration::from_secs(8);

/// A variable's name, and what it is.
type Variable = (&'static str, &'static str);

const COMPANYCAM: [Variable; 4] = [
    (
        "COMPANYCAM_API_URL",
        "base address of CompanyCam's API, such as https://api.companycam.com/v2",
    ),
    (
        "COMPANYCAM_APP_URL",
        "address of CompanyCam's web application",
    ),
    (
        "PHOTO_HOSTS",
        "comma-separated origins that photos may come from, such as https://*.companycam.com",
    ),
    (
        "COMPANYCAM_TOKEN",
        "a personal access token of the company to look at",
    ),
];

const ONE_CLICK: [Variable; 4] = [
    (
        "ONE_CLICK_API_URL",
        "base address of One Click's API, without the /v1",
    ),
    (
        "ONE_CLICK_APP_URL",
        "address of One Click's web application",
    ),
    ("ONE_CLICK_API_TOKEN", "service token for One Click's API"),
    (
        "ONE_CLICK_ORGANIZATION",
        "id of the organization to look at",
    ),
];

/// What to ask, and how long to wait for each answer.
pub struct Settings {
    /// Without it CompanyCam is not asked.
    pub companycam: Option<CompanyCamSettings>,
    /// Without it One Click is not asked.
    pub one_click: Option<OneClickSettings>,
    /// How long a whole answer may take.
    pub timeout: Duration,
}

/// Where CompanyCam is.
pub struct CompanyCamSettings {
    /// Such as `https://api.companycam.com/v2`.
    pub api: Url,
    /// The web application, which OAuth belongs to.
    pub app: Url,
    /// Origins that photos may come from, separated by commas.
    pub photo_hosts: String,
    /// `Bearer …`, marked as sensitive.
    pub authorization: HeaderValue,
}

/// Where One Click is.
pub struct OneClickSettings {
    /// Without the `/v1`.
    pub api: Url,
    /// The web application.
    pub app: Url,
    /// Whose jobs are looked at.
    pub organization: String,
    /// `Bearer …`, marked as sensitive.
    pub authorization: HeaderValue,
}

/// The environment does not say whom to ask.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Variables that are not set.
    #[error("Set these environment variables (all of one side, or of both):\n{0}")]
    Missing(String),
    /// A variable that holds something else than it should.
    #[error("{name} is no {what}.")]
    Wrong {
        /// The variable.
        name: &'static str,
        /// What it should be.
        what: &'static str,
    },
}

impl Settings {
    /// Reads the variables. A side of which none is set is not asked; one of which some are set lacks
    /// the others.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let lacking = |side: &[Variable]| -> Vec<String> {
            side.iter()
                .filter(|(name, _)| set(name).is_none())
                .map(|(name, about)| format!("  {name}: {about}"))
                .collect()
        };
        let (companycam, one_click) = (lacking(&COMPANYCAM), lacking(&ONE_CLICK));
        let absent = |side: &[Variable], lacks: &[String]| lacks.len() == side.len();
        let (no_companycam, no_one_click) = (
            absent(&COMPANYCAM, &companycam),
            absent(&ONE_CLICK, &one_click),
        );
        let mut missing = Vec::new();
        if !no_companycam || no_one_click {
            missing.extend(companycam);
        }
        if !no_one_click || no_companycam {
            missing.extend(one_click);
        }
        if !missing.is_empty() {
            return Err(SettingsError::Missing(missing.join("\n")));
        }
        let text = |name: &str| set(name).unwrap_or_default().trim().to_owned();
        Ok(Self {
            companycam: (!no_companycam)
                .then(|| companycam_settings(&text))
                .transpose()?,
            one_click: (!no_one_click)
                .then(|| one_click_settings(&text))
                .transpose()?,
            timeout: TIMEOUT,
        })
    }
}

fn companycam_settings(
    text: &impl Fn(&str) -> String,
) -> Result<CompanyCamSettings, SettingsError> {
    Ok(CompanyCamSettings {
        api: address("COMPANYCAM_API_URL", text)?,
        app: address("COMPANYCAM_APP_URL", text)?,
        photo_hosts: text("PHOTO_HOSTS"),
        authorization: authorization("COMPANYCAM_TOKEN", text)?,
    })
}

fn one_click_settings(text: &impl Fn(&str) -> String) -> Result<OneClickSettings, SettingsError> {
    Ok(OneClickSettings {
        api: address("ONE_CLICK_API_URL", text)?,
        app: address("ONE_CLICK_APP_URL", text)?,
        organization: text("ONE_CLICK_ORGANIZATION"),
        authorization: authorization("ONE_CLICK_API_TOKEN", text)?,
    })
}

fn address(name: &'static str, text: &impl Fn(&str) -> String) -> Result<Url, SettingsError> {
    Url::parse(&text(name))
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or(SettingsError::Wrong {
            name,
            what: "web address",
        })
}

fn authorization(
    name: &'static str,
    text: &impl Fn(&str) -> String,
) -> Result<HeaderValue, SettingsError> {
    let header = HeaderValue::try_from(format!("Bearer {}", text(name)));
    let mut header = header.map_err(|_| SettingsError::Wrong {
        name,
        what: "token that a header can carry",
    })?;
    header.set_sensitive(true);
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[(&str, &str)]) -> Result<Settings, String> {
        let value = |name: &str| {
            let found = given.iter().find(|(given, _)| *given == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Settings::read(value).map_err(|error| error.to_string())
    }

    const COMPLETE: [(&str, &str); 4] = [
        ("COMPANYCAM_API_URL", "https://api.companycam.example/v2"),
        ("COMPANYCAM_APP_URL", "https://app.companycam.example"),
        ("PHOTO_HOSTS", "https://*.companycam.example"),
        ("COMPANYCAM_TOKEN", "secret"),
    ];

    #[test]
    fn without_any_variable_all_are_named() {
        let error = read(&[]).err().unwrap();
        for (name, _) in COMPANYCAM.iter().chain(&ONE_CLICK) {
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn one_side_alone_is_enough() {
        let settings = read(&COMPLETE).unwrap();
        assert!(settings.companycam.is_some() && settings.one_click.is_none());
    }

    #[test]
    fn a_side_that_is_named_in_part_lacks_the_rest() {
        let begun = [&COMPLETE[..], &[("ONE_CLICK_API_TOKEN", "secret")]].concat();
        let error = read(&begun).err().unwrap();
        assert!(error.contains("ONE_CLICK_ORGANIZATION") && error.contains("ONE_CLICK_APP_URL"));
        assert!(!error.contains("COMPANYCAM_API_URL") && !error.contains("secret"));
        assert!(!error.contains("  ONE_CLICK_API_TOKEN"), "{error}");
    }

    #[test]
    fn what_is_no_address_or_no_token_is_named_and_not_shown() {
        let wrong = |name: &str, value: &str| {
            let mut given = COMPLETE.to_vec();
            given.retain(|(known, _)| *known != name);
            given.push((name, value));
            read(&given).err().unwrap()
        };
        let error = wrong("COMPANYCAM_TOKEN", "two\nlines");
        assert!(error.contains("COMPANYCAM_TOKEN") && !error.contains("lines"));
        assert!(wrong("COMPANYCAM_APP_URL", "companycam").contains("COMPANYCAM_APP_URL"));
    }
}
