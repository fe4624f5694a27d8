//! No public method of the store goes untested.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[test]
fn every_public_method_of_every_handle_is_called_by_a_test() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = texts(&home.join("src"));
    let tests: String = texts(&home.join("tests/it")).concat();
    let called: String = tests.split_whitespace().collect();
    let doors = doors(&sources);
    assert!(doors.len() >= 11, "the doors were not found: {doors:?}");
    let missing: Vec<_> = sources
        .iter()
        .flat_map(|source| methods(source))
        .filter_map(|(kind, method)| {
            let call = match (kind, doors.get(kind)) {
                (_, Some(door)) => format!("{door}().{method}("),
                ("Store", _) if method == "open" => "Store::open(".to_owned(),
                ("Store", _) => format!("store.{method}("),
                ("Tx", _) => format!("tx.{method}("),
                ("Batched", _) => format!(".{method}("),
                _ => return None,
            };
            (!called.contains(&call)).then_some(call)
        })
        .collect();
    assert!(missing.is_empty(), "no test calls {missing:?}");
}

fn texts(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let text = |path: PathBuf| {
        if path.is_dir() {
            texts(&path)
        } else {
            vec![std::fs::read_to_string(path).unwrap()]
        }
    };
    paths.flat_map(text).collect()
}

/// The handles and the methods of `Tx` that open them.
fn doors(sources: &[String]) -> BTreeMap<&str, &str> {
    let lines = sources.iter().flat_map(|source| source.lines());
    let opening = lines.filter_map(|line| {
        let (door, kind) = line
            .trim()
            .strip_prefix("pub fn ")?
            .split_once("(&mut self) -> ")?;
        Some((kind.strip_suffix("<'_, 'c> {")?, door))
    });
    opening.collect()
}

/// The public methods of a file with the type they are of.
fn methods(source: &str) -> Vec<(&str, &str)> {
    let mut kind = "";
    let mut found = Vec::new();
    for line in source.lines() {
        if let Some(rest) = line.strip_prefix("impl") {
            let generic = rest
                .strip_prefix('<')
                .and_then(|rest| rest.split_once("> "));
            let name = generic.map_or(rest, |(_, name)| name).trim_start();
            kind = name.split(['<', ' ']).next().unwrap_or_default();
        }
        let method = line
            .strip_prefix("    pub ")
            .map(|rest| rest.trim_start_matches("async "));
        if let Some(method) = method.and_then(|rest| rest.strip_prefix("fn ")) {
            found.push((kind, method.split(['(', '<']).next().unwrap_or_default()));
        }
    }
    found
}
