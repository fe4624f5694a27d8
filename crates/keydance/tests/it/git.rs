//! An organisation in a repository, from outside: the started binary, git, ssh-keygen and sops.

mod check;
mod crash;
mod desk;
mod events;
mod exposure;
mod files;
mod graph;
mod identity;
mod merge;
mod trust;
