//! Calls to `CompanyCam` for one organization: paced, with a token that works.

use std::time::Duration;

use companycam::{AccessToken, Api};
use model::organization::Organization;
use model::pause::Side;
use one_click::ids::OrgId;
use secrecy::SecretString;
use store::ephemeral::CallBudget;

use crate::pacing::{Call, Lane, spend};
use crate::{App, WorkError};

/// How often a budget is tried to be written before others' writing is too much.
const BUDGET_TRIES: usize = 8;
/// What was reserved and is not asked within so many seconds is counted anew.
const RESERVED_S: i64 = 10;
/// For how long `CompanyCam` refuses fresh tokens before that is taken for its word.
const REFUSED_FOR_S: i64 = 60 * 60;

/// `CompanyCam` as one organization sees it.
#[derive(Debug, Clone, Copy)]
pub struct PacedCompanyCam<'a> {
    app: &'a App,
    organization: &'a Organization,
    lane: Lane,
    paused: bool,
    patience: Option<Duration>,
}

impl App {
    /// `CompanyCam` for the connection that this row describes, and for no other of the organization.
    pub fn companycam<'a>(
        &'a self,
        organization: &'a Organization,
        lane: Lane,
    ) -> PacedCompanyCam<'a> {
        PacedCompanyCam {
            app: self,
            organization,
            lane,
            paused: false,
            patience: None,
        }
    }
}

impl PacedCompanyCam<'_> {
    /// Whether it is known not to answer: then it is not asked, and every call fails at once.
    #[must_use]
    pub fn paused(self, paused: bool) -> Self {
        Self { paused, ..self }
    }

    /// Each call may take so long. Renewing a token meanwhile is not given up: that would lose it.
    #[must_use]
    pub fn within(self, patience: Duration) -> Self {
        Self {
            patience: Some(patience),
            ..self
        }
    }

    /// A call, with another token if the first is refused. `kind` is what it counts as.
    pub(crate) async fn call<T, F>(
        &self,
        (kind, operation): (Call, &'static str),
        call: impl Fn(Api) -> F,
    ) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, companycam::Error>>,
    {
        let answer = self.with_a_token(kind, call).await;
        if let Err(cause) = &answer {
            tracing::info!(org.id = %self.org(), operation, %cause, "a call to CompanyCam did not succeed");
        }
        answer
    }

    async fn in_time<T>(
        &self,
        call: impl Future<Output = Result<T, companycam::Error>>,
    ) -> Result<T, companycam::Error> {
        let Some(patience) = self.patience else {
            return call.await;
        };
        let answer = tokio::time::timeout(patience, Box::pin(call)).await;
        answer.unwrap_or(Err(companycam::Error::Unavailable { status: 408 }))
    }

    async fn with_a_token<T, F>(&self, kind: Call, call: impl Fn(Api) -> F) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, companycam::Error>>,
    {
        let (api, token) = self.authorized(kind, None).await?;
        let answer = self.in_time(call(api)).await;
        if !matches!(answer, Err(companycam::Error::Unauthorized)) {
            return self.answered(answer).await;
        }
        if self.organization.refused_since.is_some() && self.app.renewed_lately(self.organization) {
            return Err(self.refused().await.into());
        }
        // A revoked and an outdated token look alike: only the refresh tells which it is.
        let (api, _) = self.authorized(kind, Some(token)).await?;
        match self.in_time(call(api)).await {
            Err(companycam::Error::Unauthorized) => Err(self.refused().await.into()),
            answer => self.answered(answer).await,
        }
    }

    /// Any answer but 401. One that gives what was asked for ends a time of refusals.
    async fn answered<T>(&self, answer: Result<T, companycam::Error>) -> Result<T, CallError> {
        if answer.is_ok() && self.organization.refused_since.is_some() {
            let Organization {
                org_id, generation, ..
            } = self.organization;
            let cleared = self.app.store.set_refused(org_id, *generation, None).await;
            cleared.map_err(WorkError::from)?;
        }
        answer.map_err(CallError::CompanyCam)
    }

    /// `CompanyCam` has just given a token, and refuses it. The grant lives, so that is its trouble; only
    /// if it stays so, the customer has to connect anew.
    async fn refused(&self) -> WorkError {
        let Organization {
            org_id,
            generation,
            refused_since,
            ..
        } = self.organization;
        let now = self.app.clock.now_s();
        match *refused_since {
            Some(since) if now - since > REFUSED_FOR_S => WorkError::NeedsReconnecting,
            known => {
                let store = &self.app.store;
                if known.is_none()
                    && let Err(error) = store.set_refused(org_id, *generation, Some(now)).await
                {
                    tracing::warn!(org.id = %org_id, cause = %error, "could not write down that CompanyCam refuses a fresh token");
                }
                WorkError::down(
                    Side::CompanyCam,
                    "CompanyCam refuses an access token that it has just given",
                )
            }
        }
    }

    /// Room for a call, and the API with a token other than `refused` to make it with.
    async fn authorized(
        &self,
        kind: Call,
        refused: Option<SecretString>,
    ) -> Result<(Api, SecretString), WorkError> {
        if self.paused {
            return Err(WorkError::down(
                Side::CompanyCam,
                "CompanyCam does not answer",
            ));
        }
        // Boxed: every call's future would otherwise hold all of a renewal's.
        let token = match refused {
            None => Box::pin(self.app.access_token(self.organization)).await?,
            Some(refused) => Box::pin(self.app.renew(self.organization, &refused)).await?,
        };
        self.take(kind).await?;
        let api = self
            .app
            .companycam_api()?
            .authorized(AccessToken::new(token.clone()));
        Ok((api, token))
    }

    fn org(&self) -> &OrgId {
        &self.organization.org_id
    }

    /// Fails where so many GETs can't be made now, and says when they can: whoever would begin work that
    /// needs them comes back then, instead of many pieces of it that each find none left.
    pub async fn require_room(&self, reads: usize) -> Result<(), WorkError> {
        let mut budget = self.budget().await?;
        for _ in 0..reads {
            let now = self.app.clock.now_s();
            let spent = spend(&budget, Call::Read, self.lane, now);
            budget = spent.map_err(|wait| self.no_room(wait))?;
        }
        Ok(())
    }

    /// What is kept here of the calls made, or else what is written down.
    async fn budget(&self) -> Result<CallBudget, WorkError> {
        let kept = self
            .app
            .budgets
            .lock()
            .ok()
            .and_then(|budgets| budgets.get(self.org()).cloned());
        match kept {
            Some(budget) => Ok(budget),
            None => Ok(self.app.store.call_budget(self.org()).await?),
        }
    }

    /// Counts so many GETs that are made at once, in one go: each by itself would write the budget, and those
    /// beside it would have to read it anew. Where there is no room for all of them, each finds its own.
    pub async fn reserve(&self, reads: usize) -> Result<(), WorkError> {
        if self.paused || reads < 2 {
            return Ok(());
        }
        match self.count(Call::Read, reads).await {
            Ok(()) => {}
            Err(WorkError::Transient { down: None, .. }) => return Ok(()),
            Err(other) => return Err(other),
        }
        let now = self.app.clock.now_s();
        if let Ok(mut reserved) = self.app.reserved.lock() {
            reserved.insert(self.org().clone(), (reads, now));
        }
        Ok(())
    }

    /// Whether the GET was counted before.
    fn was_reserved(&self) -> bool {
        let now = self.app.clock.now_s();
        let Ok(mut reserved) = self.app.reserved.lock() else {
            return false;
        };
        match reserved.remove(self.org()) {
            Some((reads, at)) if now - at <= RESERVED_S => {
                if reads > 1 {
                    reserved.insert(self.org().clone(), (reads - 1, at));
                }
                true
            }
            Some(_) | None => false,
        }
    }

    async fn take(&self, kind: Call) -> Result<(), WorkError> {
        if kind == Call::Read && self.was_reserved() {
            return Ok(());
        }
        self.count(kind, 1).await
    }

    async fn count(&self, kind: Call, calls: usize) -> Result<(), WorkError> {
        let mut budget = self.budget().await?;
        for _ in 0..BUDGET_TRIES {
            let now = self.app.clock.now_s();
            let mut spent = budget;
            for _ in 0..calls {
                spent = spend(&spent, kind, self.lane, now).map_err(|wait| self.no_room(wait))?;
            }
            let store = &self.app.store;
            if let Some(kept) = store.put_call_budget(self.org(), &spent).await? {
                if let Ok(mut budgets) = self.app.budgets.lock() {
                    budgets.insert(self.org().clone(), kept);
                }
                return Ok(());
            }
            budget = self.app.store.call_budget(self.org()).await?;
        }
        Err(store::Error::Contended("the call budget").into())
    }

    fn no_room(&self, wait: Duration) -> WorkError {
        // What this process kept may be behind; the next look reads it afresh.
        if let Ok(mut budgets) = self.app.budgets.lock() {
            budgets.remove(self.org());
        }
        WorkError::later(wait, "CompanyCam's limit of calls a minute is used up")
    }
}

/// A call that did not succeed: either it was never made, or `CompanyCam` said why.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// There was no token or no room for it.
    #[error(transparent)]
    NotMade(#[from] WorkError),
    /// `CompanyCam` answered, or the connection failed.
    #[error(transparent)]
    CompanyCam(companycam::Error),
}

impl CallError {
    /// `CompanyCam` says there is no such thing.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::CompanyCam(companycam::Error::NotFound))
    }
}

impl From<CallError> for WorkError {
    fn from(failure: CallError) -> Self {
        match failure {
            CallError::NotMade(error) => error,
            CallError::CompanyCam(error) => error.into(),
        }
    }
}
