//! Making the files agree with a roster that was changed.

use std::collections::BTreeSet;

use jiff::Timestamp;
use keydance_sops::age::{NativeIdentity, NativeKind};
use keydance_sops::keys::Changes;
use keydance_sops::random::Random;
use keydance_sops::readers::Readers;
use keydance_sops::recipient::Recipient;

use super::attributes::{self, ATTRIBUTES_FILE};
use super::rekey::{Outcome, Rekeying};
use super::{ChangeKind, EventError, Plan, Scene};
use crate::group_identity::{self, IdentityError, IdentityFile, Keyring, NewGeneration};
use crate::roster::{Changed, Draft, Group, Name, Principal, ROSTER_FILE, Roster};
use crate::sops_yaml::{self, SOPS_YAML_FILE};

/// What a changed roster asks of the files.
#[derive(Default)]
pub(super) struct Intent {
    /// Groups whose current identity is wrapped for whoever the roster has in them now.
    pub(super) rewrapped: BTreeSet<Name>,
    /// Groups that get another identity, because somebody knows this one who no longer should.
    pub(super) retired: BTreeSet<Name>,
    /// Recipients that may stand in no file any more.
    pub(super) gone: Vec<Recipient>,
    /// Whether every file that the roster has a path for is looked at.
    pub(super) all_files: bool,
    /// Whether recipients may be dropped from an identity that stays: those whose owner stays.
    pub(super) may_drop: bool,
}

impl Intent {
    /// Retires groups, and upward every group that has one of them as a member: whoever knows the
    /// identity of the inner one has opened that of the outer one.
    pub(super) fn retire<'n>(
        &mut self,
        roster: &Roster,
        groups: impl IntoIterator<Item = &'n Name>,
        now: Timestamp,
    ) {
        for group in groups {
            let above = roster.groups_of(&Principal::Group(group.clone()), now);
            self.retired.extend(above.into_iter().cloned());
            self.retired.insert(group.clone());
        }
    }
}

/// Plans every file that the changes of a roster lead to.
pub(super) fn settle(
    scene: &Scene<'_>,
    mut draft: Draft,
    intent: &Intent,
    random: &mut (dyn Random + Send),
) -> Result<Plan, EventError> {
    let mut plan = Plan::default();
    let identities = new_identities(scene, &mut draft, intent, random)?;
    let Changed { text, roster } = draft.finish()?;
    let keyring = Keyring::new(scene.own, scene.identities.values().cloned());
    for (group, identity) in identities {
        new_generation(scene, &mut plan, &roster, group, identity, random)?;
    }
    for group in intent.rewrapped.difference(&intent.retired) {
        let readers = roster.identity_readers(group.as_str(), scene.now);
        let rewrapped = rewrap(scene, group, readers, intent.may_drop, &keyring, random)?;
        if let Some((path, bytes)) = rewrapped {
            plan.put(path, ChangeKind::Rewrapped, bytes);
        }
    }
    let rekeying = Rekeying::new(scene, &roster, &keyring, intent);
    for Outcome {
        path,
        kind,
        content,
    } in rekeying.run(random)?
    {
        plan.put(path, kind, content);
    }
    put_generated(scene, &mut plan, &roster, text)?;
    refuse_unclean(scene, &plan)?;
    Ok(plan)
}

/// Makes the identities of retired groups and enters them in the draft. Files come later, since a
/// group around another one is encrypted to the new identity of that one.
fn new_identities(
    scene: &Scene<'_>,
    draft: &mut Draft,
    intent: &Intent,
    random: &mut dyn Random,
) -> Result<Vec<(Name, NativeIdentity)>, EventError> {
    let mut identities = Vec::new();
    for name in &intent.retired {
        let group = scene.roster.groups.get(name);
        let is_hybrid = |group: &Group| group.recipient.identity().starts_with("age1pq1");
        let kind = match group.is_some_and(is_hybrid) {
            true => NativeKind::PostQuantum,
            false => NativeKind::X25519,
        };
        let identity = NativeIdentity::new(kind, random);
        let identity = identity.map_err(|error| refused(name, error.into()))?;
        let recipient = Recipient::Age {
            recipient: identity.recipient().to_owned(),
        };
        draft.set_identity(
            name,
            next_number(scene, name, group.map_or(1, |group| group.generation)),
            &recipient,
        );
        identities.push((name.clone(), identity));
    }
    Ok(identities)
}

/// One more than any generation there is, on whichever branch it was made; of a group that has none
/// yet, the one that the roster says.
fn next_number(scene: &Scene<'_>, group: &Name, current: u32) -> u32 {
    let numbers = scene
        .generations_of(group)
        .map(|generation| generation.number);
    numbers.max().map_or(current, |last| last.max(current) + 1)
}

fn new_generation(
    scene: &Scene<'_>,
    plan: &mut Plan,
    roster: &Roster,
    group: Name,
    identity: NativeIdentity,
    random: &mut dyn Random,
) -> Result<(), EventError> {
    let number = roster
        .groups
        .get(&group)
        .map_or(1, |group| group.generation);
    let request = group_identity::Request {
        group: &group,
        number,
        readers: roster.identity_readers(group.as_str(), scene.now),
        now: scene.now,
    };
    let made = NewGeneration::make(identity, request, scene.own, random);
    let made = made.map_err(|problem| refused(&group, problem))?;
    plan.put(made.generation.path(), ChangeKind::NewIdentity, made.bytes);
    plan.generations.insert(group, number);
    Ok(())
}

/// The file of a group's current identity for other readers, if it has to change.
fn rewrap(
    scene: &Scene<'_>,
    name: &Name,
    readers: Readers,
    may_drop: bool,
    keyring: &Keyring<'_>,
    random: &mut dyn Random,
) -> Result<Option<(String, Vec<u8>)>, EventError> {
    let Some((path, file)) = scene.current_identity(name)? else {
        return Ok(None);
    };
    if !may_drop {
        refuse_removal(name, &file.changes(&readers))?;
    }
    let rewrapped = file.rewrap(readers, keyring, scene.now, random);
    let rewrapped = rewrapped.map_err(|problem| refused(name, problem))?;
    Ok(rewrapped.map(|bytes| (path, bytes)))
}

/// Whoever is dropped from an identity still knows it, so that takes another identity.
fn refuse_removal(group: &Name, changes: &Changes) -> Result<(), EventError> {
    let removed = changes.groups.iter().flat_map(|group| &group.removed);
    let removed: Vec<String> = removed.map(Recipient::identity).collect();
    if removed.is_empty() {
        return Ok(());
    }
    Err(EventError::Conflict(format!(
        "the identity of the group {group} is wrapped for somebody the roster does not have in it \
         ({}), so it needs another identity first",
        removed.join(", ")
    )))
}

fn put_generated(
    scene: &Scene<'_>,
    plan: &mut Plan,
    roster: &Roster,
    text: Vec<u8>,
) -> Result<(), EventError> {
    let generated = sops_yaml::generate(roster, &text, scene.now).into_bytes();
    if scene.checkout.read(SOPS_YAML_FILE)?.as_ref() != Some(&generated) {
        plan.put(SOPS_YAML_FILE, ChangeKind::Generated, generated);
    }
    let attributes = scene.checkout.read(ATTRIBUTES_FILE)?;
    if let Some(generated) = attributes::generate(attributes.as_deref(), roster) {
        plan.put(ATTRIBUTES_FILE, ChangeKind::Generated, generated);
    }
    if text != scene.text {
        plan.put(ROSTER_FILE, ChangeKind::Roster, text);
    }
    Ok(())
}

/// The roster is looked at even if it stays: what was computed rests on it.
fn refuse_unclean(scene: &Scene<'_>, plan: &Plan) -> Result<(), EventError> {
    if plan.is_empty() {
        return Ok(());
    }
    let paths: BTreeSet<&str> = plan.changes.keys().map(String::as_str).collect();
    let paths: Vec<&str> = paths.into_iter().chain([ROSTER_FILE]).collect();
    scene.checkout.refuse_unclean(&paths)
}

pub(super) fn refused(group: &Name, problem: IdentityError) -> EventError {
    EventError::Identity {
        group: group.clone(),
        problem,
    }
}

impl Scene<'_> {
    /// What the identity files of a group say, those of old generations and forks included.
    pub(super) fn generations_of<'g>(
        &'g self,
        group: &'g Name,
    ) -> impl Iterator<Item = group_identity::Generation> + 'g {
        let files = self.identities.values();
        let read = files.filter_map(|bytes| Some(IdentityFile::read(bytes).ok()?.generation));
        read.filter(move |generation| generation.group == *group)
    }

    /// The file of a group's current identity, and its path; nothing for a group that is not there.
    pub(super) fn current_identity(
        &self,
        name: &Name,
    ) -> Result<Option<(String, IdentityFile)>, EventError> {
        let Some(group) = self.roster.groups.get(name) else {
            return Ok(None);
        };
        let path = group_identity::path_of(name, group.generation, &group.recipient);
        let bytes = self.identities.get(&path);
        let bytes = bytes.ok_or_else(|| EventError::NoIdentity(path.clone()))?;
        let file = IdentityFile::read(bytes).map_err(|problem| refused(name, problem))?;
        let says = &file.generation;
        if says.group != *name || says.recipient != group.recipient {
            return Err(refused(name, IdentityError::Mismatch));
        }
        Ok(Some((path, file)))
    }
}
