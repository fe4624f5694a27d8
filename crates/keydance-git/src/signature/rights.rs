//! Whose signature counts for what.

use jiff::Timestamp;

use super::Signer;
use crate::roster::{DeviceName, Intervals, Name, Principal, ROSTER_FILE, Roster};

/// Who holds a key, with the whole key as the roster has it: a device or machine that was open.
pub(crate) fn holder_of<'r>(
    roster: &'r Roster,
    base64: &str,
    at: Timestamp,
) -> Option<(Signer, &'r str)> {
    let is_it = |signing: &Option<String>, intervals: &Intervals| {
        let key = signing.as_ref().and_then(|key| key.split(' ').nth(1));
        key == Some(base64) && was_open(intervals, at)
    };
    for (name, person) in &roster.people {
        let mut devices = person.devices.iter();
        let found = devices.find(|(_, it)| is_it(&it.signing, &it.intervals) && !it.is_lost);
        if let Some((device, held)) = found.filter(|_| was_open(&person.intervals, at)) {
            let (person, device) = (name.clone(), device.clone());
            let signer = Signer::Device(DeviceName { person, device });
            return Some((signer, held.signing.as_deref()?));
        }
    }
    let mut machines = roster.machines.iter();
    let (name, machine) = machines.find(|(_, it)| is_it(&it.signing, &it.intervals))?;
    Some((Signer::Machine(name.clone()), machine.signing.as_deref()?))
}

/// Whether a signature of theirs can count: whoever may write the file, and for the roster an admin
/// of any group, since each of those it concerns must agree.
pub(super) fn may_sign(roster: &Roster, path: &str, signer: &Signer, at: Timestamp) -> bool {
    let principal = signer.principal();
    let is_admin = |admins: &[Name]| {
        admins
            .iter()
            .any(|it| principal == Principal::Person(it.clone()))
    };
    let governs = || roster.groups.values().any(|group| is_admin(&group.admins));
    may_write(roster, path, signer, at) || path == ROSTER_FILE && governs()
}

/// Whether somebody may write a file: a member of its writers, or for the roster an admin of the
/// group that governs.
pub(crate) fn may_write(roster: &Roster, path: &str, signer: &Signer, at: Timestamp) -> bool {
    let principal = signer.principal();
    if path == ROSTER_FILE {
        let group = roster.groups.get(&roster.governance);
        let admins: &[Name] = group
            .map(|group| group.admins.as_slice())
            .unwrap_or_default();
        return matches!(principal, Principal::Person(name) if admins.contains(&name));
    }
    let writers = roster.rule_of(path).map(|rule| rule.writers.as_slice());
    let mut writers = writers.unwrap_or_default().iter();
    writers.any(|group| roster.members_at(group.as_str(), at).contains(&principal))
}

impl Signer {
    /// The person or machine behind it.
    #[must_use]
    pub fn principal(&self) -> Principal {
        match self {
            Self::Device(device) => Principal::Person(device.person.clone()),
            Self::Machine(name) => Principal::Machine(name.clone()),
        }
    }
}

/// Whether something was in use when a commit was made. One that is closed stays so, whatever time
/// a signature claims.
fn was_open(intervals: &Intervals, at: Timestamp) -> bool {
    intervals.last.from <= at && intervals.is_open(at)
}
