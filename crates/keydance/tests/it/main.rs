//! The whole product, from outside: the started binary over HTTP and the command line, on both
//! databases.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what goes wrong here fails the test that asked for it"
)]

// The contract, line by line.
mod acceptance;
mod authorization;
mod bad_input;

// What it survives.
mod audit;
mod canary;
mod crash;
mod races;

// As people and scripts use it.
mod cli;
mod configuration;
mod credential;
mod flow;
mod git;
mod readme;
mod serving;
mod sops;

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use keydance_testkit::{Backend, Options, Server};

/// The binary under test.
const KEYDANCE: &str = env!("CARGO_BIN_EXE_keydance");

/// A server for one story.
#[track_caller]
fn server(backend: Backend) -> Server {
    Server::start(&Options::new(KEYDANCE, backend))
}

/// A command by the administrator of the first organisation.
fn admin<'a>(server: &Server, arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = server.command(arguments);
    let token = server.home().data().join("admin.token");
    command.env("KEYDANCE_TOKEN_FILE", token);
    command
}

/// What came of a command.
struct Told {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Told {
    /// Fails the test unless the command ended so.
    #[track_caller]
    fn code(self, expected: i32) -> Self {
        let Self {
            code,
            stdout,
            stderr,
        } = &self;
        assert_eq!(*code, expected, "stdout: {stdout}\nstderr: {stderr}");
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("not JSON: {}", self.stdout))
    }
}

/// Runs a command that reads this.
#[track_caller]
fn tell_with(command: &mut Command, stdin: &str) -> Told {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // A command that refuses its arguments does not wait for its input.
    drop(pipe.write_all(stdin.as_bytes()));
    drop(pipe);
    told(child.wait_with_output().unwrap())
}

/// Runs a command that reads nothing.
#[track_caller]
fn tell(command: &mut Command) -> Told {
    told(command.output().unwrap())
}

fn told(output: Output) -> Told {
    Told {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
