//! Cutting a handler off at one of its outgoing requests, before or after the request took effect.
//!
//! Requests to AWS are counted and cut by the SDK's HTTP client, those to the simulators by the
//! simulators' own faults. Either way the handler is not told of a failure: its future is dropped at
//! that very request, as if Lambda had ended the process.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use simulator_kit::control::NamedAction;
use simulator_kit::{Action, Controls, FaultRule};

use crate::TestApp;

/// Operations without an effect, which are not counted: a process that ended at one of them leaves
/// nothing else behind than one that ended at the write before it or after it.
const READS: [&str; 4] = ["GetItem", "BatchGetItem", "Query", "GetSecretValue"];

/// On which side of a request's effect the handler is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The request never takes effect.
    Before,
    /// The request takes effect; nobody hears of it.
    After,
}

/// Cuts the requests to AWS that go through the clients it wraps. Clones share what they count.
#[derive(Clone, Default)]
pub struct Scissors(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    writes: Vec<String>,
    at: Option<(usize, Moment)>,
    cut: bool,
}

impl fmt::Debug for Scissors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Scissors")
    }
}

impl Scissors {
    /// The client, with every request of it counted.
    pub fn wrap(&self, client: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Counted {
            scissors: self.clone(),
            inner: client,
        })
    }

    /// Counts from here on, and cuts nothing.
    pub fn watch(&self) {
        *self.lock() = State::default();
    }

    /// Counts from here on, and cuts the request that has this number (0 is the next).
    pub fn arm(&self, number: usize, moment: Moment) {
        *self.lock() = State {
            at: Some((number, moment)),
            ..State::default()
        };
    }

    /// The operations counted since [`Scissors::watch`] or [`Scissors::arm`], such as
    /// `DynamoDB_20120810.PutItem`.
    pub fn writes(&self) -> Vec<String> {
        self.lock().writes.clone()
    }

    /// Counts a request, and says when to cut it, if it is to be.
    fn count(&self, operation: &str) -> Option<Moment> {
        if READS.iter().any(|read| operation.ends_with(read)) {
            return None;
        }
        let mut state = self.lock();
        let number = state.writes.len();
        state.writes.push(operation.to_owned());
        let at = state.at.filter(|(at, _)| *at == number);
        at.map(|(_, moment)| moment)
    }

    fn is_cut(&self) -> bool {
        self.lock().cut
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct Counted {
    scissors: Scissors,
    inner: SharedHttpClient,
}

impl HttpClient for Counted {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(CountedConnector {
            scissors: self.scissors.clone(),
            inner: self.inner.http_connector(settings, components),
        })
    }
}

#[derive(Debug)]
struct CountedConnector {
    scissors: Scissors,
    inner: SharedHttpConnector,
}

impl HttpConnector for CountedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let operation = request.headers().get("x-amz-target").unwrap_or_default();
        let moment = self.scissors.count(operation);
        let Some(moment) = moment else {
            return self.inner.call(request);
        };
        let call = (moment == Moment::After).then(|| self.inner.call(request));
        let scissors = self.scissors.clone();
        HttpConnectorFuture::new(async move {
            if let Some(call) = call {
                // What came of it is never known.
                drop(call.await);
            }
            scissors.lock().cut = true;
            std::future::pending().await
        })
    }
}

impl TestApp {
    /// From here on every call to AWS is counted by these scissors.
    pub fn use_scissors(&mut self, scissors: &Scissors) {
        let client = self.aws.config.http_client().expect("a stand-in").clone();
        let config = self.aws.config.to_builder();
        self.aws.config = config.http_client(scissors.wrap(client)).build();
        self.restart();
    }

    /// Another process takes over: nothing that was kept in memory is left.
    pub fn restart(&mut self) {
        self.app = Arc::new(self.another_process());
    }
}

/// Has the simulator cut its request number `number` (0 is the next).
pub fn arm(controls: &Controls, number: usize, moment: Moment) {
    controls.clear_requests();
    controls.add_fault(FaultRule {
        method: None,
        path: "*".into(),
        skip: u32::try_from(number).expect("a small number"),
        times: Some(1),
        action: Action::Named(match moment {
            Moment::Before => NamedAction::ResetBefore,
            Moment::After => NamedAction::ResetAfter,
        }),
    });
}

/// Runs the handler until it ends, or until it is cut off at a request: then `None`.
///
/// A simulator writes a cut request down before the connection breaks, and all run in this one
/// thread: the handler is dropped before it can see that anything happened.
pub async fn until_cut<T>(
    scissors: &Scissors,
    simulators: &[&Controls],
    handler: impl Future<Output = T>,
) -> Option<T> {
    let is_cut = || {
        scissors.is_cut()
            || simulators.iter().any(|controls| {
                controls
                    .requests()
                    .iter()
                    .any(|request| request.status.is_none())
            })
    };
    let mut handler = pin!(handler);
    poll_fn(|context| {
        if is_cut() {
            return Poll::Ready(None);
        }
        match handler.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if is_cut() => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
