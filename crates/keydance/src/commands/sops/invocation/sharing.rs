//! Requests about who can open a file, and to hand it on.

use std::path::PathBuf;

use super::super::arguments::Arguments;
use super::super::failure::{Exit, Failure};
use super::super::flags;
use super::super::request::{
    Destination, ExecEnv, ExecFile, GroupsAdd, GroupsDelete, KeyService, Keys, Listen, Opening,
    Publish, Services, Types, UpdateKeys, Waiting,
};
use super::parts::{format, threshold};

impl UpdateKeys {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        if arguments.positionals.is_empty() {
            return Err(arguments.no_file());
        }
        // sops takes several here too.
        let files = std::mem::take(&mut arguments.positionals);
        Ok(Self {
            files: files.into_iter().map(PathBuf::from).collect(),
            input_type: format(arguments, &flags::INPUT_TYPE)?,
            yes: arguments.switch(&flags::YES),
            threshold_from_config: arguments.switch(&flags::THRESHOLD_FROM_CONFIG),
            services: Services::meant(arguments)?,
        })
    }
}

impl GroupsAdd {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        let [] = arguments.exactly(Exit::Failed)?;
        Ok(Self {
            file: group_file(arguments)?,
            destination: Destination::meant(arguments)?,
            keys: Keys::of_group(arguments)?,
            threshold: threshold(arguments)?,
            services: Services::meant(arguments)?,
        })
    }
}

impl GroupsDelete {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        let [index] = arguments.exactly(Exit::Failed)?;
        let index = index.to_str().and_then(|index| index.parse().ok());
        Ok(Self {
            file: group_file(arguments)?,
            destination: Destination::meant(arguments)?,
            index: index.ok_or_else(|| Failure::other("INDEX is no number"))?,
            threshold: threshold(arguments)?,
            services: Services::meant(arguments)?,
        })
    }
}

impl ExecEnv {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        let [file, command] = arguments.exactly(Exit::Failed)?;
        Ok(Self {
            file: file.into(),
            command,
            pristine: arguments.switch(&flags::PRISTINE),
            user: arguments.text(&flags::USER)?,
            waiting: Waiting::meant(arguments)?,
            opening: Opening::meant(arguments)?,
        })
    }
}

impl ExecFile {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        let [file, command] = arguments.exactly(Exit::Failed)?;
        Ok(Self {
            file: file.into(),
            types: Types::meant(arguments)?,
            command,
            fifo: !arguments.switch(&flags::NO_FIFO),
            filename: arguments.path(&flags::FILENAME),
            user: arguments.text(&flags::USER)?,
            waiting: Waiting::meant(arguments)?,
            opening: Opening::meant(arguments)?,
        })
    }
}

impl Waiting {
    fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        let background = arguments.switch(&flags::BACKGROUND);
        if background {
            let warning = "--background is deprecated: the shell has &";
            arguments.warnings.push(warning.to_owned());
        }
        match (background, arguments.switch(&flags::SAME_PROCESS)) {
            (false, false) => Ok(Self::Waits),
            (false, true) => Ok(Self::Becomes),
            (true, false) => Ok(Self::Ends),
            (true, true) => Err(Failure::new(
                Exit::Conflict,
                "either --same-process or --background",
            )),
        }
    }
}

impl Publish {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        Ok(Self {
            path: arguments.file()?,
            recursive: arguments.switch(&flags::RECURSIVE),
            yes: arguments.switch(&flags::YES),
            omit_extensions: arguments.switch(&flags::OMIT_EXTENSIONS),
            opening: Opening::meant(arguments)?,
        })
    }
}

impl KeyService {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        arguments.at_most(0)?;
        let address = arguments.text(&flags::ADDRESS)?;
        let address = address.unwrap_or_else(|| "127.0.0.1:5000".to_owned());
        let listen = match arguments.text(&flags::NETWORK)?.as_deref() {
            None | Some("tcp") => Listen::Tcp(address),
            Some("unix") => Listen::Unix(address.into()),
            Some(_) => return Err(Failure::other("--network is either tcp or unix")),
        };
        Ok(Self {
            listen,
            prompt: arguments.switch(&flags::PROMPT),
            insecure: arguments.switch(&flags::INSECURE_LISTEN),
        })
    }
}

fn group_file(arguments: &Arguments<'_>) -> Result<PathBuf, Failure> {
    arguments
        .path(&flags::FILE)
        .ok_or_else(|| arguments.no_file())
}
