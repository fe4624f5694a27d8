use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use super::*;

/// Stands where the binary will: ready at `/readyz`, shows its environment,
/// and counts its starts in its data folder.
fn stand_in(folder: &Path, script: &str) -> PathBuf {
    let path = folder.join("stand-in");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    path
}

const SERVE: &str = r#"
mkdir -p "$KEYDANCE_DATA_DIR" && cd "$KEYDANCE_DATA_DIR" || exit 1
echo started >>starts
env >environment
[ -e admin.token ] || echo kd_a_first >admin.token
touch readyz
exec python3 -u -m http.server --bind 127.0.0.1 "$KEYDANCE_HTTP_PORT"
"#;

#[test]
fn a_server_is_ready_when_started_and_gone_when_dropped() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(&Options::new(
        stand_in(folder.path(), SERVE),
        Backend::Sqlite,
    ));
    let (client, home) = (server.client().clone(), server.home().data());
    assert_eq!(
        client.get("/starts").send().expect_status(200).text(),
        "started\n"
    );
    assert_eq!(server.admin_token(), "kd_a_first");
    drop(server);
    assert!(client.get("/starts").try_send().is_err());
    assert!(!home.exists());
}

#[test]
fn settings_and_database_reach_the_server_and_the_rest_of_the_environment_does_not() {
    let folder = TempDir::new().unwrap();
    let binary = stand_in(folder.path(), SERVE);
    both(|backend| {
        let options = Options::new(&binary, backend).set("limits.account_token", "0");
        let server = Server::start(&options);
        let seen = server.client().get("/environment").send().text();
        assert!(seen.contains("KEYDANCE_LIMITS_ACCOUNT_TOKEN=0\n"), "{seen}");
        assert!(!seen.contains("CARGO"), "{seen}");
        let url = server
            .home()
            .database()
            .map(|database| database.url().to_owned());
        let given = seen
            .lines()
            .find_map(|line| line.strip_prefix("KEYDANCE_DATABASE_URL="));
        assert_eq!(given, url.as_deref());
        assert_eq!(given.is_some(), backend == Backend::Postgres);
    });
}

#[test]
fn a_killed_server_comes_back_with_its_data() {
    let folder = TempDir::new().unwrap();
    let options = Options::new(stand_in(folder.path(), SERVE), Backend::Sqlite);
    let mut server = Server::start(&options);
    server.kill_9();
    assert!(server.client().get("/readyz").try_send().is_err());
    server.restart();
    assert!(!server.terminate().success());
    server.restart();
    let starts = server.client().get("/starts").send().text();
    assert_eq!(starts.lines().count(), 3);
    assert!(server.log().contains("GET /readyz"), "{}", server.log());
}

#[test]
#[should_panic(expected = "the server ended with exit status: 2; its log says: no such key")]
fn a_server_that_ends_at_its_start_fails_the_test_with_its_log() {
    let folder = TempDir::new().unwrap();
    let binary = stand_in(folder.path(), "echo no such key >&2; exit 2");
    drop(Server::start(&Options::new(binary, Backend::Sqlite)));
}

#[test]
#[should_panic(expected = "a scoped thread panicked")]
fn a_story_that_fails_on_one_database_fails() {
    both(|backend| assert_eq!(backend, Backend::Sqlite));
}
