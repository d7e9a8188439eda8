//! The launch token with which One Click sends an administrator's browser to this integration.

use jiff::Timestamp;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::ids::{OrgId, UserId};

const ISSUER: &str = "one-click-contractor";
const AUDIENCE: &str = "companycam-integration";

/// The role that may connect and configure.
const ADMIN_ROLE: &str = "ORG_ADMIN";

/// The longest time from `iat` to `exp`, in seconds.
const MAX_LIFETIME: i64 = 300;

/// How far the two clocks may differ, in seconds.
const LEEWAY: i64 = 30;

/// The longest `jti`, in bytes: it becomes part of a database key.
const MAX_TOKEN_ID: usize = 128;

/// A verified launch: who comes from One Click, and for which organization.
///
/// Verified means genuine and in time. Whether it was used before is for the caller to find out,
/// by `jti`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// The organization to act for.
    pub org_id: OrgId,
    /// Its name; empty if One Click does not say.
    pub org_name: String,
    /// The user who clicked.
    pub user_id: UserId,
    /// The user's e-mail address.
    pub email: Option<String>,
    /// The user's role; empty if One Click does not say.
    pub role: String,
    /// The token's id, 1 to 128 bytes.
    pub jti: String,
    /// The last moment at which the token is accepted, leeway included: a record of its use has
    /// to be kept until then.
    pub expires_at: Timestamp,
}

impl Launch {
    /// Whether the user may connect and configure.
    pub fn is_admin(&self) -> bool {
        self.role == ADMIN_ROLE
    }
}

/// Why a launch token is refused. Each text is a sentence or two to show to the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LaunchError {
    /// Not a token at all, or with claims of the wrong type.
    #[error("This link is damaged or incomplete. Go back to One Click and click CompanyCam again.")]
    Malformed,
    /// Signed in another way than agreed.
    #[error(
        "This link is signed in a way that is not accepted. Go back to One Click and click CompanyCam again."
    )]
    WrongAlgorithm,
    /// Not signed with the shared key.
    #[error(
        "This link was not made by One Click. Go back to One Click and click CompanyCam again."
    )]
    WrongSignature,
    /// `iss` is not One Click.
    #[error(
        "This link does not come from One Click. Go back to One Click and click CompanyCam again."
    )]
    WrongIssuer,
    /// `aud` is not this integration.
    #[error("This link is for another integration. Go back to One Click and click CompanyCam.")]
    WrongAudience,
    /// `exp` has passed.
    #[error("This link has expired. Go back to One Click and click CompanyCam again.")]
    Expired,
    /// `iat` is in the future.
    #[error(
        "This link is not valid yet: One Click's clock and ours differ. Try again in a minute."
    )]
    NotYetValid,
    /// `exp` is more than 300 s after `iat`, or before it.
    #[error(
        "This link is valid for longer than is accepted. Go back to One Click and click CompanyCam again."
    )]
    WrongLifetime,
    /// A claim that is needed is absent.
    #[error(
        "This link is incomplete: it lacks \u{201c}{0}\u{201d}. Go back to One Click and click CompanyCam again."
    )]
    MissingClaim(&'static str),
    /// `org_id` is not an id.
    #[error(
        "This link names no valid organization. Go back to One Click and click CompanyCam again."
    )]
    InvalidOrganization,
    /// `sub` is not an id.
    #[error("This link names no valid user. Go back to One Click and click CompanyCam again.")]
    InvalidUser,
    /// `jti` is empty or too long.
    #[error(
        "This link has no valid number of its own. Go back to One Click and click CompanyCam again."
    )]
    InvalidTokenId,
}

/// Verifies launch tokens with the key shared with One Click.
#[derive(Debug, Clone)]
pub struct LaunchVerifier {
    key: SecretString,
}

#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    aud: Option<Audience>,
    sub: Option<String>,
    org_id: Option<String>,
    org_name: Option<String>,
    email: Option<String>,
    role: Option<String>,
    iat: Option<i64>,
    exp: Option<i64>,
    jti: Option<String>,
}

/// RFC 7519, 4.1.3: one audience or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn includes(&self, name: &str) -> bool {
        match self {
            Self::One(one) => one == name,
            Self::Several(several) => several.iter().any(|one| one == name),
        }
    }
}

impl LaunchVerifier {
    /// A verifier with the shared key. An empty key accepts no token.
    pub fn new(key: SecretString) -> Self {
        Self { key }
    }

    /// Checks the token's signature and claims as of `now`, and returns what it says.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Launch, LaunchError> {
        let claims = self.claims(token)?;

        if required(claims.iss, "iss")? != ISSUER {
            return Err(LaunchError::WrongIssuer);
        }
        if !required(claims.aud, "aud")?.includes(AUDIENCE) {
            return Err(LaunchError::WrongAudience);
        }

        let issued = required(claims.iat, "iat")?;
        let expires = required(claims.exp, "exp")?;
        let accepted_until = expires
            .checked_add(LEEWAY)
            .ok_or(LaunchError::WrongLifetime)?;
        if now.as_second() > accepted_until {
            return Err(LaunchError::Expired);
        }
        if issued > now.as_second().saturating_add(LEEWAY) {
            return Err(LaunchError::NotYetValid);
        }
        let lifetime = expires
            .checked_sub(issued)
            .ok_or(LaunchError::WrongLifetime)?;
        if !(0..=MAX_LIFETIME).contains(&lifetime) {
            return Err(LaunchError::WrongLifetime);
        }

        let jti = required(claims.jti, "jti")?;
        if jti.is_empty() || jti.len() > MAX_TOKEN_ID {
            return Err(LaunchError::InvalidTokenId);
        }
        Ok(Launch {
            org_id: OrgId::parse(&required(claims.org_id, "org_id")?)
                .map_err(|_| LaunchError::InvalidOrganization)?,
            org_name: claims.org_name.unwrap_or_default(),
            user_id: UserId::parse(&required(claims.sub, "sub")?)
                .map_err(|_| LaunchError::InvalidUser)?,
            email: claims.email,
            role: claims.role.unwrap_or_default(),
            jti,
            expires_at: Timestamp::from_second(accepted_until)
                .map_err(|_| LaunchError::WrongLifetime)?,
        })
    }

    fn claims(&self, token: &str) -> Result<Claims, LaunchError> {
        let key = self.key.expose_secret();
        if key.is_empty() {
            return Err(LaunchError::WrongSignature);
        }
        // The library checks algorithm and signature only: it compares times with its own clock,
        // and leaves absent claims unchecked.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        match decode(
            token,
            &DecodingKey::from_secret(key.as_bytes()),
            &validation,
        ) {
            Ok(token) => Ok(token.claims),
            Err(error) => Err(match error.kind() {
                ErrorKind::InvalidSignature => LaunchError::WrongSignature,
                ErrorKind::InvalidAlgorithm => LaunchError::WrongAlgorithm,
                _ => LaunchError::Malformed,
            }),
        }
    }
}

fn required<T>(claim: Option<T>, name: &'static str) -> Result<T, LaunchError> {
    claim.ok_or(LaunchError::MissingClaim(name))
}
