//! Padding of payloads, so that an envelope tells a size in steps only:
//! `80 00…` to 64, 128, 256, 512, 1024, then multiples of 1024 bytes.

use crate::secret::SecretBytes;

/// The longest payload of one envelope, in bytes.
pub const MAX_PLAINTEXT: usize = 2_097_151;

/// The padded payload, or nothing if it is too long.
pub(super) fn pad(plaintext: &[u8]) -> Option<SecretBytes> {
    let mut padded = SecretBytes::zeroed(padded_size(plaintext.len())?);
    let (text, rest) = padded.expose_mut().split_at_mut_checked(plaintext.len())?;
    text.copy_from_slice(plaintext);
    *rest.first_mut()? = MARK;
    Some(padded)
}

/// The payload within its padding, if that is the smallest that fits.
pub(super) fn strip(padded: &[u8]) -> Option<&[u8]> {
    let end = padded.iter().rposition(|byte| *byte != 0)?;
    let (plaintext, rest) = padded.split_at_checked(end)?;
    let smallest = padded_size(plaintext.len()) == Some(padded.len());
    (smallest && rest.first() == Some(&MARK)).then_some(plaintext)
}

/// Whether padded payloads can have this size.
pub(super) fn is_padded_size(size: usize) -> bool {
    size.checked_sub(1).and_then(padded_size) == Some(size)
}

/// The smallest size that holds a payload of `len` bytes and the mark.
fn padded_size(len: usize) -> Option<usize> {
    if len > MAX_PLAINTEXT {
        return None;
    }
    let needed = len.checked_add(1)?;
    if needed <= STEP {
        Some(needed.next_power_of_two().max(64))
    } else {
        needed.checked_next_multiple_of(STEP)
    }
}

const MARK: u8 = 0x80;
const STEP: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_go_in_steps() {
        let sizes = [
            (0, 64),
            (63, 64),
            (64, 128),
            (511, 512),
            (1023, 1024),
            (1024, 2048),
        ];
        for (len, size) in sizes {
            assert_eq!(padded_size(len), Some(size), "{len}");
        }
        assert_eq!(padded_size(MAX_PLAINTEXT), Some(2_097_152));
        assert_eq!(padded_size(MAX_PLAINTEXT + 1), None);
    }

    #[test]
    fn only_those_sizes_are_padded_sizes() {
        let sizes: Vec<usize> = (0..4097).filter(|size| is_padded_size(*size)).collect();
        assert_eq!(sizes, [64, 128, 256, 512, 1024, 2048, 3072, 4096]);
        assert!(is_padded_size(2_097_152) && !is_padded_size(2_097_152 + 1024));
    }

    #[test]
    fn stripping_undoes_padding() {
        for len in 0..2100 {
            let plaintext = vec![0x80; len];
            assert_eq!(
                strip(pad(&plaintext).unwrap().expose()),
                Some(plaintext.as_slice())
            );
        }
    }

    #[test]
    fn a_padding_too_long_or_malformed_is_refused() {
        let mut padded = vec![0; 128];
        padded[63] = MARK;
        assert_eq!(strip(&padded), None, "64 would have fitted");
        padded[64] = 1;
        assert_eq!(strip(&padded), None, "another mark");
        assert_eq!(strip(&[0; 64]), None, "no mark");
        assert_eq!(strip(&[]), None);
    }
}
