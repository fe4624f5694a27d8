//! What is kept of history, as bytes: numbers little-endian, lists behind their length.

use super::{Blob, Change, Claim, Commit, Content, Encrypted, Generation, Mark, Version, Wrap};
use crate::repository::ObjectId;

/// What can be kept.
pub(super) trait Kept: Sized {
    fn write(&self, bytes: &mut Vec<u8>);

    /// Nothing if the bytes are none of ours.
    fn read(bytes: &mut &[u8]) -> Option<Self>;
}

/// Takes so many bytes off the front.
pub(super) fn take<'b>(bytes: &mut &'b [u8], len: usize) -> Option<&'b [u8]> {
    let (front, rest) = bytes.split_at_checked(len)?;
    *bytes = rest;
    Some(front)
}

impl Kept for u8 {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.push(*self);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        take(bytes, 1)?.first().copied()
    }
}

impl Kept for u32 {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.to_le_bytes());
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        Some(Self::from_le_bytes(take(bytes, 4)?.try_into().ok()?))
    }
}

impl Kept for u64 {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.to_le_bytes());
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        Some(Self::from_le_bytes(take(bytes, 8)?.try_into().ok()?))
    }
}

impl Kept for i64 {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.to_le_bytes());
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        Some(Self::from_le_bytes(take(bytes, 8)?.try_into().ok()?))
    }
}

impl Kept for [u8; 16] {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        take(bytes, 16)?.try_into().ok()
    }
}

impl Kept for Box<[u8]> {
    fn write(&self, bytes: &mut Vec<u8>) {
        write_len(self.len(), bytes);
        bytes.extend_from_slice(self);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let len = u32::read(bytes)?;
        take(bytes, len as usize).map(Self::from)
    }
}

impl Kept for ObjectId {
    fn write(&self, bytes: &mut Vec<u8>) {
        let id = self.as_bytes();
        bytes.push(if id.len() == 20 { 20 } else { 32 });
        bytes.extend_from_slice(id);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let len = u8::read(bytes)?;
        Self::from_bytes(take(bytes, usize::from(len))?)
    }
}

impl<T: Kept> Kept for Option<T> {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.push(u8::from(self.is_some()));
        self.iter().for_each(|it| it.write(bytes));
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        match u8::read(bytes)? {
            0 => Some(None),
            1 => T::read(bytes).map(Some),
            _ => None,
        }
    }
}

impl<T: Kept> Kept for Vec<T> {
    fn write(&self, bytes: &mut Vec<u8>) {
        write_all(self, bytes);
    }

    /// Grows as it is read, so that a length that is a lie costs nothing.
    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let len = u32::read(bytes)?;
        (0..len).map(|_| T::read(bytes)).collect()
    }
}

/// Writes what a vector of these would be read from.
pub(super) fn write_all<T: Kept>(items: &[T], bytes: &mut Vec<u8>) {
    write_len(items.len(), bytes);
    items.iter().for_each(|item| item.write(bytes));
}

/// A list that is longer than that does not fit into memory.
fn write_len(len: usize, bytes: &mut Vec<u8>) {
    u32::try_from(len).unwrap_or(u32::MAX).write(bytes);
}

/// Fields one after another.
macro_rules! kept {
    ($name:ident { $($field:ident),* }) => {
        impl Kept for $name {
            fn write(&self, bytes: &mut Vec<u8>) {
                $(self.$field.write(bytes);)*
            }

            fn read(bytes: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: Kept::read(bytes)?),* })
            }
        }
    };
}

kept!(Blob { path, content });
kept!(Change {
    parent,
    path,
    old,
    new
});
kept!(Claim {
    recipient,
    principal,
    holder
});
kept!(Commit {
    id,
    time,
    parents,
    changes
});
kept!(Encrypted {
    groups,
    threshold,
    values,
    generation
});
kept!(Generation {
    group,
    number,
    recipient
});
kept!(Mark { version, mark });
kept!(Version { place, is_plain });
kept!(Wrap { recipient, mark });

impl Kept for bool {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.push(u8::from(*self));
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        match u8::read(bytes)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Kept for Content {
    fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Encrypted(encrypted) => {
                bytes.push(0);
                encrypted.write(bytes);
            }
            Self::Roster(claims) => {
                bytes.push(1);
                claims.write(bytes);
            }
            Self::Unreadable => bytes.push(2),
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        match u8::read(bytes)? {
            0 => Encrypted::read(bytes).map(Self::Encrypted),
            1 => Vec::read(bytes).map(Self::Roster),
            2 => Some(Self::Unreadable),
            _ => None,
        }
    }
}
