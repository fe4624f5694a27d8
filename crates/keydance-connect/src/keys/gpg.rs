//! PGP recipients, by way of gpg: it has the keys, the agent and the smart cards (contract "sops",
//! 1.9).

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use keydance_sops::key_service::{KeyError, KeyService};
use keydance_sops::recipient::Recipient;
use zeroize::Zeroizing;

use crate::process::{Event, Process, shown};

/// The most that is read of an answer or a complaint, in bytes.
const LIMIT: usize = 1 << 20;

/// How gpg is run.
#[derive(Clone, Debug)]
pub struct GpgConfig {
    /// The program: what `SOPS_GPG_EXEC` says, or where `gpg` was found.
    pub program: PathBuf,
    /// Its home directory, in place of the one it inherits (`GNUPGHOME`).
    pub home: Option<PathBuf>,
    /// How long one call may take. A person may be typing a passphrase or looking for a card.
    pub timeout: Duration,
}

/// The key service for PGP recipients.
#[derive(Clone, Debug)]
pub struct Gpg {
    config: GpgConfig,
}

impl Gpg {
    /// The service of this gpg.
    #[must_use]
    pub fn new(config: GpgConfig) -> Self {
        Self { config }
    }

    /// What gpg writes when it is given `input`. No output is a failure: an old gpg drops what it
    /// does not know and says that all is well.
    fn run(&self, arguments: &[&str], input: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let mut command = Command::new(&self.config.program);
        command.args(arguments);
        if let Some(home) = &self.config.home {
            command.env("GNUPGHOME", home);
        }
        let deadline = Instant::now()
            .checked_add(self.config.timeout)
            .ok_or_else(|| self.failed("the time-out is too long"))?;
        let mut gpg = Process::start(&mut command)
            .map_err(|error| self.failed(&format!("it cannot be started: {}", error.kind())))?;
        gpg.say(Zeroizing::new(input.to_vec()));
        gpg.close_input();
        let (output, complaint) = self.listen(&gpg, deadline)?;
        let status = gpg
            .status()
            .map_err(|error| self.failed(&error.kind().to_string()))?;
        match (status.success(), output.is_empty()) {
            (true, false) => Ok(output),
            (true, true) => Err(self.failed("it succeeded, but wrote nothing")),
            (false, _) => Err(self.failed(&shown(&complaint))),
        }
    }

    fn listen(
        &self,
        gpg: &Process,
        deadline: Instant,
    ) -> Result<(Zeroizing<Vec<u8>>, Vec<u8>), KeyError> {
        // Room for any data key, so that growing leaves no copies behind.
        let mut output = Zeroizing::new(Vec::with_capacity(1024));
        let mut complaint = Vec::new();
        let in_time = |_| self.failed("it did not answer in time");
        while let Some(event) = gpg.hear(deadline).map_err(in_time)? {
            match event {
                Event::Output(bytes) => output.extend_from_slice(&bytes),
                Event::Complaint(bytes) => complaint.extend_from_slice(&bytes),
            }
            if output.len().max(complaint.len()) > LIMIT {
                return Err(self.failed("it writes without end"));
            }
        }
        Ok((output, complaint))
    }

    fn failed(&self, problem: &str) -> KeyError {
        let program = self.config.program.file_name().unwrap_or(OsStr::new("gpg"));
        KeyError::Failed(format!("{}: {problem}", program.display()))
    }
}

impl KeyService for Gpg {
    fn wrap(&self, recipient: &Recipient, data_key: &[u8]) -> Result<String, KeyError> {
        let Recipient::Pgp { fingerprint } = recipient else {
            return Err(KeyError::NotMine);
        };
        let arguments = [
            "--no-default-recipient",
            "--yes",
            "--encrypt",
            "-a",
            "-r",
            fingerprint,
            "--trusted-key",
            long_id(fingerprint),
            "--no-encrypt-to",
        ];
        let message = self.run(&arguments, data_key)?;
        match std::str::from_utf8(&message) {
            Ok(message) if message.starts_with("-----BEGIN PGP MESSAGE-----") => {
                Ok(message.trim().to_owned())
            }
            _ => Err(self.failed("it wrote something else than a message")),
        }
    }

    fn unwrap(&self, recipient: &Recipient, enc: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let Recipient::Pgp { .. } = recipient else {
            return Err(KeyError::NotMine);
        };
        self.run(&["-d"], enc.as_bytes())
    }
}

/// The last 16 digits of a fingerprint, and the `!` behind them if there is one.
fn long_id(fingerprint: &str) -> &str {
    let len = if fingerprint.ends_with('!') { 17 } else { 16 };
    fingerprint
        .len()
        .checked_sub(len)
        .and_then(|start| fingerprint.get(start..))
        .unwrap_or(fingerprint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_long_id_is_what_a_fingerprint_ends_in() {
        let fingerprint = "FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4";
        assert_eq!(long_id(fingerprint), "3D16CEE4A27381B4");
        assert_eq!(long_id(&format!("{fingerprint}!")), "3D16CEE4A27381B4!");
        for short in ["", "A27381B4", "A27381B4!", "3D16CEE4A27381B4"] {
            assert_eq!(long_id(short), short);
        }
    }
}
