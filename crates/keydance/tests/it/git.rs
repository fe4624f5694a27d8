//! An organisation in a repository, from outside: the started binary, git, ssh-keygen and sops.

mod crash;
mod desk;
mod events;
mod files;
mod identity;
