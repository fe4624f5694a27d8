//! Somebody leaves: a person or a machine, with everything that they could open.
//!
//! What of it they still know is computed from history by whoever calls, before this is done; the
//! plan says only that there is something, in [`Plan::residue`].

use std::collections::BTreeSet;

use keydance_sops::data_key::DataKey;
use keydance_sops::key_service::KeyService;
use keydance_sops::random::Random;
use keydance_sops::recipient::{Recipient, RecipientKind};

use super::join::unknown;
use super::settle::{Intent, settle};
use super::{EventError, Plan, Scene};
use crate::group_identity::IdentityFile;
use crate::roster::{DeviceName, Draft, Name, Principal};

/// Who leaves.
#[derive(Clone, Debug)]
pub struct Leave {
    /// A person or a machine.
    pub who: Principal,
}

impl Leave {
    /// Plans it: closes what they have, and takes from them what they know.
    ///
    /// # Errors
    ///
    /// If they are not there, run it themselves, or nobody else could open one of their groups.
    pub fn plan(
        &self,
        scene: &Scene<'_>,
        random: &mut (dyn Random + Send),
    ) -> Result<Plan, EventError> {
        let (who, now) = (&self.who, scene.now);
        let mut draft = Draft::of(&scene.text)?;
        let gone = match who {
            Principal::Group(name) => return Err(unknown("person or machine", name)),
            Principal::Machine(name) => {
                let machine = scene.roster.machines.get(name);
                let machine = machine.ok_or_else(|| unknown("machine", name))?;
                draft.close_machine(name, now);
                vec![machine.recipient.clone()]
            }
            Principal::Person(name) => {
                let person = scene.roster.people.get(name);
                let person = person.ok_or_else(|| unknown("person", name))?;
                let devices = person.devices.values();
                devices.map(|device| device.recipient.clone()).collect()
            }
        };
        refuse_own(scene, who, &gone)?;
        if let Principal::Person(name) = who {
            close_person(scene, &mut draft, name)?;
        }
        for (name, group) in &scene.roster.groups {
            if group.members.get(who).is_some_and(|it| it.is_open(now)) {
                draft.close_membership(name, who, now);
            }
        }
        let mut intent = Intent {
            gone,
            ..Intent::default()
        };
        let known = known_groups(scene, who, &intent.gone);
        intent.retire(&scene.roster, &known, now);
        let mut plan = settle(scene, draft, &intent, random)?;
        plan.title = format!("{who} leaves");
        plan.note_known_values(who);
        Ok(plan)
    }
}

/// Closes a person and their devices, and takes them off the admins.
fn close_person(scene: &Scene<'_>, draft: &mut Draft, name: &Name) -> Result<(), EventError> {
    draft.close_person(name, scene.now);
    let devices = scene.roster.people.get(name).map(|person| &person.devices);
    for device in devices.into_iter().flatten().map(|(device, _)| device) {
        let device = DeviceName {
            person: name.clone(),
            device: device.clone(),
        };
        draft.close_device(&device, scene.now, false);
    }
    let groups = scene.roster.groups.iter();
    for (group, of) in groups.filter(|(_, group)| group.admins.contains(name)) {
        if of.admins.len() == 1 {
            return Err(EventError::Conflict(format!(
                "{name} is the only admin of the group {group}; name another one first"
            )));
        }
        draft.remove_admin(group, name);
    }
    Ok(())
}

/// Whoever makes the new keys knows them.
pub(super) fn refuse_own(
    scene: &Scene<'_>,
    who: &impl ToString,
    recipients: &[Recipient],
) -> Result<(), EventError> {
    match recipients
        .iter()
        .any(|recipient| is_own(scene.own, recipient))
    {
        true => Err(EventError::Own(who.to_string())),
        false => Ok(()),
    }
}

/// Whether what is wrapped for a recipient of age is unwrapped by the keys at hand. The keys of
/// other kinds are those of services, which nobody has by themselves.
fn is_own(own: &dyn KeyService, recipient: &Recipient) -> bool {
    let is_local = recipient.kind() == RecipientKind::Age && recipient.age_plugin().is_none();
    let wrapped = is_local.then(|| own.wrap(recipient, &[0; DataKey::LEN]).ok());
    let wrapped = wrapped.flatten();
    wrapped.is_some_and(|enc| own.unwrap(recipient, &enc).is_ok())
}

/// The groups they are in, directly or through others, and those wrapped for a key of theirs.
pub(super) fn known_groups(
    scene: &Scene<'_>,
    who: &Principal,
    recipients: &[Recipient],
) -> BTreeSet<Name> {
    let groups = scene.roster.groups_of(who, scene.now).into_iter();
    let mut known = wrapped_for(scene, recipients);
    known.extend(groups.cloned());
    known
}

/// The groups whose current identity is wrapped for one of these, whatever the roster says.
pub(super) fn wrapped_for(scene: &Scene<'_>, recipients: &[Recipient]) -> BTreeSet<Name> {
    let mut groups = BTreeSet::new();
    for bytes in scene.identities.values() {
        let Ok(file) = IdentityFile::read(bytes) else {
            continue;
        };
        let group = scene.roster.groups.get(&file.generation.group);
        let is_current = group.is_some_and(|it| it.recipient == file.generation.recipient);
        let readers = file.readers();
        let mut readers = readers.groups.iter().flatten();
        if is_current && readers.any(|one| recipients.iter().any(|gone| gone.is_same(one))) {
            groups.insert(file.generation.group);
        }
    }
    groups
}
