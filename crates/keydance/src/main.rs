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

use std::process::ExitCode;

use config::Environment;

fn main() -> ExitCode {
    cli::run(std::env::args_os(), Environment::of_process())
}
