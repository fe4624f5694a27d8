//! Every subcommand of `sops`, and the flags of each.

mod content;
mod looking;
mod sharing;

use content::{
    DECRYPT_COMMAND, EDIT, ENCRYPT_COMMAND, REPLACE, ROTATE_COMMAND, SET_COMMAND, UNSET,
};
use looking::{DIFF, FILE_STATUS, MERGE, MERGE_DRIVER, RECIPIENTS_COMMAND, TEXT_CONV, VERIFY};
use sharing::{EXEC_ENV, EXEC_FILE, GROUPS, KEY_SERVICE, PUBLISH, UPDATE_KEYS};

use super::completion::Shell;
use super::flags::*;
use super::subcommand::{Subcommand, Verb};

/// `sops` itself, with the flags of its old style.
pub(crate) static SOPS: Subcommand = Subcommand::new(
    Verb::OldStyle,
    "",
    "FILE",
    "Edit, encrypt and decrypt files whose keys are plain and whose values are not",
    &[
        &[DECRYPT, ENCRYPT, ROTATE, SET],
        &[
            IN_PLACE,
            OUTPUT,
            EXTRACT,
            SHOW_MASTER_KEYS,
            FILENAME_OVERRIDE,
        ],
        TYPES,
        RECIPIENTS,
        CREATION,
        RULES,
        COMMENT_RULES,
        RECIPIENT_CHANGES,
        &[IGNORE_MAC, DECRYPTION_ORDER],
        SERVICES,
        &[
            CONFIG,
            INDENT,
            VERBOSE,
            NO_VERSION_CHECK,
            VERSION_CHECK,
            VERSION,
        ],
    ],
)
.above(&[
    ENCRYPT_COMMAND,
    DECRYPT_COMMAND,
    EDIT,
    SET_COMMAND,
    UNSET,
    REPLACE,
    ROTATE_COMMAND,
    UPDATE_KEYS,
    GROUPS,
    EXEC_ENV,
    EXEC_FILE,
    PUBLISH,
    KEY_SERVICE,
    FILE_STATUS,
    VERIFY,
    RECIPIENTS_COMMAND,
    DIFF,
    MERGE,
    MERGE_DRIVER,
    TEXT_CONV,
    COMPLETION,
    HELP_COMMAND,
]);

const COMPLETION: Subcommand = Subcommand::new(
    Verb::Group,
    "completion",
    "",
    "Print what makes a shell complete `sops`",
    &[],
)
.above(&[
    completion(Shell::Bash),
    completion(Shell::Elvish),
    completion(Shell::Fish),
    completion(Shell::Powershell),
    completion(Shell::Zsh),
]);

const fn completion(shell: Shell) -> Subcommand {
    let about = "Print the script for this shell";
    Subcommand::new(Verb::Completion(shell), shell.name(), "", about, &[])
}

const HELP_COMMAND: Subcommand = Subcommand::new(
    Verb::Help,
    "help",
    "[COMMAND]",
    "Show what a command does and takes",
    &[],
);

// What several subcommands take.

const TYPES: &[Flag] = &[INPUT_TYPE, OUTPUT_TYPE];

const RECIPIENTS: &[Flag] = &[
    KMS,
    AWS_PROFILE,
    GCP_KMS,
    HCKMS,
    AZURE_KV,
    HC_VAULT,
    PGP,
    AGE,
];

const CREATION: &[Flag] = &[ENCRYPTION_CONTEXT, THRESHOLD];

const RULES: &[Flag] = &[
    UNENCRYPTED_SUFFIX,
    ENCRYPTED_SUFFIX,
    UNENCRYPTED_REGEX,
    ENCRYPTED_REGEX,
];

const COMMENT_RULES: &[Flag] = &[
    UNENCRYPTED_COMMENT_REGEX,
    ENCRYPTED_COMMENT_REGEX,
    MAC_ONLY_ENCRYPTED,
];

const RECIPIENT_CHANGES: &[Flag] = &[
    ADD_KMS,
    RM_KMS,
    ADD_GCP_KMS,
    RM_GCP_KMS,
    ADD_HCKMS,
    RM_HCKMS,
    ADD_AZURE_KV,
    RM_AZURE_KV,
    ADD_HC_VAULT,
    RM_HC_VAULT,
    ADD_PGP,
    RM_PGP,
    ADD_AGE,
    RM_AGE,
];

const SERVICES: &[Flag] = &[LOCAL_KEYSERVICE, KEYSERVICE];

const WRITING: &[Flag] = &[DRY_RUN, LOCK_TIMEOUT];

const MANY: &[Flag] = &[JOBS, FAIL_FAST];
