//! B25, B28: compressed answers, and the token that compression must not give away.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::read::GzDecoder;
use http::StatusCode;
use test_support::Page;

use crate::connected;

fn plain(bytes: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn b25_pages_and_assets_are_compressed_for_who_takes_it() {
    let (_test, browser) = connected().await;
    let tab = browser.tab().await;
    assert_eq!(tab.header("content-encoding"), "");
    let start = tab.body.find("/companycam/assets/style-").unwrap();
    let style = tab.body[start..].split_once('"').unwrap().0.to_owned();
    for path in ["/companycam/settings", style.as_str()] {
        let (headers, bytes) = browser.get_compressed(path).await;
        assert_eq!(headers["content-encoding"], "gzip", "{path}");
        assert_eq!(headers["vary"], "accept-encoding", "{path}");
        let text = plain(&bytes);
        assert!(bytes.len() * 2 < text.len(), "{path}");
        let again = browser.get(path).await;
        let same = |text: &str, token: Option<&str>| text.replace(token.unwrap_or("\n"), "");
        let token = |body: &str| {
            let (_, rest) = body.split_once("name=\"csrf_token\" value=\"")?;
            Some(rest.split_once('"')?.0.to_owned())
        };
        assert_eq!(
            same(&text, token(&text).as_deref()),
            same(&again.body, again.csrf_token())
        );
    }
    let (headers, _) = browser.get_compressed("/companycam/settings/status").await;
    assert!(!headers.contains_key("content-encoding"), "not worth it");
}

#[tokio::test]
async fn b28_the_token_is_masked_anew_and_an_older_page_still_works() {
    let (test, browser) = connected().await;
    let (one, other) = (browser.tab().await, browser.tab().await);
    let tokens = [&one, &other].map(|page: &Page| page.csrf_token().unwrap());
    assert_ne!(tokens[0], tokens[1]);
    let rows = test.aws.items("EphemeralTable").await;
    let mut sessions = rows.iter().filter_map(|row| row["csrf_token"].as_str());
    let secret = sessions.next().unwrap();
    assert!(!one.says(secret) && !other.says(secret));
    for token in tokens.into_iter().rev() {
        let page = browser
            .post("/companycam/settings/preferences", &[("csrf_token", token)])
            .await;
        assert!(page.status.is_redirection(), "{}", page.body);
    }
    let unmasked = [("csrf_token", secret)];
    let page = browser
        .post("/companycam/settings/preferences", &unmasked)
        .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn b28_a_tampered_token_is_refused() {
    let (test, browser) = connected().await;
    let tab = browser.tab().await;
    let token = tab.csrf_token().unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(token).unwrap();
    let changed = |at: usize| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        URL_SAFE_NO_PAD.encode(bytes)
    };
    let half = bytes.len() / 2;
    let zeros = URL_SAFE_NO_PAD.encode(vec![0; bytes.len()]);
    let before = test.organization().await;
    for wrong in [
        changed(0),
        changed(half),
        changed(bytes.len() - 1),
        URL_SAFE_NO_PAD.encode(&bytes[..half]),
        URL_SAFE_NO_PAD.encode(&bytes[..bytes.len() - 2]),
        zeros,
        format!("{token}A"),
        format!("{token}{token}"),
    ] {
        let page = browser
            .post(
                "/companycam/settings/preferences",
                &[("csrf_token", &wrong)],
            )
            .await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{wrong}");
    }
    assert_eq!(test.organization().await, before);
}
