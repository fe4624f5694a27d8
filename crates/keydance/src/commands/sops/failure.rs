//! What went wrong, and the exit code that says so.

use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};

use crate::render::{printable, styled};

/// How `sops` ends when it does not do what it should. Scripts look at these numbers, so they are
/// those of getsops/sops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The input is encrypted already.
    AlreadyEncrypted,
    /// Parameters that contradict each other, or a regular expression that is none.
    Conflict,
    /// No recipient gave the data key.
    DataKey,
    /// A value cannot be decrypted.
    Decryption,
    /// A kind of recipient stands twice in the order of decryption.
    DuplicateOrder,
    /// There is no editor, or it failed.
    Editor,
    /// A value cannot be encrypted.
    Encryption,
    /// A path within the file that is none, for `--extract`.
    ExtractPath,
    /// What has no number of its own.
    Failed,
    /// The tree cannot be written in that format.
    Inexpressible,
    /// Nothing that has to do with what was asked for. Git gives up at this number.
    Internal,
    /// The encryption context is none.
    KmsContext,
    /// The MAC is absent, wrong, or cannot be decrypted.
    Mac,
    /// The MAC cannot be encrypted.
    MacEncryption,
    /// The input holds no document.
    NoDocument,
    /// No file was named, or it does not exist.
    NoFile,
    /// Recipients of a file that does not exist were to be changed.
    RecipientsOfNothing,
    /// A path within the file or a value that is none, for `set` and `unset`.
    SetSyntax,
    /// The editor left the file as it was.
    Unchanged,
    /// The input cannot be read or makes no sense.
    Unreadable,
    /// The output cannot be written.
    Unwritable,
    /// Versions cannot be compared.
    Version,
}

impl Exit {
    /// The number for the system.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Unreadable => 2,
            Self::Unwritable => 3,
            Self::Inexpressible => 4,
            Self::KmsContext => 6,
            Self::SetSyntax => 7,
            Self::Conflict => 8,
            Self::MacEncryption => 21,
            Self::Encryption => 23,
            Self::Decryption => 25,
            Self::RecipientsOfNothing => 49,
            Self::Mac => 51,
            Self::ExtractPath => 91,
            Self::NoDocument => 92,
            Self::NoFile => 100,
            Self::DuplicateOrder => 112,
            Self::DataKey => 128,
            Self::Internal => 129,
            Self::Unchanged => 200,
            Self::Editor => 201,
            Self::Version => 202,
            Self::AlreadyEncrypted => 203,
        }
    }
}

/// A command that did not do what it should.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
    hints: Vec<String>,
}

impl Failure {
    /// A failure with its sentence.
    pub(crate) fn new(exit: Exit, message: impl Display) -> Self {
        Self {
            exit,
            message: message.to_string(),
            hints: Vec::new(),
        }
    }

    /// What has no exit code of its own.
    pub(crate) fn other(message: impl Display) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// With what to do about it.
    pub(crate) fn hint(mut self, hint: impl Display) -> Self {
        self.hints.push(hint.to_string());
        self
    }

    /// The same, with another exit code.
    pub(crate) fn ending(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// How the process ends.
    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// The sentence.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

/// Writes a failure to standard error and gives the exit code.
pub(crate) fn show(failure: &Failure) -> ExitCode {
    say(ERROR, "error:", &failure.message);
    for hint in &failure.hints {
        say(HINT, "hint:", hint);
    }
    ExitCode::from(failure.exit.code())
}

/// Writes to standard error what does not keep the command from going on.
pub(crate) fn warn(message: &str) {
    say(WARNING, "warning:", message);
}

/// Writes to standard error what was done with a file.
pub(crate) fn say_of(path: &std::path::Path, done: &str) {
    let line = format!("{}: {done}\n", printable(&path.display().to_string()));
    drop(anstream::stderr().write_all(line.as_bytes()));
}

fn say(style: Style, what: &str, message: &str) {
    let line = format!("{} {}\n", styled(style, what), printable(message));
    // Nobody is left to tell when standard error is gone.
    drop(anstream::stderr().write_all(line.as_bytes()));
}

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_codes_are_those_of_sops() {
        let table = [
            (Exit::Failed, 1),
            (Exit::Unreadable, 2),
            (Exit::Unwritable, 3),
            (Exit::Inexpressible, 4),
            (Exit::KmsContext, 6),
            (Exit::SetSyntax, 7),
            (Exit::Conflict, 8),
            (Exit::MacEncryption, 21),
            (Exit::Encryption, 23),
            (Exit::Decryption, 25),
            (Exit::RecipientsOfNothing, 49),
            (Exit::Mac, 51),
            (Exit::ExtractPath, 91),
            (Exit::NoDocument, 92),
            (Exit::NoFile, 100),
            (Exit::DuplicateOrder, 112),
            (Exit::DataKey, 128),
            (Exit::Internal, 129),
            (Exit::Unchanged, 200),
            (Exit::Editor, 201),
            (Exit::Version, 202),
            (Exit::AlreadyEncrypted, 203),
        ];
        for (exit, code) in table {
            assert_eq!(exit.code(), code, "{exit:?}");
        }
    }
}
