//! The clients of a function, built once.

use std::collections::HashMap;
use std::sync::atomic::AtomicI64;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use clock::Clock;
use companycam::oauth::OAuth;
use jiff::Timestamp;
use one_click::ids::OrgId;
use store::Store;
use store::ephemeral::CallBudget;

use crate::config::ConfigError;
use crate::queues::Queues;
use crate::tokens::Kept;
use crate::{Config, Deadline, Secrets, WorkError};

/// Everything a handler works with.
#[derive(Debug)]
pub struct App {
    /// What the template said.
    pub config: Config,
    pub store: Store,
    pub queues: Queues,
    pub secrets: Secrets,
    /// What time it is; nothing here asks another clock.
    pub clock: Clock,
    companycam_http: OnceLock<reqwest::Client>,
    one_click_http: OnceLock<reqwest::Client>,
    /// Tokens as this process last saw them, each of one generation of a connection.
    pub(crate) tokens: Mutex<HashMap<OrgId, Kept>>,
    deadline: Mutex<Deadline>,
    /// When this process last wrote down that a photo was copied, in Unix seconds.
    pub copy_noted_at: AtomicI64,
    /// Budgets as this process last wrote them; a conflict tells when they are out of date.
    pub(crate) budgets: Mutex<HashMap<OrgId, CallBudget>>,
    /// GETs of CompanyCam that were counted and not made yet: how many, and when they were counted.
    pub(crate) reserved: Mutex<HashMap<OrgId, (usize, i64)>>,
}

impl App {
    /// Over these AWS clients; the local stack and tests bring their own endpoint or connector.
    pub fn new(config: Config, aws: &SdkConfig) -> Self {
        Self::with_clock(config, aws, Clock::default())
    }

    /// By a clock that a test moves.
    pub fn with_clock(config: Config, aws: &SdkConfig, clock: Clock) -> Self {
        Self {
            store: Store::new(
                &aws_sdk_dynamodb::Client::new(aws),
                config.tables.clone(),
                clock.clone(),
            ),
            queues: Queues::new(aws_sdk_sqs::Client::new(aws), config.queues.clone()),
            secrets: Secrets::new(
                aws_sdk_secretsmanager::Client::new(aws),
                config.secrets_prefix.clone(),
                clock.clone(),
            ),
            clock,
            companycam_http: OnceLock::new(),
            one_click_http: OnceLock::new(),
            tokens: Mutex::default(),
            budgets: Mutex::default(),
            reserved: Mutex::default(),
            deadline: Mutex::default(),
            copy_noted_at: AtomicI64::new(0),
            config,
        }
    }

    /// As a function on Lambda starts.
    pub async fn from_env() -> Result<Self, ConfigError> {
        let config = Config::from_env()?;
        Ok(Self::new(config, &aws_config().await))
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The invocation that begins now ends then; a process has one at a time.
    pub fn begin(&self, deadline: Deadline) {
        *self.deadline.lock().unwrap_or_else(PoisonError::into_inner) = deadline;
    }

    /// When the invocation ends that is under way.
    pub fn deadline(&self) -> Deadline {
        *self.deadline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether something that takes so long can still be done in this invocation.
    pub fn has_time(&self, needed: Duration) -> bool {
        self.deadline().leaves(&self.clock, needed)
    }

    /// `CompanyCam`'s API, without a token yet.
    pub fn companycam_api(&self) -> Result<companycam::Client, WorkError> {
        let http = built_once(&self.companycam_http, companycam::http_client)?;
        Ok(companycam::Client::new(
            http,
            self.config.companycam_api_url.clone(),
        ))
    }

    /// `CompanyCam`'s OAuth.
    pub async fn oauth(&self) -> Result<OAuth, WorkError> {
        let client = self.secrets.companycam_client().await?;
        let redirect_url = url::Url::parse(&self.config.redirect_url()).map_err(|error| {
            WorkError::Permanent(format!("PUBLIC_URL makes no redirect address: {error}"))
        })?;
        let http = built_once(&self.companycam_http, companycam::http_client)?;
        Ok(OAuth::new(
            http,
            self.config.companycam_app_url.clone(),
            client.client_id,
            client.client_secret,
            redirect_url,
        ))
    }

    /// One Click's API.
    pub async fn one_click(&self) -> Result<one_click::Client, WorkError> {
        let access = self.secrets.one_click().await?;
        let http = built_once(&self.one_click_http, one_click::http_client)?;
        Ok(one_click::Client::new(
            http,
            self.config.one_click_api_url.clone(),
            access.api_token,
        ))
    }
}

/// An HTTP client reads the root certificates when it is made: only who needs one makes it, and once.
fn built_once(
    kept: &OnceLock<reqwest::Client>,
    build: impl Fn() -> Result<reqwest::Client, reqwest::Error>,
) -> Result<reqwest::Client, WorkError> {
    if let Some(http) = kept.get() {
        return Ok(http.clone());
    }
    install_tls();
    let http = build()
        .map_err(|error| WorkError::transient(format!("no HTTP client could be made: {error}")))?;
    Ok(kept.get_or_init(|| http).clone())
}

/// The credentials, region and endpoint that Lambda puts into the environment, and nothing else:
/// the SDK's default chain would look for profiles and metadata services first.
pub async fn aws_config() -> SdkConfig {
    use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let region = std::env::var("AWS_REGION").unwrap_or_else(|_| "us-east-1".to_owned());
    // All calls are small, and AWS answers them in milliseconds: one that hangs is better asked again.
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(5))
        .operation_timeout(Duration::from_secs(12))
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .timeout_config(timeouts)
        .credentials_provider(
            aws_config::environment::EnvironmentVariableCredentialsProvider::new(),
        )
        .region(Region::new(region))
        .load()
        .await
}

/// rustls wants to be told which cryptography to use; a second call changes nothing.
pub fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
