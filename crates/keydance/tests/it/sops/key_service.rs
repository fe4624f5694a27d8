//! `keyservice`, and whoever asks one.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use super::desk::{ALICE, Desk};

const PLAIN: &str = "a: 1\n";

/// A key service with Alice's identity, until the test ends.
struct Service {
    process: Child,
    address: String,
}

impl Service {
    fn start(desk: &Desk, arguments: &[&str]) -> Self {
        let mut command = desk.command(&[&["keyservice"], arguments].concat(), &[ALICE]);
        let process = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut service = Self {
            process,
            address: String::new(),
        };
        let mut line = String::new();
        let mut said = BufReader::new(service.process.stderr.take().unwrap());
        said.read_line(&mut line).unwrap();
        service.address = line
            .trim()
            .strip_prefix("Listening on ")
            .unwrap_or_else(|| panic!("{line}"))
            .to_owned();
        service
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

#[test]
fn both_programs_open_a_file_with_keys_of_the_service_only() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    let socket = desk.path("socket");
    let socket = ["--network", "unix", "--address", socket.to_str().unwrap()];
    for arguments in [&socket[..], &["--address", "127.0.0.1:0"]] {
        let service = Service::start(&desk, arguments);
        let decrypt = ["decrypt", "--keyservice", &service.address, "f.yaml"];
        assert_eq!(desk.ours(&decrypt, &[]).code(0).stdout, PLAIN);
        assert_eq!(desk.theirs(&decrypt, &[]).code(0).stdout, PLAIN);
        let only = [
            "decrypt",
            "--enable-local-keyservice=false",
            "--keyservice",
            &service.address,
            "f.yaml",
        ];
        assert_eq!(desk.ours(&only, &[]).code(0).stdout, PLAIN);
    }
}

#[test]
fn every_service_that_was_asked_gives_its_reason() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    let decrypt = ["decrypt", "--keyservice", "unix:///nonexistent", "f.yaml"];
    let told = desk.ours(&decrypt, &[]).code(128);
    let reason = "key service unix:///nonexistent: it does not answer";
    assert!(told.stderr.contains(reason), "{}", told.stderr);
    assert!(told.stderr.contains("keys.txt"), "{}", told.stderr);
}

#[test]
fn a_service_is_not_open_to_other_machines_unless_that_was_said() {
    let desk = Desk::new();
    let told = desk.ours(&["keyservice", "--address", "0.0.0.0:0"], &[]);
    let told = told.code(1);
    assert!(told.stderr.contains("--insecure-listen"), "{}", told.stderr);
    let open = ["--address", "0.0.0.0:0", "--insecure-listen"];
    assert!(Service::start(&desk, &open).address.contains("0.0.0.0"));
}

#[test]
fn asking_needs_a_terminal() {
    let desk = Desk::new();
    let arguments = ["keyservice", "--prompt", "--address", "127.0.0.1:0"];
    let told = desk.ours_reading(&arguments, &[ALICE], "y\n").code(1);
    assert!(told.stderr.contains("terminal"), "{}", told.stderr);
}

#[test]
fn a_key_of_huawei_cloud_is_named_with_what_to_do() {
    let desk = Desk::new();
    desk.write("f.yaml", PLAIN);
    let encrypt = ["encrypt", "-i", "--hckms", "eu-west-101:0000", "f.yaml"];
    let told = desk.ours(&encrypt, &[]).code(1);
    assert!(told.stderr.contains("eu-west-101:0000"), "{}", told.stderr);
    assert!(told.stderr.contains("use sops itself"), "{}", told.stderr);
    assert_eq!(desk.read("f.yaml"), PLAIN);
}
