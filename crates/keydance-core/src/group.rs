//! Who is in which group, groups within groups included (contract 10.9).

use std::borrow::Borrow;
use std::collections::{BTreeSet, HashMap};

use crate::id::{GroupId, PrincipalId};
use crate::interval::Interval;
use crate::time::Timestamp;

/// An edge of the access graph: a member of a group, for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The group.
    pub group: GroupId,
    /// Who is in it.
    pub member: Member,
    /// When.
    pub interval: Interval,
}

/// Who may be in a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Member {
    /// Another group, with everybody in it.
    Group(GroupId),
    /// A person or a machine identity.
    Principal(PrincipalId),
}

/// The groups `principal` is in at that moment, directly or through other groups. A cycle of groups
/// is walked once.
pub fn closure(edges: &[Membership], principal: &PrincipalId, at: Timestamp) -> BTreeSet<GroupId> {
    let start = Member::Principal(principal.clone());
    above(edges, start, |interval| interval.holds(at))
}

/// Whether putting `inner` into `outer` would put a group into itself, now or by an edge that is
/// still to begin.
pub fn would_cycle(edges: &[Membership], outer: &GroupId, inner: &GroupId, at: Timestamp) -> bool {
    let start = Member::Group(outer.clone());
    outer == inner || above(edges, start, |interval| !interval.is_over(at)).contains(inner)
}

/// The groups reached from `start` over the edges that count, each edge once.
fn above(
    edges: &[Membership],
    start: Member,
    counts: impl Fn(&Interval) -> bool,
) -> BTreeSet<GroupId> {
    let mut groups_of: HashMap<&Member, Vec<&GroupId>> = HashMap::new();
    for edge in edges.iter().filter(|edge| counts(&edge.interval)) {
        groups_of.entry(&edge.member).or_default().push(&edge.group);
    }
    let mut found = BTreeSet::new();
    let mut open = vec![start];
    while let Some(member) = open.pop() {
        for group in groups_of.remove(&member).unwrap_or_default() {
            if found.insert(group.clone()) {
                open.push(Member::Group(group.clone()));
            }
        }
    }
    found
}

/// Sets of groups are asked with the id of an owner entry.
impl Borrow<str> for GroupId {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn group(n: u8) -> GroupId {
        format!("g{n}").parse().unwrap()
    }

    fn edge(member: Member, n: u8, since: i64, until: Option<i64>) -> Membership {
        let interval = Interval {
            since: Timestamp::from_millis(since),
            until: until.map(Timestamp::from_millis),
        };
        Membership {
            group: group(n),
            member,
            interval,
        }
    }

    fn ana() -> PrincipalId {
        "ana".parse().unwrap()
    }

    fn groups_at(edges: &[Membership], at: i64) -> Vec<GroupId> {
        let found = closure(edges, &ana(), Timestamp::from_millis(at));
        found.into_iter().collect()
    }

    #[test]
    fn membership_passes_through_groups_while_every_edge_holds() {
        let edges = [
            edge(Member::Principal(ana()), 1, 10, None),
            edge(Member::Group(group(1)), 2, 0, Some(20)),
            edge(Member::Group(group(2)), 3, 0, None),
        ];
        assert_eq!(groups_at(&edges, 9), []);
        assert_eq!(groups_at(&edges, 10), [group(1), group(2), group(3)]);
        assert_eq!(groups_at(&edges, 20), [group(1)]);
    }

    #[test]
    fn a_person_is_no_group_of_the_same_name() {
        let edges = [
            edge(Member::Principal(ana()), 1, 0, None),
            edge(Member::Principal("g1".parse().unwrap()), 2, 0, None),
        ];
        assert_eq!(groups_at(&edges, 0), [group(1)]);
    }

    #[test]
    fn a_group_never_gets_into_itself() {
        let edges = [
            edge(Member::Group(group(1)), 2, 0, None),
            edge(Member::Group(group(2)), 3, 50, None),
        ];
        let at = Timestamp::from_millis(0);
        assert!(would_cycle(&edges, &group(1), &group(1), at));
        assert!(would_cycle(&edges, &group(1), &group(3), at));
        assert!(!would_cycle(&edges, &group(3), &group(1), at));
    }

    fn edges() -> impl Strategy<Value = Vec<Membership>> {
        let member = prop_oneof![
            Just(Member::Principal(ana())),
            (0u8..8).prop_map(|n| Member::Group(group(n))),
        ];
        let any_edge = (member, 0u8..8, 0i64..4, prop::option::of(0i64..8));
        prop::collection::vec(
            any_edge.prop_map(|(member, n, since, until)| edge(member, n, since, until)),
            0..20,
        )
    }

    /// The obvious way: go over all edges until nothing is added.
    fn by_repetition(edges: &[Membership], at: Timestamp) -> BTreeSet<GroupId> {
        let mut found = BTreeSet::new();
        loop {
            let before = found.len();
            for edge in edges.iter().filter(|edge| edge.interval.holds(at)) {
                let counts = match &edge.member {
                    Member::Principal(id) => *id == ana(),
                    Member::Group(id) => found.contains(id),
                };
                if counts {
                    found.insert(edge.group.clone());
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }

    proptest! {
        #[test]
        fn the_closure_is_what_repetition_finds(edges in edges(), at in 0i64..8) {
            let at = Timestamp::from_millis(at);
            prop_assert_eq!(closure(&edges, &ana(), at), by_repetition(&edges, at));
        }

        #[test]
        fn edges_added_one_by_one_with_the_check_never_make_a_cycle(wanted in edges()) {
            let at = Timestamp::from_millis(0);
            let mut edges: Vec<Membership> = Vec::new();
            for edge in wanted {
                let Member::Group(inner) = &edge.member else { continue };
                if !edge.interval.is_over(at) && !would_cycle(&edges, &edge.group, inner, at) {
                    edges.push(edge);
                }
            }
            for n in 0..8 {
                let start = Member::Group(group(n));
                prop_assert!(!above(&edges, start, |_| true).contains(&group(n)));
            }
        }
    }
}
