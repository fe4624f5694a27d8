//! Detached signatures over files, in the format of `ssh-keygen -Y`.
//!
//! `.keydance/signatures/PATH.sig` is text: a statement about the file at a path, an empty line, and
//! OpenSSH signatures over exactly the bytes of the statement. The statement says which bytes, who
//! can open them, how often the file was signed before, and what was signed last.

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use keydance_sops::metadata::Metadata;
use sha2::{Digest as _, Sha256};

use crate::roster::{DeviceName, MachineName, parse_time};

pub(crate) use approval::approved_in;
pub use approval::{Approval, ApprovalError, Approved, approve, approved_roster, rosters, touched};
pub use draft::{Draft, DraftError};
pub use program::{Program, ProgramError};
pub use trust::{Trust, is_rollback};
pub use verdict::{Facts, Flaw, judge};

// Signing.
mod draft;
mod program;

// Whose signature counts.
mod approval;
pub(crate) mod rights;
mod trust;
mod verdict;

/// The folder of signatures.
pub const SIGNATURES_FOLDER: &str = ".keydance/signatures";

/// What the signatures are for, so that no other signature counts as one.
pub const NAMESPACE: &str = "keydance-file";

const FIRST_LINE: &str = "keydance-file-v1";
const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";

/// The longest file of signatures, in bytes.
const MAX_BYTES: usize = 256 << 10;

/// A SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// Who signs: a device of a person, or a machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signer {
    /// `alice/laptop`.
    Device(DeviceName),
    /// `pipeline:deploy`.
    Machine(MachineName),
}

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Where the file is, from the top of the repository.
    pub path: String,
    /// Of its bytes.
    pub sha256: Digest,
    /// How often it was signed, this time included.
    pub version: u64,
    /// The files of signatures that this one follows: none for the first, two for a merge.
    pub previous: Vec<Digest>,
    /// Of who can open it.
    pub recipients: Digest,
    /// Of the roster in force.
    pub roster: Digest,
    /// The author.
    pub signer: Signer,
    /// When.
    pub signed_at: Timestamp,
}

/// A statement with its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// What is signed.
    pub statement: Statement,
    /// The signatures over it, each in its armor.
    pub signatures: Vec<String>,
}

/// Why a text is no signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// Something else than a signature stands below the statement.
    #[error("there is something else than signatures below the statement")]
    Armor,
    /// A line is missing, or says no such thing.
    #[error("there is no usable line `{0}`")]
    Line(&'static str),
    /// Longer than 256 KiB, or no text.
    #[error("it is longer than 256 KiB, or no text")]
    Text,
}

impl Digest {
    /// That of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// That of who can open a file: a line for each recipient, sorted, and the threshold.
    #[must_use]
    pub fn of_recipients(metadata: Option<&Metadata>) -> Self {
        let groups = metadata
            .into_iter()
            .flat_map(|it| it.groups.iter().enumerate());
        let mut lines: Vec<String> = groups
            .flat_map(|(at, group)| group.recipients().map(move |recipient| (at, recipient)))
            .map(|(at, it)| format!("{at} {} {}\n", it.kind().identifier(), it.identity()))
            .collect();
        lines.sort();
        let threshold = metadata.map_or(0, |metadata| metadata.shamir_threshold);
        lines.push(format!("threshold {threshold}\n"));
        Self::of(lines.concat().as_bytes())
    }
}

impl Statement {
    /// The bytes that are signed.
    #[must_use]
    pub fn text(&self) -> String {
        let previous: Vec<String> = self.previous.iter().map(ToString::to_string).collect();
        let previous = match previous.as_slice() {
            [] => "-".to_owned(),
            all => all.join(" "),
        };
        let Self {
            path,
            sha256,
            version,
            recipients,
            roster,
            signer,
            signed_at,
            ..
        } = self;
        format!(
            "{FIRST_LINE}\npath: {path}\nsha256: {sha256}\nversion: {version}\n\
             previous: {previous}\nrecipients: {recipients}\nroster: {roster}\n\
             signer: {signer}\nsigned_at: {signed_at}\n"
        )
    }

    fn parse(text: &str) -> Result<Self, SignatureError> {
        let mut lines = text.lines();
        if lines.next() != Some(FIRST_LINE) {
            return Err(SignatureError::Line(FIRST_LINE));
        }
        let mut field = |key: &'static str| {
            let line = lines.next().and_then(|line| line.strip_prefix(key));
            line.and_then(|line| line.strip_prefix(": "))
                .ok_or(SignatureError::Line(key))
        };
        let statement = Self {
            path: field("path")?.to_owned(),
            sha256: parsed(field("sha256")?, "sha256")?,
            version: parsed(field("version")?, "version")?,
            previous: previous(field("previous")?)?,
            recipients: parsed(field("recipients")?, "recipients")?,
            roster: parsed(field("roster")?, "roster")?,
            signer: parsed(field("signer")?, "signer")?,
            signed_at: parse_time(field("signed_at")?).ok_or(SignatureError::Line("signed_at"))?,
        };
        // What is verified is what was understood, so that nothing else can hide in the text.
        match statement.text() == text {
            true => Ok(statement),
            false => Err(SignatureError::Line("signed_at")),
        }
    }
}

impl Signed {
    /// Reads the file of signatures of some file.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, SignatureError> {
        let text = std::str::from_utf8(bytes).map_err(|_| SignatureError::Text)?;
        if text.len() > MAX_BYTES {
            return Err(SignatureError::Text);
        }
        let (statement, armored) = text.split_once("\n\n").ok_or(SignatureError::Armor)?;
        let statement = Statement::parse(&format!("{statement}\n"))?;
        let mut signatures = Vec::new();
        let mut rest = armored;
        while !rest.is_empty() {
            let is_armored = rest.starts_with(BEGIN);
            let end = rest.find(END).filter(|_| is_armored);
            let end = end.ok_or(SignatureError::Armor)? + END.len();
            let (signature, after) = rest.split_at(end);
            signatures.push(format!("{signature}\n"));
            rest = after.strip_prefix('\n').ok_or(SignatureError::Armor)?;
        }
        match signatures.is_empty() {
            true => Err(SignatureError::Armor),
            false => Ok(Self {
                statement,
                signatures,
            }),
        }
    }

    /// The file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        format!("{}\n{}", self.statement.text(), self.signatures.concat()).into_bytes()
    }
}

/// Where the signatures of a file are.
#[must_use]
pub fn path_of(path: &str) -> String {
    format!("{SIGNATURES_FOLDER}/{path}.sig")
}

/// The public key that an armored signature claims to be by, in base64 as in a roster. Verifying it
/// with that key is what shows that it is.
#[must_use]
pub fn claimed_key(signature: &str) -> Option<String> {
    let lines = signature.strip_prefix(BEGIN)?.lines();
    let body: String = lines.take_while(|line| *line != END).collect();
    let blob = STANDARD.decode(body).ok()?;
    let rest = blob.strip_prefix(b"SSHSIG")?.get(4..)?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    Some(STANDARD.encode(rest.get(..length)?))
}

fn parsed<T: FromStr>(text: &str, key: &'static str) -> Result<T, SignatureError> {
    text.parse().map_err(|_| SignatureError::Line(key))
}

fn previous(text: &str) -> Result<Vec<Digest>, SignatureError> {
    match text {
        "-" => Ok(Vec::new()),
        all => all.split(' ').map(|one| parsed(one, "previous")).collect(),
    }
}

impl FromStr for Digest {
    type Err = SignatureError;

    fn from_str(text: &str) -> Result<Self, SignatureError> {
        let mut bytes = [0; 32];
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return Err(SignatureError::Line("sha256"));
        }
        let digit = |c: u8| char::from(c).to_digit(16);
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            let value = digit(*high).zip(digit(*low));
            let value = value.and_then(|(high, low)| u8::try_from(high << 4 | low).ok());
            *byte = value.ok_or(SignatureError::Line("sha256"))?;
        }
        Ok(Self(bytes))
    }
}

/// Writes it in hexadecimal.
impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Signer {
    type Err = SignatureError;

    fn from_str(text: &str) -> Result<Self, SignatureError> {
        let device = text.parse().map(Self::Device);
        let machine = || text.parse().map(Self::Machine);
        device
            .or_else(|_| machine())
            .map_err(|_| SignatureError::Line("signer"))
    }
}

impl std::fmt::Display for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Device(name) => name.fmt(f),
            Self::Machine(name) => name.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests;
