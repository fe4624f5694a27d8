//! What every command of `sops` works with: what was said, where keys are, how files are written.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use keydance_sops::format::{Format, ReadOptions, WriteOptions};
use keydance_sops::policy::Policy;
use keydance_sops::tree::Time;
use zeroize::Zeroizing;

use super::Face;
use super::allowed;
use super::configuration::Configuration;
use super::environment::Environment;
use super::failure::{Exit, Failure, warn};
use super::file;
use super::options::Options;
use super::request::{Input, Types};
use super::write::Writer;

/// One run of a command.
pub(crate) struct Session {
    pub(crate) face: Face,
    pub(crate) environment: Environment,
    pub(crate) options: Options,
    /// Which recipients may be used at all.
    pub(super) policy: Policy,
    /// Read when a command asks for it.
    configuration: OnceLock<Option<Configuration>>,
}

/// Content, and the name that says what it is.
pub(crate) struct Source {
    /// The name of the file, or the one that stands in for it.
    pub(crate) name: PathBuf,
    pub(crate) bytes: Zeroizing<Vec<u8>>,
}

impl Session {
    /// A run with these options in this environment.
    ///
    /// # Errors
    /// What the environment allows makes no sense.
    pub(crate) fn new(
        face: Face,
        environment: Environment,
        options: Options,
    ) -> Result<Self, Failure> {
        let policy = allowed::policy(&environment)?;
        Ok(Self {
            face,
            environment,
            options,
            policy,
            configuration: OnceLock::new(),
        })
    }

    /// The configuration, if there is one.
    ///
    /// # Errors
    /// It cannot be read, or makes no sense.
    pub(crate) fn configuration(&self) -> Result<Option<&Configuration>, Failure> {
        if let Some(known) = self.configuration.get() {
            return Ok(known.as_ref());
        }
        let found = Configuration::find(self.options.config.as_deref())?;
        Ok(self.configuration.get_or_init(|| found).as_ref())
    }

    /// How files of a format are laid out.
    ///
    /// # Errors
    /// An indentation that cannot be written.
    pub(crate) fn write_options(&self, format: Format) -> Result<WriteOptions, Failure> {
        let stores = match (self.options.indent, self.configuration()) {
            (Some(indent), _) => keydance_sops::config::Stores::uniform(indent.into()),
            (None, Ok(Some(configuration))) => configuration.config.stores,
            // Reading needs no configuration, so one that makes no sense is not in the way.
            (None, _) => keydance_sops::config::Stores::default(),
        };
        stores
            .write_options(format)
            .map_err(|error| Failure::new(Exit::Inexpressible, error))
    }

    /// How files are read.
    pub(crate) fn read_options(&self) -> ReadOptions {
        // Whoever reads the bytes says so if this is no number.
        let limit = file::limit(&self.environment).ok();
        let max_bytes = limit.and_then(|limit| usize::try_from(limit).ok());
        ReadOptions {
            allow_duplicates: self.options.allow_duplicates,
            max_bytes: max_bytes.unwrap_or(ReadOptions::DEFAULT.max_bytes),
        }
    }

    /// How files are written.
    ///
    /// # Errors
    /// What the environment says about it makes no sense.
    pub(crate) fn writer(&self) -> Result<Writer, Failure> {
        Writer::new(&self.environment, self.options.lock_timeout)
    }

    /// Reads a file or standard input.
    ///
    /// # Errors
    /// It cannot be read, or has no name.
    pub(crate) fn source(&self, input: &Input, named: Option<&Path>) -> Result<Source, Failure> {
        let limit = file::limit(&self.environment)?;
        let (path, bytes) = match input {
            Input::Files(files) => {
                let none = || Failure::new(Exit::NoFile, "no file was named");
                let path = files.first().ok_or_else(none)?;
                (Some(path.as_path()), file::read(path, limit)?)
            }
            Input::Stdin => (None, file::read_stdin(limit)?),
        };
        let nameless = || Failure::new(Exit::Conflict, "standard input needs --filename-override");
        let name = named.or(path).ok_or_else(nameless)?.to_owned();
        Ok(Source { name, bytes })
    }

    /// What time it is.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where this command looks at a clock"
    )]
    pub(crate) fn now() -> Time {
        Time::utc(jiff::Timestamp::now())
    }
}

impl Source {
    /// The format of what is read.
    pub(crate) fn format(&self, types: Types) -> Format {
        types.input.unwrap_or_else(|| format_of(&self.name))
    }

    /// The format of what is written.
    pub(crate) fn output_format(&self, types: Types) -> Format {
        types.output.unwrap_or_else(|| format_of(&self.name))
    }
}

/// The format that a name stands for.
pub(crate) fn format_of(path: &Path) -> Format {
    path.file_name()
        .and_then(OsStr::to_str)
        .map_or(Format::Binary, Format::of_path)
}

/// Says what was odd about a file.
pub(crate) fn warn_about(path: &Path, warnings: impl IntoIterator<Item: std::fmt::Display>) {
    for warning in warnings {
        warn(&format!("{}: {warning}", path.display()));
    }
}
