//! CompanyCam's Core API v2: client, OAuth, webhook verification, types.
