//! Photos and documents from the CDN.
