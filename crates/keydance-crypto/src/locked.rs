//! Memory for the few keys that open everything else: locked against swap, left out of core dumps,
//! between guard pages, wiped before it goes back to the system (the only `unsafe` of the crate).
//!
//! Each key takes a page of its own and so counts 4 KiB of `RLIMIT_MEMLOCK`.

use core::ffi::c_void;
use core::fmt;
use core::ptr;

use rustix::io::Errno;
use rustix::mm::{self, Advice, MapFlags, MprotectFlags, ProtFlags};
use zeroize::Zeroize as _;

use crate::secret::Key32;

/// The system gave no memory for a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no protected memory for a key")]
pub struct LockError(#[source] Errno);

/// Whether the system keeps a key out of swap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Swap {
    /// The page is locked in memory.
    Excluded,
    /// Locking was refused, as a rule by `RLIMIT_MEMLOCK`; everything else holds. To be reported.
    Possible(Errno),
}

impl fmt::Display for Swap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Excluded => f.write_str("the key is locked in memory"),
            Self::Possible(errno) => {
                write!(f, "the key may be swapped out: mlock refused: {errno}")
            }
        }
    }
}

/// A root key or key-encryption key in protected memory.
#[expect(missing_debug_implementations, reason = "a key is never printed")]
pub struct LockedKey {
    key: Key32,
    swap: Swap,
}

impl LockedKey {
    /// Moves the key to protected memory and wipes where it was.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the unprotected key must end here"
    )]
    pub fn new(key: Key32) -> Result<Self, LockError> {
        let (region, swap) = Region::holding(key.expose()).map_err(LockError)?;
        Ok(Self {
            key: Key32::in_region(region),
            swap,
        })
    }

    /// Whether the system keeps it out of swap.
    #[must_use]
    pub fn swap(&self) -> Swap {
        self.swap
    }

    /// The key, to seal and open with.
    #[must_use]
    pub fn as_key(&self) -> &Key32 {
        &self.key
    }

    /// The key itself.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        self.key.expose()
    }
}

/// Three pages: one that holds 32 bytes, between two that nobody may touch.
pub(crate) struct Region {
    // INVARIANT: the start of a mapping of three pages that this value alone owns; the middle one
    // is readable and writable and begins with the 32 bytes.
    start: *mut c_void,
    page: usize,
}

// SAFETY: the mapping belongs to the process, not to a thread, and is only read once built.
unsafe impl Send for Region {}
// SAFETY: as above; shared access is read-only.
unsafe impl Sync for Region {}

impl Region {
    fn holding(key: &[u8; 32]) -> Result<(Self, Swap), Errno> {
        let page = rustix::param::page_size();
        let length = page.saturating_mul(3);
        // SAFETY: a new anonymous mapping at an address of the system's choice.
        let start = unsafe {
            mm::mmap_anonymous(
                ptr::null_mut(),
                length,
                ProtFlags::empty(),
                MapFlags::PRIVATE,
            )?
        };
        let region = Self { start, page };
        let middle = region.middle();
        // SAFETY: `middle` is a whole page of the mapping just made, to which nothing refers yet.
        let swap = unsafe {
            mm::mprotect(middle, page, MprotectFlags::READ | MprotectFlags::WRITE)?;
            mm::madvise(middle, page, Advice::LinuxDontDump)?;
            mm::mlock(middle, page).map_or_else(Swap::Possible, |()| Swap::Excluded)
        };
        // SAFETY: the page is writable, aligned for bytes, longer than 32 and not referred to.
        unsafe { ptr::copy_nonoverlapping(key, middle.cast(), 1) };
        Ok((region, swap))
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        // SAFETY: by the invariant; `holding` wrote the bytes before it gave the region out.
        unsafe { &*self.middle().cast::<[u8; 32]>() }
    }

    fn middle(&self) -> *mut c_void {
        self.start.wrapping_byte_add(self.page)
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: an exclusive reference to the page; a region whose building failed half-way may
        // not be writable, so it is made so again before it is wiped.
        unsafe {
            let writable = MprotectFlags::READ | MprotectFlags::WRITE;
            if mm::mprotect(self.middle(), self.page, writable).is_ok() {
                (*self.middle().cast::<[u8; 32]>()).zeroize();
            }
            // Unmapping also unlocks; a failure leaves a wiped page behind.
            let _ = mm::munmap(self.start, self.page.saturating_mul(3));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_key_is_the_key_it_was_made_from() {
        let locked = LockedKey::new(Key32::copy_of(&[7; 32])).unwrap();
        assert_eq!(locked.expose(), &[7; 32]);
        assert!(locked.as_key().ct_eq(&Key32::copy_of(&[7; 32])));
    }

    #[test]
    fn a_locked_key_may_be_used_from_another_thread() {
        let locked = LockedKey::new(Key32::copy_of(&[9; 32])).unwrap();
        std::thread::spawn(move || assert_eq!(locked.expose(), &[9; 32]))
            .join()
            .unwrap();
    }

    #[test]
    fn the_warning_says_what_it_means() {
        let text = Swap::Possible(Errno::NOMEM).to_string();
        assert!(
            text.starts_with("the key may be swapped out: mlock refused"),
            "{text}"
        );
    }
}
