//! `recipients`: who can open files. It takes no key to see that.

use std::path::Path;
use std::process::ExitCode;

use keydance_sops::metadata::{Group, Metadata, Wrapping};
use serde::Serialize;

use super::failure::{Exit, Failure};
use super::many;
use super::output;
use super::request::{Input, Recipients, Types};
use super::session::Session;
use crate::render::printable;

/// Who can open a file.
#[derive(Serialize)]
struct Openers {
    file: String,
    /// How many groups must open it together.
    threshold: usize,
    groups: Vec<Vec<Opener>>,
}

/// One recipient.
#[derive(Serialize)]
struct Opener {
    kind: &'static str,
    recipient: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// A file is no encrypted one.
pub(super) fn run(session: &Session, request: &Recipients) -> Result<ExitCode, Failure> {
    let input = Input::Files(request.paths.clone());
    let shown = |path: &Path| {
        let source = session.source(&Input::Files(vec![path.to_owned()]), None)?;
        let format = source.format(Types {
            input: request.input_type,
            output: None,
        });
        let openers = Openers::of(path, &session.parse(path, format, &source.bytes)?.metadata);
        match session.options.json {
            true => output::json_line(&openers),
            false => Ok(openers.table()),
        }
    };
    match (many::files(session, &input)?, request.paths.as_slice()) {
        (Some(files), _) => many::print(session, &files, shown),
        (None, [path, ..]) => {
            output::print(shown(path)?.as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        (None, []) => Err(Failure::new(Exit::NoFile, "no file was named")),
    }
}

impl Openers {
    fn of(path: &Path, metadata: &Metadata) -> Self {
        let group = |group: &Group| group.wrappings.iter().map(Opener::of).collect();
        Self {
            file: path.display().to_string(),
            threshold: metadata.threshold(),
            groups: metadata.groups.iter().map(group).collect(),
        }
    }

    /// For people. A file says what it likes, so it must not steer their terminal.
    fn table(&self) -> String {
        let Self {
            file,
            threshold,
            groups,
        } = self;
        let mut lines = vec![file.clone()];
        for (number, group) in groups.iter().enumerate() {
            if groups.len() > 1 {
                lines.push(format!(
                    "  group {number}; {threshold} of {} open it",
                    groups.len()
                ));
            }
            let width = group
                .iter()
                .map(|opener| opener.kind.len())
                .max()
                .unwrap_or_default();
            for Opener {
                kind,
                recipient,
                created_at,
            } in group
            {
                let since = created_at.as_deref().map(|time| format!("  since {time}"));
                let since = since.unwrap_or_default();
                lines.push(format!("  {kind:width$}  {recipient}{since}"));
            }
        }
        lines
            .iter()
            .map(|line| printable(&line.replace('\n', " ")) + "\n")
            .collect()
    }
}

impl Opener {
    fn of(wrapping: &Wrapping) -> Self {
        Self {
            kind: wrapping.recipient.kind().identifier(),
            recipient: wrapping.recipient.identity(),
            created_at: wrapping.created_at.clone(),
        }
    }
}
