//! `keydance sops`, which is also what this program is under the name `sops`: the command line of
//! getsops/sops, and more.
//!
//! It does not go through [`cli`](crate::cli): its syntax is another, and a small file is to be
//! opened at once. A command is understood in three stages: what was typed ([`arguments`]), what it
//! means ([`invocation`], a [`request`]), and what came of it.

// What was typed.
mod arguments;
mod environment;
mod flags;
mod subcommand;
mod subcommands;

// What it means.
mod invocation;
mod options;
mod request;

// About the command line itself.
mod completion;
mod help;

// What they work with.
mod allowed;
mod cloud;
mod configuration;
mod creation;
mod identities;
mod key_commands;
mod lints;
mod opening;
mod organisation;
pub(crate) mod own_keys;
mod prompts;
mod session;

// The commands.
mod decrypt;
mod diff;
mod edit;
mod encrypt;
mod groups;
mod key_service;
mod merge_driver;
mod publish;
mod replace;
mod rotate;
mod set;
mod text_conv;
mod unset;
mod updatekeys;

// What several of them do.
mod changes;
mod edited;
mod exec_env;
mod exec_file;
mod file_status;
mod group_keys;
mod integrity;
mod merging;
mod old_style;
mod recipients;
mod verify;
// What runs while plain text lies about.
mod account;
mod child;
mod private_folder;
mod signals;

// Files.
mod file;
mod jobs;
mod layout;
mod lock;
mod many;
mod output;
mod paths;
mod write;

// What is said.
mod failure;

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

use environment::{Environment, Variable};
use failure::Failure;
use invocation::Invocation;
use request::Request;
use session::Session;
use subcommands::SOPS;

/// SOPS files: encrypt, edit, decrypt, share
///
/// This is the command line of getsops/sops, with more to it. Under the name `sops`, this program
/// takes its place.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Args {
    /// Flags, a command, and what it takes; `keydance sops --help` shows all
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// A command of `sops` that needs no `sops` in front of it. It is understood before clap sees it.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Direct {
    /// What it takes; --help shows all
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Why such a command is not understood after flags of `keydance`.
pub(crate) fn not_direct(args: &Direct) -> crate::failure::Failure {
    let words: Vec<_> = args
        .arguments
        .iter()
        .map(|word| word.to_string_lossy())
        .collect();
    crate::failure::Failure::usage("no flag stands before this command").hint(format!(
        "put its name first, and then `{}`",
        words.join(" ")
    ))
}

/// Why `sops` is not understood after flags of `keydance`: it has its own.
pub(crate) fn misplaced(args: &Args) -> crate::failure::Failure {
    let words = args.arguments.iter().filter_map(|word| word.to_str());
    let mut commands =
        words.filter(|word| SOPS.below(Face::Keydance).any(|each| each.name == *word));
    let command = commands.next().unwrap_or("--help");
    crate::failure::Failure::usage("no flag stands before `sops`")
        .hint(format!("`keydance sops {command}` has its own flags"))
}

/// How this program was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    /// `keydance sops`.
    Keydance,
    /// `sops`: whatever sops does is done, even where it is not the best.
    Sops,
}

impl Face {
    /// Whether arguments, the name of the program among them, call `sops`; and how many of them it
    /// takes to say so.
    pub(crate) fn of(arguments: &[OsString]) -> Option<(Self, usize)> {
        let program = Path::new(arguments.first()?).file_name();
        if program == Some(OsStr::new("sops")) {
            return Some((Self::Sops, 1));
        }
        let command = arguments.get(1)?;
        if DIRECT.iter().any(|direct| command == direct) {
            return Some((Self::Keydance, 1));
        }
        (command == "sops").then_some((Self::Keydance, 2))
    }

    /// As it is typed.
    pub(crate) fn program(self) -> &'static str {
        match self {
            Self::Keydance => "keydance sops",
            Self::Sops => "sops",
        }
    }
}

/// Commands that can be called without `sops` in front of them: those that git runs, and what
/// people run after it.
const DIRECT: [&str; 3] = ["git-textconv", "merge", "merge-driver"];

/// Does what stands after the name of the program, and says how it ended.
pub(crate) fn run(face: Face, typed: Vec<OsString>) -> ExitCode {
    let environment = Environment::of_process();
    let done = match typed.split_last() {
        Some((last, words)) if last == completion::ASKING => {
            let described = environment.get(Variable::DescribedCompletion) == Some("1".as_ref());
            print(&completion::suggestions(face, words, described))
        }
        _ => understand_and_do(face, typed, environment),
    };
    match done {
        Ok(exit) => exit,
        Err(failure) => failure::show(&failure),
    }
}

fn understand_and_do(
    face: Face,
    typed: Vec<OsString>,
    environment: Environment,
) -> Result<ExitCode, Failure> {
    let Invocation {
        request,
        options,
        warnings,
    } = Invocation::parse(face, typed, &environment)?;
    for warning in &warnings {
        failure::warn(warning);
    }
    run_request(&Session::new(face, environment, options)?, &request)
}

fn run_request(session: &Session, request: &Request) -> Result<ExitCode, Failure> {
    match request {
        Request::Decrypt(request) => decrypt::run(session, request),
        Request::Diff(request) => diff::run(session, request),
        Request::Edit(request) => edit::run(session, request),
        Request::Encrypt(request) => encrypt::run(session, request),
        Request::GroupsAdd(request) => groups::add(session, request),
        Request::GroupsDelete(request) => groups::delete(session, request),
        Request::Publish(request) => publish::run(session, request),
        Request::Replace(request) => replace::run(session, request),
        Request::Rotate(request) => rotate::run(session, request),
        Request::Set(request) => set::run(session, request),
        Request::Unset(request) => unset::run(session, request),
        Request::UpdateKeys(request) => updatekeys::run(session, request),
        Request::ExecEnv(request) => exec_env::run(session, request),
        Request::ExecFile(request) => exec_file::run(session, request),
        Request::FileStatus(request) => file_status::run(session, request),
        Request::KeyService(request) => key_service::run(session, request),
        Request::MergeDriver(request) => merge_driver::run(session, request),
        Request::MergeResolve(request) => edit::resolve(session, request),
        Request::OldStyle(request) => old_style::run(session, request),
        Request::Recipients(request) => recipients::run(session, request),
        Request::TextConv(request) => text_conv::run(session, request),
        Request::Verify(request) => verify::run(session, request),
        Request::Completion(shell) => print(&shell.script(session.face)),
        Request::Help(text) => print(text),
        Request::Version => print(&format!("{}\n", help::VERSION)),
    }
}

fn print(text: &str) -> Result<ExitCode, Failure> {
    output::print(text.as_bytes()).map(|()| ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_program_or_its_first_argument_calls_sops() {
        let face = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(OsString::from).collect();
            Face::of(&words)
        };
        assert_eq!(face(&["/usr/bin/sops", "-d", "f"]), Some((Face::Sops, 1)));
        assert_eq!(face(&["sops", "sops"]), Some((Face::Sops, 1)));
        assert_eq!(face(&["keydance", "sops", "-d"]), Some((Face::Keydance, 2)));
        let direct = ["keydance", "merge-driver", "O"];
        assert_eq!(face(&direct), Some((Face::Keydance, 1)));
        assert_eq!(face(&["keydance", "whoami", "sops"]), None);
        assert_eq!(face(&["keydance"]), None);
        assert_eq!(face(&[]), None);
    }
}
