//! Lists: `?page=1&per_page=100`, answered as `{"<name>": […], "next_page": 2 | null}`.

use serde::Serialize;
use serde_json::{Value, json};

use crate::error::ApiError;

/// The most items a page can have, and the number without `per_page`. More is cut to it.
pub(crate) const MOST_PER_PAGE: usize = 100;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    number: usize,
    size: usize,
}

impl Page {
    /// Takes `page` and `per_page` out of a query's pairs, leaving the others.
    pub(crate) fn take(pairs: &mut Vec<(String, String)>) -> Result<Self, ApiError> {
        let mut page = Self {
            number: 1,
            size: MOST_PER_PAGE,
        };
        let mut wrong = None;
        pairs.retain(|(name, value)| {
            let target = match name.as_str() {
                "page" => &mut page.number,
                "per_page" => &mut page.size,
                _ => return true,
            };
            match value.parse() {
                Ok(number) if number > 0 => *target = number,
                _ => wrong = Some(format!("{name} must be a positive integer")),
            }
            false
        });
        if let Some(wrong) = wrong {
            return Err(ApiError::invalid(wrong));
        }
        page.size = page.size.min(MOST_PER_PAGE);
        Ok(page)
    }

    /// The answer with this page of `items` under `name`.
    pub(crate) fn answer<T: Serialize>(self, name: &str, items: &[T]) -> Value {
        let start = (self.number - 1).saturating_mul(self.size).min(items.len());
        let end = start.saturating_add(self.size).min(items.len());
        let next_page = (end < items.len()).then_some(self.number + 1);
        json!({ name: &items[start..end], "next_page": next_page })
    }
}

#[cfg(test)]
mod tests {
    use super::Page;
    use serde_json::json;

    fn page(query: &[(&str, &str)]) -> Page {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Page::take(&mut query.iter().map(owned).collect()).unwrap()
    }

    #[test]
    fn the_last_page_has_no_next_one_even_when_full() {
        let items = [1, 2, 3, 4];
        let first = page(&[("per_page", "2")]).answer("items", &items);
        assert_eq!(first, json!({ "items": [1, 2], "next_page": 2 }));
        let second = page(&[("page", "2"), ("per_page", "2")]).answer("items", &items);
        assert_eq!(second, json!({ "items": [3, 4], "next_page": null }));
        let beyond = page(&[("page", "3"), ("per_page", "2")]).answer("items", &items);
        assert_eq!(beyond, json!({ "items": [], "next_page": null }));
    }

    #[test]
    fn more_than_a_hundred_is_cut_to_a_hundred() {
        let items = vec![0; 101];
        let answer = page(&[("per_page", "500")]).answer("items", &items);
        assert_eq!(answer["items"].as_array().unwrap().len(), 100);
        assert_eq!(answer["next_page"], 2);
    }
}
