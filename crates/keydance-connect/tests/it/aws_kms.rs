//! AWS KMS, by moto, which stands in for AWS, and the real sops.

use std::process::Command;
use std::time::SystemTime;

use keydance_connect::Settings;
use keydance_connect::keys::aws_kms::{AwsConfig, AwsKms};
use keydance_sops::key_service::{KeyError, KeyService as _};
use keydance_sops::recipient::Recipient;
use tempfile::TempDir;

use crate::peers::{DATA_KEY, run};
use crate::real_sops::{Sops, http, opened_by};
use crate::servers::{Server, free_port, python};

/// Makes a key and a role; prints both ARNs.
const PREPARE: &str = "
import boto3, sys
def client(name):
    return boto3.client(name, endpoint_url=sys.argv[1], region_name='eu-west-1',
                        aws_access_key_id='test', aws_secret_access_key='test')
print(client('kms').create_key()['KeyMetadata']['Arn'])
print(client('iam').create_role(RoleName='sops', AssumeRolePolicyDocument='{}')['Role']['Arn'])
";

const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "test"),
    ("AWS_SECRET_ACCESS_KEY", "test"),
];

/// moto with a key and a role.
struct Moto {
    server: Server,
    key: String,
    role: String,
}

impl Moto {
    fn start() -> Self {
        let port = free_port().to_string();
        let url = format!("http://127.0.0.1:{port}");
        let mut command = Command::new(python().join("bin/moto_server"));
        command.args(["-H", "127.0.0.1", "-p", &port]);
        let server = Server::start(&mut command, url, "Running on");
        let mut script = Command::new(python().join("bin/python"));
        let arns = run(&mut script, &["-c", PREPARE, &server.url], b"");
        let arns = String::from_utf8(arns).unwrap();
        let (key, role) = arns.trim().split_once('\n').unwrap();
        let (key, role) = (key.to_owned(), role.to_owned());
        Self { server, key, role }
    }

    fn service(&self, settings: &[(&str, &str)]) -> AwsKms {
        let mut all = vec![("AWS_ENDPOINT_URL".to_owned(), self.server.url.clone())];
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        all.extend(settings.iter().map(owned));
        service(Settings::new(move |name| {
            let found = all.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.into())
        }))
    }

    fn recipient(&self, role: &str, context: &[(&str, &str)], profile: &str) -> Recipient {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Recipient::Kms {
            arn: self.key.clone(),
            role: role.to_owned(),
            context: context.iter().map(owned).collect(),
            aws_profile: profile.to_owned(),
        }
    }
}

fn service(settings: Settings) -> AwsKms {
    AwsKms::new(AwsConfig {
        http: http(),
        settings,
        clock: now,
        host: "test".to_owned(),
        warn: |_| {},
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "signatures are valid for minutes only"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

#[test]
fn sops_and_we_understand_each_other() {
    let moto = Moto::start();
    let service = moto.service(&KEYS);
    let url = ("AWS_ENDPOINT_URL", moto.server.url.as_str());
    let environment = [KEYS[0], KEYS[1], url];
    let sops = Sops::new(&environment);
    let context = [("app", "web"), ("stage", "test")];
    for recipient in [
        moto.recipient("", &[], ""),
        moto.recipient("", &context, ""),
        moto.recipient(&moto.role, &context, ""),
    ] {
        sops.opens(&recipient, &service);
    }
    let with_role = format!("{}+{}", moto.key, moto.role);
    let flags = [
        "--encryption-context",
        "app:web,stage:test",
        "--kms",
        &with_role,
    ];
    let recipient = moto.recipient(&moto.role, &context, "");
    assert_eq!(opened_by(&service, &sops.encrypt(&flags)), recipient);
    let flags = ["--kms", moto.key.as_str()];
    let recipient = moto.recipient("", &[], "");
    assert_eq!(opened_by(&service, &sops.encrypt(&flags)), recipient);
}

#[test]
fn another_context_does_not_open_unless_it_is_how_old_versions_wrapped() {
    let moto = Moto::start();
    let service = moto.service(&KEYS);
    let recipient = |context| moto.recipient("", context, "");
    let enc = service.wrap(&recipient(&[("a", "2"), ("b", "2")]), &DATA_KEY);
    let enc = enc.unwrap();
    let opened = service.unwrap(&recipient(&[("a", "1"), ("b", "2")]), &enc);
    assert_eq!(**opened.unwrap(), DATA_KEY);
    let refusal = service.unwrap(&recipient(&[("a", "1"), ("b", "1")]), &enc);
    let Err(KeyError::Failed(refusal)) = refusal else {
        panic!("opened");
    };
    assert!(refusal.contains("InvalidCiphertextException"), "{refusal}");
}

#[test]
fn a_profile_may_assume_a_role_with_the_credentials_of_another() {
    let moto = Moto::start();
    let folder = TempDir::new().unwrap();
    let config = folder.path().join("config");
    let credentials = folder.path().join("credentials");
    let text = format!(
        "[profile two]\nrole_arn = {}\nsource_profile = one\n",
        moto.role
    );
    std::fs::write(&config, text).unwrap();
    let text = "[one]\naws_access_key_id = test\naws_secret_access_key = test\n";
    std::fs::write(&credentials, text).unwrap();
    let settings = [
        ("AWS_CONFIG_FILE", config.to_str().unwrap()),
        ("AWS_SHARED_CREDENTIALS_FILE", credentials.to_str().unwrap()),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    let service = moto.service(&settings);
    for profile in ["one", "two"] {
        let recipient = moto.recipient("", &[], profile);
        let enc = service.wrap(&recipient, &DATA_KEY).unwrap();
        assert_eq!(**service.unwrap(&recipient, &enc).unwrap(), DATA_KEY);
    }
    let absent = service.wrap(&moto.recipient("", &[], "three"), &DATA_KEY);
    let places = vec![
        config.display().to_string(),
        credentials.display().to_string(),
    ];
    let reason = "there is no AWS profile three".to_owned();
    assert_eq!(absent, Err(KeyError::NoIdentity { reason, places }));
}

#[test]
fn without_credentials_every_place_is_named() {
    let moto = Moto::start();
    let service = moto.service(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1")]);
    let refusal = service.wrap(&moto.recipient("", &[], ""), &DATA_KEY);
    let Err(KeyError::NoIdentity { places, .. }) = refusal else {
        panic!("credentials from nowhere");
    };
    assert_eq!(places.last().map(String::as_str), Some("instance metadata"));
}
