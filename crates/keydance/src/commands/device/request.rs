//! The request of a device, as an admin gets it.

use std::path::PathBuf;

use keydance_git::event::Request;

use crate::commands::{Context, event};
use crate::failure::{Failure, Kind};

/// A request, and what makes sure whose it is.
#[derive(Debug, clap::Args)]
pub(crate) struct Given {
    /// What `keydance device enrol --offline` wrote on their device
    #[arg(long, value_name = "FILE")]
    request: Option<PathBuf>,
    /// The fingerprint that they told you by another way
    #[arg(long, value_name = "HEX", requires = "request")]
    fingerprint: Option<String>,
}

impl Given {
    /// Reads it and verifies its signature.
    ///
    /// # Errors
    /// It is none, not signed by the key in it, or has another fingerprint.
    pub(crate) fn read(&self, context: &Context) -> Result<Option<Request>, Failure> {
        let Some(path) = &self.request else {
            return Ok(None);
        };
        let about = |problem: &dyn std::fmt::Display| {
            Failure::usage(format!("{}: {problem}", path.display()))
        };
        let bytes = std::fs::read(path).map_err(|error| about(&error))?;
        let scratch = context.environment.get("TMPDIR").unwrap_or("/tmp");
        let scratch =
            PathBuf::from(scratch).join(format!("keydance-request-{}", std::process::id()));
        let program = event::program(context, "ssh-keygen")?;
        let request = Request::read(&bytes, &program, &scratch).map_err(|error| about(&error))?;
        if let Some(told) = &self.fingerprint {
            let plain = |text: &str| text.replace([' ', ':'], "").to_lowercase();
            if plain(told) != plain(&request.fingerprint()) {
                let message = "the request has another fingerprint than you were told";
                return Err(Failure::new(Kind::Denied, message)
                    .hint("somebody may have exchanged it on its way; ask for it again"));
            }
        }
        Ok(Some(request))
    }
}
