//! Where random bytes come from: an argument, so that output can be reproduced.

pub use keydance_crypto::random::RandomError;

/// A source of random bytes that are fit to be a key.
pub trait Random {
    /// Overwrites `bytes` with random ones.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomError>;
}

/// The generator of the system, by way of the crypto provider.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomError> {
        keydance_crypto::random::fill(bytes)
    }
}
