//! The identities of age that are at hand: in the environment, in files, and from commands.
//!
//! They are looked for when the first file asks for them, and read once.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};

use keydance_sops::age::{AgeIdentities, IdentityError, Question};
use keydance_sops::key_service::{KeyError, KeyService};
use keydance_sops::recipient::Recipient;
use zeroize::Zeroizing;

use super::environment::{Environment, Variable};

/// The key service for age, with the identities of whoever runs this.
pub(crate) struct Identities<'e> {
    environment: &'e Environment,
    found: OnceLock<Result<AgeIdentities, KeyError>>,
}

impl<'e> Identities<'e> {
    pub(crate) fn new(environment: &'e Environment) -> Self {
        Self {
            environment,
            found: OnceLock::new(),
        }
    }

    fn find(&self) -> Result<AgeIdentities, KeyError> {
        let mut identities = AgeIdentities::new(Arc::new(ask));
        self.add_ssh(&mut identities)?;
        if let Some(text) = self.environment.get(Variable::AgeKey) {
            add(
                &mut identities,
                Variable::AgeKey.name(),
                text.as_encoded_bytes(),
            )?;
        }
        if let Some(path) = self.environment.get(Variable::AgeKeyFile) {
            add_file(&mut identities, Path::new(path))?;
        }
        if let Some(folder) = self.config_folder() {
            add_file_if_there(&mut identities, &folder.join("sops/age/keys.txt"))?;
        }
        Ok(identities)
    }

    fn add_ssh(&self, identities: &mut AgeIdentities) -> Result<(), KeyError> {
        if let Some(path) = self.environment.get(Variable::AgeSshFile) {
            return add_file(identities, Path::new(path));
        }
        let Some(home) = self.environment.get(Variable::Home) else {
            return Ok(());
        };
        for name in ["id_ed25519", "id_rsa"] {
            add_file_if_there(identities, &Path::new(home).join(".ssh").join(name))?;
        }
        Ok(())
    }

    fn config_folder(&self) -> Option<PathBuf> {
        if let Some(folder) = self.environment.get(Variable::XdgConfigHome) {
            return Some(folder.into());
        }
        let home = self.environment.get(Variable::Home).map(PathBuf::from)?;
        Some(home.join(if cfg!(target_os = "macos") {
            "Library/Application Support"
        } else {
            ".config"
        }))
    }

    /// What a command prints for a recipient; it is not run by a shell.
    fn of_command(
        &self,
        variable: Variable,
        recipient: &str,
    ) -> Result<Option<AgeIdentities>, KeyError> {
        let Some(line) = self.environment.get(variable).and_then(OsStr::to_str) else {
            return Ok(None);
        };
        let failed = |problem: String| KeyError::Failed(format!("{}: {problem}", variable.name()));
        let words = shell_words::split(line).map_err(|error| failed(error.to_string()))?;
        let Some((program, arguments)) = words.split_first() else {
            return Ok(None);
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
        let mut identities = AgeIdentities::new(Arc::new(ask));
        add(&mut identities, variable.name(), &text)?;
        Ok(Some(identities))
    }
}

impl KeyService for Identities<'_> {
    fn wrap(&self, recipient: &Recipient, data_key: &[u8]) -> Result<String, KeyError> {
        AgeIdentities::without_passphrases().wrap(recipient, data_key)
    }

    fn unwrap(&self, recipient: &Recipient, enc: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let found = self
            .found
            .get_or_init(|| self.find())
            .as_ref()
            .map_err(Clone::clone)?;
        let refusal = match found.unwrap(recipient, enc) {
            Err(refusal @ KeyError::NoIdentity { .. }) => refusal,
            answer => return answer,
        };
        for variable in [Variable::AgeSshCommand, Variable::AgeKeyCommand] {
            if let Some(identities) = self.of_command(variable, &recipient.identity())?
                && let Ok(key) = identities.unwrap(recipient, enc)
            {
                return Ok(key);
            }
        }
        Err(refusal)
    }

    fn holds(&self, recipient: &Recipient) -> bool {
        let found = self.found.get_or_init(|| self.find());
        found.as_ref().is_ok_and(|found| found.holds(recipient))
    }
}

fn add(identities: &mut AgeIdentities, place: &str, text: &[u8]) -> Result<(), KeyError> {
    let failed = |error: IdentityError| KeyError::Failed(error.to_string());
    identities.add(place, text).map_err(failed)
}

fn add_file(identities: &mut AgeIdentities, path: &Path) -> Result<(), KeyError> {
    let place = path.display().to_string();
    let text = std::fs::read(path).map(Zeroizing::new);
    let text = text.map_err(|error| KeyError::Failed(format!("{place}: {error}")))?;
    add(identities, &place, &text)
}

/// A file that need not be there; that it was looked for is worth knowing all the same.
fn add_file_if_there(identities: &mut AgeIdentities, path: &Path) -> Result<(), KeyError> {
    match path.try_exists() {
        Ok(true) => add_file(identities, path),
        _ => {
            identities.looked_in(&path.display().to_string());
            Ok(())
        }
    }
}

/// Asks for a passphrase on the terminal, if there is one.
fn ask(question: &Question<'_>) -> Option<Zeroizing<String>> {
    let typed: io::Result<String> =
        rpassword::prompt_password(format!("Passphrase for {}: ", question.place));
    typed.ok().map(Zeroizing::new)
}
