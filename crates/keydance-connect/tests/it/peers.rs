//! The real programs.

use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use keydance_connect::SearchPath;

/// The 32 bytes that are wrapped in every test.
pub(crate) const DATA_KEY: [u8; 32] = *b"0123456789abcdef0123456789ABCDEF";

/// The `PATH` of the tests.
pub(crate) fn search_path() -> SearchPath {
    SearchPath::new(&std::env::var_os("PATH").unwrap())
}

/// Where a program is.
pub(crate) fn program(name: &str) -> PathBuf {
    search_path()
        .find(name)
        .unwrap_or_else(|| panic!("these tests need the program {name}"))
}

/// Runs a program to its end, and gives what it wrote.
pub(crate) fn run<A: AsRef<OsStr>>(
    command: &mut Command,
    arguments: &[A],
    input: &[u8],
) -> Vec<u8> {
    let mut child = command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {complaint}");
    output.stdout
}

/// Writes a program of a test.
pub(crate) fn write_program(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}
