//! Making everything that follows from the roster follow from it again, and groups that begin.

use keydance_sops::random::Random;
use keydance_sops::recipient::Recipient;

use super::settle::{Intent, settle};
use super::{EventError, Plan, Scene};
use crate::roster::{Draft, Glob, Name, Principal, Roster};

/// A group that begins.
#[derive(Clone, Debug)]
pub struct NewGroup {
    /// What it is called.
    pub name: Name,
    /// Who is in it.
    pub members: Vec<Principal>,
    /// Who may change it.
    pub admins: Vec<Name>,
    /// The files it reads, if any yet.
    pub glob: Option<Glob>,
}

impl NewGroup {
    /// Plans it.
    ///
    /// # Errors
    ///
    /// If there is a group of that name, or one of the members is not there.
    pub fn plan(
        &self,
        scene: &Scene<'_>,
        random: &mut (dyn Random + Send),
    ) -> Result<Plan, EventError> {
        if scene.roster.groups.contains_key(&self.name) {
            let name = &self.name;
            return Err(EventError::Conflict(format!(
                "there is a group {name} already"
            )));
        }
        let mut draft = Draft::of(&scene.text)?;
        draft.add_group(&self.name, &self.members, &self.admins, scene.now);
        if let Some(glob) = &self.glob {
            draft.add_path(glob, std::slice::from_ref(&self.name));
        }
        let mut intent = Intent::default();
        intent.retired.insert(self.name.clone());
        let mut plan = settle(scene, draft, &intent, random)?;
        plan.title = format!("the group {} begins", self.name);
        Ok(plan)
    }
}

/// Plans what is missing: identities wrapped for whom the roster has in their groups, another
/// identity where somebody is dropped or two branches made one, files for exactly their readers,
/// and everything that is generated.
///
/// # Errors
///
/// If a file cannot be opened that has to change.
pub fn sync(scene: &Scene<'_>, random: &mut (dyn Random + Send)) -> Result<Plan, EventError> {
    let mut intent = Intent {
        all_files: true,
        gone: closed_recipients(&scene.roster, scene),
        ..Intent::default()
    };
    for (name, group) in &scene.roster.groups {
        let file = match scene.current_identity(name) {
            Ok(Some((_, file))) => file,
            Ok(None) => continue,
            Err(EventError::NoIdentity(_)) => {
                intent.retire(&scene.roster, [name], scene.now);
                continue;
            }
            Err(error) => return Err(error),
        };
        let wanted = scene.roster.identity_readers(name.as_str(), scene.now);
        let changes = file.changes(&wanted);
        let is_dropped = changes.groups.iter().any(|group| !group.removed.is_empty());
        if is_dropped || group.is_forked {
            intent.retire(&scene.roster, [name], scene.now);
        } else if !changes.is_empty() {
            intent.rewrapped.insert(name.clone());
        }
    }
    let mut plan = settle(scene, Draft::of(&scene.text)?, &intent, random)?;
    plan.title = "files follow the roster".to_owned();
    Ok(plan)
}

/// The recipients of devices and machines that are closed.
fn closed_recipients(roster: &Roster, scene: &Scene<'_>) -> Vec<Recipient> {
    let devices = roster.people.values().flat_map(|person| {
        let devices = person.devices.values();
        let is_closed = !person.intervals.is_open(scene.now);
        devices.filter(move |device| is_closed || !device.intervals.is_open(scene.now))
    });
    let machines = roster.machines.values();
    let machines = machines.filter(|machine| !machine.intervals.is_open(scene.now));
    let of_machines = machines.map(|machine| machine.recipient.clone());
    devices
        .map(|device| device.recipient.clone())
        .chain(of_machines)
        .collect()
}
