//! `keydance trust`.

use std::path::{Path, PathBuf};

use keydance_git::signature::{Digest, Trust, rosters};
use serde_json::json;

use super::{Context, event};
use crate::failure::{Failure, Kind};
use crate::output::Output;
use crate::render::Say;

/// Trust a roster of this repository, and those that its admins approved after it
///
/// Compare the fingerprint with an admin's by another way. Without one, shows that of the first
/// roster. It is kept in this clone only.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What an admin told you
    fingerprint: Option<String>,
    /// A folder in the repository [default: the current one]
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
}

/// Trusts it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let git = event::program(context, "git")?;
    let folder = args.repo.as_deref().unwrap_or(Path::new("."));
    let known = rosters(&git, folder).map_err(Failure::usage)?;
    let first = known.first().ok_or_else(|| {
        Failure::usage("no commit here has a roster").hint("`keydance init` begins an organisation")
    })?;
    let trust = Trust::of(&git, folder).map_err(Failure::usage)?;
    let Some(fingerprint) = &args.fingerprint else {
        let trusted = trust.roster().map_err(Failure::unexpected)?;
        let sentence = match trusted {
            Some(trusted) => format!("this clone trusts {trusted}"),
            None => format!("the first roster is {first}; this clone trusts none"),
        };
        let data =
            json!({ "first": first.to_string(), "trusted": trusted.map(|it| it.to_string()) });
        return Ok(Output::new(&Say::new(sentence, data)));
    };
    let wanted: Result<Digest, _> = fingerprint.parse();
    let wanted = wanted.map_err(|_| {
        Failure::usage("a fingerprint has 64 hexadecimal digits")
            .hint("an admin sees it with `keydance trust`")
    })?;
    if !known.contains(&wanted) {
        let message = "no roster in the history of this commit has that fingerprint";
        return Err(Failure::new(Kind::Denied, message)
            .hint("fetch what is missing, and compare with an admin once more"));
    }
    trust.begin(wanted).map_err(Failure::unexpected)?;
    let data = json!({ "first": first.to_string(), "trusted": wanted.to_string() });
    Ok(Output::new(&Say::new(
        format!("this clone trusts {wanted}"),
        data,
    )))
}
