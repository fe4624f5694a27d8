use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

/// The directories in which programs are looked for.
///
/// Only absolute ones: a relative entry of `$PATH` would run what lies in somebody's working copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchPath(Vec<PathBuf>);

impl SearchPath {
    /// The absolute directories of a `$PATH`.
    #[must_use]
    pub fn new(path: &OsStr) -> Self {
        Self(
            std::env::split_paths(path)
                .filter(|entry| entry.is_absolute())
                .collect(),
        )
    }

    /// The first executable file of that name.
    #[must_use]
    pub fn find(&self, program: &str) -> Option<PathBuf> {
        if program.is_empty() || program.contains('/') {
            return None;
        }
        self.0
            .iter()
            .map(|directory| directory.join(program))
            .find(|candidate| {
                candidate
                    .metadata()
                    .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_directories_are_searched() {
        let path = SearchPath::new(OsStr::new(".:bin::/usr/bin:../bin:/bin"));
        assert_eq!(path.0, ["/usr/bin", "/bin"].map(PathBuf::from));
    }

    #[test]
    fn a_program_is_a_file_that_can_be_run_in_one_of_them() {
        let folder = tempfile::TempDir::new().unwrap();
        let make = |name: &str, mode| {
            let file = folder.path().join(name);
            std::fs::write(&file, "").unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            file
        };
        let program = make("program", 0o755);
        make("text", 0o644);
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        let entries = ["/nonexistent".as_ref(), folder.path()];
        let path = SearchPath::new(&std::env::join_paths(entries).unwrap());
        assert_eq!(path.find("program"), Some(program.clone()));
        for other in [
            "",
            "text",
            "folder",
            "absent",
            "../program",
            program.to_str().unwrap(),
        ] {
            assert_eq!(path.find(other), None, "{other}");
        }
    }
}
