//! The form for a job: filled from one, read back into the fields of a request.

use maud::{Markup, html};
use serde_json::{Value, json};

use crate::model::{Job, User};

/// The pairs of a submitted form.
pub(super) type Pairs = Vec<(String, String)>;

/// What stands in the form's fields.
#[derive(Debug, Default)]
pub(super) struct JobForm {
    name: String,
    customer_name: String,
    email: String,
    /// What a number is called, and the number.
    phones: Vec<(String, String)>,
    line_1: String,
    line_2: String,
    city: String,
    state: String,
    postal_code: String,
    assigned_user_id: String,
    status: String,
}

impl JobForm {
    pub(super) fn blank() -> Self {
        Self {
            status: "open".to_owned(),
            ..Self::default()
        }
    }

    pub(super) fn of(job: &Job) -> Self {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let phones = job.phones.iter();
        Self {
            name: job.name.clone(),
            customer_name: job.customer_name.clone(),
            email: text(&job.email),
            phones: phones
                .map(|phone| (text(&phone.name), phone.number.clone()))
                .collect(),
            line_1: text(&job.address.line_1),
            line_2: text(&job.address.line_2),
            city: text(&job.address.city),
            state: text(&job.address.state),
            postal_code: text(&job.address.postal_code),
            assigned_user_id: text(&job.assigned_user_id),
            status: job.status.clone(),
        }
    }

    pub(super) fn read(pairs: Pairs) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            let field = match name.as_str() {
                "name" => &mut form.name,
                "customer_name" => &mut form.customer_name,
                "email" => &mut form.email,
                "line_1" => &mut form.line_1,
                "line_2" => &mut form.line_2,
                "city" => &mut form.city,
                "state" => &mut form.state,
                "postal_code" => &mut form.postal_code,
                "assigned_user_id" => &mut form.assigned_user_id,
                "status" => &mut form.status,
                "phone_name" => {
                    form.phones.push((value, String::new()));
                    continue;
                }
                "phone_number" => {
                    if let Some((_, number)) = form.phones.last_mut() {
                        *number = value;
                    }
                    continue;
                }
                _ => continue,
            };
            value.trim().clone_into(field);
        }
        form.phones.retain(|(_, number)| !number.trim().is_empty());
        form
    }

    /// The fields as the API takes them. A field left empty is null.
    pub(super) fn fields(&self) -> Value {
        let optional = |text: &String| (!text.is_empty()).then(|| text.clone());
        let phones = self.phones.iter();
        let phones: Vec<Value> = phones
            .map(|(name, number)| json!({ "name": optional(name), "number": number }))
            .collect();
        json!({
            "name": self.name,
            "customer_name": self.customer_name,
            "email": optional(&self.email),
            "phones": phones,
            "address": {
                "line_1": optional(&self.line_1),
                "line_2": optional(&self.line_2),
                "city": optional(&self.city),
                "state": optional(&self.state),
                "postal_code": optional(&self.postal_code),
            },
            "assigned_user_id": optional(&self.assigned_user_id),
            "status": self.status,
        })
    }

    /// What the API says is wrong, with the fields called as in the form.
    pub(super) fn in_words(complaints: &[String]) -> Vec<String> {
        let named = |complaint: &String| {
            let (field, problem) = complaint.split_once(' ')?;
            let (_, label) = LABELS.iter().find(|(name, _)| *name == field)?;
            Some(format!("{label} {problem}"))
        };
        let words = |complaint: &String| named(complaint).unwrap_or_else(|| complaint.clone());
        complaints.iter().map(words).collect()
    }

    pub(super) fn render(&self, action: &str, users: &[User], complaints: &[String]) -> Markup {
        let input = |name: &str, value: &str| input(name, value, complaints);
        html! {
            form.card method="post" action=(action) {
                fieldset {
                    legend { "Customer and job" }
                    div.grid {
                        (input("customer_name", &self.customer_name))
                        (input("name", &self.name))
                        (input("email", &self.email))
                        (input("status", &self.status))
                    }
                }
                fieldset {
                    legend { "Phones" }
                    @for (name, number) in self.phones.iter().chain([&(String::new(), String::new())]) {
                        div.grid {
                            (input("phone_name", name))
                            (input("phone_number", number))
                        }
                    }
                }
                fieldset {
                    legend { "Address" }
                    div.grid {
                        (input("line_1", &self.line_1))
                        (input("line_2", &self.line_2))
                        (input("city", &self.city))
                        (input("state", &self.state))
                        (input("postal_code", &self.postal_code))
                    }
                }
                (assignee(users, Some(&self.assigned_user_id)))
                button type="submit" { "Save job" }
            }
        }
    }
}

/// The form's fields, as the API and as people call them.
const LABELS: [(&str, &str); 12] = [
    ("customer_name", "Customer's name"),
    ("name", "Job's name"),
    ("email", "E-mail"),
    ("status", "Status"),
    ("phone_name", "Kind of phone"),
    ("phone_number", "Phone number"),
    ("line_1", "Street and number"),
    ("line_2", "Unit"),
    ("city", "City"),
    ("state", "State"),
    ("postal_code", "Postal code"),
    ("assigned_user_id", "The assignee"),
];

fn input(name: &str, value: &str, complaints: &[String]) -> Markup {
    let label = LABELS.iter().find(|(field, _)| *field == name);
    let label = label.map_or(name, |(_, label)| label);
    let required = matches!(name, "customer_name" | "name" | "status");
    let problem = complaints
        .iter()
        .filter_map(|complaint| complaint.split_once(' '))
        .find_map(|(field, problem)| (field == name).then_some(problem));
    html! {
        label {
            (label)
            input type="text" name=(name) value=(value) required[required]
                aria-invalid=[problem.map(|_| "true")];
            @if let Some(problem) = problem { span.problem { (label) " " (problem) } }
        }
    }
}

/// The choice of an assignee, of active users and whoever it is now.
pub(super) fn assignee(users: &[User], current: Option<&String>) -> Markup {
    let choices = users
        .iter()
        .filter(|user| user.active || Some(&user.id) == current);
    html! {
        label {
            "Assigned to"
            select name="assigned_user_id" {
                option value="" { "Nobody" }
                @for user in choices {
                    option value=(user.id) selected[Some(&user.id) == current] { (user.name) }
                }
            }
        }
    }
}
