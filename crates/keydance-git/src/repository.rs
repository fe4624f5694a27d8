//! The repository, through the `git` program.
