//! Tags of photos: CompanyCam lists the photos of a tag, while a photo does not say its tags.

use serde::{Deserialize, Serialize};

use crate::companycam::{Cursor, TagId};

/// More pages than a tag's photos have: a list that never ends is none.
const MOST_PAGES: u32 = 10_000;

/// A tag as One Click shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagName {
    pub id: TagId,
    /// What it says.
    pub name: String,
}

/// Where the reading of the photos of some tags goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagPlace {
    /// The tags still to be read; the first one now.
    pub tags: Vec<TagName>,
    /// Where that tag's photos go on.
    pub cursor: Option<Cursor>,
    /// How many pages of them were read.
    #[serde(default)]
    pub pages: u32,
}

impl TagPlace {
    /// Before the first of these tags.
    pub fn before(tags: Vec<TagName>) -> Self {
        Self {
            tags,
            cursor: None,
            pages: 0,
        }
    }

    /// Behind a page of the first tag's photos, which says where they go on.
    pub fn go_on(&mut self, next: Option<Cursor>) {
        // The same place again would be for ever.
        let next = next.filter(|next| Some(next) != self.cursor.as_ref());
        self.pages += 1;
        self.cursor = next.filter(|_| self.pages < MOST_PAGES);
        if self.cursor.is_none() {
            self.pass_over();
        }
    }

    /// Behind the first tag.
    pub fn pass_over(&mut self) {
        self.tags.drain(..self.tags.len().min(1));
        self.cursor = None;
        self.pages = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b15_each_tag_is_read_to_its_end_whatever_its_list_says() {
        let tags = ["1", "2"].map(|id| TagName {
            id: TagId::parse(id).unwrap(),
            name: id.to_owned(),
        });
        let mut place = TagPlace::before(tags.to_vec());
        place.go_on(Some(Cursor::new("a")));
        assert_eq!((place.tags.len(), place.pages), (2, 1));
        // The same again.
        place.go_on(Some(Cursor::new("a")));
        assert_eq!((place.tags.len(), place.pages), (1, 0));
        for page in 0..MOST_PAGES {
            place.go_on(Some(Cursor::new(page.to_string())));
        }
        assert_eq!(place, TagPlace::before(Vec::new()));
    }
}
