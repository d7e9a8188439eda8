//! CompanyCam's events reach One Click by themselves (B15, B17).

use serde_json::json;
use test_support::TestApp;

#[tokio::test]
async fn b17_a_new_project_and_its_photo_arrive_without_a_poll() {
    let test = TestApp::connected_live().await;
    let project = test.named_project("Roof").await;
    let photo = test
        .new_photo(
            &project,
            json!({"description": "Front", "tags": ["Before"]}),
        )
        .await;
    test.live().await;
    assert_eq!(test.job_of(&project)["customer_name"], "Roof");
    let image = test.image_of(&project, &photo);
    assert_eq!(image["caption"], "Front");
    assert_eq!(image["tags"], json!(["Before"]));
}
