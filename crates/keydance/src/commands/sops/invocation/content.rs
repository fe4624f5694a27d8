//! Requests about what is in a file.

use std::ffi::OsString;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::super::arguments::Arguments;
use super::super::failure::{Exit, Failure};
use super::super::flags;
use super::super::request::{
    Creation, Decrypt, Destination, Edit, Encrypt, Input, Keys, NewValue, Opening, Replace, Rotate,
    Services, Set, Types, Unset, ValueType,
};

impl Encrypt {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        let destination = Destination::meant(arguments)?;
        let filename_override = arguments.path(&flags::FILENAME_OVERRIDE);
        let input = input(arguments, &destination)?;
        match &input {
            Input::Stdin if filename_override.is_none() => {
                return Err(conflict(
                    "standard input has no name: --filename-override gives it one",
                ));
            }
            Input::Files(files) => in_place_if_several(files, &destination)?,
            Input::Stdin => {}
        }
        Ok(Self {
            input,
            destination,
            filename_override,
            types: Types::meant(arguments)?,
            creation: Creation::meant(arguments)?,
            services: Services::meant(arguments)?,
        })
    }
}

impl Decrypt {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        let destination = Destination::meant(arguments)?;
        let input = input(arguments, &destination)?;
        if let (Input::Files(files), Destination::File(_)) = (&input, &destination) {
            in_place_if_several(files, &destination)?;
        }
        Ok(Self {
            input,
            destination,
            filename_override: arguments.path(&flags::FILENAME_OVERRIDE),
            types: Types::meant(arguments)?,
            extract: arguments.text(&flags::EXTRACT)?,
            opening: Opening::meant(arguments)?,
        })
    }
}

impl Edit {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        Ok(Self {
            file: arguments.file()?,
            filename_override: None,
            types: Types::meant(arguments)?,
            creation: Creation::meant(arguments)?,
            show_master_keys: arguments.switch(&flags::SHOW_MASTER_KEYS),
            opening: Opening::meant(arguments)?,
        })
    }
}

impl Set {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        let (file, path, value) = set_what(arguments)?;
        Ok(Self {
            file: file.into(),
            filename_override: None,
            types: Types::meant(arguments)?,
            path: text(path)?,
            value,
            value_type: ValueType::meant(arguments)?,
            idempotent: arguments.switch(&flags::SET_IDEMPOTENT),
            create: arguments.switch(&flags::CREATE),
            opening: Opening::meant(arguments)?,
        })
    }
}

/// A file, a path in it, and where the value for that is.
fn set_what(arguments: &mut Arguments<'_>) -> Result<(OsString, OsString, NewValue), Failure> {
    let from_file = arguments.switch(&flags::VALUE_FILE);
    if arguments.switch(&flags::VALUE_STDIN) {
        if from_file {
            return Err(Failure::other(
                "the value is either in a file or on standard input",
            ));
        }
        let [file, path] = arguments.exactly(Exit::NoFile)?;
        return Ok((file, path, NewValue::Stdin));
    }
    let [file, path, value] = arguments.exactly(Exit::NoFile)?;
    let value = match from_file {
        true => NewValue::File(value.into()),
        false => NewValue::Typed(Zeroizing::new(text(value)?)),
    };
    Ok((file, path, value))
}

impl ValueType {
    fn meant(arguments: &Arguments<'_>) -> Result<Option<Self>, Failure> {
        Ok(Some(match arguments.text(&flags::VALUE_TYPE)?.as_deref() {
            None => return Ok(None),
            Some("bool") => Self::Bool,
            Some("float") => Self::Float,
            Some("int") => Self::Int,
            Some("string") => Self::String,
            Some(_) => {
                let message = "--type is none of string, int, float and bool";
                return Err(Failure::other(message));
            }
        }))
    }
}

impl Unset {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        let [file, path] = arguments.exactly(Exit::NoFile)?;
        Ok(Self {
            file: file.into(),
            types: Types::meant(arguments)?,
            path: text(path)?,
            idempotent: arguments.switch(&flags::UNSET_IDEMPOTENT),
            opening: Opening::meant(arguments)?,
        })
    }
}

impl Replace {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        arguments.at_most(2)?;
        let mut files = std::mem::take(&mut arguments.positionals).into_iter();
        let file = files.next().ok_or_else(|| arguments.no_file())?;
        let plain = files.next().filter(|plain| plain != "-");
        Ok(Self {
            file: file.into(),
            plain: plain.map_or(Input::Stdin, |plain| Input::Files(vec![plain.into()])),
            types: Types::meant(arguments)?,
            opening: Opening::meant(arguments)?,
        })
    }
}

impl Rotate {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        let destination = Destination::meant(arguments)?;
        let files = arguments.files()?;
        in_place_if_several(&files, &destination)?;
        Ok(Self {
            files,
            destination,
            filename_override: arguments.path(&flags::FILENAME_OVERRIDE),
            types: Types::meant(arguments)?,
            add: Keys::added(arguments)?,
            remove: Keys::removed(arguments)?,
            drop_unknown: arguments.switch(&flags::DROP_UNKNOWN),
            opening: Opening::meant(arguments)?,
        })
    }
}

/// The files, or standard input where none is named.
fn input(arguments: &mut Arguments<'_>, destination: &Destination) -> Result<Input, Failure> {
    let files = arguments.files_if_any()?;
    if !files.is_empty() {
        return Ok(Input::Files(files));
    }
    if *destination == Destination::InPlace {
        return Err(conflict(
            "--in-place needs a file: standard input has no place",
        ));
    }
    Ok(Input::Stdin)
}

fn in_place_if_several(files: &[PathBuf], destination: &Destination) -> Result<(), Failure> {
    if files.len() > 1 && *destination != Destination::InPlace {
        return Err(conflict(
            "several files are written in place only: add --in-place",
        ));
    }
    Ok(())
}

fn conflict(message: &str) -> Failure {
    Failure::new(Exit::Conflict, message)
}

/// A path within a file, or a value: both are text.
fn text(argument: OsString) -> Result<String, Failure> {
    let text = argument.into_string();
    text.map_err(|_| Failure::new(Exit::SetSyntax, "PATH and VALUE are text"))
}
