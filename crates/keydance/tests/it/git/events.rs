//! Joining, leaving and devices on the command line.

use super::desk::Desk;

#[test]
fn a_person_joins_with_a_request_and_leaves_with_a_reason() {
    let desk = Desk::new();
    desk.encrypt("secrets/a.yaml", "a: sesame\n");
    desk.commit("a file");
    desk.join("bob", "admins");
    assert_eq!(
        desk.opens("bob", "secrets/a.yaml").as_deref(),
        Some("a: sesame\n")
    );
    let again = desk.done("alice", &["join", "bob", "--groups", "admins", "--apply"]);
    assert!(again.stdout.contains("nothing to do"), "{}", again.stdout);
    let silent = desk.keydance("alice", &["leave", "bob", "--apply"]).code(2);
    assert!(silent.stderr.contains("--reason"), "{}", silent.stderr);
    let left = desk.keydance(
        "alice",
        &["leave", "bob", "--apply", "--reason", "last day", "--json"],
    );
    let left = left.code(6).json();
    assert_eq!(left["data"]["state"], "done");
    assert_eq!(left["data"]["generations"]["admins"], 2);
    assert!(
        left["data"]["residue"][0]
            .as_str()
            .unwrap()
            .contains("bob may know")
    );
    assert_eq!(
        desk.git(&["log", "-1", "--format=%B"]).trim(),
        "bob leaves\n\nlast day"
    );
    assert_eq!(desk.opens("bob", "secrets/a.yaml"), None);
    assert!(desk.opens("alice", "secrets/a.yaml").is_some());
    desk.done(
        "alice",
        &["leave", "bob", "--apply", "--reason", "last day"],
    );
    assert_eq!(desk.git(&["status", "--porcelain"]), "");
}

#[test]
fn nothing_is_done_without_apply_where_nobody_can_be_asked() {
    let desk = Desk::new();
    let before = desk.git(&["rev-parse", "HEAD"]);
    let (request, _) = desk.request("bob", "laptop");
    let join = ["join", "bob", "--groups", "admins", "--request", &request];
    let planned = desk.keydance("alice", &join).code(6);
    assert!(
        planned.stdout.contains("bob joins admins"),
        "{}",
        planned.stdout
    );
    desk.done("alice", &[&join[..], &["--dry-run"][..]].concat());
    assert_eq!(desk.git(&["rev-parse", "HEAD"]), before);
    assert_eq!(desk.git(&["status", "--porcelain"]), "");
    desk.done(
        "alice",
        &[&join[..], &["--apply", "--no-commit"][..]].concat(),
    );
    assert_eq!(desk.git(&["rev-parse", "HEAD"]), before);
    assert!(
        desk.git(&["status", "--porcelain"])
            .contains(" M keydance.yaml")
    );
}

#[test]
fn a_request_with_another_fingerprint_lets_nobody_in() {
    let desk = Desk::new();
    let (request, _) = desk.request("bob", "laptop");
    let other = [
        "join",
        "bob",
        "--groups",
        "admins",
        "--apply",
        "--fingerprint",
        "0000",
    ];
    let refused = desk.keydance(
        "alice",
        &[&other[..], &["--request", &request][..]].concat(),
    );
    assert!(refused.code(3).stderr.contains("another fingerprint"));
    let text = std::fs::read_to_string(&request)
        .unwrap()
        .replacen("who: bob", "who: eve", 1);
    std::fs::write(&request, text).unwrap();
    let forged = [
        "join",
        "eve",
        "--groups",
        "admins",
        "--apply",
        "--request",
        &request,
    ];
    let forged = desk.keydance("alice", &forged).code(2);
    assert!(
        forged.stderr.contains("not signed by the key"),
        "{}",
        forged.stderr
    );
}

#[test]
fn a_node_is_let_into_its_class() {
    let desk = Desk::new();
    let web = [
        "--new-group",
        "web",
        "--members",
        "@admins",
        "--admins",
        "alice",
    ];
    let web = [&["sync", "--apply", "--match", "web/**"][..], &web[..]].concat();
    desk.done("alice", &web);
    desk.encrypt("web/a.env", "A=1\n");
    desk.commit("a file");
    let (request, _) = desk.request("node:web-1", "laptop");
    let enrol = [
        "node",
        "enrol",
        "--class",
        "web",
        "--name",
        "web-1",
        "--request",
        &request,
        "--apply",
    ];
    desk.done("alice", &enrol);
    assert_eq!(
        desk.opens("node-web-1", "web/a.env").as_deref(),
        Some("A=1\n")
    );
    assert!(desk.opens("alice", "web/a.env").is_some());
}

#[test]
fn a_device_takes_the_place_of_another_and_one_gets_lost() {
    let desk = Desk::new();
    desk.encrypt("secrets/a.yaml", "a: sesame\n");
    desk.commit("a file");
    desk.join("bob", "admins");
    let (request, _) = desk.request("bob", "desk");
    desk.done(
        "alice",
        &[
            "device",
            "rotate",
            "bob/laptop",
            "--request",
            &request,
            "--apply",
        ],
    );
    // Both keys are in Bob's home; the roster has only one of them open.
    assert!(desk.opens("bob", "secrets/a.yaml").is_some());
    let lost = [
        "device",
        "lost",
        "bob/desk",
        "--apply",
        "--reason",
        "left in a train",
    ];
    desk.keydance("alice", &lost).code(6);
    assert_eq!(desk.opens("bob", "secrets/a.yaml"), None);
    let roster = String::from_utf8(desk.read("keydance.yaml")).unwrap();
    assert!(roster.contains("lost: true"), "{roster}");
}

#[test]
fn what_cannot_be_says_why_and_what_to_do() {
    let desk = Desk::new();
    for (arguments, code, part) in [
        (
            &["join", "bob", "--groups", "admins"][..],
            4,
            "there is no person bob",
        ),
        (
            &["join", "alice", "--groups", "nobody"],
            4,
            "there is no group nobody",
        ),
        (
            &["leave", "alice", "--reason", "x"],
            3,
            "another admin has to do it",
        ),
        (
            &["init", "acme", "--device", "alice/laptop"],
            5,
            "there is a keydance.yaml here already",
        ),
    ] {
        let told = desk.keydance("alice", arguments).code(code);
        assert!(told.stderr.contains(part), "{}", told.stderr);
    }
    std::fs::write(
        desk.repository().join("keydance.yaml"),
        "keydance: 1\nusers: {}\n",
    )
    .unwrap();
    let told = desk.keydance("alice", &["sync"]).code(2);
    assert!(
        told.stderr.contains("keydance.yaml: line"),
        "{}",
        told.stderr
    );
    let outside = ["sync", "--repo", "/"];
    desk.keydance("alice", &outside).code(2);
}
