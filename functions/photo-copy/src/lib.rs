//! SQS: copies one photo from CompanyCam's CDN to One Click, streaming.
