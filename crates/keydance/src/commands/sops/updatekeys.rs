//! `updatekeys`: files get the recipients of their creation rules. The data key stays, and with it
//! every value; only who is new costs anything.

use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use keydance_sops::file::File;
use keydance_sops::format::Format;
use keydance_sops::keys::Changes;
use keydance_sops::random::SystemRandom;
use keydance_sops::readers::Readers;
use keydance_sops::services::KeyServices;

use super::changes::listed;
use super::configuration::Configuration;
use super::encrypt::about_wrapping;
use super::failure::{self, Failure};
use super::file;
use super::groups::about_readers;
use super::jobs::Summary;
use super::many;
use super::opening::{about_writing, recover_key};
use super::output::{change, print};
use super::request::{Input, UpdateKeys};
use super::session::{Session, format_of};

/// Runs the command.
///
/// # Errors
/// There is no configuration, or a file cannot be opened or written.
pub(super) fn run(session: &Session, request: &UpdateKeys) -> Result<ExitCode, Failure> {
    let none = || Failure::other("config file not found: nothing says who can open the files");
    let update = Update {
        session,
        request,
        configuration: session.configuration()?.ok_or_else(none)?,
        services: session.key_services(&request.services),
    };
    let files = many::files(session, &Input::Files(request.files.clone()))?;
    let files = files.as_ref().unwrap_or(&request.files);
    if let [file] = files.as_slice() {
        let outcome = if update.asks() {
            update.ask(file)
        } else {
            update.one(file)
        };
        return outcome
            .and_then(|outcome| outcome.tell(file))
            .map(|()| ExitCode::SUCCESS);
    }
    if update.asks() {
        return update.ask_all(files);
    }
    many::run_and_tell(
        session,
        files,
        |path| update.one(path),
        |path, outcome| outcome.tell(path),
    )
}

struct Update<'r> {
    session: &'r Session,
    request: &'r UpdateKeys,
    configuration: &'r Configuration,
    services: KeyServices<'r>,
}

/// A file as it was read, and what is to become of it.
struct Plan {
    bytes: Vec<u8>,
    file: File,
    readers: Readers,
    changes: Changes,
}

enum Outcome {
    Current,
    /// Somebody said no.
    Left,
    /// Would be so, but nothing is written.
    Shown(Changes),
    /// The changes, unless they were shown already.
    Synced(Option<Changes>),
}

impl Update<'_> {
    /// Whether somebody is to say yes.
    fn asks(&self) -> bool {
        !self.request.yes && !self.session.options.dry_run
    }

    /// One file after the other, as each is asked about.
    fn ask_all(&self, files: &[PathBuf]) -> Result<ExitCode, Failure> {
        let mut summary = Summary {
            left: files.len(),
            ..Summary::default()
        };
        for path in files {
            summary.left -= 1;
            match self.ask(path).and_then(|outcome| outcome.tell(path)) {
                Ok(()) => summary.done += 1,
                Err(failed) => {
                    let _exit = failure::show(&failed);
                    summary.failed += 1;
                    if self.session.options.fail_fast {
                        break;
                    }
                }
            }
        }
        many::end(summary)
    }

    fn ask(&self, path: &Path) -> Result<Outcome, Failure> {
        let plan = self.read(path)?;
        if plan.changes.is_empty() {
            return Ok(Outcome::Current);
        }
        print(listed(&plan.changes).as_bytes())?;
        if !is_okay()? {
            return Ok(Outcome::Left);
        }
        self.apply(path, plan)?;
        Ok(Outcome::Synced(None))
    }

    fn one(&self, path: &Path) -> Result<Outcome, Failure> {
        let plan = self.read(path)?;
        let changes = plan.changes.clone();
        if changes.is_empty() {
            return Ok(Outcome::Current);
        }
        if self.session.options.dry_run {
            return Ok(Outcome::Shown(changes));
        }
        self.apply(path, plan)?;
        Ok(Outcome::Synced(Some(changes)))
    }

    /// Neither locks the file nor needs its data key: most files are as they should be.
    fn read(&self, path: &Path) -> Result<Plan, Failure> {
        let bytes = file::read(path, file::limit(&self.session.environment)?)?;
        self.plan(path, &bytes)
    }

    fn plan(&self, path: &Path, bytes: &[u8]) -> Result<Plan, Failure> {
        let file = self.session.parse(path, self.format(path), bytes)?;
        let readers = self.readers(path, &file)?;
        let changes = Changes::between(&file.metadata, &readers);
        Ok(Plan {
            bytes: bytes.to_vec(),
            file,
            readers,
            changes,
        })
    }

    /// Those of the creation rule. The threshold of the file stays if it can.
    fn readers(&self, path: &Path, file: &File) -> Result<Readers, Failure> {
        let rule = self.configuration.creation_rule(path)?.ok_or_else(|| {
            Failure::other("no matching creation rules found: the configuration has none")
        })?;
        let threshold = if self.request.threshold_from_config {
            rule.shamir_threshold
        } else {
            file.metadata.shamir_threshold.min(rule.groups.len())
        };
        let readers = Readers {
            groups: rule.groups,
            threshold,
        };
        readers
            .check()
            .map_err(|error| about_readers(path, error))?;
        Ok(readers)
    }

    fn format(&self, path: &Path) -> Format {
        self.request.input_type.unwrap_or_else(|| format_of(path))
    }

    /// Changes the file as planned, or fails if somebody else wrote it and that would be another
    /// change than the one that was shown.
    fn apply(&self, path: &Path, plan: Plan) -> Result<(), Failure> {
        let shown = plan.changes.clone();
        let mut plan = Some(plan);
        change(self.session, path, |bytes| {
            let plan = match plan.take().filter(|plan| plan.bytes == bytes) {
                Some(plan) => plan,
                None => self.plan(path, bytes)?,
            };
            if plan.changes.is_empty() {
                return Ok(None);
            }
            if plan.changes != shown {
                let message = format!("{}: its recipients changed meanwhile", path.display());
                return Err(Failure::other(message).hint("run the command again"));
            }
            self.rewrapped(path, plan).map(Some)
        })?;
        Ok(())
    }

    fn rewrapped(&self, path: &Path, plan: Plan) -> Result<Vec<u8>, Failure> {
        let Plan {
            mut file, readers, ..
        } = plan;
        let recovered = recover_key(path, &file.metadata, &self.services, &[])?;
        file.rewrap(
            readers,
            &recovered,
            &self.services,
            Session::now(),
            &mut SystemRandom,
        )
        .map_err(|error| about_wrapping(path, &error))?;
        let options = self.session.write_options(file.format)?;
        file.write(&options)
            .map_err(|error| about_writing(path, &error))
    }
}

impl Outcome {
    fn tell(self, path: &Path) -> Result<(), Failure> {
        let done = match self {
            Self::Current => "already up to date",
            Self::Left => "left unchanged",
            Self::Shown(changes) => {
                print(format!("{}The data key will stay.\n", listed(&changes)).as_bytes())?;
                "would be synced with new keys"
            }
            Self::Synced(changes) => {
                let listed = changes.map(|changes| listed(&changes));
                print(listed.unwrap_or_default().as_bytes())?;
                "synced with new keys"
            }
        };
        failure::say_of(path, done);
        Ok(())
    }
}

/// Asks on the terminal, or whatever standard input is.
fn is_okay() -> Result<bool, Failure> {
    let mut answers = std::io::stdin().lock();
    loop {
        print(b"Is this okay? (y/n):")?;
        let mut answer = String::new();
        let length = answers
            .read_line(&mut answer)
            .map_err(|error| Failure::other(format!("standard input cannot be read: {error}")))?;
        match answer.trim() {
            "y" => return Ok(true),
            "n" => return Ok(false),
            _ if length == 0 => {
                return Err(Failure::other("nobody answered").hint("--yes does not ask"));
            }
            _ => {}
        }
    }
}
