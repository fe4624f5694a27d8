//! Whether the entries of a roster go together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::error::{Problem, RosterError, nearest};
use super::read::{Mention, Mentioned};
use super::{Group, Intervals, MAX_NESTING, Name, Person, Principal, Roster};

/// Whether every name that is mentioned is that of something.
pub(super) fn mentions(roster: &Roster, mentions: &[Mention]) -> Result<(), RosterError> {
    for Mention { of, line } in mentions {
        let problem = match of {
            Mentioned::Environment(name) if roster.environments.contains(name) => None,
            Mentioned::Environment(name) => {
                Some(unknown("environment", name, &roster.environments))
            }
            Mentioned::Group(name) => no_group(roster, name),
            Mentioned::Principal(Principal::Group(name)) => no_group(roster, name),
            Mentioned::Principal(Principal::Machine(name)) => {
                let is_known = roster.machines.contains_key(name);
                (!is_known).then(|| unknown("machine", name, roster.machines.keys()))
            }
            Mentioned::Principal(Principal::Person(name)) => {
                let is_known = roster.people.contains_key(name);
                (!is_known).then(|| unknown("person", name, roster.people.keys()))
            }
        };
        if let Some(problem) = problem {
            return Err(problem.at(*line));
        }
    }
    Ok(())
}

fn no_group(roster: &Roster, name: &Name) -> Option<Problem> {
    if roster.groups.contains_key(name) {
        return None;
    }
    if roster.people.contains_key(name) {
        return Some(Problem::ReaderIsNoGroup(name.to_string()));
    }
    Some(unknown("group", name, roster.groups.keys()))
}

fn unknown<'c, N: ToString + 'c>(
    what: &'static str,
    name: &N,
    candidates: impl IntoIterator<Item = &'c N>,
) -> Problem {
    let name = name.to_string();
    let candidates: Vec<String> = candidates.into_iter().map(N::to_string).collect();
    let nearest = nearest(&name, candidates.iter().map(String::as_str)).map(str::to_owned);
    Problem::Unknown {
        what,
        name,
        nearest,
    }
}

/// Whether each recipient of an open device, machine or group is that of one holder: with one key
/// in two names, closing one of them would close nothing.
pub(super) fn recipients(roster: &Roster) -> Result<(), RosterError> {
    let mut holders: HashMap<String, String> = HashMap::new();
    let mut add =
        |recipient: String, holder: String, line: usize| match holders.get(&recipient).cloned() {
            Some(first) => Err(Problem::SharedRecipient { recipient, first }.at(line)),
            None => {
                holders.insert(recipient, holder);
                Ok(())
            }
        };
    for (name, group) in &roster.groups {
        add(group.recipient.identity(), format!("@{name}"), group.line)?;
    }
    for (name, machine) in &roster.machines {
        if is_never_closed(&machine.intervals) {
            add(machine.recipient.identity(), name.to_string(), machine.line)?;
        }
    }
    for (person, Person { devices, .. }) in &roster.people {
        for (name, device) in devices {
            if is_never_closed(&device.intervals) {
                let holder = format!("{person}/{name}");
                add(device.recipient.identity(), holder, device.line)?;
            }
        }
    }
    Ok(())
}

fn is_never_closed(intervals: &Intervals) -> bool {
    intervals.last.until.is_none()
}

/// Whether groups nest without cycles and not too deep, after the last change of who is in whom.
///
/// Earlier states were looked at when they were the last ones; since then a group may have become
/// a member of one that was a member of it.
pub(super) fn nesting(roster: &Roster) -> Result<(), RosterError> {
    let inner = |group: &Group| -> Vec<(Name, Intervals)> {
        let groups = group.members.iter().filter_map(|(member, intervals)| {
            let Principal::Group(name) = member else {
                return None;
            };
            Some((name.clone(), intervals.clone()))
        });
        groups.collect()
    };
    let edges: BTreeMap<&Name, Vec<(Name, Intervals)>> = roster
        .groups
        .iter()
        .map(|(name, group)| (name, inner(group)))
        .collect();
    let froms = edges.values().flatten().map(|(_, when)| when.last.from);
    let Some(last_change) = froms.max() else {
        return Ok(());
    };
    let mut nesting = Nesting {
        roster,
        edges,
        last_change,
        way: Vec::new(),
        depths: BTreeMap::new(),
    };
    for name in roster.groups.keys() {
        nesting.depth(name)?;
    }
    Ok(())
}

/// The longest cycle that is told from a chain that is too long.
const MAX_CYCLE: usize = 64;

struct Nesting<'r> {
    roster: &'r Roster,
    edges: BTreeMap<&'r Name, Vec<(Name, Intervals)>>,
    last_change: Timestamp,
    /// The groups that are being looked at, each a member of the one before.
    way: Vec<Name>,
    /// How many groups deep those are that were looked at.
    depths: BTreeMap<Name, usize>,
}

impl Nesting<'_> {
    fn depth(&mut self, name: &Name) -> Result<usize, RosterError> {
        if let Some(depth) = self.depths.get(name) {
            return Ok(*depth);
        }
        let line = self.roster.groups.get(name).map_or(1, |group| group.line);
        if let Some(start) = self.way.iter().position(|on_way| on_way == name) {
            let mut cycle = self.way.split_off(start);
            cycle.push(name.clone());
            return Err(Problem::Cycle(cycle).at(line));
        }
        if self.way.len() > MAX_CYCLE {
            return Err(Problem::TooDeep.at(line));
        }
        self.way.push(name.clone());
        let mut depth = 1;
        for (inner, intervals) in self.edges.get(name).cloned().unwrap_or_default() {
            if intervals.is_open(self.last_change) {
                depth = depth.max(1 + self.depth(&inner)?);
            }
        }
        self.way.pop();
        if depth > MAX_NESTING {
            return Err(Problem::TooDeep.at(line));
        }
        self.depths.insert(name.clone(), depth);
        Ok(depth)
    }
}

/// Whether each group can be opened by somebody for good: nothing that is to end counts.
pub(super) fn openable(roster: &Roster) -> Result<(), RosterError> {
    let mut openable: BTreeSet<Principal> = BTreeSet::new();
    let people = roster.people.iter().filter(|(_, person)| {
        let mut devices = person.devices.values();
        is_never_closed(&person.intervals)
            && devices.any(|device| is_never_closed(&device.intervals))
    });
    openable.extend(people.map(|(name, _)| Principal::Person(name.clone())));
    let machines = roster.machines.iter();
    let machines = machines.filter(|(_, machine)| is_never_closed(&machine.intervals));
    openable.extend(machines.map(|(name, _)| Principal::Machine(name.clone())));
    // A group is openable once enough of its members are; nesting ends this after a few rounds.
    for _ in 0..MAX_NESTING {
        for (name, group) in &roster.groups {
            if able(group, &openable) >= group.quorum.unwrap_or(1) {
                openable.insert(Principal::Group(name.clone()));
            }
        }
    }
    let closed = roster
        .groups
        .iter()
        .find(|(name, _)| !openable.contains(&Principal::Group((*name).clone())));
    match closed {
        None => Ok(()),
        Some((name, group)) => Err(not_openable(name, group, &openable).at(group.line)),
    }
}

/// How many members can open what is encrypted to them.
fn able(group: &Group, openable: &BTreeSet<Principal>) -> usize {
    let members = group.members.iter();
    members
        .filter(|(member, intervals)| is_never_closed(intervals) && openable.contains(member))
        .count()
}

fn not_openable(name: &Name, group: &Group, openable: &BTreeSet<Principal>) -> Problem {
    match (able(group, openable), group.quorum) {
        (members, Some(quorum)) if members > 0 => Problem::QuorumTooLarge {
            group: name.clone(),
            members,
            quorum,
        },
        _ => Problem::NobodyOpens(name.clone()),
    }
}
