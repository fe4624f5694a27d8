//! Lines 14, 15 and 20: changing and deleting a credential, and masks that come back.

use serde_json::json;

use super::cast::play;
use super::papers::{UNKNOWN, api_key, create, every_type, owned, secrets_of, simple};

// Line 14.
#[test]
fn a_new_name_makes_no_new_credential_and_no_new_version() {
    play(|cast| {
        let id = create(&cast.ana, &simple("keep-me"));
        let path = format!("/credentials/{id}");
        let change = json!({"name": "Renamed"});
        let changed = cast
            .ana
            .patch(&path)
            .json(&change)
            .send()
            .expect_status(200)
            .data();
        assert_eq!(
            (&changed["_id"], &changed["name"]),
            (&json!(id), &json!("Renamed"))
        );
        let read = cast.ana_raw.get(&path).send().expect_status(200).data();
        assert_eq!(
            (&read["name"], &read["version"]),
            (&json!("Renamed"), &json!(1))
        );
        assert_eq!(read["value"]["passphrase"], "keep-me");
    });
}

// Line 14.
#[test]
fn a_change_is_answered_in_clear_to_who_may_read_it() {
    play(|cast| {
        let id = create(&cast.ana, &simple("before"));
        let path = format!("/credentials/{id}");
        let change =
            json!({"data": {"name": "Both", "value": {"username": "new", "passphrase": "after"}}});
        let changed = cast
            .ana_raw
            .patch(&path)
            .json(&change)
            .send()
            .expect_status(200)
            .data();
        assert_eq!(changed["name"], "Both");
        assert_eq!(
            changed["value"],
            json!({"username": "new", "passphrase": "after"})
        );
        assert_eq!(changed["version"], 2);
        let masked = cast
            .ana
            .patch(&path)
            .json(&json!({"value": {"passphrase": "later"}}));
        let masked = masked.send().expect_status(200);
        assert!(!masked.text().contains("later") && !masked.text().contains("\"new\""));
        assert_eq!(
            masked.data()["encryptedFields"],
            json!(["passphrase", "username"])
        );
        let revealed = cast.events(&format!("object={id}&action=credential.revealed"));
        assert_eq!(revealed.len(), 1, "{revealed:?}");
    });
}

// Line 14.
#[test]
fn a_change_is_checked_like_something_new() {
    play(|cast| {
        let id = create(&cast.ana, &api_key("checked-key-0001"));
        let path = format!("/credentials/{id}");
        let patch = |body| cast.ana.patch(&path).json(&body).send();
        patch(json!({"value": {"key": ""}})).expect_error(400, "validation_failed");
        patch(json!({"value": {"key": null}})).expect_error(400, "validation_failed");
        patch(json!({"name": ""})).expect_error(400, "validation_failed");
        patch(json!({"type": "SIMPLE"})).expect_error(400, "type_immutable");
        patch(json!({"type": "API_KEY", "name": "Same type"})).expect_status(200);
        patch(json!({"environment": "nowhere", "value": {"key": "k"}}))
            .expect_error(400, "unknown_environment");
        patch(json!({"value": {"unknown": "x", "headerName": "X-New"}})).expect_status(200);
        let read = cast.ana_raw.get(&path).send().expect_status(200).data();
        assert_eq!(
            read["value"],
            json!({"key": "checked-key-0001", "headerName": "X-New"})
        );
        patch(json!({"value": {"headerName": null}})).expect_status(200);
        let read = cast.ana_raw.get(&path).send().expect_status(200).data();
        assert_eq!(read["value"], json!({"key": "checked-key-0001"}));
        assert_eq!(read["version"], 3);
    });
}

// Line 15.
#[test]
fn what_is_deleted_is_gone_at_once() {
    play(|cast| {
        let kim = cast.person("kim");
        let id = create(&kim, &api_key("deleted-key-0001"));
        let path = format!("/credentials/{id}");
        let deleted = kim.delete(&path).send().expect_status(204);
        assert_eq!(deleted.header("X-Keydance-Effect"), Some("deleted"));
        assert_eq!(deleted.text(), "");
        kim.get(&path).send().expect_error(404, "not_found");
        kim.delete(&path).send().expect_error(404, "not_found");
        kim.get(&format!("{path}/versions"))
            .send()
            .expect_error(404, "not_found");
        let list = kim
            .get("/credentials?filter[owner]=me")
            .send()
            .expect_status(200)
            .json();
        assert_eq!(list["meta"]["total"], 0);
    });
}

// Line 15, contract 4.5.
#[test]
fn deleting_what_others_own_too_only_takes_the_own_entry_away() {
    play(|cast| {
        let (kim, lee) = (cast.person("kim"), cast.person("lee"));
        let id = create(
            &kim,
            &owned(api_key("two-owners-0001"), &[lee.owner(), cast.one.owner()]),
        );
        let path = format!("/credentials/{id}");
        cast.ben
            .delete(&path)
            .send()
            .expect_error(409, "no_personal_ownership");
        let left = kim.delete(&path).send().expect_status(204);
        assert_eq!(left.header("X-Keydance-Effect"), Some("owner-removed"));
        let read = lee.get(&path).send().expect_status(200).data();
        assert_eq!(read["owners"], json!([lee.owner(), cast.one.owner()]));
        let gone = lee
            .delete(&format!("{path}?entire=true"))
            .send()
            .expect_status(204);
        assert_eq!(gone.header("X-Keydance-Effect"), Some("deleted"));
        kim.get(&path).send().expect_error(404, "not_found");
    });
}

// Contract 4.5.
#[test]
fn what_was_deleted_comes_back_for_who_may_bring_it_back() {
    play(|cast| {
        let kim = cast.person("kim");
        let id = create(&kim, &simple("back-again"));
        let path = format!("/credentials/{id}");
        kim.delete(&path).send().expect_status(204);
        let body = json!({"owner": kim.owner()});
        let undelete = format!("{path}/undelete");
        kim.post(&undelete)
            .json(&body)
            .send()
            .expect_error(403, "missing_permission");
        cast.ana
            .post(&undelete)
            .json(&body)
            .send()
            .expect_status(200);
        let read = kim.get(&path).send().expect_status(200).data();
        assert_eq!(read["value"]["passphrase"], "back-again");
        assert_eq!(read["owners"], json!([kim.owner()]));
        cast.ana
            .post(&undelete)
            .json(&body)
            .send()
            .expect_error(404, "not_found");
        let unknown = format!("/credentials/{UNKNOWN}/undelete");
        cast.ana
            .post(&unknown)
            .json(&body)
            .send()
            .expect_error(404, "not_found");
    });
}

// Line 20.
#[test]
fn a_mask_that_comes_back_leaves_the_secret_as_it_was() {
    play(|cast| {
        for (kind, value) in every_type() {
            let made = json!({"name": "Masked", "type": kind, "value": value});
            let made = cast
                .ana
                .post("/credentials")
                .json(&made)
                .send()
                .expect_status(200)
                .data();
            let path = format!("/credentials/{}", made["_id"].as_str().expect("an id"));
            let read = cast.ana.get(&path).send().expect_status(200).data();
            for seen in [&read, &made] {
                let back = json!({"name": "Sent back", "value": seen["value"]});
                cast.ana.patch(&path).json(&back).send().expect_status(200);
            }
            let raw = cast.ana_raw.get(&path).send().expect_status(200).data();
            assert_eq!(raw["value"], value, "{kind}");
            assert_eq!(raw["version"], 1, "{kind}");
        }
    });
}

// Line 20, contract 3.2.
#[test]
fn a_mask_never_becomes_a_secret() {
    play(|cast| {
        let masks = [
            "***",
            "*",
            "**********",
            "******-420",
            "******************abcd",
        ];
        for (kind, value) in every_type() {
            for field in secrets_of(kind) {
                let id = create(
                    &cast.ana,
                    &json!({"name": "m", "type": kind, "value": value}),
                );
                let path = format!("/credentials/{id}");
                for mask in masks {
                    let mut masked = value.clone();
                    masked[*field] = json!(mask);
                    let body = json!({"name": "m", "type": kind, "value": masked});
                    cast.ana
                        .post("/credentials")
                        .json(&body)
                        .send()
                        .expect_error(400, "masked_value");
                    let version = json!({"value": masked});
                    let answer = cast
                        .ana
                        .post(&format!("{path}/versions"))
                        .json(&version)
                        .send();
                    answer.expect_error(400, "masked_value");
                    let own = mask == "***" && *field != "payload" && *field != "key";
                    let change = json!({"name": "changed", "value": {*field: mask}});
                    let answer = cast.ana.patch(&path).json(&change).send();
                    if own {
                        answer.expect_status(200);
                    } else {
                        answer.expect_error(400, "masked_value");
                    }
                }
                let raw = cast.ana_raw.get(&path).send().expect_status(200).data();
                assert_eq!((&raw["value"], &raw["version"]), (&value, &json!(1)));
            }
        }
    });
}
