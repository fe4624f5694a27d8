//! Asking whoever runs a key service about each request.

use std::io::{self, BufRead as _, Write as _};

use keydance_sops::key_service::{KeyError, KeyService};
use keydance_sops::recipient::Recipient;
use zeroize::Zeroizing;

use super::super::failure::Failure;
use crate::render::printable;
use crate::terminal;

/// A key service that asks before it does anything.
pub(super) struct Prompting<S>(S);

impl<S> Prompting<S> {
    /// The service behind the questions.
    ///
    /// # Errors
    /// There is nobody to ask.
    pub(super) fn new(service: S) -> Result<Self, Failure> {
        if terminal::is_there() {
            return Ok(Self(service));
        }
        Err(Failure::other(
            "--prompt asks on a terminal, and there is none",
        ))
    }
}

impl<S: KeyService> KeyService for Prompting<S> {
    fn wrap(&self, recipient: &Recipient, data_key: &[u8]) -> Result<String, KeyError> {
        confirm("Wrap", recipient)?;
        self.0.wrap(recipient, data_key)
    }

    fn unwrap(&self, recipient: &Recipient, enc: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        confirm("Unwrap", recipient)?;
        self.0.unwrap(recipient, enc)
    }
}

/// Only `y` is a yes.
fn confirm(verb: &str, recipient: &Recipient) -> Result<(), KeyError> {
    let (kind, identity) = (recipient.kind(), recipient.identity());
    let mut answer = String::new();
    let asked = write!(
        io::stderr(),
        "{verb} a data key for {kind} {}? [y/N] ",
        printable(&identity).replace('\n', " ")
    )
    .and_then(|()| io::stdin().lock().read_line(&mut answer));
    match (asked, answer.trim().to_lowercase().as_str()) {
        (Ok(_), "y" | "yes") => Ok(()),
        _ => Err(KeyError::Refused),
    }
}
