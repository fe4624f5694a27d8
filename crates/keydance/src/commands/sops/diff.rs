//! `diff`: where two files differ once they are decrypted, and who can open only one of them.

mod comparison;

use std::path::Path;
use std::process::ExitCode;

use keydance_sops::file::FileError;
use keydance_sops::format::{Format, ReadError, WriteOptions};
use keydance_sops::keys::Changes;
use keydance_sops::metadata::Metadata;
use keydance_sops::readers::Readers;
use keydance_sops::services::KeyServices;
use keydance_sops::tree::{Tree, Value};
use serde::Serialize;

use super::failure::Failure;
use super::opening::{about_file, about_writing, exit_of_reading};
use super::output;
use super::request::{Diff, Input};
use super::session::{Session, format_of};
use crate::render::printable;
use comparison::{Difference, What};

/// A file that is compared: an encrypted one, opened, or a plain one.
struct Side {
    tree: Tree,
    metadata: Option<Metadata>,
}

/// A line of what is printed.
#[derive(Serialize)]
struct Line {
    change: &'static str,
    /// A place in the tree, or a recipient.
    #[serde(flatten)]
    of: Of,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<serde_json::Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case", untagged)]
enum Of {
    Place { document: usize, path: String },
    Recipient { group: usize, recipient: String },
}

/// Runs the command. That files differ is no failure.
///
/// # Errors
/// A file cannot be opened.
pub(super) fn run(session: &Session, request: &Diff) -> Result<ExitCode, Failure> {
    let services = session.key_services(&request.opening.services);
    let old = side(session, request, &services, &request.old)?;
    let new = side(session, request, &services, &request.new)?;
    let mut lines = recipients(&old, &new);
    for difference in comparison::between(&old.tree, &new.tree) {
        lines.push(
            Line::of(&difference, request.reveal)
                .map_err(|error| about_writing(&request.new, &error))?,
        );
    }
    for line in &lines {
        let text = if session.options.json {
            output::json_line(line)?
        } else {
            line.text()
        };
        output::print(text.as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn side(
    session: &Session,
    request: &Diff,
    services: &KeyServices<'_>,
    path: &Path,
) -> Result<Side, Failure> {
    let source = session.source(&Input::Files(vec![path.to_owned()]), None)?;
    let format = request
        .types
        .input
        .unwrap_or_else(|| format_of(&source.name));
    let file = match session.read(format, &source.bytes) {
        Err(FileError::Read(ReadError::NoMetadata)) => {
            let tree = format.read_plain(&source.bytes, &session.read_options());
            let tree = tree.map_err(|error| {
                Failure::new(
                    exit_of_reading(&error),
                    format!("{}: {error}", path.display()),
                )
            })?;
            return Ok(Side {
                tree,
                metadata: None,
            });
        }
        read => read.map_err(|error| about_file(path, &error))?,
    };
    let opening = &request.opening;
    let unlocked = session.unlock_file(path, file, services, &opening.order)?;
    let (opened, _) = unlocked.open(path, opening)?;
    Ok(Side {
        tree: opened.tree,
        metadata: Some(opened.metadata),
    })
}

/// Who can open one of the files only, where both are encrypted.
fn recipients(old: &Side, new: &Side) -> Vec<Line> {
    let (Some(old), Some(new)) = (&old.metadata, &new.metadata) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    let changes = Changes::between(old, &Readers::of(new));
    for (group, changes) in changes.groups.iter().enumerate() {
        for (change, recipients) in [("removed", &changes.removed), ("added", &changes.added)] {
            lines.extend(recipients.iter().map(|recipient| Line {
                change,
                of: Of::Recipient {
                    group,
                    recipient: format!("{} {recipient}", recipient.kind()),
                },
                old: None,
                new: None,
            }));
        }
    }
    lines
}

impl Line {
    fn of(
        difference: &Difference<'_>,
        reveal: bool,
    ) -> Result<Self, keydance_sops::format::WriteError> {
        let (old, new) = match difference.what {
            What::Added(new) => (None, Some(new)),
            What::Changed(old, new) => (Some(old), Some(new)),
            What::Comments | What::Order => (None, None),
            What::Removed(old) => (Some(old), None),
        };
        let shown = |value: Option<&Value>| value.filter(|_| reveal).map(json).transpose();
        Ok(Self {
            change: difference.what.word(),
            of: Of::Place {
                document: difference.document,
                path: difference.path.to_string(),
            },
            old: shown(old)?,
            new: shown(new)?,
        })
    }

    /// For people.
    fn text(&self) -> String {
        let place = match &self.of {
            Of::Place { document: 0, path } => path.clone(),
            Of::Place { document, path } => format!("document {document} {path}"),
            Of::Recipient {
                group: 0,
                recipient,
            } => format!("recipient {recipient}"),
            Of::Recipient { group, recipient } => format!("recipient {recipient} of group {group}"),
        };
        let place = if place.is_empty() {
            "the top level"
        } else {
            &place
        };
        let values = match (&self.old, &self.new) {
            (None, None) => String::new(),
            (Some(old), Some(new)) => format!(": {old} → {new}"),
            (Some(value), None) | (None, Some(value)) => format!(": {value}"),
        };
        format!(
            "{:<8}  {}\n",
            self.change,
            printable(&format!("{place}{values}").replace('\n', " "))
        )
    }
}

/// A value as JSON has it.
fn json(value: &Value) -> Result<serde_json::Value, keydance_sops::format::WriteError> {
    let text = Format::Json.write_value(value, &WriteOptions::default())?;
    // What JSON cannot hold is shown as the text that stands in its place.
    Ok(serde_json::from_slice(&text)
        .unwrap_or_else(|_| String::from_utf8_lossy(&text).into_owned().into()))
}
