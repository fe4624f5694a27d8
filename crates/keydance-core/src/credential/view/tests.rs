use serde_json::json;

use super::*;
use crate::credential::CredentialType;
use crate::credential::value::tests::{created, example};

fn shown(kind: CredentialType, view: View) -> Json {
    Json::Object(created(kind, example(kind)).view(view))
}

#[test]
fn a_user_name_is_in_clear_when_read_and_masked_when_stored() {
    let simple = CredentialType::Simple;
    assert_eq!(
        shown(simple, View::Masked),
        json!({"username": "ana-of-example", "passphrase": "***"})
    );
    assert_eq!(
        shown(simple, View::Stored),
        json!({"username": "**********mple", "passphrase": "***"})
    );
}

#[test]
fn only_the_raw_view_has_the_refresh_token() {
    let kind = CredentialType::OAuth2AuthorizationCode;
    assert_eq!(shown(kind, View::Raw), example(kind));
    let execution = shown(kind, View::Execution);
    assert_eq!(execution.get("refreshToken"), None);
    assert_eq!(execution["accessToken"], example(kind)["accessToken"]);
    assert_eq!(
        shown(kind, View::Masked)["refreshToken"],
        "**************6789"
    );
}

#[test]
fn no_masked_view_shows_more_than_four_characters_of_a_secret() {
    for kind in CredentialType::EVERY {
        for view in [View::Stored, View::Masked] {
            let shown = shown(kind, view);
            for field in kind.fields().iter().filter(|field| field.is_sensitive()) {
                let Some(text) = shown.get(field.name).and_then(Json::as_str) else {
                    continue;
                };
                let is_clear_name = view == View::Masked && field.name == "username";
                let clear = text.chars().filter(|c| *c != '*').count();
                assert!(clear <= 4 || is_clear_name, "{kind}.{}", field.name);
            }
        }
    }
}

#[test]
fn encrypted_fields_are_the_sensitive_ones_present_sorted() {
    let names = |kind| created(kind, example(kind)).encrypted_fields();
    assert_eq!(names(CredentialType::Simple), ["passphrase", "username"]);
    assert_eq!(names(CredentialType::SessionAuth), ["inputFields"]);
    assert!(names(CredentialType::OAuth1TwoLegged).is_empty());
}

#[test]
fn a_list_entry_shows_four_fields_or_no_value_at_all() {
    let entry = |kind| {
        created(kind, example(kind))
            .list_entry_value()
            .map(Json::Object)
    };
    assert_eq!(entry(CredentialType::ApiKey), None);
    assert_eq!(
        entry(CredentialType::OAuth2AuthorizationCode),
        Some(json!({
            "authClientId": "0c9d4e1b7a2f36d85be9f104", "expires": "2026-11-22T09:00:00.000Z",
            "scope": "s", "externalId": "ana@example.org"
        }))
    );
}
