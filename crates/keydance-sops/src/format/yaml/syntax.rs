//! What the parser refuses, in words that hold nothing of the input.

use granit_parser::{ErrorKind, Marker, ScanError};

use super::{TOO_DEEP, TOO_MANY_COMMENTS};
use crate::format::{Position, ReadError};

/// The error of the parser as ours.
pub(super) fn error(error: &ScanError) -> ReadError {
    let at = position(error.marker());
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => ReadError::TooLarge { limit: TOO_DEEP },
        ErrorKind::TooManyComments => ReadError::TooLarge {
            limit: TOO_MANY_COMMENTS,
        },
        kind => ReadError::Syntax {
            at,
            problem: problem(kind),
        },
    }
}

/// The line and column of a place in the source.
pub(super) fn position(marker: &Marker) -> Position {
    Position {
        line: marker.line(),
        column: marker.col().saturating_add(1),
    }
}

fn problem(kind: &ErrorKind) -> &'static str {
    use ErrorKind as K;
    match kind {
        K::UnknownAnchor => "an alias has no anchor",
        K::UnclosedQuotedScalar | K::DocumentIndicatorInQuotedScalar => "a quote is not closed",
        K::UnclosedFlowCollection { .. }
        | K::UnexpectedEofFlowMapping
        | K::UnexpectedEofFlowSequence
        | K::UnexpectedEofImplicitFlowMapping => "a bracket is not closed",
        K::MisplacedFlowCollectionEnd | K::MismatchedFlowCollectionEnd { .. } => {
            "a closing bracket has no opening one"
        }
        K::ExpectedFlowMappingSeparator | K::ExpectedFlowSequenceSeparator => {
            "a comma or closing bracket is missing"
        }
        K::ExpectedBlockMappingKey
        | K::InvalidSimpleKey
        | K::MappingKeyNotAllowed
        | K::SimpleKeyExpected => "a key or the colon behind it is missing",
        K::MappingValueNotAllowed | K::InvalidColonPlacement => "a colon cannot stand here",
        K::BlockEntryInFlowCollection
        | K::BlockSequenceEntryNotAllowed
        | K::ExpectedBlockSequenceEntry => "a dash is missing or cannot stand here",
        K::TabAtBlockScalarStart
        | K::TabInBlockIndentation
        | K::TabInIndentation
        | K::TabInPlainScalar
        | K::TabNotAllowed => "a tab cannot indent",
        K::InvalidBlockScalarIndent
        | K::InvalidFlowScalarIndent
        | K::InvalidIndentation
        | K::InvalidQuotedScalarIndent
        | K::ZeroBlockScalarIndent => "the indentation is wrong",
        K::InvalidLowSurrogate
        | K::InvalidLowSurrogateHexEscape
        | K::InvalidQuotedScalarHexEscape
        | K::InvalidUnicodeEscape
        | K::MissingLowSurrogate
        | K::UnknownQuotedScalarEscape
        | K::UnpairedLowSurrogate => "an escape is not valid",
        K::InvalidTrailingDoubleQuotedScalar | K::InvalidTrailingSingleQuotedScalar => {
            "text follows a closing quote"
        }
        K::CommentInterceptedScalar | K::CommentNotSeparated => "a comment cannot stand here",
        K::UnexpectedCharacter { .. } => "a character cannot stand here",
        K::UndeclaredTagHandle => "the handle of a tag is not declared",
        K::BomInsideDocument => "a byte order mark stands inside a document",
        _ => "the text is not YAML",
    }
}
