//! Detached signatures over files, in the format of `ssh-keygen -Y`.

/// The folder of signatures. That of the file `PATH` is `PATH.sig` in it.
pub const SIGNATURES_FOLDER: &str = ".keydance/signatures";
