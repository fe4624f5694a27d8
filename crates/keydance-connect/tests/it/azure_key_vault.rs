//! Azure Key Vault, played by a server of the test.

use keydance_connect::Settings;
use keydance_connect::keys::azure_key_vault::{AzureConfig, AzureKeyVault};
use keydance_sops::key_service::{KeyError, KeyService as _};
use keydance_sops::recipient::{Recipient, RecipientKind};
use tempfile::TempDir;

use crate::cloud::{Heard, playing};
use crate::peers::{DATA_KEY, write_program};
use crate::real_sops::http;

/// Wraps by leaving the value as it is.
fn vault(heard: &Heard) -> (u16, String) {
    if heard.header("authorization") != Some("Bearer the-token") {
        let refusal = r#"{"error": {"code": "Forbidden", "message": "who are you?"}}"#;
        return (403, refusal.to_owned());
    }
    let kid = "https://v.vault.azure.net/keys/k/7";
    match heard.line.as_str() {
        "GET /keys/k?api-version=7.4" => (200, format!(r#"{{"key": {{"kid": "{kid}"}}}}"#)),
        "POST /keys/k/7/encrypt?api-version=7.4" | "POST /keys/k/7/decrypt?api-version=7.4" => {
            assert_eq!(heard.json("alg"), "RSA-OAEP-256");
            let value = heard.json("value");
            (200, format!(r#"{{"kid": "{kid}", "value": "{value}"}}"#))
        }
        line => panic!("{line}"),
    }
}

fn token() -> (u16, String) {
    (
        200,
        r#"{"access_token": "the-token", "expires_in": 3600}"#.to_owned(),
    )
}

fn service(settings: Settings, url: &str) -> AzureKeyVault {
    AzureKeyVault::new(AzureConfig {
        http: http(),
        settings,
        az: None,
        endpoint: Some(url.to_owned()),
    })
}

fn recipient(text: &str) -> Recipient {
    Recipient::parse(RecipientKind::AzureKv, text).unwrap()
}

const KEY: &str = "https://v.vault.azure.net/keys/k/7";

fn wraps_and_unwraps(service: &AzureKeyVault) {
    let enc = service.wrap(&recipient(KEY), &DATA_KEY).unwrap();
    assert!(!enc.contains(['=', '+', '/']), "{enc}");
    assert_eq!(**service.unwrap(&recipient(KEY), &enc).unwrap(), DATA_KEY);
}

#[test]
fn an_application_shows_its_secret_or_a_token_of_its_cluster() {
    let url = playing(|heard| match heard.line.as_str() {
        "POST /tenant/oauth2/v2.0/token" => {
            let scope = heard.field("scope");
            assert_eq!(scope.as_deref(), Some("https://vault.azure.net/.default"));
            let proof = heard
                .field("client_secret")
                .or_else(|| heard.field("client_assertion"));
            assert_eq!(proof.as_deref(), Some("proof"));
            token()
        }
        _ => vault(heard),
    });
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "proof\n").unwrap();
    for proof in [
        ("AZURE_CLIENT_SECRET", "proof"),
        ("AZURE_FEDERATED_TOKEN_FILE", file.to_str().unwrap()),
    ] {
        let settings = Settings::from([
            ("AZURE_AUTHORITY_HOST", &*url),
            ("AZURE_TENANT_ID", "tenant"),
            ("AZURE_CLIENT_ID", "client"),
            proof,
        ]);
        wraps_and_unwraps(&service(settings, &url));
    }
}

#[test]
fn azure_manages_the_identity_of_an_app() {
    let url = playing(|heard| {
        if !heard.line.starts_with("GET /msi?") {
            return vault(heard);
        }
        assert_eq!(heard.header("x-identity-header"), Some("secret"));
        let resource = "resource=https%3A%2F%2Fvault.azure.net";
        assert!(heard.line.contains(resource), "{}", heard.line);
        token()
    });
    let endpoint = format!("{url}/msi");
    let settings = [
        ("IDENTITY_ENDPOINT", &*endpoint),
        ("IDENTITY_HEADER", "secret"),
    ];
    wraps_and_unwraps(&service(Settings::from(settings), &url));
}

#[test]
fn whoever_has_signed_in_with_az_needs_nothing_else() {
    let url = playing(vault);
    let folder = TempDir::new().unwrap();
    let az = folder.path().join("az");
    let answer = r#"{"accessToken": "the-token"}"#;
    write_program(
        &az,
        &format!("#!/bin/sh\n[ \"$6\" = https://vault.azure.net ] && echo '{answer}'\n"),
    );
    // The metadata of this machine are asked first; nobody answers there.
    wraps_and_unwraps(&AzureKeyVault::new(AzureConfig {
        http: http(),
        settings: Settings::from([]),
        az: Some(az),
        endpoint: Some(url),
    }));
}

#[test]
fn a_key_without_version_is_refused_with_the_current_one() {
    let url = playing(|heard| match heard.line.as_str() {
        "POST /t/oauth2/v2.0/token" => token(),
        _ => vault(heard),
    });
    let settings = Settings::from([
        ("AZURE_AUTHORITY_HOST", &*url),
        ("AZURE_TENANT_ID", "t"),
        ("AZURE_CLIENT_ID", "c"),
        ("AZURE_CLIENT_SECRET", "s"),
    ]);
    let unversioned = recipient("https://v.vault.azure.net/keys/k");
    let refusal = service(settings, &url).wrap(&unversioned, &DATA_KEY);
    let problem = format!("it names no version of the key; write {KEY}");
    assert_eq!(refusal, Err(KeyError::Recipient(problem)));
}

#[test]
fn no_token_goes_to_a_server_that_is_none_of_azure() {
    let url = playing(|heard| panic!("{}", heard.line));
    let service = service(Settings::from([("AZURE_AUTHORITY_HOST", &*url)]), &url);
    let elsewhere = recipient("https://vault.azure.net.evil.test/keys/k/7");
    let problem = "its address is no vault of Azure".to_owned();
    assert_eq!(
        service.wrap(&elsewhere, &DATA_KEY),
        Err(KeyError::Recipient(problem))
    );
}
