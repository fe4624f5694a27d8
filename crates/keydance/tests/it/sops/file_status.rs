//! `filestatus`, beside the real sops.

use super::desk::{ALICE, Desk};

#[test]
fn a_file_is_encrypted_or_not_or_cannot_be_read() {
    let desk = Desk::new();
    desk.encrypted("encrypted.yaml", "a: 1\n", &[ALICE]);
    desk.encrypted("encrypted.env", "A=1\n", &[ALICE]);
    desk.write("plain.yaml", "a: 1\n");
    desk.write("broken.yaml", "a: [\n");
    let cut = |name: &str, what: &str| {
        let text = desk.read("encrypted.yaml");
        let lines = text
            .lines()
            .filter(|line| !line.trim_start().starts_with(what));
        desk.write(
            name,
            &lines.map(|line| format!("{line}\n")).collect::<String>(),
        );
    };
    cut("no-mac.yaml", "mac:");
    cut("no-version.yaml", "version:");
    for (name, code) in [
        ("encrypted.yaml", 0),
        ("encrypted.env", 0),
        ("plain.yaml", 0),
        ("no-mac.yaml", 0),
        ("broken.yaml", 1),
        ("absent.yaml", 1),
    ] {
        let theirs = desk.theirs(&["filestatus", name], &[]).code(code);
        let ours = desk.ours(&["filestatus", name], &[]).code(code);
        assert_eq!(ours.stdout, theirs.stdout, "{name}");
        let ours = desk.ours_as_sops(&["filestatus", name], &[]).code(code);
        assert_eq!(ours.stdout, theirs.stdout, "{name}");
    }
    let told = desk.ours(&["filestatus", "no-version.yaml"], &[]).code(0);
    assert_eq!(told.stdout, "{\"encrypted\":false}\n");
}

#[test]
fn of_several_files_each_is_named() {
    let desk = Desk::new();
    desk.encrypted("a.yaml", "a: 1\n", &[ALICE]);
    desk.write("b.yaml", "a: 1\n");
    let told = desk
        .ours(&["filestatus", "a.yaml", "b.yaml", "absent.yaml"], &[])
        .code(1);
    assert_eq!(
        told.stdout,
        "{\"file\":\"a.yaml\",\"encrypted\":true}\n{\"file\":\"b.yaml\",\"encrypted\":false}\n"
    );
    assert!(
        told.stderr.contains("1 of 3 files failed"),
        "{}",
        told.stderr
    );
}
