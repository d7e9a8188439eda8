//! The company and its users.

use super::Api;
use crate::error::Error;
use crate::page::Page;
use crate::types::{Company, User};

impl Api {
    /// The company the token belongs to.
    pub async fn company(&self) -> Result<Company, Error> {
        self.get_one(&["company"]).await
    }

    /// The user whose token it is.
    pub async fn current_user(&self) -> Result<User, Error> {
        self.get_one(&["users", "current"]).await
    }

    /// The company's users, deactivated ones included, 100 a page from page 1.
    pub async fn users(&self, page: u32) -> Result<Page<User>, Error> {
        self.get_page(&["users"], page).await
    }
}
