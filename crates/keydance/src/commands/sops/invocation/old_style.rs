//! `sops -d FILE` and its like, from before there were subcommands.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::super::arguments::Arguments;
use super::super::failure::{Exit, Failure};
use super::super::flags;
use super::super::request::{
    Creation, Decrypt, Destination, Edit, Encrypt, Input, Keys, NewValue, OldStyle, Opening,
    Request, Rotate, Set, Types,
};

impl OldStyle {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        let file = arguments.file()?;
        let meant = Typed {
            destination: Destination::meant(arguments)?,
            filename_override: arguments.path(&flags::FILENAME_OVERRIDE),
            types: Types::meant(arguments)?,
            creation: Creation::meant(arguments)?,
            opening: Opening::meant(arguments)?,
            add: Keys::added(arguments)?,
            remove: Keys::removed(arguments)?,
            file,
        };
        let modes = meant.modes(arguments)?;
        if modes.len() > 1 {
            let warning = "more than one of -e, -d, -r and --set: only the last one has an effect";
            arguments.warnings.push(warning.to_owned());
        }
        let decrypts_only = matches!(modes.as_slice(), [Request::Decrypt(_)]);
        Ok(Self {
            changes_recipients: !(meant.add.is_empty() && meant.remove.is_empty()),
            name: meant
                .filename_override
                .unwrap_or_else(|| meant.file.clone()),
            file: meant.file,
            rule: !decrypts_only,
            modes,
        })
    }
}

/// What was typed for all modes.
struct Typed {
    file: PathBuf,
    destination: Destination,
    filename_override: Option<PathBuf>,
    types: Types,
    creation: Creation,
    opening: Opening,
    add: Keys,
    remove: Keys,
}

impl Typed {
    /// The modes that were asked for, in the order in which sops runs them.
    fn modes(&self, arguments: &Arguments<'_>) -> Result<Vec<Request>, Failure> {
        let set = arguments.text(&flags::SET)?;
        let rotates = arguments.switch(&flags::ROTATE);
        let decrypts = arguments.switch(&flags::DECRYPT);
        let mut modes = Vec::new();
        if arguments.switch(&flags::ENCRYPT) {
            let last = !decrypts && !rotates && set.is_none();
            modes.push(self.encrypt(last));
        }
        if decrypts {
            modes.push(self.decrypt(arguments, !rotates && set.is_none())?);
        }
        if rotates {
            modes.push(self.rotate(set.is_none()));
        }
        if let Some(set) = set {
            modes.push(self.set(&Zeroizing::new(set))?);
        }
        if modes.is_empty() {
            modes.push(self.edit(arguments));
        }
        Ok(modes)
    }

    fn encrypt(&self, last: bool) -> Request {
        Request::Encrypt(Encrypt {
            input: Input::Files(vec![self.file.clone()]),
            destination: self.destination(last),
            filename_override: self.filename_override.clone(),
            types: self.types,
            creation: self.creation.clone(),
            services: self.opening.services.clone(),
        })
    }

    fn decrypt(&self, arguments: &Arguments<'_>, last: bool) -> Result<Request, Failure> {
        Ok(Request::Decrypt(Decrypt {
            input: Input::Files(vec![self.file.clone()]),
            destination: self.destination(last),
            filename_override: self.filename_override.clone(),
            types: self.types,
            extract: arguments.text(&flags::EXTRACT)?,
            opening: self.opening.clone(),
        }))
    }

    fn rotate(&self, last: bool) -> Request {
        Request::Rotate(Rotate {
            files: vec![self.file.clone()],
            destination: self.destination(last),
            filename_override: self.filename_override.clone(),
            types: self.types,
            add: self.add.clone(),
            remove: self.remove.clone(),
            drop_unknown: false,
            opening: self.opening.clone(),
        })
    }

    /// The path ends at the first `]` with a blank after it; the rest is the value.
    fn set(&self, typed: &str) -> Result<Request, Failure> {
        let Some((path, value)) = typed.split_once("] ") else {
            let message = "--set takes a path and a value with a blank between them";
            return Err(Failure::new(Exit::SetSyntax, message));
        };
        Ok(Request::Set(Set {
            file: self.file.clone(),
            filename_override: self.filename_override.clone(),
            types: self.types,
            path: format!("{path}]"),
            value: NewValue::Typed(Zeroizing::new(value.to_owned())),
            value_type: None,
            idempotent: false,
            create: false,
            opening: self.opening.clone(),
        }))
    }

    fn edit(&self, arguments: &Arguments<'_>) -> Request {
        Request::Edit(Edit {
            file: self.file.clone(),
            filename_override: self.filename_override.clone(),
            types: self.types,
            creation: self.creation.clone(),
            show_master_keys: arguments.switch(&flags::SHOW_MASTER_KEYS),
            opening: self.opening.clone(),
        })
    }

    fn destination(&self, last: bool) -> Destination {
        if last {
            self.destination.clone()
        } else {
            Destination::Nowhere
        }
    }
}
