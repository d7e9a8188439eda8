//! B40, B42: what a sync came to, and undoing it.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::steps::text;
use test_support::{Browser, ORG, Page, TestApp};

use crate::{connected, notice};

/// The last run's id.
async fn last(test: &TestApp) -> String {
    test.organization().await.unwrap().sync.unwrap().id
}

async fn page(browser: &Browser, run: &str) -> Page {
    let page = browser
        .get(&format!("/companycam/settings/runs/{run}"))
        .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    page
}

async fn undo(browser: &Browser, run: &str) -> Page {
    browser.submit(&format!("runs/{run}/undo"), &[]).await
}

/// The project's jobs that were not removed.
fn live(test: &TestApp, project: &str) -> Vec<Value> {
    let mut jobs = test.jobs_of(project);
    jobs.retain(|job| job["deleted"] != true);
    jobs
}

/// A sync that made a job of a new project, linked another to a job that was there, and skipped an archived
/// one; the two projects and the job.
async fn synced() -> (TestApp, Browser, [String; 2], String) {
    let (test, browser) = connected().await;
    let made = test.named_project("Castell barn").await;
    test.new_photo(&made, json!({})).await;
    let address = json!({"street_address_1": "12 Elm Street", "city": "Lincoln", "state": "NE", "postal_code": "68508"});
    let linked = test
        .new_project(json!({"name": "Larkin", "address": address}))
        .await;
    test.new_photo(&linked, json!({})).await;
    test.new_project(json!({"name": "Old", "archived": true}))
        .await;
    let address =
        json!({"line_1": "12 Elm St", "city": "Lincoln", "state": "NE", "postal_code": "68508"});
    let job = json!({"name": "Larkin", "customer_name": "Larkin", "address": address});
    let job = text(&test.new_job(job).await["id"]);
    test.sync("29").await;
    (test, browser, [made, linked], job)
}

#[tokio::test]
async fn b42_a_run_says_what_it_made_of_each_project() {
    let (test, browser, [made, linked], _) = synced().await;
    let said = page(&browser, &last(&test).await).await;
    for says in [
        "Jobs created (1)",
        "Linked to existing jobs (1)",
        "Skipped (1)",
        "1 (1 archived)",
        "Castell barn",
        "Larkin",
        "by avery.stone@ridgeline.example",
    ] {
        assert!(said.says(says), "{says}: {}", said.body);
    }
    assert!(
        said.says(&format!("/projects/{made}\"")) && said.says(&format!("/projects/{linked}\""))
    );
    let tab = browser.tab().await;
    assert!(tab.says("1 job created, 1 linked"), "{}", tab.body);
    assert!(
        test.log_says(&[
            "Sync finished",
            "1 job created",
            "1 linked",
            "1 project skipped"
        ])
        .await
    );
}

#[tokio::test]
async fn b42_a_long_list_goes_on_behind_its_first_hundred() {
    let (test, browser) = connected().await;
    for number in 0..130 {
        let house = json!({"name": format!("House {number}"), "archived": true});
        test.new_project(house).await;
    }
    test.sync("29").await;
    let run = last(&test).await;
    let first = page(&browser, &run).await;
    assert!(first.says("Skipped (130)"), "{}", first.body);
    let more = first.body.split(&format!("/runs/{run}?only=")).nth(1);
    let more = more.unwrap().split('"').next().unwrap();
    let second = page(
        &browser,
        &format!("{run}?only={}", more.replace("&amp;", "&")),
    )
    .await;
    assert!(second.says("Skipped (30)"), "{}", second.body);
    let all = format!("{}{}", first.body, second.body);
    for number in 0..130 {
        assert!(all.contains(&format!(">House {number}</a>")), "{number}");
    }
    for odd in ["?only=nonsense&after=..%2F", "?only=made&after=1"] {
        page(&browser, &format!("{run}{odd}")).await;
    }
}

#[tokio::test]
async fn b42_a_run_is_still_there_when_another_has_followed() {
    let (test, browser, ..) = synced().await;
    let first = last(&test).await;
    test.sync("29").await;
    assert_ne!(last(&test).await, first);
    page(&browser, &first).await;
    for unknown in ["nonsense", "00000000-0000-4000-8000-000000000000", "..%2F"] {
        let answer = browser
            .get(&format!("/companycam/settings/runs/{unknown}"))
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{unknown}");
    }
}

#[tokio::test]
async fn b40_an_undone_run_takes_back_what_it_made_and_the_projects_rest() {
    let (test, browser, [made, linked], job) = synced().await;
    let run = last(&test).await;
    let made_job = text(&test.job_of(&made)["id"]);
    for _ in 0..2 {
        assert_eq!(notice(&undo(&browser, &run).await), "undoing");
    }
    test.settle().await;
    assert!(live(&test, &made).is_empty() && live(&test, &linked).is_empty());
    let state = test.one_click_state();
    let there = |id: &str| {
        state["jobs"]
            .as_array()
            .unwrap()
            .iter()
            .any(|job| job["id"] == id && job["deleted"] != true)
    };
    assert!(!there(&made_job), "it is removed");
    assert!(there(&job), "it was there before");
    let images = test.job(&job)["images"].clone();
    assert!(
        images
            .as_array()
            .unwrap()
            .iter()
            .all(|image| image["deleted"] == true),
        "{images}"
    );
    let said = page(&browser, &run).await;
    assert!(
        said.says("1 job removed") && said.says("1 project unlinked"),
        "{}",
        said.body
    );
    // Changes bring nothing back, nor do new photos.
    test.change_project(&made, json!({"name": "Renamed"})).await;
    test.new_photo(&linked, json!({})).await;
    test.catch_up().await;
    assert!(live(&test, &made).is_empty() && live(&test, &linked).is_empty());
    // A Sync does.
    test.sync("29").await;
    assert_eq!(live(&test, &made).len(), 1);
    assert_eq!(test.job_of(&linked)["id"], job.as_str());
}

#[tokio::test]
async fn b40_a_job_that_somebody_worked_on_stays() {
    let (test, browser, [made, _], _) = synced().await;
    let run = last(&test).await;
    let job = test.job_of(&made);
    let path = format!("/organizations/{ORG}/jobs/{}", text(&job["id"]));
    test.one_click_control(
        Method::PATCH,
        &path,
        json!({"job": {"email": "by@hand.example"}}),
    )
    .await;
    undo(&browser, &run).await;
    test.settle().await;
    assert_eq!(test.job_of(&made)["id"], job["id"], "linked still");
    let said = page(&browser, &run).await;
    assert!(
        said.says("1 job kept because someone has worked on them"),
        "{}",
        said.body
    );
    assert!(said.says("Castell barn"), "{}", said.body);
}

#[tokio::test]
async fn b40_after_seven_days_or_while_it_runs_a_run_is_not_undone() {
    let (test, browser, ..) = synced().await;
    let run = last(&test).await;
    test.advance(std::time::Duration::from_hours(7 * 24 + 1));
    let browser_later = test.administrator().await;
    let refused = undo(&browser_later, &run).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    assert!(!page(&browser_later, &run).await.says("Undo this sync"));
    browser_later.submit("sync", &[("since_days", "29")]).await;
    let refused = undo(&browser_later, &last(&test).await).await;
    assert!(refused.says("still running"), "{}", refused.body);
    let signed_out = test
        .browser()
        .get(&format!("/companycam/settings/runs/{run}"))
        .await;
    assert_eq!(signed_out.status, StatusCode::UNAUTHORIZED);
    drop(browser);
}

#[tokio::test]
async fn b28_another_organizations_runs_are_not_shown_or_undone() {
    let test = TestApp::with_two_companies().await;
    test.connect().await;
    let email = "avery.stone@company-1.example";
    let other = test.connect_as("org_harbor", "usr_harper", email).await;
    test.drain().await;
    let project = test.named_project("House").await;
    test.sync("29").await;
    let run = last(&test).await;
    let answer = other.get(&format!("/companycam/settings/runs/{run}")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let answer = undo(&other, &run).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    test.settle().await;
    assert_eq!(test.jobs_of(&project).len(), 1);
    test.companycam_control(Method::DELETE, "/faults", Value::Null)
        .await;
}

#[tokio::test]
async fn b40_undoing_leaves_a_job_that_somebody_linked_since() {
    let (test, browser, [made, _], _) = synced().await;
    let run = last(&test).await;
    let first = text(&test.job_of(&made)["id"]);
    let theirs = json!({"name": "Castell", "customer_name": "Castell"});
    let theirs = text(&test.new_job(theirs).await["id"]);
    let form = format!("projects/{made}/link");
    let said = browser.submit(&form, &[("job_id", &theirs)]).await;
    assert_eq!(notice(&said), "linking");
    test.settle().await;
    assert_eq!(test.job_of(&made)["id"], theirs.as_str());
    undo(&browser, &run).await;
    test.settle().await;
    assert_eq!(test.job(&theirs)["deleted"], false, "no run made it");
    assert_eq!(test.job_of(&made)["id"], theirs.as_str());
    assert!(test.shows(&made, &photos_of(&test, &made)[0]));
    assert_eq!(test.job(&first)["deleted"], false, "nobody's any more");
}

fn photos_of(test: &TestApp, project: &str) -> Vec<String> {
    let photos = test.images_of(project).into_iter();
    photos.map(|image| text(&image["external_id"])).collect()
}

#[tokio::test]
async fn b40_a_run_is_undone_whole_though_later_ones_looked_at_its_projects() {
    let (test, browser, [made, linked], _) = synced().await;
    let run = last(&test).await;
    test.change_project(&made, json!({"name": "Castell barn, new"}))
        .await;
    test.sync("29").await;
    browser
        .submit("sync/preview", &[("since_days", "90")])
        .await;
    test.settle().await;
    let said = page(&browser, &run).await;
    assert!(
        said.says("Jobs created (1)") && said.says("Linked to existing jobs (1)"),
        "{}",
        said.body
    );
    undo(&browser, &run).await;
    test.settle().await;
    assert!(live(&test, &made).is_empty() && live(&test, &linked).is_empty());
}

#[tokio::test]
async fn b40_what_was_on_its_way_to_a_job_does_not_come_after_undoing() {
    let (test, browser, [_, linked], job) = synced().await;
    let run = last(&test).await;
    let late = test.new_photo(&linked, json!({})).await;
    test.poll().await;
    // The look at the project has queued the photo; nothing copies it yet.
    let mut busy = true;
    while busy {
        let sync = test.work_on(test_support::Queue::Sync).await;
        let retry = test.work_on(test_support::Queue::Retry).await;
        busy = sync + retry > 0;
    }
    undo(&browser, &run).await;
    for _ in 0..20 {
        test.work_on(test_support::Queue::Sync).await;
    }
    test.settle().await;
    let images = test.job(&job)["images"].clone();
    let there = images.as_array().unwrap().iter();
    let there = there.filter(|image| image["deleted"] != true);
    assert_eq!(there.count(), 0, "{late}: {images}");
}

#[tokio::test]
async fn b26_undoing_that_lost_its_message_is_taken_up_by_a_poll_or_another_click() {
    let (test, browser, [made, _], _) = synced().await;
    let run = last(&test).await;
    undo(&browser, &run).await;
    test.aws.sqs.lose_all();
    assert_eq!(live(&test, &made).len(), 1);
    test.advance(std::time::Duration::from_mins(21));
    test.catch_up().await;
    assert!(live(&test, &made).is_empty());

    let (test, browser, [made, _], _) = synced().await;
    let run = last(&test).await;
    undo(&browser, &run).await;
    test.aws.sqs.lose_all();
    assert_eq!(notice(&undo(&browser, &run).await), "undoing");
    test.settle().await;
    assert!(live(&test, &made).is_empty());
}

#[tokio::test]
async fn b27_a_job_that_is_refused_does_not_hold_undoing_up() {
    let (test, browser, [made, linked], _) = synced().await;
    let run = last(&test).await;
    let job = text(&test.job_of(&made)["id"]);
    let path = format!("/v1/organizations/*/jobs/{job}");
    for status in [503, 422] {
        test.one_click_fault(json!({"method": "DELETE", "path": path, "times": null, "action": {
            "status": status, "headers": {"content-type": "application/json"}, "body": r#"{"errors": ["no"]}"#,
        }}));
    }
    undo(&browser, &run).await;
    test.pass(std::time::Duration::from_mins(10)).await;
    assert_eq!(live(&test, &made).len(), 1, "refused");
    assert!(live(&test, &linked).is_empty());
    let said = page(&browser, &run).await;
    assert!(said.says("1 project couldn’t be undone"), "{}", said.body);
}
