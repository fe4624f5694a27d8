//! Bytes that are read as a frontier are the ones it writes, and it can grow.
#![no_main]

use keydance_crypto::merkle::Frontier;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(mut frontier) = Frontier::from_bytes(bytes) {
        assert_eq!(frontier.to_bytes(), bytes);
        let size = frontier.size();
        frontier.append([0; 32]);
        assert_eq!(frontier.size(), size + 1);
        assert_ne!(frontier.root(), [0; 32]);
    }
});
