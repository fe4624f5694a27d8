//! Pages of lists.

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Number of the page, from 1.
    pub number: i64,
    /// Entries on a page, at least 1.
    pub size: i64,
}

impl PageRequest {
    pub(crate) fn offset(self) -> i64 {
        self.number.saturating_sub(1).saturating_mul(self.size)
    }
}

/// A part of a list and the length of the whole.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The entries of this page.
    pub entries: Vec<T>,
    /// The number of entries on all pages.
    pub total: i64,
}
