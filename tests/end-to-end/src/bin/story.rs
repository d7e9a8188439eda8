//! `make demo AUTO=1`: walks the whole story on a fresh stack.

use end_to_end::stack::Stack;
use end_to_end::story;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    story::walk(Stack::from_env()?).await
}
