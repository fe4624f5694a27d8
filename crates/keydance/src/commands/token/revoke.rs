//! `keydance token revoke`.

use crate::client::segment;
use crate::commands::Context;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;

/// End one at once
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id, the part between kd_p_ and the secret
    token: String,
}

/// Ends it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let token = &args.token;
    let body = context
        .client()?
        .delete(format!("/tokens/{}", segment(token)))
        .send_for_body()?;
    Ok(Output::new(&Say::new(
        format!("token {token} has ended"),
        body,
    )))
}
