//! Lines 8, 10 to 12 and 21: who reads what of a credential.

use serde_json::{Value, json};

use super::cast::play;
use super::papers::{
    UNKNOWN, api_key, create, every_type, id_of, masked, owned, secrets_of, simple,
};

// Line 8.
#[test]
fn all_of_an_organisation_does_not_unmask() {
    play(|cast| {
        let payload = json!({"host": "db.example.org", "port": 5432}).to_string();
        let body = json!({"name": "Mixed", "type": "MIXED", "value": {"payload": payload}});
        let id = create(&cast.ana, &body);
        let read = cast
            .ana
            .get(&format!("/credentials/{id}"))
            .send()
            .expect_status(200)
            .data();
        assert_eq!(read["value"]["payload"], masked(&payload).as_str());
    });
}

// Line 8.
#[test]
fn a_payload_comes_back_as_it_was_to_who_may_read_it() {
    play(|cast| {
        let object = json!({"host": "db.example.org", "ports": [1, 2], "nested": {"a": null}});
        let value = json!({"payload": object.to_string()});
        let id = create(
            &cast.cleo,
            &json!({"name": "Mixed", "type": "MIXED", "value": value}),
        );
        let read = cast
            .cleo
            .get(&format!("/credentials/{id}"))
            .send()
            .expect_status(200)
            .data();
        let payload = read["value"]["payload"].as_str().expect("text");
        assert_eq!(
            serde_json::from_str::<Value>(payload).expect("JSON"),
            object
        );
    });
}

// Line 10.
#[test]
fn an_id_that_is_none_is_just_unknown() {
    play(|cast| {
        let path = |id: &str| format!("/credentials/{id}");
        let id = create(&cast.ana, &api_key("read-by-id-00001"));
        cast.ana
            .get(&path(&id))
            .anonymous()
            .send()
            .expect_error(401, "auth_missing");
        cast.ana
            .get(&path(&id.to_uppercase()))
            .send()
            .expect_status(200);
        let malformed = [
            "x",
            "0",
            "Mail",
            "0123456789abcdef0123456g",
            "%20",
            "0123456789abcdef012345678",
            "*",
            "..%2f",
        ];
        for id in malformed.into_iter().chain([UNKNOWN]) {
            cast.ana
                .get(&path(id))
                .send()
                .expect_error(404, "not_found");
            cast.ana
                .delete(&path(id))
                .send()
                .expect_error(404, "not_found");
            cast.ana
                .patch(&path(id))
                .json(&json!({"name": "x"}))
                .send()
                .expect_error(404, "not_found");
        }
    });
}

// Line 11.
#[test]
fn what_the_organisation_owns_is_everybodys_in_it_and_nobodys_outside() {
    play(|cast| {
        let mut body = owned(api_key("shared-key-00001"), &[cast.one.owner()]);
        body["name"] = json!("Shared with t-one");
        let id = create(&cast.ana, &body);
        let path = format!("/credentials/{id}");
        let read = cast.ben.get(&path).send().expect_status(200).data();
        assert_eq!(read["name"], "Shared with t-one");
        let query =
            "/credentials?page[size]=100&filter[name]=Shared with t-one".replace(' ', "%20");
        let list = cast.ben.get(&query).send().expect_status(200).data();
        let list = list.as_array().expect("a list");
        assert!(list.iter().any(|entry| entry["_id"] == id.as_str()));
        cast.cleo.get(&path).send().expect_error(403, "not_owner");
    });
}

// Line 12.
#[test]
fn a_passphrase_is_three_stars_to_who_may_not_read_it() {
    play(|cast| {
        let id = create(&cast.ana, &simple("correct horse battery"));
        let path = format!("/credentials/{id}");
        let read = cast.ana.get(&path).send().expect_status(200).data();
        assert_eq!(
            read["value"],
            json!({"username": "ana@example.org", "passphrase": "***"})
        );
        let raw = cast.ana_raw.get(&path).send().expect_status(200).data();
        assert_eq!(raw["value"], simple("correct horse battery")["value"]);
    });
}

// Line 12.
#[test]
fn no_permission_makes_up_for_not_owning() {
    play(|cast| {
        let id = create(&cast.ana, &simple("correct horse battery"));
        let path = format!("/credentials/{id}");
        for who in [&cast.root, &cast.ben, &cast.cleo, &cast.svc] {
            who.get(&path).send().expect_error(403, "not_owner");
        }
        let denied = cast.events(&format!("object={id}&action=access.denied"));
        assert_eq!(denied.len(), 2, "those of t-one: {denied:?}");
    });
}

// Line 21.
#[test]
fn every_type_comes_back_as_it_went_in_and_shows_no_more_than_its_mask() {
    play(|cast| {
        for (kind, value) in every_type() {
            let body = json!({"name": "Round trip", "type": kind, "value": value});
            let id = create(&cast.ana, &body);
            let path = format!("/credentials/{id}");
            let raw = cast.ana_raw.get(&path).send().expect_status(200).data();
            assert_eq!(raw["value"], value, "{kind}");
            let seen = cast.ana.get(&path).send().expect_status(200).data();
            for (field, secret) in value.as_object().expect("an object") {
                let secret = secret.as_str().expect("text");
                let expected = match (kind, field.as_str()) {
                    ("SIMPLE" | "KEY_PAIR", "passphrase") | ("KEY_PAIR", "privateKey") => {
                        "***".to_owned()
                    }
                    (kind, field) if secrets_of(kind).contains(&field) => masked(secret),
                    _ => secret.to_owned(),
                };
                assert_eq!(seen["value"][field], expected.as_str(), "{kind} {field}");
            }
        }
    });
}

// Line 21, contract 3.2.
#[test]
fn a_partial_mask_shows_the_last_four_of_ten_characters_or_more() {
    play(|cast| {
        let cases = [
            ("sesame-42", "*********"),
            ("sesame-420", "******-420"),
            ("line one\nline two", "************* two"),
            ("grüße-aus-köln", "**********köln"),
        ];
        for (key, mask) in cases {
            let id = create(&cast.ana, &api_key(key));
            let read = cast
                .ana
                .get(&format!("/credentials/{id}"))
                .send()
                .expect_status(200)
                .data();
            assert_eq!(read["value"]["key"], mask);
        }
    });
}

// Contract 3.1.
#[test]
fn a_number_or_a_boolean_is_taken_for_its_text() {
    play(|cast| {
        let value = json!({"username": 4711, "passphrase": true});
        let made = cast
            .ana_raw
            .post("/credentials")
            .json(&json!({"name": "n", "type": "SIMPLE", "value": value}));
        let id = id_of(&made.send().expect_status(200).data());
        let raw = cast
            .ana_raw
            .get(&format!("/credentials/{id}"))
            .send()
            .expect_status(200)
            .data();
        assert_eq!(
            raw["value"],
            json!({"username": "4711", "passphrase": "true"})
        );
    });
}

#[test]
fn a_token_reaches_no_further_than_the_credentials_and_environments_it_is_limited_to() {
    play(|cast| {
        let (own, other) = (
            create(&cast.ana_raw, &simple("one-of-two")),
            create(&cast.ana_raw, &simple("two-of-two")),
        );
        let body = json!({"name": "narrow", "permissions": ["secrets.secret.readRaw"], "credentials": [own]});
        let narrow = cast.token(&cast.ana_raw, &body);
        let read = narrow
            .get(&format!("/credentials/{own}"))
            .send()
            .expect_status(200)
            .data();
        assert_eq!(read["value"]["passphrase"], "one-of-two");
        narrow
            .get(&format!("/credentials/{other}"))
            .send()
            .expect_error(403, "token_scope");
        let environment = cast.environment("narrow", false);
        let body = json!({"name": "narrow", "permissions": [], "environments": [environment]});
        let narrow = cast.token(&cast.ana_raw, &body);
        narrow
            .get(&format!("/credentials/{own}"))
            .send()
            .expect_error(403, "token_scope");
    });
}
