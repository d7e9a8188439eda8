//! A simulator of One Click Contractor: API, webhooks and a small web application.
