//! Notes and verifier keys from elsewhere are read without a panic; a note without our signature
//! never verifies, and a verifier key has one spelling.
#![no_main]

use keydance_crypto::checkpoint::{LogSigner, LogVerifier};
use keydance_crypto::secret::Key32;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let signer = LogSigner::from_seed("keydance.example/acme", &Key32::copy_of(&[7; 32])).unwrap();
    assert!(signer.verifier().verify(text).is_err());
    if let Ok(verifier) = text.parse::<LogVerifier>() {
        assert_eq!(verifier.to_string(), text);
    }
});
