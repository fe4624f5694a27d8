//! What each command does: one folder per noun, one file per verb.

// The operator's commands.
mod deployment;
mod organisation;
mod serve;

// Who is calling.
mod login;
mod whoami;

// What is kept, and what may use it.
mod credential;
mod environment;
mod execution;
mod flow;
mod run;

// Secrets in files.
pub(crate) mod sops;

// Who opens them, in a repository.
mod check;
mod device;
mod event;
mod git_setup;
mod identity;
mod init;
mod join;
mod leave;
mod node;
mod sign;
mod sync;
mod trust;

// Who can read what there, and could.
mod exposed;
mod graph;
mod what_can;
mod who_can;
mod why;

// Who there is.
mod group;
mod machine;
mod person;
mod token;

// What happened, and whether all is well.
mod audit;
mod doctor;

// About the command line itself.
mod completions;
mod man;

// What several commands take.
mod paging;
mod reference;

use clap::Subcommand;

use crate::cli::Global;
use crate::client::Client;
use crate::config::Environment;
use crate::failure::Failure;
use crate::login::Login;
use crate::output::Output;

/// Every command.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run the server
    Serve(serve::Args),
    /// Organisations of this deployment (on the server's own machine)
    #[command(subcommand)]
    Organisation(organisation::Command),
    /// Store a server and an access token for later commands
    Login(login::Args),
    /// Who you are to the server
    Whoami,
    /// Credentials: what is kept secret
    #[command(subcommand)]
    Credential(credential::Command),
    /// Environments: one value of a credential for each
    #[command(subcommand)]
    Environment(environment::Command),
    /// Flows: what may use credentials
    #[command(subcommand)]
    Flow(flow::Command),
    /// Executions: flows while they run
    #[command(subcommand)]
    Execution(execution::Command),
    /// Run a command with the credentials of a flow in its environment
    Run(run::Args),
    Sops(sops::Args),
    Init(init::Args),
    Join(join::Args),
    Leave(leave::Args),
    /// Devices of a repository's organisation
    #[command(subcommand)]
    Device(device::Command),
    /// Machines of a repository's organisation
    #[command(subcommand)]
    Node(node::Command),
    Sync(sync::Args),
    Check(check::Args),
    Sign(sign::Args),
    Trust(trust::Args),
    GitSetup(git_setup::Args),
    /// Finish a merge that git began: `keydance merge resolve FILE`
    Merge(sops::Direct),
    /// Merge two versions of a file, for git
    #[command(hide = true)]
    MergeDriver(sops::Direct),
    /// Show a file as git compares it
    #[command(hide = true)]
    GitTextconv(sops::Direct),
    Resume(event::resume::Args),
    Abort(event::abort::Args),
    Identity(identity::Args),
    Exposed(exposed::Args),
    WhoCan(who_can::Args),
    WhatCan(what_can::Args),
    Why(why::Args),
    Graph(graph::Args),
    /// Persons of your organisation
    #[command(subcommand)]
    Person(person::Command),
    /// Groups of persons, machine identities and groups
    #[command(subcommand)]
    Group(group::Command),
    /// Machine identities: services, nodes and pipelines
    #[command(subcommand)]
    Machine(machine::Command),
    /// Access tokens of yours
    #[command(subcommand)]
    Token(token::Command),
    /// The audit log: who did what
    #[command(subcommand)]
    Audit(audit::Command),
    /// Look for what is wrong, here and at the server
    Doctor(doctor::Args),
    /// Print what makes a shell complete this command line
    Completions(completions::Args),
    /// Print the manual page, or write one for every command
    Man(man::Args),
}

impl Command {
    /// Runs it.
    ///
    /// # Errors
    /// It did not do what it should.
    pub(crate) fn run(self, context: &Context) -> Result<Output, Failure> {
        match self {
            Self::Serve(args) => serve::run(&args, context),
            Self::Organisation(command) => command.run(context),
            Self::Login(args) => login::run(&args, context),
            Self::Whoami => whoami::run(context),
            Self::Credential(command) => command.run(context),
            Self::Environment(command) => command.run(context),
            Self::Flow(command) => command.run(context),
            Self::Execution(command) => command.run(context),
            Self::Run(args) => run::run(&args, context),
            Self::Sops(args) => Err(sops::misplaced(&args)),
            Self::Check(args) => check::run(&args, context),
            Self::Sign(args) => sign::run(&args, context),
            Self::Trust(args) => trust::run(&args, context),
            Self::GitSetup(args) => git_setup::run(&args, context),
            Self::GitTextconv(args) | Self::Merge(args) | Self::MergeDriver(args) => {
                Err(sops::not_direct(&args))
            }
            Self::Init(args) => init::run(&args, context),
            Self::Join(args) => join::run(&args, context),
            Self::Leave(args) => leave::run(&args, context),
            Self::Device(command) => command.run(context),
            Self::Node(command) => command.run(context),
            Self::Sync(args) => sync::run(&args, context),
            Self::Resume(args) => event::resume::run(&args, context),
            Self::Abort(args) => event::abort::run(&args, context),
            Self::Identity(args) => identity::run(&args, context),
            Self::Exposed(args) => exposed::run(&args, context),
            Self::WhoCan(args) => who_can::run(&args, context),
            Self::WhatCan(args) => what_can::run(&args, context),
            Self::Why(args) => why::run(&args, context),
            Self::Graph(args) => graph::run(&args, context),
            Self::Person(command) => command.run(context),
            Self::Group(command) => command.run(context),
            Self::Machine(command) => command.run(context),
            Self::Token(command) => command.run(context),
            Self::Audit(command) => command.run(context),
            Self::Doctor(args) => doctor::run(&args, context),
            Self::Completions(args) => completions::run(&args),
            Self::Man(args) => man::run(&args),
        }
    }
}

/// What every command may use.
pub(crate) struct Context {
    pub(crate) global: Global,
    pub(crate) environment: Environment,
}

impl Context {
    /// From what was typed and what the process was started with.
    pub(crate) fn new(global: Global, environment: Environment) -> Self {
        Self {
            global,
            environment,
        }
    }

    /// The server, called as whoever is logged in.
    ///
    /// # Errors
    /// The address is none, or the login cannot be read.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let login = Login::find(&self.global, &self.environment)?;
        Client::new(login, self.allow_http())
    }

    /// Whether tokens may leave this machine unencrypted.
    pub(crate) fn allow_http(&self) -> bool {
        self.global.allow_http || self.environment.get("KEYDANCE_ALLOW_HTTP") == Some("true")
    }
}
