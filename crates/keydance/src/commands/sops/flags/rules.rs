//! Flags that say which values are encrypted.

use super::Flag;

pub(crate) const UNENCRYPTED_SUFFIX: Flag = Flag::value(
    "unencrypted-suffix",
    "SUFFIX",
    "Leave values under keys that end so as they are",
);
pub(crate) const ENCRYPTED_SUFFIX: Flag = Flag::value(
    "encrypted-suffix",
    "SUFFIX",
    "Encrypt only values under keys that end so",
);
pub(crate) const UNENCRYPTED_REGEX: Flag = Flag::value(
    "unencrypted-regex",
    "REGEX",
    "Leave values under matching keys as they are",
);
pub(crate) const ENCRYPTED_REGEX: Flag = Flag::value(
    "encrypted-regex",
    "REGEX",
    "Encrypt only values under matching keys",
);
pub(crate) const UNENCRYPTED_COMMENT_REGEX: Flag = Flag::value(
    "unencrypted-comment-regex",
    "REGEX",
    "Leave values after a matching comment as they are",
)
.global();
pub(crate) const ENCRYPTED_COMMENT_REGEX: Flag = Flag::value(
    "encrypted-comment-regex",
    "REGEX",
    "Encrypt only values after a matching comment",
)
.global();
pub(crate) const MAC_ONLY_ENCRYPTED: Flag = Flag::switch(
    "mac-only-encrypted",
    "Let the MAC cover only what is encrypted",
)
.global();
