use proptest::prelude::*;
use serde_json::json;

use super::super::View;
use super::*;

pub(crate) fn created(kind: CredentialType, value: Json) -> Value {
    Value::create(kind, value).unwrap_or_else(|e| panic!("{e:?}"))
}

fn refused(kind: CredentialType, value: Json) -> ValueError {
    Value::create(kind, value).err().unwrap()
}

fn problems(kind: CredentialType, value: Json) -> Vec<(String, &'static str)> {
    let ValueError::Invalid(problems) = refused(kind, value) else {
        panic!("no problems");
    };
    problems.into_iter().map(|p| (p.path, p.problem)).collect()
}

fn raw(value: &Value) -> Json {
    Json::Object(value.view(View::Raw))
}

fn patched(value: &Value, patch: Json) -> Option<Json> {
    match value.patch(patch).unwrap_or_else(|e| panic!("{e:?}")) {
        Patch::Changed(value) => Some(raw(&value)),
        Patch::Unchanged => None,
    }
}

fn patch_error(value: &Value, patch: Json) -> ValueError {
    value.patch(patch).err().unwrap()
}

/// A complete value of each type.
pub(crate) fn example(kind: CredentialType) -> Json {
    match kind {
        CredentialType::ApiKey => json!({"key": "key-0123456789", "headerName": "X-Api-Key"}),
        CredentialType::KeyPair => json!({
            "privateKey": "-----BEGIN\nsesame\n-----END\n", "publicKey": "pub", "certificate": "crt",
            "passphrase": "sesame-42"
        }),
        CredentialType::Mixed => json!({"payload": "{\"a\":\"sesame-4200\"}"}),
        CredentialType::OAuth1ThreeLegged => json!({
            "authClientId": "0c9d4e1b7a2f36d85be9f104", "accessToken": "access-0123456789",
            "accessTokenSecret": "secret-0123456789", "scope": "s", "externalId": "ana@example.org",
            "expires": "2026-11-22T09:00:00.000Z"
        }),
        CredentialType::OAuth1TwoLegged => json!({"expiresAt": "tomorrow"}),
        CredentialType::OAuth2AuthorizationCode => json!({
            "authClientId": "0c9d4e1b7a2f36d85be9f104", "accessToken": "access-0123456789",
            "refreshToken": "refresh-0123456789", "scope": "s", "externalId": "ana@example.org",
            "expires": "2026-11-22T09:00:00.000Z"
        }),
        CredentialType::OAuth2ClientCredentials => json!({
            "authClientId": "0c9d4e1b7a2f36d85be9f104", "scope": "s", "accessToken": "short"
        }),
        CredentialType::SessionAuth => json!({
            "authClientId": "0c9d4e1b7a2f36d85be9f104", "inputFields": {"user": "ana", "n": [1, {}]}
        }),
        CredentialType::Simple => json!({"username": "ana-of-example", "passphrase": "sesame-42"}),
    }
}

#[test]
fn every_type_gives_back_what_was_put_in() {
    for kind in CredentialType::EVERY {
        let value = created(kind, example(kind));
        assert_eq!(raw(&value), example(kind), "{kind}");
        let stored = Value::from_bytes(kind, &value.to_bytes()).unwrap();
        assert_eq!(raw(&stored), example(kind), "{kind}");
    }
}

#[test]
fn each_required_field_missing_empty_or_null_in_turn_is_a_problem() {
    for kind in CredentialType::EVERY {
        for field in kind.fields().iter().filter(|field| field.required) {
            for nothing in [None, Some(json!("")), Some(Json::Null)] {
                let mut value = example(kind);
                value.as_object_mut().unwrap().remove(field.name);
                if let Some(nothing) = nothing {
                    value[field.name] = nothing;
                }
                let path = format!("value.{}", field.name);
                assert_eq!(problems(kind, value), [(path, REQUIRED)], "{kind}");
            }
        }
    }
}

#[test]
fn numbers_become_text_and_objects_do_not() {
    let value = created(
        CredentialType::Simple,
        json!({"username": 42, "passphrase": true}),
    );
    assert_eq!(raw(&value), json!({"username": "42", "passphrase": "true"}));
    for wrong in [json!({}), json!([])] {
        let found = problems(CredentialType::Mixed, json!({"payload": wrong}));
        assert_eq!(found, [("value.payload".to_owned(), NOT_TEXT)]);
    }
    for inexact in ["1.10", "0.1e3", "123456789012345678901234567890"] {
        let key: Json = serde_json::from_str(inexact).unwrap();
        let found = problems(CredentialType::ApiKey, json!({"key": key}));
        assert_eq!(found, [("value.key".to_owned(), NOT_EXACT)]);
    }
    let session = json!({"authClientId": "x", "inputFields": "user"});
    let found = problems(CredentialType::SessionAuth, session);
    assert_eq!(found, [("value.inputFields".to_owned(), NOT_AN_OBJECT)]);
}

#[test]
fn a_value_is_an_object_and_unknown_fields_are_dropped() {
    let value = created(CredentialType::ApiKey, json!({"key": "k", "other": "***"}));
    assert_eq!(raw(&value), json!({"key": "k"}));
    assert_eq!(
        problems(CredentialType::ApiKey, Json::Null),
        [("value".to_owned(), REQUIRED)]
    );
    assert_eq!(
        problems(CredentialType::ApiKey, json!("k")),
        [("value".to_owned(), NOT_AN_OBJECT)]
    );
}

#[test]
fn expires_is_a_date_or_unknown() {
    let with = |expires: Json| {
        let mut value = example(CredentialType::OAuth2ClientCredentials);
        value["expires"] = expires;
        Value::create(CredentialType::OAuth2ClientCredentials, value)
            .map(|value| value.expose_field("expires").map(str::to_owned))
    };
    for unknown in [json!(""), Json::Null] {
        assert_eq!(with(unknown), Ok(None));
    }
    for (date, shown) in [
        ("2026-11-22T10:00:00+01:00", "2026-11-22T09:00:00.000Z"),
        ("2026-11-22", "2026-11-22T00:00:00.000Z"),
    ] {
        assert_eq!(with(json!(date)), Ok(Some(shown.to_owned())));
    }
    for wrong in [
        json!("tomorrow"),
        json!(1795339200),
        json!({}),
        json!("***"),
    ] {
        assert!(with(wrong).is_err());
    }
}

#[test]
fn a_mask_never_becomes_a_secret() {
    for kind in CredentialType::EVERY {
        for field in kind.fields().iter().filter(|field| field.is_sensitive()) {
            for mask in ["***", "*", "******abcd"] {
                let mut value = example(kind);
                value[field.name] = match field.kind {
                    FieldKind::Object => json!({"deep": [{"password": mask}]}),
                    FieldKind::Date | FieldKind::Text => json!(mask),
                };
                let path = format!("value.{}", field.name);
                let whole = created(kind, example(kind));
                let is_current =
                    field.is_mask_of(mask, whole.expose_field(field.name).unwrap_or(""));
                if !is_current || field.kind == FieldKind::Object {
                    assert_eq!(
                        patch_error(&whole, value.clone()),
                        ValueError::Masked(path.clone())
                    );
                }
                assert_eq!(refused(kind, value), ValueError::Masked(path));
            }
        }
    }
}

#[test]
fn every_view_sent_back_changes_nothing() {
    for kind in CredentialType::EVERY {
        let value = created(kind, example(kind));
        for view in [View::Stored, View::Masked, View::Execution, View::Raw] {
            assert_eq!(
                patched(&value, Json::Object(value.view(view))),
                None,
                "{kind} {view:?}"
            );
        }
    }
}

#[test]
fn the_mask_of_another_value_or_of_nothing_is_refused() {
    let value = created(CredentialType::ApiKey, json!({"key": "key-0123456789"}));
    for wrong in ["***", "**********678", "**********6780", "***********6789"] {
        let error = patch_error(&value, json!({"key": wrong, "headerName": "X"}));
        assert_eq!(error, ValueError::Masked("value.key".to_owned()));
    }
    let pair = created(CredentialType::KeyPair, json!({"privateKey": "pem"}));
    let error = patch_error(&pair, json!({"passphrase": "***"}));
    assert_eq!(error, ValueError::Masked("value.passphrase".to_owned()));
}

#[test]
fn the_end_of_a_passphrase_cannot_be_tried_by_sending_masks() {
    let simple = json!({"username": "ana", "passphrase": "sesame-420"});
    let value = created(CredentialType::Simple, simple);
    let error = patch_error(&value, json!({"passphrase": "******-420"}));
    assert_eq!(error, ValueError::Masked("value.passphrase".to_owned()));
}

#[test]
fn a_patch_merges_field_by_field_and_null_removes() {
    let value = created(CredentialType::ApiKey, example(CredentialType::ApiKey));
    assert_eq!(
        patched(&value, json!({"headerName": null})),
        Some(json!({"key": "key-0123456789"}))
    );
    assert_eq!(
        patched(&value, json!({"key": "new"})),
        Some(json!({"key": "new", "headerName": "X-Api-Key"}))
    );
    assert_eq!(patched(&value, json!({"unknown": 1})), None);
    let error = patch_error(&value, json!({"key": null}));
    assert_eq!(
        error,
        ValueError::Invalid(vec![Problem::new("value.key", REQUIRED)])
    );
}

#[test]
fn an_empty_optional_secret_is_nothing_if_absent_and_refused_if_present() {
    let without = created(
        CredentialType::KeyPair,
        json!({"privateKey": "pem", "passphrase": ""}),
    );
    assert_eq!(raw(&without), json!({"privateKey": "pem"}));
    assert_eq!(patched(&without, json!({"passphrase": ""})), None);
    let with = created(
        CredentialType::KeyPair,
        json!({"privateKey": "pem", "passphrase": "x"}),
    );
    assert!(with.patch(json!({"passphrase": ""})).is_err());
    assert_eq!(
        patched(&with, json!({"passphrase": null})),
        Some(json!({"privateKey": "pem"}))
    );
}

#[test]
fn a_value_has_at_most_512_kib() {
    let of = |len: usize| Value::create(CredentialType::Mixed, json!({"payload": "x".repeat(len)}));
    assert!(of(MAX_BYTES).is_ok());
    assert_eq!(of(MAX_BYTES + 1).err(), Some(ValueError::TooLarge));
}

#[test]
fn stored_bytes_of_another_type_or_form_are_refused() {
    for bytes in ["", "{}x", "[]", r#"{"payload":1}"#, r#"{"payload":"p"}"#] {
        assert_eq!(
            Value::from_bytes(CredentialType::ApiKey, bytes.as_bytes()).err(),
            Some(PayloadError)
        );
    }
    let session = br#"{"authClientId":"x","inputFields":"[1]"}"#;
    assert_eq!(
        Value::from_bytes(CredentialType::SessionAuth, session).err(),
        Some(PayloadError)
    );
}

proptest! {
    #[test]
    fn any_text_survives_storing(key in ".{1,60}", header in ".{0,20}") {
        prop_assume!(!mask::is_mask_shaped(&key));
        let value = created(CredentialType::ApiKey, json!({"key": key, "headerName": header}));
        let bytes = value.to_bytes();
        prop_assert!(serde_json::from_slice::<Json>(&bytes).is_ok());
        let stored = Value::from_bytes(CredentialType::ApiKey, &bytes).unwrap();
        prop_assert_eq!(raw(&stored), raw(&value));
    }

    #[test]
    fn the_buffer_of_the_stored_form_never_grew(payload in "[\\u{0}-\\u{7f}€]{1,80}") {
        prop_assume!(!mask::is_mask_shaped(&payload));
        let value = created(CredentialType::Mixed, json!({"payload": payload}));
        let bytes = value.to_bytes();
        let promised = "{\"payload\":}".len() + json::text_len(&payload);
        prop_assert!(bytes.len() <= promised && bytes.capacity() <= promised + 8);
    }
}
