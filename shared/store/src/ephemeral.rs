//! Table `ephemeral`: what is soon forgotten. Keys begin with what they are, and where that is a secret, go
//! on with its hash; values name the organization they belong to (B28).
//!
//! | Key | | Written by |
//! |---|---|---|
//! | `session#` + hash | sessions | oauth-callback, settings |
//! | `state#` + hash | logins begun at `CompanyCam` | oauth-callback |
//! | `launch#<org>#<jti>` | used launch tokens | oauth-callback, settings |
//! | `budget#<org>` | calls to `CompanyCam` lately | oauth-callback, settings (*Where is it?*), project-sync |
//! | `said#<org>#…` | what the activity log is told once a day only | project-sync, photo-copy |
//! | `outage#<side>` | that a side is down for everybody, and when it was last probed ([`crate::pauses`]) | project-sync, photo-copy |
//! | `copied` | when a file was last copied, of whichever organization ([`crate::refusals`]) | photo-copy |
//!
//! `DynamoDB` drops expired items within days, not at once: every read looks at `expires_at` itself.

use model::companycam::CompanyId;
use model::one_click::{OrgId, UserId};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::table::{Item, key};
use crate::{Error, Store, Write};

/// An administrator's session on our pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Whose integrations tab it opens.
    pub org_id: OrgId,
    /// The organization's name.
    pub org_name: String,
    pub user_id: UserId,
    /// Shown as `connected by`.
    pub email: String,
    /// What every form of this session carries.
    pub csrf_token: String,
    /// Unix seconds.
    pub expires_at: i64,
}

/// An authorization that was begun at `CompanyCam` (B2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorization {
    /// For which organization.
    pub org_id: OrgId,
    /// The hash of the session that began it: only that browser may end it.
    pub session: String,
    /// PKCE.
    pub pkce_verifier: String,
    /// The administrator confirmed replacing the connected company by this one (B5).
    #[serde(default)]
    pub replace_by: Option<CompanyId>,
    /// To watch only (B43).
    #[serde(default)]
    pub watch: bool,
    /// Unix seconds.
    pub expires_at: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Keyed<T> {
    key: String,
    #[serde(flatten)]
    value: T,
}

#[derive(Debug, Serialize, Deserialize)]
struct Used {
    expires_at: i64,
    /// Who used it. A version before this wrote none.
    #[serde(default)]
    nonce: Option<String>,
}

/// The calls an organization made to `CompanyCam` lately, for pacing (B29).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallBudget {
    /// Rises with every write, so that two writers never lose each other's calls.
    pub rev: i64,
    /// For each short slot of time (its number since the epoch): GETs and writes.
    pub slots: Vec<(i64, u32, u32)>,
    /// Unix seconds.
    pub expires_at: i64,
}

fn launch_key(org: &OrgId, jti: &str) -> String {
    format!("launch#{org}#{jti}")
}

fn session_key(hash: &str) -> String {
    format!("session#{hash}")
}

fn state_key(hash: &str) -> String {
    format!("state#{hash}")
}

fn budget_key(org: &OrgId) -> String {
    format!("budget#{org}")
}

/// A key has its limits, and so many letters tell one text from another.
fn said_key(org: &OrgId, text: &str) -> String {
    let text: String = text.chars().take(400).collect();
    format!("said#{org}#{text}")
}

fn item_key(text: &str) -> Item {
    key(&[("key", text)])
}

impl Store {
    /// Marks a launch token as used. Not applied: somebody else used it before.
    ///
    /// Whoever brings the same `nonce` again did not come second: the SDK repeats a write whose
    /// answer was lost, and people click a button twice.
    pub async fn use_launch(
        &self,
        org: &OrgId,
        jti: &str,
        expires_at: i64,
        nonce: &str,
    ) -> Result<Write, Error> {
        let used = Keyed {
            key: launch_key(org, jti),
            value: Used {
                expires_at,
                nonce: Some(nonce.to_owned()),
            },
        };
        let unused = Change::only_if("attribute_not_exists(#key) OR #nonce = :nonce");
        let unused = unused.value(":nonce", nonce);
        self.ephemeral.put(&used, unused).await
    }

    /// Whether a launch token was used, without using it.
    pub async fn is_launch_used(&self, org: &OrgId, jti: &str) -> Result<bool, Error> {
        let found: Option<Keyed<Used>> =
            self.ephemeral.get(item_key(&launch_key(org, jti))).await?;
        Ok(found.is_some())
    }

    /// Whether the activity log was told this lately.
    pub(crate) async fn said(&self, org: &OrgId, text: &str, now: i64) -> Result<bool, Error> {
        let found: Option<Keyed<Used>> = self.ephemeral.get(item_key(&said_key(org, text))).await?;
        Ok(found.is_some_and(|said| said.value.expires_at > now))
    }

    /// The activity log was told this; it counts as lately until `expires_at`.
    pub(crate) async fn say(&self, org: &OrgId, text: &str, expires_at: i64) -> Result<(), Error> {
        let said = Keyed {
            key: said_key(org, text),
            value: Used {
                expires_at,
                nonce: None,
            },
        };
        self.ephemeral.put(&said, Change::new()).await?.either_way();
        Ok(())
    }

    /// Keeps a session under the hash of its secret.
    pub async fn put_session(&self, hash: &str, session: &Session) -> Result<(), Error> {
        let item = Keyed {
            key: session_key(hash),
            value: session,
        };
        self.ephemeral.put(&item, Change::new()).await?.either_way();
        Ok(())
    }

    /// The session of that hash, if it has not ended.
    pub async fn session(&self, hash: &str, now: i64) -> Result<Option<Session>, Error> {
        let found: Option<Keyed<Session>> =
            self.ephemeral.get(item_key(&session_key(hash))).await?;
        Ok(found
            .map(|item| item.value)
            .filter(|session| session.expires_at > now))
    }

    /// Keeps a begun authorization under the hash of its state.
    pub async fn put_authorization(
        &self,
        hash: &str,
        authorization: &Authorization,
    ) -> Result<(), Error> {
        let item = Keyed {
            key: state_key(hash),
            value: authorization,
        };
        self.ephemeral.put(&item, Change::new()).await?.either_way();
        Ok(())
    }

    /// Takes the authorization, once, and only for the session that began it.
    ///
    /// It is marked instead of deleted: where the answer is lost and the SDK asks again, the mark
    /// tells that it was this very call that took it. What is taken is dropped when it expires.
    pub async fn take_authorization(
        &self,
        hash: &str,
        session: &str,
        now: i64,
    ) -> Result<Option<Authorization>, Error> {
        let nonce = self.clock.id().to_string();
        let take = Change::new()
            .set("taken_by", &nonce)
            .when("#session = :session AND (attribute_not_exists(#taken_by) OR #taken_by = :nonce)")
            .value(":session", session)
            .value(":nonce", &nonce);
        let taken: Option<Keyed<Authorization>> = self
            .ephemeral
            .update(item_key(&state_key(hash)), take)
            .await?;
        Ok(taken
            .map(|item| item.value)
            .filter(|authorization| authorization.expires_at > now))
    }

    /// The calls made lately.
    pub async fn call_budget(&self, org: &OrgId) -> Result<CallBudget, Error> {
        let found: Option<Keyed<CallBudget>> =
            self.ephemeral.get(item_key(&budget_key(org))).await?;
        Ok(found.map(|item| item.value).unwrap_or_default())
    }

    /// Writes them if nobody did since they were read: as they are kept now. `None`: somebody did.
    pub async fn put_call_budget(
        &self,
        org: &OrgId,
        budget: &CallBudget,
    ) -> Result<Option<CallBudget>, Error> {
        let next = CallBudget {
            rev: budget.rev + 1,
            ..budget.clone()
        };
        let item = Keyed {
            key: budget_key(org),
            value: next,
        };
        let condition =
            Change::only_if("attribute_not_exists(#key) OR #rev = :rev").value(":rev", budget.rev);
        let written = self.ephemeral.put(&item, condition).await?;
        Ok(written.applied().then_some(item.value))
    }
}
