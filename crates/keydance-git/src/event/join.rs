//! Somebody joins: a person or a machine gets into groups, or a person gets another device.

use std::collections::BTreeSet;

use jiff::Timestamp;
use keydance_sops::random::Random;

use super::settle::{Intent, settle};
use super::{EventError, Plan, Request, Scene};
use crate::roster::{DeviceName, Draft, Intervals, Name, Principal};

/// Who joins what.
#[derive(Clone, Debug)]
pub struct Join {
    /// Who.
    pub who: Principal,
    /// The groups, besides those they are in.
    pub groups: Vec<Name>,
    /// Until when; otherwise for good.
    pub until: Option<Timestamp>,
    /// What the device or machine handed over; not needed by who has a device.
    pub request: Option<Request>,
    /// Whether the groups get another identity, so that the newcomer opens nothing older.
    pub new_generation: bool,
}

impl Join {
    /// Plans it.
    ///
    /// # Errors
    ///
    /// If a group is not there, the request is of somebody else, or a key of another holder.
    pub fn plan(
        &self,
        scene: &Scene<'_>,
        random: &mut (dyn Random + Send),
    ) -> Result<Plan, EventError> {
        for group in &self.groups {
            if !scene.roster.groups.contains_key(group) {
                return Err(unknown("group", group));
            }
        }
        let mut draft = Draft::of(&scene.text)?;
        self.enter(scene, &mut draft)?;
        for group in &self.groups {
            draft.open_membership(group, &self.who, scene.now, self.until);
        }
        let mut intent = Intent {
            rewrapped: self.groups_to_wrap(scene),
            ..Intent::default()
        };
        if self.new_generation {
            intent.retire(&scene.roster, &self.groups, scene.now);
        }
        let mut plan = settle(scene, draft, &intent, random)?;
        plan.title = format!("{} joins {}", self.who, listed(&self.groups));
        if !plan.is_empty() {
            self.note(scene, &mut plan);
        }
        Ok(plan)
    }

    /// The groups they join, and those they are in, which a new device is to open as well.
    fn groups_to_wrap(&self, scene: &Scene<'_>) -> BTreeSet<Name> {
        let mut groups: BTreeSet<Name> = self.groups.iter().cloned().collect();
        let is_in = |members: Option<&Intervals>| members.is_some_and(|it| it.contains(scene.now));
        let of = scene.roster.groups.iter();
        let of = of.filter(|(_, group)| is_in(group.members.get(&self.who)));
        groups.extend(of.map(|(name, _)| name.clone()));
        groups
    }

    /// Enters the person or machine with its key in the roster.
    fn enter(&self, scene: &Scene<'_>, draft: &mut Draft) -> Result<(), EventError> {
        if let Some(request) = &self.request
            && request.who != self.who
        {
            let other = &request.who;
            return Err(EventError::Conflict(format!(
                "the request is one of {other}"
            )));
        }
        match &self.who {
            Principal::Group(_) => Ok(()),
            Principal::Machine(name) => {
                let known = scene.roster.machines.get(name);
                let open = known.filter(|machine| machine.intervals.is_open(scene.now));
                match (&self.request, known, open) {
                    (None, _, Some(_)) => Ok(()),
                    (Some(request), _, Some(open)) if open.recipient == request.recipient => Ok(()),
                    (Some(request), None, _) => {
                        let signing = Some(request.signing.as_str());
                        draft.open_machine(name, &request.recipient, signing, scene.now);
                        Ok(())
                    }
                    (Some(_), ..) => Err(used(&self.who)),
                    (None, ..) => Err(unknown("machine", name)),
                }
            }
            Principal::Person(person) => self.enter_person(scene, draft, person),
        }
    }

    fn enter_person(
        &self,
        scene: &Scene<'_>,
        draft: &mut Draft,
        person: &Name,
    ) -> Result<(), EventError> {
        let known = scene.roster.people.get(person);
        let Some(request) = &self.request else {
            let is_there = known.is_some_and(|person| person.intervals.is_open(scene.now));
            return if is_there {
                Ok(())
            } else {
                Err(unknown("person", person))
            };
        };
        draft.open_person(person, scene.now);
        let device = known.and_then(|person| person.devices.get(&request.device));
        let name = DeviceName {
            person: person.clone(),
            device: request.device.clone(),
        };
        match device {
            Some(device) if device.recipient != request.recipient => return Err(used(&name)),
            Some(device) if !device.intervals.is_open(scene.now) => return Err(used(&name)),
            Some(_) => {}
            None => {
                let signing = Some(request.signing.as_str());
                draft.open_device(&name, &request.recipient, signing, scene.now);
            }
        }
        Ok(())
    }

    fn note(&self, scene: &Scene<'_>, plan: &mut Plan) {
        for group in &self.groups {
            let paths = scene.roster.paths.iter();
            let paths = paths.filter(|path| path.readers.contains(group));
            let globs: Vec<&str> = paths.map(|path| path.glob.as_str()).collect();
            let since = match self.new_generation {
                true => "from now on".to_owned(),
                false => since(scene, group),
            };
            let what = if globs.is_empty() {
                "nothing by itself".to_owned()
            } else {
                globs.join(", ")
            };
            plan.notes.push(format!(
                "{} opens through {group}: {what}, {since}",
                self.who
            ));
        }
    }
}

/// Since when files are encrypted to the current identity of a group.
fn since(scene: &Scene<'_>, group: &Name) -> String {
    let current = scene.roster.groups.get(group).map(|group| &group.recipient);
    let mut generations = scene.generations_of(group);
    let current = generations.find(|generation| Some(&generation.recipient) == current);
    match current.and_then(|generation| generation.created_at) {
        Some(created_at) => format!("history since {created_at} included"),
        None => "history since this generation began included".to_owned(),
    }
}

pub(super) fn unknown(what: &'static str, name: &impl ToString) -> EventError {
    EventError::Unknown {
        what,
        name: name.to_string(),
    }
}

/// A name stands for one key, so that history can be read.
fn used(name: &impl ToString) -> EventError {
    EventError::Conflict(format!(
        "{} has or had another key; give the new one another name",
        name.to_string()
    ))
}

fn listed(groups: &[Name]) -> String {
    match groups {
        [] => "with another device".to_owned(),
        groups => {
            let names: Vec<&str> = groups.iter().map(Name::as_str).collect();
            names.join(", ")
        }
    }
}
