//! Subcommands that read and write what is in a file.

use super::super::flags::*;
use super::super::subcommand::{Subcommand, Verb};
use super::*;

pub(super) const ENCRYPT_COMMAND: Subcommand = Subcommand::new(
    Verb::Encrypt,
    "encrypt",
    "[FILE]",
    "Encrypt a file, or standard input with --filename-override",
    &[
        &[IN_PLACE, OUTPUT, FILENAME_OVERRIDE],
        TYPES,
        RECIPIENTS,
        CREATION,
        RULES,
        COMMENT_RULES,
        SERVICES,
        &[LAYOUT, ALLOW_DUPLICATES, STRIP_CR],
        WRITING,
        MANY,
    ],
);

pub(super) const DECRYPT_COMMAND: Subcommand = Subcommand::new(
    Verb::Decrypt,
    "decrypt",
    "[FILE]",
    "Decrypt a file, or standard input",
    &[
        &[IN_PLACE, OUTPUT, EXTRACT, FILENAME_OVERRIDE],
        TYPES,
        &[IGNORE_MAC, DECRYPTION_ORDER],
        SERVICES,
        &[STRICT, LAYOUT, ALLOW_DUPLICATES],
        WRITING,
        MANY,
    ],
);

pub(super) const EDIT: Subcommand = Subcommand::new(
    Verb::Edit,
    "edit",
    "FILE",
    "Edit an encrypted file, or make one",
    &[
        &[SHOW_MASTER_KEYS],
        TYPES,
        RECIPIENTS,
        CREATION,
        RULES,
        COMMENT_RULES,
        &[IGNORE_MAC, DECRYPTION_ORDER],
        SERVICES,
        &[STRICT, LAYOUT, ALLOW_DUPLICATES, LOCK_TIMEOUT],
    ],
);

pub(super) const SET_COMMAND: Subcommand = Subcommand::new(
    Verb::Set,
    "set",
    "FILE PATH VALUE",
    "Set a value of an encrypted file: set FILE '[\"a\"][0]' '{\"b\": true}'",
    &[
        &[VALUE_FILE, VALUE_STDIN, SET_IDEMPOTENT],
        TYPES,
        // sops takes it here too, and does nothing with it.
        &[THRESHOLD],
        &[IGNORE_MAC, DECRYPTION_ORDER],
        SERVICES,
        &[VALUE_TYPE, CREATE, STRICT, LAYOUT, ALLOW_DUPLICATES],
        WRITING,
    ],
);

pub(super) const UNSET: Subcommand = Subcommand::new(
    Verb::Unset,
    "unset",
    "FILE PATH",
    "Remove a value of an encrypted file: unset FILE '[\"a\"][0]'",
    &[
        &[UNSET_IDEMPOTENT],
        TYPES,
        // As with `set`.
        &[THRESHOLD],
        &[IGNORE_MAC, DECRYPTION_ORDER],
        SERVICES,
        &[STRICT, LAYOUT, ALLOW_DUPLICATES],
        WRITING,
    ],
);

pub(super) const REPLACE: Subcommand = Subcommand::new(
    Verb::Replace,
    "replace",
    "FILE [PLAIN|-]",
    "Encrypt a plain file onto an encrypted one: what is equal stays as it is",
    &[
        TYPES,
        &[IGNORE_MAC, DECRYPTION_ORDER],
        SERVICES,
        &[STRICT, LAYOUT, ALLOW_DUPLICATES, STRIP_CR],
        WRITING,
    ],
)
.ours();

pub(super) const ROTATE_COMMAND: Subcommand = Subcommand::new(
    Verb::Rotate,
    "rotate",
    "FILE",
    "Encrypt a file anew under a new data key",
    &[
        &[IN_PLACE, OUTPUT, FILENAME_OVERRIDE],
        TYPES,
        RECIPIENT_CHANGES,
        &[ENCRYPTION_CONTEXT, DECRYPTION_ORDER],
        SERVICES,
        &[STRICT, LAYOUT, ALLOW_DUPLICATES, DROP_UNKNOWN],
        WRITING,
        MANY,
    ],
);
