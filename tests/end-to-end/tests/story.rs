//! The whole story. In a file of its own, since it counts all calls to CompanyCam and so must be alone.

use end_to_end::stack::Stack;
use end_to_end::story;

#[tokio::test]
async fn b1_b3_b14_b15_b17_the_whole_story() -> anyhow::Result<()> {
    story::walk(Stack::from_env()?).await
}
