//! The outer form of a signed note: text, empty line, signature lines.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

/// A note cut at its empty line.
pub(super) struct Note<'a> {
    /// The signed text with its final line feed.
    pub(super) text: &'a str,
    pub(super) signatures: &'a str,
}

impl<'a> Note<'a> {
    pub(super) fn split(note: &'a str) -> Option<Self> {
        let controls = note.contains(|c: char| c.is_ascii_control() && c != '\n');
        if controls || note.len() > MAX_LENGTH {
            return None;
        }
        let (text, signatures) = note.rsplit_once("\n\n")?;
        let (text, _) = note.split_at_checked(text.len().checked_add(1)?)?;
        let signatures = signatures.strip_suffix('\n')?;
        (signatures.lines().count() <= MAX_SIGNATURES).then_some(Self { text, signatures })
    }
}

/// `— name base64(key id ‖ signature)`.
pub(super) struct SignatureLine<'a> {
    pub(super) name: &'a str,
    pub(super) key_id: [u8; 4],
    pub(super) signature: Vec<u8>,
}

impl<'a> SignatureLine<'a> {
    pub(super) fn parse(line: &'a str) -> Option<Self> {
        let (name, signature) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = BASE64.decode(signature).ok()?;
        let (key_id, signature) = bytes.split_first_chunk()?;
        let complete = !name.is_empty() && !signature.is_empty();
        complete.then(|| Self {
            name,
            key_id: *key_id,
            signature: signature.to_vec(),
        })
    }
}

/// Far more than any checkpoint has, even with post-quantum signatures.
const MAX_LENGTH: usize = 256 * 1024;
const MAX_SIGNATURES: usize = 100;
