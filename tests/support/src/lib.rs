//! The application in process: simulators, stand-ins for AWS, and helpers for tests.
