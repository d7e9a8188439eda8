//! What the tab says while a side does not answer (B27). The work itself is put off and comes back
//! whatever is written here.

use runtime::Trouble;
use store::outages::Side;

use super::Context;

/// The side did not answer this look.
pub async fn noticed(context: &Context<'_>, side: Side) {
    if context.organization.down_since(side).is_some() {
        return;
    }
    let (org, store) = (context.org(), &context.app.store);
    // Only a notice: it must not stand in the way of putting the look off.
    match store.side_down(org, side, context.now).await {
        Ok(()) => tracing::warn!(org.id = %org, side = side.code(), "a side does not answer"),
        Err(error) => tracing::warn!(org.id = %org, %error, "could not write down an outage"),
    }
}

/// The side has just answered.
pub async fn over(context: &Context<'_>, side: Side) -> Result<(), Trouble> {
    if context.organization.down_since(side).is_none() {
        return Ok(());
    }
    context.app.store.side_up(context.org(), side).await?;
    tracing::info!(org.id = %context.org(), side = side.code(), "a side answers again");
    Ok(())
}
