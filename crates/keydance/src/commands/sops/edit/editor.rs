//! The editor of whoever runs this.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use keydance_connect::SearchPath;

use super::super::environment::{Environment, Variable};
use super::super::failure::{Exit, Failure};
use super::super::signals::{Ended, Signals};

/// A program and what it is given before the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Editor {
    program: OsString,
    arguments: Vec<String>,
}

impl Editor {
    /// The one that is named, or one of those that are there on most machines.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn of(environment: &Environment) -> Result<Self, Failure> {
        for variable in [Variable::SopsEditor, Variable::Editor] {
            if let Some(line) = environment.get(variable) {
                let named = Self::named(line);
                let message = format!("{} is no command", variable.name());
                return named.ok_or_else(|| Failure::new(Exit::Editor, message));
            }
        }
        let path = SearchPath::new(environment.get(Variable::Path).unwrap_or_default());
        let found = ["vim", "nano", "vi"]
            .iter()
            .find_map(|name| path.find(name));
        let program = found.ok_or_else(|| {
            Failure::new(
                Exit::Editor,
                "there is no editor: neither vim nor nano nor vi",
            )
            .hint("SOPS_EDITOR or EDITOR names another one")
        })?;
        Ok(Self {
            program: program.into(),
            arguments: Vec::new(),
        })
    }

    /// Split like a shell would.
    fn named(line: &OsStr) -> Option<Self> {
        let mut words = shell_words::split(line.to_str()?).ok()?.into_iter();
        Some(Self {
            program: words.next()?.into(),
            arguments: words.collect(),
        })
    }

    /// Edits a file.
    ///
    /// # Errors
    /// The editor cannot be started or fails, or a signal ended this.
    pub(super) fn run(&self, file: &Path, signals: &mut Signals) -> Result<(), Failure> {
        let name = self.program.display();
        let failed = |problem: String| Failure::new(Exit::Editor, format!("{name}: {problem}"));
        let system = |error: io::Error| failed(error.to_string());
        let editor = Command::new(&self.program)
            .args(&self.arguments)
            .arg(file)
            .spawn();
        match signals
            .wait(editor.map_err(system)?, Some(GRACE))
            .map_err(system)?
        {
            Ended {
                signal: Some(_), ..
            } => Err(Failure::other("cancelled by a signal")),
            Ended {
                status: Some(status),
                ..
            } if status.success() => Ok(()),
            Ended {
                status: Some(status),
                ..
            } => Err(failed(format!("ended with {status}"))),
            Ended { status: None, .. } => Err(failed("was left running".to_owned())),
        }
    }
}

/// How long an editor may take to leave when a signal says so.
const GRACE: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    fn named(variables: [(Variable, &str); 2]) -> Option<Editor> {
        Editor::of(&Environment::from(variables)).ok()
    }

    fn editor(program: &str, arguments: &[&str]) -> Option<Editor> {
        let arguments = arguments.iter().map(|&word| word.to_owned()).collect();
        Some(Editor {
            program: program.into(),
            arguments,
        })
    }

    #[test]
    fn the_editor_of_sops_comes_first_and_is_split_like_a_shell_would() {
        let both = |ours, other| named([(Variable::SopsEditor, ours), (Variable::Editor, other)]);
        assert_eq!(both("code --wait", "ed"), editor("code", &["--wait"]));
        assert_eq!(
            both("'my editor' -x 'a b'", ""),
            editor("my editor", &["-x", "a b"])
        );
        assert_eq!(both("", "ed"), editor("ed", &[]));
        assert_eq!(both("'open", "ed"), None);
        assert_eq!(both("  ", "ed"), None);
    }

    #[test]
    fn an_editor_is_looked_for_where_programs_are() {
        assert_eq!(
            named([(Variable::Path, "/nowhere"), (Variable::Editor, "")]),
            None
        );
    }
}
