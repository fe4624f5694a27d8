//! Organisations that are in a repository of git, and nowhere else.

mod exposure;
