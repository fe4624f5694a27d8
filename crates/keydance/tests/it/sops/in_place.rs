//! `encrypt -i` and `decrypt -i` while others write.

use crate::tell;

use super::desk::{ALICE, Desk};

#[test]
fn what_is_written_while_a_file_is_encrypted_is_encrypted_too() {
    let desk = Desk::new();
    desk.write("f.yaml", "a: 1\n");
    // gpg, as far as sops knows; it cannot decrypt, so the recipient of age has to.
    let gpg = desk.script(
        "gpg",
        "cat >/dev/null; if mkdir asked 2>/dev/null; then echo 'b: 2' >>f.yaml; fi\n\
         printf -- '-----BEGIN PGP MESSAGE-----\\n\\nx\\n-----END PGP MESSAGE-----\\n'",
    );
    let fingerprint = "0123456789ABCDEF0123456789ABCDEF01234567";
    let arguments = [
        "encrypt",
        "-i",
        "--age",
        ALICE.recipient,
        "--pgp",
        fingerprint,
        "f.yaml",
    ];
    tell(desk.command(&arguments, &[]).env("SOPS_GPG_EXEC", gpg)).code(0);
    assert_eq!(desk.plain("f.yaml", &[ALICE]), "a: 1\nb: 2\n");
}

#[test]
fn what_is_written_while_a_file_is_decrypted_is_decrypted_too() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", "a: 1\n", &[ALICE]);
    desk.ours_while_sops_writes(&["decrypt", "-i", "f.yaml"])
        .code(0);
    assert_eq!(desk.read("f.yaml"), "a: 1\ntheirs: true\n");
}
