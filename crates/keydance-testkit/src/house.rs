//! The rules of the house that no lint knows: where code may pile up, and which
//! crate may know which.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What each crate may depend on among ours; the binary may use everything but
/// this crate, and nothing but tests uses this crate.
const MAY_USE: [(&str, &[&str]); 5] = [
    ("keydance-api", &["keydance-core"]),
    ("keydance-core", &[]),
    ("keydance-crypto", &[]),
    (
        "keydance-server",
        &[
            "keydance-api",
            "keydance-core",
            "keydance-crypto",
            "keydance-store",
        ],
    ),
    ("keydance-store", &["keydance-core", "keydance-crypto"]),
];

/// Names of files in which everything ends up.
const DRAWERS: [&str; 4] = ["common", "helpers", "misc", "util"];

/// Names of functions that grow without anybody deciding it.
const SPRAWLING: [&str; 4] = ["from_env", "handler", "main", "run"];

const FILE_LINES: usize = 600;
const FACE_LINES: usize = 300;
const FUNCTION_LINES: usize = 60;

/// Everything in the workspace at `root` that breaks a rule, a sentence each.
pub fn findings(root: &Path) -> Vec<String> {
    let mut findings = Vec::new();
    for folder in entries(&root.join("crates")) {
        let manifest = read(&folder.join("Cargo.toml"));
        findings.extend(forbidden_dependencies(&manifest));
        for path in sources(&folder) {
            let shown = path.strip_prefix(root).unwrap_or(&path);
            findings.extend(piles(shown, &read(&path)));
        }
    }
    findings
}

fn forbidden_dependencies(manifest: &str) -> Vec<String> {
    let manifest: toml::Table = manifest.parse().expect("a manifest is TOML");
    let name = manifest["package"]["name"].as_str().unwrap_or_default();
    let allowed: BTreeMap<_, _> = MAY_USE.into_iter().collect();
    let Some(used) = manifest.get("dependencies").and_then(toml::Value::as_table) else {
        return Vec::new();
    };
    used.keys()
        .filter(|used| used.starts_with("keydance"))
        .filter(|used| match allowed.get(name) {
            Some(allowed) => !allowed.contains(&used.as_str()),
            None => *used == "keydance-testkit",
        })
        .map(|used| format!("{name} may not depend on {used}"))
        .collect()
}

fn piles(path: &Path, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    if DRAWERS.contains(&stem.as_ref()) {
        findings.push(format!(
            "{}: a file is named after what is in it",
            path.display()
        ));
    }
    let (lines, limit) = (text.lines().count(), line_limit(path));
    if lines > limit {
        findings.push(format!("{}: {lines} lines, over {limit}", path.display()));
    }
    for name in SPRAWLING {
        for lines in function_lengths(text, name).filter(|&lines| lines > FUNCTION_LINES) {
            let path = path.display();
            findings.push(format!(
                "{path}: fn {name} has {lines} lines, over {FUNCTION_LINES}"
            ));
        }
    }
    findings
}

/// The faces translate: their files stay shorter than others.
fn line_limit(path: &Path) -> usize {
    let folders: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    let in_src = folders.iter().any(|folder| folder == "src");
    let is_face = folders
        .iter()
        .any(|folder| folder == "http" || folder == "commands");
    if in_src && is_face {
        FACE_LINES
    } else {
        FILE_LINES
    }
}

/// The lengths of all functions of a name, in formatted code: a function ends
/// with the first closing brace at the indentation of its first line.
fn function_lengths(text: &str, name: &str) -> impl Iterator<Item = usize> {
    let lines: Vec<&str> = text.lines().collect();
    let head = format!("fn {name}");
    let mut lengths = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let after = line.split_once(&head).map(|(_, after)| after);
        if !after.is_some_and(|after| after.starts_with(['(', '<'])) {
            continue;
        }
        let indentation = &line[..line.len() - line.trim_start().len()];
        let end = format!("{indentation}}}");
        let length = lines[start..].iter().position(|line| *line == end);
        lengths.push(length.map_or(1, |length| length + 1));
    }
    lengths.into_iter()
}

pub(crate) fn sources(folder: &Path) -> Vec<PathBuf> {
    let (folders, files): (Vec<_>, Vec<_>) =
        entries(folder).into_iter().partition(|path| path.is_dir());
    let rust = files
        .into_iter()
        .filter(|path| path.extension().is_some_and(|it| it == "rs"));
    rust.chain(folders.iter().flat_map(|folder| sources(folder)))
        .collect()
}

pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests;
