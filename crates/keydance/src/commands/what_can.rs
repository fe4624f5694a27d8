//! `keydance what-can`.

use super::Context;
use super::exposed::{Grant, Grants, RepositoryArgs, nobody};
use crate::failure::Failure;
use crate::output::Output;

/// Which files of a repository somebody can open
///
/// By the keys there are, not by what the roster wants.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A person, machine identity, device (`alice/laptop`), group (`@payments`), or `unknown:RECIPIENT`
    name: String,
    /// With all ways that lead to a file, not only the shortest
    #[arg(long)]
    why: bool,
    #[command(flatten)]
    repository: RepositoryArgs,
}

/// Reads history and tells.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    args.repository.look(context, |looking| {
        let access = looking.exposure.what_can(&args.name, &looking.moment);
        let access = access.ok_or_else(|| nobody(&args.name, looking.exposure))?;
        let grants = access
            .into_iter()
            .map(|access| Grant::new(access, args.why));
        Ok(Output::new(&Grants {
            data: grants.collect(),
            meta: looking.coverage,
        }))
    })
}
