//! The files that were meant: files, folders, and patterns with `*` and `**`.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use walkdir::{DirEntry, WalkDir};

use super::failure::{Exit, Failure};

/// Why it cannot be said which files were meant.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PathError {
    /// A pattern that is none.
    #[error("{}: is no pattern: {cause}", path.display())]
    Pattern {
        path: PathBuf,
        cause: globset::ErrorKind,
    },
    /// Nothing fits.
    #[error("{}: no file fits", .0.display())]
    Nothing(PathBuf),
    /// A folder that cannot be looked through.
    #[error("cannot look for files: {0}")]
    System(walkdir::Error),
}

impl From<PathError> for Failure {
    fn from(error: PathError) -> Self {
        let exit = match error {
            PathError::Nothing(_) => Exit::NoFile,
            PathError::Pattern { .. } => Exit::Failed,
            PathError::System(_) => Exit::Unreadable,
        };
        Self::new(exit, error)
    }
}

/// The files, in the order in which they were typed, and by name within a folder; none twice. Below
/// a folder these are the files that `is_sops` says yes to. What is not there and no pattern stays,
/// so that whoever opens it says so.
///
/// # Errors
/// A pattern is none, nothing fits, or a folder cannot be read.
pub(crate) fn meant(
    typed: &[PathBuf],
    is_sops: impl Fn(&Path) -> bool,
) -> Result<Vec<PathBuf>, PathError> {
    let mut files = Vec::new();
    let mut seen = HashSet::new();
    let mut add = |file: PathBuf| {
        if seen.insert(file.clone()) {
            files.push(file);
        }
    };
    for path in typed {
        if path.is_dir() {
            let found = below(path, |file| is_sops(file))?;
            found.into_iter().for_each(&mut add);
        } else if path.exists() || !is_pattern(path) {
            add(path.clone());
        } else {
            let found = fitting(path)?;
            found.into_iter().for_each(&mut add);
        }
    }
    Ok(files)
}

/// The files that fit a pattern.
fn fitting(pattern: &Path) -> Result<Vec<PathBuf>, PathError> {
    let matcher = matcher(pattern)?;
    let plain = pattern
        .components()
        .take_while(|part| !is_pattern(Path::new(part)));
    let folder: PathBuf = plain.collect();
    let relative = folder.as_os_str().is_empty();
    let folder = if relative { PathBuf::from(".") } else { folder };
    let plain = |file: &Path| match relative {
        true => file.strip_prefix(".").unwrap_or(file).to_owned(),
        false => file.to_owned(),
    };
    let found = below(&folder, |file| matcher.is_match(plain(file)))?;
    if found.is_empty() {
        return Err(PathError::Nothing(pattern.to_owned()));
    }
    Ok(found.iter().map(|file| plain(file)).collect())
}

fn matcher(pattern: &Path) -> Result<GlobMatcher, PathError> {
    // Without the parts that say nothing, as they are missing in what is compared.
    let text = pattern.components().collect::<PathBuf>();
    let text = text.strip_prefix(".").unwrap_or(&text);
    let mut glob = GlobBuilder::new(text.to_str().unwrap_or_default());
    let glob = glob.literal_separator(true).build();
    let glob = glob.map_err(|error| PathError::Pattern {
        path: pattern.to_owned(),
        cause: error.kind().clone(),
    })?;
    Ok(glob.compile_matcher())
}

/// The files below a folder that fit, by name. Links are not followed, and what git keeps for
/// itself is left out.
fn below(folder: &Path, fits: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>, PathError> {
    let is_own = |entry: &DirEntry| entry.depth() == 0 || entry.file_name() != OsStr::new(".git");
    let walk = WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(is_own);
    let mut files = Vec::new();
    for entry in walk {
        let entry = entry.map_err(PathError::System)?;
        if entry.file_type().is_file() && fits(entry.path()) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

fn is_pattern(path: &Path) -> bool {
    let bytes = path.as_os_str().as_encoded_bytes();
    bytes.iter().any(|byte| b"*?[{".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with files named so, of which those in `secret` count as SOPS files.
    fn home() -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        for file in [
            "a.yaml",
            "b.json",
            "secrets/a.yaml",
            "secrets/deep/er/c.yaml",
            "secrets/deep/b.yaml",
            "secrets/note.txt",
            "secrets/.git/d.yaml",
            "odd[1].yaml",
        ] {
            let path = home.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        home
    }

    fn is_yaml(path: &Path) -> bool {
        path.extension() == Some(OsStr::new("yaml"))
    }

    #[track_caller]
    fn meant_in(home: &Path, typed: &[&str]) -> Vec<String> {
        let typed: Vec<_> = typed.iter().map(|path| home.join(path)).collect();
        let files = meant(&typed, is_yaml).unwrap();
        let name = |file: &PathBuf| file.strip_prefix(home).unwrap().display().to_string();
        files.iter().map(name).collect()
    }

    #[test]
    fn a_folder_stands_for_the_sops_files_below_it() {
        let home = home();
        let found = meant_in(home.path(), &["secrets"]);
        assert_eq!(
            found,
            [
                "secrets/a.yaml",
                "secrets/deep/b.yaml",
                "secrets/deep/er/c.yaml"
            ]
        );
    }

    #[test]
    fn two_stars_reach_into_folders_and_one_does_not() {
        let home = home();
        assert_eq!(
            meant_in(home.path(), &["secrets/*.yaml"]),
            ["secrets/a.yaml"]
        );
        let deep = meant_in(home.path(), &["secrets/**/*.yaml"]);
        assert_eq!(
            deep,
            [
                "secrets/a.yaml",
                "secrets/deep/b.yaml",
                "secrets/deep/er/c.yaml"
            ]
        );
        let either = meant_in(home.path(), &["*.{json,yaml}"]);
        assert_eq!(either, ["a.yaml", "b.json", "odd[1].yaml"]);
    }

    #[test]
    fn files_stay_in_the_order_typed_and_are_named_once() {
        let home = home();
        let found = meant_in(
            home.path(),
            &["secrets/deep", "b.json", "secrets", "gone.yaml"],
        );
        let deep = ["secrets/deep/b.yaml", "secrets/deep/er/c.yaml"];
        assert_eq!(
            found,
            [deep[0], deep[1], "b.json", "secrets/a.yaml", "gone.yaml"]
        );
    }

    #[test]
    fn a_name_that_looks_like_a_pattern_is_a_name_if_the_file_is_there() {
        let home = home();
        assert_eq!(meant_in(home.path(), &["odd[1].yaml"]), ["odd[1].yaml"]);
    }

    #[test]
    fn a_pattern_that_nothing_fits_is_a_failure() {
        let home = home();
        let fails = |typed: &str| {
            let failure = meant(&[home.path().join(typed)], is_yaml).unwrap_err();
            Failure::from(failure).exit()
        };
        assert_eq!(fails("*.ini"), Exit::NoFile);
        assert_eq!(fails("a[.yaml"), Exit::Failed);
        assert_eq!(fails("nowhere/*.yaml"), Exit::Unreadable);
    }
}
