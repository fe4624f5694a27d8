//! From text to nodes: the events of the parser, and where its comments belong.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{self as granit, Event, Parser, ScalarStyle, StructureStyle};

use super::breaks::{self, Separator};
use super::frame::{Ending, Frame, Shape};
use super::node::{Comment, Content, Document, Kind, Member, NodeId, Nodes, Scalar, Span, Tag};
use super::pending::Pending;
use super::{MAX_COMMENT_RUN, MAX_DEPTH, MAX_NODES, TOO_DEEP, TOO_MANY_NODES, syntax};
use crate::format::{Position, ReadError};
use crate::tree::Placement;

/// The documents of a text, in which line feeds stand for separators.
pub(super) fn read<'s>(text: &'s str, separators: &[Separator]) -> Result<Nodes<'s>, ReadError> {
    let options = granit::options! {
        block_nesting_limit: MAX_DEPTH,
        block_scalar_eof_without_line_feed: true,
        flow_nesting_limit: MAX_DEPTH,
        max_buffered_comment_events: MAX_COMMENT_RUN,
    };
    let mut reader = Reader::new(text, separators);
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| syntax::error(&error))?;
        reader.event(event, span)?;
    }
    reader.finish()
}

struct Reader<'s, 't> {
    nodes: Nodes<'s>,
    separators: &'t [Separator],
    open: Vec<Frame>,
    anchors: HashMap<usize, NodeId>,
    /// Comments whose container is not known yet.
    pending: Pending,
    last: Last,
}

/// The end of the node before a comment.
#[derive(Default)]
struct Last {
    /// What a comment beside the node becomes, before the entry that the node is or is the value
    /// of; nothing if it counts as one on a line of its own.
    beside: Option<Placement>,
    line: usize,
    /// The offset behind it, in characters.
    end: usize,
}

impl<'s, 't> Reader<'s, 't> {
    fn new(text: &'s str, separators: &'t [Separator]) -> Self {
        Self {
            nodes: Nodes::new(text),
            separators,
            open: Vec::new(),
            anchors: HashMap::new(),
            pending: Pending::default(),
            last: Last::default(),
        }
    }

    fn event(&mut self, event: Event<'s>, span: granit::Span) -> Result<(), ReadError> {
        match event {
            Event::Alias(anchor) => self.alias(anchor, span)?,
            Event::Comment(_, placement) => self.comment(placement, span)?,
            Event::DocumentEnd => self.end_document(),
            Event::MappingEnd | Event::SequenceEnd => self.end(span),
            Event::MappingStart(style, anchor, _) => self.start(Shape::Map, style, anchor, span)?,
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(text, style, tag.as_deref(), anchor, span)?;
            }
            Event::SequenceStart(style, anchor, _) => {
                self.start(Shape::List, style, anchor, span)?
            }
            _ => {}
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: Cow<'s, str>,
        style: ScalarStyle,
        tag: Option<&granit::Tag>,
        anchor: usize,
        span: granit::Span,
    ) -> Result<(), ReadError> {
        let place = bytes(span);
        let raw = place.of(self.nodes.text);
        // What is left out comes as `~`, at the colon or dash before it.
        let empty = style == ScalarStyle::Plain && (text.is_empty() || text == "~" && raw != "~");
        let (text, place) = if empty {
            (Cow::Borrowed(""), Span::new(place.end(), place.end()))
        } else {
            (
                breaks::restore(text, style, place, self.nodes.text, self.separators),
                place,
            )
        };
        let scalar = Scalar {
            text,
            kind: kind(style, tag),
        };
        let id = self.push(place, Content::Scalar(scalar))?;
        self.remember(anchor, id);
        let ending = if empty { Ending::Empty } else { Ending::Scalar };
        self.settle();
        self.attach(id, ending, span.end);
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: granit::Span) -> Result<(), ReadError> {
        let Some(target) = self.anchors.get(&anchor).copied() else {
            let at = syntax::position(&span.start);
            return Err(ReadError::Syntax {
                at,
                problem: "an alias stands inside its anchor",
            });
        };
        let id = self.push(bytes(span), Content::Alias(target))?;
        self.settle();
        self.attach(id, Ending::Scalar, span.end);
        Ok(())
    }

    fn start(
        &mut self,
        shape: Shape,
        style: StructureStyle,
        anchor: usize,
        span: granit::Span,
    ) -> Result<(), ReadError> {
        let start = bytes(span).start();
        if self.open.len() >= MAX_DEPTH {
            return Err(ReadError::TooLarge { limit: TOO_DEEP });
        }
        let mut column = span.start.col();
        if let Some(around) = self.open.last_mut() {
            if around.shape == Shape::Map && around.key.is_none() {
                return Err(ReadError::NonStringKey {
                    at: syntax::position(&span.start),
                });
            }
            if around.shape == Shape::List && !around.is_flow() {
                let above = self.pending.take_above_dash(self.nodes.text, start);
                around.members.extend(above.map(Member::Comment));
            }
            if shape == Shape::List && around.shape == Shape::Map && around.column == column {
                column = column.saturating_add(1);
            }
        }
        let id = self.push(Span::new(start, start), Content::Map(Vec::new()))?;
        let members = self.pending.take().map(Member::Comment).collect();
        self.open.push(Frame {
            id,
            shape,
            style,
            column,
            members,
            key: None,
            anchor,
        });
        self.last.beside = None;
        Ok(())
    }

    fn end(&mut self, span: granit::Span) {
        let Some(mut frame) = self.open.pop() else {
            return;
        };
        if self.open.is_empty() {
            frame
                .members
                .extend(self.pending.take().map(Member::Comment));
        } else if !frame.is_flow() {
            // The end of a block is noticed at what follows it.
            let next = bytes(span).start() < self.nodes.text.len();
            let next = next.then_some(span.start.col());
            let ended = self.pending.take_ended(frame.column, next);
            frame.members.extend(ended.map(Member::Comment));
        }
        let ending = if frame.is_flow() {
            Ending::Flow
        } else {
            Ending::Block
        };
        let content = match frame.shape {
            Shape::List => Content::List(frame.members),
            Shape::Map => Content::Map(frame.members),
        };
        self.nodes.fill(frame.id, content);
        self.remember(frame.anchor, frame.id);
        self.attach(frame.id, ending, span.end);
    }

    fn comment(
        &mut self,
        placement: granit::Placement,
        span: granit::Span,
    ) -> Result<(), ReadError> {
        self.refuse_too_many()?;
        self.nodes.comment_count = self.nodes.comment_count.saturating_add(1);
        let place = bytes(span);
        let text = Span::new(place.start().saturating_add(1), place.end());
        let mut comment = Comment {
            span: text,
            placement: Placement::Line,
        };
        let right = placement == granit::Placement::Right;
        let beside = self
            .last
            .beside
            .filter(|_| right && self.last.reaches(span));
        match (self.open.last_mut(), beside) {
            (Some(frame), Some(placement)) if frame.key.is_none() => {
                comment.placement = placement;
                let entry = frame.members.len().saturating_sub(1);
                frame.members.insert(entry, Member::Comment(comment));
            }
            (Some(frame), _) if right && frame.key.is_some() || frame.is_flow() => {
                frame.members.push(Member::Comment(comment));
            }
            _ => self
                .pending
                .push(self.nodes.text, comment, span.start.col()),
        }
        Ok(())
    }

    fn end_document(&mut self) {
        if let Some(document) = self.nodes.documents.last_mut() {
            document.tail.extend(self.pending.take());
        }
        self.last.beside = None;
    }

    fn finish(mut self) -> Result<Nodes<'s>, ReadError> {
        self.end_document();
        if self.nodes.documents.is_empty() {
            return Err(ReadError::NotAMap {
                at: Position { line: 1, column: 1 },
            });
        }
        Ok(self.nodes)
    }

    /// Gives the comments above a scalar or alias to the container around it.
    fn settle(&mut self) {
        if let Some(frame) = self.open.last_mut() {
            frame
                .members
                .extend(self.pending.take().map(Member::Comment));
        }
    }

    /// Hands a finished node to the container around it.
    fn attach(&mut self, id: NodeId, ending: Ending, end: granit::Marker) {
        let beside = match self.open.last_mut() {
            Some(frame) => frame.attach(id, ending),
            None => {
                self.nodes.documents.push(Document {
                    root: id,
                    tail: Vec::new(),
                });
                None
            }
        };
        self.last = Last {
            beside,
            line: end.line(),
            end: end.index(),
        };
    }

    /// An alias in a container may not stand for the container, so anchors count from their end.
    fn remember(&mut self, anchor: usize, id: NodeId) {
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
    }

    fn push(&mut self, span: Span, content: Content<'s>) -> Result<NodeId, ReadError> {
        self.refuse_too_many()?;
        Ok(self.nodes.push(span, content))
    }

    fn refuse_too_many(&self) -> Result<(), ReadError> {
        if self.nodes.count() < MAX_NODES {
            Ok(())
        } else {
            Err(ReadError::TooLarge {
                limit: TOO_MANY_NODES,
            })
        }
    }
}

impl Last {
    /// Whether a comment stands on the line where the node ends, or in the head of a block scalar,
    /// whose text follows the comment.
    fn reaches(&self, comment: granit::Span) -> bool {
        comment.start.line() == self.line || comment.start.index() < self.end
    }
}

fn kind(style: ScalarStyle, tag: Option<&granit::Tag>) -> Kind {
    let untagged = if style == ScalarStyle::Plain {
        Kind::Plain
    } else {
        Kind::Quoted
    };
    let Some(tag) = tag.filter(|tag| tag.parts() != ("", "!")) else {
        return untagged;
    };
    Kind::Tagged(
        match tag.suffix_in_namespace("tag:yaml.org,2002:").as_deref() {
            Some("binary") => Tag::Binary,
            Some("bool") => Tag::Bool,
            Some("float") => Tag::Float,
            Some("int") => Tag::Int,
            Some("null") => Tag::Null,
            Some("timestamp") => Tag::Timestamp,
            _ => Tag::Text,
        },
    )
}

/// The parser knows the offsets of a text in memory.
fn bytes(span: granit::Span) -> Span {
    let range = span.byte_range().unwrap_or_default();
    Span::new(range.start, range.end)
}
