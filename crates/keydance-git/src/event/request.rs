//! What a newcomer hands over: who they are, what to encrypt to, and what they sign with, signed.
//!
//! ```text
//! keydance-request-v1
//! who: alice
//! device: laptop
//! recipient: age1…
//! signing: ssh-ed25519 AAAA…
//! at: 2026-11-22T10:00:00Z
//!
//! -----BEGIN SSH SIGNATURE-----
//! …
//! ```
//!
//! The signature shows that whoever has the signing key meant all of it. Whose key that is, it does
//! not show: for that both sides compare the [fingerprint](Request::fingerprint) by another way.

use std::path::Path;
use std::process::{Command, Stdio};
use std::{fs, io};

use jiff::Timestamp;
use keydance_sops::recipient::Recipient;
use sha2::{Digest as _, Sha256};

use crate::roster::{Name, Principal, parse_recipient, parse_time, recipient_text};

/// What SSH signatures of requests are for, so that no other signature counts as one.
pub const REQUEST_NAMESPACE: &str = "keydance-request";

const FIRST_LINE: &str = "keydance-request-v1";

/// The longest request, in bytes.
const MAX_BYTES: usize = 64 << 10;

/// A request to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// A person or a machine.
    pub who: Principal,
    /// The device; for a machine, what it calls itself.
    pub device: Name,
    /// What to encrypt to.
    pub recipient: Recipient,
    /// The SSH public key it signs with, type and base64.
    pub signing: String,
    /// When it was made.
    pub at: Timestamp,
}

/// Why a text is no request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// A line is missing, or says no such thing.
    #[error("the request has no usable line `{0}`")]
    Line(&'static str),
    /// It has no signature, or another one.
    #[error("the request is not signed by the key that it names: {0}")]
    Signature(String),
    /// Longer than 64 KiB, or no text.
    #[error("the request is longer than 64 KiB, or no text")]
    Text,
}

impl Request {
    /// What is signed.
    #[must_use]
    pub fn statement(&self) -> String {
        let Self {
            who,
            device,
            signing,
            at,
            ..
        } = self;
        let recipient = recipient_text(&self.recipient);
        format!(
            "{FIRST_LINE}\nwho: {who}\ndevice: {device}\nrecipient: {recipient}\n\
             signing: {signing}\nat: {at}\n"
        )
    }

    /// What two people compare, in groups of four: half of a SHA-256.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(self.statement());
        let pairs = digest.iter().take(16).map(|byte| format!("{byte:02x}"));
        let pairs: Vec<String> = pairs.collect();
        let groups: Vec<String> = pairs.chunks(2).map(<[String]>::concat).collect();
        groups.join(" ")
    }

    /// Reads a request and verifies its signature. `ssh_keygen` is the path of that program;
    /// what it must read from files is written to a folder, which holds nothing afterwards.
    ///
    /// # Errors
    ///
    /// If it is none, or not signed by the key it names.
    pub fn read(bytes: &[u8], ssh_keygen: &Path, folder: &Path) -> Result<Self, RequestError> {
        let text = std::str::from_utf8(bytes).map_err(|_| RequestError::Text)?;
        if text.len() > MAX_BYTES {
            return Err(RequestError::Text);
        }
        let (statement, signature) = text.split_once("\n\n").ok_or(RequestError::Signature(
            "there is no signature below it".to_owned(),
        ))?;
        let request = Self::parse(statement)?;
        // What is verified is what was understood, so that nothing else can hide in the text.
        if request.statement().trim_end() != statement {
            return Err(RequestError::Line("at"));
        }
        let refused = |error: io::Error| RequestError::Signature(error.to_string());
        fs::create_dir_all(folder).map_err(refused)?;
        let (signers, place) = (folder.join("signers"), folder.join("request.sig"));
        let listed = format!("{} {}\n", request.who, request.signing);
        let verified = fs::write(&signers, listed)
            .and_then(|()| fs::write(&place, signature))
            .map_err(refused)
            .and_then(|()| request.verify(ssh_keygen, &signers, &place));
        drop(fs::remove_dir_all(folder));
        verified.map(|()| request)
    }

    fn verify(&self, program: &Path, signers: &Path, signature: &Path) -> Result<(), RequestError> {
        let refused = |problem: String| RequestError::Signature(problem);
        let mut command = Command::new(program);
        command.args(["-Y", "verify", "-n", REQUEST_NAMESPACE, "-I"]);
        command.arg(self.who.to_string()).arg("-f").arg(signers);
        command.arg("-s").arg(signature).stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .map_err(|error| refused(error.to_string()))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that does not read says why.
            drop(io::Write::write_all(
                &mut stdin,
                self.statement().as_bytes(),
            ));
        }
        let output = child
            .wait_with_output()
            .map_err(|error| refused(error.to_string()))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(refused(
            said.lines().next().unwrap_or("no reason given").to_owned(),
        ))
    }

    fn parse(statement: &str) -> Result<Self, RequestError> {
        let mut lines = statement.lines();
        if lines.next() != Some(FIRST_LINE) {
            return Err(RequestError::Line(FIRST_LINE));
        }
        let mut field = |key: &'static str| {
            let line = lines.next().and_then(|line| line.strip_prefix(key));
            line.and_then(|line| line.strip_prefix(": "))
                .ok_or(RequestError::Line(key))
        };
        Ok(Self {
            who: field("who")?
                .parse()
                .map_err(|_| RequestError::Line("who"))?,
            device: field("device")?
                .parse()
                .map_err(|_| RequestError::Line("device"))?,
            recipient: parse_recipient(field("recipient")?)
                .ok_or(RequestError::Line("recipient"))?,
            signing: field("signing")?.to_owned(),
            at: parse_time(field("at")?).ok_or(RequestError::Line("at"))?,
        })
    }
}
