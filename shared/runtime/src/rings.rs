//! Rings of keys: secrets that hold several versions of one key, so that it is changed without a break
//! (see `docs/decisions/keys.md`).

use std::collections::BTreeMap;

use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use secrecy::{ExposeSecret, SecretString};

use crate::WorkError;

/// Where every key of ours comes from; another product's keys of the same ring would differ.
const CONTEXT: &str = "companycam-integration/v1";
/// A shorter text was not made by a machine, and is no key.
const SHORTEST: usize = 32;
/// What is derived has 256 bits.
const BYTES: usize = 32;

/// A secret that the stack makes: a JSON object of versions, each with a text that keys are derived
/// from. Never shown by `Debug`.
#[derive(Debug, Clone)]
pub struct Ring(BTreeMap<u32, SecretString>);

impl Ring {
    /// Reads the secret's JSON; `None` if it is not a ring.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let versions: BTreeMap<u32, SecretString> = serde_json::from_str(text).ok()?;
        let usable = |key: &SecretString| key.expose_secret().len() >= SHORTEST;
        (!versions.is_empty() && versions.values().all(usable)).then_some(Self(versions))
    }

    /// The version that what is new is made with: the highest.
    pub fn current(&self) -> u32 {
        self.0.keys().next_back().copied().unwrap_or_default()
    }

    /// Whether there is such a version.
    pub fn has(&self, version: u32) -> bool {
        self.0.contains_key(&version)
    }

    /// The key of that version for this purpose (HKDF-SHA256, RFC 5869); `None` if there is no such
    /// version. The parts are ids and words without slashes, so no two purposes are spelled alike.
    pub(crate) fn key(
        &self,
        version: u32,
        purpose: &[&str],
    ) -> Result<Option<[u8; BYTES]>, WorkError> {
        let Some(text) = self.0.get(&version) else {
            return Ok(None);
        };
        let info = format!("{CONTEXT}/{}", purpose.join("/"));
        let mut key = [0; BYTES];
        Salt::new(HKDF_SHA256, &[])
            .extract(text.expose_secret().as_bytes())
            .expand(&[info.as_bytes()], Length)
            .and_then(|derived| derived.fill(&mut key))
            .map_err(|_| WorkError::transient("a key could not be derived"))?;
        Ok(Some(key))
    }
}

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        BYTES
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    /// A ring of these versions, each with a text of its own.
    pub(crate) fn ring(versions: &[u32]) -> Ring {
        let texts = versions
            .iter()
            .map(|version| format!("\"{version}\": \"{}\"", format!("{version}").repeat(40)))
            .collect::<Vec<_>>()
            .join(",");
        Ring::parse(&format!("{{{texts}}}")).unwrap()
    }

    #[test]
    fn b4_the_highest_version_of_a_ring_is_the_current_one() {
        assert_eq!(ring(&[1]).current(), 1);
        assert_eq!(ring(&[2, 10, 9]).current(), 10);
        assert!(ring(&[2, 10]).has(2) && !ring(&[2, 10]).has(1));
    }

    #[test]
    fn b4_what_is_no_ring_is_not_taken_for_one() {
        let long = "x".repeat(40);
        for text in [
            String::new(),
            "{}".to_owned(),
            "[]".to_owned(),
            "{\"1\": \"short\"}".to_owned(),
            format!("{{\"one\": \"{long}\"}}"),
            format!("{{\"1\": \"{long}\", \"2\": \"\"}}"),
            format!("\"{long}\""),
        ] {
            assert!(Ring::parse(&text).is_none(), "{text}");
        }
    }

    #[test]
    fn b4_keys_differ_by_version_and_purpose_and_stay_what_they_are() {
        let ring = ring(&[1, 2]);
        let key = |version, purpose: &[&str]| ring.key(version, purpose).unwrap();
        let one = key(1, &["tokens", "org_1"]).unwrap();
        assert_eq!(key(1, &["tokens", "org_1"]), Some(one));
        assert_ne!(key(2, &["tokens", "org_1"]), Some(one));
        assert_ne!(key(1, &["tokens", "org_2"]), Some(one));
        assert_ne!(key(1, &["webhooks", "org_1"]), Some(one));
        assert_eq!(key(3, &["tokens", "org_1"]), None);
        // Computed elsewhere: another derivation would lose every token and every webhook.
        let expected = "Viz9l6mW6hlujyRKiJT88WfuBqkm3l2roOKvY2OWZ1Q";
        assert_eq!(URL_SAFE_NO_PAD.encode(one), expected);
    }
}
