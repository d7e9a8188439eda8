//! What somebody looks for: an id, a link, or words.

use companycam::ids::{PhotoId, ProjectId};
use one_click::JobId;

/// No id, link or address is longer.
const LONGEST: usize = 300;

/// What was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// Nothing.
    Nothing,
    /// More than anybody would look for.
    TooLong,
    /// A link of either side's web application.
    Link {
        /// To this project.
        project: Option<ProjectId>,
        /// To this photo.
        photo: Option<PhotoId>,
        /// To this job.
        job: Option<JobId>,
    },
    /// A link to something else.
    OtherLink,
    /// One word that may be an id.
    Id(String),
    /// A name or an address.
    Words(String),
}

impl Query {
    /// Reads what was entered.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return Self::Nothing;
        }
        if text.chars().count() > LONGEST {
            return Self::TooLong;
        }
        if text.contains('/') && !text.contains(char::is_whitespace) {
            let link = link(text);
            if link != Self::OtherLink || text.contains("://") {
                return link;
            }
        }
        if ProjectId::parse(text).is_ok() {
            return Self::Id(text.to_owned());
        }
        Self::Words(text.to_owned())
    }
}

/// Whichever host it names: what is found by it is this organization's anyway.
fn link(text: &str) -> Query {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let segments: Vec<_> = path.split('/').collect();
    let after = |name: &str| {
        let pair = segments.windows(2).find(|pair| pair[0] == name)?;
        Some(pair[1])
    };
    let project = after("projects").and_then(|id| ProjectId::parse(id).ok());
    let photo = after("photos").and_then(|id| PhotoId::parse(id).ok());
    let job = after("jobs").and_then(|id| JobId::parse(id).ok());
    if project.is_none() && photo.is_none() && job.is_none() {
        return Query::OtherLink;
    }
    Query::Link {
        project,
        photo,
        job,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(project: Option<&str>, photo: Option<&str>, job: Option<&str>) -> Query {
        Query::Link {
            project: project.map(|id| ProjectId::parse(id).unwrap()),
            photo: photo.map(|id| PhotoId::parse(id).unwrap()),
            job: job.map(|id| JobId::parse(id).unwrap()),
        }
    }

    #[test]
    fn b25_links_of_both_sides_are_read() {
        for (link, asked) in [
            (
                "https://app.companycam.com/projects/94/",
                of(Some("94"), None, None),
            ),
            (
                "https://app.companycam.com/projects/94/photos",
                of(Some("94"), None, None),
            ),
            (
                "https://app.companycam.com/projects/94/photos/7?x=1#y",
                of(Some("94"), Some("7"), None),
            ),
            (
                "https://app.companycam.com/photos/7",
                of(None, Some("7"), None),
            ),
            ("app.companycam.com/photos/7", of(None, Some("7"), None)),
            (
                " https://one-click.example/jobs/job_1/photos ",
                of(None, None, Some("job_1")),
            ),
        ] {
            assert_eq!(Query::parse(link), asked, "{link}");
        }
    }

    #[test]
    fn b25_other_links_are_told_apart_from_words() {
        for link in [
            "https://app.companycam.com/projects",
            "https://x.example/a",
            "https://x.example/projects/%00",
        ] {
            assert_eq!(Query::parse(link), Query::OtherLink, "{link}");
        }
        assert_eq!(Query::parse("12/14"), Query::Words("12/14".into()));
        assert_eq!(
            Query::parse("12/14 Elm St"),
            Query::Words("12/14 Elm St".into())
        );
        assert_eq!(Query::parse(" Larkin "), Query::Id("Larkin".into()));
        assert_eq!(
            Query::parse("Pat Larkin"),
            Query::Words("Pat Larkin".into())
        );
        assert_eq!(Query::parse("  "), Query::Nothing);
        assert_eq!(Query::parse(&"x".repeat(301)), Query::TooLong);
    }
}
