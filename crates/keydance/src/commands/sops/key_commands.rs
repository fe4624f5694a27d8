//! Commands that print identities of age for a recipient.
//!
//! They may be slow, or ask somebody. So each runs once for a recipient at most; and once it has
//! printed the same for two recipients, it is taken to print that for all of them.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use keydance_crypto::digest;
use keydance_sops::age::AgeIdentities;
use keydance_sops::key_service::{KeyError, KeyService as _};
use keydance_sops::recipient::Recipient;
use zeroize::Zeroizing;

use super::environment::{Environment, Variable};
use super::prompts;

/// One command, and what it has printed.
pub(super) struct KeyCommand<'e> {
    variable: Variable,
    line: &'e OsStr,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    by_recipient: HashMap<String, Printed>,
    /// What it prints, whoever it is asked for.
    always: Option<Printed>,
}

type Printed = Result<Arc<Identities>, KeyError>;

struct Identities {
    /// Stands for the text, which is not kept.
    mark: String,
    identities: AgeIdentities,
}

impl<'e> KeyCommand<'e> {
    /// The one that a variable names, if it does.
    pub(super) fn of(environment: &'e Environment, variable: Variable) -> Option<Self> {
        let line = environment.get(variable)?;
        Some(Self {
            variable,
            line,
            known: Mutex::default(),
        })
    }

    /// Unwraps with what the command prints for a recipient.
    ///
    /// # Errors
    /// It fails, prints no identities, or none that match.
    pub(super) fn unwrap(
        &self,
        recipient: &Recipient,
        enc: &str,
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        self.printed(&recipient.identity())?
            .identities
            .unwrap(recipient, enc)
    }

    /// Nobody else runs the command meanwhile, or it would run twice.
    fn printed(&self, recipient: &str) -> Printed {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(printed) = known.always.as_ref().or(known.by_recipient.get(recipient)) {
            return printed.clone();
        }
        let printed = self.run(recipient);
        let is_same = |other: &Printed| match (other, &printed) {
            (Ok(other), Ok(printed)) => other.mark == printed.mark,
            _ => false,
        };
        if known.by_recipient.values().any(is_same) {
            known.always = Some(printed.clone());
        }
        known
            .by_recipient
            .insert(recipient.to_owned(), printed.clone());
        printed
    }

    /// It is split like a shell would, and not run by one.
    fn run(&self, recipient: &str) -> Printed {
        let name = self.variable.name();
        let failed = |problem: String| KeyError::Failed(format!("{name}: {problem}"));
        let words = self
            .line
            .to_str()
            .and_then(|line| shell_words::split(line).ok());
        let words = words.ok_or_else(|| failed("is no command".to_owned()))?;
        let Some((program, arguments)) = words.split_first() else {
            return Err(failed("is no command".to_owned()));
        };
        let output = Command::new(program)
            .args(arguments)
            .env("SOPS_AGE_RECIPIENT", recipient)
            .stdin(Stdio::inherit())
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| failed(error.to_string()))?;
        let text = Zeroizing::new(output.stdout);
        if !output.status.success() {
            return Err(failed(format!("the command ended with {}", output.status)));
        }
        let mut identities = AgeIdentities::new(Arc::new(prompts::passphrase));
        identities
            .add(name, &text)
            .map_err(|error| KeyError::Failed(error.to_string()))?;
        let mark = digest::hex(&digest::sha256(&text));
        Ok(Arc::new(Identities { mark, identities }))
    }
}
