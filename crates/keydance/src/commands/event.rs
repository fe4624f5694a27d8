//! What changes who can open what in a repository: planned, shown, and carried out by the journal.

pub(crate) mod abort;
mod failures;
mod receipt;
pub(crate) mod resume;
mod signing;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use keydance_git::event::{Checkout, EventError, Plan, Scene};
use keydance_git::journal::{Ending, Journal};
use keydance_sops::key_service::KeyService;

use super::Context;
use super::sops::own_keys::OwnKeys;
use crate::failure::{Failure, Kind};
use crate::output::Output;
use crate::terminal;
use failures::{of_event, of_journal};
use receipt::{Receipt, State};

/// Flags of every event.
#[derive(Debug, clap::Args)]
pub(crate) struct Flags {
    /// A folder in the repository [default: the current one]
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Print what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Do it without asking
    #[arg(long, conflicts_with = "dry_run")]
    apply: bool,
    /// Change the files, and leave the commit to you
    #[arg(long)]
    no_commit: bool,
    /// Why; it stands in the commit
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl Flags {
    /// Plans an event of the organisation in the repository, and carries it out.
    ///
    /// # Errors
    /// It cannot be, nobody agreed, or something came in between.
    pub(super) fn run(
        &self,
        context: &Context,
        plan: impl FnOnce(&Scene<'_>) -> Result<Plan, EventError>,
    ) -> Result<Output, Failure> {
        self.run_on(context, |checkout, own, now| {
            plan(&Scene::read(checkout, own, now)?)
        })
    }

    /// The same for an event that needs no organisation yet.
    ///
    /// # Errors
    /// As for the others.
    pub(super) fn run_on(
        &self,
        context: &Context,
        plan: impl FnOnce(&Checkout, &dyn KeyService, Timestamp) -> Result<Plan, EventError>,
    ) -> Result<Output, Failure> {
        let checkout = self.checkout(context)?;
        refuse_unfinished(&checkout)?;
        let keys = own_keys()?;
        let planned = plan(&checkout, &keys.services(), now());
        let mut plan = planned.map_err(|error| of_event(&error))?;
        plan.reason.clone_from(&self.reason);
        if plan.is_empty() {
            return Ok(Output::new(&Receipt::of(&plan, State::Nothing, None)));
        }
        let planned = Receipt::of(&plan, State::Planned, None);
        if self.dry_run {
            return Ok(Output::new(&planned));
        }
        if !self.apply {
            if !terminal::is_there() {
                return Ok(Output::new(&planned).ending_as(Kind::Incomplete));
            }
            planned.show_on_stderr();
            terminal::confirm("go ahead?", false)?;
        }
        signing::sign(context, &checkout, &mut plan)?;
        let ending = if self.no_commit {
            Ending::Files
        } else {
            Ending::Commit
        };
        let journal = Journal::begin(&checkout, &plan, ending);
        let journal = journal.map_err(|error| of_journal(&error))?;
        let done = journal.resume(&mut |_| Ok(()));
        done.map_err(|error| of_journal(&error))?;
        let done = Output::new(&Receipt::of(&plan, State::Done, journal.commit()));
        Ok(match plan.residue.is_empty() {
            true => done,
            false => done.ending_as(Kind::Incomplete),
        })
    }

    /// For events that nobody should meet in a history without knowing why.
    ///
    /// # Errors
    /// No reason was given.
    pub(super) fn need_reason(&self) -> Result<(), Failure> {
        match &self.reason {
            Some(reason) if !reason.trim().is_empty() => Ok(()),
            _ => Err(Failure::usage("this needs --reason")
                .hint("say why in a few words; it stands in the commit")),
        }
    }

    fn checkout(&self, context: &Context) -> Result<Checkout, Failure> {
        checkout(context, self.repo.as_deref())
    }
}

/// The working copy around a folder.
///
/// # Errors
/// There is none, or no git.
pub(super) fn checkout(context: &Context, folder: Option<&Path>) -> Result<Checkout, Failure> {
    let git = program(context, "git")?;
    let opened = Checkout::open(&git, folder.unwrap_or(Path::new(".")));
    opened.map_err(|error| of_event(&error))
}

/// Where a program is.
///
/// # Errors
/// Nowhere.
pub(super) fn program(context: &Context, name: &str) -> Result<PathBuf, Failure> {
    let folders = context.environment.get("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(folders).map(|folder| folder.join(name));
    let found = places.find(|place| place.is_absolute() && place.is_file());
    found.ok_or_else(|| {
        Failure::usage(format!("there is no {name}")).hint("install it, or put it on the PATH")
    })
}

/// The keys of whoever runs this.
///
/// # Errors
/// What the environment says about them makes no sense.
pub(super) fn own_keys() -> Result<OwnKeys, Failure> {
    OwnKeys::new().map_err(|failure| Failure::usage(failure.message()))
}

/// What time it is.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where events look at a clock"
)]
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}

fn refuse_unfinished(checkout: &Checkout) -> Result<(), Failure> {
    match Journal::find(checkout) {
        Ok(None) => Ok(()),
        Ok(Some(journal)) => Err(failures::unfinished(journal.title())),
        Err(error) => Err(of_journal(&error)),
    }
}
