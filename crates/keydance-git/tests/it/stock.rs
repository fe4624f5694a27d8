//! What the real sops makes of `.sops.yaml` and of the files of identities.

use crate::organisation::Organisation;

#[test]
fn stock_gives_an_identity_the_recipients_that_it_has() {
    let organisation = Organisation::new();
    organisation.join("bob", &["admins"]);
    let path = organisation.git(&["ls-files", ".keydance/groups/admins"]);
    let before = organisation.read(path.trim());
    let own = organisation.alice.expose();
    let updated = organisation.sops(Some(own), &["updatekeys", "-y", path.trim()]);
    let said = String::from_utf8(updated.stderr).unwrap();
    assert!(
        updated.status.success() && said.contains("already up to date"),
        "{said}"
    );
    assert_eq!(organisation.read(path.trim()), before);
}

#[test]
fn stock_opens_the_identity_of_a_group_with_the_key_of_a_member() {
    let organisation = Organisation::new();
    let path = organisation.git(&["ls-files", ".keydance/groups/admins"]);
    let arguments = ["decrypt", "--extract", "[\"identity\"]", path.trim()];
    let opened = organisation.sops(Some(organisation.alice.expose()), &arguments);
    let opened = String::from_utf8(opened.stdout).unwrap();
    assert!(opened.starts_with("AGE-SECRET-KEY-1"));
    let encrypted = organisation.sops(
        Some(&opened),
        &[
            "encrypt",
            "--filename-override",
            "secrets/a/b.yaml",
            "keydance.yaml",
        ],
    );
    assert!(encrypted.status.success());
    organisation.write(
        "secrets/a/b.yaml",
        &String::from_utf8(encrypted.stdout).unwrap(),
    );
    let decrypted = organisation.sops(Some(&opened), &["decrypt", "secrets/a/b.yaml"]);
    assert!(decrypted.status.success());
}
