//! Webhooks. What they deliver shows only where they are delivered to.

use serde_json::Value;

use super::{CompanyCam, WHOLE_PAGE};
use crate::assumption::{
    Assumption, Doubt, Judged, NEEDS_A_WRITE, contradicted, fit, holds, tried, untried,
};
use crate::json::{self, Kind};

const DELIVERIES: &str = "changes within seconds (B17)";
const NEEDS_DELIVERIES: &str = "Needs deliveries.";
const CHECKING: &str = "checking and mending the webhook at every poll (B17)";

pub(super) const ASSUMPTIONS: &[Assumption<CompanyCam>] = &[
    tried!(
        "a webhook has url, scopes and enabled",
        CHECKING,
        webhook_fields
    ),
    tried!(
        "reading a webhook returns its token",
        "comparing the keys at every poll; never logging one (B4)",
        webhook_tells_its_token
    ),
    untried(
        "POST /webhooks takes url, scopes, enabled and a token that we choose",
        CHECKING,
        NEEDS_A_WRITE,
        "connect a test company, then run this again: its webhook is listed.",
    ),
    untried(
        "every scope that we use is accepted: project.*, photo.*, document.*",
        DELIVERIES,
        NEEDS_A_WRITE,
        "connect a test company; a refusal is in the activity (`CompanyCam will not have our webhook`).",
    ),
    untried(
        "a delivery is POST with event_type, created_at, payload and webhook_id",
        DELIVERIES,
        NEEDS_DELIVERIES,
        "connect a test company, change a project, and look for `ignored a delivery` in the logs.",
    ),
    untried(
        "X-CompanyCam-Signature is base64(HMAC-SHA1(raw body, token))",
        "believing a delivery (B28)",
        NEEDS_DELIVERIES,
        "the same, and look for `refused a delivery`.",
    ),
    untried(
        "a delivery has no id",
        "deliveries may come twice (B26)",
        NEEDS_DELIVERIES,
        "look at the headers and the body of one.",
    ),
    untried(
        "payload is the object itself, or holds it under its name",
        "nothing: both are read",
        NEEDS_DELIVERIES,
        "look at the count of ignored deliveries (OPERATIONS.md, Webhooks).",
    ),
    untried(
        "project.label_added has the label beside the project",
        "nothing: both are read",
        NEEDS_DELIVERIES,
        "add a label in a test company.",
    ),
    untried(
        "the answer must be exactly 200; 202 and 204 count as failures",
        "always answering 200 (B17)",
        NEEDS_DELIVERIES,
        "answer 204 from a test address and see whether it is delivered again.",
    ),
    untried(
        "a failed delivery is tried 10 times with growing delays",
        "nothing: the poll finds what was missed (B17)",
        NEEDS_DELIVERIES,
        "answer 500 from a test address and count.",
    ),
    untried(
        "after 25 errors without a success a webhook is disabled, silently, until enabled again",
        CHECKING,
        NEEDS_DELIVERIES,
        "look for `mended CompanyCam's webhook` in the logs.",
    ),
    untried(
        "photo.created comes once processing is done",
        "copying at once (B17)",
        NEEDS_DELIVERIES,
        "upload a photo in a test company and look at processing_status in the payload.",
    ),
    untried(
        "no event tells of a deleted or moved photo, of users, or of assigned users",
        "the poll and the nightly pass (B8, B17)",
        NEEDS_DELIVERIES,
        "with the scope * on a test address, delete and move a photo, assign and rename a user.",
    ),
];

async fn webhooks(side: &mut CompanyCam) -> Result<Vec<Value>, Doubt> {
    let webhooks = side.asker.list(&["webhooks"], &[WHOLE_PAGE]).await?;
    let why = "No webhook is registered. By hand: connect a test company, then run this again.";
    super::some(webhooks, why)
}

async fn webhook_fields(side: &mut CompanyCam) -> Judged {
    let webhooks = webhooks(side).await?;
    if json::ids(&webhooks).len() < webhooks.len() {
        return Err(contradicted("webhooks with their ids", "one without"));
    }
    let fields = [
        ("url", Kind::Text),
        ("scopes", Kind::Texts),
        ("enabled", Kind::Flag),
    ];
    fit(&webhooks, &fields)
}

async fn webhook_tells_its_token(side: &mut CompanyCam) -> Judged {
    let webhooks = webhooks(side).await?;
    if webhooks
        .iter()
        .any(|webhook| json::text(webhook, "token").is_some())
    {
        return holds();
    }
    Err(contradicted("a token in one of the webhooks", "none"))
}
