//! From CompanyCam to One Click.

use http::Method;
use serde_json::json;
use test_support::TestApp;
use test_support::steps::{now, text};

use crate::play::{Scenario, Subject, one_click_org, queue};

pub async fn project_with_photos(test: &TestApp) -> (String, [String; 2]) {
    let project = json!({"name": "Roof", "address": {
        "street_address_1": "12 Cedar Street", "street_address_2": null, "city": "Lincoln",
        "state": "NE", "postal_code": "68508", "country": "US",
    }});
    let project = test.new_project(project).await;
    let one = test
        .new_photo(&project, json!({"description": "one"}))
        .await;
    let two = test
        .new_photo(&project, json!({"description": "two"}))
        .await;
    (project, [one, two])
}

pub struct ImportingProjectWithPhotos;

impl Scenario for ImportingProjectWithPhotos {
    async fn act(test: &TestApp) -> Subject {
        let (project, _) = project_with_photos(test).await;
        queue(test, &json!({"kind": "poll"}));
        Subject::Project(project)
    }
}

pub struct FollowingChanges;

impl Scenario for FollowingChanges {
    async fn act(test: &TestApp) -> Subject {
        let (project, photos) = project_with_photos(test).await;
        let hidden = test.new_photo(&project, json!({})).await;
        test.catch_up().await;
        let address = json!({
            "street_address_1": "12 Cedar Street", "street_address_2": "Unit 4", "city": "Omaha",
            "state": "NE", "postal_code": "68102", "country": "US",
        });
        let changes = json!({"name": "Roof and gutters", "address": address});
        test.change_project(&project, changes).await;
        test.annotate(&photos[0]).await;
        test.change_photo(&photos[1], json!({"description": "changed"}))
            .await;
        test.change_photo(&hidden, json!({"internal": true})).await;
        queue(test, &json!({"kind": "poll"}));
        Subject::Project(project)
    }
}

pub struct MovingPhoto;

impl Scenario for MovingPhoto {
    async fn act(test: &TestApp) -> Subject {
        for earlier in test.projects_named("From").await {
            let earlier = text(&earlier["id"]);
            test.shelve(&earlier).await;
            test.forget(&earlier).await;
        }
        let from = test.named_project("From").await;
        let (project, _) = project_with_photos(test).await;
        let moved = test.new_photo(&from, json!({"description": "moved"})).await;
        test.catch_up().await;
        assert!(test.shows(&from, &moved));
        test.change_photo(&moved, json!({"project_id": project}))
            .await;
        queue(test, &json!({"kind": "poll"}));
        Subject::Project(project)
    }
}

pub struct Syncing;

impl Scenario for Syncing {
    async fn act(test: &TestApp) -> Subject {
        let (project, photos) = project_with_photos(test).await;
        test.change_photo(&photos[0], json!({"add_tag": "Roof"}))
            .await;
        let org = one_click_org();
        let run = sync::sync_run::new_run(model::sync_run::Window::Days(29), now());
        assert!(
            test.app
                .store
                .start_sync(&org, &run)
                .await
                .unwrap()
                .is_some()
        );
        sync::sync_run::begin(&test.app, &org, &run).await.unwrap();
        Subject::Project(project)
    }
}

pub struct FindingJobDeleted;

impl Scenario for FindingJobDeleted {
    async fn act(test: &TestApp) -> Subject {
        let (project, _) = project_with_photos(test).await;
        test.catch_up().await;
        test.delete_job(&test.job_of(&project)).await;
        test.change_project(&project, json!({"name": "Renamed"}))
            .await;
        queue(test, &json!({"kind": "poll"}));
        Subject::Project(project)
    }
}

pub struct PhotoFindingJobDeleted;

impl Scenario for PhotoFindingJobDeleted {
    async fn act(test: &TestApp) -> Subject {
        let (project, _) = project_with_photos(test).await;
        test.catch_up().await;
        test.delete_job(&test.job_of(&project)).await;
        test.new_photo(&project, json!({})).await;
        queue(test, &json!({"kind": "poll"}));
        Subject::Project(project)
    }
}

/// One Click fails at a photo twice, and takes it then.
pub struct CopyingPhotoThatIsRefused;

impl Scenario for CopyingPhotoThatIsRefused {
    async fn act(test: &TestApp) -> Subject {
        let (project, photos) = project_with_photos(test).await;
        let path = format!("/v1/organizations/*/images/{}", photos[0]);
        let oops = json!({"status": 500, "body": "{\"errors\": [\"oops\"]}"});
        test.one_click_fault(json!({"method": "PUT", "path": path, "times": 2, "action": oops}));
        queue(test, &json!({"kind": "poll"}));
        Subject::Project(project)
    }
}

/// A project with a job goes into one without.
pub struct MergingProjects;

impl Scenario for MergingProjects {
    async fn act(test: &TestApp) -> Subject {
        let (gone, _) = project_with_photos(test).await;
        test.catch_up().await;
        let stays = test.named_project("Stays").await;
        let path = format!("/projects/{gone}/merge");
        test.companycam_control(Method::POST, &path, json!({ "into": stays }))
            .await;
        let merged = json!({"kind": "project", "project_id": gone, "origin": "merge"});
        queue(test, &merged);
        Subject::Project(stays)
    }
}

pub struct LookingAtWhatEventsAreAbout;

impl Scenario for LookingAtWhatEventsAreAbout {
    async fn act(test: &TestApp) -> Subject {
        let (project, photos) = project_with_photos(test).await;
        test.change_photo(&photos[0], json!({"add_tag": "Roof"}))
            .await;
        let about = json!({"kind": "project", "project_id": project, "origin": "event"});
        queue(test, &about);
        for photo in &photos {
            queue(
                test,
                &json!({"kind": "photo", "photo_id": photo, "tags": true}),
            );
        }
        Subject::Project(project)
    }
}

pub struct LinkingJobThatIsThere;

impl Scenario for LinkingJobThatIsThere {
    async fn act(test: &TestApp) -> Subject {
        let (project, _) = project_with_photos(test).await;
        let contact =
            json!({"name": "Pat", "email": "pat@x.example", "phone_number": "402-555-0101"});
        test.change_project(&project, json!({"primary_contact": contact}))
            .await;
        let known = json!({
            "name": "Sam", "customer_name": "Barlow", "email": "own@x.example",
            "address": {"line_1": "12 Cedar St"}, "metadata": {"cc_project_id": project},
        });
        test.new_job(known).await;
        queue(test, &json!({"kind": "poll"}));
        Subject::Project(project)
    }
}
