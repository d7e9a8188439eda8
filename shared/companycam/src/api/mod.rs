//! CompanyCam's operations, one method each, on behalf of one organization.
//!
//! Every method is one request, but [`Api::photo_tags`], which asks on where a photo has more than 100 tags.

pub mod photos;
pub mod projects;
mod users;
pub mod webhooks;

use reqwest::{Method, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::{AccessToken, Answer, Client, send};
use crate::error::Error;
use crate::ids::Cursor;
use crate::page::{PER_PAGE, Page, elements};

/// The API with a token. See [`Client::authorized`].
#[derive(Clone, Debug)]
pub struct Api {
    client: Client,
    token: AccessToken,
}

impl Client {
    /// The API on behalf of whom the token belongs to.
    pub fn authorized(&self, token: AccessToken) -> Api {
        Api::new(self.clone(), token)
    }
}

impl Api {
    pub(crate) fn new(client: Client, token: AccessToken) -> Self {
        Self { client, token }
    }

    fn request(&self, method: Method, path: &[&str]) -> Result<RequestBuilder, Error> {
        self.client.request(method, path, &self.token)
    }

    fn get(&self, path: &[&str]) -> Result<RequestBuilder, Error> {
        self.request(Method::GET, path)
    }

    async fn get_one<T: DeserializeOwned>(&self, path: &[&str]) -> Result<T, Error> {
        one(&send(self.get(path)?).await?)
    }

    async fn get_page<T: DeserializeOwned>(
        &self,
        path: &[&str],
        page: u32,
    ) -> Result<Page<T>, Error> {
        numbered(self.get(path)?, page, PER_PAGE, |_| {}).await
    }
}

/// The object an answer holds. What has no id at all is no object of CompanyCam's.
fn one<T: DeserializeOwned>(answer: &Answer) -> Result<T, Error> {
    let value = answer.json()?;
    if value.get("id").is_none_or(Value::is_null) {
        return Err(answer.foreign());
    }
    // The types only fail for an id, and then quote nothing.
    serde_json::from_value(value).map_err(|error| Error::Unreadable(error.to_string()))
}

/// Carries out a write whose answer says nothing of use, but has to be one.
async fn done(request: RequestBuilder) -> Result<(), Error> {
    send(request).await?.json().map(drop)
}

/// Removing what is gone already is a success.
async fn gone(request: RequestBuilder) -> Result<(), Error> {
    match send(request).await {
        Ok(answer) if answer.status == StatusCode::NO_CONTENT && answer.body.is_empty() => Ok(()),
        Ok(answer) => answer.json().map(drop),
        Err(Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn numbered<T: DeserializeOwned>(
    request: RequestBuilder,
    page: u32,
    per_page: u32,
    complete: impl Fn(&mut Value),
) -> Result<Page<T>, Error> {
    let answer = send(request.query(&[("page", page.max(1)), ("per_page", per_page)])).await?;
    let values = array(&answer, complete)?;
    // No total is told: a full page may be followed by another.
    let full = values.len() >= per_page as usize;
    let (items, unreadable) = elements(values);
    Ok(Page {
        items,
        unreadable,
        next: full.then(|| page.max(1) + 1),
        date: answer.date(),
    })
}

async fn by_cursor<T: DeserializeOwned>(
    request: RequestBuilder,
    after: Option<&Cursor>,
    complete: impl Fn(&mut Value),
) -> Result<Page<T, Cursor>, Error> {
    let request = request.query(&[("per_page", PER_PAGE)]);
    let request = match after {
        Some(after) => request.query(&[("after", after.as_str())]),
        None => request,
    };
    let answer = send(request).await?;
    let next = next_cursor(&answer, after)?;
    let (items, unreadable) = elements(array(&answer, complete)?);
    Ok(Page {
        items,
        unreadable,
        next,
        date: answer.date(),
    })
}

fn next_cursor(answer: &Answer, after: Option<&Cursor>) -> Result<Option<Cursor>, Error> {
    let has_next = answer.header("x-has-next");
    if has_next.is_some_and(|text| text.eq_ignore_ascii_case("false")) {
        return Ok(None);
    }
    match answer.header("x-next-cursor").map(Cursor::new) {
        // Going on would go round for ever, stopping would lose photos.
        Some(next) if Some(&next) == after => Err(Error::Unreadable(
            "the list's cursor does not move on".to_owned(),
        )),
        Some(next) => Ok(Some(next)),
        None if has_next.is_some() => Err(Error::Unreadable(
            "the list goes on, but has no cursor".to_owned(),
        )),
        None => Ok(None),
    }
}

fn array(answer: &Answer, complete: impl Fn(&mut Value)) -> Result<Vec<Value>, Error> {
    let Value::Array(mut values) = answer.json()? else {
        return Err(answer.foreign());
    };
    values.iter_mut().for_each(complete);
    Ok(values)
}

/// For elements of one project's lists: the project is known even where they don't say it.
fn on_project(project: &crate::ids::ProjectId) -> impl Fn(&mut Value) {
    let id = Value::String(project.to_string());
    move |element| {
        let Value::Object(fields) = element else {
            return;
        };
        if fields.get("project_id").is_none_or(Value::is_null) {
            fields.insert("project_id".to_owned(), id.clone());
        }
    }
}
