//! Passwords for servers that live as long as a test.

use std::fs::File;
use std::io::Read as _;

/// Sixteen bytes from the kernel, as 32 lower-case hex digits.
pub(crate) fn password() -> String {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .expect("the kernel gives random bytes");
    format!("{:032x}", u128::from_be_bytes(bytes))
}
