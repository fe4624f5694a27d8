//! Line 22: versions of a value, and the states they pass.

use keydance_testkit::{Answer, Identity};
use serde_json::{Value, json};

use super::cast::play;
use super::papers::{api_key, create};

// Line 22.
#[test]
fn a_restored_version_is_a_new_one_with_the_old_value() {
    play(|cast| {
        let (kim, id) = two_versions(cast);
        let restored = step(&kim, &id, 1, "restore").expect_status(200).data();
        assert_eq!(
            (&restored["version"], &restored["state"]),
            (&json!(3), &json!("current"))
        );
        let read = kim
            .get(&format!("/credentials/{id}"))
            .send()
            .expect_status(200)
            .data();
        assert_eq!(
            (&read["version"], &read["value"]["key"]),
            (&json!(3), &json!("first-value-0001"))
        );
        assert_eq!(states(&kim, &id), ["retiring", "retiring", "current"]);
    });
}

// Line 22.
#[test]
fn a_disabled_current_version_makes_the_environment_unusable() {
    play(|cast| {
        let (kim, id) = two_versions(cast);
        let path = format!("/credentials/{id}");
        step(&kim, &id, 2, "disable").expect_status(200);
        kim.get(&path).send().expect_error(409, "version_state");
        step(&kim, &id, 2, "enable").expect_status(200);
        let read = kim.get(&path).send().expect_status(200).data();
        assert_eq!(
            (&read["version"], &read["versionState"]),
            (&json!(2), &json!("current"))
        );
    });
}

// Contract 10.2.
#[test]
fn a_pending_version_is_put_to_use_when_it_is_promoted() {
    play(|cast| {
        let (kim, id) = two_versions(cast);
        let body = json!({"value": {"key": "third-value-0001"}, "state": "pending"});
        let made = kim
            .post(&format!("/credentials/{id}/versions"))
            .json(&body)
            .send();
        let made = made.expect_status(201).data();
        assert_eq!(
            (&made["version"], &made["state"]),
            (&json!(3), &json!("pending"))
        );
        assert!(made.get("value").is_none(), "{made}");
        let key = || {
            kim.get(&format!("/credentials/{id}"))
                .send()
                .expect_status(200)
                .data()["value"]["key"]
                .take()
        };
        assert_eq!(key(), "second-value-001");
        step(&kim, &id, 3, "promote").expect_status(200);
        assert_eq!(key(), "third-value-0001");
        assert_eq!(states(&kim, &id), ["retiring", "retiring", "current"]);
        step(&kim, &id, 3, "promote").expect_error(409, "version_state");
    });
}

// Contract 10.2.
#[test]
fn a_destroyed_version_is_gone_and_its_number_is_not_used_again() {
    play(|cast| {
        let (kim, id) = two_versions(cast);
        let path = format!("/credentials/{id}");
        step(&kim, &id, 2, "destroy").expect_error(409, "version_state");
        step(&kim, &id, 1, "destroy").expect_status(200);
        for next in ["restore", "enable", "disable", "destroy", "promote"] {
            step(&kim, &id, 1, next).expect_error(409, "version_state");
        }
        let read = kim.get(&format!("{path}/versions/1")).send();
        assert!(matches!(read.status, 404 | 409), "{}", read.text());
        assert_eq!(states(&kim, &id), ["destroyed", "current"]);
        kim.patch(&path)
            .json(&json!({"value": {"key": "third-value-0001"}}))
            .send()
            .expect_status(200);
        assert_eq!(states(&kim, &id), ["destroyed", "retiring", "current"]);
    });
}

// Contract 10.2.
#[test]
fn an_old_version_is_read_masked_or_in_clear_like_the_current_one() {
    play(|cast| {
        let (kim, id) = two_versions(cast);
        let path = format!("/credentials/{id}/versions/1");
        let raw = kim.get(&path).send().expect_status(200).data();
        assert_eq!(
            (&raw["value"]["key"], &raw["versionState"]),
            (&json!("first-value-0001"), &json!("retiring"))
        );
        let body = json!({"name": "masked", "permissions": []});
        let masked = cast
            .token(&kim, &body)
            .get(&path)
            .send()
            .expect_status(200)
            .data();
        assert_eq!(masked["value"]["key"], "************0001");
        // the change before was answered in clear, too
        let revealed = cast.events(&format!("object={id}&action=credential.revealed"));
        let versions: Vec<_> = revealed
            .iter()
            .map(|event| event["version"].clone())
            .collect();
        assert_eq!(versions, [2, 1]);
        for number in ["0", "3", "-1", "x", "99999999999999999999"] {
            let path = format!("/credentials/{id}/versions/{number}");
            kim.get(&path).send().expect_error(404, "not_found");
        }
    });
}

// Contract 3.2.
#[test]
fn a_change_that_changes_nothing_makes_no_version() {
    play(|cast| {
        let (kim, id) = two_versions(cast);
        let change = json!({"value": {"key": "second-value-001"}});
        kim.patch(&format!("/credentials/{id}"))
            .json(&change)
            .send()
            .expect_status(200);
        assert_eq!(states(&kim, &id), ["retiring", "current"]);
    });
}

/// A credential of somebody new, with versions 1 and 2.
fn two_versions(cast: &super::cast::Cast<'_>) -> (Identity, String) {
    let kim = cast.person("kim");
    let id = create(&kim, &api_key("first-value-0001"));
    let change = json!({"value": {"key": "second-value-001"}});
    let changed = kim
        .patch(&format!("/credentials/{id}"))
        .json(&change)
        .send();
    assert_eq!(changed.expect_status(200).data()["version"], 2);
    (kim, id)
}

fn step(who: &Identity, id: &str, number: u32, step: &str) -> Answer {
    let path = format!("/credentials/{id}/versions/{number}/{step}");
    who.post(&path).json(&json!({})).send()
}

#[track_caller]
fn states(who: &Identity, id: &str) -> Vec<String> {
    let list = who
        .get(&format!("/credentials/{id}/versions"))
        .send()
        .expect_status(200);
    let list = list.data().as_array().expect("a list").clone();
    let state = |version: Value| version["state"].as_str().expect("a state").to_owned();
    list.into_iter().map(state).collect()
}
