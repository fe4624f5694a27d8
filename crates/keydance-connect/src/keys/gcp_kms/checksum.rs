//! CRC-32C (RFC 3720, appendix B.4), by which Google's KMS and its callers notice damage.

/// The polynomial, its bits in reverse order.
const POLYNOMIAL: u32 = 0x82F6_3B78;

/// The checksum as it stands in JSON.
pub(super) fn text(bytes: &[u8]) -> String {
    crc32c(bytes).to_string()
}

/// Whether a checksum, if there is one, is that of these bytes.
pub(super) fn fits(checksum: Option<&str>, bytes: &[u8]) -> bool {
    checksum.is_none_or(|checksum| checksum == text(bytes))
}

/// Bit by bit: it is for some hundred bytes.
fn crc32c(bytes: &[u8]) -> u32 {
    let shift = |sum: u32, _| (sum >> 1) ^ (POLYNOMIAL & (sum & 1).wrapping_neg());
    let add = |sum: u32, byte: &u8| (0..8).fold(sum ^ u32::from(*byte), shift);
    !bytes.iter().fold(!0, add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksums_are_those_of_the_rfc() {
        assert_eq!(crc32c(b"123456789"), 0xE306_9283);
        assert_eq!(crc32c(&[0; 32]), 0x8A91_36AA);
        assert_eq!(crc32c(&[0xFF; 32]), 0x62A8_AB43);
        assert!(fits(None, b"x"));
        assert!(fits(Some("3808858755"), b"123456789"));
        assert!(!fits(Some("1"), b"123456789"));
    }
}
