//! `publish`, beside the real sops: Vault KV by the real OpenBao, S3 by moto, Google Cloud Storage
//! by an emulator.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::desk::{ALICE, BOB, Desk};
use super::servers::{Server, open_bao, python};
use crate::{Told, tell, tell_with};

const PLAIN: &str = "a: 1\nb: text\nm:\n    x: 2.5\n    l:\n        - 1\n# c\nt: 2025-01-02T03:04:05Z\n\
                     e: \"\"\nx_unencrypted: plain\n";

/// What is in it, as a Vault has it.
fn values() -> Value {
    json!({"a": 1, "b": "text", "m": {"x": 2.5, "l": [1]}, "t": "2025-01-02T03:04:05Z", "e": "",
           "x_unencrypted": "plain"})
}

/// A desk whose configuration says where files go, with the file `f.yaml`.
fn desk(rules: &str) -> Desk {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    desk.write(".sops.yaml", &format!("destination_rules:\n{rules}"));
    desk
}

/// A folder `d` with the files `d/f.yaml` and `d/e/g.env`.
fn folder(desk: &Desk) {
    fs::create_dir_all(desk.path("d/e")).unwrap();
    desk.encrypted("d/f.yaml", PLAIN, &[ALICE]);
    desk.encrypted("d/e/g.env", "A=b\n", &[ALICE]);
}

/// Runs a program as Alice with these variables.
fn with(mut command: Command, variables: &[(&str, &str)]) -> Told {
    tell(command.envs(variables.iter().copied()))
}

const S3: &str = "  - s3_bucket: bucket\n    s3_prefix: pre/\n";

/// moto with a user who may put files into `bucket`; gives the user's keys.
fn moto() -> (Server, Vec<(String, String)>) {
    const PREPARE: &str = "
import boto3, json, sys
def client(name, **keys):
    return boto3.client(name, endpoint_url=sys.argv[1], region_name='eu-west-1',
                        aws_access_key_id='test', aws_secret_access_key='test')
iam = client('iam')
iam.create_user(UserName='u')
key = iam.create_access_key(UserName='u')['AccessKey']
allow = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 's3:*', 'Resource': '*'}]}
iam.put_user_policy(UserName='u', PolicyName='p', PolicyDocument=json.dumps(allow))
client('s3').create_bucket(Bucket='bucket', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})
print(key['AccessKeyId'], key['SecretAccessKey'])
";
    let server = Server::moto(4);
    let mut script = Command::new(python().join("bin/python"));
    let told = tell(script.args(["-c", PREPARE, &server.url])).code(0);
    let (id, secret) = told.stdout.trim().split_once(' ').unwrap();
    let variables = [
        ("AWS_ENDPOINT_URL", server.url.as_str()),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", id),
        ("AWS_SECRET_ACCESS_KEY", secret),
    ];
    let owned = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    (server, owned.into())
}

/// What is in a bucket of moto: name, type and content of each file.
fn in_moto(variables: &[(&str, &str)]) -> Value {
    const LIST: &str = "
import boto3, json, os
s3 = boto3.client('s3')
found = {}
for each in s3.list_objects(Bucket='bucket').get('Contents', []):
    object = s3.get_object(Bucket='bucket', Key=each['Key'])
    found[each['Key']] = [object['ContentType'], object['Body'].read().decode()]
print(json.dumps(found))
";
    let mut script = Command::new(python().join("bin/python"));
    script.args(["-c", LIST]);
    with(script, variables).code(0).json()
}

fn borrowed(variables: &[(String, String)]) -> Vec<(&str, &str)> {
    let pairs = variables.iter();
    pairs
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

#[test]
fn a_file_goes_to_s3_as_it_is_and_signed_as_s3_wants_it() {
    let (_moto, variables) = moto();
    let variables = borrowed(&variables);
    let desk = desk(S3);
    folder(&desk);
    desk.encrypted("b ü+&=.yaml", PLAIN, &[ALICE]);
    let publish = |path: &str| {
        // A file that is not opened needs no identity.
        with(desk.command(&["publish", "-y", path], &[]), &variables)
    };
    with(desk.real(&["publish", "-y", "f.yaml"], &[]), &variables).code(0);
    let theirs = in_moto(&variables);
    publish("f.yaml").code(0);
    assert_eq!(in_moto(&variables), theirs);
    assert_eq!(theirs["pre/f.yaml"][1], desk.read("f.yaml"));
    publish("b ü+&=.yaml").code(0);
    with(
        desk.command(
            &["publish", "-y", "--recursive", "--omit-extensions", "./d"],
            &[],
        ),
        &variables,
    )
    .code(0);
    let ours = in_moto(&variables);
    assert_eq!(ours["pre/b ü+&=.yaml"][1], desk.read("b ü+&=.yaml"));
    assert_eq!(ours["pre/f"][1], desk.read("d/f.yaml"));
    assert_eq!(ours["pre/e/g"][1], desk.read("d/e/g.env"));

    let stranger = [&variables[..], &[("AWS_SECRET_ACCESS_KEY", "not-it")]].concat();
    let told = with(desk.command(&["publish", "-y", "f.yaml"], &[]), &stranger).code(1);
    assert!(
        told.stderr.contains("SignatureDoesNotMatch"),
        "{}",
        told.stderr
    );
    assert!(!told.stderr.contains("not-it"));
    let nowhere = [&variables[..1], &variables[2..]].concat();
    let told = with(desk.command(&["publish", "-y", "f.yaml"], &[]), &nowhere).code(1);
    assert!(told.stderr.contains("no AWS region"), "{}", told.stderr);
    with(desk.real(&["publish", "-y", "f.yaml"], &[]), &nowhere).code(1);
}

#[test]
fn a_recreation_rule_encrypts_the_copy_for_others() {
    let (_moto, variables) = moto();
    let variables = borrowed(&variables);
    let rule = format!(
        "{S3}    recreation_rule:\n      age: {}\n      encrypted_regex: ^b$\n",
        BOB.recipient
    );
    let desk = desk(&rule);
    let before = desk.read("f.yaml");
    let publish = ["publish", "-y", "f.yaml"];
    let theirs = with(desk.real(&publish, &[ALICE]), &variables).code(0);
    let ours = with(desk.command(&publish, &[ALICE]), &variables).code(0);
    assert_eq!(ours.stdout, theirs.stdout);
    assert!(ours.stdout.contains(&format!("+++ {}\n", BOB.recipient)));
    assert_eq!(desk.read("f.yaml"), before);
    let copy = in_moto(&variables)["pre/f.yaml"][1].clone();
    desk.write("copy.yaml", copy.as_str().unwrap());
    // sops heeds only suffixes of a recreation rule; here every rule counts.
    assert!(
        desk.read("copy.yaml").contains("\na: 1\n") || desk.read("copy.yaml").starts_with("a: 1\n")
    );
    assert_eq!(desk.plain("copy.yaml", &[BOB]), PLAIN);
    desk.theirs(&["decrypt", "copy.yaml"], &[ALICE]).code(128);
    // Whoever cannot open the file cannot encrypt it anew.
    with(desk.command(&publish, &[BOB]), &variables).code(128);
    with(desk.real(&publish, &[BOB]), &variables).code(128);
}

#[test]
fn a_file_goes_to_google_as_it_is() {
    let google = Server::google_storage("bucket");
    let variables = [("STORAGE_EMULATOR_HOST", google.url.as_str())];
    let desk = desk("  - gcs_bucket: bucket\n    gcs_prefix: pre/\n");
    desk.encrypted("b ü+&=.yaml", PLAIN, &[ALICE]);
    let stored = |name: &str| {
        let place = format!("{}/storage/v1/b/bucket/o/{name}", google.url);
        let about = tell(Command::new("curl").args(["-sf", &place]))
            .code(0)
            .json();
        let content = tell(Command::new("curl").args(["-sf", &format!("{place}?alt=media")]));
        (about["name"].clone(), content.code(0).stdout)
    };
    with(desk.real(&["publish", "-y", "f.yaml"], &[]), &variables).code(0);
    let theirs = stored("pre%2Ff.yaml");
    with(desk.command(&["publish", "-y", "f.yaml"], &[]), &variables).code(0);
    assert_eq!(stored("pre%2Ff.yaml"), theirs);
    assert_eq!(theirs, (json!("pre/f.yaml"), desk.read("f.yaml")));
    with(
        desk.command(&["publish", "-y", "b ü+&=.yaml"], &[]),
        &variables,
    )
    .code(0);
    let (name, content) = stored("pre%2Fb%20%C3%BC%2B%26%3D.yaml");
    assert_eq!(
        (name, content),
        (json!("pre/b ü+&=.yaml"), desk.read("b ü+&=.yaml"))
    );
    desk.write(".sops.yaml", "destination_rules:\n  - gcs_bucket: absent\n");
    with(desk.command(&["publish", "-y", "f.yaml"], &[]), &variables).code(1);
}

#[test]
fn the_values_of_a_file_go_to_a_vault_unless_they_are_there() {
    const TOKEN: &str = "root-of-the-test";
    let desk = desk(
        "  - path_regex: ^d/\n    vault_path: one/\n    vault_kv_mount_name: kv1/\n    \
         vault_kv_version: 1\n    omit_extensions: true\n  - vault_path: two\n",
    );
    folder(&desk);
    let bao = Server::open_bao(&desk.path("."), TOKEN);
    let variables = [
        ("VAULT_ADDR", bao.url.as_str()),
        ("BAO_ADDR", &bao.url),
        ("VAULT_TOKEN", TOKEN),
    ];
    let mut enable = open_bao();
    enable.args(["secrets", "enable", "-path=kv1", "-version=1", "kv"]);
    with(enable, &variables).code(0);
    let stored = |path: &str| {
        let mut curl = Command::new("curl");
        let place = format!("{}/v1/{path}", bao.url);
        curl.args(["-sf", "-H", &format!("X-Vault-Token: {TOKEN}"), &place]);
        tell(&mut curl).code(0).json()["data"].clone()
    };
    let ours = |arguments: &[&str]| {
        let all = [&["publish", "-y"], arguments].concat();
        with(desk.command(&all, &[ALICE]), &variables)
            .code(0)
            .stderr
    };
    with(
        desk.real(&["publish", "-y", "f.yaml"], &[ALICE]),
        &variables,
    )
    .code(0);
    let theirs = stored("secret/data/two/f.yaml");
    assert_eq!(
        (&theirs["data"], &theirs["metadata"]["version"]),
        (&values(), &json!(1))
    );
    // Equal values make no new version; with numbers among them, sops makes one.
    assert!(ours(&["f.yaml"]).contains("already up to date"));
    assert_eq!(stored("secret/data/two/f.yaml"), theirs);
    desk.ours(&["set", "f.yaml", "[\"a\"]", "2"], &[ALICE])
        .code(0);
    assert!(ours(&["f.yaml"]).contains("published to"));
    let newer = stored("secret/data/two/f.yaml");
    assert_eq!(
        (&newer["data"]["a"], &newer["metadata"]["version"]),
        (&json!(2), &json!(2))
    );

    ours(&["--recursive", "d"]);
    assert_eq!(stored("kv1/one/f"), values());
    assert_eq!(stored("kv1/one/e/g"), json!({"A": "b"}));
    let told = with(
        desk.real(&["publish", "-y", "--recursive", "d"], &[ALICE]),
        &variables,
    );
    told.code(0);
    assert_eq!(stored("kv1/one/f"), values());

    let stranger = [("VAULT_ADDR", bao.url.as_str()), ("VAULT_TOKEN", "not-it")];
    for (command, people, code) in [("f.yaml", &[ALICE][..], 1), ("f.yaml", &[BOB], 128)] {
        let publish = ["publish", "-y", command];
        with(desk.command(&publish, people), &stranger).code(code);
        with(desk.real(&publish, people), &stranger).code(code);
    }
}

#[test]
fn it_asks_as_sops_asks_before_anything_is_sent() {
    let desk = desk(S3);
    folder(&desk);
    for arguments in [
        &["publish", "f.yaml"][..],
        &["publish", "--omit-extensions", "./f.yaml"],
        &["publish", "--recursive", "d"],
    ] {
        for answers in ["n\nn\n", "what\nn\nn\n", "\n", ""] {
            let told = [
                tell_with(&mut desk.command(arguments, &[]), answers),
                tell_with(&mut desk.real(arguments, &[]), answers),
            ];
            let [ours, theirs] = told;
            assert_eq!(ours.stdout, theirs.stdout, "{arguments:?} {answers:?}");
            assert_eq!(ours.code, theirs.code, "{arguments:?} {answers:?}");
        }
    }
}

#[test]
fn what_cannot_be_published_ends_as_with_sops() {
    let desk = desk("  - path_regex: \\.yaml$\n    s3_bucket: bucket\n");
    fs::create_dir(desk.path("d")).unwrap();
    desk.write("plain.yaml", PLAIN);
    desk.write("other.json", "{}");
    for (arguments, code) in [
        (&["publish"][..], 100),
        (&["publish", "-y", "absent.yaml"], 1),
        (&["publish", "-y", "d"], 1),
        (&["publish", "-y", "plain.yaml"], 1),
        (&["publish", "-y", "other.json"], 1),
        (&["--config", "absent", "publish", "-y", "f.yaml"], 1),
        (
            &["publish", "-y", "--decryption-order", "age,age", "f.yaml"],
            112,
        ),
    ] {
        let ours = desk.ours(arguments, &[]);
        assert!(ours.stderr.contains("error: "), "{}", ours.stderr);
        assert_eq!(ours.code(code).stdout, "");
        desk.theirs(arguments, &[]).code(code);
    }
    let told = desk.ours(&["publish", "--dry-run", "f.yaml"], &[]).code(0);
    assert_eq!(
        told.stderr,
        "f.yaml: would be published to s3://bucket/f.yaml\n"
    );
    desk.write(".sops.yaml", "creation_rules: []\n");
    for told in [
        desk.ours(&["publish", "-y", "f.yaml"], &[]),
        desk.theirs(&["publish", "-y", "f.yaml"], &[]),
    ] {
        told.code(1);
    }
}
