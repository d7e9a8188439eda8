//! Taking over from the earlier integration: its jobs, photos and documents (B20, B31).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Value, json};
use test_support::steps::{requests, text};
use test_support::{ORG, TestApp};

/// Projects with photos and documents, all brought over by the earlier integration before anybody connects;
/// one photo was drawn on since.
struct Before {
    test: TestApp,
    projects: Vec<String>,
    stale: String,
    jobs: Vec<Value>,
}

fn jobs(test: &TestApp) -> Vec<Value> {
    let state = test.one_click.state(ORG).unwrap();
    state["jobs"].as_array().unwrap().clone()
}

impl Before {
    async fn made() -> Self {
        let test = TestApp::spawn().await;
        let (mut projects, mut photos) = (Vec::new(), Vec::new());
        for name in ["Larkin", "Moreno", "Olsen"] {
            let project = test.named_project(name).await;
            for _ in 0..4 {
                photos.push(
                    test.new_photo(&project, json!({"description": "Front"}))
                        .await,
                );
            }
            let path = format!("/projects/{project}/documents");
            let plan = json!({"name": "Plan.pdf"});
            test.companycam_control(Method::POST, &path, plan).await;
            projects.push(project);
        }
        // Ids that end in 0 were deleted since.
        let stale = photos.iter().find(|id| !id.ends_with('0')).unwrap().clone();
        test.annotate(&stale).await;
        let origin = test.companycam.origin.clone();
        let made = test.one_click.seed_earlier_integration(ORG, &origin).await;
        assert_eq!(made.unwrap().len(), projects.len());
        let jobs = jobs(&test);
        Self {
            test,
            projects,
            stale,
            jobs,
        }
    }

    /// No second job, no second file, and of what there was nothing else than before.
    fn assert_taken_over(&self) {
        let now = jobs(&self.test);
        assert_eq!(now.len(), self.jobs.len(), "no second job");
        for before in &self.jobs {
            let id = &before["id"];
            let after = now.iter().find(|job| job["id"] == *id).unwrap();
            for field in [
                "name",
                "customer_name",
                "email",
                "phones",
                "address",
                "status",
            ] {
                assert_eq!(after[field], before[field], "{field} of {id}");
            }
            for (kind, key) in [("images", "cc_image_id"), ("documents", "cc_document_id")] {
                let (before, after) = (&before[kind], &after[kind]);
                let count = |list: &Value| list.as_array().unwrap().len();
                assert_eq!(count(after), count(before), "{kind} of {id}: {after:#}");
                for file in after.as_array().unwrap() {
                    if file["deleted"] == false {
                        assert_eq!(file["external_id"], file["metadata"][key], "{file:#}");
                    }
                }
            }
        }
    }

    /// How many files were asked for, and how many put in place.
    fn moved(&self) -> (usize, usize) {
        let files = requests(&self.test.companycam.controls, "GET", "/cdn/");
        let controls = self.test.one_click.controls();
        let puts = requests(controls, "PUT", "/images/").len()
            + requests(controls, "PUT", "/documents/").len();
        (files.len(), puts)
    }
}

#[tokio::test]
async fn b31_what_the_earlier_integration_made_is_taken_over_and_moved_nowhere() {
    let before = Before::made().await;
    let test = &before.test;
    let asked = before.moved().0;
    test.connect_and_settle().await;
    before.assert_taken_over();
    // Only what was drawn on since is copied.
    assert_eq!(before.moved(), (asked + 1, 1));
    let project = text(&test.companycam_has("photos", &before.stale).await["project_id"]);
    let image = test.image_of(&project, &before.stale);
    let versions = test.companycam.photo(&before.stale).unwrap();
    let newest = versions.last().unwrap().len() as u64;
    assert_eq!(image["bytes"].as_u64().unwrap(), newest);
    assert!(
        test.log_says(&["Already there, and not copied again: 4 photos and 1 document."])
            .await
    );
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b31_what_people_wrote_on_a_photo_that_is_taken_over_stays() {
    let test = TestApp::spawn().await;
    let project = test.named_project("Larkin").await;
    let photo = test
        .new_photo(&project, json!({"description": "Front"}))
        .await;
    let original = test.companycam.photo(&photo).unwrap().concat();
    let job = json!({"name": "Larkin", "customer_name": "Larkin", "metadata": {"cc_project_id": project}});
    let job = text(&test.new_job(job).await["id"]);
    let images = format!("/organizations/{ORG}/jobs/{job}/images");
    let image = json!({
        "name": format!("CompanyCam Image-{photo}.jpg"), "content_type": "image/jpeg",
        "caption": "The customer’s choice", "metadata": {"cc_image_id": photo},
    });
    let content = STANDARD.encode(original);
    let image = json!({"image": image, "content": content});
    test.one_click_control(Method::POST, &images, image).await;
    test.connect_and_settle().await;
    let image = test.image_of(&project, &photo);
    assert_eq!(image["caption"], "The customer’s choice");
    // What was blank is filled, and from here on it follows CompanyCam, field by field.
    assert!(image["captured_at"].is_string(), "{image}");
    test.change_photo(&photo, json!({"description": "Ridge"}))
        .await;
    test.catch_up().await;
    assert_eq!(test.image_of(&project, &photo)["caption"], "Ridge");
}

#[tokio::test]
async fn b26_taking_over_survives_lost_answers_and_a_second_sync() {
    let before = Before::made().await;
    let test = &before.test;
    for path in ["*/images/id:*", "*/documents/id:*", "*/images"] {
        let method = if path.contains("id:") { "PATCH" } else { "GET" };
        test.one_click_fault(json!({
            "method": method, "path": path, "times": 2, "action": "reset_after"
        }));
    }
    test.connect_and_settle().await;
    test.sync("all").await;
    before.assert_taken_over();
    assert_eq!(before.moved().1, 1);
}

#[tokio::test]
async fn b31_a_photo_that_was_deleted_on_its_job_is_not_forced_on_it_again() {
    let before = Before::made().await;
    let test = &before.test;
    let project = &before.projects[1];
    let image = test.images_of(project)[0].clone();
    let (job, id) = (text(&test.job_of(project)["id"]), text(&image["id"]));
    let path = format!("/organizations/{ORG}/jobs/{job}/images/id:{id}");
    test.one_click_control(Method::DELETE, &path, Value::Null)
        .await;
    test.connect_and_settle().await;
    let photo = text(&image["metadata"]["cc_image_id"]);
    assert!(!test.shows(project, &photo));
}
