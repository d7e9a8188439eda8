//! What the integration remembers: one module for each DynamoDB table.
