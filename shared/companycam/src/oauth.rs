//! OAuth 2.0 with CompanyCam: authorization code with PKCE S256, rotating refresh tokens, revocation.
//!
//! Client id and secret go into the body. Access tokens live two hours; a refresh token works once.

use std::sync::Arc;

use futures::future::BoxFuture;
use oauth2::basic::{BasicClient, BasicErrorResponseType, BasicTokenResponse};
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardErrorResponse, TokenResponse,
    TokenUrl,
};
use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use crate::client::{Answer, answered, json};
use crate::error::{Error, scrubbed};

/// Removing an assigned user and deleting a webhook need `destroy`.
const SCOPES: [&str; 3] = ["read", "write", "destroy"];
/// What an access token lives where the answer doesn't say.
const EXPIRES_IN_S: u64 = 7200;

type Endpoints =
    BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// Our registration at CompanyCam. Cheap to clone.
#[derive(Clone, Debug)]
pub struct OAuth {
    http: reqwest::Client,
    endpoints: Arc<Endpoints>,
    revoke_url: Url,
    client_id: String,
    client_secret: SecretString,
}

/// One attempt to connect: where to send the browser, and what to keep until it comes back.
#[derive(Debug)]
pub struct Authorization {
    /// CompanyCam's authorize page, with everything in its query.
    pub url: Url,
    /// Comes back with the code; it must be the one this browser was sent away with.
    pub state: String,
    /// Goes into [`OAuth::exchange`].
    pub pkce_verifier: SecretString,
}

/// Tokens of one grant.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// For [`AccessToken`](crate::AccessToken).
    pub access_token: SecretString,
    /// Works once.
    pub refresh_token: SecretString,
    /// How long the access token lives, in seconds.
    pub expires_in_s: u64,
}

/// Why there are no tokens. The texts can be shown.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    /// The code or the refresh token is used, outdated or revoked.
    #[error("CompanyCam's authorization is no longer valid")]
    InvalidGrant,
    /// Our registration or request is wrong and will stay so.
    #[error("CompanyCam refused the authorization ({error})")]
    Rejected {
        /// The code of RFC 6749, such as `invalid_client`, or what was wrong with the answer.
        error: String,
        /// CompanyCam's explanation, without what looks like a person's data.
        description: Option<String>,
    },
    /// Their side or the way there is down. [`Error::maybe_took_effect`] says whether the code or
    /// refresh token may be used up.
    #[error("{source}")]
    Transient {
        /// What happened.
        source: Error,
    },
}

impl OAuth {
    /// `http` is [`http_client`](crate::http_client)'s, `app_url` such as `https://app.companycam.com`,
    /// `redirect_url` the callback's address as registered.
    pub fn new(
        http: reqwest::Client,
        app_url: Url,
        client_id: impl Into<String>,
        client_secret: SecretString,
        redirect_url: Url,
    ) -> Self {
        let client_id = client_id.into();
        let endpoints = BasicClient::new(ClientId::new(client_id.clone()))
            .set_client_secret(ClientSecret::new(client_secret.expose_secret().to_owned()))
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::from_url(endpoint(app_url.clone(), "authorize")))
            .set_token_uri(TokenUrl::from_url(endpoint(app_url.clone(), "token")))
            .set_redirect_uri(RedirectUrl::from_url(redirect_url));
        let revoke_url = endpoint(app_url, "revoke");
        Self {
            http,
            endpoints: Arc::new(endpoints),
            revoke_url,
            client_id,
            client_secret,
        }
    }

    /// Begins an attempt: a fresh state and PKCE verifier each time.
    pub fn authorize(&self) -> Authorization {
        // The guide doesn't mention PKCE, but the server's metadata advertises S256.
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state) = self
            .endpoints
            .authorize_url(CsrfToken::new_random)
            .add_scopes(SCOPES.map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge)
            .url();
        Authorization {
            url,
            state: state.into_secret(),
            pkce_verifier: verifier.into_secret().into(),
        }
    }

    /// Tokens for the code the browser brought back.
    pub async fn exchange(
        &self,
        code: &str,
        pkce_verifier: &SecretString,
    ) -> Result<Tokens, OAuthError> {
        let verifier = PkceCodeVerifier::new(pkce_verifier.expose_secret().to_owned());
        let answer = self
            .endpoints
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(verifier)
            .request_async(self)
            .await?;
        tokens(&answer, None)
    }

    /// New tokens for a refresh token, which is used up by it. An answer without a new refresh token
    /// keeps the old one.
    pub async fn refresh(&self, refresh_token: &SecretString) -> Result<Tokens, OAuthError> {
        let token = RefreshToken::new(refresh_token.expose_secret().to_owned());
        let answer = self
            .endpoints
            .exchange_refresh_token(&token)
            .request_async(self)
            .await?;
        tokens(&answer, Some(refresh_token))
    }

    /// Ends the grant a token belongs to; one that is not valid any more is a success (RFC 7009).
    pub async fn revoke(&self, token: &SecretString) -> Result<(), OAuthError> {
        // By hand: the crate revokes over https only, and locally everything is plain http.
        let form = [
            ("token", token.expose_secret()),
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.expose_secret()),
        ];
        let answer = answered(self.http.post(self.revoke_url.clone()).form(&form)).await;
        let answer = answer.map_err(refused)?;
        // Its library's way to say that the token is not this client's.
        let error = match answer.status {
            StatusCode::FORBIDDEN => {
                oauth_error(&answer).filter(|(code, _)| code == "unauthorized_client")
            }
            _ => rfc_6749_error(&answer),
        };
        match error {
            Some((code, _)) if code == "invalid_token" || code == "invalid_grant" => Ok(()),
            Some((error, description)) => Err(OAuthError::Rejected { error, description }),
            // RFC 7009: the status says it, whatever JSON may be with it.
            None if answer.status == StatusCode::OK && answer.body.is_empty() => Ok(()),
            None => answer.json().map(drop).map_err(refused),
        }
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        let (head, body) = request.into_parts();
        let request = self
            .http
            .request(head.method, head.uri.to_string())
            .headers(head.headers);
        let answer = answered(request.body(body)).await?;
        if rfc_6749_error(&answer).is_none() {
            // A success then, in JSON.
            answer.json()?;
        }
        let mut told = HttpResponse::new(answer.body.to_vec());
        *told.status_mut() = answer.status;
        Ok(told)
    }
}

/// What the crate sends requests with. It gets to see successes and the errors of RFC 6749; all else
/// is told apart here, where the status is known.
impl<'c> AsyncHttpClient<'c> for OAuth {
    type Error = Error;
    // Boxed: callers could not prove a closure's future `Send`.
    type Future = BoxFuture<'c, Result<HttpResponse, Error>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

fn endpoint(mut url: Url, name: &str) -> Url {
    url.set_query(None);
    url.set_fragment(None);
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(["oauth", name]);
    }
    url
}

fn tokens(answer: &BasicTokenResponse, old: Option<&SecretString>) -> Result<Tokens, OAuthError> {
    let new = answer.refresh_token().map(|token| token.secret().as_str());
    let refresh_token = match (new.filter(|token| !token.is_empty()), old) {
        (Some(new), _) => SecretString::from(new),
        (None, Some(old)) => old.clone(),
        (None, None) => {
            let error = "the answer has no refresh token".to_owned();
            return Err(OAuthError::Rejected {
                error,
                description: None,
            });
        }
    };
    let expires_in_s = answer
        .expires_in()
        .map_or(EXPIRES_IN_S, |duration| duration.as_secs());
    Ok(Tokens {
        access_token: SecretString::from(answer.access_token().secret().as_str()),
        refresh_token,
        expires_in_s,
    })
}

/// `{"error": "invalid_grant", "error_description": …}`, with 400 or 401: in this form only, the
/// authorization server itself refuses (B33).
fn rfc_6749_error(answer: &Answer) -> Option<(String, Option<String>)> {
    matches!(answer.status.as_u16(), 400 | 401)
        .then(|| oauth_error(answer))
        .flatten()
}

fn oauth_error(answer: &Answer) -> Option<(String, Option<String>)> {
    let body = json(&answer.headers, &answer.body)?;
    let code = body.get("error")?.as_str()?;
    let is_code = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    if code.is_empty() || !code.bytes().all(is_code) {
        return None;
    }
    let description = body
        .get("error_description")
        .and_then(Value::as_str)
        .map(scrubbed);
    Some((scrubbed(code), description))
}

/// An answer that is not one of RFC 6749's.
fn refused(error: Error) -> OAuthError {
    // A JSON answer that makes no sense may still have used up the code or token.
    if error.is_transient() || matches!(error, Error::Unreadable(_)) {
        return OAuthError::Transient { source: error };
    }
    OAuthError::Rejected {
        error: error.to_string(),
        description: None,
    }
}

type RequestError = RequestTokenError<Error, StandardErrorResponse<BasicErrorResponseType>>;

impl From<RequestError> for OAuthError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestTokenError::ServerResponse(answer) => match answer.error() {
                BasicErrorResponseType::InvalidGrant => Self::InvalidGrant,
                other => Self::Rejected {
                    error: scrubbed(other.as_ref()),
                    description: answer.error_description().map(|text| scrubbed(text)),
                },
            },
            RequestTokenError::Request(error) => refused(error),
            // The body it holds may be tokens: nothing of it is passed on.
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                refused(Error::Unreadable("it holds no tokens".to_owned()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_keep_the_path_of_the_application() {
        let url = |text: &str| Url::parse(text).unwrap();
        assert_eq!(
            endpoint(url("https://app.companycam.com"), "token").path(),
            "/oauth/token"
        );
        let prefixed = endpoint(url("http://127.0.0.1:1/cc/?x#y"), "authorize");
        assert_eq!(prefixed.as_str(), "http://127.0.0.1:1/cc/oauth/authorize");
    }
}
