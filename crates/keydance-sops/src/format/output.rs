//! The bytes of a file while they are written.

use std::mem;

use zeroize::Zeroize as _;

/// Bytes that may be secret: what growing leaves behind is wiped, and all of them if nobody takes
/// them.
#[derive(Default)]
pub(crate) struct Output(Vec<u8>);

impl Output {
    /// Appends bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    /// Appends a character as UTF-8.
    pub(crate) fn push_char(&mut self, character: char) {
        self.push(character.encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// Appends so many blanks.
    pub(crate) fn push_blanks(&mut self, count: usize) {
        self.reserve(count);
        self.0.extend(std::iter::repeat_n(b' ', count));
    }

    /// All bytes appended so far.
    #[must_use]
    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        mem::take(&mut self.0)
    }

    /// Grows by copying, because a reallocation would leave the old bytes in freed memory.
    fn reserve(&mut self, more: usize) {
        let needed = self.0.len().saturating_add(more);
        if needed <= self.0.capacity() {
            return;
        }
        let mut grown = Vec::with_capacity(needed.max(self.0.capacity().saturating_mul(2)));
        grown.extend_from_slice(&self.0);
        self.0.zeroize();
        self.0 = grown;
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_appended_comes_out_in_order() {
        let mut output = Output::default();
        output.push(b"a");
        output.push_blanks(3);
        output.push_char('é');
        for _ in 0..1000 {
            output.push(b"0123456789");
        }
        let bytes = output.into_bytes();
        assert_eq!(&bytes[..6], "a   é".as_bytes());
        assert_eq!(bytes.len(), 10_006);
    }

    #[test]
    fn the_first_bytes_take_no_more_room_than_they_need() {
        let mut output = Output::default();
        output.push(b"exact");
        assert_eq!(output.into_bytes().capacity(), 5);
    }
}
