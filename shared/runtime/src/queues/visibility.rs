//! How long messages stay hidden from others while a handler works on them.

use std::time::Duration;

use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::ChangeMessageVisibilityBatchRequestEntry;

use super::{BATCH, FileQueue, QueueError, Queues};

impl Queues {
    /// Hides messages of that queue for so long from now on; for no time at all gives them back.
    pub async fn hide_files(
        &self,
        queue: FileQueue,
        receipts: &[&str],
        time: Duration,
    ) -> Result<(), QueueError> {
        let seconds = i32::try_from(time.as_secs()).unwrap_or(i32::MAX);
        for receipts in receipts.chunks(BATCH) {
            let entries = receipts
                .iter()
                .enumerate()
                .map(|(at, receipt)| {
                    ChangeMessageVisibilityBatchRequestEntry::builder()
                        .id(at.to_string())
                        .receipt_handle(*receipt)
                        .visibility_timeout(seconds)
                        .build()
                        .map_err(|error| QueueError(error.to_string()))
                })
                .collect::<Result<Vec<_>, _>>()?;
            let answer = self
                .sqs
                .change_message_visibility_batch()
                .queue_url(self.url_of_files(queue))
                .set_entries(Some(entries))
                .send()
                .await
                .map_err(|error| QueueError(DisplayErrorContext(error).to_string()))?;
            if !answer.failed.is_empty() {
                let failed = answer.failed.len();
                return Err(QueueError(format!("{failed} messages could not be hidden")));
            }
        }
        Ok(())
    }
}
