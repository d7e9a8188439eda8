//! What AWS charges for what the template uses: list prices of us-east-1, on demand, functions on arm64, in
//! US dollars, without anything that is free for a new account or up to an amount.
//!
//! As published in the middle of 2025, written down without fetching these pages: compare them
//! before you rely on a figure.
//!
//! | Page | Prices |
//! |---|---|
//! | AWS Lambda Pricing (`aws.amazon.com/lambda/pricing`) | [`LAMBDA_REQUEST`], [`LAMBDA_GB_SECOND`] |
//! | Amazon SQS pricing (`aws.amazon.com/sqs/pricing`) | [`SQS_STANDARD_REQUEST`], [`SQS_FIFO_REQUEST`] |
//! | Pricing for on-demand capacity (`aws.amazon.com/dynamodb/pricing/on-demand`), lower since November 2024 | [`DYNAMODB_READ_UNIT`], [`DYNAMODB_WRITE_UNIT`], [`DYNAMODB_GB_MONTH`], [`DYNAMODB_RECOVERY_GB_MONTH`] |
//! | Amazon API Gateway pricing (`aws.amazon.com/api-gateway/pricing`), HTTP APIs | [`API_REQUEST`] |
//! | AWS Secrets Manager Pricing (`aws.amazon.com/secrets-manager/pricing`) | [`SECRET_MONTH`], [`SECRET_CALL`] |
//! | Amazon CloudWatch Pricing (`aws.amazon.com/cloudwatch/pricing`) | [`ALARM_MONTH`], [`LOGS_GB`], [`LOGS_KEPT_GB_MONTH`] |
//! | AWS Key Management Service Pricing (`aws.amazon.com/kms/pricing`) | [`KMS_REQUEST`] |
//! | Amazon EventBridge pricing (`aws.amazon.com/eventbridge/pricing`), Scheduler | [`SCHEDULED_CALL`] |
//! | Amazon EC2 On-Demand Pricing (`aws.amazon.com/ec2/pricing/on-demand`), data transfer, which holds for Lambda too | [`TRANSFER_OUT_GB`] |

/// When these prices were what was published.
pub const AS_OF: &str = "mid-2025";

/// A call of a function.
pub const LAMBDA_REQUEST: f64 = 0.20e-6;
/// A GB of memory for a second, on arm64; rounded up to a millisecond.
pub const LAMBDA_GB_SECOND: f64 = 0.000_013_333_4;

/// A request to a standard queue: any action, each 64 kB of what it brings.
pub const SQS_STANDARD_REQUEST: f64 = 0.40e-6;
/// The same of a FIFO queue.
pub const SQS_FIFO_REQUEST: f64 = 0.50e-6;

/// 4 kB read, or twice that where it need not be what was just written.
pub const DYNAMODB_READ_UNIT: f64 = 0.125e-6;
/// A kB written.
pub const DYNAMODB_WRITE_UNIT: f64 = 0.625e-6;
/// What is kept in tables of the standard class.
pub const DYNAMODB_GB_MONTH: f64 = 0.25;
/// The same, for point-in-time recovery.
pub const DYNAMODB_RECOVERY_GB_MONTH: f64 = 0.20;

/// A request to an HTTP API, each 512 kB of it.
pub const API_REQUEST: f64 = 1.00e-6;

/// A secret for a month.
pub const SECRET_MONTH: f64 = 0.40;
/// A call of Secrets Manager.
pub const SECRET_CALL: f64 = 0.05 / 10_000.0;

/// An alarm of standard resolution over one metric for a month.
pub const ALARM_MONTH: f64 = 0.10;
/// Log lines taken in, of functions and, at the same price, of the API.
pub const LOGS_GB: f64 = 0.50;
/// The same lines kept. They are compressed before; here they are not.
pub const LOGS_KEPT_GB_MONTH: f64 = 0.03;

/// A request to a key that AWS manages, such as that of encrypted tables; the key itself costs nothing.
pub const KMS_REQUEST: f64 = 0.03 / 10_000.0;

/// A call that a schedule makes.
pub const SCHEDULED_CALL: f64 = 1.00e-6;

/// What leaves AWS for the internet, up to 10 TB a month. What comes in costs nothing.
pub const TRANSFER_OUT_GB: f64 = 0.09;
