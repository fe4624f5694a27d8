//! `keydance`: the server and its command line in one binary.
//!
//! A command goes through three stages: what was typed (`Args` in `commands/<noun>/<verb>.rs`), what
//! it means (a request), and what came of it: an [`Output`](output::Output), which is data for
//! `--json` and can render itself for people. Commands never print; [`output`] and [`failure`] do.
//!
//! | module | what it is |
//! |---|---|
//! | [`cli`] | the command line as a whole |
//! | [`commands`] | what each command does |
//! | [`commands::sops`] | a command line of its own, that of getsops/sops |
//! | [`config`] | the configuration of the server |
//! | [`client`], [`login`] | calling a server, and as whom |
//! | [`output`], [`render`], [`failure`] | what is shown, and the exit code |

mod cli;
mod commands;
mod config;

// Calling a server.
mod client;
mod login;

// Talking with whoever typed the command.
mod failure;
mod output;
mod render;
mod terminal;

mod private_file;

use std::ffi::OsString;
use std::process::ExitCode;

use commands::sops;
use config::Environment;

fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    match sops::Face::of(&arguments) {
        Some((face, named_by)) => sops::run(face, arguments.split_off(named_by)),
        None => cli::run(arguments, Environment::of_process()),
    }
}
