//! An encrypted file as people compare it.

use keydance_sops::enc::Enc;
use keydance_sops::file::File;
use keydance_sops::format::{Format, ReadOptions, WriteOptions};
use keydance_sops::key_service::KeyService;
use keydance_sops::keys::{DECRYPTION_ORDER, recover};
use keydance_sops::tree::{Entry, Item, Map, Text, Tree, Value};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// What is in a file for whoever can open it; else its structure, with a mark in the place of each
/// ciphertext that is another one when it is. Nothing if it is no encrypted file.
///
/// What was changed without the data key is shown by its structure too, with a line that says so.
pub fn shown(path: &str, bytes: &[u8], service: &dyn KeyService) -> Option<Zeroizing<Vec<u8>>> {
    let format = Format::of_path(path);
    let read = || File::read(format, bytes, &ReadOptions::default()).ok();
    let file = read()?;
    let (tree, heading) = match recover(&file.metadata, service, &DECRYPTION_ORDER) {
        Err(_) => (marked(file.tree), ""),
        Ok(recovered) => match file.open(&recovered.key).map(|opened| opened.verify()) {
            Ok(Ok(opened)) => (opened.tree, ""),
            _ => (marked(read()?.tree), CHANGED),
        },
    };
    let mut text = Zeroizing::new(heading.as_bytes().to_vec());
    let written = format.write(&tree, None, &WriteOptions::default()).ok()?;
    text.extend_from_slice(&Zeroizing::new(written));
    Some(text)
}

const CHANGED: &str = "# somebody changed this file without its data key\n";

fn marked(mut tree: Tree) -> Tree {
    tree.documents.iter_mut().for_each(mark_map);
    tree
}

// INVARIANT: no deeper than 512 levels, as a tree that was read.
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
        Value::List(items) => items.iter_mut().for_each(|item| match item {
            Item::Comment(comment) => mark_text(&mut comment.text),
            Item::Value(value) => mark(value),
        }),
        Value::Map(map) => mark_map(map),
        Value::Text(text) => mark_text(text),
        _ => {}
    }
}

fn mark_text(text: &mut Text) {
    if Enc::recognise(text.expose()).is_some() {
        let digest = Sha256::digest(text.expose());
        let hex = digest.iter().take(4).map(|byte| format!("{byte:02x}"));
        *text = Text::from(format!("encrypted {}", hex.collect::<String>()));
    }
}
