//! Sealing: what only the functions with the ring can read, and only as what it was sealed as (B4).
//!
//! AES-256-GCM with a key of its own for each organization, so that one ring never comes near the
//! number of messages that random nonces are good for. Organization, company, generation and purpose are
//! authenticated with it: a sealed text that is moved to another row, or to another connection of the
//! same row, opens as little as one that was changed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use companycam::ids::CompanyId;
use one_click::ids::OrgId;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::zeroize::Zeroizing;

use crate::WorkError;
use crate::rings::Ring;

/// What is sealed so far. A second purpose is a second word here.
const TOKENS: &str = "tokens";

/// Whose a sealed text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Belonging<'a> {
    pub org: &'a OrgId,
    pub company: &'a CompanyId,
    pub generation: i64,
}

impl Belonging<'_> {
    fn authenticated(&self) -> String {
        let Self {
            org,
            company,
            generation,
        } = self;
        format!("{TOKENS}/{org}/{company}/{generation}")
    }
}

/// Why a sealed text was not opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Closed {
    /// It was sealed with this version of the key, which the ring does not have.
    #[error("it was sealed with version {0} of the key, which the ring does not have")]
    UnknownVersion(u32),
    /// It is no sealed text, was changed, or belongs elsewhere.
    #[error("it was not sealed by us for this connection, or was changed since")]
    Foreign,
    /// The key could not be made.
    #[error(transparent)]
    WorkError(#[from] WorkError),
}

/// What stands in front of a sealed text, for everybody to see: `v<version>.g<generation>.`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label {
    pub version: u32,
    pub generation: i64,
}

/// The label of a sealed text, and the rest.
fn split(sealed: &str) -> Option<(Label, &str)> {
    let mut parts = sealed.splitn(3, '.');
    let version = parts.next()?.strip_prefix('v')?.parse().ok()?;
    let generation = parts.next()?.strip_prefix('g')?.parse().ok()?;
    let label = Label {
        version,
        generation,
    };
    Some((label, parts.next()?))
}

/// The label of a sealed text.
pub(crate) fn label(sealed: &str) -> Option<Label> {
    split(sealed).map(|(label, _)| label)
}

/// Seals with the ring's current version.
pub(crate) fn seal(ring: &Ring, of: Belonging<'_>, clear: &[u8]) -> Result<String, WorkError> {
    let impossible = || WorkError::transient("something could not be sealed");
    let version = ring.current();
    let key = key(ring, version, of).map_err(|closed| WorkError::transient(closed.to_string()))?;
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new()
        .fill(&mut nonce)
        .map_err(|_| impossible())?;
    let mut text = clear.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(of.authenticated()),
        &mut text,
    )
    .map_err(|_| impossible())?;
    let mut whole = nonce.to_vec();
    whole.append(&mut text);
    let generation = of.generation;
    Ok(format!(
        "v{version}.g{generation}.{}",
        URL_SAFE_NO_PAD.encode(whole)
    ))
}

/// Opens what was sealed for the same organization, company and generation.
pub(crate) fn open(
    ring: &Ring,
    of: Belonging<'_>,
    sealed: &str,
) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let (label, rest) = split(sealed).ok_or(Closed::Foreign)?;
    let key = key(ring, label.version, of)?;
    let whole = URL_SAFE_NO_PAD.decode(rest).map_err(|_| Closed::Foreign)?;
    let (nonce, text) = whole.split_at_checked(NONCE_LEN).ok_or(Closed::Foreign)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Closed::Foreign)?;
    let mut text = Zeroizing::new(text.to_vec());
    let length = key
        .open_in_place(nonce, Aad::from(of.authenticated()), &mut text)
        .map_err(|_| Closed::Foreign)?
        .len();
    text.truncate(length);
    Ok(text)
}

fn key(ring: &Ring, version: u32, of: Belonging<'_>) -> Result<LessSafeKey, Closed> {
    let key = Zeroizing::new(
        ring.key(version, &[TOKENS, of.org.as_str()])?
            .ok_or(Closed::UnknownVersion(version))?,
    );
    let key = UnboundKey::new(&AES_256_GCM, &*key).map_err(|_| Closed::Foreign)?;
    Ok(LessSafeKey::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rings::tests::ring;

    const CLEAR: &[u8] = b"a pair of tokens";

    fn org(id: &str) -> OrgId {
        OrgId::parse(id).unwrap()
    }

    fn company(id: &str) -> CompanyId {
        CompanyId::parse(id).unwrap()
    }

    #[test]
    fn b4_what_was_sealed_opens_as_what_it_was_sealed_as_and_as_nothing_else() {
        let (one, other) = (org("org_1"), org("org_2"));
        let (theirs, another) = (company("7"), company("8"));
        let of = Belonging {
            org: &one,
            company: &theirs,
            generation: 3,
        };
        let ring = ring(&[1]);
        let sealed = seal(&ring, of, CLEAR).unwrap();
        assert_eq!(open(&ring, of, &sealed).unwrap().as_slice(), CLEAR);
        assert!(!sealed.contains("tokens"), "{sealed}");
        let foreign = [
            Belonging { org: &other, ..of },
            Belonging {
                company: &another,
                ..of
            },
            Belonging {
                generation: 4,
                ..of
            },
        ];
        for foreign in foreign {
            let opened = open(&ring, foreign, &sealed);
            assert!(matches!(opened, Err(Closed::Foreign)), "{foreign:?}");
        }
    }

    #[test]
    fn b4_no_byte_of_a_sealed_text_can_be_changed() {
        let (org, company) = (org("org_1"), company("7"));
        let of = Belonging {
            org: &org,
            company: &company,
            generation: 3,
        };
        let ring = ring(&[1, 2]);
        let sealed = seal(&ring, of, CLEAR).unwrap();
        let (head, rest) = sealed.rsplit_once('.').unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(rest).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let changed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(changed));
            assert!(matches!(open(&ring, of, &changed), Err(Closed::Foreign)));
        }
        let older = sealed.replacen("v2.", "v1.", 1);
        assert!(matches!(open(&ring, of, &older), Err(Closed::Foreign)));
        for broken in [
            "",
            "v2",
            "v2.g3",
            "v2.g3.",
            "v2.g3.AA",
            "v2.g3.???",
            "x.y.z",
        ] {
            assert!(
                matches!(open(&ring, of, broken), Err(Closed::Foreign)),
                "{broken}"
            );
        }
    }

    #[test]
    fn b4_a_text_tells_the_version_that_it_needs() {
        let (org, company) = (org("org_1"), company("7"));
        let of = Belonging {
            org: &org,
            company: &company,
            generation: 3,
        };
        let sealed = seal(&ring(&[1, 2]), of, CLEAR).unwrap();
        let label = label(&sealed).unwrap();
        assert_eq!((label.version, label.generation), (2, 3));
        assert!(
            open(&ring(&[2, 3]), of, &sealed).is_ok(),
            "old versions go on"
        );
        let opened = open(&ring(&[3]), of, &sealed);
        assert!(matches!(opened, Err(Closed::UnknownVersion(2))));
    }

    #[test]
    fn b4_the_same_text_is_sealed_differently_each_time() {
        let (org, company) = (org("org_1"), company("7"));
        let of = Belonging {
            org: &org,
            company: &company,
            generation: 3,
        };
        let ring = ring(&[1]);
        assert_ne!(
            seal(&ring, of, CLEAR).unwrap(),
            seal(&ring, of, CLEAR).unwrap()
        );
    }
}
