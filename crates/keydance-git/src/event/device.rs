//! A device gets another key, or gets lost.

use std::collections::BTreeSet;

use keydance_sops::random::Random;

use super::join::unknown;
use super::leave::{known_groups, refuse_own, wrapped_for};
use super::settle::{Intent, settle};
use super::{EventError, Plan, Request, Scene};
use crate::roster::{Device, DeviceName, Draft, Name, Principal};

/// A person replaces a device by one with another key.
#[derive(Clone, Debug)]
pub struct RotateDevice {
    /// The device that goes.
    pub old: DeviceName,
    /// What the new one handed over.
    pub request: Request,
    /// Whether the old one stays for now.
    pub keep: bool,
}

/// Somebody else may hold a device.
#[derive(Clone, Debug)]
pub struct LoseDevice {
    /// Which.
    pub device: DeviceName,
}

impl RotateDevice {
    /// Plans it. No data file changes: the person knew all of it, and still may.
    ///
    /// # Errors
    ///
    /// If the device is not there, or the new one's name or key is used.
    pub fn plan(
        &self,
        scene: &Scene<'_>,
        random: &mut (dyn Random + Send),
    ) -> Result<Plan, EventError> {
        let person = Principal::Person(self.old.person.clone());
        device_of(scene, &self.old)?;
        if self.request.who != person {
            let other = &self.request.who;
            return Err(EventError::Conflict(format!(
                "the request is one of {other}"
            )));
        }
        let new = DeviceName {
            person: self.old.person.clone(),
            device: self.request.device.clone(),
        };
        let mut draft = Draft::of(&scene.text)?;
        match device_of(scene, &new) {
            Ok(known) if known.recipient == self.request.recipient => {}
            Ok(_) => {
                return Err(EventError::Conflict(format!(
                    "{new} has or had another key; give the new one another name"
                )));
            }
            Err(_) => {
                let (recipient, signing) = (&self.request.recipient, &self.request.signing);
                draft.open_device(&new, recipient, Some(signing.as_str()), scene.now);
            }
        }
        if !self.keep {
            draft.close_device(&self.old, scene.now, false);
        }
        let groups = scene.roster.groups.iter();
        let groups = groups.filter(|(_, group)| {
            group
                .members
                .get(&person)
                .is_some_and(|it| it.contains(scene.now))
        });
        let intent = Intent {
            rewrapped: groups.map(|(name, _)| name.clone()).collect(),
            may_drop: true,
            ..Intent::default()
        };
        let mut plan = settle(scene, draft, &intent, random)?;
        plan.title = format!("{new} takes the place of {}", self.old);
        Ok(plan)
    }
}

impl LoseDevice {
    /// Plans it: as if whoever has the device left.
    ///
    /// # Errors
    ///
    /// If the device is not there, or is the one that runs this.
    pub fn plan(
        &self,
        scene: &Scene<'_>,
        random: &mut (dyn Random + Send),
    ) -> Result<Plan, EventError> {
        let gone = vec![device_of(scene, &self.device)?.recipient.clone()];
        refuse_own(scene, &self.device, &gone)?;
        let mut draft = Draft::of(&scene.text)?;
        draft.close_device(&self.device, scene.now, true);
        let is_open = device_of(scene, &self.device)?.intervals.is_open(scene.now);
        let person = Principal::Person(self.device.person.clone());
        let known: BTreeSet<Name> = match is_open {
            true => known_groups(scene, &person, &gone),
            // What it could open was taken from it when it was closed; what it still can, is not.
            false => wrapped_for(scene, &gone),
        };
        let mut intent = Intent {
            gone,
            ..Intent::default()
        };
        intent.retire(&scene.roster, &known, scene.now);
        let mut plan = settle(scene, draft, &intent, random)?;
        plan.title = format!("{} is lost", self.device);
        plan.note_known_values(&format_args!("whoever has {}", self.device));
        Ok(plan)
    }
}

fn device_of<'s>(scene: &'s Scene<'_>, name: &DeviceName) -> Result<&'s Device, EventError> {
    let person = scene.roster.people.get(&name.person);
    let device = person.and_then(|person| person.devices.get(&name.device));
    device.ok_or_else(|| unknown("device", name))
}
