//! The identities of age that are at hand: in the environment, in files, and from commands.
//!
//! They are looked for when the first file asks for them, and read once.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use keydance_connect::SearchPath;
use keydance_connect::keys::age_plugin::AgePlugins;
use keydance_sops::age::{AgeIdentities, IdentityError};
use keydance_sops::key_service::{KeyError, KeyService};
use keydance_sops::recipient::Recipient;
use zeroize::Zeroizing;

use super::environment::{Environment, Variable};
use super::key_commands::KeyCommand;
use super::opening::PATIENCE;
use super::prompts::{self, Terminal};

/// The key service for age, with the identities of whoever runs this.
pub(crate) struct Identities<'e> {
    environment: &'e Environment,
    found: OnceLock<Result<Found, KeyError>>,
    /// Asked when nothing else opens a file.
    commands: Vec<KeyCommand<'e>>,
}

/// What was found without asking anybody.
struct Found {
    own: AgeIdentities,
    plugins: AgePlugins,
}

impl<'e> Identities<'e> {
    pub(crate) fn new(environment: &'e Environment) -> Self {
        let commands = [Variable::AgeSshCommand, Variable::AgeKeyCommand];
        let command = |variable| KeyCommand::of(environment, variable);
        Self {
            environment,
            found: OnceLock::new(),
            commands: commands.into_iter().filter_map(command).collect(),
        }
    }

    fn found(&self) -> Result<&Found, KeyError> {
        self.found
            .get_or_init(|| self.find())
            .as_ref()
            .map_err(Clone::clone)
    }

    fn find(&self) -> Result<Found, KeyError> {
        let mut own = AgeIdentities::new(Arc::new(prompts::passphrase));
        self.add_ssh(&mut own)?;
        if let Some(text) = self.environment.get(Variable::AgeKey) {
            add(&mut own, Variable::AgeKey.name(), text.as_encoded_bytes())?;
        }
        if let Some(path) = self.environment.get(Variable::AgeKeyFile) {
            add_file(&mut own, Path::new(path))?;
        }
        if let Some(folder) = self.config_folder() {
            add_file_if_there(&mut own, &folder.join("sops/age/keys.txt"))?;
        }
        let plugins = own.take_plugins();
        Ok(Found {
            own,
            plugins: self.plugins(plugins),
        })
    }

    fn plugins(&self, identities: Vec<keydance_sops::age::PluginIdentity>) -> AgePlugins {
        let path = self.environment.get(Variable::Path).unwrap_or_default();
        AgePlugins::new(
            SearchPath::new(path),
            identities,
            Box::new(Terminal),
            PATIENCE,
        )
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
}

impl KeyService for Identities<'_> {
    /// Takes no identities, so none are looked for.
    fn wrap(&self, recipient: &Recipient, data_key: &[u8]) -> Result<String, KeyError> {
        match recipient.age_plugin() {
            None => AgeIdentities::without_passphrases().wrap(recipient, data_key),
            Some(_) => self.plugins(Vec::new()).wrap(recipient, data_key),
        }
    }

    fn unwrap(&self, recipient: &Recipient, enc: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let Found { own, plugins } = self.found()?;
        let own = || own.unwrap(recipient, enc);
        let plugins = || plugins.unwrap(recipient, enc);
        let mut refusals = Vec::new();
        // Who stands in the file says who is likely to open it, and plugins may ask for a touch.
        let in_order: [&dyn Fn() -> _; 2] = match recipient.age_plugin() {
            None => [&own, &plugins],
            Some(_) => [&plugins, &own],
        };
        for attempt in in_order {
            match attempt() {
                Ok(key) => return Ok(key),
                Err(KeyError::NotMine) => {}
                Err(refusal) => refusals.push(refusal),
            }
        }
        for command in &self.commands {
            match command.unwrap(recipient, enc) {
                Ok(key) => return Ok(key),
                Err(refusal) => refusals.push(refusal),
            }
        }
        Err(match refusals.len() {
            1 => refusals.remove(0),
            _ => KeyError::Each(refusals),
        })
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
