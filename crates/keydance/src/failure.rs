//! What went wrong, what to do about it, and the exit code.

pub(crate) mod next_step;

use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use keydance_api::Problem;
use serde_json::json;

use crate::config::ConfigError;
use crate::render::{QUIET, printable, styled};

/// How a command failed; each has its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Changed meanwhile, exists already, still in use.
    Conflict,
    /// Not allowed.
    Denied,
    /// Something unexpected.
    Failed,
    /// Somebody has to decide first.
    Incomplete,
    /// Absent, or not the caller's to know of.
    NotFound,
    /// The same command may work in a moment.
    Temporary,
    /// Wrong usage or configuration.
    Usage,
}

impl Kind {
    /// The exit code of the process.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Denied => 3,
            Self::NotFound => 4,
            Self::Conflict => 5,
            Self::Incomplete => 6,
            Self::Temporary => 75,
        }
    }

    /// Of a refusal by the server.
    fn of(status: u16) -> Self {
        match status {
            400 | 413 | 415 => Self::Usage,
            401 | 403 => Self::Denied,
            404 => Self::NotFound,
            409 | 412 => Self::Conflict,
            429 | 503 | 504 => Self::Temporary,
            _ => Self::Failed,
        }
    }
}

/// A command that did not do what it should.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    message: String,
    hints: Vec<String>,
    problem: Option<Box<Problem>>,
}

impl Failure {
    /// A failure of a kind with its sentence.
    pub(crate) fn new(kind: Kind, message: impl Display) -> Self {
        Self {
            kind,
            message: message.to_string(),
            hints: Vec::new(),
            problem: None,
        }
    }

    /// Wrong usage or configuration.
    pub(crate) fn usage(message: impl Display) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Something nobody expected.
    pub(crate) fn unexpected(cause: impl Display) -> Self {
        Self::new(Kind::Failed, cause)
    }

    /// What the server answered.
    pub(crate) fn refused(status: u16, problem: Problem) -> Self {
        Self {
            kind: Kind::of(status),
            message: problem.message.clone(),
            hints: next_step::of(&problem),
            problem: Some(Box::new(problem)),
        }
    }

    /// Not among what the caller has.
    pub(crate) fn refused_as_unknown(what: &str, name: &str) -> Self {
        let message = format!("you have no {what} with the name or id {name}");
        Self::new(Kind::NotFound, message)
            .hint(format!("`keydance {what} list` shows those you have"))
    }

    /// With what to do about it.
    pub(crate) fn hint(mut self, hint: impl Display) -> Self {
        self.hints.push(hint.to_string());
        self
    }

    /// The kind.
    #[cfg(test)]
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// The sentence.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let hint = error.hint();
        let failure = Self::usage(error);
        Self {
            hints: hint.into_iter().collect(),
            ..failure
        }
    }
}

/// Writes a failure to standard error and gives the exit code.
pub(crate) fn show(failure: &Failure, json: bool) -> ExitCode {
    let text = if json {
        as_json(failure)
    } else {
        as_text(failure)
    };
    // Nobody is left to tell when standard error is gone.
    drop(anstream::stderr().write_all(text.as_bytes()));
    ExitCode::from(failure.kind.exit_code())
}

fn as_text(failure: &Failure) -> String {
    let mut lines = vec![format!(
        "{} {}",
        styled(ERROR, "error:"),
        printable(&failure.message)
    )];
    if let Some(problem) = &failure.problem {
        let Problem {
            code, request_id, ..
        } = problem.as_ref();
        let about = printable(&format!("  {code}, request {request_id}"));
        lines.push(styled(QUIET, about));
        let details = next_step::details(problem);
        lines.extend(
            details
                .iter()
                .map(|detail| printable(&format!("  {detail}"))),
        );
    }
    let hints = failure.hints.iter();
    lines.extend(hints.map(|hint| format!("{} {}", styled(HINT, "hint:"), printable(hint))));
    lines.push(String::new());
    lines.join("\n")
}

fn as_json(failure: &Failure) -> String {
    let body = match &failure.problem {
        Some(problem) => json!(problem),
        None => json!({ "message": failure.message, "hints": failure.hints }),
    };
    format!("{body}\n")
}

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();
