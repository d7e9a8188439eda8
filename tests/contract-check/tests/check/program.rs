//! The program: its environment, its output, its exit code.

use std::process::{Command, Output};

use companycam_simulator::Simulator;

use crate::sides::{companycam_with, few_photos};
use crate::stand_in::{self, answers};

async fn run(environment: Vec<(&'static str, String)>) -> Output {
    let run = move || {
        Command::new(env!("CARGO_BIN_EXE_contract-check"))
            .env_clear()
            .envs(environment)
            .output()
    };
    // The simulators go on answering meanwhile.
    tokio::task::spawn_blocking(run).await.unwrap().unwrap()
}

fn environment(simulator: &Simulator, api: &str) -> Vec<(&'static str, String)> {
    vec![
        ("COMPANYCAM_API_URL", format!("{api}/v2")),
        ("COMPANYCAM_APP_URL", simulator.origin.clone()),
        ("PHOTO_HOSTS", simulator.origin.clone()),
        ("COMPANYCAM_TOKEN", simulator.token().to_owned()),
    ]
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn nothing_contradicted_exits_with_0() {
    let simulator = companycam_with(few_photos()).await;
    let output = run(environment(&simulator, &simulator.origin)).await;
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let line = "confirmed     companycam  lists are bare JSON arrays";
    assert!(said.contains(line), "{said}");
    assert!(said.contains("one-click   NOTHING WAS CONFIRMED"), "{said}");
}

#[tokio::test]
async fn a_contradiction_is_explained_and_exits_with_1() {
    let simulator = companycam_with(few_photos()).await;
    let twist = answers(|asked, answered| {
        if asked.path == "/v2/tags" {
            answered.change(|body| *body = serde_json::json!({"tags": body.take()}));
        }
    });
    let stand_in = stand_in::serve(&simulator.origin, twist).await;
    let output = run(environment(&simulator, &stand_in.origin)).await;
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let explained = "\
contradicted  companycam  lists are bare JSON arrays
                expected:     an array
                seen:         GET /tags: 200 with an object of tags
                relied on by: reading every list: users, projects, photos, tags, webhooks
";
    assert!(said.contains(explained), "{said}");
}

#[tokio::test]
async fn without_an_environment_it_names_the_variables_and_exits_with_2() {
    let output = run(Vec::new()).await;
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    for name in ["COMPANYCAM_TOKEN", "ONE_CLICK_ORGANIZATION"] {
        assert!(said.contains(name), "{said}");
    }
    assert!(output.stdout.is_empty());
}
