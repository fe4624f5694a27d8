//! The hook that hands stock sops the identities of groups.

use super::desk::Desk;
use crate::{KEYDANCE, tell};

#[test]
fn the_hook_prints_the_identity_of_one_recipient_or_all() {
    let desk = Desk::new();
    let roster = String::from_utf8(desk.read("keydance.yaml")).unwrap();
    let recipients = roster
        .lines()
        .filter_map(|line| line.trim().strip_prefix("recipient: "));
    let group = recipients.last().unwrap().to_owned();
    let all = desk.done("alice", &["identity"]).stdout;
    assert!(
        all.starts_with("AGE-SECRET-KEY-1") && all.lines().count() == 1,
        "{all}"
    );
    let asked = |recipient: &str| {
        let mut command = desk.command("alice", KEYDANCE, &["identity"]);
        tell(command.env("SOPS_AGE_RECIPIENT", recipient))
            .code(0)
            .stdout
    };
    assert_eq!(asked(&group), all);
    assert_eq!(asked("age1nobody"), "");
    desk.move_in("eve");
    assert_eq!(desk.done("eve", &["identity"]).stdout, "");
}

#[test]
fn outside_of_an_organisation_the_hook_prints_nothing() {
    let desk = Desk::new();
    let home = desk.home("alice");
    let outside = desk.done("alice", &["identity", "--repo", home.to_str().unwrap()]);
    assert_eq!((outside.stdout.as_str(), outside.stderr.as_str()), ("", ""));
}

#[test]
fn stock_edits_a_file_with_the_hook() {
    let desk = Desk::new();
    desk.encrypt("secrets/a.yaml", "a: 1\nb: 2\n");
    let mut set = desk.command("alice", "sops", &["set", "secrets/a.yaml", "[\"a\"]", "3"]);
    tell(set.env("SOPS_AGE_KEY_CMD", format!("{KEYDANCE} identity"))).code(0);
    assert!(
        desk.opens("alice", "secrets/a.yaml")
            .unwrap()
            .starts_with("a: 3")
    );
}
