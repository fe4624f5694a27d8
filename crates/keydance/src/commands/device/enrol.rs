//! `keydance device enrol --offline`.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use keydance_git::event::{REQUEST_NAMESPACE, Request};
use keydance_git::roster::{Name, Principal, parse_recipient};
use keydance_sops::age::NativeKind;
use serde_json::json;

use super::key;
use crate::commands::{Context, event};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;

/// Make the key of this device, and a request for an admin to let it in
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Whose device this is: a person, or a machine like node:web-1
    #[arg(value_name = "NAME")]
    who: Principal,
    /// Write a request into a file, for an organisation in a repository
    #[arg(long, required = true)]
    offline: bool,
    /// What this device is called
    #[arg(long, value_name = "NAME", default_value = "laptop")]
    device: Name,
    /// The SSH key to sign with, private or public if an agent has it [default: ~/.ssh/id_ed25519]
    #[arg(long, value_name = "FILE")]
    signing_key: Option<PathBuf>,
    /// Where the request goes [default: NAME-DEVICE.request]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Make a key that a quantum computer cannot break
    #[arg(long)]
    post_quantum: bool,
}

/// Makes them.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let Args { who, device, .. } = args;
    let signing_key = signing_key(context, args.signing_key.as_deref())?;
    let kind = kind(args.post_quantum);
    let recipient = key::recipient(context, &format!("{who}/{device}"), kind)?;
    let request = Request {
        who: who.clone(),
        device: device.clone(),
        recipient: parse_recipient(&recipient)
            .ok_or_else(|| Failure::unexpected("the key of this device has no recipient"))?,
        signing: public_half(&signing_key)?,
        at: whole_seconds(),
    };
    let signature = sign(context, &signing_key, &request)?;
    let plain_name = format!("{who}-{device}.request").replace(':', "-");
    let out = args.out.clone().unwrap_or_else(|| plain_name.into());
    let text = format!("{}\n{signature}", request.statement());
    let written = fs::write(&out, text);
    written.map_err(|error| Failure::unexpected(format!("{}: {error}", out.display())))?;
    let fingerprint = request.fingerprint();
    let sentence = format!(
        "give {} to an admin, and tell them by another way:\n{fingerprint}",
        out.display()
    );
    let data =
        json!({ "data": { "request": out, "recipient": recipient, "fingerprint": fingerprint } });
    Ok(Output::new(&Say::new(sentence, data)))
}

/// Which kind of key.
pub(crate) fn kind(post_quantum: bool) -> NativeKind {
    match post_quantum {
        true => NativeKind::PostQuantum,
        false => NativeKind::X25519,
    }
}

/// The key to sign with, as named or where SSH has it.
///
/// # Errors
/// There is none.
pub(crate) fn signing_key(context: &Context, named: Option<&Path>) -> Result<PathBuf, Failure> {
    let home = context.environment.get("HOME").unwrap_or_default();
    let default = || Path::new(home).join(".ssh/id_ed25519");
    let key = named.map_or_else(default, Path::to_owned);
    match key.is_file() {
        true => Ok(key),
        false => Err(
            Failure::usage(format!("{}: there is no such key", key.display())).hint(
                "make one with ssh-keygen -t ed25519, or name another one with --signing-key",
            ),
        ),
    }
}

/// The public half of a key, type and base64.
///
/// # Errors
/// It cannot be read.
pub(crate) fn public_half(key: &Path) -> Result<String, Failure> {
    let public = match key.extension() {
        Some(extension) if extension == "pub" => key.to_owned(),
        _ => {
            let mut name = key.as_os_str().to_owned();
            name.push(".pub");
            name.into()
        }
    };
    let about = |problem: &dyn std::fmt::Display| {
        Failure::usage(format!("{}: {problem}", public.display()))
    };
    let text = fs::read_to_string(&public).map_err(|error| about(&error))?;
    let mut words = text.split_ascii_whitespace();
    match (words.next(), words.next()) {
        (Some(kind), Some(key)) => Ok(format!("{kind} {key}")),
        _ => Err(about(&"no SSH public key")),
    }
}

fn sign(context: &Context, key: &Path, request: &Request) -> Result<String, Failure> {
    let mut command = Command::new(event::program(context, "ssh-keygen")?);
    command
        .args(["-q", "-Y", "sign", "-n", REQUEST_NAMESPACE, "-f"])
        .arg(key);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(Failure::unexpected)?;
    if let Some(mut stdin) = child.stdin.take() {
        let told = stdin.write_all(request.statement().as_bytes());
        told.map_err(Failure::unexpected)?;
    }
    let output = child.wait_with_output().map_err(Failure::unexpected)?;
    match output.status.success() {
        true => String::from_utf8(output.stdout).map_err(Failure::unexpected),
        false => Err(Failure::usage(format!(
            "{}: ssh-keygen does not sign with it",
            key.display()
        ))),
    }
}

/// The time as a request states it.
fn whole_seconds() -> jiff::Timestamp {
    let now = event::now();
    jiff::Timestamp::from_second(now.as_second()).unwrap_or(now)
}
