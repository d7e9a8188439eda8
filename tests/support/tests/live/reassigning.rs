//! A reassigned job reassigns its project (B11, B12, B23).

use http::Method;
use jiff::Timestamp;
use model::preferences::Preference;
use serde_json::{Value, json};
use store::activity::{Kind, NewEntry, Outcome};
use test_support::TestApp;
use test_support::steps::{requests, text};

use crate::helpers::{connected, elm, live_with, project_of, with};

pub const FOLLOW: [&str; 2] = ["create_project_from_job", "reassign_project"];
pub const REPLACE: [&str; 3] = [
    "create_project_from_job",
    "reassign_project",
    "remove_previous_assignee",
];

/// A job that is assigned to Blake, with its project.
pub struct Assigned {
    pub test: TestApp,
    pub job: Value,
    pub project: String,
}

impl Assigned {
    pub async fn with(preferences: &[&str]) -> Self {
        let test = live_with(&["create_project_from_job"]).await;
        let job = with(elm("Larkin"), &json!({"assigned_user_id": "usr_blake"}));
        let job = test.new_job(job).await;
        test.live().await;
        let project = text(&project_of(&test, &job).await["id"]);
        test.prefer(preferences).await;
        test.companycam.controls.clear_requests();
        Self { test, job, project }
    }

    /// Somebody in One Click assigns the job to this user.
    pub async fn name(&self, user: &str) {
        let assignee = if user.is_empty() {
            Value::Null
        } else {
            json!(format!("usr_{user}"))
        };
        self.test
            .change_job(&self.job, json!({"assigned_user_id": assignee}))
            .await;
    }

    /// The same, and all that follows.
    pub async fn reassign(&self, user: &str) {
        self.name(user).await;
        self.test.live().await;
    }

    /// Somebody in CompanyCam assigns this user to the project.
    pub async fn assign_by_hand(&self, user: &str) {
        let user = user_of(&self.test, user).await;
        self.test.assign(&self.project, &user).await;
    }

    /// First names of the project's users, in alphabetical order.
    pub async fn users(&self) -> Vec<String> {
        let project = self.test.companycam_has("projects", &self.project).await;
        let state = self.test.companycam_state().await;
        let all = state["users"].as_array().unwrap();
        let assigned = project["assignees"].as_array().unwrap();
        let users = all.iter().filter(|user| assigned.contains(&user["id"]));
        let first = |user: &Value| {
            text(&user["name"])
                .split(' ')
                .next()
                .unwrap()
                .to_lowercase()
        };
        let mut names: Vec<_> = users.map(first).collect();
        names.sort();
        names
    }

    /// The writes to CompanyCam since the project was there, as `PUT <user>` and `DELETE <user>`.
    pub async fn writes(&self) -> Vec<String> {
        let mut writes = Vec::new();
        for request in self.test.companycam.controls.requests() {
            if request.method == "GET" {
                continue;
            }
            let user = request.path.rsplit('/').next().unwrap().to_owned();
            let user = self.test.companycam_has("users", &user).await;
            let name = text(&user["name"]).to_lowercase();
            let first = name.split(' ').next().unwrap();
            writes.push(format!("{} {first}", request.method));
        }
        writes
    }

    pub fn fault(&self, method: &str, times: Option<u32>, action: &Value) {
        self.test.companycam_fault(json!({
            "method": method, "path": "/v2/projects/*/assigned_users/*", "times": times, "action": action,
        }));
    }
}

/// The CompanyCam user with this first name at Ridgeline.
async fn user_of(test: &TestApp, first: &str) -> String {
    let state = test.companycam_state().await;
    let found = state["users"].as_array().unwrap().iter().find(|user| {
        let name = text(&user["name"]).to_lowercase();
        name.starts_with(first)
    });
    text(&found.unwrap()["id"])
}

#[tokio::test]
async fn b11_switched_off_a_reassigned_job_leaves_its_project() {
    let it = Assigned::with(&["create_project_from_job"]).await;
    it.reassign("casey").await;
    assert_eq!(it.users().await, ["blake"]);
    assert!(it.writes().await.is_empty());
}

#[tokio::test]
async fn b11_switched_on_later_it_makes_up_for_nothing() {
    let it = Assigned::with(&["create_project_from_job"]).await;
    it.reassign("casey").await;
    it.test.prefer(&REPLACE).await;
    it.test
        .change_job(&it.job, json!({"email": "pat@customer.example"}))
        .await;
    it.test.live().await;
    it.test.catch_up().await;
    assert_eq!(it.users().await, ["blake"]);

    it.reassign("devon").await;
    assert_eq!(it.users().await, ["blake", "devon"], "Casey was the last");
}

#[tokio::test]
async fn b11_the_new_assignees_user_is_added_and_the_previous_one_kept() {
    let it = Assigned::with(&FOLLOW).await;
    it.reassign("casey").await;
    assert_eq!(it.users().await, ["blake", "casey"]);
    let said = ["Larkin", "assigned to Casey Lund"];
    assert!(it.test.log_says(&said).await);
}

#[tokio::test]
async fn b11_a_project_that_made_its_job_is_reassigned_too() {
    let test = live_with(&["create_job_from_project", "reassign_project"]).await;
    let blake = user_of(&test, "blake").await;
    let roof = json!({"name": "Roof", "creator_id": blake});
    let project = test.new_project(roof).await;
    test.live().await;
    let job = test.job_of(&project);
    assert_eq!(job["assigned_user_id"], "usr_blake");
    let it = Assigned { test, job, project };
    it.reassign("casey").await;
    assert_eq!(it.users().await, ["casey"]);
}

#[tokio::test]
async fn b11_a_job_that_we_assign_ourselves_reassigns_nothing() {
    let test = live_with(&[
        "create_job_from_project",
        "reassign_project",
        "remove_previous_assignee",
    ])
    .await;
    let kit = test.companycam_user_named("Kit Monroe").await;
    let blake = user_of(&test, "blake").await;
    // At once, and later: while the job has nobody, it follows the project.
    let at_once = test
        .new_project(json!({"name": "At once", "creator_id": blake}))
        .await;
    let later = test
        .new_project(json!({"name": "Later", "creator_id": kit}))
        .await;
    test.live().await;
    assert_eq!(test.job_of(&later)["assigned_user_id"], Value::Null);
    test.assign(&later, &blake).await;
    test.change_project(&later, json!({"name": "Later, changed"}))
        .await;
    test.live().await;
    test.catch_up().await;
    for project in [&at_once, &later] {
        assert_eq!(test.job_of(project)["assigned_user_id"], "usr_blake");
    }
    let controls = &test.companycam.controls;
    assert!(requests(controls, "PUT", "/assigned_users/").is_empty());
    assert!(requests(controls, "DELETE", "/assigned_users/").is_empty());
}

#[tokio::test]
async fn b12_the_previous_assignees_user_is_removed_after_the_new_one_was_added() {
    let it = Assigned::with(&REPLACE).await;
    it.reassign("casey").await;
    assert_eq!(it.users().await, ["casey"]);
    assert_eq!(it.writes().await, ["PUT casey", "DELETE blake"]);
    assert!(it.test.log_says(&["Blake Moreno was removed"]).await);
}

#[tokio::test]
async fn b12_the_previous_assignees_user_is_removed_also_if_assigned_by_hand() {
    let test = live_with(&["create_job_from_project"]).await;
    let kit = test.companycam_user_named("Kit Monroe").await;
    let roof = json!({"name": "Roof", "creator_id": kit});
    let project = test.new_project(roof).await;
    test.live().await;
    test.prefer(&["create_job_from_project"]).await;
    let job = test.job_of(&project);
    let it = Assigned { test, job, project };
    // With the switch off nobody but the hand assigns Blake.
    it.reassign("blake").await;
    it.assign_by_hand("blake").await;
    it.test.live().await;
    it.test
        .prefer(&[
            "create_job_from_project",
            "reassign_project",
            "remove_previous_assignee",
        ])
        .await;
    it.reassign("casey").await;
    assert_eq!(it.users().await, ["casey"]);
}

#[tokio::test]
async fn b12_other_users_assigned_by_hand_are_kept() {
    let it = Assigned::with(&REPLACE).await;
    it.assign_by_hand("kit").await;
    it.assign_by_hand("devon").await;
    it.reassign("casey").await;
    assert_eq!(it.users().await, ["casey", "devon", "kit"]);
}

#[tokio::test]
async fn b12_a_previous_user_who_is_not_there_any_more_is_no_trouble() {
    let it = Assigned::with(&REPLACE).await;
    let blake = user_of(&it.test, "blake").await;
    let path = format!("/projects/{}/assigned_users/{blake}", it.project);
    it.test
        .companycam_control(Method::DELETE, &path, Value::Null)
        .await;
    it.reassign("casey").await;
    assert_eq!(it.users().await, ["casey"]);
    assert!(it.test.dead_letters().is_empty());
}

#[tokio::test]
async fn b12_without_b11_has_no_effect() {
    let it = Assigned::with(&["create_project_from_job", "remove_previous_assignee"]).await;
    it.reassign("casey").await;
    assert_eq!(it.users().await, ["blake"]);
    // Nor where it is left over from before.
    let on = [(Preference::RemovePreviousAssignee, true)];
    let entry = NewEntry::new(Kind::Preferences, Outcome::Updated, "B12 was left on.");
    let (org, store) = (crate::helpers::org(), &it.test.app.store);
    let saved = store.change_preferences(&org, &on, Timestamp::UNIX_EPOCH, entry);
    saved.await.unwrap();
    it.reassign("devon").await;
    assert_eq!(it.users().await, ["blake"]);
    assert!(it.writes().await.is_empty());
}

#[tokio::test]
async fn b23_for_an_assignee_who_is_not_matched_nothing_is_removed() {
    let it = Assigned::with(&REPLACE).await;
    it.reassign("front_desk").await;
    assert_eq!(it.users().await, ["blake"]);
    assert!(it.writes().await.is_empty());
    assert!(it.test.log_says(&["Larkin", "not matched"]).await);
    it.test.catch_up().await;
    let texts = it.test.activity_texts().await.into_iter();
    let said = texts.filter(|text| text.contains("not matched"));
    assert_eq!(said.count(), 1, "once");
}

#[tokio::test]
async fn b23_after_an_assignee_who_is_not_matched_the_one_before_is_removed() {
    let it = Assigned::with(&REPLACE).await;
    it.reassign("front_desk").await;
    it.reassign("casey").await;
    assert_eq!(it.users().await, ["casey"]);
}

#[tokio::test]
async fn b23_where_nobody_was_matched_before_nobody_is_removed() {
    let test = live_with(&REPLACE).await;
    let job = with(
        elm("Larkin"),
        &json!({"assigned_user_id": "usr_front_desk"}),
    );
    let job = test.new_job(job).await;
    test.live().await;
    let project = text(&project_of(&test, &job).await["id"]);
    let it = Assigned { test, job, project };
    it.assign_by_hand("kit").await;
    it.reassign("casey").await;
    assert_eq!(it.users().await, ["casey", "kit"]);
    assert!(!it.test.log_says(&["was removed"]).await);
}

#[tokio::test]
async fn b23_a_job_that_is_assigned_to_nobody_changes_nothing() {
    let it = Assigned::with(&REPLACE).await;
    it.reassign("").await;
    assert_eq!(it.users().await, ["blake"]);
    assert!(it.writes().await.is_empty());
    assert!(it.test.log_says(&["Larkin", "is unassigned"]).await);
    it.reassign("casey").await;
    assert_eq!(it.users().await, ["casey"]);
}

#[tokio::test]
async fn b23_the_same_assignee_again_changes_nothing() {
    let it = Assigned::with(&REPLACE).await;
    it.test
        .change_job(&it.job, json!({"email": "pat@customer.example"}))
        .await;
    it.test.live().await;
    it.reassign("").await;
    it.reassign("blake").await;
    assert_eq!(it.users().await, ["blake"]);
    let writes = it.writes().await;
    assert!(
        writes.iter().all(|write| write == "PUT blake"),
        "{writes:?}"
    );
}

#[tokio::test]
async fn b23_two_users_matched_by_hand_are_followed() {
    let it = Assigned::with(&REPLACE).await;
    let kit = user_of(&it.test, "kit").await;
    let browser = it.test.administrator().await;
    let picked = browser
        .submit(
            &format!("users/{kit}"),
            &[("one_click_user_id", "usr_front_desk")],
        )
        .await;
    assert!(picked.status.is_redirection(), "{}", picked.body);
    it.reassign("front_desk").await;
    assert_eq!(it.users().await, ["kit"]);
}

#[tokio::test]
async fn b11_an_assignment_whose_event_was_lost_is_found_by_the_poll() {
    let test = connected().await;
    test.prefer(&REPLACE).await;
    let job = with(elm("Larkin"), &json!({"assigned_user_id": "usr_blake"}));
    let job = test.new_job(job).await;
    test.catch_up().await;
    let project = text(&project_of(&test, &job).await["id"]);
    let it = Assigned { test, job, project };
    it.name("casey").await;
    it.test.catch_up().await;
    assert_eq!(it.users().await, ["casey"]);
}

/// A live organization in which a job of these further users made its project; the project.
async fn with_further_users(users: &[&str]) -> (TestApp, Value, String) {
    let test = live_with(&[
        "create_project_from_job",
        "reassign_project",
        "remove_previous_assignee",
    ])
    .await;
    let users: Vec<_> = users.iter().map(|user| format!("usr_{user}")).collect();
    let more = json!({"assigned_user_id": "usr_blake", "additional_user_ids": users});
    let job = test.new_job(with(elm("Larkin"), &more)).await;
    test.live().await;
    let project = text(&project_of(&test, &job).await["id"]);
    (test, job, project)
}

/// Who is assigned to the project in CompanyCam, by first name.
async fn assigned(test: &TestApp, project: &str) -> Vec<String> {
    let state = test.companycam_state().await;
    let users = state["users"].as_array().unwrap();
    let project = test.companycam_has("projects", project).await;
    let assigned = project["assignees"].as_array().unwrap();
    let name = |id: &Value| {
        let user = users.iter().find(|user| user["id"] == *id).unwrap();
        text(&user["name"])
            .split(' ')
            .next()
            .unwrap()
            .to_lowercase()
    };
    let mut names: Vec<_> = assigned.iter().map(name).collect();
    names.sort();
    names
}

#[tokio::test]
async fn b44_a_jobs_further_users_are_on_the_project_that_it_makes_and_later_ones_follow() {
    let (test, job, project) = with_further_users(&["casey", "front_desk"]).await;
    assert_eq!(
        assigned(&test, &project).await,
        ["blake", "casey"],
        "the front desk is not matched"
    );
    test.change_job(
        &job,
        json!({"additional_user_ids": ["usr_casey", "usr_devon"]}),
    )
    .await;
    test.live().await;
    assert_eq!(assigned(&test, &project).await, ["blake", "casey", "devon"]);
    // Taken off the job, nobody is removed.
    test.change_job(&job, json!({"additional_user_ids": []}))
        .await;
    test.live().await;
    assert_eq!(assigned(&test, &project).await, ["blake", "casey", "devon"]);
}

#[tokio::test]
async fn b44_who_was_taken_off_the_project_is_not_added_again() {
    let (test, job, project) = with_further_users(&["casey"]).await;
    let state = test.companycam_state().await;
    let users = state["users"].as_array().unwrap();
    let casey = users
        .iter()
        .find(|user| text(&user["name"]).starts_with("Casey"))
        .unwrap();
    let path = format!("/projects/{project}/assigned_users/{}", text(&casey["id"]));
    test.companycam_control(Method::DELETE, &path, Value::Null)
        .await;
    test.change_job(&job, json!({"email": "new@x.example"}))
        .await;
    test.live().await;
    assert_eq!(assigned(&test, &project).await, ["blake"]);
}

#[tokio::test]
async fn b23_a_previous_assignee_who_works_on_the_job_besides_stays_on_its_project() {
    let (test, job, project) = with_further_users(&["blake", "casey"]).await;
    test.change_job(&job, json!({"assigned_user_id": "usr_devon"}))
        .await;
    test.live().await;
    assert_eq!(assigned(&test, &project).await, ["blake", "casey", "devon"]);
    test.change_job(&job, json!({"assigned_user_id": "usr_emery"}))
        .await;
    test.live().await;
    assert_eq!(assigned(&test, &project).await, ["blake", "casey", "emery"]);
}
