//! Tags: no photo carries them, and no event tells of one that was taken off (B15, B17).

use std::collections::BTreeMap;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use simulator_kit::control::Action;
use test_support::TestApp;
use test_support::steps::{answer, fault, now, requests, text};

use crate::{checks, night, with};

async fn tag(test: &TestApp, photos: &[String], tag: &str) {
    for photo in photos {
        test.change_photo(photo, json!({ "add_tag": tag })).await;
    }
}

async fn tag_id(test: &TestApp, name: &str) -> String {
    let state = test.companycam_state().await;
    let mut tags = state["tags"].as_array().unwrap().iter();
    let tag = tags.find(|tag| tag["display_value"] == name);
    text(&tag.unwrap()["id"])
}

fn tags_of(test: &TestApp, project: &str, photo: &str) -> Value {
    test.image_of(project, photo)["tags"].clone()
}

fn own_tags_asked(test: &TestApp) -> usize {
    let asked = requests(&test.companycam.controls, "GET", "/tags");
    let own = asked.iter().filter(|asked| asked.path != "/v2/tags");
    own.count()
}

#[tokio::test]
async fn b15_a_tag_taken_off_renamed_or_deleted_follows_at_night() {
    let (test, projects, photos) = with(2, 3).await;
    tag(&test, &photos, "Roof").await;
    tag(&test, &photos[..4], "Befor").await;
    tag(&test, &photos[4..], "Draft").await;
    test.sync("29").await;
    for (number, photo) in photos.iter().enumerate() {
        let other = if number < 4 { "Befor" } else { "Draft" };
        let project = &projects[number / 3];
        assert_eq!(tags_of(&test, project, photo), json!([other, "Roof"]));
    }
    test.change_photo(&photos[0], json!({"remove_tag": "Roof"}))
        .await;
    let renamed = format!("/tags/{}", tag_id(&test, "Befor").await);
    test.companycam_control(Method::PATCH, &renamed, json!({"display_value": "Before"}))
        .await;
    let deleted = format!("/tags/{}", tag_id(&test, "Draft").await);
    test.companycam_control(Method::DELETE, &deleted, Value::Null)
        .await;
    night(&test).await;
    let wanted = [
        json!(["Before"]),
        json!(["Before", "Roof"]),
        json!(["Roof"]),
    ];
    for (number, photo) in photos.iter().enumerate() {
        let kind = usize::from(number > 0) + usize::from(number > 3);
        let project = &projects[number / 3];
        assert_eq!(tags_of(&test, project, photo), wanted[kind], "{number}");
    }
    assert_eq!(
        checks(&test).await,
        ["Nightly check: 6 of 6 copies verified. 6 photos’ tags had changed."]
    );
}

#[tokio::test]
async fn b15_a_photo_that_the_night_finds_has_its_tags() {
    let (test, ..) = with(1, 1).await;
    // What is long known to be up to date is not read again because it changed.
    let project = test.named_project("Quiet").await;
    let quiet = json!({"updated_at": now() - 3600});
    test.change_project(&project, quiet.clone()).await;
    test.sync("29").await;
    let photo = test
        .new_photo(&project, json!({"tags": ["Roof", "After"]}))
        .await;
    test.change_project(&project, quiet).await;
    test.companycam.controls.clear_requests();
    night(&test).await;
    assert_eq!(tags_of(&test, &project, &photo), json!(["After", "Roof"]));
    assert_eq!(own_tags_asked(&test), 0, "the lists say them");
}

/// Whatever the lists leave out, each photo is asked for its own tags; where all of them have theirs, no
/// further one is asked tonight.
#[tokio::test]
async fn b15_a_list_of_tags_that_leaves_something_out_takes_no_tag_off() {
    let (test, projects, photos) = with(12, 3).await;
    tag(&test, &photos, "Roof").await;
    test.sync("29").await;
    let nothing = Action::Answer {
        status: 200,
        headers: BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]),
        body: "[]".to_owned(),
    };
    test.companycam
        .controls
        .add_fault(fault("GET", "/v2/tags", None, nothing));
    test.companycam.controls.clear_requests();
    night(&test).await;
    for (number, photo) in photos.iter().enumerate() {
        assert_eq!(
            tags_of(&test, &projects[number / 3], photo),
            json!(["Roof"])
        );
    }
    assert_eq!(own_tags_asked(&test), 25);
    assert_eq!(
        checks(&test).await,
        ["Nightly check: 36 of 36 copies verified."]
    );
}

#[tokio::test]
async fn b27_where_tags_are_refused_the_rest_of_the_night_goes_on() {
    let (test, projects, photos) = with(2, 1).await;
    test.companycam
        .controls
        .add_fault(fault("GET", "/v2/tags", None, answer(403)));
    test.change_photo(&photos[0], json!({"description": "Ridge"}))
        .await;
    night(&test).await;
    assert_eq!(test.image_of(&projects[0], &photos[0])["caption"], "Ridge");
    assert_eq!(checks(&test).await.len(), 1);
}

/// No row and no message grows with the number of tags.
#[tokio::test]
async fn b15_a_company_of_many_tags_has_them_all() {
    let (test, projects, photos) = with(2, 1).await;
    let tags: Vec<_> = (0..230).map(|number| format!("Tag {number:03}")).collect();
    let photo = test.new_photo(&projects[0], json!({ "tags": tags })).await;
    test.sync("29").await;
    assert_eq!(tags_of(&test, &projects[0], &photo), json!(tags));
    test.change_photo(&photo, json!({"remove_tag": tags[150]}))
        .await;
    tag(&test, &photos[..1], &tags[229]).await;
    test.nightly().await;
    test.pass(Duration::from_mins(15)).await;
    let left: Vec<_> = tags.iter().filter(|tag| **tag != tags[150]).collect();
    assert_eq!(tags_of(&test, &projects[0], &photo), json!(left));
    assert_eq!(tags_of(&test, &projects[0], &photos[0]), json!([tags[229]]));
}
