//! Google Cloud KMS, played by a server of the test, and the real sops.

use std::time::{Duration, SystemTime};

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use keydance_connect::Settings;
use keydance_connect::keys::gcp_kms::{GcpConfig, GcpKms};
use keydance_sops::key_service::{KeyError, KeyService as _};
use keydance_sops::recipient::{Recipient, RecipientKind};

use crate::cloud::{Heard, playing};
use crate::peers::DATA_KEY;
use crate::real_sops::{Sops, http, opened_by};

const KEY: &str = "projects/p/locations/global/keyRings/r/cryptoKeys/k";

/// Wraps by writing `wrapped:` before.
fn kms(heard: &Heard) -> (u16, String) {
    if heard.header("authorization") != Some("Bearer the-token") {
        let refusal = r#"{"error": {"code": 401, "message": "who are you?"}}"#;
        return (401, refusal.to_owned());
    }
    let path = heard.line.split('?').next().unwrap();
    let answer = if path == format!("POST /v1/{KEY}:encrypt") {
        let plain = STANDARD.decode(heard.json("plaintext")).unwrap();
        let ciphertext = [b"wrapped:", &plain[..]].concat();
        format!(
            r#"{{"name": "{KEY}/cryptoKeyVersions/1", "ciphertext": "{}", "ciphertextCrc32c": "{}",
                "verifiedPlaintextCrc32c": true}}"#,
            STANDARD.encode(&ciphertext),
            crc32c(&ciphertext)
        )
    } else {
        assert_eq!(path, format!("POST /v1/{KEY}:decrypt"));
        let ciphertext = STANDARD.decode(heard.json("ciphertext")).unwrap();
        let plain = ciphertext.strip_prefix(b"wrapped:").unwrap();
        format!(
            r#"{{"plaintext": "{}", "plaintextCrc32c": "{}", "usedPrimary": true}}"#,
            STANDARD.encode(plain),
            crc32c(plain)
        )
    };
    (200, answer)
}

fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ if sum & 1 == 1 { 0x82F6_3B78 } else { 0 }
        })
    })
}

fn service(settings: Settings) -> GcpKms {
    GcpKms::new(&GcpConfig {
        http: http(),
        settings,
        clock: || SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000),
    })
}

fn recipient() -> Recipient {
    Recipient::parse(RecipientKind::GcpKms, KEY).unwrap()
}

#[test]
fn sops_and_we_understand_each_other() {
    let url = playing(kms);
    let settings = [
        ("SOPS_GCP_KMS_ENDPOINT", url.as_str()),
        ("SOPS_GCP_KMS_CLIENT_TYPE", "rest"),
        ("GOOGLE_OAUTH_ACCESS_TOKEN", "the-token"),
    ];
    let sops = Sops::new(&settings);
    let service = service(Settings::from(settings));
    sops.opens(&recipient(), &service);
    let theirs = sops.encrypt(&["--gcp-kms", KEY]);
    assert_eq!(opened_by(&service, &theirs), recipient());
}

#[test]
fn a_service_account_signs_for_its_token() {
    let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let public = key.public_key().as_ref().to_vec();
    let url = playing(move |heard| {
        if !heard.line.starts_with("POST /token") {
            return kms(heard);
        }
        let assertion = heard.field("assertion").unwrap();
        let (signed, signature) = assertion.rsplit_once('.').unwrap();
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &public);
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        key.verify(signed.as_bytes(), &signature).unwrap();
        let claims = URL_SAFE_NO_PAD.decode(signed.split_once('.').unwrap().1);
        let claims = String::from_utf8(claims.unwrap()).unwrap();
        assert!(claims.contains(r#""iss":"sops@p.test""#), "{claims}");
        assert!(claims.contains(r#""iat":1700000000"#), "{claims}");
        (
            200,
            r#"{"access_token": "the-token", "expires_in": 3600}"#.to_owned(),
        )
    });
    let der: Pkcs8V1Der<'_> = key.as_der().unwrap();
    let content = serde_json::json!({
        "type": "service_account",
        "client_email": "sops@p.test",
        "private_key_id": "1",
        "private_key": format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(der.as_ref())
        ),
        "token_uri": format!("{url}/token"),
    });
    let content = content.to_string();
    let settings = [
        ("SOPS_GCP_KMS_ENDPOINT", &*url),
        ("GOOGLE_CREDENTIALS", &content),
    ];
    let service = service(Settings::from(settings));
    let enc = service.wrap(&recipient(), &DATA_KEY).unwrap();
    assert_eq!(**service.unwrap(&recipient(), &enc).unwrap(), DATA_KEY);
}

#[test]
fn what_was_damaged_on_the_way_is_no_key() {
    let url = playing(|heard| {
        let (status, answer) = kms(heard);
        (status, answer.replace("Crc32c\": \"", "Crc32c\": \"1"))
    });
    let settings = [
        ("SOPS_GCP_KMS_ENDPOINT", &*url),
        ("GOOGLE_OAUTH_ACCESS_TOKEN", "the-token"),
    ];
    let Err(KeyError::Failed(refusal)) =
        service(Settings::from(settings)).wrap(&recipient(), &DATA_KEY)
    else {
        panic!("taken");
    };
    assert!(refusal.contains("damaged"), "{refusal}");
}

#[test]
fn a_refusal_says_what_google_says() {
    let url = playing(kms);
    let settings = [
        ("SOPS_GCP_KMS_ENDPOINT", &*url),
        ("GOOGLE_OAUTH_ACCESS_TOKEN", "not-it"),
    ];
    let refusal = service(Settings::from(settings)).wrap(&recipient(), &DATA_KEY);
    let expected = "the server refused with status 401: who are you?".to_owned();
    assert_eq!(refusal, Err(KeyError::Failed(expected)));
}
