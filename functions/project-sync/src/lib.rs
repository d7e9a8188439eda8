//! SQS: the synchronisation of one organization at a time.
