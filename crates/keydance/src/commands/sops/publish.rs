//! `publish`: files go where the configuration says, as they are or encrypted anew; what is in them
//! goes to a Vault.

mod content;
mod sending;

use std::io::BufRead as _;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use keydance_sops::config::{ConfigError, DestinationRule};
use keydance_sops::services::KeyServices;
use walkdir::WalkDir;

use super::Face;
use super::configuration::{Configuration, clean};
use super::failure::{self, Failure};
use super::output::print;
use super::request::Publish;
use super::session::Session;
use sending::{Place, Sender, Sent};

/// Runs the command.
///
/// # Errors
/// There is no configuration, or a file cannot be opened or published. What came before it is.
pub(super) fn run(session: &Session, request: &Publish) -> Result<ExitCode, Failure> {
    let none = || Failure::other("config file not found: nothing says where files are published");
    let publishing = Publishing {
        session,
        request,
        configuration: session.configuration()?.ok_or_else(none)?,
        services: session.key_services(&request.opening.services),
        sender: Sender::new(&session.environment)?,
    };
    for path in files(request)? {
        publishing.one(&path)?;
    }
    Ok(ExitCode::SUCCESS)
}

struct Publishing<'r> {
    session: &'r Session,
    request: &'r Publish,
    configuration: &'r Configuration,
    services: KeyServices<'r>,
    sender: Sender,
}

impl Publishing<'_> {
    fn one(&self, path: &Path) -> Result<(), Failure> {
        let rule = self.rule(path)?;
        let name = self.name_there(path, &rule)?;
        let place = Place::of(&rule.destination, &name);
        let content = content::of(self, path, rule)?;
        if self.session.options.dry_run {
            failure::say_of(path, &format!("would be published to {place}"));
            return Ok(());
        }
        if !self.request.yes && !self.is_agreed(path, &place)? {
            return Ok(());
        }
        let sent = self.sender.send(&place, &content);
        let sent = sent.map_err(|error| about(path, &error))?;
        self.tell(path, &place, sent);
        Ok(())
    }

    fn rule(&self, path: &Path) -> Result<DestinationRule, Failure> {
        let typed = path.to_string_lossy();
        let rule = self.configuration.config.destination_rule(&typed);
        rule.map_err(|error| {
            let failure = about(path, &error);
            match error {
                ConfigError::NoDestination => {
                    failure.hint("add a destination rule whose path_regex matches")
                }
                _ => failure,
            }
        })
    }

    /// What the file is called where it is published: its name, or its path below the folder.
    fn name_there(&self, path: &Path, rule: &DestinationRule) -> Result<String, Failure> {
        let below = path.strip_prefix(root(self.request)).unwrap_or(path);
        let is_below = self.request.recursive && !below.as_os_str().is_empty();
        let file_name = path.file_name().map_or(path, Path::new);
        let mut name = if is_below { below } else { file_name }.to_owned();
        if self.request.omit_extensions || rule.omit_extensions {
            name.set_extension("");
        }
        let name = name.into_os_string().into_string();
        name.map_err(|_| {
            about(
                path,
                &"its name is no text, so it has none where it would go",
            )
        })
    }

    /// Asks on the terminal, or whatever standard input is.
    fn is_agreed(&self, path: &Path, place: &Place) -> Result<bool, Failure> {
        let absolute = clean(path)?;
        let absolute = absolute.display();
        let question = format!("uploading {absolute} to {place} ? (y/n): ");
        loop {
            print(question.as_bytes())?;
            let mut answer = String::new();
            let read = std::io::stdin().lock().read_line(&mut answer);
            read.map_err(|error| {
                Failure::other(format!("standard input cannot be read: {error}"))
            })?;
            let canceled = format!("Publication of {absolute} canceled");
            match answer.trim() {
                "y" => return Ok(true),
                "n" if self.request.recursive => {
                    print(format!("{canceled}\n").as_bytes())?;
                    return Ok(false);
                }
                "n" => return Err(Failure::other(canceled)),
                "" => return Err(Failure::other("nobody answered").hint("--yes does not ask")),
                _ => {}
            }
        }
    }

    fn tell(&self, path: &Path, place: &Place, sent: Sent) {
        if let Sent::Unseen(error) = &sent {
            failure::warn(&format!(
                "{}: nobody could say what is at {place}, so it was written: {error}",
                path.display()
            ));
        }
        // sops says nothing of what went well.
        if self.session.face == Face::Keydance || self.session.options.verbose {
            let done = match sent {
                Sent::Current => format!("already up to date at {place}"),
                Sent::Unseen(_) | Sent::Written => format!("published to {place}"),
            };
            failure::say_of(path, &done);
        }
    }
}

/// The files that were meant, as they would be typed.
fn files(request: &Publish) -> Result<Vec<PathBuf>, Failure> {
    let path = &request.path;
    let metadata = std::fs::metadata(path).map_err(|error| about(path, &error))?;
    if !metadata.is_dir() {
        return Ok(vec![path.clone()]);
    }
    if !request.recursive {
        let failure = about(path, &"is a folder");
        return Err(failure.hint("--recursive publishes every file below it"));
    }
    let walk = WalkDir::new(root(request)).sort_by_file_name();
    let mut files = Vec::new();
    for entry in walk {
        let entry = entry.map_err(|error| about(path, &error))?;
        if !entry.file_type().is_dir() {
            let path = entry.into_path();
            files.push(
                path.strip_prefix(".")
                    .map_or_else(|_| path.clone(), Path::to_owned),
            );
        }
    }
    Ok(files)
}

/// The path that was typed, without the parts that say nothing.
fn root(request: &Publish) -> PathBuf {
    let parts = request.path.components();
    let root: PathBuf = parts.filter(|part| *part != Component::CurDir).collect();
    if root.as_os_str().is_empty() {
        return PathBuf::from(".");
    }
    root
}

fn about(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::other(format!("{}: {error}", path.display()))
}
