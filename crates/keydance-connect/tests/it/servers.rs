//! Real servers, on loopback, which end with the test. `./test` installs them.

use std::io::{BufRead as _, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long a server may say nothing while it starts.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that is answering.
pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
}

impl Server {
    /// Starts it and waits until a line of its output has this in it.
    pub(crate) fn start(command: &mut Command, url: String, ready: &str) -> Self {
        let process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut server = Self { process, url };
        let pipes = (server.process.stdout.take(), server.process.stderr.take());
        let (output, complaint) = pipes;
        let (sender, heard) = std::sync::mpsc::channel();
        listen(output.unwrap(), sender.clone());
        listen(complaint.unwrap(), sender);
        let mut said = Vec::new();
        while let Ok(line) = heard.recv_timeout(PATIENCE) {
            if line.contains(ready) {
                return server;
            }
            said.push(line);
        }
        panic!("{command:?} did not start: {said:?}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
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
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// The environment of Python programs that `./test` installs.
pub(crate) fn python() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.peers/python")
}
