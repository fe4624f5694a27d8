//! Requests, signed by the real ssh-keygen.

use std::path::Path;
use std::process::Command;

use keydance_git::event::{REQUEST_NAMESPACE, Request, RequestError};
use keydance_git::roster::parse_recipient;
use tempfile::TempDir;

use crate::organisation::{identity, program};

/// Makes a signing key and gives its public half.
fn signing_key(folder: &Path, name: &str) -> String {
    let place = folder.join(name);
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"])
        .arg(&place)
        .status();
    assert!(made.unwrap().success());
    let public = std::fs::read_to_string(place.with_extension("pub")).unwrap();
    public.trim().to_owned()
}

fn signed(folder: &Path, request: &Request, key: &str) -> String {
    let place = folder.join("statement");
    std::fs::write(&place, request.statement()).unwrap();
    let key = folder.join(key);
    let made = Command::new("ssh-keygen")
        .args(["-q", "-Y", "sign", "-n", REQUEST_NAMESPACE, "-f"])
        .arg(key)
        .arg(&place)
        .status();
    assert!(made.unwrap().success());
    let signature = std::fs::read_to_string(folder.join("statement.sig")).unwrap();
    std::fs::remove_file(folder.join("statement.sig")).unwrap();
    format!("{}\n{signature}", request.statement())
}

fn request(signing: &str) -> Request {
    Request {
        who: "bob".parse().unwrap(),
        device: "laptop".parse().unwrap(),
        recipient: parse_recipient(identity().recipient()).unwrap(),
        signing: signing.to_owned(),
        at: "2026-01-05T09:00:00Z".parse().unwrap(),
    }
}

fn read(folder: &TempDir, text: &str) -> Result<Request, RequestError> {
    let scratch = folder.path().join("scratch");
    let read = Request::read(text.as_bytes(), &program("ssh-keygen"), &scratch);
    assert!(!scratch.exists());
    read
}

#[test]
fn a_request_is_signed_by_the_key_that_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let request = request(&signing_key(folder.path(), "bob"));
    let text = signed(folder.path(), &request, "bob");
    assert_eq!(read(&folder, &text), Ok(request.clone()));
    assert_eq!(request.fingerprint().len(), 8 * 5 - 1);
    let other = text.replacen("who: bob", "who: eve", 1);
    assert!(matches!(
        read(&folder, &other),
        Err(RequestError::Signature(_))
    ));
    let more = text.replacen("\n\n", "\nadmin: true\n\n", 1);
    assert!(read(&folder, &more).is_err());
}

#[test]
fn a_request_signed_by_another_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let request = request(&signing_key(folder.path(), "bob"));
    signing_key(folder.path(), "eve");
    let text = signed(folder.path(), &request, "eve");
    assert!(matches!(
        read(&folder, &text),
        Err(RequestError::Signature(_))
    ));
    assert!(read(&folder, &request.statement()).is_err());
    assert!(read(&folder, "").is_err());
    assert!(read(&folder, &"a".repeat(70_000)).is_err());
}
