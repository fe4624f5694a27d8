//! Asking git for many things at once.

use std::io::{self, BufRead as _, BufReader, BufWriter, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::thread;

use super::{Repository, RepositoryError};

/// What git answers, read as it comes.
#[derive(Debug)]
pub struct Answers {
    pub(super) output: BufReader<ChildStdout>,
    pub(super) subcommand: &'static str,
}

impl Repository {
    /// Starts a subcommand, tells it what to work on, and reads what it answers meanwhile.
    ///
    /// # Errors
    ///
    /// If it cannot be started, breaks off, or the reader fails.
    pub fn ask<T, E: From<RepositoryError> + Send>(
        &self,
        subcommand: &'static str,
        arguments: &[&str],
        tell: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send,
        read: impl FnOnce(&mut Answers) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut command = self.git.command(&self.folder);
        command.arg(subcommand).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let started = command.stderr(Stdio::null()).spawn();
        let mut child = started.map_err(RepositoryError::Run)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(RepositoryError::Malformed(subcommand).into());
        };
        let mut answers = Answers {
            output: BufReader::with_capacity(1 << 16, output),
            subcommand,
        };
        let answered = thread::scope(|scope| {
            scope.spawn(move || send(input, tell));
            let answered = read(&mut answers);
            if answered.is_err() {
                // Nobody reads on; so whoever still tells it something must not wait.
                drop(child.kill());
            }
            answered
        });
        let ended = end(child, subcommand);
        let answered = answered?;
        ended?;
        Ok(answered)
    }
}

/// A git that has ended no longer reads, and its exit code says why.
fn send(input: ChildStdin, tell: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    let mut input = BufWriter::with_capacity(1 << 16, input);
    drop(tell(&mut input).and_then(|()| input.flush()));
}

fn end(mut child: Child, subcommand: &str) -> Result<(), RepositoryError> {
    let status = child.wait()?;
    let failed = || RepositoryError::Failed {
        command: subcommand.to_owned(),
        message: status.to_string(),
    };
    status.success().then_some(()).ok_or_else(failed)
}

impl Answers {
    /// The next line or record without the byte that ends it; nothing at the end.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is longer than any path or line of git.
    pub fn until<'b>(
        &mut self,
        end: u8,
        buffer: &'b mut Vec<u8>,
    ) -> Result<Option<&'b [u8]>, RepositoryError> {
        buffer.clear();
        let mut limited = io::Read::take(&mut self.output, MAX_RECORD);
        limited.read_until(end, buffer)?;
        match buffer.split_last() {
            None => Ok(None),
            Some((last, record)) if *last == end => Ok(Some(record)),
            Some(_) => Err(RepositoryError::Malformed(self.subcommand)),
        }
    }
}

/// A path or line is not longer.
const MAX_RECORD: u64 = 1 << 20;
