//! A side that accepts connections and says nothing, or next to nothing: each call takes as long as our
//! patience, in real time.

use std::thread::{self, JoinHandle};

use serde_json::{Value, json};
use test_support::TestApp;

use crate::end::assert_same;
use crate::play::{Playing, Scenario, acted, ended, tell, undisturbed};

/// Plays the scenario with each kind of silence, beside others.
pub fn check_in_thread<S: Scenario>(name: &'static str) -> JoinHandle<()> {
    let check = || {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().expect("a runtime");
        runtime.block_on(check::<S>());
    };
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(check).expect("a thread")
}

async fn check<S: Scenario>() {
    let test = S::begin().await;
    test.companycam_settings(json!({"refresh_grace": true}))
        .await;
    let wanted = undisturbed::<S>(&test).await;
    for action in [
        json!("silence"),
        json!("silence_after"),
        json!({"trickle_ms": 5000}),
    ] {
        let _playing = Playing(action.to_string());
        let end = play::<S>(&test, &action).await;
        assert_same(&end, &wanted, &action.to_string());
    }
    tell::<S>("silence", 3);
}

async fn play<S: Scenario>(test: &TestApp, action: &Value) -> Value {
    let subject = acted::<S>(test).await;
    let rule = json!({"path": "*", "times": 1, "action": action});
    test.companycam_fault(rule.clone());
    test.one_click_fault(rule);
    test.drain().await;
    test.companycam.controls.clear_faults();
    test.one_click.controls().clear_faults();
    ended(test, &subject).await
}
