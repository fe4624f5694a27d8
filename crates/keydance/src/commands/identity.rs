//! `keydance identity`: what stock sops asks for the identities of groups.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use keydance_git::group_identity::{GROUPS_FOLDER, Keyring};
use keydance_git::roster::ROSTER_FILE;
use zeroize::Zeroizing;

use super::{Context, event};
use crate::failure::Failure;
use crate::output::Output;

/// Print the identities of groups that you can open, for SOPS_AGE_KEY_CMD
///
/// With SOPS_AGE_RECIPIENT set, only the one for that recipient. Prints nothing where there is none.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A folder in the repository [default: the current one]
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Print them even on a terminal
    #[arg(long)]
    show: bool,
}

/// The longest file of an identity, in bytes. One recipient takes about a kilobyte.
const MAX_BYTES: u64 = 16 << 20;

/// Prints them. Nothing is written to a disk, and git is not run: sops waits.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let mut stdout = io::stdout();
    if stdout.is_terminal() && !args.show {
        return Err(
            Failure::usage("these are private keys, and this is a terminal").hint(
                "SOPS_AGE_KEY_CMD='keydance identity' hands them to sops; --show prints them",
            ),
        );
    }
    let Some(root) = organisation_around(args.repo.as_deref())? else {
        return Ok(Output::silent());
    };
    let keys = event::own_keys()?;
    let own = keys.services();
    let keyring = Keyring::new(&own, identity_files(&root).map_err(Failure::unexpected)?);
    let wanted: Vec<String> = match context.environment.get("SOPS_AGE_RECIPIENT") {
        Some(recipient) => vec![recipient.to_owned()],
        None => keyring
            .generations()
            .map(|it| it.recipient.identity())
            .collect(),
    };
    for recipient in &wanted {
        let line = keyring.expose(recipient, |it| Zeroizing::new(format!("{}\n", it.expose())));
        if let Some(line) = line {
            // Past the output that can show itself: what it keeps is not wiped.
            stdout
                .write_all(line.as_bytes())
                .map_err(Failure::unexpected)?;
        }
    }
    stdout.flush().map_err(Failure::unexpected)?;
    Ok(Output::silent())
}

/// The next folder upward that has a roster.
pub(super) fn organisation_around(folder: Option<&Path>) -> Result<Option<PathBuf>, Failure> {
    let folder = folder.unwrap_or(Path::new(".")).canonicalize();
    let folder = folder.map_err(Failure::unexpected)?;
    let mut above = folder.ancestors();
    let found = above.find(|folder| folder.join(ROSTER_FILE).is_file());
    Ok(found.map(Path::to_owned))
}

/// The content of every file of an identity.
pub(super) fn identity_files(root: &Path) -> io::Result<Vec<Vec<u8>>> {
    let mut files = Vec::new();
    let groups = match fs::read_dir(root.join(GROUPS_FOLDER)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(files),
        groups => groups?,
    };
    for group in groups {
        let group = group?;
        if !group.file_type()?.is_dir() {
            continue;
        }
        for file in fs::read_dir(group.path())? {
            let file = file?;
            let about = file.metadata()?;
            if about.is_file() && about.len() <= MAX_BYTES {
                files.push(fs::read(file.path())?);
            }
        }
    }
    Ok(files)
}
