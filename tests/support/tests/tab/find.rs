//! B25: *Find* answers for every state, and for whatever is typed.

use model::project::ProjectFields;
use serde_json::{Value, json};
use store::files::NewWish;
use store::jobs::Asking;
use test_support::steps::text;
use test_support::{Browser, TestApp};

use crate::{card, connect_another_company, connected, notice, org_id};

/// What the card says to this.
async fn find(browser: &Browser, what: &str) -> String {
    let mut address = url::Url::parse("http://x/companycam/settings").unwrap();
    address.query_pairs_mut().append_pair("find", what);
    let path = format!("/companycam/settings?{}", address.query().unwrap());
    let tab = browser.get(&path).await;
    assert!(tab.status.is_success(), "{what}: {}", tab.status);
    card(&tab, "find")
}

#[track_caller]
fn assert_says(card: &str, texts: &[&str]) {
    for text in texts {
        assert!(card.contains(text), "{text}: {card}");
    }
}

fn refusal() -> Value {
    json!({"status": 422, "headers": {"content-type": "application/json"}, "body": r#"{"errors": ["no"]}"#})
}

#[tokio::test]
async fn b25_a_linked_project_is_found_by_its_id_link_name_and_address() {
    let (test, browser) = connected().await;
    let address = json!({"street_address_1": "12 North Elm Street", "street_address_2": null,
        "city": "Lincoln", "state": "NE", "postal_code": "68508", "country": "US"});
    let contact = json!({"name": "Pat Larkin", "email": null, "phone_number": null});
    let project = json!({"name": "Roof", "address": address, "primary_contact": contact});
    let id = test.new_project(project).await;
    test.catch_up().await;
    let job = text(&test.job_of(&id)["id"]);
    let app = &test.companycam.origin;
    for what in [
        id.clone(),
        format!("{app}/projects/{id}"),
        format!("https://app.companycam.com/projects/{id}/photos?x=1"),
        "roof".to_owned(),
        "pat larkin".to_owned(),
        "12 n. elm st".to_owned(),
    ] {
        let card = find(&browser, &what).await;
        assert_says(
            &card,
            &[
                "Project “Roof”",
                ">Linked</span>",
                "12 North Elm Street, Lincoln, Pat Larkin",
                "It’s linked to a job. 0 of 0 photos are on the job.",
            ],
        );
        let links = [
            format!("{app}/projects/{id}"),
            format!("{}/jobs/{job}", test.one_click.origin),
        ];
        assert_says(&card, &[&links[0], &links[1]]);
    }
}

#[tokio::test]
async fn b25_a_job_is_found_with_its_project() {
    let (test, browser) = connected().await;
    let id = test.named_project("Roof").await;
    test.catch_up().await;
    let job = text(&test.job_of(&id)["id"]);
    for what in [
        job.clone(),
        format!("{}/jobs/{job}/photos", test.one_click.origin),
    ] {
        let card = find(&browser, &what).await;
        assert_says(
            &card,
            &[
                &format!("Job {job}"),
                "It is linked to a project.",
                "Project “Roof”",
            ],
        );
    }
}

#[tokio::test]
async fn b25_a_photo_that_is_there_leads_to_its_job() {
    let (test, browser) = connected().await;
    let (project, photos) = test.seed().await;
    test.catch_up().await;
    let job = text(&test.job_of(&project)["id"]);
    for what in [
        photos[0].clone(),
        format!("https://app.companycam.com/photos/{}", photos[0]),
    ] {
        let card = find(&browser, &what).await;
        assert_says(
            &card,
            &[
                "On the job",
                "It’s on its job.",
                &format!("/jobs/{job}"),
                &format!("/photos/{}", photos[0]),
            ],
        );
    }
}

#[tokio::test]
async fn b25_a_skipped_project_says_why_and_what_to_do() {
    let (test, browser) = connected().await;
    test.prefer(&[]).await;
    let off = test.named_project("Off").await;
    test.catch_up().await;
    assert_says(
        &find(&browser, &off).await,
        &["Skipped", "was off", "#preferences"],
    );
    test.prefer(&["create_job_from_project", "only_matched_users"])
        .await;
    let nobody = test.named_project("Nobody").await;
    test.catch_up().await;
    assert_says(
        &find(&browser, &nobody).await,
        &[
            "Waiting",
            "until someone assigned to it is matched",
            "#users",
        ],
    );
    let archived = test
        .new_project(json!({"name": "Archived", "archived": true}))
        .await;
    test.catch_up().await;
    assert_says(
        &find(&browser, &archived).await,
        &["Skipped", "archived", "Restore it"],
    );
    test.change_project(&nobody, json!({"status": "deleted"}))
        .await;
    test.catch_up().await;
    assert_says(
        &find(&browser, &nobody).await,
        &["Skipped", "it was deleted in CompanyCam"],
    );
}

#[tokio::test]
async fn b25_a_project_that_waits_for_another_importer_says_how_long() {
    let (test, browser) = connected().await;
    let integrations = json!([{"type": "JobNimbus", "relation_id": "jn1"}]);
    let id = test
        .new_project(json!({"name": "Roof", "integrations": integrations}))
        .await;
    test.poll().await;
    while test.work_once().await > 0 {}
    assert_says(
        &find(&browser, &id).await,
        &["Waiting", "another system", "20 more minutes"],
    );
}

#[tokio::test]
async fn b25_a_failed_project_is_retried_from_here_and_comes_back_here() {
    let (test, browser) = connected().await;
    let (project, photos) = test.seed().await;
    let jobs = "/v1/organizations/*/jobs";
    test.one_click_fault(
        json!({"method": "POST", "path": jobs, "times": null, "action": refusal()}),
    );
    test.catch_up().await;
    let card = find(&browser, &project).await;
    assert_says(&card, &["Failed", "does not accept", ">Retry</button>"]);
    test.one_click.controls().clear_faults();
    let fields = [("project_id", project.as_str()), ("find", project.as_str())];
    let pressed = browser.submit("retry", &fields).await;
    let back = pressed.location().unwrap();
    assert_eq!(
        back.query(),
        Some(format!("notice=retried&find={project}").as_str())
    );
    assert_eq!(back.fragment(), Some("find"));
    test.settle().await;
    test.assert_whole(&project, &photos);
    assert_says(&find(&browser, &project).await, &["Linked"]);
}

#[tokio::test]
async fn b25_a_failed_photo_is_retried_from_here() {
    let (test, browser) = connected().await;
    let (project, photos) = test.seed().await;
    let path = format!("/v1/organizations/*/jobs/*/images/{}", photos[0]);
    test.one_click_fault(
        json!({"method": "PUT", "path": path, "times": null, "action": refusal()}),
    );
    test.catch_up().await;
    test.one_click.controls().clear_faults();
    let card = find(&browser, &photos[0]).await;
    assert_says(
        &card,
        &[
            "Failed",
            "couldn’t be copied",
            ">Retry</button>",
            "Project “Roof”",
        ],
    );
    let pressed = browser.submit("retry", &[("photo_id", &photos[0])]).await;
    assert_eq!(notice(&pressed), "retried");
    test.settle().await;
    test.assert_whole(&project, &photos);
}

#[tokio::test]
async fn b18_a_deleted_job_is_brought_back_from_here() {
    let (test, browser) = connected().await;
    let (project, photos) = test.seed().await;
    test.catch_up().await;
    let job = text(&test.job_of(&project)["id"]);
    test.delete_job(&test.job_of(&project)).await;
    test.change_project(&project, json!({"name": "Roof 2"}))
        .await;
    test.catch_up().await;
    for what in [&project, &job] {
        let card = find(&browser, what).await;
        assert_says(&card, &["Job deleted", ">Create new job</button>"]);
        assert!(
            !card.contains("Job in One Click"),
            "a link to it leads nowhere"
        );
    }
    browser
        .submit("bring-back", &[("project_id", &project)])
        .await;
    assert_says(
        &find(&browser, &project).await,
        &["Waiting", "In line; no action needed"],
    );
    test.settle().await;
    assert_says(&find(&browser, &project).await, &["Linked"]);
    assert_says(&find(&browser, &photos[0]).await, &["On the job"]);
}

#[tokio::test]
async fn b25_what_waits_says_for_whom() {
    let (test, browser) = connected().await;
    let (project, photos) = test.seed().await;
    test.poll().await;
    test.work_once().await;
    assert_says(
        &find(&browser, &project).await,
        &["Waiting", "In line; no action needed"],
    );
    let photo = format!("https://x.example/photos/{}", photos[0]);
    let silent = json!({"path": "/v2/photos/*", "action": {"status": 503}});
    test.companycam_fault(silent);
    let unknown = find(&browser, &photo).await;
    assert_says(
        &unknown,
        &["Not known", "The photo hasn’t been copied so far"],
    );
    let told = find(&browser, &photo).await;
    assert_says(&told, &["Not checked yet", "In line; no action needed"]);
    let down = json!({"path": "/v1/*", "times": null, "action": {"status": 503, "body": ""}});
    test.one_click_fault(down);
    while test.work_once().await > 0 {}
    assert_says(
        &find(&browser, &project).await,
        &["Waiting", "It waits for One Click"],
    );
    test.one_click.controls().clear_faults();
    test.settle().await;
}

#[tokio::test]
async fn b25_photos_on_no_job_and_photos_being_copied_say_so() {
    let (test, browser) = connected().await;
    let (project, photos) = test.seed().await;
    test.catch_up().await;
    test.change_photo(&photos[0], json!({"internal": true}))
        .await;
    test.catch_up().await;
    assert_says(
        &find(&browser, &photos[0]).await,
        &["On no job", "marked internal"],
    );
    let (org, id) = (org_id(), photos[1].parse().unwrap());
    let row = test.app.store.photo(&org, &id).await.unwrap().unwrap();
    let mut wanted = row.wanted;
    wanted.version += 1;
    let store = &test.app.store;
    let wish = NewWish {
        file: &row.id,
        project: &project.parse().unwrap(),
        company: &test.organization().await.unwrap().company_id,
        wanted: &wanted,
        refused: false,
    };
    let raised = store.want_file(&org, wish).await.unwrap();
    assert_eq!(raised, store::files::Wish::Raised);
    assert_says(
        &find(&browser, &photos[1]).await,
        &["Waiting", "In line; no action needed"],
    );
    store
        .lease_file(
            store::files::Held {
                org: &org,
                file: &row.id,
                holder: "me",
            },
            0,
            i64::MAX,
        )
        .await
        .unwrap();
    assert_says(
        &find(&browser, &photos[1]).await,
        &["being copied right now"],
    );
}

#[tokio::test]
async fn b25_a_jobs_open_claim_and_a_refused_job_say_so() {
    let (test, browser) = connected().await;
    let (org, store) = (org_id(), &test.app.store);
    let job: one_click::JobId = "job_x".parse().unwrap();
    assert_says(
        &find(&browser, "https://one-click.example/jobs/job_x").await,
        &["Not found", "Ridgeline Exteriors has no such job"],
    );
    let plain = test
        .new_job(json!({"name": "Roof", "customer_name": "Larkin"}))
        .await;
    let unlinked = format!("https://one-click.example/jobs/{}", text(&plain["id"]));
    assert_says(
        &find(&browser, &unlinked).await,
        &["No project", "jobs is off", "#preferences"],
    );
    test.prefer(&["create_project_from_job"]).await;
    assert_says(
        &find(&browser, &unlinked).await,
        &["No project", "20 minutes"],
    );
    let asking = Asking {
        asked: &ProjectFields::default(),
        at: 1,
        before: None,
    };
    assert!(store.claim_job(&org, &job, asking).await.unwrap().applied());
    assert_says(
        &find(&browser, "job_x").await,
        &["Waiting", "A project was asked for"],
    );
    store.drop_claim(&org, &job).await.unwrap();
    store
        .set_job_aside(&org, &job, test.app.now())
        .await
        .unwrap();
    assert_says(
        &find(&browser, "job_x").await,
        &["Failed", ">Retry</button>"],
    );
    let pressed = browser.submit("retry", &[("job_id", "job_x")]).await;
    assert_eq!(notice(&pressed), "retried");
    let claim = store.claim(&org, &job).await.unwrap().unwrap();
    assert_eq!(claim.set_aside, None);
}

#[tokio::test]
async fn b5_what_belongs_to_a_company_of_before_rests() {
    let (test, browser) = connected().await;
    let (project, _) = test.seed().await;
    test.catch_up().await;
    let job = text(&test.job_of(&project)["id"]);
    connect_another_company(&test, &browser).await;
    for what in [&project, &job] {
        assert_says(&find(&browser, what).await, &["Paused", "connected before"]);
    }
}

#[tokio::test]
async fn b25_what_is_not_known_says_what_that_means() {
    let (_test, browser) = connected().await;
    for what in ["4711", "Nobody Atall"] {
        assert_says(
            &find(&browser, what).await,
            &["Run a sync for a longer period"],
        );
    }
    for link in ["projects/4711", "photos/4711"] {
        let link = format!("https://app.companycam.com/{link}");
        assert_says(
            &find(&browser, &link).await,
            &[
                "Not found",
                "Ridgeline Exteriors has nothing with this number",
            ],
        );
    }
}

#[tokio::test]
async fn b25_what_was_never_looked_at_is_asked_of_companycam() {
    let (test, browser) = connected().await;
    let project = test.named_project("Roof").await;
    let photo = |kind: Value| test.new_photo(&project, kind);
    let plain = photo(json!({})).await;
    let internal = photo(json!({"internal": true})).await;
    let unfinished = photo(json!({"processing_status": "processing"})).await;
    let link = format!("https://app.companycam.com/photos/{internal}");
    let named = "Project “Roof”";
    for (what, says) in [
        (&project, [named, "Not imported", "a longer period"]),
        (&plain, ["Not checked yet", named, "Not imported"]),
        (&internal, ["marked internal", "Go to Preferences", named]),
        (&link, ["marked internal", "Go to Preferences", named]),
        (&unfinished, ["still processing", "Waiting", named]),
    ] {
        assert_says(&find(&browser, what).await, &says);
    }
    for what in ["roof", "ROOF"] {
        assert_says(&find(&browser, what).await, &[named, "Not imported"]);
    }
    test.prefer(&["copy_internal_photos"]).await;
    assert_says(&find(&browser, &internal).await, &["Not checked yet"]);
    for (changes, says) in [
        (json!({"archived": true}), "archived in CompanyCam"),
        (json!({"status": "deleted"}), "deleted in CompanyCam"),
    ] {
        test.change_project(&project, changes).await;
        assert_says(&find(&browser, &project).await, &["Skipped", says]);
    }
}

#[tokio::test]
async fn b27_where_it_is_is_answered_also_while_companycam_is_down() {
    let (test, browser) = connected().await;
    let project = test.named_project("Roof").await;
    test.companycam_fault(json!({"path": "/v2/*", "times": null, "action": {"status": 503}}));
    let link = format!("https://app.companycam.com/projects/{project}");
    assert_says(&find(&browser, &link).await, &["Not known"]);
    assert_says(
        &find(&browser, &project).await,
        &["is not known here, and CompanyCam couldn’t be asked"],
    );
}

#[tokio::test]
async fn b25_empty_and_malformed_input_is_answered_plainly() {
    let (_test, browser) = connected().await;
    for (what, says) in [
        ("", "Enter a customer"),
        ("   ", "Enter a customer"),
        ("☃", "at least one letter or number"),
        (
            "https://app.companycam.com/reports/1",
            "isn’t to a project, photo, or job",
        ),
        (
            "https://x.example/projects/%00",
            "isn’t to a project, photo, or job",
        ),
        (&"x".repeat(400), "too long"),
    ] {
        assert_says(&find(&browser, what).await, &[says]);
    }
    let evil = "\"><script>alert(1)</script>";
    assert!(!find(&browser, evil).await.contains("<script>"));
    let tab = browser.tab().await;
    assert!(
        !card(&tab, "find").contains("role=\"status\""),
        "nothing was asked"
    );
}

#[tokio::test]
async fn b28_nothing_of_another_organization_is_found() {
    let test = TestApp::with_two_companies().await;
    test.connect_and_settle().await;
    let harbor = test
        .connect_as("org_harbor", "usr_harper", "avery.stone@company-1.example")
        .await;
    let (project, photos) = test.seed().await;
    test.catch_up().await;
    let job = text(&test.job_of(&project)["id"]);
    for what in [
        project.as_str(),
        photos[0].as_str(),
        job.as_str(),
        "Roof",
        "Pat Larkin",
    ] {
        let card = find(&harbor, what).await;
        let known = ["Linked", "In One Click<", "Project “Roof”"];
        assert!(
            !known.iter().any(|text| card.contains(text)),
            "{what}: {card}"
        );
    }
}
