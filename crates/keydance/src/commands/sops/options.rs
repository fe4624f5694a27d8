//! What every command of `sops` heeds.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use super::arguments::Arguments;
use super::failure::Failure;
use super::flags;

/// What every command heeds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// The configuration, instead of the next one above the current folder.
    pub(crate) config: Option<PathBuf>,
    /// Spaces per level in YAML and JSON, instead of what the configuration says.
    pub(crate) indent: Option<u32>,
    /// Whether to say more.
    pub(crate) verbose: bool,
    /// Whether to refuse files that are not exactly as they should be.
    pub(crate) strict: bool,
    /// Whether nothing is to be written.
    pub(crate) dry_run: bool,
    /// Whether data are printed as JSON.
    pub(crate) json: bool,
    /// How files are laid out.
    pub(crate) layout: Layout,
    /// Whether the last of equal keys counts in dotenv and INI.
    pub(crate) allow_duplicates: bool,
    /// Whether Windows line ends of dotenv files are line ends.
    pub(crate) strip_cr: bool,
    /// Files at a time; as many as there are cores if nothing is said.
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Whether no further file is begun after a failure.
    pub(crate) fail_fast: bool,
    /// How long others are waited for that write the file.
    pub(crate) lock_timeout: Duration,
}

/// How a file is laid out that is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Layout {
    /// As sops does it; a file that is laid out otherwise keeps its layout when it changes.
    #[default]
    Automatic,
    /// As sops does it.
    Canonical,
    /// As the plain file is.
    Preserved,
}

impl Options {
    /// What was typed.
    ///
    /// # Errors
    /// A number that is none, or a layout.
    pub(super) fn of(arguments: &Arguments<'_>) -> Result<Self, Failure> {
        let seconds = arguments.number(&flags::LOCK_TIMEOUT)?;
        Ok(Self {
            config: arguments.path(&flags::CONFIG),
            indent: arguments.number(&flags::INDENT)?,
            verbose: arguments.switch(&flags::VERBOSE),
            strict: arguments.switch(&flags::STRICT),
            dry_run: arguments.switch(&flags::DRY_RUN),
            json: arguments.switch(&flags::JSON),
            layout: Layout::of(arguments)?,
            allow_duplicates: arguments.switch(&flags::ALLOW_DUPLICATES),
            strip_cr: arguments.switch(&flags::STRIP_CR),
            jobs: jobs(arguments)?,
            fail_fast: arguments.switch(&flags::FAIL_FAST),
            lock_timeout: seconds
                .map_or(LOCK_TIMEOUT, |seconds| Duration::from_secs(seconds.into())),
        })
    }
}

impl Layout {
    fn of(arguments: &Arguments<'_>) -> Result<Self, Failure> {
        match arguments.text(&flags::LAYOUT)?.as_deref() {
            None => Ok(Self::Automatic),
            Some("canonical") => Ok(Self::Canonical),
            Some("preserve") => Ok(Self::Preserved),
            Some(_) => Err(Failure::other("--layout is either canonical or preserve")),
        }
    }
}

fn jobs(arguments: &Arguments<'_>) -> Result<Option<NonZeroUsize>, Failure> {
    let Some(count) = arguments.number(&flags::JOBS)? else {
        return Ok(None);
    };
    let count = usize::try_from(count).ok().and_then(NonZeroUsize::new);
    let none = || Failure::other("--jobs 0 would never do anything");
    count.ok_or_else(none).map(Some)
}

const LOCK_TIMEOUT: Duration = Duration::from_secs(30);
