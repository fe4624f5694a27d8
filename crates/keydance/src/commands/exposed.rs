//! `keydance exposed`.

mod grants;
mod report;
mod repository;

pub(crate) use grants::{Grant, Grants};
use report::Coverage;
pub(crate) use repository::{RepositoryArgs, absent, commit, nobody, open, roster};

use keydance_git::exposure::MAX_WAYS;

use super::Context;
use crate::failure::Failure;
use crate::output::Output;
use report::Exposed;

/// What somebody can have read, from everything a repository ever held
///
/// Keys do not expire and reading leaves no trace: whoever could fetch a ciphertext and what opens it
/// counts as having read it. Values are named by file and key; none is shown. A value is current if
/// it is at the tip of a protected branch. That it is nowhere any more proves nothing, so it is
/// `unknown` then, and must be treated as current.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A person, machine identity, device (`alice/laptop`), group (`@payments`), or `unknown:RECIPIENT`
    name: String,
    /// With all ways that lead to a value, not only the shortest
    #[arg(long)]
    why: bool,
    #[command(flatten)]
    repository: RepositoryArgs,
}

/// Reads history and tells.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    args.repository.look(context, |looking| {
        let rows = looking.exposure.of(&args.name);
        let mut rows = rows.ok_or_else(|| nobody(&args.name, looking.exposure))?;
        if args.repository.is_in_the_past() {
            rows = rows.at(&looking.moment);
        }
        let max_ways = if args.why { MAX_WAYS } else { 1 };
        Ok(Output::new(&Exposed {
            name: &args.name,
            rows,
            max_ways,
            coverage: looking.coverage,
        }))
    })
}
