//! Holding a file while copying it.

use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};
use jiff::{SignedDuration, Timestamp};
use model::file::{FileId, Refuser};
use one_click::{AttachmentAt, JobId, OrgId};
use runtime::deadline::wait_until;
use runtime::{App, Deadline, WorkError};
use store::Write;
use store::files::{Held, Lease};

use super::CopyError;

/// How long a lease is. It ends before the message of whoever was killed comes back.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How often it is extended: twice may fail.
const EXTENDED_EVERY: SignedDuration = SignedDuration::from_secs(20);
/// So long before the function is ended the work stops: to give the lease back, and the message.
const MARGIN: Duration = Duration::from_secs(10);

/// A file that nobody else copies meanwhile.
pub(super) struct Hold<'a> {
    pub app: &'a App,
    pub org: &'a OrgId,
    pub file: &'a FileId,
    pub holder: String,
    pub deadline: Deadline,
}

impl<'a> Hold<'a> {
    /// Takes the file's lease; whether that worked says the second.
    pub async fn take(
        app: &'a App,
        org: &'a OrgId,
        file: &'a FileId,
        deadline: Deadline,
    ) -> Result<(Self, Lease), WorkError> {
        let holder = uuid::Uuid::new_v4().to_string();
        let now = app.now();
        let until_ms = end(now).as_millisecond();
        let held = Held {
            org,
            file,
            holder: &holder,
        };
        let lease = app
            .store
            .lease_file(held, now.as_millisecond(), until_ms)
            .await?;
        let hold = Self {
            app,
            org,
            file,
            holder,
            deadline,
        };
        Ok((hold, lease))
    }

    /// The file on this job.
    pub fn on<'b>(&'b self, job: &'b JobId) -> AttachmentAt<'b> {
        AttachmentAt {
            org: self.org,
            job,
            external_id: self.file.external_id(),
        }
    }

    /// Whose lease it is.
    pub fn held(&self) -> Held<'_> {
        Held {
            org: self.org,
            file: self.file,
            holder: &self.holder,
        }
    }

    /// Gives it back.
    pub async fn release(&self) -> Result<(), WorkError> {
        let store = &self.app.store;
        Ok(store.release_file(self.held()).await?)
    }

    /// Does the work while the lease is extended. It is dropped where it stands if the lease is lost,
    /// or if the function is about to be ended.
    pub async fn during<T>(
        &self,
        work: impl Future<Output = Result<T, CopyError>>,
    ) -> Result<T, CopyError> {
        let kept = async {
            match select(
                pin!(self.extend()),
                pin!(self.deadline.nears(&self.app.clock, MARGIN)),
            )
            .await
            {
                Either::Left(((), _)) => CopyError::Lost,
                // Whatever was slow: time after time, it is this file's matter.
                Either::Right(((), _)) => CopyError::Refused(
                    Refuser::Host,
                    "its copy took longer than a function may run".to_owned(),
                ),
            }
        };
        match select(pin!(work), pin!(kept)).await {
            Either::Left((done, _)) => done,
            Either::Right((failure, _)) => Err(failure),
        }
    }

    /// Extends the lease again and again, until somebody else has it.
    async fn extend(&self) {
        let (clock, store) = (&self.app.clock, &self.app.store);
        loop {
            wait_until(clock, after(clock.now(), EXTENDED_EVERY)).await;
            let until_ms = end(clock.now()).as_millisecond();
            match store.extend_file(self.held(), until_ms).await {
                Ok(Write::Applied) => {}
                Ok(Write::ConditionFailed) => return,
                // It may work the next time; what was copied meanwhile is right in any case.
                Err(error) => {
                    tracing::warn!(org.id = %self.org, file.id = %self.file, cause = %error, "could not extend a lease");
                }
            }
        }
    }
}

fn end(now: Timestamp) -> Timestamp {
    after(now, LEASE)
}

fn after(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}
