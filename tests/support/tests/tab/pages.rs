//! B25: the tab itself, its notices and its assets.

use http::StatusCode;
use test_support::{ADMIN, ORG, Page, TestApp};

use crate::connected;

/// The addresses of an attribute.
fn addresses(page: &Page, attribute: &str) -> Vec<String> {
    let start = format!("{attribute}=\"");
    let parts = page.body.split(&start).skip(1);
    parts
        .map(|rest| rest.split_once('"').unwrap().0.to_owned())
        .collect()
}

/// Where the forms that change something are sent.
fn forms_of(page: &Page) -> Vec<String> {
    let parts = page.body.split("method=\"post\" action=\"").skip(1);
    parts
        .map(|rest| rest.split_once('"').unwrap().0.to_owned())
        .collect()
}

#[tokio::test]
async fn b25_before_connecting_the_tab_offers_to() {
    let test = TestApp::spawn().await;
    let browser = test.browser();
    let token = test.launch_token(ORG, ADMIN);
    let launched = browser
        .get(&format!("/companycam/settings?launch={token}"))
        .await;
    let clean = format!("{}/companycam/settings", test.public_url);
    assert_eq!(
        launched.location().unwrap().as_str(),
        clean,
        "the token leaves the address"
    );
    let tab = browser.follow(launched).await;
    assert_eq!(tab.status, StatusCode::OK);
    assert!(tab.says("Ridgeline Exteriors is not connected to CompanyCam yet."));
    let button = format!("href=\"{}/companycam/connect\"", test.public_url);
    assert!(tab.says(&button), "{}", tab.body);
    let connect = browser.get("/companycam/connect").await;
    assert!(
        connect
            .location()
            .unwrap()
            .as_str()
            .starts_with(&test.companycam.origin)
    );
}

#[tokio::test]
async fn b25_the_tab_says_what_is_connected_and_leads_back() {
    let (test, browser) = connected().await;
    let tab = browser.tab().await;
    for text in [
        "Connected",
        "Ridgeline Exteriors",
        "avery.stone@ridgeline.example",
        "Preferences",
        "Users",
        "Activity",
        "0 projects and 0 photos were checked.",
        "lang=\"en\"",
        "name=\"viewport\"",
    ] {
        assert!(tab.says(text), "{text}");
    }
    let back = addresses(&tab, "href");
    assert!(
        back.iter()
            .any(|address| address.starts_with(&test.one_click.origin)),
        "{back:?}"
    );
}

#[tokio::test]
async fn b25_the_address_cannot_make_the_page_say_something() {
    let (_test, browser) = connected().await;
    let tab = browser
        .get("/companycam/settings?notice=Call+555-0100")
        .await;
    assert_eq!(tab.status, StatusCode::OK);
    assert!(!tab.says("555-0100") && !tab.says("role=\"status\""));
    let tab = browser.get("/companycam/settings?notice=saved").await;
    assert!(tab.says("role=\"status\"") && tab.says("Your preferences are saved."));
}

#[tokio::test]
async fn b25_every_form_and_link_of_the_tab_leads_somewhere() {
    let (test, browser) = connected().await;
    let tab = browser.tab().await;
    let forms = forms_of(&tab);
    assert_eq!(
        forms.len(),
        6,
        "pause, mode, sync, push, disconnect, preferences: {forms:?}"
    );
    for form in forms {
        assert!(
            form.starts_with(&format!("{}/companycam/settings/", test.public_url)),
            "{form}"
        );
        let page = browser.post(&form, &[]).await;
        assert_eq!(
            page.status,
            StatusCode::FORBIDDEN,
            "{form} wants its token only"
        );
    }
    for link in addresses(&tab, "href") {
        if let Some(id) = link.strip_prefix('#') {
            assert!(tab.says(&format!("id=\"{id}\"")), "{id}");
            continue;
        }
        let page = browser.get(&link).await;
        assert!(
            page.status.is_success() || page.status.is_redirection(),
            "{link}: {}",
            page.status
        );
    }
}

#[tokio::test]
async fn b25_assets_may_be_kept_for_ever() {
    let (_test, browser) = connected().await;
    let tab = browser.tab().await;
    let mut assets = addresses(&tab, "src");
    assets.extend(addresses(&tab, "href"));
    assets.retain(|address| address.contains("/companycam/assets/"));
    assert_eq!(
        assets.len(),
        3,
        "a script, a stylesheet, an icon: {assets:?}"
    );
    for address in assets {
        let asset = browser.get(&address).await;
        assert_eq!(asset.status, StatusCode::OK);
        assert_eq!(
            asset.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        let kind = match address.rsplit_once('.').unwrap().1 {
            "css" => "text/css",
            "js" => "text/javascript",
            _ => "image/svg+xml",
        };
        assert!(asset.header("content-type").starts_with(kind), "{address}");
        assert!(!asset.body.is_empty());
    }
    for unknown in [
        "style.css",
        "style-000000000000.css",
        "..%2F..%2FCargo.toml",
    ] {
        let path = format!("/companycam/assets/{unknown}");
        assert_eq!(
            browser.get(&path).await.status,
            StatusCode::NOT_FOUND,
            "{unknown}"
        );
    }
}

#[tokio::test]
async fn b25_addresses_that_lead_nowhere_are_explained() {
    let (test, browser) = connected().await;
    for (path, status) in [
        ("/companycam/settings/nonesuch", StatusCode::NOT_FOUND),
        ("/companycam/settings/sync", StatusCode::METHOD_NOT_ALLOWED),
        ("/companycam/settings/users/%ff", StatusCode::BAD_REQUEST),
        (
            "/companycam/settings?kind=a&kind=b",
            StatusCode::BAD_REQUEST,
        ),
        (
            "/companycam/callback?code=%ff&code=b",
            StatusCode::BAD_REQUEST,
        ),
        ("/companycam/assets/style-old.css", StatusCode::NOT_FOUND),
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, status, "{path}");
        assert!(page.says("Nothing was changed."), "{path}: {}", page.body);
        let back = format!("href=\"{}/companycam/settings\"", test.public_url);
        assert!(page.says(&back), "{path}: {}", page.body);
    }
}

#[tokio::test]
async fn b25_a_page_that_cannot_be_answered_says_how_to_go_on() {
    let (test, browser) = connected().await;
    for (path, refused, leads_to) in [
        (
            "/companycam/settings",
            "Query",
            format!("{}/companycam/settings", test.public_url),
        ),
        (
            "/companycam/connect",
            "PutItem",
            test.app.config.integrations_url(),
        ),
    ] {
        test.aws.refuse(refused, 1);
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(page.says("did not answer. Try again in a minute."));
        let link = format!("class=\"button\" href=\"{leads_to}\"");
        assert!(page.says(&link), "{path}: {}", page.body);
    }
}
