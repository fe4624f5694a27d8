//! Scalars and keys alone, for places in a text that is there already.

use zeroize::Zeroizing;

use super::node::Node;
use super::{Place, Writer};
use crate::format::yaml::string_style::{Style, Styled};
use crate::tree::Value;

/// How a scalar is to be written.
#[derive(Clone, Copy)]
pub(in crate::format::yaml) struct Manner {
    /// The quotes to prefer for a string.
    pub(in crate::format::yaml) quotes: Option<Style>,
    /// Whether it stands in brackets or braces.
    pub(in crate::format::yaml) is_flow: bool,
    /// Whether it may take further lines.
    pub(in crate::format::yaml) takes_lines: bool,
    /// The column of the block around.
    pub(in crate::format::yaml) block: usize,
    /// The column of its own lines.
    pub(in crate::format::yaml) own: usize,
}

/// A scalar as it is written, without the last line break of a literal block; of a map or list
/// nothing.
pub(in crate::format::yaml) fn scalar(value: &Value, manner: Manner) -> Option<Zeroizing<String>> {
    match Node::from(value) {
        Node::Collection(_) => None,
        Node::Text(bytes) => text(&in_manner(Styled::of(bytes), manner), manner),
        Node::Typed(spelling) => Some(Zeroizing::new(spelling)),
    }
}

/// A key as it is written before its colon, if it needs no question mark.
pub(in crate::format::yaml) fn key(bytes: &[u8], manner: Manner) -> Option<Zeroizing<String>> {
    let styled = Styled::of(bytes);
    if styled.is_simple_key() {
        text(&in_manner(styled, manner), manner)
    } else {
        None
    }
}

fn text(styled: &Styled<'_>, manner: Manner) -> Option<Zeroizing<String>> {
    let mut writer = Writer::new(manner.own.saturating_sub(manner.block));
    let Manner { block, own, .. } = manner;
    writer.text(styled, Place { block, own });
    let text = String::from_utf8(writer.page.into_bytes()).ok();
    let mut text = text.map(Zeroizing::new)?;
    if styled.style == Style::Literal && text.ends_with('\n') {
        text.pop();
    }
    Some(text)
}

/// The style that stock has, unless the place asks for another one that fits.
fn in_manner<'a>(mut styled: Styled<'a>, manner: Manner) -> Styled<'a> {
    let is_ascii = styled.text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let is_one_line = matches!(styled.style, Style::Plain | Style::SingleQuoted);
    let is_split = manner.is_flow && styled.text.contains([',', '[', ']', '{', '}']);
    styled.style = match (styled.style, manner.quotes) {
        (style, _) if styled.tag.is_some() && style == Style::Plain => style,
        (Style::Literal, _) if manner.takes_lines => Style::Literal,
        (Style::Literal, _) | (_, Some(Style::DoubleQuoted)) => Style::DoubleQuoted,
        (_, Some(Style::SingleQuoted)) if is_ascii || is_one_line => Style::SingleQuoted,
        (Style::Plain, _) if is_split => Style::DoubleQuoted,
        (style, _) => style,
    };
    styled
}
