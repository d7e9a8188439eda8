//! The web application, as a browser uses it.
#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod common;

use common::{TestSimulator, read, sign_in, spawn, submit};
use companycam_simulator::Options;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use simulator_kit::Picture;

#[tokio::test]
async fn pages_need_somebody_signed_in() {
    let test = spawn(Options::empty()).await;
    let answer = test.http.get(test.url("/projects")).send().await.unwrap();
    assert_eq!(answer.headers()["location"], "/sign_in");
}

#[tokio::test]
async fn an_address_without_an_id_is_a_page_that_does_not_exist() {
    let test = spawn(Options::empty()).await;
    let cookie = sign_in(&test).await;
    for path in ["/projects/abc", "/photos/abc", "/projects/7"] {
        let request = test.http.get(test.url(path)).header("Cookie", &cookie);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
        let page = answer.text().await.unwrap();
        assert!(page.contains("This page does not exist"), "{path}: {page}");
    }
}

#[tokio::test]
async fn signing_out_leads_back_to_what_was_asked() {
    let test = spawn(Options::empty()).await;
    let cookie = sign_in(&test).await;
    let asked = "/oauth/authorize?client_id=x&state=y";
    let location = submit(&test, &cookie, "/sign_out", &[("return_to", asked)]).await;
    let page = read(&test, "", &location).await;
    let field = format!("value=\"{}\"", asked.replace('&', "&amp;"));
    assert!(page.contains(&field), "{page}");
}

#[tokio::test]
async fn a_project_and_its_photo_can_be_worked_on_by_forms() {
    let test = spawn(Options::empty()).await;
    let cookie = sign_in(&test).await;
    let fields = [
        ("name", "Roof <1>"),
        ("street_address_1", "5 Oak"),
        ("contact_name", "Pat"),
    ];
    let created = submit(&test, &cookie, "/projects", &fields).await;
    let project = created.split('?').next().unwrap().to_owned();
    assert!(
        read(&test, &cookie, "/projects")
            .await
            .contains("Roof &lt;1&gt;")
    );

    let picture = Picture {
        seed: 1,
        number: 1,
        taken_at: 0,
        bytes: 200_000,
        marks: 0,
    };
    let file = Part::bytes(picture.encode().to_bytes().to_vec()).file_name("a.jpg");
    let upload = test
        .http
        .post(test.url(&format!("{project}/photos")))
        .header("Cookie", &cookie)
        .multipart(Form::new().part("file", file));
    assert_eq!(upload.send().await.unwrap().status(), 303);
    let photos = test.list("/photos").await;
    let photo = format!("/photos/{}", photos[0]["id"].as_str().unwrap());
    submit(&test, &cookie, &format!("{photo}/annotate"), &[]).await;
    submit(
        &test,
        &cookie,
        &format!("{photo}/caption"),
        &[("description", "Ridge")],
    )
    .await;
    submit(&test, &cookie, &format!("{photo}/tag"), &[("tag", "After")]).await;
    let after = test.control(Method::GET, "/state", json!({})).await;
    let after = &after["photos"][0];
    assert_ne!(after["md5"], photos[0]["hash"]);
    assert_eq!(
        (&after["description"], &after["tags"]),
        (&json!("Ridge"), &json!(["After"]))
    );
    let page = read(&test, &cookie, &project).await;
    assert!(page.contains("Ridge") && page.contains("Simulator of CompanyCam"));

    let other = test.add_project(json!({"name": "Other"})).await;
    submit(
        &test,
        &cookie,
        &format!("{photo}/move"),
        &[("project_id", &other)],
    )
    .await;
    let moved: Value = test.get(&photo).await.json().await.unwrap();
    assert_eq!(moved["project_id"], json!(other));
    submit(&test, &cookie, &format!("{photo}/delete"), &[]).await;
    assert_eq!(test.get(&photo).await.status(), 404);
    submit(&test, &cookie, &format!("{project}/archive"), &[]).await;
    let archived: Value = test.get(&project).await.json().await.unwrap();
    assert_eq!(archived["archived"], json!(true));
    assert_eq!(archived["primary_contact"]["name"], "Pat");
}

/// Posts a form that is refused; what the page it leads to says is wrong.
async fn refused(test: &TestSimulator, cookie: &str, path: &str, form: &[(&str, &str)]) -> String {
    let location = submit(test, cookie, path, form).await;
    assert!(location.contains("?problem="), "{path}: {location}");
    let page = read(test, cookie, &location).await;
    let (_, alert) = page.split_once("role=\"alert\">").unwrap();
    alert.split_once('<').unwrap().0.to_owned()
}

#[tokio::test]
async fn every_page_says_that_it_is_a_simulator_and_needs_nothing_from_elsewhere() {
    let test = spawn(Options::empty()).await;
    let cookie = sign_in(&test).await;
    let project = test.add_project(json!({"name": "Roof"})).await;
    let photo = json!({"project_id": project, "tags": ["Roof"]});
    let photo = test.add_photo(photo).await;
    let documents = format!("/projects/{project}/documents");
    let document = json!({"name": "a.pdf"});
    let document = test.control(Method::POST, &documents, document).await;
    let document = document["id"].as_str().unwrap();
    for path in [
        "/sign_in",
        "/projects",
        "/projects/new",
        "/webhooks",
        "/tags",
        "/demo",
        &format!("/documents/{document}"),
        &format!("/projects/{project}"),
        &format!("/projects/{project}/edit"),
        &format!("/photos/{photo}"),
    ] {
        let page = read(&test, &cookie, path).await;
        assert!(page.contains("CompanyCam Simulator</title>"), "{path}");
        assert!(page.contains(">Simulator</span>"), "{path}");
        assert!(!page.contains("<script") && !page.contains("://"), "{path}");
    }
    let missing = test
        .http
        .get(test.url("/projects/1"))
        .header("Cookie", &cookie);
    let missing = missing.send().await.unwrap();
    assert_eq!(missing.status(), 404);
    assert!(
        missing
            .text()
            .await
            .unwrap()
            .contains("This page does not exist")
    );
}

#[tokio::test]
async fn projects_are_searched_and_the_archived_and_deleted_have_lists_of_their_own() {
    let test = spawn(Options::empty()).await;
    let cookie = sign_in(&test).await;
    assert!(
        read(&test, &cookie, "/projects")
            .await
            .contains("No projects here")
    );
    let address = json!({"street_address_1": "5 Oak Lane", "city": "Lincoln"});
    test.add_project(json!({"name": "Plain", "address": address}))
        .await;
    test.add_project(json!({"name": "Stored", "archived": true}))
        .await;
    test.add_project(json!({"name": "Gone", "status": "deleted"}))
        .await;
    for (path, shown) in [
        ("/projects", [true, true, false]),
        ("/projects?query=lincoln+PLAIN", [true, false, false]),
        ("/projects?show=archived", [false, true, false]),
        ("/projects?show=deleted", [false, false, true]),
    ] {
        let page = read(&test, &cookie, path).await;
        let found = [">Plain</a>", ">Stored</a>", ">Gone</a>"].map(|name| page.contains(name));
        assert_eq!(found, shown, "{path}");
        assert_eq!(page.contains(">archived</span>"), shown[1], "{path}");
    }
    let none = read(&test, &cookie, "/projects?query=%3Cnowhere%3E").await;
    assert!(none.contains("No project found") && none.contains("&lt;nowhere&gt;"));
}

#[tokio::test]
async fn forms_say_what_is_wrong_and_change_nothing() {
    let test = spawn(Options::empty()).await;
    let cookie = sign_in(&test).await;
    for (form, problem) in [
        (
            [("name", " "), ("city", "Ames")],
            "Give the project a name or a street.",
        ),
        (
            [("name", "Roof"), ("contact_email", "pat")],
            "e-mail address has no @ in it.",
        ),
    ] {
        let request = test
            .http
            .post(test.url("/projects"))
            .header("Cookie", &cookie);
        let answer = request.form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 422);
        let page = answer.text().await.unwrap();
        assert!(page.contains(problem));
        assert!(
            page.contains(&format!("value=\"{}\"", form[1].1)),
            "what was typed is kept"
        );
    }
    assert!(test.list("/projects").await.is_empty());
}

#[tokio::test]
async fn what_cannot_be_done_with_a_project_or_photo_is_said_and_changes_nothing() {
    let test = spawn(Options::empty()).await;
    let cookie = sign_in(&test).await;
    let project = test.add_project(json!({"name": "Roof"})).await;
    let photo = test.add_photo(json!({"project_id": project})).await;
    let (project, photo) = (format!("/projects/{project}"), format!("/photos/{photo}"));
    let itself = project.replace("/projects/", "");
    for (path, form, problem) in [
        (
            format!("{project}/assign"),
            ("user_id", "1"),
            "Choose a person of your company to assign.",
        ),
        (
            format!("{project}/merge"),
            ("project_id", &*itself),
            "Choose another project to merge this one into.",
        ),
        (format!("{photo}/tag"), ("tag", " "), "Type the tag to add."),
        (
            format!("{photo}/move"),
            ("project_id", ""),
            "Choose a project to move the photo to.",
        ),
    ] {
        assert_eq!(refused(&test, &cookie, &path, &[form]).await, problem);
    }
    let file = Part::bytes(b"%PDF".to_vec()).file_name("a.pdf");
    let upload = test
        .http
        .post(test.url(&format!("{project}/photos")))
        .header("Cookie", &cookie)
        .multipart(Form::new().part("file", file));
    let location = upload.send().await.unwrap().headers()["location"].clone();
    assert!(
        location
            .to_str()
            .unwrap()
            .contains("?problem=Please+choose+JPEG")
    );
    assert_eq!(test.list("/photos").await.len(), 1);

    submit(&test, &cookie, &format!("{project}/delete"), &[]).await;
    let deleted = "This project is deleted. Nothing can be changed until it is restored.";
    for path in [
        format!("{project}/archive"),
        project,
        format!("{photo}/annotate"),
    ] {
        assert_eq!(
            refused(&test, &cookie, &path, &[("name", "New")]).await,
            deleted
        );
    }
}

#[tokio::test]
async fn a_merged_project_leads_to_the_one_that_has_its_photos() {
    let test = spawn(Options::empty()).await;
    let cookie = sign_in(&test).await;
    let merged = test.add_project(json!({"name": "Twice"})).await;
    let survivor = test.add_project(json!({"name": "Once"})).await;
    let photo = test
        .add_photo(json!({"project_id": merged, "description": "Ridge"}))
        .await;
    let form = [("project_id", &*survivor)];
    submit(&test, &cookie, &format!("/projects/{merged}/merge"), &form).await;
    let page = read(&test, &cookie, &format!("/projects/{merged}")).await;
    assert!(page.contains("was merged into") && page.contains("No photos yet."));
    assert!(page.contains(&format!("href=\"/projects/{survivor}\"")));
    let page = read(&test, &cookie, &format!("/projects/{survivor}")).await;
    assert!(page.contains(&format!("href=\"/photos/{photo}\"")) && page.contains("alt=\"Ridge\""));
}

#[tokio::test]
async fn the_webhooks_page_shows_which_are_enabled() {
    let test = spawn(Options::empty()).await;
    let cookie = sign_in(&test).await;
    assert!(
        read(&test, &cookie, "/webhooks")
            .await
            .contains("No webhooks")
    );
    let webhook =
        json!({"url": "http://127.0.0.1:9/<x>", "scopes": ["photo.*"], "token": "secret"});
    let made = test
        .api(Method::POST, "/webhooks")
        .json(&webhook)
        .send()
        .await
        .unwrap();
    let made: Value = made.json().await.unwrap();
    let page = read(&test, &cookie, "/webhooks").await;
    assert!(page.contains("http://127.0.0.1:9/&lt;x&gt;") && page.contains(">Enabled</span>"));
    assert!(!page.contains("secret"));
    let disable = format!("/webhooks/{}/disable", made["id"].as_str().unwrap());
    test.control(Method::POST, &disable, json!({})).await;
    let page = read(&test, &cookie, "/webhooks").await;
    assert!(page.contains(">Disabled</span>"));
}

async fn upload(
    test: &TestSimulator,
    cookie: &str,
    path: &str,
    name: &str,
    bytes: &[u8],
) -> String {
    let file = Part::bytes(bytes.to_vec()).file_name(name.to_owned());
    let request = test.http.post(test.url(path)).header("Cookie", cookie);
    let answer = request.multipart(Form::new().part("file", file)).send();
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), 303, "{path}");
    answer.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn b16_documents_are_worked_on_by_forms() {
    let test = spawn(Options::empty()).await;
    let cookie = sign_in(&test).await;
    let project = test.add_project(json!({"name": "Roof"})).await;
    let other = test.add_project(json!({"name": "Other"})).await;
    let (project, list) = (
        format!("/projects/{project}"),
        format!("/projects/{project}/documents"),
    );
    assert!(
        read(&test, &cookie, &project)
            .await
            .contains("No documents yet.")
    );
    let location = upload(&test, &cookie, &list, "Plan <1>.dwg", b"plan").await;
    assert!(
        location.contains("notice=1+document+uploaded"),
        "{location}"
    );
    let shape = test.list(&list).await.remove(0);
    assert_eq!(shape["content_type"], "image/vnd.dwg");
    let document = format!("/documents/{}", shape["id"].as_str().unwrap());
    let page = read(&test, &cookie, &project).await;
    assert!(page.contains(&format!("href=\"{document}\">Plan &lt;1&gt;.dwg")));
    let page = read(&test, &cookie, &document).await;
    assert!(page.contains("4 bytes") && page.contains("image/vnd.dwg"));

    let rename = format!("{document}/rename");
    submit(&test, &cookie, &rename, &[("name", "Plan.pdf")]).await;
    upload(
        &test,
        &cookie,
        &format!("{document}/replace"),
        "b.pdf",
        b"newer",
    )
    .await;
    let replaced = test.list(&list).await.remove(0);
    assert_eq!(replaced["name"], "Plan.pdf");
    assert_eq!(replaced["content_type"], "application/pdf");
    let file = test.http.get(replaced["url"].as_str().unwrap()).send();
    assert_eq!(file.await.unwrap().bytes().await.unwrap(), "newer");

    for (action, form, problem) in [
        ("rename", [("name", " ")], "Type the document's new name."),
        (
            "move",
            [("project_id", "7")],
            "Choose a project to move the document to.",
        ),
    ] {
        let path = format!("{document}/{action}");
        let said = refused(&test, &cookie, &path, &form).await;
        assert_eq!(said.replace("&#39;", "'"), problem);
    }
    let form = [("project_id", &*other)];
    submit(&test, &cookie, &format!("{document}/move"), &form).await;
    assert!(test.list(&list).await.is_empty());
    submit(&test, &cookie, &format!("{document}/delete"), &[]).await;
    let list = format!("/projects/{other}/documents");
    assert!(test.list(&list).await.is_empty());
}

#[tokio::test]
async fn b15_tags_are_renamed_deleted_and_taken_off_by_forms() {
    let test = spawn(Options::empty()).await;
    let cookie = sign_in(&test).await;
    assert!(read(&test, &cookie, "/tags").await.contains("No tags"));
    let project = test.add_project(json!({"name": "Roof"})).await;
    let photo = json!({"project_id": project, "tags": ["Roof", "After"]});
    let photo = test.add_photo(photo).await;
    let tags = test.list("/tags").await;
    let [roof, after] = [0, 1].map(|at| tags[at]["id"].as_str().unwrap());
    let rename = format!("/tags/{roof}/rename");
    let taken = [("display_value", "after")];
    assert_eq!(
        refused(&test, &cookie, &rename, &taken).await,
        "Give the tag a name that no other tag has."
    );
    let slate = [("display_value", "Slate <1>")];
    submit(&test, &cookie, &rename, &slate).await;
    let page = read(&test, &cookie, "/tags").await;
    assert!(page.contains("Slate &lt;1&gt;") && page.contains("1 photo"));
    let page = read(&test, &cookie, &format!("/photos/{photo}")).await;
    assert!(page.contains("aria-label=\"Remove the tag After\""));
    let untag = format!("/photos/{photo}/untag");
    submit(&test, &cookie, &untag, &[("tag_id", after)]).await;
    let of_photo = format!("/photos/{photo}/tags");
    assert_eq!(test.list(&of_photo).await.len(), 1);
    submit(&test, &cookie, &format!("/tags/{roof}/delete"), &[]).await;
    assert!(test.list(&of_photo).await.is_empty());
    assert_eq!(test.list("/tags").await.len(), 1);
}

#[tokio::test]
async fn b18_a_deleted_project_is_restored_by_a_button() {
    let test = spawn(Options::empty()).await;
    let cookie = sign_in(&test).await;
    let id = test.add_project(json!({"name": "Roof"})).await;
    let project = format!("/projects/{id}");
    assert!(!read(&test, &cookie, &project).await.contains("/restore\""));
    submit(&test, &cookie, &format!("{project}/delete"), &[]).await;
    assert!(read(&test, &cookie, &project).await.contains("/restore\""));
    submit(&test, &cookie, &format!("{project}/restore"), &[]).await;
    let restored: Value = test.get(&project).await.json().await.unwrap();
    assert_eq!(restored["status"], "active");
}
