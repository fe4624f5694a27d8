//! The configuration of the server, as an operator meets it.

use std::process::Command;

use tempfile::TempDir;

use crate::{KEYDANCE, Told, tell};

fn serve(folder: &TempDir, arguments: &[&str], environment: &[(&str, &str)]) -> Told {
    let mut command = Command::new(KEYDANCE);
    command.arg("serve").args(arguments).env_clear();
    command.envs(environment.iter().copied());
    tell(command.current_dir(folder.path()))
}

fn folder(file: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("keydance.toml"), file).unwrap();
    folder
}

#[test]
fn the_configuration_in_force_is_printed_and_nothing_is_made() {
    let folder = folder("[http]\nport = 1\n\n[limits]\naccount_token = 7\n");
    let environment = [
        ("KEYDANCE_HTTP_PORT", "2"),
        ("KEYDANCE_LIMITS_EXECUTION_TOKEN", "9"),
    ];
    let flags = ["--check-config", "--set", "http.max_page_size=50"];
    let told = serve(&folder, &flags, &environment).code(0);
    insta::assert_snapshot!(told.stdout);
    let json = serve(&folder, &["--check-config", "--json"], &environment)
        .code(0)
        .json();
    assert_eq!(json["http"]["port"], 2);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn an_unknown_key_is_refused_with_its_line_and_the_nearest_name() {
    let told = serve(&folder("[http]\n\nprot = 1\n"), &[], &[]).code(2);
    let expected = "error: ./keydance.toml, line 3: there is no setting http.prot; \
                    did you mean http.port?\n";
    assert_eq!(told.stderr, expected);
}

#[test]
fn a_file_that_is_named_must_be_there() {
    serve(&folder(""), &["--config", "other.toml"], &[]).code(2);
}

#[test]
fn a_password_is_not_shown_and_not_taken_from_a_flag() {
    let url = "postgres://ana:sesame@127.0.0.1:1/keydance";
    let told = serve(
        &folder(""),
        &["--check-config"],
        &[("KEYDANCE_DATABASE_URL", url)],
    )
    .code(0);
    assert!(told.stdout.contains("ana:***@"), "{}", told.stdout);
    let told = serve(&folder(""), &["--check-config", "--database-url", url], &[]).code(2);
    assert!(told.stderr.contains("database.url_file"), "{}", told.stderr);
    assert!(!told.stderr.contains("sesame"), "{}", told.stderr);
}

#[test]
fn protection_cannot_be_switched_off() {
    for switch in ["CRYPTO_DISABLED", "DEBUG_MODE"] {
        let told = serve(&folder(""), &[], &[(switch, "true")]).code(2);
        assert!(told.stderr.contains(switch), "{}", told.stderr);
    }
}
