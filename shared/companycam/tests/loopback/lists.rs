//! Lists: pages, cursors, filters, and elements that can't be read.

use companycam::ids::{PhotoId, TagId};
use companycam::{Cursor, Error, PhotosQuery, ProjectsQuery};
use serde_json::json;

use crate::objects::{api, project_id};
use crate::support::{Server, json, json_with};

#[tokio::test]
async fn projects_are_asked_by_page_until_one_is_short() {
    let full: Vec<_> = (0..100).map(|id| json!({"id": id})).collect();
    let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    let replies = [
        json_with(200, &[date], &json!(full)),
        json(&json!([{"id": 1}])),
    ];
    let server = Server::replying(replies).await;
    let mut query = ProjectsQuery {
        modified_since: Some(1_395_792_000),
        ..ProjectsQuery::default()
    };
    let first = api(&server).projects(&query).await.unwrap();
    assert_eq!(
        (first.items.len(), first.next, first.date),
        (100, Some(2), Some(784_111_777))
    );
    query.page = 2;
    let second = api(&server).projects(&query).await.unwrap();
    assert_eq!((second.items.len(), second.next), (1, None));
    let asked = server.asked();
    assert_eq!(asked[0].path, "/v2/projects");
    assert_eq!(
        asked[0].param("modified_since"),
        Some("2014-03-26T00:00:00Z")
    );
    assert_eq!(
        (asked[0].param("page"), asked[0].param("per_page")),
        (Some("1"), Some("100"))
    );
    assert_eq!(asked[1].param("page"), Some("2"));
}

#[tokio::test]
async fn b27_one_unreadable_element_does_not_cost_the_page() {
    let mut elements: Vec<_> = (1..=97).map(|id| json!({"id": id})).collect();
    elements.push(json!({"id": "a/b", "name": "pat@example.com"}));
    elements.push(json!({"name": "pat@example.com"}));
    elements.push(json!("pat@example.com"));
    let server = Server::replying([json(&json!(elements))]).await;
    let page = api(&server)
        .projects(&ProjectsQuery::default())
        .await
        .unwrap();
    assert_eq!((page.items.len(), page.unreadable.len()), (97, 3));
    // They count as elements: the page was full.
    assert_eq!(page.next, Some(2));
    assert!(
        !page.unreadable.join(" ").contains("pat@"),
        "{:?}",
        page.unreadable
    );
    assert!(
        page.unreadable[1].starts_with("element 98: "),
        "{:?}",
        page.unreadable
    );
}

#[tokio::test]
async fn photo_lists_go_on_by_the_cursor_in_the_headers() {
    let with = |headers: &[(&str, &str)], id: u32| json_with(200, headers, &json!([{"id": id}]));
    let server = Server::replying([
        with(&[("X-Next-Cursor", "c/1+=="), ("X-Has-Next", "true")], 1),
        with(&[("X-Next-Cursor", "c2")], 2),
        with(&[("X-Next-Cursor", "c3"), ("X-Has-Next", "false")], 3),
        with(&[("X-Next-Cursor", "")], 4),
    ])
    .await;
    let project = project_id("7");
    let first = api(&server).project_photos(&project, None).await.unwrap();
    assert_eq!(first.next, Some(Cursor::new("c/1+==")));
    // The list is the project's, whether its photos say so or not.
    assert_eq!(first.items[0].project_id.as_ref(), Some(&project));
    let second = api(&server)
        .project_photos(&project, first.next.as_ref())
        .await
        .unwrap();
    assert_eq!(second.next, Some(Cursor::new("c2")));
    assert_eq!(
        api(&server)
            .photos(&PhotosQuery::default())
            .await
            .unwrap()
            .next,
        None
    );
    assert_eq!(
        api(&server)
            .photos(&PhotosQuery::default())
            .await
            .unwrap()
            .next,
        None
    );
    let asked = server.asked();
    assert_eq!(asked[0].path, "/v2/projects/7/photos");
    assert_eq!(asked[1].param("after"), Some("c/1+=="));
    assert!(
        asked
            .iter()
            .all(|asked| asked.param("page").is_none() && asked.param("per_page") == Some("100"))
    );
}

#[tokio::test]
async fn a_cursor_that_leads_nowhere_is_an_error_not_an_end() {
    let stuck = [("X-Next-Cursor", "c1"), ("X-Has-Next", "true")];
    let server = Server::replying([
        json_with(200, &stuck, &json!([])),
        json_with(200, &[("X-Has-Next", "true")], &json!([])),
    ])
    .await;
    let query = PhotosQuery {
        after: Some(Cursor::new("c1")),
        ..PhotosQuery::default()
    };
    assert!(matches!(
        api(&server).photos(&query).await,
        Err(Error::Unreadable(_))
    ));
    assert!(matches!(
        api(&server).photos(&query).await,
        Err(Error::Unreadable(_))
    ));
}

#[tokio::test]
async fn photos_are_filtered_by_a_tag_with_brackets() {
    let server = Server::replying([json(&json!([]))]).await;
    let query = PhotosQuery {
        tag_id: Some(TagId::parse("48892885").unwrap()),
        ..PhotosQuery::default()
    };
    api(&server).photos(&query).await.unwrap();
    assert_eq!(server.asked_once().param("tag_ids[]"), Some("48892885"));
}

#[tokio::test]
async fn photos_of_several_projects_are_asked_for_one_by_one_with_brackets() {
    let server = Server::replying([json(&json!([]))]).await;
    let project_ids = vec![project_id("7"), project_id("8")];
    let query = PhotosQuery {
        project_ids,
        ..PhotosQuery::default()
    };
    api(&server).photos(&query).await.unwrap();
    let asked = server.asked_once();
    let ids: Vec<_> = asked
        .query
        .iter()
        .filter(|(name, _)| name == "project_ids[]")
        .collect();
    assert_eq!(
        ids.iter().map(|(_, id)| id.as_str()).collect::<Vec<_>>(),
        ["7", "8"]
    );
}

#[tokio::test]
async fn a_photos_tags_are_read_to_the_end() {
    let full: Vec<_> = (0..100)
        .map(|id| json!({"id": id, "display_value": "T"}))
        .collect();
    let server = Server::replying([json(&json!(full)), json(&json!([{"id": 100}]))]).await;
    let tags = api(&server)
        .photo_tags(&PhotoId::parse("9").unwrap())
        .await
        .unwrap();
    assert_eq!(tags.len(), 101);
    assert_eq!(server.asked()[1].param("page"), Some("2"));
}

#[tokio::test]
async fn b16_a_projects_documents_belong_to_it() {
    let documents = json!([{"id": 115, "name": "a.pdf", "url": "u", "byte_size": "12"}, {"id": 1, "project_id": 9}]);
    let server = Server::replying([json(&documents)]).await;
    let page = api(&server)
        .project_documents(&project_id("7"), 1)
        .await
        .unwrap();
    assert_eq!(
        (page.items[0].project_id.as_str(), page.items[0].byte_size),
        ("7", Some(12))
    );
    assert_eq!(page.items[1].project_id.as_str(), "9");
}
