//! B39: the page of a project, the page of a job, and what is said there by hand.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::steps::text;
use test_support::{Browser, ORG, Page, TestApp};

use crate::retry::with_a_failed_photo;
use crate::{connected, notice, status};

async fn page(browser: &Browser, what: &str) -> Page {
    let page = browser.get(&format!("/companycam/settings/{what}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    page
}

async fn of_project(browser: &Browser, project: &str) -> Page {
    page(browser, &format!("projects/{project}")).await
}

/// What a form of the project's page came to, without what follows.
async fn press(browser: &Browser, project: &str, verb: &str) -> Page {
    browser
        .submit(&format!("projects/{project}/{verb}"), &[])
        .await
}

async fn link(browser: &Browser, project: &str, job: &str) -> Page {
    let form = format!("projects/{project}/link");
    browser.submit(&form, &[("job_id", job)]).await
}

async fn job(test: &TestApp, customer: &str) -> String {
    let job = json!({"name": customer, "customer_name": customer});
    text(&test.new_job(job).await["id"])
}

/// A project with two photos on its job.
async fn linked() -> (TestApp, Browser, String, [String; 2]) {
    let (test, browser) = connected().await;
    let (project, photos) = test.seed().await;
    test.catch_up().await;
    test.assert_whole(&project, &photos);
    (test, browser, project, photos)
}

async fn delete_image(test: &TestApp, project: &str, photo: &str) {
    let job = text(&test.job_of(project)["id"]);
    let path = format!("/organizations/{ORG}/jobs/{job}/images/{photo}");
    test.one_click_control(Method::DELETE, &path, Value::Null)
        .await;
}

#[tokio::test]
async fn b39_a_project_says_how_many_of_its_photos_are_on_the_job_and_why_the_others_are_not() {
    let (test, browser, project, photos) = linked().await;
    assert!(
        of_project(&browser, &project)
            .await
            .says("2 of 2 photos are on the job.")
    );
    test.new_photo(&project, json!({"processing_status": "duplicate"}))
        .await;
    test.new_photo(&project, json!({"internal": true})).await;
    delete_image(&test, &project, &photos[0]).await;
    let said = of_project(&browser, &project).await;
    assert!(said.says("1 of 4 photos are on the job."), "{}", said.body);
    for why in [
        "marked it as a duplicate",
        "marked internal",
        "since been deleted in One Click",
    ] {
        assert!(said.says(why), "{why}: {}", said.body);
    }
    assert!(said.says("<img src=\"http"), "{}", said.body);
    let policy = said.header("content-security-policy");
    assert!(policy.contains(&test.app.config.photo_hosts), "{policy}");
}

#[tokio::test]
async fn b39_a_photo_deleted_on_the_job_is_had_again_by_hand() {
    let (test, browser, project, photos) = linked().await;
    delete_image(&test, &project, &photos[0]).await;
    assert!(!test.shows(&project, &photos[0]));
    for _ in 0..2 {
        let pressed = press(&browser, &project, "copy_missing").await;
        assert_eq!(notice(&pressed), "copying-missing");
    }
    test.settle().await;
    test.assert_whole(&project, &photos);
    assert!(
        of_project(&browser, &project)
            .await
            .says("2 of 2 photos are on the job.")
    );
}

#[tokio::test]
async fn b39_a_photo_that_failed_is_had_again_from_its_project() {
    let (test, browser, project, photos) = with_a_failed_photo().await;
    let said = of_project(&browser, &project).await;
    assert!(said.says("1 of 2 photos are on the job."), "{}", said.body);
    assert!(said.says("it couldn’t be copied"), "{}", said.body);
    press(&browser, &project, "copy_missing").await;
    test.settle().await;
    test.assert_whole(&project, &photos);
    assert_eq!(status(&browser).await["attention"], 0);
}

#[tokio::test]
async fn b39_unlinking_leaves_the_photos_where_they_are_and_nothing_follows_any_more() {
    let (test, browser, project, photos) = linked().await;
    let job = text(&test.job_of(&project)["id"]);
    assert_eq!(
        notice(&press(&browser, &project, "unlink").await),
        "unlinked"
    );
    assert_eq!(
        notice(&press(&browser, &project, "unlink").await),
        "already-so"
    );
    test.change_project(&project, json!({"name": "Renamed"}))
        .await;
    test.change_photo(&photos[0], json!({"description": "Changed"}))
        .await;
    let another = test.new_photo(&project, json!({})).await;
    test.catch_up().await;
    browser.submit("sync", &[("since_days", "29")]).await;
    test.settle().await;
    test.nightly().await;
    test.pass(std::time::Duration::from_mins(3)).await;
    let job = test.job(&job);
    assert_ne!(job["customer_name"], "Renamed");
    assert!(
        job["metadata"]
            .get("cc_project_id")
            .is_none_or(|id| id.is_null() || id == "")
    );
    let images: Vec<_> = job["images"].as_array().unwrap().iter().collect();
    let live = |id: &str| {
        images
            .iter()
            .any(|image| image["external_id"] == id && image["deleted"] == false)
    };
    assert!(photos.iter().all(|photo| live(photo)) && !live(&another));
    assert!(test.jobs_of(&project).is_empty());
    let said = of_project(&browser, &project).await;
    assert!(
        said.says("Unlinked") && said.says("Create the job now"),
        "{}",
        said.body
    );
}

#[tokio::test]
async fn b39_an_unlinked_project_gets_a_job_of_its_own_by_hand() {
    let (test, browser, project, photos) = linked().await;
    press(&browser, &project, "unlink").await;
    for _ in 0..2 {
        let pressed = press(&browser, &project, "create_job").await;
        assert_eq!(notice(&pressed), "creating-job");
    }
    test.settle().await;
    assert_eq!(test.jobs_of(&project).len(), 1);
    assert!(photos.iter().all(|photo| test.shows(&project, photo)));
    assert_eq!(
        notice(&press(&browser, &project, "create_job").await),
        "already-so"
    );
}

#[tokio::test]
async fn b39_linking_to_another_job_moves_the_photos_there() {
    let (test, browser, project, photos) = linked().await;
    let before = text(&test.job_of(&project)["id"]);
    let other = job(&test, "Larkin").await;
    assert_eq!(notice(&link(&browser, &project, &other).await), "linking");
    test.settle().await;
    assert_eq!(test.job_of(&project)["id"], other.as_str());
    assert_eq!(
        test.job_of(&project)["customer_name"],
        "Larkin",
        "it is somebody’s"
    );
    assert!(photos.iter().all(|photo| test.shows(&project, photo)));
    let before = test.job(&before);
    let images = before["images"].as_array().unwrap();
    assert!(
        images.iter().all(|image| image["deleted"] == true),
        "{images:#?}"
    );
    assert_eq!(
        notice(&link(&browser, &project, &other).await),
        "already-so"
    );
    let said = test.activity_texts().await;
    assert!(
        said.iter()
            .any(|text| text.starts_with("avery.stone@ridgeline.example linked project")),
        "{said:?}"
    );
}

#[tokio::test]
async fn b39_a_job_can_be_named_by_its_link_and_nonsense_changes_nothing() {
    let (test, browser, project, _) = linked().await;
    let before = text(&test.job_of(&project)["id"]);
    let other = test.named_project("Barn").await;
    test.catch_up().await;
    let taken = text(&test.job_of(&other)["id"]);
    for (named, refused) in [
        ("", StatusCode::BAD_REQUEST),
        ("no id at all", StatusCode::BAD_REQUEST),
        ("job_x", StatusCode::NOT_FOUND),
        (&*taken, StatusCode::CONFLICT),
    ] {
        let answer = link(&browser, &project, named).await;
        assert_eq!(answer.status, refused, "{named}: {}", answer.body);
        assert!(answer.says("Nothing was changed."), "{}", answer.body);
    }
    test.settle().await;
    assert_eq!(test.job_of(&project)["id"], before.as_str());
    let free = job(&test, "Larkin").await;
    let named = format!("https://one-click.example/jobs/{free}/photos");
    assert_eq!(notice(&link(&browser, &project, &named).await), "linking");
    test.settle().await;
    assert_eq!(test.job_of(&project)["id"], free.as_str());
}

#[tokio::test]
async fn b39_a_project_that_was_left_alone_gets_its_job_by_hand() {
    let (test, browser) = connected().await;
    test.prefer(&["only_matched_users"]).await;
    let project = test
        .new_project(json!({"name": "Archived", "archived": true}))
        .await;
    let photo = test.new_photo(&project, json!({})).await;
    test.catch_up().await;
    assert!(test.jobs_of(&project).is_empty());
    assert!(of_project(&browser, &project).await.says("Skipped because"));
    press(&browser, &project, "create_job").await;
    test.settle().await;
    assert_eq!(test.jobs_of(&project).len(), 1);
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b39_a_job_gets_its_project_by_hand_whatever_the_preferences_say() {
    let (test, browser) = connected().await;
    let id = job(&test, "Larkin").await;
    let said = page(&browser, &format!("jobs/{id}")).await;
    assert!(
        said.says("Larkin") && said.says("No project"),
        "{}",
        said.body
    );
    let form = format!("jobs/{id}/create_project");
    for _ in 0..2 {
        assert_eq!(
            notice(&browser.submit(&form, &[]).await),
            "creating-project"
        );
    }
    test.settle().await;
    assert_eq!(test.projects_named("Larkin").await.len(), 1);
    assert_eq!(notice(&browser.submit(&form, &[]).await), "already-so");
    let moved = browser
        .get(&format!("/companycam/settings/jobs/{id}"))
        .await;
    let project = text(&test.projects_named("Larkin").await[0]["id"]);
    assert!(
        moved
            .location()
            .unwrap()
            .path()
            .ends_with(&format!("/projects/{project}"))
    );
}

#[tokio::test]
async fn b39_an_unlinked_job_makes_no_project_by_itself() {
    let (test, browser, project, _) = linked().await;
    test.prefer(&["create_project_from_job", "create_job_from_project"])
        .await;
    let id = job(&test, "Larkin").await;
    test.catch_up().await;
    let made = text(&test.projects_named("Larkin").await[0]["id"]);
    press(&browser, &made, "unlink").await;
    let path = format!("/organizations/{ORG}/jobs/{id}");
    test.one_click_control(
        Method::PATCH,
        &path,
        json!({"job": {"email": "x@y.example"}}),
    )
    .await;
    test.catch_up().await;
    assert_eq!(test.projects_named("Larkin").await.len(), 1);
    assert_eq!(test.jobs_of(&project).len(), 1);
    let said = page(&browser, &format!("jobs/{id}")).await;
    assert!(
        said.says("unlinked from its project by hand"),
        "{}",
        said.body
    );
}

#[tokio::test]
async fn b39_a_page_without_an_answer_says_what_was_last_known() {
    let (test, browser, project, _) = linked().await;
    let silent = json!({"path": "/v2/*", "times": null, "action": {"status": 503}});
    test.companycam_fault(silent);
    let said = of_project(&browser, &project).await;
    assert!(
        said.says("CompanyCam couldn’t be asked just now"),
        "{}",
        said.body
    );
    test.companycam_control(Method::DELETE, "/faults", Value::Null)
        .await;
    let silent = json!({"path": "/v1/*", "times": null, "action": {"status": 503, "body": ""}});
    test.one_click_fault(silent);
    let said = of_project(&browser, &project).await;
    assert!(
        said.says("One Click couldn’t be asked just now"),
        "{}",
        said.body
    );
    assert!(!said.says("deleted in One Click"), "{}", said.body);
}

#[tokio::test]
async fn b28_another_organizations_projects_and_jobs_have_no_page() {
    let test = TestApp::with_two_companies().await;
    test.connect().await;
    let email = "avery.stone@company-1.example";
    let other = test.connect_as("org_harbor", "usr_harper", email).await;
    test.drain().await;
    let (project, _) = test.seed().await;
    test.catch_up().await;
    let job = text(&test.job_of(&project)["id"]);
    for what in [format!("projects/{project}"), format!("jobs/{job}")] {
        let page = other.get(&format!("/companycam/settings/{what}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{what}: {}", page.body);
    }
    for verb in ["unlink", "copy_missing", "create_job"] {
        let answer = press(&other, &project, verb).await;
        assert!(!answer.status.is_success(), "{verb}: {}", answer.status);
    }
    test.settle().await;
    assert_eq!(test.jobs_of(&project).len(), 1);
}
