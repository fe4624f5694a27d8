//! Credentials by command line.

use keydance_testkit::both;

use crate::{admin, server, tell, tell_with};

const SECRET: &str = "canary-51d27be84406";

#[test]
fn a_credential_is_created_found_by_name_and_shown() {
    both(|backend| {
        let server = server(backend);
        let create = [
            "credential",
            "create",
            "Ledger API",
            "--type",
            "API_KEY",
            "--secret-from-stdin",
            "--field",
            "headerName=X-Api-Key",
            "--domain",
            "finance",
        ];
        let told = tell_with(&mut admin(&server, create), &format!("{SECRET}\n")).code(0);
        assert!(!told.stdout.contains(SECRET), "{}", told.stdout);
        assert!(told.stdout.contains("***4406"), "{}", told.stdout);

        let listed = tell(&mut admin(&server, ["credential", "list"])).code(0);
        let mut lines = listed.stdout.lines();
        assert!(
            lines.next().unwrap().starts_with("ID  "),
            "{}",
            listed.stdout
        );
        assert!(
            lines
                .next()
                .unwrap()
                .contains("  Ledger API  API_KEY  USER:admin")
        );

        let got = tell(&mut admin(&server, ["credential", "get", "Ledger API"])).code(0);
        assert!(
            got.stdout.contains(&format!("key = {SECRET}")),
            "{}",
            got.stdout
        );
        let get = ["credential", "get", "Ledger API", "--json"];
        let json = tell(&mut admin(&server, get)).code(0).json();
        assert_eq!(json["data"]["value"]["key"], SECRET);
        assert!(!server.log().contains(SECRET));
    });
}

#[test]
fn the_secret_on_standard_input_is_named_behind_an_equals_sign_or_not_at_all() {
    both(|backend| {
        let server = server(backend);
        let by_type = ["--type", "API_KEY", "--secret-from-stdin", "Ledger API"];
        let by_name = [
            "--type",
            "KEY_PAIR",
            "--secret-from-stdin=privateKey",
            "Signing",
        ];
        for (arguments, field, name) in [
            (by_type, "key", "Ledger API"),
            (by_name, "privateKey", "Signing"),
        ] {
            let create = ["credential", "create"].into_iter().chain(arguments);
            tell_with(&mut admin(&server, create), SECRET).code(0);
            let get = ["credential", "get", name, "--json"];
            let json = tell(&mut admin(&server, get)).code(0).json();
            assert_eq!(json["data"]["value"][field], SECRET);
        }
    });
}

#[test]
fn json_is_the_answer_of_the_rest_api() {
    both(|backend| {
        let server = server(backend);
        let token = server.admin_token();
        let over_http = server
            .client()
            .get("/api/v1/credentials?view=full")
            .bearer(&token);
        let told = tell(&mut admin(&server, ["credential", "list", "--json"])).code(0);
        assert_eq!(told.json(), over_http.send().json());
    });
}

#[test]
fn refusals_have_their_exit_codes_and_a_next_step() {
    both(|backend| {
        let server = server(backend);
        let get = ["credential", "get", "a3f09c51d27be84406c1f9d2"];
        tell(&mut admin(&server, get)).code(4);
        tell(&mut admin(&server, ["credential", "get", "No such"])).code(4);
        let anonymous = tell(&mut server.command(get)).code(3);
        assert!(
            anonymous.stderr.contains("hint: log in"),
            "{}",
            anonymous.stderr
        );
        let create = [
            "credential",
            "create",
            "x",
            "--type",
            "API_KEY",
            "--secret-from-stdin",
        ];
        let masked = tell_with(&mut admin(&server, create), "***").code(2);
        assert!(masked.stderr.contains("masked_value"), "{}", masked.stderr);
        let json = tell(admin(&server, get).arg("--json")).code(4);
        assert!(
            json.stderr.contains("\"code\":\"not_found\""),
            "{}",
            json.stderr
        );
        assert_eq!(json.stdout, "");
    });
}

#[test]
fn a_dry_run_says_what_would_change_and_changes_nothing() {
    both(|backend| {
        let server = server(backend);
        let create = [
            "credential",
            "create",
            "Ledger API",
            "--type",
            "API_KEY",
            "--secret-from-stdin",
        ];
        tell_with(&mut admin(&server, create), SECRET).code(0);
        let delete = ["credential", "delete", "Ledger API", "--dry-run"];
        let told = tell(&mut admin(&server, delete)).code(0);
        assert!(
            told.stdout.starts_with("would delete credential "),
            "{}",
            told.stdout
        );
        let transfer = [
            "credential",
            "transfer",
            "Ledger API",
            "--add-owner",
            "USER:ben",
            "--dry-run",
        ];
        let told = tell(&mut admin(&server, transfer)).code(0);
        assert!(
            told.stdout.ends_with("would add USER:ben\n"),
            "{}",
            told.stdout
        );
        tell(&mut admin(&server, ["credential", "get", "Ledger API"])).code(0);
    });
}
