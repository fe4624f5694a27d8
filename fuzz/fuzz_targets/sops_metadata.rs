//! Of SOPS: metadata.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| keydance_fuzz::sops::metadata(bytes));
