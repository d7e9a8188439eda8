//! From a photo in CompanyCam to an image in One Click, and what follows later (B13, B15, B17).

use http::Method;
use serde_json::{Value, json};
use test_support::steps::{now, requests, text};
use test_support::{ORG, TestApp};

use crate::{md5_of, originals, stored, with_project};

#[tokio::test]
async fn b15_a_photo_is_copied_byte_for_byte_with_all_that_is_told_about_it() {
    let (test, project) = with_project().await;
    let taken = now() - 3 * 86_400;
    let blake = test.companycam_user("blake.moreno@ridgeline.example").await;
    let caption = "Damage <2 ft from the \"ridge\" & – flashing";
    let photo = json!({
        "bytes": 300_000, "captured_at": taken, "description": caption, "creator_id": blake,
        "tags": ["Roof", "Damage"],
    });
    let photo = test.new_photo(&project, photo).await;
    test.catch_up().await;
    // Photo lists don't tell tags; a sync reads them.
    test.sync("29").await;

    let original = test.companycam_has("photos", &photo).await;
    let image = test.image_of(&project, &photo);
    let bytes = stored(&test, &project, &photo);
    assert_eq!(image["md5"], original["md5"], "CompanyCam's own hash");
    assert_eq!(
        md5_of(&bytes),
        text(&original["md5"]),
        "of the bytes that are there"
    );
    assert_eq!(json!(bytes.len()), original["bytes"]);
    assert_eq!(image["name"], format!("CompanyCam Image-{photo}.jpg"));
    assert_eq!(image["content_type"], "image/jpeg");
    assert_eq!(image["caption"], caption);
    let captured_at: jiff::Timestamp = text(&image["captured_at"]).parse().unwrap();
    assert_eq!(captured_at.as_second(), taken);
    assert_eq!(image["captured_by"], "Blake Moreno");
    assert_eq!(image["tags"], json!(["Damage", "Roof"]));
    assert_eq!(image["metadata"]["cc_image_id"], photo);
    assert_eq!(image["version"], original["updated_at"]);
    assert_eq!(originals(&test, &photo), 1);
}

#[tokio::test]
async fn b15_every_shape_of_a_caption_arrives_as_plain_text() {
    let (test, project) = with_project().await;
    let mut photos = Vec::new();
    // The simulator varies the shape by the photo's id.
    for number in 0..8 {
        let caption = format!("Caption <{number}> & more");
        let photo = test
            .new_photo(&project, json!({ "description": caption }))
            .await;
        photos.push((photo, caption));
    }
    let silent = test.new_photo(&project, json!({})).await;
    test.catch_up().await;
    for (photo, caption) in photos {
        assert_eq!(test.image_of(&project, &photo)["caption"], caption);
    }
    assert_eq!(test.image_of(&project, &silent)["caption"], Value::Null);
}

#[tokio::test]
async fn b15_unfinished_and_duplicate_photos_do_not_come_until_they_are_finished() {
    let (test, project) = with_project().await;
    let mut photos = Vec::new();
    for status in ["pending", "processing", "processing_error", "duplicate"] {
        photos.push(
            test.new_photo(&project, json!({ "processing_status": status }))
                .await,
        );
    }
    test.catch_up().await;
    assert_eq!(test.images_of(&project), Vec::<Value>::new());
    test.change_photo(&photos[0], json!({"processing_status": "processed"}))
        .await;
    test.catch_up().await;
    assert!(test.shows(&project, &photos[0]));
    assert_eq!(test.images_of(&project).len(), 1);
}

#[tokio::test]
async fn b15_an_annotated_photo_replaces_its_earlier_copy() {
    let (test, project) = with_project().await;
    let photo = test
        .new_photo(&project, json!({"description": "Front"}))
        .await;
    test.catch_up().await;
    let before = test.image_of(&project, &photo);
    test.annotate(&photo).await;
    test.catch_up().await;
    let after = test.image_of(&project, &photo);
    let original = test.companycam_has("photos", &photo).await;
    assert_ne!(after["md5"], before["md5"]);
    assert_eq!(after["md5"], original["md5"]);
    assert_eq!(
        md5_of(&stored(&test, &project, &photo)),
        text(&original["md5"])
    );
    assert_eq!(test.images_of(&project).len(), 1);
    assert_eq!(after["caption"], "Front");
}

#[tokio::test]
async fn b15_annotating_leaves_a_caption_that_one_click_edited() {
    let (test, project) = with_project().await;
    let photo = test
        .new_photo(&project, json!({"description": "Front"}))
        .await;
    test.catch_up().await;
    edit_image(
        &test,
        &project,
        &photo,
        &json!({"caption": "Edited in One Click", "tags": ["Proposal"]}),
    )
    .await;
    test.annotate(&photo).await;
    test.catch_up().await;
    let image = test.image_of(&project, &photo);
    assert_eq!(
        image["md5"],
        test.companycam_has("photos", &photo).await["md5"]
    );
    assert_eq!(image["caption"], "Edited in One Click");
    assert_eq!(image["tags"], json!(["Proposal"]));
}

/// As somebody in One Click would: its own application keeps the image's version.
async fn edit_image(test: &TestApp, project: &str, photo: &str, changes: &Value) {
    let job = text(&test.job_of(project)["id"]);
    let url = format!(
        "{}/v1/organizations/{ORG}/jobs/{job}/images/{photo}",
        test.one_click.origin
    );
    let request = reqwest::Client::new()
        .patch(url)
        .bearer_auth(&test.one_click.api_token);
    let answer = request
        .json(&json!({ "image": changes }))
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success(), "{answer:?}");
}

#[tokio::test]
async fn b15_a_changed_caption_is_written_without_moving_the_bytes() {
    let (test, project) = with_project().await;
    let photo = test
        .new_photo(&project, json!({"description": "Front", "bytes": 100_000}))
        .await;
    test.catch_up().await;
    edit_image(
        &test,
        &project,
        &photo,
        &json!({"captured_by": "Somebody else"}),
    )
    .await;
    test.companycam.controls.clear_requests();
    test.one_click.controls().clear_requests();
    test.change_photo(&photo, json!({"description": "Front, before"}))
        .await;
    test.catch_up().await;
    let image = test.image_of(&project, &photo);
    assert_eq!(image["caption"], "Front, before");
    assert_eq!(
        image["captured_by"], "Somebody else",
        "only what changed is written"
    );
    assert_eq!(originals(&test, &photo), 0);
    assert!(requests(test.one_click.controls(), "PUT", "/images/").is_empty());

    test.change_photo(&photo, json!({"description": null}))
        .await;
    test.catch_up().await;
    assert_eq!(test.image_of(&project, &photo)["caption"], Value::Null);
    assert_eq!(originals(&test, &photo), 0);
}

#[tokio::test]
async fn b15_a_tag_added_later_comes_with_the_next_sync_without_moving_the_bytes() {
    let (test, project) = with_project().await;
    let photo = test.new_photo(&project, json!({"tags": ["Roof"]})).await;
    test.catch_up().await;
    test.sync("29").await;
    assert_eq!(test.image_of(&project, &photo)["tags"], json!(["Roof"]));
    test.change_photo(&photo, json!({"add_tag": "After"})).await;
    test.sync("29").await;
    assert_eq!(
        test.image_of(&project, &photo)["tags"],
        json!(["After", "Roof"])
    );
    assert_eq!(originals(&test, &photo), 1);
}

#[tokio::test]
async fn b15_a_photo_that_becomes_internal_leaves_the_job_and_may_come_back() {
    let (test, project) = with_project().await;
    let photo = test.new_photo(&project, json!({})).await;
    let hidden = test.new_photo(&project, json!({"internal": true})).await;
    test.catch_up().await;
    assert!(test.shows(&project, &photo));
    assert!(!test.shows(&project, &hidden));
    assert_eq!(originals(&test, &hidden), 0);

    test.change_photo(&photo, json!({"internal": true})).await;
    test.catch_up().await;
    assert!(!test.shows(&project, &photo));

    test.change_photo(&photo, json!({"internal": false})).await;
    test.catch_up().await;
    assert!(test.shows(&project, &photo));
    let original = test.companycam_has("photos", &photo).await;
    assert_eq!(test.image_of(&project, &photo)["md5"], original["md5"]);
}

#[tokio::test]
async fn b13_internal_photos_are_copied_where_the_administrator_wants_it() {
    let (test, project) = with_project().await;
    test.prefer(&["create_job_from_project", "copy_internal_photos"])
        .await;
    let photo = test.new_photo(&project, json!({"internal": true})).await;
    test.catch_up().await;
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b15_a_moved_photo_leaves_the_job_it_was_on() {
    let (test, project) = with_project().await;
    let other = test.named_project("Other").await;
    let photo = test
        .new_photo(&project, json!({"description": "Moved"}))
        .await;
    test.catch_up().await;
    test.change_photo(&photo, json!({"project_id": other}))
        .await;
    test.catch_up().await;
    assert!(!test.shows(&project, &photo));
    let image = test.image_of(&other, &photo);
    assert_eq!(
        image["md5"],
        test.companycam_has("photos", &photo).await["md5"]
    );
    assert_eq!(image["caption"], "Moved");
}

#[tokio::test]
async fn b13_a_deleted_photo_stays() {
    let (test, project) = with_project().await;
    let photo = test.new_photo(&project, json!({})).await;
    test.catch_up().await;
    let delete = format!("/photos/{photo}");
    test.companycam_control(Method::DELETE, &delete, json!({}))
        .await;
    test.new_photo(&project, json!({})).await;
    test.catch_up().await;
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b17_a_photo_captured_days_ago_and_uploaded_now_is_found_by_the_poll() {
    let (test, project) = with_project().await;
    // More than a page, all captured later than the one that comes late.
    for number in 0..120 {
        let captured_at = now() - 60 - number;
        test.new_photo(
            &project,
            json!({"captured_at": captured_at, "processing_status": "duplicate"}),
        )
        .await;
    }
    test.catch_up().await;
    let late = test
        .new_photo(&project, json!({"captured_at": now() - 9 * 86_400}))
        .await;
    test.catch_up().await;
    assert!(test.shows(&project, &late));
}

#[tokio::test]
async fn b17_a_photo_uploaded_within_the_second_of_the_last_look_is_found_by_the_next() {
    let (test, project) = with_project().await;
    let moment = now() - 2;
    let first = test.new_photo(&project, json!({})).await;
    test.change_project(&project, json!({ "updated_at": moment }))
        .await;
    test.catch_up().await;
    assert!(test.shows(&project, &first));
    // As if it had come in that same second, just after the look.
    let second = test.new_photo(&project, json!({})).await;
    test.change_project(&project, json!({ "updated_at": moment }))
        .await;
    test.catch_up().await;
    assert!(test.shows(&project, &second));
}
