//! The AWS that the functions see: DynamoDB and Secrets Manager by winterbaume, SQS by ourselves.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};
use serde_json::{Value, json};
use store::TableNames;
use winterbaume_core::{MockAws, MockRequest, MockResponse, MockService};
use winterbaume_secretsmanager::SecretsManagerService;

use crate::dynamodb::DynamoDb;
use crate::sqs::Sqs;

/// The template, where the tables' keys and indexes come from.
const TEMPLATE: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../infra/template.yaml"
));

/// A call to AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Such as `PutSecretValue`.
    pub action: String,
    /// The request's JSON.
    pub body: Value,
    /// When it arrived, Unix milliseconds.
    pub at_ms: u64,
    /// Whether it was refused, see [`Aws::refuse`].
    pub refused: bool,
}

/// What happens to the next so many calls of an action that are like this.
struct Disturbance {
    action: String,
    left: usize,
    like: Box<dyn Fn(&Call) -> bool + Send>,
    lost: bool,
}

#[derive(Default)]
struct Watch {
    calls: Vec<Call>,
    disturbances: Vec<Disturbance>,
    /// The secrets that are being deleted, by name: they are there no more, and not gone yet.
    ending: BTreeSet<String>,
    take_turns: bool,
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Watch")
    }
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Aws {
    /// The queues.
    pub sqs: Sqs,
    /// What clients are made from.
    pub config: SdkConfig,
    watch: Arc<Mutex<Watch>>,
}

impl Aws {
    /// Queues, the template's tables, and no secrets.
    pub async fn new() -> Self {
        let watch = Arc::<Mutex<Watch>>::default();
        let sqs = Sqs::default();
        let mock = MockAws::builder()
            .with_service(watched(DynamoDb::new(), &watch))
            .with_service(watched(SecretsManagerService::new(), &watch))
            .with_service(watched(sqs.clone(), &watch))
            .build();
        // Not the default chain: it would look at the environment and at profiles of whoever runs this.
        let credentials = Credentials::from_keys("test", "test", None);
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(mock.http_client())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .region(Region::new("us-east-1"))
            .build();
        create_tables(&aws_sdk_dynamodb::Client::new(&config)).await;
        Self { sqs, config, watch }
    }

    /// Keeps a secret.
    pub async fn put_secret(&self, name: &str, value: &Value) {
        let secrets = aws_sdk_secretsmanager::Client::new(&self.config);
        let create = secrets.create_secret().name(name);
        let created = create.secret_string(value.to_string()).send().await;
        created.expect("a secret is kept");
    }

    /// Every item of a table (`OrganizationsTable`, …), as the plain JSON that it holds.
    pub async fn items(&self, table: &str) -> Vec<Value> {
        let db = aws_sdk_dynamodb::Client::new(&self.config);
        let answer = db.scan().table_name(table).send().await;
        let items = answer.expect("a table is read").items.unwrap_or_default();
        items
            .into_iter()
            .map(|item| plain(&aws_sdk_dynamodb::types::AttributeValue::M(item)))
            .collect()
    }

    /// Refuses the next so many calls of an action, for good: the SDK does not try again by itself.
    pub fn refuse(&self, action: &str, times: usize) {
        self.refuse_if(action, times, |_| true);
    }

    /// The same of those calls that are like this.
    pub fn refuse_if(
        &self,
        action: &str,
        times: usize,
        like: impl Fn(&Call) -> bool + Send + 'static,
    ) {
        self.disturb(action, times, like, false);
    }

    /// The next so many calls of an action that are like this take effect and are answered 500, so that
    /// the SDK makes them again.
    pub fn lose_answer_if(
        &self,
        action: &str,
        times: usize,
        like: impl Fn(&Call) -> bool + Send + 'static,
    ) {
        self.disturb(action, times, like, true);
    }

    fn disturb(
        &self,
        action: &str,
        left: usize,
        like: impl Fn(&Call) -> bool + Send + 'static,
        lost: bool,
    ) {
        let mut watch = self.watch.lock().expect("no holder panicked");
        // The last word on an action counts.
        watch
            .disturbances
            .retain(|one| one.action != action || one.lost != lost);
        watch.disturbances.push(Disturbance {
            action: action.to_owned(),
            left,
            like: Box::new(like),
            lost,
        });
    }

    /// As Secrets Manager is for some time after it was told to delete this secret.
    pub fn secret_is_ending(&self, name: &str) {
        let mut watch = self.watch.lock().expect("no holder panicked");
        watch.ending.insert(name.to_owned());
    }

    /// From here on handlers that run at once take turns with every call, as they do over a network.
    pub fn take_turns(&self) {
        self.watch.lock().expect("no holder panicked").take_turns = true;
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.watch.lock().expect("no holder panicked").calls.clone()
    }

    /// How often an action was called.
    pub fn count(&self, action: &str) -> usize {
        let calls = self.calls();
        calls.iter().filter(|call| call.action == action).count()
    }
}

fn plain(value: &aws_sdk_dynamodb::types::AttributeValue) -> Value {
    use aws_sdk_dynamodb::types::AttributeValue as Typed;
    match value {
        Typed::S(text) => json!(text),
        Typed::N(number) => serde_json::from_str(number).expect("a number"),
        Typed::Bool(bool) => json!(bool),
        Typed::M(map) => map
            .iter()
            .map(|(name, value)| (name.clone(), plain(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Typed::L(list) => list.iter().map(plain).collect::<Vec<_>>().into(),
        _ => Value::Null,
    }
}

/// The names that the tables have here: those of the template's resources.
pub(crate) fn table_names() -> TableNames {
    TableNames {
        organizations: "OrganizationsTable".to_owned(),
        user_matches: "UserMatchesTable".to_owned(),
        project_links: "ProjectLinksTable".to_owned(),
        photos: "PhotosTable".to_owned(),
        activity: "ActivityTable".to_owned(),
        ephemeral: "EphemeralTable".to_owned(),
    }
}

async fn create_tables(db: &aws_sdk_dynamodb::Client) {
    let template: Value = serde_saphyr::from_str(TEMPLATE).expect("the template is YAML");
    let resources = template["Resources"].as_object().expect("resources");
    let tables = resources
        .iter()
        .filter(|(_, resource)| resource["Type"] == "AWS::DynamoDB::Table");
    for (name, table) in tables {
        let properties = &table["Properties"];
        let definitions = list(properties, "AttributeDefinitions").map(|attribute| {
            AttributeDefinition::builder()
                .attribute_name(text(attribute, "AttributeName"))
                .attribute_type(ScalarAttributeType::from(text(attribute, "AttributeType")))
                .build()
                .expect("complete")
        });
        let indexes: Vec<_> = list(properties, "GlobalSecondaryIndexes")
            .map(|index| {
                let kind = ProjectionType::from(text(&index["Projection"], "ProjectionType"));
                GlobalSecondaryIndex::builder()
                    .index_name(text(index, "IndexName"))
                    .set_key_schema(Some(key_schema(index)))
                    .projection(Projection::builder().projection_type(kind).build())
                    .build()
                    .expect("complete")
            })
            .collect();
        let create = db
            .create_table()
            .table_name(name)
            .billing_mode(BillingMode::PayPerRequest)
            .set_attribute_definitions(Some(definitions.collect()))
            .set_key_schema(Some(key_schema(properties)))
            .set_global_secondary_indexes(Some(indexes).filter(|indexes| !indexes.is_empty()));
        create.send().await.expect("a table is made");
    }
}

fn key_schema(of: &Value) -> Vec<KeySchemaElement> {
    list(of, "KeySchema")
        .map(|key| {
            KeySchemaElement::builder()
                .attribute_name(text(key, "AttributeName"))
                .key_type(KeyType::from(text(key, "KeyType")))
                .build()
                .expect("complete")
        })
        .collect()
}

fn list<'a>(of: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    of[name].as_array().into_iter().flatten()
}

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().expect("a text")
}

/// `SendMessageBatch` of `X-Amz-Target: AmazonSQS.SendMessageBatch`.
pub(crate) fn action(request: &MockRequest) -> String {
    let target = request.headers.get("x-amz-target");
    let target = target.and_then(|value| value.to_str().ok());
    let action = target.and_then(|target| target.rsplit('.').next());
    action.unwrap_or_default().to_owned()
}

fn watched<S: MockService>(service: S, watch: &Arc<Mutex<Watch>>) -> Watched<S> {
    Watched {
        service,
        watch: Arc::clone(watch),
    }
}

/// Writes calls down, and refuses those that a test wants refused.
struct Watched<S> {
    service: S,
    watch: Arc<Mutex<Watch>>,
}

impl<S: MockService> MockService for Watched<S> {
    fn service_name(&self) -> &str {
        self.service.service_name()
    }

    fn url_patterns(&self) -> Vec<&str> {
        self.service.url_patterns()
    }

    fn handle(
        &self,
        request: MockRequest,
    ) -> Pin<Box<dyn Future<Output = MockResponse> + Send + '_>> {
        let action = action(&request);
        let mut watch = self.watch.lock().expect("no holder panicked");
        let mut call = Call {
            action,
            body: serde_json::from_slice(&request.body).unwrap_or_default(),
            at_ms: simulator_kit::clock::now_ms(),
            refused: false,
        };
        let disturbance = watch
            .disturbances
            .iter_mut()
            .find(|one| one.left > 0 && one.action == call.action && (one.like)(&call));
        let lost = disturbance.map(|one| {
            one.left -= 1;
            one.lost
        });
        call.refused = lost == Some(false);
        let ends = call.body["SecretId"]
            .as_str()
            .is_some_and(|name| watch.ending.contains(name));
        let refused = call.refused;
        watch.calls.push(call);
        let error = |status, kind: &str, message: &str| {
            let body = json!({"__type": kind, "message": message});
            MockResponse::json(status, body.to_string())
        };
        if refused {
            let refusal = error(400, "AccessDeniedException", "refused by the test");
            return Box::pin(std::future::ready(refusal));
        }
        if ends {
            let message = "You can't perform this operation on the secret because it was marked for deletion.";
            let refusal = error(400, "InvalidRequestException", message);
            return Box::pin(std::future::ready(refusal));
        }
        if lost == Some(true) {
            let answer = error(500, "InternalServerError", "the answer was lost");
            return Box::pin(async move {
                drop(self.service.handle(request).await);
                answer
            });
        }
        if !watch.take_turns {
            return self.service.handle(request);
        }
        Box::pin(async move {
            tokio::task::yield_now().await;
            self.service.handle(request).await
        })
    }
}
