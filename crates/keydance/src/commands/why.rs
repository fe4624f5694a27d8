//! `keydance why`.

use super::Context;
use super::exposed::{Grant, Grants, RepositoryArgs, absent};
use crate::failure::{Failure, Kind};
use crate::output::Output;

/// Why somebody can open a file of a repository
///
/// Ends with exit code 3 if they cannot.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A person, machine identity, device (`alice/laptop`), group (`@payments`), or `unknown:RECIPIENT`
    name: String,
    /// A file from the top of the repository
    path: String,
    #[command(flatten)]
    repository: RepositoryArgs,
}

/// Reads history and tells.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let Args { name, path, .. } = args;
    args.repository.look(context, |looking| {
        let access = looking
            .exposure
            .why(name, path, &looking.moment)
            .map_err(absent)?;
        if let Some(access) = access {
            return Ok(Output::new(&Grants {
                data: vec![Grant::new(access, true)],
                meta: looking.coverage,
            }));
        }
        let readers = looking
            .exposure
            .readers(path, &looking.moment)
            .map_err(absent)?;
        let readers = readers.join(", ");
        let message = format!("{name} cannot open {path}, which is encrypted to {readers}");
        Err(Failure::new(Kind::Denied, message)
            .hint("an admin of a group among these can let them in (see keydance.yaml)"))
    })
}
