//! SHA-256, the hash of the event log and of digests inside events.

/// A SHA-256 value.
pub type Hash = [u8; 32];

/// SHA-256 of `bytes`.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Hash {
    sha256_of([bytes])
}

/// SHA-256 of the parts one after the other.
pub(crate) fn sha256_of<const N: usize>(parts: [&[u8]; N]) -> Hash {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// HMAC-SHA-256 of the parts one after the other.
pub(crate) fn hmac_sha256<const N: usize>(key: &[u8; 32], parts: [&[u8]; N]) -> Hash {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key);
    let mut context = aws_lc_rs::hmac::Context::with_key(&key);
    for part in parts {
        context.update(part);
    }
    let mut tag = [0; 32];
    tag.copy_from_slice(context.sign().as_ref());
    tag
}

/// A digest as 64 lower-case hex digits.
pub fn hex(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
