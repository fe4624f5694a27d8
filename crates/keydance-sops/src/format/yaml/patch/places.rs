//! Where the members of maps and lists stand in a text.

use super::Old;
use super::text::Text;
use crate::format::yaml::node::{Content, Member, Node, NodeId, Nodes, Scalar, Span};

/// Where every node ends.
pub(super) struct Places(Vec<u32>);

/// Where a member stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The first byte: of the key, the dash, the value in brackets, or the `#`.
    pub(super) start: usize,
    /// The offset behind the colon or dash; in brackets that of the value.
    pub(super) after: usize,
    /// The offset behind the last byte.
    pub(super) end: usize,
}

impl Places {
    /// Of all nodes; those in a node come behind it, so their ends are known first.
    pub(super) fn of(nodes: &Nodes<'_>) -> Self {
        let mut ends = vec![0_u32; nodes.all.len()];
        for (index, node) in nodes.all.iter().enumerate().rev() {
            let end = match &node.content {
                Content::Alias(_) => node.span.end(),
                Content::Scalar(scalar) => end_of_scalar(nodes.text, node.span, scalar),
                Content::List(_) | Content::Map(_) if !node.is_block() => node.span.end(),
                Content::List(members) | Content::Map(members) => {
                    let ends = members.iter().map(|member| end_of_member(&ends, member));
                    ends.max().unwrap_or_default().max(node.span.end())
                }
            };
            if let Some(slot) = ends.get_mut(index) {
                *slot = u32::try_from(end).unwrap_or(u32::MAX);
            }
        }
        Self(ends)
    }

    /// The offset behind the last byte of a node.
    pub(super) fn end(&self, id: NodeId) -> usize {
        end_of(&self.0, id)
    }

    /// The members of a map or list with their places; nothing if the text is not as expected.
    pub(super) fn members<'n>(
        &self,
        text: Text<'_>,
        nodes: &Nodes<'_>,
        node: &Node<'_>,
        members: &'n [Member],
    ) -> Option<Vec<Old<'n>>> {
        let is_block = node.is_block();
        let mut next = match nodes.text.as_bytes().get(node.span.start()) {
            Some(b'{' | b'[') if !is_block => node.span.start().saturating_add(1),
            _ => node.span.start(),
        };
        let mut found = Vec::with_capacity(members.len());
        for member in members {
            let place = match member {
                Member::Comment(comment) => Place {
                    start: comment.span.start().saturating_sub(1),
                    after: comment.span.start(),
                    end: comment.span.end(),
                },
                Member::Item(value) => self.item(text, next, is_block, *value)?,
                Member::Pair(key, value) => self.pair(text, next, *key, *value)?,
            };
            if !matches!(member, Member::Comment(_)) {
                next = place.end;
            }
            found.push((member, place));
        }
        Some(found)
    }

    fn item(&self, text: Text<'_>, next: usize, is_block: bool, value: NodeId) -> Option<Place> {
        let start = behind_comma(text, next);
        let after = match text.byte(start) {
            Some(b'-') if is_block => start.saturating_add(1),
            _ if is_block => return None,
            _ => start,
        };
        let end = self.end(value).max(after);
        Some(Place { start, after, end })
    }

    fn pair(&self, text: Text<'_>, next: usize, key: NodeId, value: NodeId) -> Option<Place> {
        let start = behind_comma(text, next);
        let colon = text.token(self.end(key));
        if text.byte(colon) != Some(b':') {
            return None;
        }
        let after = colon.saturating_add(1);
        let end = self.end(value).max(after);
        Some(Place { start, after, end })
    }
}

fn behind_comma(text: Text<'_>, from: usize) -> usize {
    let at = text.token(from);
    if text.byte(at) == Some(b',') {
        text.token(at.saturating_add(1))
    } else {
        at
    }
}

fn end_of(ends: &[u32], id: NodeId) -> usize {
    ends.get(id.index()).map_or(0, |end| *end as usize)
}

fn end_of_member(ends: &[u32], member: &Member) -> usize {
    match member {
        Member::Comment(comment) => comment.span.end(),
        Member::Item(value) => end_of(ends, *value),
        Member::Pair(key, value) => end_of(ends, *key).max(end_of(ends, *value)),
    }
}

/// Empty lines behind a block scalar count only where they are part of the string.
fn end_of_scalar(source: &str, span: Span, scalar: &Scalar<'_>) -> usize {
    let raw = span.of(source);
    let kept = if scalar.text.ends_with("\n\n") || scalar.text.bytes().all(|byte| byte == b'\n') {
        raw.strip_suffix('\n').unwrap_or(raw)
    } else {
        raw.trim_end_matches(['\r', '\n'])
    };
    span.start().saturating_add(kept.len())
}
