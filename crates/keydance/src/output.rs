//! What a command came to, and showing it.

use std::io::{self, Write as _};
use std::process::ExitCode;

use serde::Serialize;

use crate::failure::{Failure, Kind};
use crate::render::{Page, Render};

/// What a command came to: data for programs, a page for people.
pub(crate) struct Output {
    json: Result<String, serde_json::Error>,
    page: Page,
    exit: u8,
}

impl Output {
    /// From a value that can be both.
    pub(crate) fn new<T: Render + Serialize>(value: &T) -> Self {
        let mut page = Page::default();
        value.render(&mut page);
        Self {
            json: serde_json::to_string_pretty(value),
            page,
            exit: 0,
        }
    }

    /// Everything was said already.
    pub(crate) fn silent() -> Self {
        Self {
            json: Ok(String::new()),
            page: Page::default(),
            exit: 0,
        }
    }

    /// A text that is the same for everybody, `--json` or not.
    pub(crate) fn verbatim(text: &str) -> Self {
        let mut page = Page::default();
        page.text(text.trim_end_matches('\n'));
        Self {
            json: Ok(text.trim_end_matches('\n').to_owned()),
            page,
            exit: 0,
        }
    }

    /// The command worked, and its answer is a refusal.
    pub(crate) fn ending_as(self, kind: Kind) -> Self {
        Self {
            exit: kind.exit_code(),
            ..self
        }
    }

    /// The exit code is part of what another program asked for.
    pub(crate) fn ending_with(self, exit: u8) -> Self {
        Self { exit, ..self }
    }

    /// How the process ends.
    pub(crate) fn exit(&self) -> ExitCode {
        ExitCode::from(self.exit)
    }
}

/// Writes to standard output, in colour on a terminal that wants it.
///
/// # Errors
/// Nobody can read it. A reader that has gone away is none.
pub(crate) fn show(output: &Output, json: bool) -> Result<(), Failure> {
    let written = if json {
        let text = output.json.as_ref().map_err(Failure::unexpected)?;
        let end = if text.is_empty() { "" } else { "\n" };
        write!(io::stdout(), "{text}{end}")
    } else {
        anstream::stdout().write_all(output.page.as_str().as_bytes())
    };
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::unexpected(error)),
        _ => Ok(()),
    }
}
