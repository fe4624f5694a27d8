//! Starting, stopping, and what an operator does beside a running server.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use keydance_testkit::{Backend, Home, Options, Server, both};

use crate::{KEYDANCE, server, tell};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_first_start_leaves_private_files_and_says_where_the_token_is() {
    both(|backend| {
        let server = server(backend);
        let data = server.home().data();
        assert_eq!(mode(&data), 0o700);
        for entry in std::fs::read_dir(&data).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
        assert!(server.admin_token().starts_with("kd_p_"));
        assert!(server.log().contains("admin.token"), "{}", server.log());
        assert!(!server.log().contains(&server.admin_token()));
    });
}

#[test]
fn a_first_start_that_was_cut_off_leaves_nobody_locked_out() {
    both(|backend| {
        let home = Home::new(backend);
        let options = Options::at(KEYDANCE, Arc::clone(&home));
        let token = home.data().join("admin.token");
        std::fs::create_dir_all(&token).unwrap();
        let told = tell(&mut options.command(["serve", "--port", "0"])).code(1);
        assert!(told.stderr.contains("admin.token"), "{}", told.stderr);
        std::fs::remove_dir(&token).unwrap();
        let server = Server::start(&options);
        let list = server.client().get("/api/v1/credentials");
        let list = list.bearer(&server.admin_token()).send();
        list.expect_status(200);
    });
}

#[test]
fn a_server_that_is_told_to_stop_ends_with_0_and_starts_again_with_what_it_had() {
    both(|backend| {
        let mut server = server(backend);
        let token = server.admin_token();
        assert!(server.terminate().success(), "{}", server.log());
        server.restart();
        assert_eq!(server.admin_token(), token);
        let list = server.client().get("/api/v1/credentials").bearer(&token);
        list.send().expect_status(200);
    });
}

#[test]
fn an_organisation_is_made_beside_the_running_server() {
    both(|backend| {
        let server = server(backend);
        let create = [
            "organisation",
            "create",
            "second",
            "--admin",
            "eve",
            "--json",
        ];
        let made = tell(&mut server.command(create)).code(0).json();
        assert_eq!(
            (made["tenant"].as_str(), made["admin"].as_str()),
            (Some("second"), Some("eve"))
        );
        let token = made["token"].as_str().unwrap();
        let list = server.client().get("/api/v1/credentials").bearer(token);
        list.send().expect_status(200);
        tell(&mut server.command(create)).code(5);

        let create = ["organisation", "create", "third", "--admin", "eve"];
        let told = tell(&mut server.command(create)).code(0);
        let file = server.home().data().join("third-eve.token");
        assert!(
            told.stdout.contains(file.to_str().unwrap()),
            "{}",
            told.stdout
        );
        assert_eq!(mode(&file), 0o600);

        tell(&mut server.command(["organisation", "create", "--nameless", "--admin", "eve"]))
            .code(0);
        let listed = tell(&mut server.command(["organisation", "list", "--json"]))
            .code(0)
            .json();
        let names: Vec<_> = listed
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["tenant"].as_str())
            .collect();
        assert_eq!(names, [Some("main"), Some("second"), Some("third"), None]);
    });
}

#[test]
fn another_key_file_does_not_open_the_database() {
    let mut server = server(Backend::Sqlite);
    server.terminate();
    let other = server.home().data().join("other.key");
    let set = format!("seal.key_file={}", other.display());
    let missing = tell(&mut server.command(["serve", "--set", &set]));
    assert!(missing.code(75).stderr.contains("other.key"));
    std::fs::write(&other, [7; 32]).unwrap();
    std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o600)).unwrap();
    let wrong = tell(&mut server.command(["serve", "--set", &set])).code(75);
    assert!(wrong.stderr.contains("not the one"), "{}", wrong.stderr);
}

#[test]
fn the_doctor_finds_a_key_that_others_may_read() {
    let server = server(Backend::Sqlite);
    let mut healthy = server.command(["doctor", "--deployment", "--json"]);
    let report = tell(&mut healthy).json();
    let about = |verdict: &str| {
        let findings = report["findings"].as_array().unwrap().iter();
        let findings = findings.filter(|finding| finding["verdict"] == verdict);
        findings
            .map(|finding| finding["about"].clone())
            .collect::<Vec<_>>()
    };
    assert!(about("ok").contains(&"server".into()), "{report}");
    assert!(about("ok").contains(&"readiness".into()), "{report}");
    assert!(about("warning").contains(&"key file".into()), "{report}");
    let key = server.home().data().join("root.key");
    std::fs::set_permissions(key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let told = tell(&mut server.command(["doctor", "--deployment"])).code(1);
    assert!(told.stdout.contains("others may read"), "{}", told.stdout);
}

#[test]
fn the_doctor_warns_of_an_account_that_row_security_does_not_hold() {
    let server = server(Backend::Postgres);
    let doctor = |url: &str| {
        let mut doctor = server.command(["doctor", "--deployment", "--json"]);
        let report = tell(doctor.env("KEYDANCE_DATABASE_URL", url)).json();
        let findings = report["findings"].as_array().unwrap().iter();
        let findings = findings.filter(|finding| finding["about"] == "database");
        findings.cloned().collect::<Vec<_>>()
    };
    let database = server.home().database().unwrap();
    let [healthy] = doctor(database.url()).try_into().unwrap();
    assert_eq!(healthy["verdict"], "ok", "{healthy}");
    let [superuser] = doctor(&database.administrators_url()).try_into().unwrap();
    assert_eq!(superuser["verdict"], "warning", "{superuser}");
    assert!(superuser["detail"].to_string().contains("NOSUPERUSER"));
    let [nowhere] = doctor("postgres://nobody@127.0.0.1:1/none")
        .try_into()
        .unwrap();
    assert_eq!(nowhere["verdict"], "wrong", "{nowhere}");
}
