//! Every flag of `sops`. Those that [`Flag::ours`] marks are known to `keydance sops` only.

mod ours;
mod own;
mod recipients;
mod rules;

pub(crate) use ours::*;
pub(crate) use own::*;
pub(crate) use recipients::*;
pub(crate) use rules::*;

use super::environment::Variable;

/// A flag: `--name`, which may just as well be typed `-name`.
#[derive(Debug)]
pub(crate) struct Flag {
    /// Without dashes.
    pub(crate) name: &'static str,
    /// Another spelling.
    pub(crate) alias: Option<&'static str>,
    /// What follows it.
    pub(crate) takes: Takes,
    /// The variable that has its default.
    pub(crate) variable: Option<Variable>,
    /// Whether sops does not know it.
    pub(crate) ours: bool,
    /// Whether it may stand before the name of a subcommand.
    pub(crate) global: bool,
    /// What it does.
    pub(crate) about: &'static str,
}

/// What follows a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Nothing, or `=true` and `=false`.
    Nothing,
    /// A value, which help calls so.
    Value(&'static str),
    /// A value each time: the flag may be repeated.
    Values(&'static str),
}

impl Flag {
    const fn new(name: &'static str, takes: Takes, about: &'static str) -> Self {
        Self {
            name,
            alias: None,
            takes,
            variable: None,
            ours: false,
            global: false,
            about,
        }
    }

    const fn switch(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Takes::Nothing, about)
    }

    const fn value(name: &'static str, value: &'static str, about: &'static str) -> Self {
        Self::new(name, Takes::Value(value), about)
    }

    const fn values(name: &'static str, value: &'static str, about: &'static str) -> Self {
        Self::new(name, Takes::Values(value), about)
    }

    const fn or(mut self, alias: &'static str) -> Self {
        self.alias = Some(alias);
        self
    }

    const fn from(mut self, variable: Variable) -> Self {
        self.variable = Some(variable);
        self
    }

    const fn ours(mut self) -> Self {
        self.ours = true;
        self
    }

    const fn global(mut self) -> Self {
        self.global = true;
        self
    }

    /// Its spellings, the long one first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        [Some(self.name), self.alias].into_iter().flatten()
    }
}

// About the command line itself.
pub(crate) const HELP: Flag = Flag::switch("help", "Show this").or("h").global();
pub(crate) const VERSION: Flag = Flag::switch("version", "Show the version").or("v").global();

// What every command heeds, before its name.
pub(crate) const CONFIG: Flag = Flag::value(
    "config",
    "FILE",
    "The configuration, instead of the next .sops.yaml above this folder",
)
.from(Variable::Config)
.global();
pub(crate) const VERBOSE: Flag = Flag::switch("verbose", "Say more of what is done").global();
pub(crate) const INDENT: Flag =
    Flag::value("indent", "N", "Spaces per level in YAML and JSON").global();
pub(crate) const NO_VERSION_CHECK: Flag = Flag::switch(
    "disable-version-check",
    "Nothing: newer versions are never looked for",
)
.from(Variable::DisableVersionCheck)
.global();
pub(crate) const VERSION_CHECK: Flag = Flag::switch(
    "check-for-updates",
    "Nothing: newer versions are never looked for",
)
.global();

// The modes of the old style.
pub(crate) const DECRYPT: Flag = Flag::switch("decrypt", "Decrypt FILE").or("d");
pub(crate) const ENCRYPT: Flag = Flag::switch("encrypt", "Encrypt FILE").or("e");
pub(crate) const ROTATE: Flag =
    Flag::switch("rotate", "Encrypt FILE anew under a new data key").or("r");
pub(crate) const SET: Flag = Flag::value(
    "set",
    "PATH VALUE",
    "Set a value of FILE, such as '[\"a\"][0] {\"b\": true}'",
);

// What comes in and what goes out.
pub(crate) const IN_PLACE: Flag =
    Flag::switch("in-place", "Write back to the file, not to standard output").or("i");
pub(crate) const OUTPUT: Flag = Flag::value("output", "FILE", "Write to this file");
pub(crate) const EXTRACT: Flag = Flag::value(
    "extract",
    "PATH",
    "Print this part of the file only, such as '[\"a\"][0]'",
);
pub(crate) const INPUT_TYPE: Flag = Flag::value(
    "input-type",
    "TYPE",
    "yaml, json, dotenv, ini or binary, whatever the name of the file",
);
pub(crate) const OUTPUT_TYPE: Flag = Flag::value(
    "output-type",
    "TYPE",
    "yaml, json, dotenv, ini or binary, whatever the name of the file",
);
pub(crate) const FILENAME_OVERRIDE: Flag = Flag::value(
    "filename-override",
    "FILE",
    "Find rule and types as if this were the name of the file",
);
pub(crate) const FILE: Flag = Flag::value("file", "FILE", "The file").or("f");

// Opening a file.
pub(crate) const LOCAL_KEYSERVICE: Flag = Flag::switch(
    "enable-local-keyservice",
    "Use the keys of this machine: yes, unless =false",
)
.from(Variable::LocalKeyService);
pub(crate) const KEYSERVICE: Flag = Flag::values(
    "keyservice",
    "URI",
    "A key service as well: tcp://HOST:PORT or unix:///PATH",
)
.from(Variable::KeyServices);
pub(crate) const DECRYPTION_ORDER: Flag = Flag::value(
    "decryption-order",
    "KIND,…",
    "Kinds of recipients in the order in which they are tried",
)
.from(Variable::DecryptionOrder);
pub(crate) const IGNORE_MAC: Flag =
    Flag::switch("ignore-mac", "Do not ask whether somebody changed the file");
