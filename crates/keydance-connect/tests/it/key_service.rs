//! Key services: the real sops as a client of ours, and we as clients of its.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use keydance_connect::key_service::{Listening, RemoteKeys, serve};
use keydance_sops::age::AgeIdentities;
use keydance_sops::key_service::{KeyError, KeyService};
use keydance_sops::policy::{Allow, Policy};
use keydance_sops::recipient::{Recipient, RecipientKind};
use keydance_sops::services::KeyServices;
use tempfile::TempDir;

use crate::peers::{DATA_KEY, program, run};
use crate::real_sops::{Sops, opened_by};
use crate::servers::{Server, free_port};

/// An age key.
struct Age {
    identity: String,
    recipient: Recipient,
}

impl Age {
    fn new() -> Self {
        let identity = run::<&str>(&mut Command::new(program("age-keygen")), &[], b"");
        let recipient = run(
            Command::new(program("age-keygen")).arg("-y"),
            &["-"],
            &identity,
        );
        let recipient = String::from_utf8(recipient).unwrap();
        Self {
            identity: String::from_utf8(identity).unwrap(),
            recipient: Recipient::parse(RecipientKind::Age, &recipient).unwrap(),
        }
    }

    /// Our service for it.
    fn service(&self) -> AgeIdentities {
        let mut identities = AgeIdentities::new(Arc::new(|_| None));
        identities.add("test", self.identity.as_bytes()).unwrap();
        identities
    }

    /// The address of our service for it.
    fn serving(&self, listening: Listening) -> String {
        let service = self.service();
        serving(listening, || service)
    }
}

/// Serves until the tests end; gives the address.
fn serving<S: KeyService>(
    listening: Listening,
    service: impl FnOnce() -> S + Send + 'static,
) -> String {
    let address = listening.to_string();
    std::thread::spawn(move || serve(listening, &service(), 2).unwrap());
    address
}

fn remote(address: &str) -> RemoteKeys {
    RemoteKeys::new(address.to_owned(), Duration::from_secs(60))
}

fn loopback() -> Listening {
    Listening::tcp(&["127.0.0.1:0".parse().unwrap()]).unwrap()
}

#[test]
fn sops_asks_us() {
    let age = Age::new();
    let folder = TempDir::new().unwrap();
    let socket = Listening::unix(&folder.path().join("socket")).unwrap();
    for listening in [loopback(), socket] {
        let address = age.serving(listening);
        let environment = [
            ("SOPS_KEYSERVICE", address.as_str()),
            ("SOPS_ENABLE_LOCAL_KEYSERVICE", "false"),
        ];
        let sops = Sops::new(&environment);
        sops.opens(&age.recipient, &age.service());
        let theirs = sops.encrypt(&["--age", &age.recipient.identity()]);
        assert_eq!(opened_by(&age.service(), &theirs), age.recipient);
    }
}

#[test]
fn we_ask_sops() {
    let age = Age::new();
    let folder = TempDir::new().unwrap();
    let socket = folder.path().join("socket");
    let address = format!("127.0.0.1:{}", free_port());
    for (network, address, url) in [
        ("tcp", address.as_str(), format!("tcp://{address}")),
        (
            "unix",
            socket.to_str().unwrap(),
            format!("unix://{}", socket.display()),
        ),
    ] {
        let mut command = Command::new(program("sops"));
        command
            .args(["keyservice", "--verbose"])
            .args(["--network", network, "--address", address])
            .env("SOPS_AGE_KEY", &age.identity)
            .env("SOPS_DISABLE_VERSION_CHECK", "1")
            .env("HOME", folder.path());
        let _server = Server::start(&mut command, url.clone(), "Listening on");
        let service = remote(&url);
        Sops::new(&[("SOPS_AGE_KEY", &age.identity)]).opens(&age.recipient, &service);
        let enc = service.wrap(&age.recipient, &DATA_KEY).unwrap();
        assert_eq!(**service.unwrap(&age.recipient, &enc).unwrap(), DATA_KEY);
    }
}

#[test]
fn what_is_denied_stays_denied_and_the_reason_comes_across() {
    let mut policy = Policy::allow_all();
    policy.pgp = Allow::Only(Vec::new());
    let address = serving(loopback(), || KeyServices::new(policy));
    let refusal = |kind, text| {
        let recipient = Recipient::parse(kind, text).unwrap();
        let refusal = remote(&address).wrap(&recipient, &DATA_KEY);
        refusal.err().unwrap().to_string()
    };
    assert_eq!(
        refusal(RecipientKind::Pgp, "ABCD"),
        format!(
            "key service {address}: it refused with status 7: \
             pgp recipient ABCD is not allowed by policy"
        )
    );
    assert!(refusal(RecipientKind::HcKms, "region:uuid").contains("status 5"));
}

#[test]
fn several_clients_are_served_at_once_and_a_broken_one_harms_nobody() {
    use std::io::Write as _;

    let age = Age::new();
    let address = age.serving(loopback());
    let host = address.strip_prefix("tcp://").unwrap();
    let mut silent = std::net::TcpStream::connect(host).unwrap();
    silent.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let enc = remote(&address).wrap(&age.recipient, &DATA_KEY).unwrap();
                let opened = remote(&address).unwrap(&age.recipient, &enc);
                assert_eq!(**opened.unwrap(), DATA_KEY);
            });
        }
    });
}

#[test]
fn a_socket_is_its_owners_and_replaces_one_that_was_left_behind() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = TempDir::new().unwrap();
    let path = folder.path().join("socket");
    drop(Listening::unix(&path).unwrap());
    let listening = Listening::unix(&path).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(Listening::unix(&path).is_err());
    drop(listening);
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, "content").unwrap();
    assert!(Listening::unix(&path).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"content");
}

#[test]
fn a_service_that_is_not_there_or_silent_is_named() {
    let age = Age::new();
    for (address, problem) in [
        ("http://x", "an address is tcp://HOST:PORT or unix:///PATH"),
        ("unix:///nonexistent", "it does not answer"),
    ] {
        let Err(KeyError::Failed(refusal)) = remote(address).wrap(&age.recipient, &DATA_KEY) else {
            panic!("wrapped");
        };
        let expected = format!("key service {address}: {problem}");
        assert!(refusal.starts_with(&expected), "{refusal}");
    }
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    let service = RemoteKeys::new(address.clone(), Duration::from_millis(100));
    let late = format!("key service {address}: it took too long");
    assert_eq!(
        service.wrap(&age.recipient, &DATA_KEY),
        Err(KeyError::Failed(late))
    );
}
