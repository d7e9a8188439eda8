#![doc = include_str!("../README.md")]
#![expect(
    clippy::option_option,
    reason = "a field that is absent and one that is null differ, as `fields` explains"
)]

mod api;
mod app;
mod control;
mod earlier;
mod error;
mod fields;
mod launch;
mod model;
mod paging;
mod seed;
mod web;
mod webhooks;
mod world;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use serde_json::Value;
use simulator_kit::{Bound, Controls, Server};

use crate::app::{App, Shared};
use crate::webhooks::Webhooks;
use crate::world::World;
use crate::world::files::Which;

pub use crate::webhooks::Switches;

/// How a simulator starts.
#[derive(Debug, Clone)]
pub struct Options {
    /// The loopback port; 0 takes a free one.
    pub port: u16,
    /// Which made-up jobs the seeded organizations have.
    pub seed: u64,
    /// Whether `org_ridgeline` and `org_harbor` are there.
    pub seeded: bool,
    /// Further organizations.
    pub organizations: Vec<ExtraOrganization>,
    /// The service token that the API accepts.
    pub api_token: String,
    /// The key that launch tokens are signed with.
    pub launch_key: String,
    /// The integration's address, if it is known already.
    pub integration_url: Option<String>,
    /// CompanyCam's web address, for links from a job to its project.
    pub companycam_url: Option<String>,
    /// How long after a failed delivery the next try follows; after the last, the event is given
    /// up. One Click itself waits 5 and then 10 minutes.
    pub webhook_retries: Vec<Duration>,
    /// Whether the hard cases of the demo are there, which otherwise come by a button on the page of
    /// demo controls.
    pub hard_cases: bool,
}

/// An organization with numbered users (`usr_<id>_1` is an administrator) and made-up jobs.
#[derive(Debug, Clone)]
pub struct ExtraOrganization {
    pub id: String,
    pub name: String,
    /// How many users it has.
    pub users: usize,
    /// How many jobs it has.
    pub jobs: usize,
}

impl Default for Options {
    /// The seeded organizations, a free port, random secrets, retries after 1 and 2 seconds.
    fn default() -> Self {
        Self {
            port: 0,
            seed: 1,
            seeded: true,
            organizations: Vec::new(),
            api_token: launch::random_id(),
            launch_key: launch::random_id(),
            integration_url: None,
            companycam_url: None,
            webhook_retries: vec![Duration::from_secs(1), Duration::from_secs(2)],
            hard_cases: false,
        }
    }
}

/// A running simulator. Dropping it ends it.
pub struct Simulator {
    /// `http://127.0.0.1:<port>`: the web application; the API is under `/v1`.
    pub origin: String,
    /// The service token that the API accepts.
    pub api_token: String,
    /// The key that launch tokens are signed with.
    pub launch_key: String,
    app: Shared,
    _server: Server,
}

impl Simulator {
    /// Starts a simulator in the current tokio runtime.
    ///
    /// # Errors
    /// If the port is taken.
    pub async fn spawn(options: Options) -> anyhow::Result<Self> {
        let world = seeded(&options)?;
        let webhooks = Webhooks::new(http_client()?, options.webhook_retries);
        let app = Arc::new(App::new(
            world,
            webhooks,
            options.api_token.clone(),
            options.launch_key.clone(),
            options.companycam_url,
        ));
        app.set_integration_url(options.integration_url.as_deref());

        let router = api::router(&app)
            .merge(control::router())
            .merge(web::router())
            .fallback(web::nothing_here)
            .with_state(Arc::clone(&app))
            .merge(app.demo.routes());
        let bound = Bound::bind(options.port)
            .await
            .with_context(|| format!("Failed to bind the port {}", options.port))?;
        let server = bound.serve(app.demo.controls().wrap(router));
        Ok(Self {
            origin: server.origin.clone(),
            api_token: options.api_token,
            launch_key: options.launch_key,
            app,
            _server: server,
        })
    }

    /// The API's base address, `{origin}/v1` without the version: what `OneClickApiUrl` is.
    pub fn api_url(&self) -> &str {
        &self.origin
    }

    /// Faults and the request log.
    pub fn controls(&self) -> &Controls {
        self.app.demo.controls()
    }

    /// Says where the integration is (its `ApiUrl`).
    pub fn set_integration_url(&self, url: &str) {
        self.app.set_integration_url(Some(url));
    }

    /// Sets what goes wrong with webhook deliveries, and lets held ones go.
    pub fn set_switches(&self, switches: Switches) {
        self.app.webhooks.set_switches(&self.app, switches);
    }

    /// A good launch token, valid for five minutes; `None` if there is no such user.
    pub fn launch_token(&self, organization_id: &str, user_id: &str) -> Option<String> {
        let claims = self.app.launch_claims(organization_id, user_id).ok()?;
        Some(claims.sign(&self.launch_key))
    }

    /// What `GET /_sim/state?org=` answers; `None` if there is no such organization.
    pub fn state(&self, organization_id: &str) -> Option<Value> {
        let look = |world: &World| world.organization(organization_id).ok().map(control::dump);
        self.app.read(look)
    }

    /// Fills an organization with what the earlier integration made of a CompanyCam simulator's projects
    /// over the years: see `POST /_sim/organizations/{org}/earlier_integration`. The jobs' ids.
    pub async fn seed_earlier_integration(
        &self,
        organization_id: &str,
        companycam: &str,
    ) -> anyhow::Result<Vec<String>> {
        earlier::seed(&self.app, organization_id, companycam).await
    }

    /// The bytes of a stored image, deleted or not.
    pub fn image(&self, organization_id: &str, job_id: &str, external_id: &str) -> Option<Vec<u8>> {
        self.app.read(|world| {
            let organization = world.organizations.get(organization_id)?;
            let which = Which::External(external_id.to_owned());
            let image = organization.jobs.get(job_id)?.images.get(&which)?;
            Some(image.data.to_vec())
        })
    }

    /// The bytes of a stored document, deleted or not.
    pub fn document(
        &self,
        organization_id: &str,
        job_id: &str,
        external_id: &str,
    ) -> Option<Vec<u8>> {
        self.app.read(|world| {
            let organization = world.organizations.get(organization_id)?;
            let which = Which::External(external_id.to_owned());
            let document = organization.jobs.get(job_id)?.documents.get(&which)?;
            Some(document.data.to_vec())
        })
    }
}

/// The world that a simulator starts with. What was there before anybody looked is no news.
fn seeded(options: &Options) -> anyhow::Result<World> {
    let mut world = World::default();
    if options.seeded {
        seed::standard(&mut world, options.seed)
            .map_err(|error| anyhow::anyhow!("Failed to seed: {error:?}"))?;
    }
    for extra in &options.organizations {
        seed::add_organization(&mut world, &extra.id, &extra.name, extra.users, extra.jobs)
            .map_err(|error| anyhow::anyhow!("Failed to make {}: {error:?}", extra.id))?;
    }
    if options.hard_cases {
        world
            .add_hard_cases()
            .map_err(|error| anyhow::anyhow!("Failed to add the hard cases: {error:?}"))?;
    }
    world.outbox.clear();
    Ok(world)
}

/// A client that follows no redirects: a webhook's receiver answers for itself.
fn http_client() -> anyhow::Result<reqwest::Client> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Another thread may install one in between, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .context("Failed to build the HTTP client")
}
