//! A company whose photos carry tags, for what is counted by its size.

use serde_json::json;

use crate::TestApp;
use crate::steps::now;

impl TestApp {
    /// So many projects, last active an hour ago, with so many photos each. Every photo has a tag and every second
    /// one two, of so many tags.
    pub async fn fill(&self, projects: usize, photos_each: usize, tags: usize) {
        let tag = |number: usize| format!("Tag {}", number % tags);
        for number in 0..projects {
            let project = self.named_project(&format!("Project {number}")).await;
            for photo in 0..photos_each {
                let mut tags = vec![tag(photo / 2)];
                if photo % 2 == 0 {
                    tags.push(tag(photo / 2 + 1));
                }
                self.new_photo(&project, json!({ "tags": tags })).await;
            }
            self.change_project(&project, json!({"updated_at": now() - 3600}))
                .await;
        }
    }
}
