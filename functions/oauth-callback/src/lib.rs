//! HTTP: connect an organization to CompanyCam (connect and callback).
