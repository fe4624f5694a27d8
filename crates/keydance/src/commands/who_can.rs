//! `keydance who-can`.

use super::Context;
use super::exposed::{Grant, Grants, RepositoryArgs, absent};
use crate::failure::Failure;
use crate::output::Output;

/// Who can open a file of a repository
///
/// By the keys there are, not by what the roster wants: whoever left and kept a key is told too.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A file from the top of the repository, with the keys of a value in it if one is meant
    #[arg(value_name = "PATH[#KEY.PATH]")]
    path: String,
    /// With all ways that lead to it, not only the shortest
    #[arg(long)]
    why: bool,
    #[command(flatten)]
    repository: RepositoryArgs,
}

/// Reads history and tells.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    args.repository.look(context, |looking| {
        let (path, key) = match args.path.split_once('#') {
            Some((path, key)) => (path, Some(key)),
            None => (args.path.as_str(), None),
        };
        let access = looking.exposure.who_can(path, key, &looking.moment);
        let grants = access.map_err(absent)?.into_iter();
        Ok(Output::new(&Grants {
            data: grants.map(|access| Grant::new(access, args.why)).collect(),
            meta: looking.coverage,
        }))
    })
}
