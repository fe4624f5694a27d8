//! Flags of one command or two.

use super::Flag;

pub(crate) const SHOW_MASTER_KEYS: Flag =
    Flag::switch("show-master-keys", "Show the block \"sops\" in the editor").or("s");
pub(crate) const VALUE_FILE: Flag = Flag::switch("value-file", "VALUE is a file with the value");
pub(crate) const VALUE_STDIN: Flag =
    Flag::switch("value-stdin", "Read the value from standard input");
pub(crate) const SET_IDEMPOTENT: Flag =
    Flag::switch("idempotent", "Write nothing if the value is there already");
pub(crate) const UNSET_IDEMPOTENT: Flag =
    Flag::switch("idempotent", "Write nothing if there is no such value");
pub(crate) const YES: Flag = Flag::switch("yes", "Do not ask").or("y");
pub(crate) const RECURSIVE: Flag = Flag::switch("recursive", "With all files below a folder");
pub(crate) const OMIT_EXTENSIONS: Flag =
    Flag::switch("omit-extensions", "Leave the suffix out of the destination");
pub(crate) const PRISTINE: Flag = Flag::switch("pristine", "Give the command no other variables");
pub(crate) const USER: Flag = Flag::value("user", "NAME", "Run the command as this user");
pub(crate) const SAME_PROCESS: Flag = Flag::switch(
    "same-process",
    "Become the command instead of waiting for it",
);
pub(crate) const BACKGROUND: Flag =
    Flag::switch("background", "Do not wait for the command (deprecated)");
pub(crate) const NO_FIFO: Flag =
    Flag::switch("no-fifo", "Hand the content over in a file, not in a fifo");
pub(crate) const FILENAME: Flag = Flag::value(
    "filename",
    "NAME",
    "The name of the file that is handed over",
);
pub(crate) const NETWORK: Flag =
    Flag::value("network", "tcp|unix", "What to listen on [default: tcp]").or("net");
pub(crate) const ADDRESS: Flag = Flag::value(
    "address",
    "ADDRESS",
    "Where to listen [default: 127.0.0.1:5000]",
)
.or("addr");
pub(crate) const PROMPT: Flag = Flag::switch("prompt", "Ask before each answer");
