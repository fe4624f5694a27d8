//! Random bytes from the generator of the system.
//!
//! Not by way of the crypto provider: its own generator costs a process some 80 ms before the first
//! byte, and would be one more thing to trust.

use zeroize::Zeroizing;

/// The system generator gave no bytes; whatever needed them must stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system random generator failed")]
pub struct RandomError;

/// Overwrites `bytes` with random ones.
pub fn fill(bytes: &mut [u8]) -> Result<(), RandomError> {
    getrandom::fill(bytes).map_err(|_| RandomError)
}

/// `N` random bytes, wiped on drop because they may become a key.
pub fn bytes<const N: usize>() -> Result<Zeroizing<[u8; N]>, RandomError> {
    let mut bytes = Zeroizing::new([0; N]);
    fill(bytes.as_mut_slice())?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_hundred_thousand_salts_differ() {
        let salts: HashSet<[u8; 32]> = (0..100_000).map(|_| *bytes().unwrap()).collect();
        assert_eq!(salts.len(), 100_000);
    }
}
