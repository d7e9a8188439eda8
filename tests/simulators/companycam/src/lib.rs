//! A simulator of CompanyCam: API, OAuth, CDN, webhooks and a small web application.
