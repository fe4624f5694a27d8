//! The containers that are open while a source is read.

use granit_parser::StructureStyle;

use super::node::{Member, NodeId};
use crate::tree::Placement;

/// A container that has not ended.
pub(super) struct Frame {
    pub(super) id: NodeId,
    pub(super) shape: Shape,
    pub(super) style: StructureStyle,
    /// The column its entries stand in, from 0; of a list that is not indented, one more.
    pub(super) column: usize,
    pub(super) members: Vec<Member>,
    /// The key whose value comes next.
    pub(super) key: Option<NodeId>,
    /// The anchor, 0 if it has none.
    pub(super) anchor: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    List,
    Map,
}

/// What a finished node looks like at its end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Block,
    /// A value that is left out.
    Empty,
    Flow,
    Scalar,
}

impl Frame {
    /// Takes a node in, and tells what a comment beside it becomes.
    pub(super) fn attach(&mut self, id: NodeId, ending: Ending) -> Option<Placement> {
        match (self.shape, self.key.take()) {
            (Shape::List, _) => self.members.push(Member::Item(id)),
            (Shape::Map, Some(key)) => self.members.push(Member::Pair(key, id)),
            (Shape::Map, None) => {
                self.key = Some(id);
                return None;
            }
        }
        match (self.shape, ending) {
            (_, Ending::Block) | (Shape::List, Ending::Empty) => None,
            (_, Ending::Scalar) | (Shape::List, Ending::Flow) => Some(Placement::Inline),
            (Shape::Map, Ending::Empty | Ending::Flow) => Some(Placement::Line),
        }
    }

    pub(super) fn is_flow(&self) -> bool {
        self.style == StructureStyle::Flow
    }
}
