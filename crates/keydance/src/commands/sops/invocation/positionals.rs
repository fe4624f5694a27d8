//! Files and what else stands without a dash.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use super::super::Face;
use super::super::arguments::Arguments;
use super::super::failure::{Exit, Failure};

impl Arguments<'_> {
    /// The file, which must be named.
    pub(super) fn file(&mut self) -> Result<PathBuf, Failure> {
        self.at_most(1)?;
        let first = self.positionals.first();
        first.map(PathBuf::from).ok_or_else(|| self.no_file())
    }

    /// The files, or none. sops takes one and ignores others.
    pub(super) fn files_if_any(&mut self) -> Result<Vec<PathBuf>, Failure> {
        if self.face == Face::Sops {
            self.at_most(1)?;
        }
        Ok(self.positionals.iter().map(PathBuf::from).collect())
    }

    /// The files, at least one of which must be named. sops takes one and ignores others.
    pub(super) fn files(&mut self) -> Result<Vec<PathBuf>, Failure> {
        let files = self.files_if_any()?;
        if files.is_empty() {
            return Err(self.no_file());
        }
        Ok(files)
    }

    /// All positional arguments, if there are as many as this.
    ///
    /// # Errors
    /// There are more or fewer, with this exit code.
    pub(super) fn exactly<const N: usize>(&mut self, exit: Exit) -> Result<[OsString; N], Failure> {
        let positionals = std::mem::take(&mut self.positionals);
        let wrong = |_| Failure::new(exit, self.takes()).hint(self.usage());
        <[OsString; N]>::try_from(positionals).map_err(wrong)
    }

    /// Refuses more positional arguments than these; sops goes on without them.
    pub(super) fn at_most(&mut self, count: usize) -> Result<(), Failure> {
        let Some(surplus) = self
            .positionals
            .get(count..)
            .filter(|rest| !rest.is_empty())
        else {
            return Ok(());
        };
        if self.face == Face::Keydance {
            return Err(Failure::other(self.takes()).hint(self.usage()));
        }
        let is_flag = |argument: &OsString| OsStr::as_bytes(argument).starts_with(b"-");
        let hint = if surplus.iter().any(is_flag) {
            "; flags come before the file"
        } else {
            ""
        };
        let warning = format!("arguments after the first {count} are ignored{hint}");
        self.positionals.truncate(count);
        self.warnings.push(warning);
        Ok(())
    }

    pub(super) fn no_file(&self) -> Failure {
        Failure::new(Exit::NoFile, "no file was named").hint(self.usage())
    }

    // What was typed may be a secret value, so it is never repeated.
    fn takes(&self) -> String {
        match self.subcommand.takes {
            "" => format!("`{}` takes no arguments but flags", self.name()),
            takes => format!("`{}` takes {takes}, after its flags", self.name()),
        }
    }

    fn usage(&self) -> String {
        format!("`{} --help` shows how it is typed", self.name())
    }
}
