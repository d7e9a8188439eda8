//! The AWS that the functions see: DynamoDB and Secrets Manager by winterbaume, SQS by ourselves.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};

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

use crate::dynamodb::{DynamoDb, SharedUnits};
use crate::roles::{forbidden, role};
use crate::sqs::{Queue, Sqs};
use crate::units::Units;

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
    /// The role of the function that called, as the template's resource is named; none where a test did.
    pub role: Option<&'static str>,
}

/// What happens to the next so many calls of an action that are like this.
struct Disturbance {
    action: String,
    left: usize,
    like: Box<dyn Fn(&Call) -> bool + Send>,
    /// It takes effect, and its answer is lost; otherwise it is refused.
    lost: bool,
}

impl std::fmt::Debug for Disturbance {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} of {}", self.left, self.action)
    }
}

#[derive(Debug, Default)]
struct Watch {
    calls: Vec<Call>,
    disturbances: Vec<Disturbance>,
    /// The secrets that are being deleted, by name: they are there no more, and not gone yet.
    ending: BTreeSet<String>,
    refusals: BTreeMap<String, usize>,
    panic_at: Option<String>,
    lost_answers: BTreeMap<String, usize>,
    take_turns: bool,
    /// How many batches are left over whole.
    left_over: usize,
    /// While indexes are behind: what each query of one will be answered the next time.
    behind: Option<BTreeMap<String, MockResponse>>,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Aws {
    pub sqs: Sqs,
    /// What clients are made from.
    pub config: SdkConfig,
    watch: Arc<Mutex<Watch>>,
    units: SharedUnits,
}

impl Aws {
    /// Queues, the template's tables, and no secrets.
    pub async fn new() -> Self {
        let watch = Arc::<Mutex<Watch>>::default();
        let sqs = Sqs::default();
        let units = SharedUnits::default();
        let mock = MockAws::builder()
            .with_service(watched(DynamoDb::new(&units), &watch))
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
        Self {
            sqs,
            config,
            watch,
            units,
        }
    }

    /// Counts from here on what calls to DynamoDB are charged for; what was counted before.
    pub async fn count_units(&self) -> Units {
        let counted = self.units.lock().await.replace(Units::default());
        counted.unwrap_or_default()
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

    /// Refuses the next so many calls of an action (`PutItem`, or `PutItem EphemeralTable` where one
    /// table is meant), for good: the SDK does not try again by itself.
    pub fn refuse(&self, action: &str, times: usize) {
        let mut watch = self.watch.lock().expect("no holder panicked");
        watch.refusals.insert(action.to_owned(), times);
    }

    /// Refuses the next so many calls of an action that are like this.
    pub fn refuse_if(
        &self,
        action: &str,
        times: usize,
        like: impl Fn(&Call) -> bool + Send + 'static,
    ) {
        self.disturb(action, times, like, false);
    }

    /// Loses the answers of the next so many calls of an action that are like this.
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

    /// From here on whoever reads or writes something that names this panics.
    pub fn panic_at(&self, text: &str) {
        self.watch.lock().expect("no holder panicked").panic_at = Some(text.to_owned());
    }

    /// Loses the answers of the next so many calls of an action, named as in [`Aws::refuse`]: each
    /// takes effect and is then answered 500, so that the SDK tries again by itself and meets what it
    /// did.
    pub fn lose_answer(&self, action: &str, times: usize) {
        let mut watch = self.watch.lock().expect("no holder panicked");
        watch.lost_answers.insert(action.to_owned(), times);
    }

    /// Leaves all of the next so many batches of reads over, as DynamoDB does where it is throttled.
    pub fn leave_over(&self, times: usize) {
        self.watch.lock().expect("no holder panicked").left_over = times;
    }

    /// From here on, or no longer, a query of an index is answered as it would have been when it was
    /// asked the time before, and the first time as if nothing were there.
    pub fn indexes_are_behind(&self, behind: bool) {
        let mut watch = self.watch.lock().expect("no holder panicked");
        watch.behind = behind.then(BTreeMap::new);
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
        // By name, whether or not serde_json sorts them by itself.
        Typed::M(map) => BTreeMap::from_iter(map)
            .into_iter()
            .map(|(name, value)| (name.clone(), plain(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Typed::L(list) => list.iter().map(plain).collect::<Vec<_>>().into(),
        Typed::Ss(texts) => json!(texts),
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

/// The template, read once.
pub fn template() -> &'static Value {
    static READ: OnceLock<Value> = OnceLock::new();
    READ.get_or_init(|| serde_saphyr::from_str(TEMPLATE).expect("the template is YAML"))
}

async fn create_tables(db: &aws_sdk_dynamodb::Client) {
    let template = template();
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

/// For how long the template's queue hides a message that was received, in seconds.
pub(crate) fn visibility_s(queue: Queue) -> u64 {
    // The default of SQS for the dead letters.
    properties_of(queue).map_or(30, |queue| {
        let seconds = queue["VisibilityTimeout"].as_u64();
        seconds.expect("a number of seconds")
    })
}

/// How often a message of the template's queue is received before it goes to the dead letters.
pub(crate) fn max_receives(queue: Queue) -> u32 {
    properties_of(queue).map_or(u32::MAX, |queue| {
        let most = queue["RedrivePolicy"]["maxReceiveCount"].as_u64();
        most.and_then(|most| u32::try_from(most).ok())
            .expect("a number of receives")
    })
}

/// What the template says of a queue that is no other's dead letters.
fn properties_of(queue: Queue) -> Option<&'static Value> {
    let name = match queue {
        Queue::Sync => "SyncQueue",
        Queue::Retry => "RetryQueue",
        Queue::Photos => "PhotoQueue",
        Queue::Backlog => "PhotoBacklogQueue",
        Queue::SyncDeadLetters | Queue::RetryDeadLetters | Queue::PhotoDeadLetters => return None,
    };
    Some(&template()["Resources"][name]["Properties"])
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

/// Counts down what a test wants to happen to the next such calls; whether it happens to this one.
fn due(counts: &mut BTreeMap<String, usize>, action: &str, body: &Value) -> bool {
    let table = body["TableName"].as_str().unwrap_or_default();
    for name in [format!("{action} {table}"), action.to_owned()] {
        if let Some(left) = counts.get_mut(&name).filter(|left| **left > 0) {
            *left -= 1;
            return true;
        }
    }
    false
}

/// The same of what a test wants to happen to calls like this one: whether its answer is lost, or it is
/// refused.
fn disturbed(disturbances: &mut [Disturbance], call: &Call) -> Option<bool> {
    let one = disturbances
        .iter_mut()
        .find(|one| one.left > 0 && one.action == call.action && (one.like)(call))?;
    one.left -= 1;
    Some(one.lost)
}

/// An answer that is AWS's refusal of that kind.
fn refusal<'a>(
    kind: &str,
    message: &str,
) -> Pin<Box<dyn Future<Output = MockResponse> + Send + 'a>> {
    let body = json!({"__type": kind, "message": message});
    let answer = MockResponse::json(400, body.to_string());
    Box::pin(std::future::ready(answer))
}

/// Writes calls down, refuses those that a test wants refused, and loses the answers that it wants
/// lost.
struct Watched<S> {
    service: S,
    watch: Arc<Mutex<Watch>>,
}

impl<S> Watched<S> {
    /// What the query was answered the time before, while this answer is kept for the next time.
    fn answer_before(&self, query: &Value, answer: MockResponse) -> MockResponse {
        let mut watch = self.watch.lock().expect("no holder panicked");
        let kept = watch.behind.get_or_insert_default();
        let before = kept.insert(query.to_string(), answer);
        before.unwrap_or_else(|| {
            let nothing = json!({"Items": [], "Count": 0, "ScannedCount": 0});
            MockResponse::json(200, nothing.to_string())
        })
    }
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
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let mut call = Call {
            action: action.clone(),
            body: body.clone(),
            at_ms: simulator_kit::clock::now_ms(),
            refused: false,
            role: role(),
        };
        let disturbed = disturbed(&mut watch.disturbances, &call);
        let refused = due(&mut watch.refusals, &action, &body) || disturbed == Some(false);
        let is_lost =
            !refused && (due(&mut watch.lost_answers, &action, &body) || disturbed == Some(true));
        call.refused = refused;
        let ends = body["SecretId"]
            .as_str()
            .is_some_and(|name| watch.ending.contains(name));
        let left_over = action == "BatchGetItem" && watch.left_over > 0;
        let asked = body["RequestItems"].clone();
        watch.calls.push(call);
        if let Some(what) = forbidden(&action, &body) {
            return refusal("AccessDeniedException", &what);
        }
        if ends {
            let message = "You can't perform this operation on the secret because it was marked for deletion.";
            return refusal("InvalidRequestException", message);
        }
        if refused {
            return refusal("AccessDeniedException", "refused by the test");
        }
        let text = String::from_utf8_lossy(&request.body);
        let panics = watch.panic_at.as_ref().is_some_and(|at| text.contains(at));
        let take_turns = watch.take_turns;
        if panics {
            return Box::pin(async { panic!("the test wants it") });
        }
        if left_over {
            watch.left_over -= 1;
            let body = json!({"Responses": {}, "UnprocessedKeys": asked});
            return Box::pin(std::future::ready(MockResponse::json(
                200,
                body.to_string(),
            )));
        }
        let is_behind = watch.behind.is_some() && body["IndexName"].is_string();
        Box::pin(async move {
            if take_turns {
                tokio::task::yield_now().await;
            }
            let answer = self.service.handle(request).await;
            if is_behind {
                return self.answer_before(&body, answer);
            }
            if !is_lost {
                return answer;
            }
            let body = json!({"__type": "InternalServerError", "message": "lost by the test"});
            MockResponse::json(500, body.to_string())
        })
    }
}
