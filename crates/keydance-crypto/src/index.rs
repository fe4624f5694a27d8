//! Blind index: finding or comparing a value that is not stored in clear (contract "security", 2.10).

use crate::digest;
use crate::list::{List, ListError};
use crate::secret::Key32;

/// The keyed fingerprint of a value within one organisation and column.
///
/// `key` is the organisation's key of purpose `index`; `value` is normalised by the caller as that
/// column asks. Fingerprints in events and proofs use the column `fingerprint`.
///
/// # Errors
/// A value of more than 65,535 bytes has no index.
pub fn blind_index(
    key: &Key32,
    organisation: &str,
    column: &str,
    value: &[u8],
) -> Result<[u8; 16], ListError> {
    let list = List::new()
        .with(1, organisation.as_bytes())?
        .with(2, column.as_bytes())?
        .with(3, value)?;
    let tag = digest::hmac_sha256(key.expose(), [b"keydance/index/1", list.as_bytes()]);
    let mut index = [0; 16];
    index.iter_mut().zip(tag).for_each(|(to, from)| *to = from);
    Ok(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_answer_holds() {
        let key = Key32::copy_of(&core::array::from_fn(|i| 0x40 | i as u8));
        let index = blind_index(
            &key,
            "5f0c3a9e1b7d4426880e2f61",
            "external_id",
            b"alice@example.org",
        );
        assert_eq!(
            index,
            Ok(0x8a25_56d6_4d1c_8c69_50c0_cb5e_eff8_64a5_u128.to_be_bytes())
        );
    }
}
