//! A function's process is killed in the middle of its work (B34).

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use end_to_end::browser::Browser;
use end_to_end::stack::Stack;
use end_to_end::{eventually, journey};
use reqwest::Method;
use serde_json::{Value, json};

/// What a killed function may cost its organization.
const TWO_MINUTES: Duration = Duration::from_mins(2);
const PATIENCE: Duration = Duration::from_mins(4);

/// The running processes of this stack's function.
fn processes(stack: &Stack, function: &str) -> Result<Vec<String>> {
    let endpoint = stack.outputs["EndpointUrl"]
        .as_str()
        .context("no endpoint")?;
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let folder: PathBuf = entry?.path();
        // Not a process, one that has ended, or another user's.
        let (Ok(environment), Ok(program)) = (
            std::fs::read(folder.join("environ")),
            std::fs::read_link(folder.join("exe")),
        ) else {
            continue;
        };
        let environment = String::from_utf8_lossy(&environment);
        let names = |text: &str| environment.split('\0').any(|line| line.contains(text));
        let is_ours =
            program.ends_with("bootstrap") && names(&format!("-{function}")) && names(endpoint);
        if is_ours && let Some(pid) = folder.file_name() {
            found.push(pid.to_string_lossy().into_owned());
        }
    }
    Ok(found)
}

#[tokio::test]
async fn b34_a_killed_function_holds_its_organization_up_for_two_minutes_at_most() -> Result<()> {
    let stack = Stack::from_env()?;
    let person = stack.new_person("org_b34").await?;
    let project = json!({"company_id": person.company, "name": "Before"});
    let project = stack.companycam(Method::POST, "projects", project).await?;
    let id = project["id"].as_str().context("no id")?;
    let browser = Browser::new()?;
    journey::connect(&stack, &browser, &person).await?;
    journey::wait_for_sync(&stack, &browser).await?;

    // It waits for an answer for some seconds.
    let jobs = format!("/v1/organizations/{}/jobs/", person.org);
    let slow = json!({"path": format!("{jobs}*"), "times": 1, "action": "silence"});
    stack.one_click(Method::POST, "faults", slow).await?;
    stack
        .one_click(Method::DELETE, "requests", Value::Null)
        .await?;
    let renamed = json!({"name": "After"});
    stack
        .companycam(Method::PATCH, &format!("projects/{id}"), renamed)
        .await?;
    eventually("a function looks at the job", PATIENCE, async || {
        let requests = stack
            .one_click(Method::GET, "requests", Value::Null)
            .await?;
        let begun = requests.to_string().contains(&jobs);
        Ok(if begun {
            Ok(())
        } else {
            Err(requests.to_string())
        })
    })
    .await?;
    let running = processes(&stack, "project-sync")?;
    ensure!(!running.is_empty(), "no process of the function is there");
    let killed = Instant::now();
    for pid in &running {
        let status = Command::new("kill").args(["-9", pid]).status()?;
        ensure!(status.success(), "process {pid} could not be killed");
    }
    eventually("the job is renamed", PATIENCE, async || {
        let jobs = stack.one_click_state(&person.org).await?["jobs"].clone();
        Ok(if jobs[0]["customer_name"] == "After" {
            Ok(())
        } else {
            Err(jobs.to_string())
        })
    })
    .await?;
    let stood = killed.elapsed();
    ensure!(stood < TWO_MINUTES, "it stood still for {stood:?}");
    Ok(())
}
