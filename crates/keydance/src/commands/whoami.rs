//! `keydance whoami`.

use keydance_api::Data;
use keydance_api::principal::Me;

use super::Context;
use crate::failure::Failure;
use crate::output::Output;

/// Asks the server.
pub(crate) fn run(context: &Context) -> Result<Output, Failure> {
    let me = context.client()?.get("/me").send::<Data<Me>>()?;
    Ok(Output::new(&me))
}
