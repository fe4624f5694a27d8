//! What each command does: one folder per noun, one file per verb.

// The operator's commands.
mod deployment;
mod organisation;
mod serve;

// Who is calling.
mod login;
mod whoami;

// What is kept.
mod credential;

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
