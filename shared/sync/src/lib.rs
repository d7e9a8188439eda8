//! The synchronisation: pure decisions, and the code that runs their steps.
