use one_click::{Error, Field, JobFields};
use serde_json::{Value, json};

use crate::server::{Server, job_id, json, org};

fn job(id: &str) -> Value {
    json!({ "id": id, "organization_id": "org_1" })
}

fn pairs(query: &[(&str, &str)]) -> Vec<(String, String)> {
    query
        .iter()
        .map(|&(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[tokio::test]
async fn b24_changed_jobs_come_page_by_page() {
    let mut server = Server::answering([
        json(
            200,
            &json!({ "jobs": [job("j1"), job("j2")], "next_page": 4 }),
        ),
        json(200, &json!({ "jobs": [], "next_page": null })),
    ])
    .await;
    let since = "2026-01-02T03:04:05.678Z".parse().unwrap();
    let page = server
        .client
        .jobs_updated_since(&org(), Some(since), 3)
        .await
        .unwrap();
    assert_eq!(page.items.len(), 2);
    assert_eq!(page.next_page, Some(4));
    let page = server
        .client
        .jobs_updated_since(&org(), None, 4)
        .await
        .unwrap();
    assert_eq!((page.items.len(), page.next_page), (0, None));

    let request = server.next().await;
    assert_eq!(request.head.uri.path(), "/api/v1/organizations/org_1/jobs");
    let query = [
        ("updated_since", "2026-01-02T03:04:05.678Z"),
        ("page", "3"),
        ("per_page", "100"),
    ];
    assert_eq!(request.query(), pairs(&query));
    assert_eq!(
        server.next().await.query(),
        pairs(&[("page", "4"), ("per_page", "100")])
    );
}

#[tokio::test]
async fn b20_jobs_are_found_by_metadata_and_by_address() {
    let mut server = Server::answering([
        json(200, &json!({ "jobs": [job("j1")], "next_page": 2 })),
        json(200, &json!({ "jobs": [job("j2")], "next_page": null })),
        json(200, &json!({ "jobs": [] })),
    ])
    .await;
    let found = server
        .client
        .jobs_with_metadata(&org(), "cc_project_id", "7&8")
        .await
        .unwrap();
    assert_eq!(
        found.iter().map(|job| job.id.as_str()).collect::<Vec<_>>(),
        ["j1", "j2"]
    );
    for page in ["1", "2"] {
        let query = [
            ("metadata[cc_project_id]", "7&8"),
            ("page", page),
            ("per_page", "100"),
        ];
        assert_eq!(server.next().await.query(), pairs(&query));
    }

    assert!(
        server
            .client
            .jobs_at_address(&org(), "1 Main St #2", "78701")
            .await
            .unwrap()
            .is_empty()
    );
    let query = [
        ("address[line_1]", "1 Main St #2"),
        ("address[postal_code]", "78701"),
        ("page", "1"),
        ("per_page", "100"),
    ];
    assert_eq!(server.next().await.query(), pairs(&query));
}

#[tokio::test]
async fn b27_a_job_that_cannot_be_read_does_not_spoil_its_page() {
    let odd = json!({ "id": "j2", "organization_id": "org_1", "updated_at": "pat@example.com" });
    let jobs = json!({ "jobs": [job("j1"), odd, job("j3")], "next_page": 2 });
    let server = Server::answering([json(200, &jobs)]).await;
    let page = server
        .client
        .jobs_updated_since(&org(), None, 1)
        .await
        .unwrap();
    let read: Vec<_> = page.items.iter().map(|job| job.id.as_str()).collect();
    assert_eq!((read, page.next_page), (vec!["j1", "j3"], Some(2)));
    assert_eq!(page.unreadable, ["j2: unexpected value"]);
}

#[tokio::test]
async fn b20_a_job_that_is_there_and_cannot_be_read_is_not_taken_for_none() {
    let odd = json!({ "id": "j2", "organization_id": "org_1", "updated_at": "soon" });
    let jobs = || json(200, &json!({ "jobs": [odd], "next_page": null }));
    let server = Server::answering([jobs(), jobs()]).await;
    let found = server
        .client
        .jobs_with_metadata(&org(), "cc_project_id", "7")
        .await;
    assert!(matches!(found, Err(Error::Unreadable(_))), "{found:?}");
    let alike = server.client.jobs_at_address(&org(), "1 Main St", "").await;
    assert!(alike.unwrap().is_empty());
}

#[tokio::test]
async fn a_look_up_ends_after_ten_pages() {
    let pages = (2..100).map(|next| json(200, &json!({ "jobs": [job("j")], "next_page": next })));
    let server = Server::answering(pages.collect::<Vec<_>>()).await;
    let found = server
        .client
        .jobs_with_metadata(&org(), "key", "value")
        .await
        .unwrap();
    assert_eq!(found.len(), 10);
}

#[tokio::test]
async fn a_job_is_made_with_an_idempotency_key() {
    let mut server = Server::answering([
        json(201, &json!({ "job": job("j1") })),
        json(200, &json!({ "job": job("j1") })),
    ])
    .await;
    let fields = JobFields {
        customer_name: Some("Customer".into()),
        ..JobFields::default()
    };
    for _ in 0..2 {
        let made = server
            .client
            .create_job(&org(), &fields, "project-7")
            .await
            .unwrap();
        assert_eq!(made.id.as_str(), "j1");
        let request = server.next().await;
        assert_eq!(request.line(), "POST /api/v1/organizations/org_1/jobs");
        assert_eq!(request.header("idempotency-key"), "project-7");
        assert_eq!(
            request.json(),
            json!({ "job": { "customer_name": "Customer" } })
        );
    }
}

#[tokio::test]
async fn an_idempotency_key_that_is_no_header_is_refused_unsent() {
    let mut server = Server::answering([]).await;
    let made = server
        .client
        .create_job(&org(), &JobFields::default(), "a\nb")
        .await;
    assert!(matches!(made, Err(Error::Invalid { .. })));
    assert!(server.is_done());
}

#[tokio::test]
async fn b14_only_the_given_fields_of_a_job_are_sent_and_null_is_sent_as_null() {
    let mut server = Server::answering([json(200, &json!({ "job": job("job_1") }))]).await;
    let fields = JobFields {
        email: Field::Clear,
        metadata: [
            ("cc_state".into(), Some("archived".into())),
            ("old".into(), None),
        ]
        .into(),
        ..JobFields::default()
    };
    server
        .client
        .update_job(&org(), &job_id(), &fields)
        .await
        .unwrap();
    let request = server.next().await;
    assert_eq!(
        request.line(),
        "PATCH /api/v1/organizations/org_1/jobs/job_1"
    );
    assert_eq!(
        request.json(),
        json!({ "job": { "email": null, "metadata": { "cc_state": "archived", "old": null } } })
    );
}
