//! `groups add` and `groups delete`: the key groups of a file, each of which holds a share of the
//! data key. The data key stays; everybody's share is another one.

use std::path::Path;
use std::process::ExitCode;

use keydance_sops::keys::Changes;
use keydance_sops::random::SystemRandom;
use keydance_sops::readers::{Readers, ReadersError};
use keydance_sops::services::KeyServices;

use super::changes::listed;
use super::creation::recipients;
use super::encrypt::about_wrapping;
use super::failure::{Exit, Failure};
use super::opening::{about_writing, recover_key};
use super::output::{change, deliver, print};
use super::request::{Destination, GroupsAdd, GroupsDelete, Input, Services};
use super::session::{Session, format_of};

/// Runs `groups add`.
///
/// # Errors
/// The group has no recipients, or the file cannot be opened or written.
pub(super) fn add(session: &Session, request: &GroupsAdd) -> Result<ExitCode, Failure> {
    let GroupsAdd {
        file,
        destination,
        threshold,
        services,
        keys,
    } = request;
    let group = recipients(keys)?;
    if group.is_empty() {
        return Err(Failure::other("the new group has no recipients")
            .hint("name one with --age or another flag"));
    }
    let regroup = Regroup {
        file,
        destination,
        threshold: *threshold,
        services,
    };
    regroup.run(session, |readers| {
        readers.groups.push(group.clone());
        Ok(())
    })
}

/// Runs `groups delete`.
///
/// # Errors
/// There is no such group, too few would be left, or the file cannot be opened or written.
pub(super) fn delete(session: &Session, request: &GroupsDelete) -> Result<ExitCode, Failure> {
    let GroupsDelete {
        file,
        destination,
        index,
        threshold,
        services,
    } = request;
    let regroup = Regroup {
        file,
        destination,
        threshold: *threshold,
        services,
    };
    regroup.run(session, |readers| readers.delete_group(*index as usize))
}

/// What both take.
struct Regroup<'r> {
    file: &'r Path,
    destination: &'r Destination,
    threshold: Option<u32>,
    services: &'r Services,
}

impl Regroup<'_> {
    fn run(
        &self,
        session: &Session,
        regroup: impl Fn(&mut Readers) -> Result<(), ReadersError>,
    ) -> Result<ExitCode, Failure> {
        let services = session.key_services(self.services);
        let work = |bytes: &[u8]| self.regrouped(session, &services, bytes, &regroup);
        if *self.destination == Destination::InPlace {
            change(session, self.file, |bytes| work(bytes).map(Some))?;
        } else {
            let source = session.source(&Input::Files(vec![self.file.to_owned()]), None)?;
            let bytes = work(&source.bytes)?;
            if !session.options.dry_run {
                deliver(session, self.destination, &bytes)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn regrouped(
        &self,
        session: &Session,
        services: &KeyServices<'_>,
        bytes: &[u8],
        regroup: impl Fn(&mut Readers) -> Result<(), ReadersError>,
    ) -> Result<Vec<u8>, Failure> {
        let (name, format) = (self.file, format_of(self.file));
        let mut file = session.parse(name, format, bytes)?;
        let mut readers = Readers::of(&file.metadata);
        let regrouped = regroup(&mut readers);
        if let Some(threshold) = self.threshold {
            readers.threshold = threshold as usize;
        }
        regrouped
            .and_then(|()| readers.check())
            .map_err(|error| about_readers(name, error))?;
        let recovered = recover_key(name, &file.metadata, services, &[])?;
        if session.options.dry_run {
            let changes = Changes::between(&file.metadata, &readers);
            print(format!("{}The data key will stay.\n", listed(&changes)).as_bytes())?;
        }
        let (now, mut random) = (Session::now(), SystemRandom);
        file.rewrap_all(readers, &recovered, services, now, &mut random)
            .map_err(|error| about_wrapping(name, &error))?;
        let options = session.write_options(format)?;
        file.write(&options)
            .map_err(|error| about_writing(name, &error))
    }
}

/// Why a file cannot have such readers.
pub(super) fn about_readers(name: &Path, error: ReadersError) -> Failure {
    let failure = Failure::new(Exit::Failed, format!("{}: {error}", name.display()));
    match error {
        ReadersError::Threshold { .. } => {
            failure.hint("--shamir-secret-sharing-threshold says how many groups it takes")
        }
        _ => failure,
    }
}
