//! The real `keydance` binary, started for a test.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::{Client, Database, deadline, port};

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Backend {
    /// A database of its own in a private PostgreSQL.
    Postgres,
    /// A file in the data folder: what `keydance serve` does by itself.
    Sqlite,
}

/// Tells one story on both databases, side by side. The thread, and so the
/// message of a failure, is named after the database.
///
/// # Panics
/// When the story fails on either.
pub fn both(story: impl Fn(Backend) + Sync) {
    std::thread::scope(|scope| {
        for backend in [Backend::Sqlite, Backend::Postgres] {
            let story = &story;
            std::thread::Builder::new()
                .name(format!("{backend:?}"))
                .spawn_scoped(scope, move || story(backend))
                .expect("a thread starts");
        }
    });
}

/// Where servers keep what outlives them: a data folder, their logs, and the
/// database. Servers that share a home are replicas.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
    database: Option<Database>,
}

impl Home {
    /// A fresh, empty home.
    pub fn new(backend: Backend) -> Arc<Self> {
        let folder = tempfile::Builder::new().prefix("keydance-home.").tempdir();
        let database = (backend == Backend::Postgres).then(Database::create);
        Arc::new(Self {
            folder: folder.expect("a temporary folder"),
            database,
        })
    }

    /// The data folder. The server creates it at its first start.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("keydance-data")
    }

    /// The PostgreSQL database; `None` on SQLite.
    pub fn database(&self) -> Option<&Database> {
        self.database.as_ref()
    }
}

/// How to start a server.
#[derive(Clone, Debug)]
pub struct Options {
    binary: PathBuf,
    home: Arc<Home>,
    settings: Vec<(String, String)>,
}

impl Options {
    /// A server in a fresh home. The binary is `env!("CARGO_BIN_EXE_keydance")`
    /// in the caller's test.
    pub fn new(binary: impl Into<PathBuf>, backend: Backend) -> Self {
        Self::at(binary, Home::new(backend))
    }

    /// A server in a given home.
    pub fn at(binary: impl Into<PathBuf>, home: Arc<Home>) -> Self {
        Self {
            binary: binary.into(),
            home,
            settings: Vec::new(),
        }
    }

    /// Gives a setting by its key: `set("limits.account_token", "0")`.
    pub fn set(mut self, key: &str, value: &str) -> Self {
        let name = format!("KEYDANCE_{}", key.replace('.', "_").to_uppercase());
        self.settings.push((name, value.to_owned()));
        self
    }

    /// `keydance ARGUMENTS` with the settings and the home of this server, and
    /// nothing else of the environment but `PATH`.
    pub fn command<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(arguments)
            .env_clear()
            .current_dir(self.home.folder.path());
        command.envs(std::env::vars_os().filter(|(name, _)| name == "PATH"));
        command.env("HOME", self.home.folder.path());
        command.env("KEYDANCE_DATA_DIR", self.home.data());
        if let Some(database) = self.home.database() {
            command.env("KEYDANCE_DATABASE_URL", database.url());
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null());
        command
    }
}

/// A running server. It is killed with this value.
#[derive(Debug)]
pub struct Server {
    options: Options,
    port: u16,
    log: PathBuf,
    client: Client,
    process: Child,
}

impl Server {
    /// Starts a server and waits until it is ready; if it ends instead, or
    /// takes too long, the test fails with its log.
    #[track_caller]
    pub fn start(options: &Options) -> Self {
        let port = port::free();
        let log = options
            .home
            .folder
            .path()
            .join(format!("server-{port}.log"));
        let client = Client::new(format!("http://127.0.0.1:{port}"));
        let process = spawn(options, port, &log);
        let mut server = Self {
            options: options.clone(),
            port,
            log,
            client,
            process,
        };
        server.wait_until_ready();
        server
    }

    /// A client without a token; paths start at the root of the server.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The home of this server.
    pub fn home(&self) -> &Arc<Home> {
        &self.options.home
    }

    /// `keydance ARGUMENTS` for a command that works on this server's home, or
    /// that finds the server by `KEYDANCE_URL`.
    pub fn command<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = self.options.command(arguments);
        command.env("KEYDANCE_URL", self.url());
        command
    }

    /// The access token of the person `admin`, which the first start left in
    /// the data folder.
    #[track_caller]
    pub fn admin_token(&self) -> String {
        let path = self.home().data().join("admin.token");
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        text.trim().to_owned()
    }

    /// Its process id.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Everything it wrote to standard output and standard error, over all
    /// restarts.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// `kill -9`: the server gets no chance to tidy up.
    #[track_caller]
    pub fn kill_9(&mut self) {
        self.process.kill().expect("a child can be killed");
        self.process.wait().expect("a child can be awaited");
    }

    /// Asks the server to stop (SIGTERM) and waits until it has.
    #[track_caller]
    pub fn terminate(&mut self) -> ExitStatus {
        let id = Pid::from_child(&self.process);
        kill_process(id, Signal::TERM).expect("a child can be signalled");
        deadline::poll(STOP_LIMIT, || self.ended())
            .unwrap_or_else(|| panic!("the server did not stop; its log says: {}", self.log()))
    }

    /// Starts a server that was killed or stopped again: same home, same port.
    #[track_caller]
    pub fn restart(&mut self) {
        assert!(self.ended().is_some(), "the server still runs");
        self.process = spawn(&self.options, self.port, &self.log);
        self.wait_until_ready();
    }

    /// How the process ended; `None` while it runs.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().expect("a child can be asked about")
    }

    #[track_caller]
    fn wait_until_ready(&mut self) {
        let ready = deadline::poll(START_LIMIT, || {
            if let Some(status) = self.ended() {
                panic!(
                    "the server ended with {status}; its log says: {}",
                    self.log()
                );
            }
            self.client
                .get("/readyz")
                .try_send()
                .ok()
                .filter(|answer| answer.status == 200)
        });
        assert!(
            ready.is_some(),
            "the server is not ready; its log says: {}",
            self.log()
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.process.try_wait().is_ok_and(|status| status.is_none()) {
            self.kill_9();
        }
    }
}

fn spawn(options: &Options, port: u16, log: &Path) -> Child {
    let log = OpenOptions::new().append(true).create(true).open(log);
    let stdout = log.expect("a log in the home of the server");
    let stderr: File = stdout.try_clone().expect("a second handle on the log");
    options
        .command(["serve"])
        .env("KEYDANCE_HTTP_PORT", port.to_string())
        .stdout(stdout)
        .stderr(stderr)
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", options.binary.display()))
}

const START_LIMIT: Duration = Duration::from_secs(30);
const STOP_LIMIT: Duration = Duration::from_secs(40);

#[cfg(test)]
mod tests;
