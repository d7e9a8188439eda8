//! A page that says what went wrong, and what to do next.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::html;
use runtime::{Config, WorkError};

use crate::page;

/// What went wrong.
#[derive(Debug, Clone)]
pub struct ErrorPage {
    /// The answer's status.
    pub status: StatusCode,
    /// The heading.
    pub title: String,
    /// What was wrong and what to do.
    pub text: String,
    /// Where to go on: a link's text and address.
    pub action: Option<(String, String)>,
    /// How to leave everything as it is, where the other changes something.
    pub way_out: Option<Box<(String, String)>>,
}

impl ErrorPage {
    /// A page with this heading and text.
    pub fn new(status: StatusCode, title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            status,
            title: title.into(),
            text: text.into(),
            action: None,
            way_out: None,
        }
    }

    /// With a link to go on.
    #[must_use]
    pub fn with_action(mut self, text: &str, address: impl Into<String>) -> Self {
        self.action = Some((text.to_owned(), address.into()));
        self
    }

    /// With this link that leaves everything as it is.
    #[must_use]
    pub fn with_way_out(mut self, text: &str, address: impl Into<String>) -> Self {
        self.way_out = Some(Box::new((text.to_owned(), address.into())));
        self
    }

    /// With this link to go on, if there is none yet.
    #[must_use]
    pub fn with_default_action(mut self, text: &str, address: impl Into<String>) -> Self {
        self.action
            .get_or_insert_with(|| (text.to_owned(), address.into()));
        self
    }

    /// With a link back to One Click.
    #[must_use]
    pub fn back_to_one_click(self, config: &Config) -> Self {
        self.with_action("Back to One Click", config.integrations_url())
    }

    /// Something that we need did not answer.
    pub fn unavailable(error: &WorkError) -> Self {
        // The cause is for the log; what it names means nothing to an administrator.
        tracing::warn!(cause = %error, "a page could not be answered");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "Not available at the moment",
            "Something this page needs did not answer. Try again in a minute.",
        )
    }

    /// With what it means here that something did not answer, if that is the problem.
    #[must_use]
    pub fn if_unavailable(mut self, text: &str) -> Self {
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            text.clone_into(&mut self.text);
        }
        self
    }

    /// The page, in our frame.
    pub fn into_page(self, config: &Config) -> Response {
        let body = html! {
            section.card role="alert" {
                h1 { (self.title) }
                p { (self.text) }
                @if let Some((text, address)) = &self.action {
                    p { a.button href=(address) { (text) } }
                }
                @if let Some((text, address)) = self.way_out.as_deref() { p { a href=(address) { (text) } } }
            }
        };
        (self.status, page::frame(config, &self.title, &body)).into_response()
    }
}

impl From<WorkError> for ErrorPage {
    fn from(error: WorkError) -> Self {
        Self::unavailable(&error)
    }
}

impl From<store::Error> for ErrorPage {
    fn from(error: store::Error) -> Self {
        Self::unavailable(&error.into())
    }
}
