//! Subcommands that look at files as they are.

use super::super::flags::*;
use super::super::subcommand::{Subcommand, Verb};
use super::*;

pub(super) const FILE_STATUS: Subcommand = Subcommand::new(
    Verb::FileStatus,
    "filestatus",
    "FILE",
    "Say whether a file is encrypted",
    &[&[INPUT_TYPE], &[STRICT], MANY],
);

pub(super) const VERIFY: Subcommand = Subcommand::new(
    Verb::Verify,
    "verify",
    "PATH…",
    "Look whether files are whole and as they should be",
    &[
        &[INPUT_TYPE, DECRYPTION_ORDER],
        SERVICES,
        &[STRICT, JSON],
        MANY,
    ],
)
.ours();

pub(super) const RECIPIENTS_COMMAND: Subcommand = Subcommand::new(
    Verb::Recipients,
    "recipients",
    "PATH…",
    "Show who can open files",
    &[&[INPUT_TYPE, JSON, STRICT], MANY],
)
.ours();

pub(super) const DIFF: Subcommand = Subcommand::new(
    Verb::Diff,
    "diff",
    "A B",
    "Show the paths in which two files differ",
    &[
        &[REVEAL, JSON],
        TYPES,
        &[IGNORE_MAC, DECRYPTION_ORDER],
        SERVICES,
        &[STRICT],
    ],
)
.ours();

pub(super) const MERGE_DRIVER: Subcommand = Subcommand::new(
    Verb::MergeDriver,
    "merge-driver",
    "BASE OURS THEIRS MARKER-SIZE PATH",
    "Merge two versions of a file, for git",
    &[&[DECRYPTION_ORDER], SERVICES, &[STRICT]],
)
.ours();

pub(super) const MERGE: Subcommand = Subcommand::new(
    Verb::Group,
    "merge",
    "",
    "Finish a merge that git began",
    &[],
)
.above(&[MERGE_RESOLVE])
.ours();

pub(super) const MERGE_RESOLVE: Subcommand = Subcommand::new(
    Verb::MergeResolve,
    "resolve",
    "FILE",
    "Decide in an editor what both sides changed",
    &[
        TYPES,
        &[IGNORE_MAC, DECRYPTION_ORDER],
        SERVICES,
        &[STRICT, LAYOUT],
        WRITING,
    ],
);

pub(super) const TEXT_CONV: Subcommand = Subcommand::new(
    Verb::TextConv,
    "git-textconv",
    "FILE",
    "Show a file as git compares it",
    &[SERVICES],
)
.ours();
