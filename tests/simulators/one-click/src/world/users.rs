//! Users, which only the web application and the control routes change.

use serde_json::Value;

use super::World;
use crate::error::ApiError;
use crate::fields::Fields;
use crate::model::User;

impl World {
    /// Makes a user from `{"name", "email", "active"?, "role"?, "id"?}`.
    pub(crate) fn create_user(
        &mut self,
        organization_id: &str,
        description: &Value,
    ) -> Result<User, ApiError> {
        let mut fields = user_fields(description)?;
        for required in ["name", "email"] {
            if !fields.has(required) {
                fields.complain(format!("{required} can't be blank"));
            }
        }
        let id = fields.name("id");
        let name = fields.name("name");
        let email = fields.text("email");
        let active = fields.boolean("active");
        let role = fields.name("role");
        fields.finish()?;

        let id = id.unwrap_or_else(|| self.ids.take("usr"));
        let organization = self.organization_mut(organization_id)?;
        let user = User {
            id,
            name: name.unwrap_or_default(),
            email: email.unwrap_or_default(),
            active: active.unwrap_or(true),
            role: role.unwrap_or_else(|| "SALES".to_owned()),
        };
        if organization.user(&user.id).is_some() {
            return Err(ApiError::invalid("id is taken"));
        }
        organization.users.push(user.clone());
        Ok(user)
    }

    /// Changes the given fields of a user.
    pub(crate) fn update_user(
        &mut self,
        organization_id: &str,
        user_id: &str,
        description: &Value,
    ) -> Result<User, ApiError> {
        let mut fields = user_fields(description)?;
        let name = fields.name("name");
        let email = fields.text("email");
        let active = fields.boolean("active");
        let role = fields.name("role");
        fields.finish()?;

        let organization = self.organization_mut(organization_id)?;
        let user = organization
            .users
            .iter_mut()
            .find(|user| user.id == user_id)
            .ok_or(ApiError::NotFound("User"))?;
        if let Some(name) = name {
            user.name = name;
        }
        if let Some(email) = email {
            user.email = email;
        }
        user.active = active.unwrap_or(user.active);
        if let Some(role) = role {
            user.role = role;
        }
        Ok(user.clone())
    }

    /// Removes a user from the list, as if it had never been; its jobs keep its id.
    pub(crate) fn delete_user(
        &mut self,
        organization_id: &str,
        user_id: &str,
    ) -> Result<(), ApiError> {
        let users = &mut self.organization_mut(organization_id)?.users;
        let position = users
            .iter()
            .position(|user| user.id == user_id)
            .ok_or(ApiError::NotFound("User"))?;
        users.remove(position);
        Ok(())
    }
}

fn user_fields(description: &Value) -> Result<Fields<'_>, ApiError> {
    description
        .as_object()
        .map(Fields::new)
        .ok_or_else(|| ApiError::invalid("a user must be an object"))
}
