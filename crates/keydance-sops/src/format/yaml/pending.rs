//! Comments on lines of their own, until what follows tells which container they belong to.

use std::collections::VecDeque;

use super::node::{Comment, Span};

/// The comments since the last node.
#[derive(Default)]
pub(super) struct Pending {
    comments: VecDeque<Waiting>,
    /// Whether no block has ended behind them yet.
    fresh: bool,
}

struct Waiting {
    comment: Comment,
    /// The column of the `#`, from 0.
    column: usize,
    /// Whether an empty line follows.
    apart: bool,
    /// Whether an empty line stands above.
    detached: bool,
    /// Whether that line parts it from another comment.
    later: bool,
}

impl Pending {
    /// Adds a comment of the source whose `#` stands in this column, from 0.
    pub(super) fn push(&mut self, source: &str, comment: Comment, column: usize) {
        let below = source.get(comment.span.end()..).unwrap_or_default();
        let mut below = below.split_inclusive('\n').skip(1);
        let apart = below.next().is_some_and(|line| line.trim().is_empty());
        let above = source.get(..comment.span.start()).unwrap_or_default();
        let detached = above
            .rsplit('\n')
            .nth(1)
            .is_some_and(|line| line.trim().is_empty());
        let later = detached && !self.comments.is_empty();
        self.comments.push_back(Waiting {
            comment,
            column,
            apart,
            detached,
            later,
        });
        self.fresh = true;
    }

    /// All of them.
    pub(super) fn take(&mut self) -> impl Iterator<Item = Comment> {
        self.first(self.comments.len())
    }

    /// Those that stand above the dash of the item that starts at this offset.
    pub(super) fn take_above_dash(
        &mut self,
        source: &str,
        item: usize,
    ) -> impl Iterator<Item = Comment> {
        let mut below = item;
        let behind = self.comments.iter().rev().take_while(|waiting| {
            let gap = Span::new(waiting.comment.span.end(), below);
            below = waiting.comment.span.start();
            !gap.of(source).trim_start().starts_with('-')
        });
        let above = self.comments.len().saturating_sub(behind.count());
        self.first(above)
    }

    /// Those that belong to a block that has just ended, whose entries stand in `column`, when the
    /// next entry stands in column `next`; or when nothing follows.
    ///
    /// A comment deeper than the next entry belongs to a block that ended before it: the one its
    /// column says. But the first ones, until one is moved to the left, belong to the innermost
    /// block, unless an empty line or the end of the stream sets them apart. What an empty line parts
    /// from a comment above it belongs to what follows; at the end of the stream, what it parts from
    /// anything, unless a comment further left follows.
    pub(super) fn take_ended(
        &mut self,
        column: usize,
        next: Option<usize>,
    ) -> impl Iterator<Item = Comment> {
        let first = self
            .comments
            .front()
            .filter(|_| self.fresh)
            .map(|waiting| waiting.column);
        self.fresh = false;
        let lowest = self.comments.back().map(|waiting| waiting.column);
        let parted = |found: &Waiting| {
            next.is_none() && found.detached && lowest.is_none_or(|lowest| lowest >= found.column)
        };
        let deeper = self.comments.iter();
        let deeper = deeper.take_while(|found| !found.later && !parted(found));
        let deeper = deeper.take_while(|found| next.is_none_or(|next| found.column > next));
        let inside = deeper.clone().take_while(|found| found.column >= column);
        let run = deeper.take_while(|found| found.column >= column || Some(found.column) == first);
        let length = run.clone().count();
        let last = next.is_none() && length == self.comments.len();
        let apart = last || run.clone().any(|found| found.apart);
        let ended = if apart { inside.count() } else { length };
        self.first(ended)
    }

    fn first(&mut self, count: usize) -> impl Iterator<Item = Comment> {
        self.comments.drain(..count).map(|waiting| waiting.comment)
    }
}
