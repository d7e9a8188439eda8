//! A side that misbehaves: a few times over, and for a while.

use std::time::Duration;

use serde_json::{Value, json};
use test_support::TestApp;

use crate::end::assert_same;
use crate::play::{Playing, Scenario, acted, ended, tell, undisturbed};

/// Who misbehaves.
#[derive(Clone, Copy, Debug)]
pub enum Side {
    CompanyCam,
    OneClick,
}

/// How long it does.
#[derive(Clone, Copy, Debug)]
enum Length {
    Times(u32),
    For(Duration),
}

const A_FEW_TIMES: Length = Length::Times(3);
const A_WHILE: Length = Length::For(Duration::from_mins(10));
/// These also happen for a while: one of each kind that is told apart.
const LASTING: [&str; 9] = [
    "reset before it takes effect",
    "reset after it took effect",
    "half a body",
    "redirect to a login page",
    "200 with a page",
    "403 with a page",
    "404 with a page",
    "its own 401",
    "its own 503",
];
/// So long after the end of an outage everything has moved again. What a limit put off comes when it was
/// put off to, a quarter of an hour later at most.
const MOVED_AFTER: Duration = Duration::from_mins(16);

/// What either side may say to a question that is no answer; to a request to do something it may be one, as
/// far as the contracts tell.
fn empty_words() -> Vec<(String, Value)> {
    let other = json!({
        "status": 200, "headers": {"content-type": "application/json"},
        "body": r#"{"status": "down for maintenance"}"#,
    });
    vec![
        ("an empty answer".to_owned(), json!({"status": 200})),
        ("204".to_owned(), json!({"status": 204})),
        ("JSON of another form".to_owned(), other),
    ]
}

/// What either side may do instead of answering.
fn misbehaviours() -> Vec<(String, Value)> {
    let said = |status: u16, content_type: &str, body: &str| json!({"status": status, "headers": {"content-type": content_type}, "body": body});
    let own = |status| said(status, "application/json", r#"{"errors": ["no"]}"#);
    let mut all = vec![
        (
            "reset before it takes effect".to_owned(),
            json!("reset_before"),
        ),
        (
            "reset after it took effect".to_owned(),
            json!("reset_after"),
        ),
        ("half a body".to_owned(), json!("half_body")),
        ("redirect to a login page".to_owned(), json!("html_login")),
        ("no JSON".to_owned(), said(200, "application/json", "<")),
        (
            "a gateway's 404".to_owned(),
            said(
                404,
                "application/json",
                r#"{"message": "no Route matched"}"#,
            ),
        ),
        (
            "a mesh's 403".to_owned(),
            said(403, "text/plain", r#"{"errors": ["RBAC: access denied"]}"#),
        ),
        (
            "429 with a wait".to_owned(),
            json!({"status": 429, "body": "{}", "headers": {"retry-after": "20"}}),
        ),
    ];
    for status in [
        200, 400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 500, 502, 503, 504,
    ] {
        all.push((format!("{status} with a page"), json!({"page": status})));
    }
    for status in [401, 429, 500, 501, 502, 503, 504] {
        all.push((format!("its own {status}"), own(status)));
    }
    all
}

impl Side {
    /// To requests of this method, or of any.
    fn misbehave(self, test: &TestApp, method: Option<&str>, times: Option<u32>, action: &Value) {
        let rule = json!({"method": method, "path": "*", "times": times, "action": action});
        match self {
            Self::CompanyCam => test.companycam_fault(rule),
            Self::OneClick => test.one_click_fault(rule),
        }
    }
}

/// Plays the scenario with each misbehaviour of the side.
pub async fn check<S: Scenario>(side: Side) {
    let test = S::begin().await;
    // A refresh token that was spent in an answer that nobody read is a lost grant, and no scenario's end.
    test.companycam_settings(json!({"refresh_grace": true}))
        .await;
    let wanted = undisturbed::<S>(&test).await;
    let mut played = 0;
    let of_any = misbehaviours().into_iter().map(|one| (None, one));
    let of_reads = empty_words().into_iter().map(|one| (Some("GET"), one));
    for (method, (name, action)) in of_any.chain(of_reads) {
        let lasts = LASTING.contains(&name.as_str());
        for length in [Some(A_FEW_TIMES), lasts.then_some(A_WHILE)]
            .into_iter()
            .flatten()
        {
            let disturbance = format!("{side:?}, {length:?}: {name}");
            let _playing = Playing(disturbance.clone());
            played += 1;
            let end = play::<S>(&test, side, method, length, &action).await;
            assert_same(&end, &wanted, &disturbance);
        }
    }
    tell::<S>(&format!("{side:?} misbehaves"), played);
}

async fn play<S: Scenario>(
    test: &TestApp,
    side: Side,
    method: Option<&str>,
    length: Length,
    action: &Value,
) -> Value {
    let subject = acted::<S>(test).await;
    match length {
        Length::Times(times) => side.misbehave(test, method, Some(times), action),
        Length::For(time) => {
            side.misbehave(test, method, None, action);
            test.pass(time).await;
            test.companycam.controls.clear_faults();
            test.one_click.controls().clear_faults();
            // A poll is let go after some tries, since the schedule brings the next.
            test.poll().await;
        }
    }
    test.pass(MOVED_AFTER).await;
    test.companycam.controls.clear_faults();
    test.one_click.controls().clear_faults();
    ended(test, &subject).await
}
