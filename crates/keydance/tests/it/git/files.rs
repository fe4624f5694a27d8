//! The files of an organisation, through `keydance sops` itself.

use super::desk::Desk;
use crate::KEYDANCE;
use crate::tell;

#[test]
fn our_sops_opens_the_files_of_own_groups_by_itself() {
    let desk = Desk::new();
    desk.encrypt("secrets/db.yaml", "password: hunter2\n");
    desk.commit("a file");
    desk.move_in("bob");
    let decrypt = ["sops", "decrypt", "secrets/db.yaml"];
    tell(&mut desk.command("bob", KEYDANCE, &decrypt)).code(128);
    desk.join("bob", "admins");
    let told = tell(&mut desk.command("bob", KEYDANCE, &decrypt)).code(0);
    assert_eq!(told.stdout, "password: hunter2\n");
    let set = [
        "sops",
        "set",
        "secrets/db.yaml",
        r#"["password"]"#,
        r#""correct horse""#,
    ];
    tell(&mut desk.command("bob", KEYDANCE, &set)).code(0);
    assert_eq!(
        desk.opens("alice", "secrets/db.yaml").as_deref(),
        Some("password: correct horse\n")
    );
}
