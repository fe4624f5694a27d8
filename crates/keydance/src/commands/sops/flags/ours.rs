//! Flags that sops does not know.

use super::Flag;

pub(crate) const ALLOW_DUPLICATES: Flag = Flag::switch(
    "allow-duplicates",
    "Take the last of equal keys in dotenv and INI instead of refusing them",
)
.ours();
pub(crate) const CREATE: Flag = Flag::switch("create", "Make the file if it is not there").ours();
pub(crate) const DROP_UNKNOWN: Flag =
    Flag::switch("drop-unknown", "Remove recipients of a kind nobody knows").ours();
pub(crate) const DRY_RUN: Flag =
    Flag::switch("dry-run", "Show what would be done, and do nothing").ours();
pub(crate) const FAIL_FAST: Flag =
    Flag::switch("fail-fast", "Begin no further file after a failure").ours();
pub(crate) const INSECURE_LISTEN: Flag = Flag::switch(
    "insecure-listen",
    "Listen to other machines, unencrypted and for everybody",
)
.ours();
pub(crate) const JOBS: Flag =
    Flag::value("jobs", "N", "Files at a time [default: one per core]").ours();
pub(crate) const JSON: Flag = Flag::switch("json", "Print JSON").ours();
pub(crate) const LAYOUT: Flag = Flag::value(
    "layout",
    "LAYOUT",
    "canonical: as sops lays files out; preserve: as the file is",
)
.ours();
pub(crate) const LOCK_TIMEOUT: Flag = Flag::value(
    "lock-timeout",
    "SECONDS",
    "How long to wait for others that write the file [default: 30]",
)
.ours();
pub(crate) const REVEAL: Flag = Flag::switch("reveal", "Show values").ours();
pub(crate) const STRICT: Flag = Flag::switch(
    "strict",
    "Refuse files that are not exactly as they should be",
)
.ours();
pub(crate) const STRIP_CR: Flag =
    Flag::switch("strip-cr", "Take Windows line ends for line ends").ours();
pub(crate) const THRESHOLD_FROM_CONFIG: Flag = Flag::switch(
    "threshold-from-config",
    "Take the threshold of the rule too",
)
.ours();
pub(crate) const VALUE_TYPE: Flag = Flag::value(
    "type",
    "TYPE",
    "string, int, float or bool, however VALUE looks",
)
.ours();
