//! The files of photos and documents, on CompanyCam's CDN.

use md5::{Digest, Md5};
use serde_json::Value;
use url::Url;

use super::{CompanyCam, projects};
use crate::assumption::{Assumption, Doubt, Judged, contradicted, holds, tried, unknown, untried};
use crate::json::{self, shape};

const COPYING: &str = "copying originals (B15)";

/// Photos whose bytes are compared with their hash, and how many are tried until as many were read.
const COMPARED: usize = 2;
const TRIES: usize = 3;

pub(super) const ASSUMPTIONS: &[Assumption<CompanyCam>] = &[
    tried!(
        "a processed photo's uris have one of type original, with its address in uri or url",
        COPYING,
        originals
    ),
    tried!(
        "photos are on the hosts of PHOTO_HOSTS, over https",
        "fetching from nowhere else (B15)",
        photos_on_known_hosts
    ),
    tried!(
        "documents are on the hosts of PHOTO_HOSTS, over https",
        "fetching from nowhere else (B16)",
        documents_on_known_hosts
    ),
    tried!(
        "an original is given without a token and without a redirect",
        COPYING,
        no_token_needed
    ),
    untried(
        "files don't count against the limit of requests",
        "pacing (B29)",
        "Would have to be provoked.",
        "fetch some 300 originals within a minute, then ask the API.",
    ),
    tried!(
        "a photo's hash is the MD5 of its original's bytes",
        "not copying the same bytes twice, and proving copies (B15, B17)",
        hash_is_md5
    ),
];

/// Origins that files may come from, as `PHOTO_HOSTS` lists them.
pub(super) struct PhotoHosts(Vec<String>);

impl PhotoHosts {
    pub fn read(list: &str) -> Self {
        let entries = list
            .split(',')
            .map(|entry| entry.trim().trim_end_matches('/'));
        Self(
            entries
                .filter(|entry| !entry.is_empty())
                .map(str::to_owned)
                .collect(),
        )
    }

    fn allow(&self, url: &Url) -> bool {
        let origin = url.origin().ascii_serialization();
        self.0
            .iter()
            .any(|entry| match entry.strip_prefix("https://*") {
                Some(domain) => {
                    let name = origin.strip_prefix("https://").unwrap_or_default();
                    domain.starts_with('.') && name.len() > domain.len() && name.ends_with(domain)
                }
                None => *entry == origin,
            })
    }
}

/// The address in a photo's `uris` of that type.
fn address(photo: &Value, kind: &str) -> Option<Url> {
    let uris = photo["uris"].as_array()?;
    let uri = uris.iter().find(|uri| uri["type"] == kind)?;
    let text = json::text(uri, "uri").or_else(|| json::text(uri, "url"))?;
    Url::parse(text).ok()
}

async fn processed(side: &mut CompanyCam) -> Result<Vec<Value>, Doubt> {
    let mut photos = side.photos().await?;
    photos.retain(|photo| photo["processing_status"] == "processed");
    super::some(photos, "None of the photos is processed.")
}

async fn originals(side: &mut CompanyCam) -> Judged {
    let photos = processed(side).await?;
    if let Some(photo) = photos
        .iter()
        .find(|photo| address(photo, "original").is_none())
    {
        return Err(contradicted(
            "an address of type original",
            shape(&photo["uris"]),
        ));
    }
    let also = |kind| {
        photos
            .iter()
            .filter(|photo| address(photo, kind).is_some())
            .count()
    };
    Ok(format!(
        "of {}: {} have web, {} thumbnail",
        photos.len(),
        also("web"),
        also("thumbnail")
    ))
}

fn on_known_hosts(hosts: &PhotoHosts, addresses: &[Url]) -> Judged {
    match addresses.iter().find(|url| !hosts.allow(url)) {
        Some(odd) => Err(contradicted(
            "an origin that PHOTO_HOSTS allows",
            odd.origin().ascii_serialization(),
        )),
        None if addresses.is_empty() => Err(unknown("There is no address to look at.")),
        None => holds(),
    }
}

async fn photos_on_known_hosts(side: &mut CompanyCam) -> Judged {
    let photos = processed(side).await?;
    let kinds = ["original", "web", "thumbnail"];
    let all = photos
        .iter()
        .flat_map(|photo| kinds.map(|kind| address(photo, kind)));
    on_known_hosts(&side.hosts, &all.flatten().collect::<Vec<_>>())
}

async fn documents_on_known_hosts(side: &mut CompanyCam) -> Judged {
    let documents = projects::first_with(side, "documents").await?;
    let texts = documents
        .iter()
        .filter_map(|document| json::text(document, "url"));
    let addresses: Vec<Url> = texts.filter_map(|text| Url::parse(text).ok()).collect();
    on_known_hosts(&side.hosts, &addresses)
}

/// Originals that may be fetched from here, with the hash that the photo says.
async fn fetchable(side: &mut CompanyCam) -> Result<Vec<(Url, Value)>, Doubt> {
    let photos = processed(side).await?;
    let originals = photos.iter().filter_map(|photo| {
        let url = address(photo, "original").filter(|url| side.hosts.allow(url))?;
        Some((url, photo["hash"].clone()))
    });
    super::some(originals.collect(), "No original is on a known host.")
}

async fn no_token_needed(side: &mut CompanyCam) -> Judged {
    let originals = fetchable(side).await?;
    let Some((url, _)) = originals.into_iter().next() else {
        return Err(unknown("No original is on a known host."));
    };
    let answer = side.asker.head(url).await?;
    if answer.status.is_success() {
        return Ok(format!(
            "{} {}",
            answer.status.as_u16(),
            answer.content_type()
        ));
    }
    if answer.status.is_server_error() {
        return Err(unknown(format!(
            "The CDN answered {}.",
            answer.status.as_u16()
        )));
    }
    Err(contradicted(
        "200 or 206",
        answer.status.as_u16().to_string(),
    ))
}

async fn hash_is_md5(side: &mut CompanyCam) -> Judged {
    let mut compared = 0;
    let mut why = unknown("None of the photos has a hash.");
    let originals = fetchable(side).await?.into_iter();
    let hashed = originals.filter_map(|(url, hash)| Some((url, hash.as_str()?.to_owned())));
    for (url, hash) in hashed.take(TRIES) {
        if hash.len() != 32 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let seen = format!("a text of {} characters", hash.len());
            return Err(contradicted("32 hexadecimal digits", seen));
        }
        let file = match side.asker.open(url).await {
            Ok(file) if file.status.is_success() => file,
            Ok(refused) => {
                why = unknown(format!("The CDN answered {}.", refused.status.as_u16()));
                continue;
            }
            Err(doubt) => {
                why = doubt;
                continue;
            }
        };
        let digest: [u8; 16] = Md5::digest(&file.body).into();
        if format!("{:032x}", u128::from_be_bytes(digest)) != hash.to_ascii_lowercase() {
            let seen = format!("another one, of {} bytes", file.body.len());
            return Err(contradicted("the MD5 of the bytes", seen));
        }
        compared += 1;
        if compared == COMPARED {
            break;
        }
    }
    if compared > 0 {
        return Ok(format!("{compared} compared"));
    }
    Err(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_literal_or_subdomains_over_https() {
        let hosts = PhotoHosts::read("https://*.companycam.com, http://127.0.0.1:9001/");
        let allowed = |url: &str| hosts.allow(&Url::parse(url).unwrap());
        assert!(allowed("https://img.companycam.com/a.jpg"));
        assert!(allowed("http://127.0.0.1:9001/a.jpg"));
        assert!(!allowed("http://img.companycam.com/a.jpg"));
        assert!(!allowed("https://companycam.com/a.jpg"));
        assert!(!allowed("https://notcompanycam.com/a.jpg"));
        assert!(!allowed("https://companycam.com.example/a.jpg"));
        assert!(!allowed("http://127.0.0.1:9002/a.jpg"));
    }
}
