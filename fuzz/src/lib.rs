//! What fuzz targets do with their input, so that tests can do it as well.
//!
//! A target that libFuzzer drives is a file in `fuzz_targets`. What reads SOPS files is driven a
//! second time, by the tests of `keydance-sops`, with mutations of its corpus.

pub mod sops;
