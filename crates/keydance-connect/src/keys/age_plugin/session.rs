//! The conversation with a plugin: stanzas in both directions.
//!
//! Ours and not the `age` crate's, which finds programs in relative directories of `$PATH`, never
//! stops waiting, and reads the environment.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use age_core::format::read::age_stanza;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use keydance_sops::age::file::{Stanza, write_stanza};
use keydance_sops::key_service::KeyError;
use zeroize::{Zeroize as _, Zeroizing};

use super::PluginPrompts;
use crate::process::{Event, Process, shown};

/// The longest stanza a plugin may send, in bytes.
const LONGEST_STANZA: usize = 64 * 1024;

/// How many stanzas a plugin may send in one conversation.
const MOST_STANZAS: usize = 1000;

/// A plugin that is running one of its state machines.
pub(super) struct Session {
    name: String,
    process: Process,
    /// What was read and not yet understood. Of fixed capacity, as a file key passes through it.
    heard: Zeroizing<Vec<u8>>,
    patience: Duration,
}

impl Session {
    pub(super) fn start(
        program: &Path,
        name: &str,
        state_machine: &str,
        patience: Duration,
    ) -> Result<Self, KeyError> {
        let mut command = Command::new(program);
        // A directory where nothing of ours lies.
        command
            .arg(format!("--age-plugin={state_machine}"))
            .current_dir("/");
        let process = Process::start(&mut command)
            .map_err(|error| failed(name, &format!("it cannot be started: {}", error.kind())))?;
        Ok(Self {
            name: name.to_owned(),
            process,
            heard: Zeroizing::new(Vec::with_capacity(2 * LONGEST_STANZA)),
            patience,
        })
    }

    /// Sends a command.
    pub(super) fn say(&self, tag: &str, arguments: &[&str], body: &[u8]) {
        self.send(Stanza {
            tag: tag.to_owned(),
            args: arguments
                .iter()
                .map(|argument| (*argument).to_owned())
                .collect(),
            body: body.to_vec(),
        });
    }

    fn send(&self, mut stanza: Stanza) {
        let mut text = String::with_capacity(256 + 2 * stanza.body.len());
        write_stanza(&mut text, &stanza);
        stanza.body.zeroize();
        self.process.say(Zeroizing::new(text.into_bytes()));
    }

    /// Listens until the plugin is done. What it wants of a person goes to `prompts`, everything
    /// else to `answer`.
    pub(super) fn converse(
        &mut self,
        prompts: &dyn PluginPrompts,
        mut answer: impl FnMut(Stanza) -> Stanza,
    ) -> Result<(), KeyError> {
        for _ in 0..MOST_STANZAS {
            let said = self.next()?;
            let reply = match said.tag.as_str() {
                "done" => return Ok(()),
                "confirm" => self.confirm(prompts, &said),
                "msg" if prompts.message(&self.name, &shown(&said.body)) => ok(),
                "msg" => fail(),
                "request-public" => prompts
                    .value(&self.name, &shown(&said.body))
                    .map_or_else(fail, |value| ok_with(&value)),
                "request-secret" => prompts
                    .secret(&self.name, &shown(&said.body))
                    .map_or_else(fail, |value| ok_with(&value)),
                _ => answer(said),
            };
            self.send(reply);
        }
        Err(self.failed("it talks without end"))
    }

    /// The next whole stanza. Whatever is not understood ends the conversation.
    fn next(&mut self) -> Result<Stanza, KeyError> {
        let deadline = Instant::now().checked_add(self.patience);
        let deadline = deadline.ok_or_else(|| self.failed("the patience is too long"))?;
        loop {
            match age_stanza(&self.heard) {
                Ok((rest, stanza)) => {
                    let stanza = Stanza::from(stanza);
                    let understood = self.heard.len().saturating_sub(rest.len());
                    self.heard.copy_within(understood.., 0);
                    let left = self.heard.len().saturating_sub(understood);
                    if let Some(passed) = self.heard.get_mut(left..) {
                        passed.zeroize();
                    }
                    self.heard.truncate(left);
                    return Ok(stanza);
                }
                Err(error) if error.is_incomplete() => self.read(deadline)?,
                Err(_) => return Err(self.failed("it does not speak the protocol of age plugins")),
            }
        }
    }

    fn read(&mut self, deadline: Instant) -> Result<(), KeyError> {
        if self.heard.len() > LONGEST_STANZA {
            return Err(self.failed("it talks without end"));
        }
        match self.process.hear(deadline) {
            Ok(Some(Event::Output(bytes))) => self.heard.extend_from_slice(&bytes),
            Ok(Some(Event::Complaint(_))) => {}
            Ok(None) => return Err(self.failed("it ended before it was done")),
            Err(_) => return Err(self.failed("it did not answer in time")),
        }
        Ok(())
    }

    fn confirm(&self, prompts: &dyn PluginPrompts, said: &Stanza) -> Stanza {
        let choice = |text: &String| {
            BASE64_STANDARD_NO_PAD
                .decode(text)
                .ok()
                .map(|text| shown(&text))
        };
        let Some(yes) = said.args.first().and_then(choice) else {
            return fail();
        };
        let no = said.args.get(1).and_then(choice);
        let chosen = prompts.confirm(&self.name, &shown(&said.body), &yes, no.as_deref());
        chosen.map_or_else(fail, |chosen| Stanza {
            args: vec![if chosen { "yes" } else { "no" }.to_owned()],
            ..ok()
        })
    }

    /// The plugin did what it should not.
    pub(super) fn failed(&self, problem: &str) -> KeyError {
        failed(&self.name, problem)
    }

    /// The plugin says why it could not do it.
    pub(super) fn complained(&self, text: &[u8]) -> KeyError {
        self.failed(&shown(text))
    }
}

fn failed(name: &str, problem: &str) -> KeyError {
    KeyError::Failed(format!("age-plugin-{name}: {problem}"))
}

/// The reply that all is well.
pub(super) fn ok() -> Stanza {
    reply("ok")
}

/// The reply to a command we do not have.
pub(super) fn unsupported() -> Stanza {
    reply("unsupported")
}

fn fail() -> Stanza {
    reply("fail")
}

fn ok_with(value: &str) -> Stanza {
    Stanza {
        body: value.as_bytes().to_vec(),
        ..ok()
    }
}

fn reply(tag: &str) -> Stanza {
    Stanza {
        tag: tag.to_owned(),
        args: Vec::new(),
        body: Vec::new(),
    }
}
