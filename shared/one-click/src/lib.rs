//! One Click Contractor's API: client, launch tokens and the contract's types.
