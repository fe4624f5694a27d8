//! The changes themselves.

use std::ops::Range;

use zeroize::Zeroizing;

use super::render::{self, Indicator};
use super::text::Content as Found;
use super::walk::New;
use super::{Around, Old, Patch, Spot, blanks};
use crate::format::yaml::node::{self, Content, Member, Node};
use crate::format::yaml::string_style::Style as Quotes;
use crate::format::yaml::writer::{self, Manner};
use crate::tree::{Comment, Placement, Value};

impl<'n> Patch<'n, '_> {
    /// Puts a value in the place of another one.
    pub(super) fn replace(&mut self, spot: Spot, new: &Value) -> Option<()> {
        let node = self.nodes.get(spot.id)?;
        let is_new_block = match new {
            Value::List(items) => render::has_values(items),
            Value::Map(map) => render::has_pairs(map),
            _ => false,
        };
        let is_omitted = matches!(node.content, Content::Scalar(_)) && node.span.is_empty();
        let stays_flow = spot.around.is_flow || is_new_block && is_full_flow(node);
        if is_omitted && !spot.around.is_flow {
            return self.fill(spot, new, is_new_block);
        }
        if is_omitted {
            let text = Zeroizing::new(format!(" {}", *render::flow(new)?));
            self.edits.insert(spot.after, text);
            return Some(());
        }
        if !stays_flow && (is_new_block || node.is_block()) {
            return self.replace_block(spot, new);
        }
        self.replace_token(spot, node, new)
    }

    /// Writes a value where there was none.
    fn fill(&mut self, spot: Spot, new: &Value, is_block: bool) -> Option<()> {
        if is_block && !self.text.ends_line(spot.after) {
            return None;
        }
        let text = render::value(new, spot.behind, spot.around.column, self.style)?;
        if text.contains('\n') && !self.text.ends_line(spot.after) {
            return None;
        }
        self.edits.insert(spot.after, text);
        Some(())
    }

    /// Writes a value that is a block, or in the place of one.
    fn replace_block(&mut self, spot: Spot, new: &Value) -> Option<()> {
        let start = self.text.content(spot.after).start;
        let end = self.places.end(spot.id);
        let gap = self.text.0.get(spot.after..start)?;
        if !gap.trim().is_empty() || !self.text.ends_line(end) {
            return None;
        }
        let text = render::value(new, spot.behind, spot.around.column, self.style)?;
        self.edits.replace(spot.after..end, text);
        Some(())
    }

    /// Writes a value on a line in the place of another one.
    fn replace_token(&mut self, spot: Spot, node: &Node<'_>, new: &Value) -> Option<()> {
        let Found { start, tag, .. } = self.text.content(spot.after);
        let end = self.places.end(spot.id);
        if let Some(tag) = tag {
            self.edits.remove(tag);
        }
        let mark = self.text.byte(start);
        let is_block_scalar = matches!(mark, Some(b'|' | b'>')) && start < node.span.start();
        if is_block_scalar || matches!(mark, Some(b'|' | b'>')) {
            return self.replace_block_scalar(spot, start, end, new);
        }
        let quotes = match mark {
            Some(b'"') => Some(Quotes::DoubleQuoted),
            Some(b'\'') => Some(Quotes::SingleQuoted),
            _ => None,
        };
        let takes_lines = !spot.around.is_flow && self.text.ends_line(end);
        let text = self.spelled(spot, new, quotes, takes_lines)?;
        self.edits.replace(start..end, text);
        Some(())
    }

    /// Writes a value in the place of `|` and the lines below. A comment beside the `|` stays.
    fn replace_block_scalar(
        &mut self,
        spot: Spot,
        start: usize,
        end: usize,
        new: &Value,
    ) -> Option<()> {
        let head = self.text.0.get(start..)?;
        let length = head.find([' ', '\t', '\r', '\n'])?;
        let head_end = start.saturating_add(length);
        if self.text.ends_line(head_end) {
            let text = self.spelled(spot, new, None, true)?;
            self.edits.replace(start..end.max(head_end), text);
            return Some(());
        }
        let text = self.spelled(spot, new, None, false)?;
        self.edits.replace(start..head_end, text);
        let body = self.text.next_line(head_end);
        if end > body {
            self.edits.remove(body..self.text.next_line(end));
        }
        Some(())
    }

    /// A value on a line; a string in these quotes, if they fit.
    fn spelled(
        &self,
        spot: Spot,
        new: &Value,
        quotes: Option<Quotes>,
        takes_lines: bool,
    ) -> Option<Zeroizing<String>> {
        if matches!(new, Value::List(_) | Value::Map(_)) {
            return render::flow(new);
        }
        let column = spot.around.column;
        let step = match spot.behind {
            Indicator::Colon => self.style.map,
            Indicator::Dash => 2,
        };
        let manner = Manner {
            quotes,
            is_flow: spot.around.is_flow,
            takes_lines,
            block: column,
            own: column.saturating_add(step),
        };
        writer::scalar(new, manner)
    }

    /// Puts the text of a comment in the place of another one.
    pub(super) fn comment(&mut self, old: node::Comment, new: &Comment) -> Option<()> {
        let text = new.text.expose_str()?;
        if old.span.of(self.nodes.text) == text {
            return Some(());
        }
        if old.placement != new.placement || text.contains(['\r', '\n']) {
            return None;
        }
        let text = Zeroizing::new(text.to_owned());
        self.edits.replace(old.span.start()..old.span.end(), text);
        Some(())
    }

    /// Takes a member away with its lines.
    pub(super) fn remove(&mut self, around: Around, old: &[Old<'n>], at: usize) -> Option<()> {
        let (member, place) = old.get(at)?;
        let is_value = |(member, _): &&Old<'n>| !matches!(member, Member::Comment(_));
        let next = old.get(at.saturating_add(1)..)?.iter().find(is_value);
        let previous = old.get(..at)?.iter().rfind(is_value);
        let is_comment = matches!(member, Member::Comment(_));
        let range = if (is_comment || !around.is_flow) && self.text.starts_line(place.start) {
            self.text.line_start(place.start)..self.text.next_line(place.end)
        } else if is_comment {
            self.text.before_blanks(place.start)..place.end
        } else if let Some((_, next)) = next {
            place.start..next.start
        } else if let Some((_, previous)) = previous.filter(|_| around.is_flow) {
            previous.end..place.end
        } else {
            return None;
        };
        self.edits.remove(range);
        Some(())
    }

    /// Adds members between two that stay.
    pub(super) fn insert(
        &mut self,
        around: Around,
        behind: Option<&Old<'n>>,
        before: Option<&Old<'n>>,
        new: New<'_>,
        range: Range<usize>,
    ) -> Option<()> {
        let is_inline = |at: usize| {
            let comment = new.comment(at);
            comment.is_some_and(|comment| comment.placement == Placement::Inline)
        };
        if range.len() == 1 && is_inline(range.start) {
            return self.insert_beside(before?.1.end, new.comment(range.start)?);
        }
        match (behind, before) {
            (Some((_, place)), _) => self.insert_behind(around, place.end, new, range),
            (None, Some((_, place))) => self.insert_before(around, place.start, new, range),
            (None, None) => None,
        }
    }

    fn insert_beside(&mut self, end: usize, comment: &Comment) -> Option<()> {
        let text = comment.text.expose_str()?;
        if !self.text.ends_line(end) || text.contains(['\r', '\n']) {
            return None;
        }
        self.edits.insert(end, Zeroizing::new(format!(" #{text}")));
        Some(())
    }

    /// Adds members behind one that ends here.
    pub(super) fn insert_behind(
        &mut self,
        around: Around,
        end: usize,
        new: New<'_>,
        range: Range<usize>,
    ) -> Option<()> {
        if around.is_flow {
            for at in range {
                let text = Zeroizing::new(format!(", {}", *new.flow(at)?));
                self.edits.insert(end, text);
            }
            return Some(());
        }
        let mut text = blanks(around.column);
        text.push_str(&new.lines(range, around.column, self.style)?);
        self.edits.insert(self.text.next_line(end), text);
        Some(())
    }

    fn insert_before(
        &mut self,
        around: Around,
        start: usize,
        new: New<'_>,
        range: Range<usize>,
    ) -> Option<()> {
        if around.is_flow {
            for at in range {
                let text = Zeroizing::new(format!("{}, ", *new.flow(at)?));
                self.edits.insert(start, text);
            }
            return Some(());
        }
        let lines = new.lines(range, around.column, self.style)?;
        let blanks = blanks(around.column);
        if self.text.starts_line(start) {
            let text = Zeroizing::new(format!("{}{}", *blanks, *lines));
            self.edits.insert(self.text.line_start(start), text);
        } else {
            let text = Zeroizing::new(format!("{}{}", *lines, *blanks));
            self.edits.insert(start, text);
        }
        Some(())
    }
}

/// Whether a node is a map or list in brackets or braces with something in it.
fn is_full_flow(node: &Node<'_>) -> bool {
    let has_values = |members: &[Member]| {
        members
            .iter()
            .any(|member| !matches!(member, Member::Comment(_)))
    };
    match &node.content {
        Content::List(members) | Content::Map(members) => !node.is_block() && has_values(members),
        Content::Alias(_) | Content::Scalar(_) => false,
    }
}
