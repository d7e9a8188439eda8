//! Rows of the tables.

use std::collections::BTreeMap;

use clock::Clock;
use companycam::Cursor;
use companycam::ids::{CompanyId, PhotoId, ProjectId, TagId, UserId, WebhookId};
use jiff::Timestamp;
use model::file::FileId;
use model::organization::{Account, PollProgress, TakeBack};
use model::pause::{Pause, Side};
use model::preferences::Preference;
use model::project::{BegunLink, Came, LinkedBy, ProjectFields, RunMark, SkipReason};
use model::sync_run::{RunResult, SyncRun, SyncStep, Window};
use model::tags::{TagName, TagPlace};
use model::users::{Choice, Directory, User};
use one_click::{JobId, OrgId};
use serde_json::Value;
use store::activity::{Filter, Kind, NewEntry, Offer, Outcome};
use store::connecting::{Connected, NewConnection};
use store::ephemeral::{Authorization, CallBudget, Session};
use store::jobs::Asking;
use store::links::NewLink;
use store::matches::Listed;
use store::projects::{ListedProject, Skip};
use store::{Store, TableNames};
use test_support::Aws;

use crate::files::write_files;

const TABLES: [&str; 6] = [
    "OrganizationsTable",
    "UserMatchesTable",
    "ProjectLinksTable",
    "PhotosTable",
    "ActivityTable",
    "EphemeralTable",
];

fn store(aws: &Aws) -> Store {
    let names = TABLES.map(str::to_owned);
    let [
        organizations,
        user_matches,
        project_links,
        photos,
        activity,
        ephemeral,
    ] = names;
    let names = TableNames {
        organizations,
        user_matches,
        project_links,
        photos,
        activity,
        ephemeral,
    };
    let db = aws_sdk_dynamodb::Client::new(&aws.config);
    Store::new(&db, names, Clock::default())
}

fn org() -> OrgId {
    OrgId::parse("org_1").unwrap()
}

pub(super) fn company() -> CompanyId {
    CompanyId::parse("c1").unwrap()
}

pub(super) fn project(id: &str) -> ProjectId {
    ProjectId::parse(id).unwrap()
}

pub(super) fn photo(id: &str) -> PhotoId {
    PhotoId::parse(id).unwrap()
}

pub(super) fn job(id: &str) -> JobId {
    JobId::parse(id).unwrap()
}

fn fields() -> ProjectFields {
    ProjectFields {
        name: Some("Larkin".to_owned()),
        street_address_1: Some("1 Main St".to_owned()),
        street_address_2: Some("Apt 2".to_owned()),
        city: Some("Omaha".to_owned()),
        state: Some("NE".to_owned()),
        postal_code: Some("68102".to_owned()),
        contact_name: Some("Pat Larkin".to_owned()),
        contact_email: Some("pat@larkin.example".to_owned()),
        contact_phone: Some("402-555-0101".to_owned()),
        creator_id: UserId::parse("u9").ok(),
        integrations: BTreeMap::from([("JobNimbus".to_owned(), "jn-1".to_owned())]),
        more_integrations: BTreeMap::from([("JobNimbus".to_owned(), vec!["jn-2".to_owned()])]),
        shared_by: CompanyId::parse("c9").ok(),
        archived: false,
        deleted: false,
        created_at: 1_700_000_000,
        updated_at: 1_700_000_100,
    }
}

fn run() -> SyncRun {
    SyncRun {
        id: "run-1".to_owned(),
        window: Window::Days(29),
        step: SyncStep::Photos {
            projects: vec![project("7")],
            cursor: None,
            next_page: Some(2),
            unfinished: Vec::new(),
        },
        seq: 4,
        started_at: 1_700_000_000,
        stepped_at: 1_700_000_050,
        finished_at: None,
        failed: None,
        modified_since: Some(1_697_000_000),
        next_cursor: Some(1_700_000_000),
        projects_total: 100,
        photos_total: 900,
        listed_at: Some(1_700_000_040),
        preview: true,
        by: Some("avery@ridgeline.example".to_owned()),
        result: Some(RunResult {
            made: 3,
            skipped: [("archived".to_owned(), 1)].into(),
            ..RunResult::default()
        }),
        undo: None,
    }
}

/// One row of each kind, with every field that this version writes.
async fn write_all(store: &Store) {
    let (org, company) = (&org(), &company());
    write_connection(store, org, company).await;
    write_links(store, org, company).await;
    write_files(store, org).await;
    write_what_waits(store, org).await;
    write_users(store, org, company).await;
    let entry = NewEntry::new(Kind::Project, Outcome::Skipped, "Its job was deleted.")
        .project(&project("7"))
        .job(Some(&job("job_1")))
        .photo(&photo("11"))
        .offering(Offer::BringBack);
    store.log(org, entry).await.unwrap();
    let document = FileId::parse("document#21").unwrap();
    let entry = NewEntry::new(Kind::Document, Outcome::Failed, "It could not be copied.")
        .failed_file(&document, &project("7"));
    store.log(org, entry).await.unwrap();
    write_ephemeral(store, org, company).await;
}

async fn write_connection(store: &Store, org: &OrgId, company: &CompanyId) {
    let before = TakeBack {
        generation: 0,
        company_id: CompanyId::parse("c0").unwrap(),
        sealed_tokens: "v1.g0.AAAA".to_owned(),
    };
    let connection = NewConnection {
        org_id: org,
        before: None,
        sealed_tokens: "v1.g1.AAAA",
        take_backs: BTreeMap::from([(before.key(), before)]),
        name: "Ridgeline",
        company_id: company,
        company_name: "Ridgeline Exteriors",
        connected_by: "avery@ridgeline.example",
        at: 1_700_000_000,
        sync: run(),
        watching: None,
    };
    let connected = match store.connect(&connection).await.unwrap() {
        Connected::Yes(connected) => connected,
        other => panic!("{other:?}"),
    };
    let on = [(Preference::CreateProjectFromJob, true)];
    let entry = NewEntry::new(Kind::Preferences, Outcome::Updated, "Turned on: B9.");
    let entry = entry.by("avery@ridgeline.example");
    store
        .change_preferences(org, &on, Timestamp::UNIX_EPOCH, entry)
        .await
        .unwrap();
    let account = Account {
        generation: 1,
        name: "Avery Stone".to_owned(),
        email: Some("avery@ridgeline.example".to_owned()),
    };
    store
        .record_users_refreshed(org, (1_700_000_001, Some(&account)))
        .await
        .unwrap();
    let webhook = WebhookId::parse("w1").unwrap();
    let seen = Some((&webhook, 1_700_000_002, "v1.g1"));
    let generation = connected.generation;
    store.set_webhook(org, generation, seen).await.unwrap();
    let registered = store.record_one_click_webhook(org, generation, "v1.g1");
    registered.await.unwrap();
    let refused = store.set_refused(org, generation, Some(1_700_000_006));
    refused.await.unwrap();
    let leased = store.lease_refresh(org, generation, "holder", (0, 45_000));
    assert!(leased.await.unwrap().is_some());
    write_progress(store, org).await;
}

/// How far its polls are, and that they rest.
async fn write_progress(store: &Store, org: &OrgId) {
    store
        .set_job_cursor(org, Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    store
        .record_poll(org, Some(1_700_000_003), Some(1_700_000_004), None)
        .await
        .unwrap();
    let poll = PollProgress {
        started_at: 1_700_000_007,
        stepped_at: 1_700_000_008,
        seq: 9,
        jobs_page: Some(2),
        page: Some(3),
        left: vec![project("7")],
        left_jobs: vec![job("job_1")],
        next_cursor: Some(1_700_000_009),
    };
    store.step_poll(org, &poll, None).await.unwrap();
    for side in Side::BOTH {
        let pause = Pause {
            since: 1_700_000_005,
            until: 1_700_000_010,
            probes: 1,
            seq: 5,
        };
        assert!(store.pause(org, side, &pause).await.unwrap().applied());
    }
}

async fn write_links(store: &Store, org: &OrgId, company: &CompanyId) {
    let fields = &fields();
    let listed_at = 1_700_000_200;
    for id in ["7", "8", "9"] {
        let listed = ListedProject {
            project: &project(id),
            company,
            fields,
            listed_at,
        };
        assert!(store.want_project(org, listed).await.unwrap().applied());
    }
    let assignee = one_click::UserId::parse("usr_1").unwrap();
    let (linked, with) = (project("7"), job("job_1"));
    let link = NewLink {
        project_id: &linked,
        company_id: company,
        job_id: &with,
        seen: fields,
        assignee: Some(&assignee),
        from_job: true,
        made_project: true,
        by: LinkedBy {
            job_id: with.clone(),
            made: true,
            run: Some("run-1".to_owned()),
            kept: false,
        },
    };
    assert!(store.link(org, &link).await.unwrap().applied());
    let up_to = fields.updated_at;
    let mark = RunMark {
        id: "run-1".to_owned(),
        came: Came::Linked,
    };
    store
        .mark_project_handled(org, &project("7"), up_to, Some(&mark))
        .await
        .unwrap();
    let applied = [one_click::UserId::parse("usr_1").unwrap()].into();
    store
        .begin_reassigning(org, &job("job_1"), &applied)
        .await
        .unwrap();
    write_unlinked(store, org, company).await;
}

/// A project whose job is being made, and is not to be; a job whose project is.
async fn write_unlinked(store: &Store, org: &OrgId, company: &CompanyId) {
    let fields = &fields();
    let assignee = one_click::UserId::parse("usr_1").unwrap();
    let begun = BegunLink {
        key: "companycam-c1-project-8-1".to_owned(),
        job_id: Some(job("job_3")),
        asked: fields.clone(),
        assignee: Some(assignee),
        at: 1_700_000_250,
    };
    let begin = store.begin_link(org, &project("8"), &begun, None).await;
    assert!(begin.unwrap().applied());
    let skip = Skip {
        project_id: &project("8"),
        company_id: company,
        seen: fields,
        reason: SkipReason::WaitsForImporter,
    };
    store.skip_project(org, &skip).await.unwrap();
    store
        .set_project_aside(org, &project("8"), None)
        .await
        .unwrap();
    store
        .claim_job(
            org,
            &job("job_2"),
            Asking {
                asked: fields,
                at: 1_700_000_300,
                before: None,
            },
        )
        .await
        .unwrap()
        .either_way();
    store
        .set_job_aside(org, &job("job_2"), Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
}

/// What waits, and what one side said once.
async fn write_what_waits(store: &Store, org: &OrgId) {
    let looks = r#"{"org_id":"org_1","look":{"kind":"poll"}}"#.to_owned();
    store
        .wait(org, "project#7", looks, 1_700_000_400)
        .await
        .unwrap();
    let (seven, linked, claimed) = (project("7"), job("job_1"), job("job_2"));
    let missing = store.record_job_missing(org, &seven, &linked, 1_700_000_401);
    assert!(missing.await.unwrap().is_some());
    let missing = store.record_claimed_job_missing(org, &claimed, 1_700_000_402);
    assert!(missing.await.unwrap().is_some());
    let refused = store.record_assignment_refused(org, &linked, 1_700_000_403);
    assert!(refused.await.unwrap().is_some());
    let outage = store.probe_for_all(Side::OneClick, None, 1_700_000_404);
    assert!(outage.await.unwrap().applied());
    store.note_copied(1_700_000_405).await.unwrap();
    let daily = NewEntry::new(Kind::User, Outcome::Failed, "Said once a day.");
    assert!(store.log_daily(org, daily).await.unwrap().applied());
}

async fn write_users(store: &Store, org: &OrgId, company: &CompanyId) {
    let companycam = User {
        id: UserId::parse("u9").unwrap(),
        name: "Robin Roof".to_owned(),
        email: Some("robin@ridgeline.example".to_owned()),
        active: true,
    };
    let one_click = User {
        id: one_click::UserId::parse("usr_1").unwrap(),
        name: "Robin Roof".to_owned(),
        email: None,
        active: false,
    };
    let choice = Choice {
        companycam_user_id: companycam.id.clone(),
        one_click_user_id: Some(one_click.id.clone()),
    };
    let known = Directory::default();
    let listed = Listed {
        companycam: vec![companycam],
        one_click: vec![one_click],
    };
    store
        .refresh_directory(org, company, &known, &listed)
        .await
        .unwrap();
    let chosen = NewEntry::new(Kind::User, Outcome::Updated, "Avery was matched.");
    assert!(
        store
            .choose(org, company, (None, &choice), chosen)
            .await
            .unwrap()
            .applied()
    );
}

async fn write_ephemeral(store: &Store, org: &OrgId, company: &CompanyId) {
    let used = store.use_launch(org, "jti-1", 1_800_000_000, "nonce").await;
    assert!(used.unwrap().applied());
    let session = Session {
        org_id: org.clone(),
        org_name: "Ridgeline".to_owned(),
        user_id: one_click::UserId::parse("usr_1").unwrap(),
        email: "avery@ridgeline.example".to_owned(),
        csrf_token: "token".to_owned(),
        expires_at: 1_800_000_000,
    };
    store.put_session("hash", &session).await.unwrap();
    let begun = Authorization {
        org_id: org.clone(),
        session: "hash".to_owned(),
        pkce_verifier: "verifier".to_owned(),
        replace_by: Some(company.clone()),
        watch: false,
        expires_at: 1_800_000_000,
    };
    for state in ["state", "taken"] {
        store.put_authorization(state, &begun).await.unwrap();
    }
    let taken = store.take_authorization("taken", "hash", 0).await.unwrap();
    assert_eq!(taken, Some(begun));
    let budget = CallBudget {
        rev: 0,
        slots: vec![(850_000_000, 3, 1)],
        expires_at: 1_800_000_000,
    };
    assert!(store.put_call_budget(org, &budget).await.unwrap().is_some());
}

#[tokio::test]
async fn b26_every_row_is_written_like_this() {
    let aws = Aws::new().await;
    write_all(&store(&aws)).await;
    let mut written = BTreeMap::new();
    for table in TABLES {
        let mut items = aws.items(table).await;
        items.sort_by_key(|item| (item["photo_id"].to_string(), item.to_string()));
        written.insert(table, items);
    }
    insta::assert_json_snapshot!(written, {
        ".ActivityTable[].at" => "[now]",
        ".ActivityTable[].at_id" => "[id]",
        ".ActivityTable[].expires_at" => "[later]",
        ".EphemeralTable[].taken_by" => "[id]",
        ".EphemeralTable[].expires_at" => "[later]",
        ".PhotosTable[].asked_ms" => "[now]",
        ".PhotosTable[].failed_ms" => "[now]",
        ".ProjectLinksTable[].since" => "[now]",
    });
}

#[test]
fn b26_every_step_of_a_run_is_written_like_this() {
    let (projects, next_page) = (vec![project("7")], Some(2));
    let tag = TagName {
        id: TagId::parse("3").unwrap(),
        name: "Roof".to_owned(),
    };
    let steps = [
        SyncStep::Users,
        SyncStep::Projects { page: 1 },
        SyncStep::Looks {
            left: vec![project("8")],
            projects: projects.clone(),
            next_page,
        },
        SyncStep::Photos {
            projects: projects.clone(),
            cursor: Some(Cursor::new("next")),
            next_page,
            unfinished: projects,
        },
        SyncStep::Tags { page: 2 },
        SyncStep::TagPhotos {
            place: TagPlace::before(vec![tag]),
            next_page,
        },
        SyncStep::Finish,
    ];
    let mut sorted = insta::Settings::clone_current();
    sorted.set_sort_maps(true);
    sorted.bind(|| insta::assert_json_snapshot!(serde_json::json!(steps)));
}

#[tokio::test]
async fn b26_the_rows_of_the_version_before_are_read() {
    let before: BTreeMap<String, Vec<Value>> =
        serde_json::from_str(include_str!("before/rows.json")).unwrap();
    let aws = Aws::new().await;
    let db = aws_sdk_dynamodb::Client::new(&aws.config);
    for (table, items) in &before {
        for item in items {
            let item = serde_dynamo::to_item(item).unwrap();
            let put = db.put_item().table_name(table).set_item(Some(item));
            put.send().await.unwrap();
        }
    }
    let (store, org, company) = (store(&aws), &org(), &company());
    let organization = store.organization(org).await.unwrap().unwrap();
    // It did not tell waiting from listing.
    let run = SyncRun {
        listed_at: None,
        preview: false,
        by: None,
        result: None,
        ..run()
    };
    assert_eq!(organization.sync, Some(run));
    assert_eq!(organization.project_cursor, Some(1_700_000_003));
    assert!(
        organization
            .preferences
            .has(Preference::CreateProjectFromJob)
    );
    read_links_of_the_version_before(&store, org).await;
    let photos = store
        .photos(org, &["11", "12", "13"].map(photo))
        .await
        .unwrap();
    assert_eq!(photos.len(), 3);
    assert!(photos[1].is_current());
    assert_eq!(photos[2].failed.as_deref(), Some("not an image"));
    let directory = store.directory(org, company).await.unwrap();
    assert_eq!(directory.companycam.len(), 1);
    assert_eq!(directory.choices.len(), 1);
    let log = store
        .activity_page(org, &Filter::default(), None, 10)
        .await
        .unwrap();
    assert_eq!(log.entries[0].offer, Some(Offer::BringBack));
    assert!(store.session("hash", 0).await.unwrap().is_some());
    let begun = store.take_authorization("state", "hash", 0).await.unwrap();
    assert_eq!(begun.unwrap().replace_by.as_ref(), Some(company));
    assert!(
        !store
            .use_launch(org, "jti-1", 0, "nonce")
            .await
            .unwrap()
            .applied(),
        "used before"
    );
    assert_eq!(store.call_budget(org).await.unwrap().slots.len(), 1);
}

async fn read_links_of_the_version_before(store: &Store, org: &OrgId) {
    let links = store
        .projects(org, &["7", "8", "9"].map(project))
        .await
        .unwrap();
    assert_eq!(links.len(), 3);
    // It knew one id of a type, and no other company.
    let before = ProjectFields {
        more_integrations: BTreeMap::new(),
        shared_by: None,
        ..fields()
    };
    assert_eq!(links[0].seen, Some(before));
    assert_eq!(links[0].job_id, Some(job("job_1")));
    assert_eq!(links[1].reason, Some(SkipReason::WaitsForImporter));
    let linked = store.job(org, &job("job_1")).await.unwrap().unwrap();
    assert!(linked.reassigning && linked.unfinished);
    let claim = store.claim(org, &job("job_2")).await.unwrap().unwrap();
    assert_eq!(claim.claimed_at, Some(1_700_000_300));
}
