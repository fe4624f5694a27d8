//! A program that is run for one answer and does not outlive the wait for it.

use std::io::{self, Read, Write as _};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::thread;
use std::time::Instant;

use rustix::io::Errno;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use zeroize::Zeroizing;

/// How much is read at once, in bytes.
const CHUNK: usize = 8 * 1024;

/// A running program. Dropping it ends the program.
///
/// Each of its pipes has a thread, which ends when the program closes that pipe or nobody listens
/// any more; so neither side ever waits for the other to read.
pub(crate) struct Process {
    child: Child,
    input: Option<Sender<Zeroizing<Vec<u8>>>>,
    events: Receiver<Event>,
}

/// What a program wrote.
pub(crate) enum Event {
    /// To its standard output.
    Output(Zeroizing<Vec<u8>>),
    /// To its standard error.
    Complaint(Zeroizing<Vec<u8>>),
}

/// The program did not answer in time.
pub(crate) struct TimedOut;

impl Process {
    /// Starts a program; its standard streams are ours.
    pub(crate) fn start(command: &mut Command) -> io::Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (input, to_write) = mpsc::channel();
        let (heard, events) = mpsc::sync_channel(4);
        let process = Self {
            child,
            input: Some(input),
            events,
        };
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        spawn(move || write_all(stdin, &to_write))?;
        let sender = heard.clone();
        spawn(move || read_all(stdout, &sender, Event::Output))?;
        let sender = heard.clone();
        spawn(move || read_all(stderr, &sender, Event::Complaint))?;
        let pid = Pid::from_child(&process.child);
        spawn(move || wait_for(pid, heard))?;
        Ok(process)
    }

    /// Has this written to the program's standard input.
    pub(crate) fn say(&self, bytes: Zeroizing<Vec<u8>>) {
        if let Some(input) = &self.input {
            // Nobody writes any more: the program has closed its input, and its answer tells.
            input.send(bytes).ok();
        }
    }

    /// Closes the program's standard input once all is written.
    pub(crate) fn close_input(&mut self) {
        self.input = None;
    }

    /// The next thing the program writes; `None` when it has ended and all is read.
    pub(crate) fn hear(&self, deadline: Instant) -> Result<Option<Event>, TimedOut> {
        let patience = deadline.saturating_duration_since(Instant::now());
        match self.events.recv_timeout(patience) {
            Ok(event) => Ok(Some(event)),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => Err(TimedOut),
        }
    }

    /// How the program ended. Waits for it, so it is asked when nothing is left to hear.
    pub(crate) fn status(&mut self) -> io::Result<ExitStatus> {
        self.child.wait()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both do nothing for a program whose end was already seen.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn spawn(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().spawn(work).map(drop)
}

fn write_all(mut stdin: ChildStdin, to_write: &Receiver<Zeroizing<Vec<u8>>>) {
    while let Ok(bytes) = to_write.recv() {
        if stdin.write_all(&bytes).is_err() {
            return;
        }
    }
}

fn read_all(
    mut pipe: impl Read,
    heard: &SyncSender<Event>,
    event: impl Fn(Zeroizing<Vec<u8>>) -> Event,
) {
    loop {
        let mut chunk = Zeroizing::new(vec![0; CHUNK]);
        let len = match pipe.read(&mut chunk) {
            Ok(0) => return,
            Ok(len) => len,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        chunk.truncate(len);
        if heard.send(event(chunk)).is_err() {
            return;
        }
    }
}

/// Keeps the channel open until the program has ended, and leaves it to be waited for: until then
/// its id is nobody else's, so that killing it cannot hit another.
fn wait_for(pid: Pid, _heard: SyncSender<Event>) {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while matches!(waitid(WaitId::Pid(pid), options), Err(Errno::INTR)) {}
}

/// What a program prints that is given nothing to read, or why it is none: at most 1 MiB.
#[cfg(any(feature = "aws", feature = "azure"))]
pub(crate) fn printed(
    command: &mut Command,
    patience: std::time::Duration,
) -> Result<Zeroizing<Vec<u8>>, String> {
    let deadline = Instant::now().checked_add(patience);
    let deadline = deadline.ok_or_else(|| "the time-out is too long".to_owned())?;
    let mut process = Process::start(command)
        .map_err(|error| format!("it cannot be started: {}", error.kind()))?;
    process.close_input();
    // Room for most, so that growing leaves few copies behind.
    let (mut output, mut complaint) = (Zeroizing::new(Vec::with_capacity(CHUNK)), Vec::new());
    let in_time = |TimedOut| "it did not answer in time".to_owned();
    while let Some(event) = process.hear(deadline).map_err(in_time)? {
        match event {
            Event::Output(bytes) => output.extend_from_slice(&bytes),
            Event::Complaint(bytes) => complaint.extend_from_slice(&bytes),
        }
        if output.len().max(complaint.len()) > 1 << 20 {
            return Err("it writes without end".to_owned());
        }
    }
    match process.status() {
        Ok(status) if status.success() => Ok(output),
        _ => Err(shown(&complaint)),
    }
}

/// What a program said, as it may be shown: at most 1 KiB, without control characters.
pub(crate) fn shown(said: &[u8]) -> String {
    let said = said.get(..1024).unwrap_or(said);
    let text = String::from_utf8_lossy(said);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<String> = lines
        .map(|line| line.replace(char::is_control, " "))
        .collect();
    lines.join("; ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn shell(script: &str) -> Process {
        Process::start(Command::new("/bin/sh").arg("-c").arg(script)).unwrap()
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    fn output(process: &Process) -> Vec<u8> {
        let mut output = Vec::new();
        while let Ok(Some(event)) = process.hear(soon()) {
            if let Event::Output(bytes) = event {
                output.extend_from_slice(&bytes);
            }
        }
        output
    }

    #[test]
    fn more_than_a_pipe_holds_goes_through() {
        let mut process = shell("cat; echo done >&2; exit 3");
        let input = vec![7; 1_000_000];
        process.say(Zeroizing::new(input.clone()));
        process.close_input();
        assert_eq!(output(&process), input);
        assert_eq!(process.status().unwrap().code(), Some(3));
    }

    #[test]
    fn a_program_that_reads_nothing_is_no_obstacle() {
        let mut process = shell("exec 0<&-; echo yes");
        process.say(Zeroizing::new(vec![7; 1_000_000]));
        process.close_input();
        assert_eq!(output(&process), b"yes\n");
        assert!(process.status().unwrap().success());
    }

    #[test]
    fn a_program_that_closes_its_output_is_still_running() {
        let process = shell("exec 1>&- 2>&-; read line");
        let now = Instant::now();
        assert!(process.hear(now + Duration::from_millis(50)).is_err());
    }

    #[test]
    fn a_dropped_program_has_ended() {
        let process = shell("echo $$; read line");
        let Ok(Some(Event::Output(pid))) = process.hear(soon()) else {
            panic!("no output");
        };
        drop(process);
        let pid = String::from_utf8(pid.to_vec())
            .unwrap()
            .trim()
            .parse()
            .unwrap();
        let gone = rustix::process::test_kill_process(Pid::from_raw(pid).unwrap());
        assert_eq!(gone, Err(Errno::SRCH));
    }

    #[test]
    fn what_is_shown_is_short_and_plain() {
        assert_eq!(shown(b" a\x1b[31mb \r\n\n c\n"), "a [31mb; c");
        assert_eq!(shown(&[b'x'; 5000]).len(), 1024);
    }
}
