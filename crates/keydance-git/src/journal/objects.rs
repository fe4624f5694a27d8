//! What a plan adds to git's object database: contents, a tree and a commit.

use std::ffi::OsStr;
use std::fs;

use super::{FileRecord, JournalError, Record, failed};
use crate::event::Checkout;

/// Stores contents as they are, and gives their ids in the same order. One process does all.
pub(super) fn store<'c>(
    checkout: &Checkout,
    contents: impl Iterator<Item = &'c [u8]>,
) -> Result<Vec<String>, JournalError> {
    let mut stream = Vec::new();
    let mut asked = Vec::new();
    for (at, content) in contents.enumerate() {
        let mark = at + 1;
        stream
            .extend_from_slice(format!("blob\nmark :{mark}\ndata {}\n", content.len()).as_bytes());
        stream.extend_from_slice(content);
        stream.push(b'\n');
        asked.extend_from_slice(format!("get-mark :{mark}\n").as_bytes());
    }
    stream.extend_from_slice(&asked);
    stream.extend_from_slice(b"done\n");
    let arguments = ["fast-import", "--quiet", "--done", "--cat-blob-fd=1"];
    let printed = checkout.git.run_with(&arguments, &stream, &[])?;
    let ids = String::from_utf8_lossy(&printed);
    Ok(ids.lines().map(str::to_owned).collect())
}

/// Makes the commit, without moving a branch. It is signed if git is set up to sign.
pub(super) fn commit(checkout: &Checkout, record: &Record) -> Result<String, JournalError> {
    let index = checkout.private_folder().join("event.index");
    let tree = write_tree(checkout, record, index.as_os_str());
    match fs::remove_file(&index) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(failed(&index, &error));
        }
        _ => {}
    }
    let tree = tree?;
    let mut arguments = vec!["commit-tree", "-F", "-"];
    if is_signing(checkout)? {
        arguments.push("-S");
    }
    if let Some(old) = &record.old {
        arguments.extend(["-p", old]);
    }
    arguments.push(&tree);
    let reason = record.reason.iter().map(|reason| format!("\n{reason}\n"));
    let message = format!("{}\n{}", record.title, reason.collect::<String>());
    let id = checkout.git.run_with(&arguments, message.as_bytes(), &[])?;
    Ok(String::from_utf8_lossy(&id).trim_end().to_owned())
}

/// Lines for `update-index --index-info`: a file that is not there is removed.
pub(super) fn index_lines(
    files: &[FileRecord],
    blob: impl Fn(&FileRecord) -> Option<&str>,
) -> Vec<u8> {
    let line = |file: &FileRecord| match blob(file) {
        Some(blob) => format!("{} {blob}\t{}\0", file.mode, file.path),
        None => format!("0 {}\t{}\0", "0".repeat(file.after.len()), file.path),
    };
    files.iter().map(line).collect::<String>().into_bytes()
}

/// The tree of the tip with the files as they are to be, by way of an index of its own.
fn write_tree(checkout: &Checkout, record: &Record, index: &OsStr) -> Result<String, JournalError> {
    let variables = [("GIT_INDEX_FILE", index)];
    let run =
        |arguments: &[&str], input: &[u8]| checkout.git.run_with(arguments, input, &variables);
    match &record.old {
        Some(old) => run(&["read-tree", old], b"")?,
        None => run(&["read-tree", "--empty"], b"")?,
    };
    let lines = index_lines(&record.files, |file| Some(file.after.as_str()));
    run(&["update-index", "-z", "--index-info"], &lines)?;
    let tree = run(&["write-tree"], b"")?;
    Ok(String::from_utf8_lossy(&tree).trim_end().to_owned())
}

/// Whether whoever runs this has told git to sign, or with what.
fn is_signing(checkout: &Checkout) -> Result<bool, JournalError> {
    let sign = checkout
        .git
        .find(&["config", "--get", "--bool", "commit.gpgsign"])?;
    if let Some(sign) = sign {
        return Ok(sign.trim_ascii_end() == b"true");
    }
    Ok(checkout
        .git
        .find(&["config", "--get", "user.signingkey"])?
        .is_some())
}
