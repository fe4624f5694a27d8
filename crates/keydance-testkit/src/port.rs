//! Loopback ports for the servers of a test.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

/// Below the range the kernel takes outgoing ports from, so that a port found
/// free is still free when a server binds it.
const FIRST: u32 = 20_000;
const COUNT: u32 = 12_000;

static TAKEN: AtomicU32 = AtomicU32::new(0);

/// A loopback port nobody listens on. Test processes start looking in
/// different places and no process gets the same port twice in a row.
pub(crate) fn free() -> u16 {
    let start = std::process::id().wrapping_mul(97);
    (0..COUNT)
        .map(|_| TAKEN.fetch_add(1, Ordering::Relaxed))
        .map(|nth| FIRST + start.wrapping_add(nth) % COUNT)
        .filter_map(|port| u16::try_from(port).ok())
        .find(|&port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok())
        .expect("one of 12 000 ports is free")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_askers_get_two_ports() {
        assert_ne!(free(), free());
    }
}
