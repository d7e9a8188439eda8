//! What AWS charges for, as amounts: they are added up and multiplied, and priced in the end.

use std::ops::{Add, Mul, Sub};

use test_support::prices;

/// Something that is charged for, or, without a price, that people ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    AwsCall,
    SideCall,
    LambdaMs,
    LambdaCall,
    LambdaGbSecond,
    StandardRequest,
    FifoRequest,
    ReadUnit,
    WriteUnit,
    KeptGbMonth,
    KmsRequest,
    ApiRequest,
    LogsGb,
    SecretMonth,
    SecretCall,
    AlarmMonth,
    ScheduledCall,
}

impl Item {
    pub const ALL: [Self; 17] = [
        Self::AwsCall,
        Self::SideCall,
        Self::LambdaMs,
        Self::LambdaCall,
        Self::LambdaGbSecond,
        Self::StandardRequest,
        Self::FifoRequest,
        Self::ReadUnit,
        Self::WriteUnit,
        Self::KeptGbMonth,
        Self::KmsRequest,
        Self::ApiRequest,
        Self::LogsGb,
        Self::SecretMonth,
        Self::SecretCall,
        Self::AlarmMonth,
        Self::ScheduledCall,
    ];

    fn price(self) -> f64 {
        match self {
            Self::AwsCall | Self::SideCall | Self::LambdaMs => 0.0,
            Self::LambdaCall => prices::LAMBDA_REQUEST,
            Self::LambdaGbSecond => prices::LAMBDA_GB_SECOND,
            Self::StandardRequest => prices::SQS_STANDARD_REQUEST,
            Self::FifoRequest => prices::SQS_FIFO_REQUEST,
            Self::ReadUnit => prices::DYNAMODB_READ_UNIT,
            Self::WriteUnit => prices::DYNAMODB_WRITE_UNIT,
            Self::KeptGbMonth => prices::DYNAMODB_GB_MONTH + prices::DYNAMODB_RECOVERY_GB_MONTH,
            Self::KmsRequest => prices::KMS_REQUEST,
            Self::ApiRequest => prices::API_REQUEST,
            // The template keeps them for 30 days.
            Self::LogsGb => prices::LOGS_GB + prices::LOGS_KEPT_GB_MONTH,
            Self::SecretMonth => prices::SECRET_MONTH,
            Self::SecretCall => prices::SECRET_CALL,
            Self::AlarmMonth => prices::ALARM_MONTH,
            Self::ScheduledCall => prices::SCHEDULED_CALL,
        }
    }

    /// Whose bill it is on.
    fn service(self) -> Option<Service> {
        Some(match self {
            Self::AwsCall | Self::SideCall | Self::LambdaMs => return None,
            Self::LambdaCall | Self::LambdaGbSecond => Service::Lambda,
            Self::StandardRequest | Self::FifoRequest => Service::Sqs,
            Self::ReadUnit | Self::WriteUnit | Self::KeptGbMonth | Self::KmsRequest => {
                Service::DynamoDb
            }
            Self::ApiRequest => Service::ApiGateway,
            Self::LogsGb | Self::AlarmMonth => Service::CloudWatch,
            Self::SecretMonth | Self::SecretCall => Service::SecretsManager,
            Self::ScheduledCall => Service::Scheduler,
        })
    }
}

/// A line of the bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    Lambda,
    Sqs,
    DynamoDb,
    ApiGateway,
    CloudWatch,
    SecretsManager,
    Scheduler,
}

impl Service {
    pub const ALL: [Self; 7] = [
        Self::Lambda,
        Self::Sqs,
        Self::DynamoDb,
        Self::ApiGateway,
        Self::CloudWatch,
        Self::SecretsManager,
        Self::Scheduler,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Lambda => "Lambda",
            Self::Sqs => "SQS",
            Self::DynamoDb => "DynamoDB",
            Self::ApiGateway => "API",
            Self::CloudWatch => "CloudWatch",
            Self::SecretsManager => "Secrets",
            Self::Scheduler => "Scheduler",
        }
    }
}

/// How much of each.
#[derive(Debug, Clone, Copy, Default)]
pub struct Used([f64; Item::ALL.len()]);

impl Used {
    pub fn of(item: Item, amount: f64) -> Self {
        let mut used = Self::default();
        used.0[item as usize] = amount;
        used
    }

    pub fn amount(&self, item: Item) -> f64 {
        self.0[item as usize]
    }

    /// What a service charges for it.
    pub fn dollars_of(&self, service: Service) -> f64 {
        let items = Item::ALL.into_iter();
        let its = items.filter(|item| item.service() == Some(service));
        its.map(|item| self.amount(item) * item.price()).sum()
    }

    pub fn dollars(&self) -> f64 {
        let services = Service::ALL.into_iter();
        services.map(|service| self.dollars_of(service)).sum()
    }
}

impl Add for Used {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] + other.0[at]))
    }
}

impl Sub for Used {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + other * -1.0
    }
}

impl Mul<f64> for Used {
    type Output = Self;

    fn mul(self, times: f64) -> Self {
        Self(self.0.map(|amount| amount * times))
    }
}

impl std::iter::Sum for Used {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}
