//! Its web pages, its launch tokens and its webhooks.

use super::OneClick;
use crate::assumption::{Assumption, Judged, contradicted, tried, unknown, untried};

const DELIVERIES: &str = "changes within seconds (B21, B24)";
const NEEDS_DELIVERIES: &str = "Needs deliveries.";
const CONNECTING: &str = "connecting (B1)";

/// Policies by which a page of another site is told the origin.
const TELLING: [&str; 6] = [
    "strict-origin-when-cross-origin",
    "origin-when-cross-origin",
    "strict-origin",
    "origin",
    "no-referrer-when-downgrade",
    "unsafe-url",
];

pub(super) const ASSUMPTIONS: &[Assumption<OneClick>] = &[
    tried!(
        "its pages send Referrer-Policy: strict-origin-when-cross-origin",
        "a launch that passes at once (B37)",
        referrer_policy
    ),
    untried(
        "the page with the Connect button sends it too",
        "a launch that passes at once (B37)",
        "Needs an administrator who is signed in.",
        "open Administration → Integrations and look at the page's headers and meta elements.",
    ),
    untried(
        "a launch token is a JWT (HS256) with iss, aud, sub, org_id, org_name, email, role, iat, exp, jti",
        CONNECTING,
        "Needs an administrator who is signed in.",
        "click Connect in a test organization and decode the token in the address.",
    ),
    untried(
        "a launch token lives for at most 300 s, and its jti is used once",
        CONNECTING,
        "Needs an administrator who is signed in.",
        "compare exp with iat in two of them, and their jti.",
    ),
    untried(
        "a delivery is POST with Basic authentication, and id, event, occurred_at, organization_id, job, previous",
        DELIVERIES,
        NEEDS_DELIVERIES,
        "connect a test organization, reassign a job, and look for `refused a delivery` and `ignored a delivery` in the logs.",
    ),
    untried(
        "any 2xx is success; otherwise it is tried again after 5 and a further 10 minutes, then given up",
        "nothing: the poll finds what was missed (B24)",
        NEEDS_DELIVERIES,
        "answer 500 from a test address and count.",
    ),
];

async fn referrer_policy(side: &mut OneClick) -> Judged {
    let mut answer = side.asker.open(side.app.clone()).await?;
    if answer.status.is_redirection()
        && let Some(to) = answer
            .header("location")
            .and_then(|to| side.app.join(to).ok())
        && to.origin() == side.app.origin()
    {
        answer = side.asker.open(to).await?;
    }
    if answer.status.is_server_error() {
        return Err(unknown(format!("It answered {}.", answer.seen())));
    }
    let Some(policy) = answer.header("referrer-policy") else {
        return Err(unknown(
            "Its front page has no such header; browsers then do the same by themselves. By hand: look for a meta element named referrer, and for rel=\"noreferrer\" on the Connect button.",
        ));
    };
    // Of several a browser takes the last one it knows.
    let policy = policy.rsplit(',').next().unwrap_or_default().trim();
    if TELLING.contains(&policy) {
        return Ok(policy.to_owned());
    }
    Err(contradicted(
        "a policy that tells our pages its origin",
        policy,
    ))
}
