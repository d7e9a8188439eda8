//! Downloads: what is fetched, what is refused, and when it is noticed.

use crate::support::{Server, hangs_up, html, nobody, reply, status};
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use companycam::media::{MAX_BYTES, Media, MediaError, MediaHosts, Verdict};
use futures::{StreamExt, TryStreamExt};
use url::Url;

const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01 and so on";

fn media(url: &Url) -> Media {
    let list = format!(
        "https://*.companycam.com,{}",
        url.origin().ascii_serialization()
    );
    Media::new(MediaHosts::parse(&list).unwrap())
}

fn at(url: &Url, path: &str) -> String {
    url.join(path).unwrap().to_string()
}

async fn refusal(response: Response) -> MediaError {
    let server = Server::replying([response]).await;
    media(&server.url)
        .open(&at(&server.url, "/a.jpg?secret=1"))
        .await
        .unwrap_err()
}

fn redirect(target: &str) -> Response {
    reply(302, &[("location", target)], "")
}

/// A body that comes in chunks of 1 MB, after a JPEG's beginning.
fn long(chunks: usize) -> Body {
    let chunk = Bytes::from(vec![7; 1024 * 1024]);
    let rest = std::iter::repeat_n(chunk, chunks);
    let chunks = std::iter::once(Bytes::from_static(JPEG)).chain(rest);
    Body::from_stream(futures::stream::iter(chunks.map(Ok::<_, std::io::Error>)))
}

#[tokio::test]
async fn b15_a_photo_is_streamed_with_its_real_type() {
    // The host's Content-Type is not believed.
    let server = Server::replying([reply(200, &[("content-type", "image/png")], JPEG)]).await;
    let download = media(&server.url)
        .open(&at(&server.url, "/a.png?v=1"))
        .await
        .unwrap();
    assert_eq!(
        (download.content_type.as_str(), download.extension),
        ("image/jpeg", "jpg")
    );
    assert_eq!(download.length, Some(JPEG.len() as u64));
    let body: Vec<Bytes> = download.stream.try_collect().await.unwrap();
    assert_eq!(body.concat(), JPEG);
    let asked = server.asked_once();
    assert_eq!(
        (asked.path.as_str(), asked.param("v")),
        ("/a.png", Some("1"))
    );
    assert!(!asked.headers.contains_key("authorization"));
}

#[tokio::test]
async fn a_long_photo_without_a_declared_length_comes_whole() {
    let server = Server::replying([reply(200, &[], long(5))]).await;
    let download = media(&server.url)
        .open(&at(&server.url, "/a.jpg"))
        .await
        .unwrap();
    assert_eq!(download.length, None);
    let length = download
        .stream
        .try_fold(0, |sum, chunk| async move { Ok(sum + chunk.len()) })
        .await
        .unwrap();
    assert_eq!(length, JPEG.len() + 5 * 1024 * 1024);
}

#[tokio::test]
async fn a_foreign_host_is_not_asked() {
    let server = Server::replying([reply(200, &[], JPEG)]).await;
    let media = Media::new(MediaHosts::parse("https://*.companycam.com").unwrap());
    for url in [
        at(&server.url, "/a.jpg"),
        "https://x.companycam.com@127.0.0.1/a.jpg".to_owned(),
        "a.jpg".to_owned(),
    ] {
        let error = media.open(&url).await.unwrap_err();
        assert!(
            matches!(error, MediaError::NotAllowed(_)) && error.verdict() == Verdict::NotAllowed,
            "{error:?}"
        );
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_redirect_is_followed_within_the_allowed_hosts() {
    let server = Server::replying([
        redirect("/b"),
        redirect("c"),
        redirect("/d"),
        reply(200, &[], JPEG),
    ])
    .await;
    assert!(
        media(&server.url)
            .open(&at(&server.url, "/a"))
            .await
            .is_ok()
    );
    let paths: Vec<_> = server.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths, ["/a", "/b", "/c", "/d"]);
}

#[tokio::test]
async fn a_redirect_to_another_host_is_not_followed() {
    let other = Server::replying([reply(200, &[], JPEG)]).await;
    let targets = [
        at(&other.url, "/a.jpg"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "https://evilcompanycam.com/a.jpg".to_owned(),
        "http://static.companycam.com/a.jpg".to_owned(),
        "file:///etc/passwd".to_owned(),
    ];
    for target in targets {
        let error = refusal(redirect(&target)).await;
        assert!(
            matches!(error, MediaError::Redirected(_)),
            "{target}: {error:?}"
        );
    }
    assert!(other.asked().is_empty());
}

#[tokio::test]
async fn the_fourth_redirect_is_one_too_many() {
    let server = Server::replying((0..5).map(|_| redirect("/again"))).await;
    let error = media(&server.url)
        .open(&at(&server.url, "/a"))
        .await
        .unwrap_err();
    assert!(matches!(error, MediaError::Redirected(_)), "{error:?}");
    assert_eq!(server.asked().len(), 4);
}

#[tokio::test]
async fn a_photo_that_declares_more_than_100_mb_is_not_read() {
    let length = (MAX_BYTES + 1).to_string();
    let error = refusal(reply(200, &[("content-length", &length)], long(101))).await;
    assert!(
        matches!(error, MediaError::TooLarge) && error.verdict() == Verdict::File,
        "{error:?}"
    );
}

#[tokio::test]
async fn a_photo_that_turns_out_longer_than_100_mb_is_cut_off() {
    let server = Server::replying([reply(200, &[], long(101))]).await;
    let mut download = media(&server.url)
        .open(&at(&server.url, "/a.jpg"))
        .await
        .unwrap();
    let mut seen = 0;
    let error = loop {
        match download
            .stream
            .next()
            .await
            .expect("an error comes before the end")
        {
            Ok(chunk) => seen += chunk.len() as u64,
            Err(error) => break error,
        }
    };
    assert!(seen <= MAX_BYTES);
    assert!(
        matches!(MediaError::within(&error), Some(MediaError::TooLarge)),
        "{error:?}"
    );
    assert!(download.stream.next().await.is_none());
}

#[tokio::test]
async fn b33_a_page_or_nothing_in_place_of_a_file_is_told_from_a_file_that_will_not_do() {
    let cases = [
        ("image/jpeg", "<html>Sign in</html>", Verdict::Address),
        ("application/json", "{\"error\": 1}", Verdict::Address),
        (
            "application/xml",
            "<?xml version=\"1.0\"?><Error/>",
            Verdict::Address,
        ),
        ("text/plain", "upstream error", Verdict::Address),
        ("image/jpeg", "", Verdict::Address),
        ("image/jpeg", "%PDF-1.7", Verdict::File),
        ("image/svg+xml", "<svg/>", Verdict::File),
        ("image/bmp", "BM6", Verdict::File),
    ];
    for (claim, body, verdict) in cases {
        let error = refusal(reply(200, &[("content-type", claim)], body)).await;
        assert_eq!(error.verdict(), verdict, "{claim} {body}: {error:?}");
    }
}

#[tokio::test]
async fn b16_a_document_is_taken_where_it_is_what_it_claims_to_be() {
    let pdf = || reply(200, &[("content-type", "application/pdf")], "%PDF-1.7 …");
    let replies = [pdf(), pdf(), html(200), html(200), html(200)];
    let server = Server::replying(replies).await;
    let (media, url) = (media(&server.url), at(&server.url, "/a"));
    let claimed = media
        .open_document(&url, Some("application/pdf"))
        .await
        .unwrap();
    assert_eq!(
        (claimed.content_type.as_str(), claimed.extension),
        ("application/pdf", "pdf")
    );
    assert_eq!(
        media.open_document(&url, None).await.unwrap().extension,
        "pdf"
    );
    for claim in [Some("application/pdf"), Some(" "), None] {
        let error = media.open_document(&url, claim).await.unwrap_err();
        assert!(matches!(error, MediaError::NotAsClaimed), "{error:?}");
    }
}

#[tokio::test]
async fn b33_no_status_of_the_cdn_is_a_last_word() {
    for (code, verdict) in [
        (401, Verdict::Address),
        (403, Verdict::Address),
        (404, Verdict::Address),
        (410, Verdict::Address),
        (204, Verdict::Address),
        (400, Verdict::Address),
        (408, Verdict::Host),
        (429, Verdict::Host),
        (500, Verdict::Host),
        (503, Verdict::Host),
    ] {
        let error = refusal(status(code)).await;
        assert_eq!(error.verdict(), verdict, "{code}: {error:?}");
    }
    assert!(matches!(refusal(status(410)).await, MediaError::Gone));
    assert!(matches!(
        refusal(status(403)).await,
        MediaError::Refused(403)
    ));
}

#[tokio::test]
async fn a_lost_connection_is_transient_and_shows_no_address() {
    for url in [hangs_up().await, nobody().await] {
        let error = media(&url)
            .open(&at(&url, "/a.jpg?secret=1"))
            .await
            .unwrap_err();
        assert!(
            matches!(error, MediaError::Connection(_)) && error.verdict() == Verdict::Host,
            "{error:?}"
        );
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    }
}

#[tokio::test]
async fn b26_a_photo_cut_off_half_way_ends_in_an_error() {
    let length = (2 * 1024 * 1024).to_string();
    let server = Server::replying([reply(200, &[("content-length", &length)], long(1))]).await;
    let download = media(&server.url)
        .open(&at(&server.url, "/a.jpg"))
        .await
        .unwrap();
    let error = download
        .stream
        .try_for_each(|_| async { Ok(()) })
        .await
        .unwrap_err();
    assert!(
        MediaError::within(&error).is_some_and(|error| error.verdict() == Verdict::Host),
        "{error:?}"
    );
}
