//! The whole story against the deployed stack: the demo's walk and its tests.
