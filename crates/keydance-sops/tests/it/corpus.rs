//! Files that versions of the real sops wrote, and the layouts of metadata that others write.

use std::fs;
use std::path::{Path, PathBuf};

use keydance_sops::format::{Format, WriteOptions};

use crate::ours;

const EVERYBODY: [&str; 4] = ["alice", "bob", "carol", "quantum"];

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn files(version: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(corpus().join(version)).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 10, "{version} has {} files", files.len());
    files
}

fn name(file: &Path) -> &str {
    file.file_name().unwrap().to_str().unwrap()
}

/// The plain file of `STEM.CASE.SUFFIX` is `STEM.SUFFIX`.
fn plain(file: &Path) -> Vec<u8> {
    let mut parts = name(file).split('.');
    let (stem, suffix) = (parts.next().unwrap(), parts.next_back().unwrap());
    fs::read(corpus().join(format!("plain/{stem}.{suffix}"))).unwrap()
}

fn assert_opens(version: &str) {
    for file in files(version) {
        let format = Format::of_path(name(&file));
        let opened = ours::decrypt(format, &fs::read(&file).unwrap(), &EVERYBODY);
        let opened = opened.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let (opened, plain) = (String::from_utf8_lossy(&opened), plain(&file));
        assert_eq!(
            opened,
            String::from_utf8_lossy(&plain),
            "{}",
            file.display()
        );
    }
}

#[test]
fn files_of_sops_3_13_open() {
    assert_opens("3.13.3");
}

#[test]
fn files_of_sops_3_9_open() {
    assert_opens("3.9.4");
}

#[test]
fn files_of_sops_3_13_are_written_again_to_the_same_bytes() {
    for file in files("3.13.3") {
        let bytes = fs::read(&file).unwrap();
        let format = Format::of_path(name(&file));
        let written = ours::read(format, &bytes)
            .unwrap()
            .write(&WriteOptions::default());
        let written = written.unwrap();
        assert_eq!(
            String::from_utf8_lossy(&written),
            String::from_utf8_lossy(&bytes),
            "{}",
            file.display()
        );
    }
}

fn file() -> String {
    fs::read_to_string(corpus().join("3.13.3/layout.yaml")).unwrap()
}

/// A file as a formatter or another implementation leaves it.
fn layouts() -> Vec<(&'static str, String)> {
    let file = file();
    let (tree, metadata) = file.split_once("sops:\n").unwrap();
    let field = |name: &str| {
        let line = metadata
            .lines()
            .find(|line| line.trim_start().starts_with(name));
        line.unwrap().to_owned() + "\n"
    };
    let (modified, version) = (field("lastmodified"), field("version"));
    vec![
        ("as it is", file.clone()),
        ("sops first", format!("sops:\n{metadata}{tree}")),
        (
            "times that are no strings",
            file.replace(&modified, &modified.replace('"', "")),
        ),
        (
            "single quotes",
            file.replace(&modified, &modified.replace('"', "'")),
        ),
        ("no version", file.replace(&version, "")),
        (
            "an empty version",
            file.replace(&version, "    version: \"\"\n"),
        ),
        (
            "empty lists",
            format!("{file}    kms: []\n    pgp: []\n    hc_vault: []\n"),
        ),
        (
            "unknown fields",
            format!("{file}    future:\n        - thing: 1\n    word: x\n"),
        ),
        ("three blanks a level", file.replace("    ", "   ")),
        ("CRLF", file.replace('\n', "\r\n")),
        ("a byte order mark", format!("\u{feff}{file}")),
        (
            "text behind ciphertext",
            file.replace(",type:int]", ",type:int] and more"),
        ),
    ]
}

/// A file whose wrapped key was touched.
fn layouts_of_enc() -> Vec<(&'static str, String)> {
    let file = file();
    let (tree, metadata) = file.split_once("sops:\n").unwrap();
    let (before_enc, enc) = metadata.split_once("- enc: |\n").unwrap();
    let (enc, after_enc) = enc.split_once("          recipient").unwrap();
    let with_enc = |enc: String| {
        format!("{tree}sops:\n{before_enc}- enc: {enc}          recipient{after_enc}")
    };
    vec![
        (
            "enc without final line break",
            with_enc(format!("|-\n{enc}")),
        ),
        (
            "enc with empty lines around it",
            with_enc(format!("|+\n\n{enc}\n\n")),
        ),
        (
            "enc with CRLF",
            with_enc(format!("{:?}\n", unindented(enc).replace('\n', "\r\n"))),
        ),
        (
            "enc with blanks",
            with_enc(format!("{:?}\n", unindented(enc).replace('\n', " \n  "))),
        ),
    ]
}

fn unindented(enc: &str) -> String {
    enc.lines()
        .map(|line| line.trim().to_owned() + "\n")
        .collect()
}

#[test]
fn metadata_in_every_layout_that_others_write_are_read() {
    let plain = fs::read(corpus().join("plain/layout.yaml")).unwrap();
    let plain = String::from_utf8_lossy(&plain);
    for (layout, file) in layouts().into_iter().chain(layouts_of_enc()) {
        let opened = ours::decrypt(Format::Yaml, file.as_bytes(), &EVERYBODY);
        let opened = opened.unwrap_or_else(|error| panic!("{layout}: {error}\n{file}"));
        assert_eq!(String::from_utf8_lossy(&opened), plain, "{layout}");
    }
}

#[test]
fn what_is_not_understood_is_kept_and_written_in_its_place() {
    let (_, file) = layouts().swap_remove(7);
    let written = ours::read(Format::Yaml, file.as_bytes()).unwrap();
    let written = written.write(&WriteOptions::default()).unwrap();
    let written = String::from_utf8(written).unwrap();
    assert!(
        written.contains("    future:\n        - thing: 1\n    lastmodified:"),
        "{written}"
    );
    assert!(
        written.ends_with("    version: 3.13.3\n    word: x\n"),
        "{written}"
    );
}
