//! What all routes share: the world behind a lock, sessions, settings.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use simulator_kit::{Controls, Demo};

use crate::error::ApiError;
use crate::launch;
use crate::model::User;
use crate::web::DEMO;
use crate::webhooks::Webhooks;
use crate::world::World;

/// The state of the routes.
pub(crate) type Shared = Arc<App>;

pub(crate) struct App {
    world: Mutex<World>,
    sessions: Mutex<HashMap<String, SessionUser>>,
    /// What was done last in a session, until a page has said so.
    notices: Mutex<HashMap<String, &'static str>>,
    integration_url: Mutex<Option<String>>,
    /// Where CompanyCam's projects are, for links to them.
    pub(crate) companycam_url: Option<String>,
    pub(crate) webhooks: Webhooks,
    /// The faults, and what the page of demo controls makes of them.
    pub(crate) demo: Demo,
    pub(crate) api_token: String,
    pub(crate) launch_key: String,
}

/// Who is signed in to the web application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionUser {
    pub(crate) organization_id: String,
    pub(crate) user_id: String,
}

impl App {
    pub(crate) fn new(
        world: World,
        webhooks: Webhooks,
        api_token: String,
        launch_key: String,
        companycam_url: Option<String>,
    ) -> Self {
        Self {
            world: Mutex::new(world),
            sessions: Mutex::default(),
            notices: Mutex::default(),
            integration_url: Mutex::default(),
            companycam_url,
            webhooks,
            demo: Demo::new(Controls::new("/sign_in"), DEMO),
            api_token,
            launch_key,
        }
    }

    /// Looks at the world.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&lock(&self.world))
    }

    /// Changes the world, then sends the events that fired.
    pub(crate) fn change<T>(self: &Arc<Self>, change: impl FnOnce(&mut World) -> T) -> T {
        let mut world = lock(&self.world);
        let result = change(&mut world);
        for event in std::mem::take(&mut world.outbox) {
            let subscribed = world
                .organization(&event.organization_id)
                .is_ok_and(|organization| {
                    let webhook = organization.webhook.as_ref();
                    webhook.is_some_and(|webhook| webhook.events.contains(&event.kind))
                });
            if subscribed {
                // Under the lock, so that events enter the queue in the order they happened.
                self.webhooks.enqueue(self, event);
            }
        }
        result
    }

    /// The integration's address without a trailing slash, once it is known.
    pub(crate) fn integration_url(&self) -> Option<String> {
        lock(&self.integration_url).clone()
    }

    pub(crate) fn set_integration_url(&self, url: Option<&str>) {
        *lock(&self.integration_url) = url.map(|url| url.trim_end_matches('/').to_owned());
    }

    /// Starts a session; the answer is the cookie's value.
    pub(crate) fn sign_in(&self, user: SessionUser) -> String {
        let session = launch::random_id();
        lock(&self.sessions).insert(session.clone(), user);
        session
    }

    pub(crate) fn sign_out(&self, session: &str) {
        lock(&self.sessions).remove(session);
    }

    pub(crate) fn session(&self, session: &str) -> Option<SessionUser> {
        lock(&self.sessions).get(session).cloned()
    }

    pub(crate) fn set_notice(&self, session: &str, notice: &'static str) {
        lock(&self.notices).insert(session.to_owned(), notice);
    }

    pub(crate) fn take_notice(&self, session: &str) -> Option<&'static str> {
        lock(&self.notices).remove(session)
    }

    /// A launch token for a user, valid from now.
    pub(crate) fn launch_claims(
        &self,
        organization_id: &str,
        user_id: &str,
    ) -> Result<launch::Claims, ApiError> {
        self.read(|world| {
            let organization = world.organization(organization_id)?;
            let user: &User = organization
                .user(user_id)
                .ok_or(ApiError::NotFound("User"))?;
            Ok(launch::Claims::for_user(organization, user))
        })
    }
}

/// Locks even after a panic elsewhere: a simulator's data is no less useful for it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
