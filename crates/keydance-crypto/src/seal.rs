//! Seals: what yields the 32-byte key that opens the root key (contract "security", 2.9).

pub mod file;
