//! `keydance graph`.

use std::path::PathBuf;

use keydance_git::graph::Graph;

use super::exposed::roster;
use super::{Context, event};
use crate::failure::Failure;
use crate::output::Output;

/// Draw who reads what in a repository
///
/// By the roster that is committed: people and machines, the groups they are in, and the paths these
/// read. As Mermaid, which forges show as a picture, or as SVG.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// As SVG
    #[arg(long)]
    svg: bool,
    /// A folder in the repository [default: the current one]
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
}

/// Draws it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let roster = roster(context, args.repo.as_deref())?;
    let graph = Graph::new(&roster, event::now());
    let text = if args.svg {
        graph.to_svg()
    } else {
        graph.to_mermaid()
    };
    Ok(Output::verbatim(&text))
}
