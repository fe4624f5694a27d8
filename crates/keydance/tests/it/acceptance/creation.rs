//! Lines 6, 7, 13 and 19: what a new credential must be, and what it cannot be told.

use serde_json::{Value, json};

use super::cast::play;
use super::papers::{UNKNOWN, api_key, create, every_type, secrets_of, simple, text};

// Line 6.
#[test]
fn an_unknown_type_is_refused() {
    play(|cast| {
        for kind in ["NOTHING", "S_SIMPLE", "simple", ""] {
            let mut body = simple("a-passphrase");
            body["type"] = json!(kind);
            cast.ana
                .post("/credentials")
                .json(&body)
                .send()
                .expect_error(400, "unknown_type");
        }
    });
}

// Line 6.
#[test]
fn an_auth_client_that_is_not_there_is_refused() {
    play(|cast| {
        let cases = [
            (
                "OA2_AUTHORIZATION_CODE",
                json!({"accessToken": "a-token-0001"}),
            ),
            ("OA2_CLIENT_CREDENTIALS", json!({})),
            (
                "OA1_THREE_LEGGED",
                json!({"accessToken": "a-token-1", "accessTokenSecret": "s-1"}),
            ),
            ("SESSION_AUTH", json!({"inputFields": {"user": "ana"}})),
        ];
        for (kind, mut value) in cases {
            value["authClientId"] = json!(UNKNOWN);
            let owners = [json!({"id": "cleo", "type": "USER"})];
            let body = json!({"name": "OAuth", "type": kind, "value": value, "owners": owners});
            let answer = cast.ana.post("/credentials").json(&body).send();
            answer.expect_error(400, "auth_client_not_found");
        }
    });
}

// Line 6.
#[test]
fn each_required_field_is_missed() {
    play(|cast| {
        for field in ["name", "type", "value"] {
            let mut body = simple("a-passphrase");
            body.as_object_mut().expect("an object").remove(field);
            cast.ana
                .post("/credentials")
                .json(&body)
                .send()
                .expect_status(400);
        }
        for (kind, value) in every_type()
            .into_iter()
            .filter(|(kind, _)| *kind != "OA1_TWO_LEGGED")
        {
            let required = match kind {
                "SIMPLE" => &["username", "passphrase"][..],
                "MIXED" => &["payload"],
                "API_KEY" => &["key"],
                _ => &["privateKey"],
            };
            for field in required {
                for nothing in [None, Some(json!(null)), Some(json!(""))] {
                    let mut value = value.clone();
                    value.as_object_mut().expect("an object").remove(*field);
                    nothing
                        .into_iter()
                        .for_each(|nothing| value[*field] = nothing);
                    let body = json!({"name": "Poor", "type": kind, "value": value});
                    let answer = cast.ana.post("/credentials").json(&body).send();
                    let error = answer.expect_error(400, "validation_failed");
                    let path = format!("value.{field}");
                    assert_eq!(error["details"][0]["path"], path.as_str(), "{error}");
                }
            }
        }
    });
}

// Line 6.
#[test]
fn a_payload_is_text_and_no_object() {
    play(|cast| {
        let body = json!({"name": "Mixed", "type": "MIXED", "value": {"payload": {"a": 1}}});
        cast.ana
            .post("/credentials")
            .json(&body)
            .send()
            .expect_error(400, "validation_failed");
    });
}

// Line 7.
#[test]
fn a_credential_is_made_bare_or_wrapped() {
    play(|cast| {
        create(&cast.ana, &simple("a-passphrase"));
        for (kind, value) in every_type() {
            let body = json!({"data": {"name": "Wrapped", "type": kind, "value": value}});
            let made = cast.ana.post("/credentials").json(&body).send();
            let made = made.expect_status(200).data();
            assert_eq!(made["type"], kind);
            assert_eq!(made["__t"], format!("S_{kind}").as_str());
            assert_eq!(made["tenant"], cast.one.id.as_str());
            assert_eq!(made["owners"], json!([cast.ana.owner()]));
            assert_eq!(text(&made, "/_id").len(), 24);
        }
    });
}

// Line 13.
#[test]
fn the_answer_to_a_creation_shows_no_secret_to_anybody() {
    play(|cast| {
        for who in [&cast.ana, &cast.ana_raw, &cast.root] {
            for (kind, value) in every_type() {
                let body = json!({"name": "Stored", "type": kind, "value": value});
                let made = who
                    .post("/credentials")
                    .json(&body)
                    .send()
                    .expect_status(200);
                let shown = made.text();
                for field in secrets_of(kind) {
                    let secret = json!(value[*field]).to_string();
                    assert!(!shown.contains(secret.trim_matches('"')), "{shown}");
                }
                let mut sensitive = secrets_of(kind).to_vec();
                if kind == "SIMPLE" {
                    sensitive.push("username");
                    assert_ne!(made.data()["value"]["username"], value["username"]);
                }
                sensitive.sort_unstable();
                assert_eq!(made.data()["encryptedFields"], json!(sensitive));
                let id = made.data()["_id"].take();
                let path = format!("/credentials/{}", id.as_str().expect("an id"));
                let read = who.get(&path).send().expect_status(200).data();
                assert_eq!(read["encryptedFields"], json!([]));
            }
        }
    });
}

// Line 19.
#[test]
fn what_is_the_servers_to_say_is_not_heard_from_a_request() {
    play(|cast| {
        let mut body = api_key("mass-assignment-1");
        assign(&mut body);
        let id = create(&cast.ana, &body);
        assert_ne!(id, UNKNOWN);
        let path = format!("/credentials/{id}");
        let before = cast.ana.get(&path).send().expect_status(200).data();
        assert_untouched(&before);
        assert_eq!(before["__v"], json!(0));
        let mut change = json!({});
        assign(&mut change);
        cast.ana
            .patch(&path)
            .json(&change)
            .send()
            .expect_status(200);
        let after = cast.ana.get(&path).send().expect_status(200).data();
        assert_eq!(after, before);
    });
}

/// Every field that the server keeps to itself, and one it does not know.
fn assign(body: &mut Value) {
    let fields = json!({
        "_id": UNKNOWN, "__t": "S_SIMPLE", "__v": 99, "tenant": "t-two", "createdAt": "1999-01-01T00:00:00.000Z",
        "updatedAt": "1999-01-01T00:00:00.000Z", "lockedAt": "1999-01-01T00:00:00.000Z",
        "currentError": {"error": "x"}, "encryptedFields": ["key"], "mixedProperties": {"a": 1},
        "version": 7, "versionState": "disabled", "environments": ["production"], "unknown": true,
        "createdBy": "cleo", "state": "deleted", "org": "t-two",
    });
    let fields = fields.as_object().expect("an object").clone();
    body.as_object_mut().expect("an object").extend(fields);
}

fn assert_untouched(read: &Value) {
    let shown = read.to_string();
    for word in [
        "1999",
        "t-two",
        "cleo",
        "lockedAt",
        "currentError",
        "mixedProperties",
        "unknown",
    ] {
        assert!(!shown.contains(word), "{word} in {shown}");
    }
    assert_eq!(read["__t"], "S_API_KEY");
    assert_eq!(
        (&read["version"], &read["versionState"]),
        (&json!(1), &json!("current"))
    );
    assert_eq!(read["environments"], json!(["default"]));
    assert_eq!(read["encryptedFields"], json!([]));
}
