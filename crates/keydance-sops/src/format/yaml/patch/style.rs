//! How a file is indented.

use super::text::Text;
use crate::format::yaml::node::{Content, Member, Node, NodeId, Nodes};

/// How far blocks stand in from the keys they belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Style {
    /// Of a map.
    pub(super) map: usize,
    /// Of a list, whose dashes may stand below the key.
    pub(super) list: usize,
}

impl Style {
    /// What the first map and list in a map show; where there is none, this many blanks.
    pub(super) fn of(nodes: &Nodes<'_>, default: usize) -> Self {
        let (mut map, mut list) = (None, None);
        for node in &nodes.all {
            let Content::Map(members) = &node.content else {
                continue;
            };
            for member in members {
                let Member::Pair(_, value) = member else {
                    continue;
                };
                let distance = || distance(nodes, node, *value);
                match nodes.get(*value).map(|value| &value.content) {
                    Some(Content::Map(_)) if map.is_none() => map = distance(),
                    Some(Content::List(_)) if list.is_none() => list = distance(),
                    _ => {}
                }
            }
            if map.is_some() && list.is_some() {
                break;
            }
        }
        let default = if default == 0 { 4 } else { default };
        let step = map.or(list.filter(|list| *list > 0)).unwrap_or(default);
        Self {
            map: step,
            list: list.unwrap_or(step),
        }
    }
}

/// How far a block stands in from the one around it; nothing if either is in brackets.
fn distance(nodes: &Nodes<'_>, around: &Node<'_>, id: NodeId) -> Option<usize> {
    let node = nodes
        .get(id)
        .filter(|node| node.is_block() && around.is_block())?;
    let text = Text(nodes.text);
    let around = text.column(around.span.start());
    text.column(node.span.start()).checked_sub(around)
}
