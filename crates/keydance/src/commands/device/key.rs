//! The private key of this device: an identity of age among those that sops finds.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use keydance_sops::age::{NativeIdentity, NativeKind};
use keydance_sops::random::SystemRandom;
use zeroize::Zeroizing;

use crate::commands::Context;
use crate::failure::Failure;
use crate::private_file;

/// The recipient of this device under a name: that of the identity which was made for it before, or
/// a new one.
///
/// # Errors
/// The file of identities cannot be read or written.
pub(crate) fn recipient(
    context: &Context,
    name: &str,
    kind: NativeKind,
) -> Result<String, Failure> {
    let path = place(context)?;
    let failed =
        |error: &dyn std::fmt::Display| Failure::unexpected(format!("{}: {error}", path.display()));
    let known = match fs::read_to_string(&path).map(Zeroizing::new) {
        Ok(known) => known,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Zeroizing::default(),
        Err(error) => return Err(failed(&error)),
    };
    let heading = format!("# keydance: {name}");
    if let Some(identity) = below(&known, &heading) {
        return Ok(identity.recipient().to_owned());
    }
    let identity = NativeIdentity::new(kind, &mut SystemRandom).map_err(|error| failed(&error))?;
    let recipient = identity.recipient().to_owned();
    let text = identity.expose();
    let added = Zeroizing::new(format!("{heading}\n# public key: {recipient}\n{text}\n"));
    let all = Zeroizing::new([known.as_bytes(), added.as_bytes()].concat());
    private_file::folder(path.parent().unwrap_or(Path::new(".")))
        .map_err(|error| failed(&error))?;
    private_file::write(&path, &all).map_err(|error| failed(&error))?;
    Ok(recipient)
}

/// The identity below a heading.
fn below(text: &str, heading: &str) -> Option<NativeIdentity> {
    let mut lines = text.lines().skip_while(|line| *line != heading).skip(1);
    let identity = lines.find(|line| !line.starts_with('#'))?;
    NativeIdentity::parse(identity.trim())
}

fn place(context: &Context) -> Result<PathBuf, Failure> {
    let environment = &context.environment;
    if let Some(file) = environment.get("SOPS_AGE_KEY_FILE") {
        return Ok(file.into());
    }
    let folder = environment.get("XDG_CONFIG_HOME").map(PathBuf::from);
    let default = if cfg!(target_os = "macos") {
        "Library/Application Support"
    } else {
        ".config"
    };
    let home = environment
        .get("HOME")
        .map(|home| Path::new(home).join(default));
    let folder = folder.or(home).ok_or_else(|| {
        Failure::usage("there is no place for the key of this device")
            .hint("set HOME, or SOPS_AGE_KEY_FILE to a file")
    })?;
    Ok(folder.join("sops/age/keys.txt"))
}
