//! Projects that get no job, for now: nothing of them is listed, and all of it comes when they do (B10, B13).

use http::Method;
use serde_json::{Value, json};
use test_support::TestApp;
use test_support::steps::requests;

const IMPORTS: [&str; 2] = ["create_job_from_project", "copy_documents"];
const ONLY_MATCHED: [&str; 3] = [
    "create_job_from_project",
    "copy_documents",
    "only_matched_users",
];

/// Gives the project a tagged photo and a document; the photo.
async fn fill(test: &TestApp, project: &str) -> String {
    let path = format!("/projects/{project}/documents");
    test.companycam_control(Method::POST, &path, json!({"name": "Plan.pdf"}))
        .await;
    test.new_photo(project, json!({"tags": ["Roof"]})).await
}

/// What was asked of CompanyCam about photos, documents and assigned users.
fn listed(test: &TestApp) -> Vec<String> {
    let mut asked = Vec::new();
    for part in ["/photos", "/documents", "/assigned_users"] {
        for request in requests(&test.companycam.controls, "GET", part) {
            // The tags of a company are its own, whatever its projects are.
            let is_tags = request.query.contains("tag_ids");
            if !is_tags && !request.path.contains("/cdn/") {
                asked.push(format!("{}?{}", request.path, request.query));
            }
        }
    }
    asked
}

/// The project has its job, and that all that it should.
#[track_caller]
fn assert_all(test: &TestApp, project: &str, photo: &str) {
    assert_eq!(test.image_of(project, photo)["tags"], json!(["Roof"]));
    let documents = test.job_of(project)["documents"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(documents.len(), 1, "{documents:#?}");
}

#[tokio::test]
async fn b10_a_sync_lists_nothing_of_projects_that_get_no_job() {
    let test = TestApp::connected().await;
    test.prefer(&["copy_documents"]).await;
    let project = test.named_project("Skipped").await;
    fill(&test, &project).await;
    test.companycam.controls.clear_requests();
    test.sync("29").await;
    test.catch_up().await;
    assert_eq!(listed(&test), Vec::<String>::new());
    assert!(test.jobs_of(&project).is_empty());
}

#[tokio::test]
async fn b13_a_sync_lists_nothing_of_a_project_that_waits_but_who_is_assigned() {
    let test = TestApp::connected().await;
    test.prefer(&ONLY_MATCHED).await;
    let waits = test.named_project("Waits").await;
    fill(&test, &waits).await;
    let archived = test.named_project("Archived").await;
    fill(&test, &archived).await;
    test.change_project(&archived, json!({"archived": true}))
        .await;
    test.companycam.controls.clear_requests();
    test.sync("29").await;
    let asked = listed(&test);
    let assigned = format!("/v2/projects/{waits}/assigned_users");
    assert!(
        asked.iter().all(|asked| asked.starts_with(&assigned)),
        "{asked:#?}"
    );
}

#[tokio::test]
async fn b10_a_sync_lists_the_photos_of_those_with_a_job_only() {
    let test = TestApp::connected().await;
    let linked = test.named_project("Linked").await;
    test.catch_up().await;
    test.prefer(&["copy_documents"]).await;
    let skipped = test.named_project("Skipped").await;
    fill(&test, &skipped).await;
    let photo = test.new_photo(&linked, json!({})).await;
    test.companycam.controls.clear_requests();
    test.sync("29").await;
    assert!(test.shows(&linked, &photo));
    let asked = listed(&test);
    assert!(
        asked.iter().all(|asked| !asked.contains(&skipped)),
        "{asked:#?}"
    );
}

#[tokio::test]
async fn b13_an_event_of_a_photo_reads_no_tags_where_its_project_gets_no_job() {
    let test = TestApp::connected_live().await;
    test.prefer(&["copy_documents"]).await;
    let project = test.named_project("Skipped").await;
    test.live().await;
    test.companycam.controls.clear_requests();
    let photo = fill(&test, &project).await;
    test.live().await;
    let tags = requests(&test.companycam.controls, "GET", "/tags");
    assert!(tags.is_empty(), "{photo}: {tags:#?}");
}

#[tokio::test]
async fn b10_what_was_skipped_comes_whole_by_a_sync_once_that_is_on() {
    let test = TestApp::connected_live().await;
    test.prefer(&["copy_documents"]).await;
    let project = test.named_project("Skipped").await;
    let photo = fill(&test, &project).await;
    test.live().await;
    assert!(test.jobs_of(&project).is_empty());
    test.prefer(&IMPORTS).await;
    test.sync("29").await;
    assert_all(&test, &project, &photo);
}

/// A project that waits, since nobody is matched to the one who is assigned to it.
async fn waiting(test: &TestApp) -> (String, String, String) {
    test.prefer(&ONLY_MATCHED).await;
    let project = test.named_project("Waits").await;
    let kit = test.companycam_user_named("Kit Monroe").await;
    test.assign(&project, &kit).await;
    let photo = fill(test, &project).await;
    test.live().await;
    test.catch_up().await;
    assert!(test.jobs_of(&project).is_empty());
    (project, photo, kit)
}

#[tokio::test]
async fn b13_a_project_that_waits_comes_whole_when_its_user_is_matched_by_hand() {
    let test = TestApp::connected_live().await;
    let (project, photo, kit) = waiting(&test).await;
    let browser = test.administrator().await;
    let fields = [("one_click_user_id", "usr_front_desk")];
    let saved = browser.submit(&format!("users/{kit}"), &fields).await;
    assert!(saved.status.is_redirection(), "{}", saved.body);
    test.live().await;
    assert_all(&test, &project, &photo);
}

#[tokio::test]
async fn b13_a_project_that_waits_comes_whole_when_its_user_is_matched_by_address() {
    let test = TestApp::connected_live().await;
    let (project, photo, kit) = waiting(&test).await;
    let address = "devon.park@ridgeline.example";
    let devon = test.companycam_user(address).await;
    for (user, address) in [(&devon, Value::Null), (&kit, json!(address))] {
        let changed = json!({ "email_address": address });
        test.companycam_control(Method::PATCH, &format!("/users/{user}"), changed)
            .await;
    }
    // Long ago, so that no window of a sync has it.
    test.shelve(&project).await;
    test.advance(std::time::Duration::from_hours(24));
    test.catch_up().await;
    assert_all(&test, &project, &photo);
}

#[tokio::test]
async fn b13_what_waited_for_a_match_comes_whole_when_none_is_needed_any_more() {
    let test = TestApp::connected_live().await;
    let (project, photo, _) = waiting(&test).await;
    test.prefer(&IMPORTS).await;
    test.live().await;
    assert_all(&test, &project, &photo);
}

#[tokio::test]
async fn b18_what_was_archived_or_deleted_before_it_had_a_job_comes_whole_when_it_is_back() {
    for (gone, back) in [
        (json!({"archived": true}), json!({"archived": false})),
        (json!({"status": "deleted"}), json!({"status": "active"})),
    ] {
        for told in [true, false] {
            let test = TestApp::connected_live().await;
            let made = async {
                let project = test.named_project("Roof").await;
                test.change_project(&project, gone.clone()).await;
                project
            };
            let project = test.unheard(made).await;
            test.catch_up().await;
            assert!(test.jobs_of(&project).is_empty());
            let photo = test.unheard(fill(&test, &project)).await;
            if told {
                test.change_project(&project, back.clone()).await;
                test.live().await;
            } else {
                test.unheard(test.change_project(&project, back.clone()))
                    .await;
                test.catch_up().await;
            }
            assert_all(&test, &project, &photo);
        }
    }
}

#[tokio::test]
async fn b15_photos_that_a_poll_finds_have_their_tags() {
    let test = TestApp::connected().await;
    let project = test.named_project("Roof").await;
    test.catch_up().await;
    let mut photos = Vec::new();
    for number in 0..30 {
        let tags = json!({"tags": [format!("Tag {number}")], "description": "x"});
        photos.push(test.new_photo(&project, tags).await);
    }
    test.catch_up().await;
    for (number, photo) in photos.iter().enumerate() {
        let tags: Value = json!([format!("Tag {number}")]);
        assert_eq!(test.image_of(&project, photo)["tags"], tags);
    }
}
