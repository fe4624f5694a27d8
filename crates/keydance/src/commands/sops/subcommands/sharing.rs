//! Subcommands that decide who can open a file, and hand it on.

use super::super::flags::*;
use super::super::subcommand::{Subcommand, Verb};
use super::*;

pub(super) const UPDATE_KEYS: Subcommand = Subcommand::new(
    Verb::UpdateKeys,
    "updatekeys",
    "FILE…",
    "Give files the recipients of their rules",
    &[
        &[YES, INPUT_TYPE],
        SERVICES,
        &[STRICT, LAYOUT, THRESHOLD_FROM_CONFIG],
        WRITING,
        MANY,
    ],
);

pub(super) const GROUPS: Subcommand = Subcommand::new(
    Verb::Group,
    "groups",
    "",
    "Change the groups of recipients of a file",
    &[],
)
.above(&[GROUPS_ADD, GROUPS_DELETE]);

pub(super) const GROUPS_ADD: Subcommand = Subcommand::new(
    Verb::GroupsAdd,
    "add",
    "",
    "Add a group of recipients",
    &[
        &[FILE, IN_PLACE, THRESHOLD],
        &[
            GROUP_KMS,
            AWS_PROFILE,
            ENCRYPTION_CONTEXT,
            GROUP_GCP_KMS,
            GROUP_HCKMS,
        ],
        &[GROUP_AZURE_KV, GROUP_HC_VAULT, GROUP_PGP, GROUP_AGE],
        SERVICES,
        &[STRICT, LAYOUT],
        WRITING,
    ],
);

pub(super) const GROUPS_DELETE: Subcommand = Subcommand::new(
    Verb::GroupsDelete,
    "delete",
    "INDEX",
    "Delete a group of recipients; the first is 0",
    &[
        &[FILE, IN_PLACE, THRESHOLD],
        SERVICES,
        &[STRICT, LAYOUT],
        WRITING,
    ],
);

pub(super) const EXEC_ENV: Subcommand = Subcommand::new(
    Verb::ExecEnv,
    "exec-env",
    "FILE COMMAND",
    "Run a command with the values of a file in its environment",
    &[
        &[PRISTINE, USER, SAME_PROCESS, BACKGROUND, DECRYPTION_ORDER],
        SERVICES,
        &[STRICT],
    ],
);

pub(super) const EXEC_FILE: Subcommand = Subcommand::new(
    Verb::ExecFile,
    "exec-file",
    "FILE COMMAND",
    "Run a command with the decrypted file at the path that stands for {}",
    &[
        &[NO_FIFO, FILENAME, USER, BACKGROUND],
        TYPES,
        &[DECRYPTION_ORDER],
        SERVICES,
        &[STRICT],
    ],
);

pub(super) const PUBLISH: Subcommand = Subcommand::new(
    Verb::Publish,
    "publish",
    "PATH",
    "Send a file where the configuration says",
    &[
        &[YES, RECURSIVE, OMIT_EXTENSIONS, VERBOSE, DECRYPTION_ORDER],
        SERVICES,
        &[STRICT, DRY_RUN],
    ],
);

pub(super) const KEY_SERVICE: Subcommand = Subcommand::new(
    Verb::KeyService,
    "keyservice",
    "",
    "Use the keys of this machine on behalf of others",
    &[&[NETWORK, ADDRESS, PROMPT, VERBOSE, INSECURE_LISTEN]],
);
