mod content;
mod sharing;
mod typing;

use std::path::PathBuf;

use super::super::request::{
    Creation, Destination, Input, Keys, NewValue, Opening, Services, Types,
};
use super::*;

use Face::{Keydance, Sops};

fn invoke(face: Face, typed: &[&str], environment: &Environment) -> Result<Invocation, Failure> {
    Invocation::parse(face, typed.iter().map(OsString::from), environment)
}

/// What a line of words means.
#[track_caller]
fn meant(face: Face, line: &str) -> Request {
    let typed: Vec<_> = line.split(' ').collect();
    invoke(face, &typed, &Environment::default())
        .unwrap()
        .request
}

/// How a line of words fails.
#[track_caller]
fn fails(face: Face, line: &str) -> Failure {
    let typed: Vec<_> = line.split(' ').filter(|word| !word.is_empty()).collect();
    match invoke(face, &typed, &Environment::default()) {
        Err(failure) => failure,
        Ok(invocation) => panic!("{line} means {:?}", invocation.request),
    }
}

fn encrypt(file: &str) -> Encrypt {
    Encrypt {
        input: Input::Files(vec![file.into()]),
        destination: Destination::Stdout,
        filename_override: None,
        types: Types::default(),
        creation: Creation::default(),
        services: services(),
    }
}

fn decrypt(file: &str) -> Decrypt {
    Decrypt {
        input: Input::Files(vec![file.into()]),
        destination: Destination::Stdout,
        filename_override: None,
        types: Types::default(),
        extract: None,
        opening: opening(),
    }
}

fn edit(file: &str) -> Edit {
    Edit {
        file: file.into(),
        filename_override: None,
        types: Types::default(),
        creation: Creation::default(),
        show_master_keys: false,
        opening: opening(),
    }
}

fn rotate(file: &str) -> Rotate {
    Rotate {
        files: vec![file.into()],
        destination: Destination::Stdout,
        filename_override: None,
        types: Types::default(),
        add: Keys::default(),
        remove: Keys::default(),
        drop_unknown: false,
        opening: opening(),
    }
}

fn set(file: &str, path: &str, value: &str) -> Set {
    Set {
        file: file.into(),
        filename_override: None,
        types: Types::default(),
        path: path.to_owned(),
        value: NewValue::Typed(value.to_owned().into()),
        value_type: None,
        idempotent: false,
        create: false,
        opening: opening(),
    }
}

fn old_style(file: &str, modes: Vec<Request>) -> Request {
    Request::OldStyle(OldStyle {
        file: file.into(),
        name: file.into(),
        rule: !matches!(modes.as_slice(), [Request::Decrypt(_)]),
        modes,
        changes_recipients: false,
    })
}

fn services() -> Services {
    Services {
        local: true,
        remote: Vec::new(),
    }
}

fn opening() -> Opening {
    Opening {
        services: services(),
        order: Vec::new(),
        ignore_mac: false,
    }
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

fn paths(words: &[&str]) -> Vec<PathBuf> {
    words.iter().map(PathBuf::from).collect()
}

const BOTH: [Face; 2] = [Keydance, Sops];
