//! `git-textconv`: an encrypted file as `git diff` shows it.
//!
//! With the data key, what is in it; without, its structure, where each ciphertext is a mark that
//! changes when it does. What is no encrypted file is shown as it is: git wants to compare whatever
//! has been committed.

use std::process::ExitCode;

use keydance_crypto::digest;
use keydance_sops::file::File;
use keydance_sops::format::WriteOptions;
use keydance_sops::keys::{DECRYPTION_ORDER, recover};
use keydance_sops::tree::{Entry, Item, Map, Text, Tree, Value};
use zeroize::Zeroizing;

use super::failure::Failure;
use super::file;
use super::group_keys;
use super::output;
use super::request::TextConv;
use super::session::{Session, format_of};

/// Runs the command.
///
/// # Errors
/// The file cannot be read, or what is in it not written down.
pub(super) fn run(session: &Session, request: &TextConv) -> Result<ExitCode, Failure> {
    let bytes = file::read(&request.file, file::limit(&session.environment)?)?;
    let format = format_of(&request.file);
    let shown = session.read(format, &bytes).ok().and_then(|file| {
        let opened = opened(session, request, &bytes);
        let (tree, note) = match opened {
            Some(Ok(tree)) => (tree, ""),
            Some(Err(note)) => (marked(file.tree), note),
            None => (marked(file.tree), ""),
        };
        let written = format.write(&tree, None, &WriteOptions::default()).ok()?;
        Some((Zeroizing::new(written), note))
    });
    match shown {
        Some((text, note)) => {
            output::print(note.as_bytes())?;
            output::print(&text)?;
        }
        None => output::print(&bytes)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What is in the file, or what is wrong with it; nothing if nobody at hand can open it.
fn opened(
    session: &Session,
    request: &TextConv,
    bytes: &[u8],
) -> Option<Result<Tree, &'static str>> {
    let file: File = session.read(format_of(&request.file), bytes).ok()?;
    let own = session.key_services(&request.services);
    let keys = group_keys::in_working_copy(&own);
    let recovered = recover(&file.metadata, &keys, &DECRYPTION_ORDER).ok()?;
    let Ok(unverified) = file.open(&recovered.key) else {
        return Some(Err(BROKEN));
    };
    Some(
        unverified
            .verify()
            .map(|opened| opened.tree)
            .map_err(|_| BROKEN),
    )
}

/// The tree with a mark in the place of each ciphertext.
fn marked(mut tree: Tree) -> Tree {
    tree.documents.iter_mut().for_each(mark_map);
    tree
}

fn mark_map(map: &mut Map) {
    for entry in &mut map.entries {
        match entry {
            Entry::Comment(comment) => mark_text(&mut comment.text),
            Entry::Pair(_, value) => mark(value),
        }
    }
}

fn mark(value: &mut Value) {
    match value {
        Value::Map(map) => mark_map(map),
        Value::Text(text) => mark_text(text),
        Value::List(items) => items.iter_mut().for_each(|item| match item {
            Item::Comment(comment) => mark_text(&mut comment.text),
            Item::Value(value) => mark(value),
        }),
        _ => {}
    }
}

fn mark_text(text: &mut Text) {
    if text.expose().starts_with(b"ENC[") {
        let hex = digest::hex(&digest::sha256(text.expose()));
        let mark: String = hex.chars().take(MARK).collect();
        *text = Text::from(format!("encrypted:{mark}"));
    }
}

/// Hexadecimal digits of a mark.
const MARK: usize = 8;

/// What is said of a file that somebody changed without its data key.
const BROKEN: &str = "# keydance: this file was changed without its data key\n";
