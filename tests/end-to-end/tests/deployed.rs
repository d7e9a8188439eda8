//! The deployed stack, from the outside.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use end_to_end::browser::Browser;
use end_to_end::compare::differences;
use end_to_end::stack::{Person, Stack};
use end_to_end::{eventually, journey};
use jiff::Timestamp;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Generous, since a busy machine is no failure.
const PATIENCE: Duration = Duration::from_mins(2);

/// A company with a few projects and photos, and its organization's administrator.
async fn somebody(stack: &Stack, org: &str, projects: usize) -> Result<Person> {
    let person = stack.new_person(org).await?;
    for number in 0..projects {
        let project = json!({"company_id": person.company, "name": format!("Project {number}")});
        let project = stack.companycam(Method::POST, "projects", project).await?;
        let photo = json!({"project_id": project["id"], "bytes": 60_000, "description": format!("Photo {number}")});
        stack.companycam(Method::POST, "photos", photo).await?;
    }
    Ok(person)
}

async fn agree(stack: &Stack, person: &Person, since: i64) -> Result<()> {
    eventually("both sides agree", PATIENCE, async || {
        let (companycam, one_click) = (
            stack.companycam_state().await?,
            stack.one_click_state(&person.org).await?,
        );
        let mine = of_company(companycam, &person.company);
        let differences = differences(&mine, &one_click, &person.company, since);
        Ok(if differences.is_empty() {
            Ok(())
        } else {
            Err(format!("{differences:#?}"))
        })
    })
    .await
}

/// Only what belongs to the company: the simulator's state holds all.
fn of_company(mut state: Value, company: &str) -> Value {
    for list in ["projects", "photos"] {
        if let Some(list) = state[list].as_array_mut() {
            list.retain(|item| item["company_id"] == company);
        }
    }
    state
}

#[tokio::test]
async fn b1_a_bad_launch_token_opens_nothing() -> Result<()> {
    let stack = Stack::from_env()?;
    let person = stack.new_person("org_b1").await?;
    let bad = [
        json!({"variant": "expired"}),
        json!({"variant": "too_long"}),
        json!({"variant": "wrong_key"}),
        json!({"variant": "wrong_audience"}),
        json!({"variant": "wrong_issuer"}),
        json!({"variant": "alg_none"}),
        json!({"overrides": {"role": "SALES"}}),
    ];
    for variant in bad {
        let token = stack
            .launch_token(&person.org, &person.user, variant.clone())
            .await?;
        for route in ["connect", "settings"] {
            let browser = Browser::new()?;
            let page = browser
                .open(&format!(
                    "{}/companycam/{route}?launch={token}",
                    stack.api_url
                ))
                .await?;
            ensure!(
                page.status.is_client_error(),
                "{variant} at {route}: {}",
                page.status
            );
            let after = browser
                .open(&format!("{}/companycam/settings", stack.api_url))
                .await?;
            ensure!(
                after.status == StatusCode::UNAUTHORIZED,
                "{variant} began a session"
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn b37_a_launch_from_elsewhere_stops_at_a_page_whose_form_goes_on() -> Result<()> {
    let stack = Stack::from_env()?;
    let person = stack.new_person("org_b37").await?;
    let companycam = stack.companycam.as_str();
    for (route, leads_to) in [
        ("connect", companycam.to_owned()),
        ("settings", format!("{}/companycam/settings", stack.api_url)),
    ] {
        let token = stack
            .launch_token(&person.org, &person.user, Value::Null)
            .await?;
        let address = format!("{}/companycam/{route}?launch={token}", stack.api_url);
        let browser = Browser::new()?;
        let page = browser.open(&address).await?.ok()?;
        let text = page.text();
        ensure!(text.contains("Organization org_b37"), "{route}: {text}");
        let settings = format!("{}/companycam/settings", stack.api_url);
        let before = browser.open(&settings).await?;
        ensure!(
            before.status == StatusCode::UNAUTHORIZED,
            "{route} began a session by itself"
        );
        let form = page.form(&format!("/companycam/{route}"))?;
        let forged = browser.submit(&form.clone().without("csrf_token")).await?;
        ensure!(forged.status == StatusCode::FORBIDDEN, "{}", forged.status);
        let pressed = browser.submit(&form).await?.ok()?;
        ensure!(
            pressed.url.as_str().starts_with(&leads_to),
            "{route} led to {}",
            pressed.url
        );
    }
    Ok(())
}

#[tokio::test]
async fn b2_a_denied_consent_connects_nothing() -> Result<()> {
    let stack = Stack::from_env()?;
    let person = stack.new_person("org_b2").await?;
    let browser = Browser::new()?;
    let login = journey::click_companycam(&stack, &browser, &person)
        .await?
        .ok()?;
    let consent = browser
        .submit(
            &login
                .form("/sign_in")?
                .with("email", &person.email)
                .with("password", "any"),
        )
        .await?;
    let page = browser
        .submit(
            &consent
                .ok()?
                .form("/oauth/authorize")?
                .with("decision", "deny"),
        )
        .await?;
    ensure!(page.status == StatusCode::BAD_REQUEST, "{}", page.status);
    ensure!(
        page.text().contains("You declined access"),
        "{}",
        page.text()
    );
    let again = browser.open(page.url.as_str()).await?;
    ensure!(
        again.status == StatusCode::BAD_REQUEST,
        "a second visit: {}",
        again.status
    );
    let status = journey::status(&stack, &browser).await?;
    ensure!(status["state"] == "not_connected", "{status}");
    Ok(())
}

#[tokio::test]
async fn b5_disconnecting_and_connecting_again_makes_no_duplicates() -> Result<()> {
    let stack = Stack::from_env()?;
    let person = somebody(&stack, "org_b5", 3).await?;
    let since = Timestamp::now().as_second();
    let browser = Browser::new()?;
    let tab = journey::connect(&stack, &browser, &person).await?;
    journey::wait_for_sync(&stack, &browser).await?;
    agree(&stack, &person, since).await?;
    let gone = browser.submit(&tab.form("/disconnect")?).await?.ok()?;
    ensure!(
        gone.text().contains("CompanyCam is disconnected"),
        "{}",
        gone.text()
    );
    eventually("One Click's card says so", PATIENCE, async || {
        let card = stack.one_click_state(&person.org).await?["integration"].clone();
        Ok(if card["state"] == "disconnected" {
            Ok(())
        } else {
            Err(card.to_string())
        })
    })
    .await?;
    ensure!(
        webhooks(&stack, &person).await? == (0, false),
        "webhooks stay"
    );
    let late = json!({"company_id": person.company, "name": "While away"});
    stack.companycam(Method::POST, "projects", late).await?;
    journey::connect(&stack, &browser, &person).await?;
    journey::wait_for_sync(&stack, &browser).await?;
    agree(&stack, &person, since).await?;
    ensure!(
        webhooks(&stack, &person).await? == (1, true),
        "not one each"
    );
    Ok(())
}

/// How many webhooks the company has at CompanyCam, and whether One Click has one.
async fn webhooks(stack: &Stack, person: &Person) -> Result<(usize, bool)> {
    let state = stack.companycam_state().await?;
    let of_company = |webhook: &&Value| webhook["company_id"] == person.company.as_str();
    let webhooks = state["webhooks"].as_array().context("webhooks")?;
    let subscription = stack.one_click_state(&person.org).await?["webhook"].clone();
    Ok((
        webhooks.iter().filter(of_company).count(),
        subscription.is_object(),
    ))
}

#[tokio::test]
async fn b17_b28_what_is_not_genuine_is_refused_alike() -> Result<()> {
    let stack = Stack::from_env()?;
    let person = somebody(&stack, "org_b28", 1).await?;
    let browser = Browser::new()?;
    journey::connect(&stack, &browser, &person).await?;
    journey::wait_for_sync(&stack, &browser).await?;
    let body = json!({"event_type": "project.deleted", "payload": {"id": "1"}}).to_string();
    let long = "x".repeat(1_100_000);
    let deliveries = [
        (person.org.as_str(), "Zm9yZ2Vk", body.as_str()),
        (person.org.as_str(), "", body.as_str()),
        (person.org.as_str(), "Zm9yZ2Vk", long.as_str()),
        ("org_nobody", "Zm9yZ2Vk", body.as_str()),
    ];
    let mut answers = Vec::new();
    for side in ["companycam", "one-click"] {
        for (org, signature, body) in deliveries {
            let request = stack
                .http
                .post(format!("{}/webhooks/{side}/{org}", stack.api_url))
                .header("X-CompanyCam-Signature", signature)
                .header("Authorization", format!("Basic {signature}"))
                .body(body.to_owned());
            let answer = request.send().await?;
            answers.push((answer.status(), answer.text().await?));
        }
    }
    let refused = (StatusCode::UNAUTHORIZED, String::new());
    ensure!(
        answers.iter().all(|answer| *answer == refused),
        "{answers:?}"
    );
    Ok(())
}

#[tokio::test]
async fn b27_a_photo_that_can_never_be_copied_holds_up_nothing_and_says_why() -> Result<()> {
    let stack = Stack::from_env()?;
    let person = somebody(&stack, "org_b27", 1).await?;
    let state = of_company(stack.companycam_state().await?, &person.company);
    let project = state["projects"][0]["id"].clone();
    // Whatever else is wrong with a photo's file may pass.
    let uri = json!({"kind": "foreign", "origin": "https://photos.elsewhere.example"});
    let broken = json!({"project_id": project, "uri": uri});
    let broken = stack.companycam(Method::POST, "photos", broken).await?;
    let browser = Browser::new()?;
    journey::connect(&stack, &browser, &person).await?;
    let status = journey::wait_for_sync(&stack, &browser).await?;
    ensure!(
        status["photos"]["done"] == status["photos"]["total"],
        "{status}"
    );
    let tab = browser
        .open(&format!("{}/companycam/settings", stack.api_url))
        .await?
        .ok()?;
    let id = broken["id"].as_str().context("no id")?;
    let entries = tab.texts("ol.log li")?;
    ensure!(
        entries
            .iter()
            .any(|entry| entry.starts_with("Failed") && entry.contains(id)),
        "{entries:#?}"
    );
    let jobs = stack.one_click_state(&person.org).await?["jobs"].clone();
    ensure!(
        jobs[0]["images"]
            .as_array()
            .is_some_and(|images| images.len() == 1),
        "{jobs}"
    );
    Ok(())
}
