//! Detached signatures over files, in the format of `ssh-keygen -Y`.
