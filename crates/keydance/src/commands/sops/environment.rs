//! The environment variables that `sops` looks at: all of them are read here, once.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// What the process was started with. Some of it is secret, so it cannot be printed.
#[derive(Default)]
pub(crate) struct Environment(BTreeMap<Variable, OsString>);

impl Environment {
    /// That of this process.
    pub(crate) fn of_process() -> Self {
        let read = |&variable: &Variable| Some((variable, std::env::var_os(variable.name())?));
        Self(Variable::ALL.iter().filter_map(read).collect())
    }

    /// The same, as if this variable were not set.
    pub(crate) fn without(mut self, variable: Variable) -> Self {
        self.0.remove(&variable);
        self
    }

    /// What a variable says; nothing if it is empty or not set.
    pub(crate) fn get(&self, variable: Variable) -> Option<&OsStr> {
        let value = self.0.get(&variable)?;
        (!value.is_empty()).then_some(value)
    }

    /// Whether a variable is set, be it to nothing.
    pub(crate) fn is_set(&self, variable: Variable) -> bool {
        self.0.contains_key(&variable)
    }
}

#[cfg(test)]
impl<const N: usize> From<[(Variable, &str); N]> for Environment {
    fn from(variables: [(Variable, &str); N]) -> Self {
        let owned = |(variable, value): (Variable, &str)| (variable, OsString::from(value));
        Self(variables.into_iter().map(owned).collect())
    }
}

macro_rules! variables {
    ($($(#[$about:meta])* $variable:ident = $name:literal,)+) => {
        /// A variable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Variable {
            $($(#[$about])* $variable,)+
        }

        impl Variable {
            const ALL: &[Self] = &[$(Self::$variable,)+];

            /// As it stands in the environment.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$variable => $name,)+
                }
            }
        }
    };
}

// Each line becomes a variant of `Variable`, a case of `Variable::name` and an entry of
// `Variable::ALL`, so that no variable can be named without being read.
variables! {
    /// age identities, separated by white space. Secret.
    AgeKey = "SOPS_AGE_KEY",
    /// A command that prints age identities.
    AgeKeyCommand = "SOPS_AGE_KEY_CMD",
    /// A file of age identities.
    AgeKeyFile = "SOPS_AGE_KEY_FILE",
    /// The default of `--age`.
    AgeRecipients = "SOPS_AGE_RECIPIENTS",
    /// A command that prints a private SSH key.
    AgeSshCommand = "SOPS_AGE_SSH_PRIVATE_KEY_CMD",
    /// A private SSH key.
    AgeSshFile = "SOPS_AGE_SSH_PRIVATE_KEY_FILE",
    /// A YAML file of the key services, profiles and keys that files may name.
    Allow = "KEYDANCE_SOPS_ALLOW",
    /// The default of `--azure-kv`.
    AzureKeys = "SOPS_AZURE_KEYVAULT_URLS",
    /// The default of `--config`.
    Config = "SOPS_CONFIG",
    /// The default of `--decryption-order`.
    DecryptionOrder = "SOPS_DECRYPTION_ORDER",
    /// `1` makes `--generate-bash-completion` say what each word means: the scripts of sops for zsh
    /// ask so.
    DescribedCompletion = "_CLI_ZSH_AUTOCOMPLETE_HACK",
    /// The default of `--disable-version-check`.
    DisableVersionCheck = "SOPS_DISABLE_VERSION_CHECK",
    /// The editor where `SOPS_EDITOR` names none.
    Editor = "EDITOR",
    /// The default of `--gcp-kms`.
    GcpKeys = "SOPS_GCP_KMS_IDS",
    /// The folder of gpg.
    GnupgHome = "GNUPGHOME",
    /// gpg itself.
    Gpg = "SOPS_GPG_EXEC",
    /// The folder of whoever calls.
    Home = "HOME",
    /// The default of `--hckms`.
    HuaweiKeys = "SOPS_HUAWEICLOUD_KMS_IDS",
    /// The default of `--keyservice`.
    KeyServices = "SOPS_KEYSERVICE",
    /// The default of `--kms`.
    KmsKeys = "SOPS_KMS_ARN",
    /// The default of `--enable-local-keyservice`.
    LocalKeyService = "SOPS_ENABLE_LOCAL_KEYSERVICE",
    /// Bytes of a file that are read at most.
    MaxBytes = "KEYDANCE_SOPS_MAX_BYTES",
    /// Folders of programs.
    Path = "PATH",
    /// The default of `--pgp`.
    PgpKeys = "SOPS_PGP_FP",
    /// The folder of this session, which only its user may enter.
    RuntimeFolder = "XDG_RUNTIME_DIR",
    /// The editor.
    SopsEditor = "SOPS_EDITOR",
    /// Seconds until a key service counts as silent.
    Timeout = "KEYDANCE_SOPS_TIMEOUT",
    /// Vault servers that files may name.
    VaultAllowList = "SOPS_HC_VAULT_ALLOWLIST",
    /// The default of `--hc-vault-transit`.
    VaultKeys = "SOPS_VAULT_URIS",
    /// The folder of configurations.
    XdgConfigHome = "XDG_CONFIG_HOME",
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_variable_has_a_name_of_its_own() {
        let names: BTreeSet<_> = Variable::ALL.iter().map(|each| each.name()).collect();
        assert_eq!(names.len(), Variable::ALL.len());
    }

    #[test]
    fn an_empty_variable_is_set_and_says_nothing() {
        let environment = Environment::from([(Variable::Config, "")]);
        assert!(environment.is_set(Variable::Config));
        assert_eq!(environment.get(Variable::Config), None);
        assert!(!environment.is_set(Variable::Editor));
    }
}
