use super::*;
use crate::roster::{parse_recipient, parse_time};

const TEXT: &str = r#"# who we are
keydance: 1
organisation: acme
governance: platform

people:
  alice:
    name: Alice Ng        # since the beginning
    from: 2026-01-05T09:00:00Z
    devices:
      laptop: {recipient: age1alice, from: 2026-01-05T09:00:00Z}
  bob:
    from: 2026-01-05T09:00:00Z
    devices:
      desk: {recipient: age1bob, from: 2026-01-05T09:00:00Z}

groups:
  # everybody who builds
  platform:
    members:
      alice: {from: 2026-01-05T09:00:00Z}
      bob: {from: 2026-01-05T09:00:00Z}
    admins: [alice, bob]
    generation: 1
    recipient: age1platform
paths:
  - match: secrets/**   # all of them
    readers: [platform]
"#;

fn at(text: &str) -> Timestamp {
    parse_time(text).unwrap()
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// The lines that a change removes and adds.
fn difference(old: &str, change: impl FnOnce(&mut Draft)) -> String {
    let mut draft = Draft::of(old.as_bytes()).unwrap();
    change(&mut draft);
    let new = String::from_utf8(draft.finish().unwrap().text).unwrap();
    let mut left: Vec<&str> = new.lines().collect();
    let mut shown = Vec::new();
    for line in old.lines() {
        match left.iter().position(|new| *new == line) {
            Some(at) => {
                left.remove(at);
            }
            None => shown.push(format!("-{line}\n")),
        }
    }
    shown.extend(left.iter().map(|line| format!("+{line}\n")));
    shown.concat()
}

#[test]
fn nothing_changed_is_the_same_text() {
    assert_eq!(difference(TEXT, |_| ()), "");
}

#[test]
fn a_new_person_is_added_behind_the_others() {
    let carol = name("carol");
    let added = difference(TEXT, |draft| {
        let recipient = parse_recipient("age1carol").unwrap();
        let laptop = "carol/laptop".parse().unwrap();
        draft.open_person(&carol, at("2026-05-01"));
        draft.open_device(
            &laptop,
            &recipient,
            Some("ssh-ed25519 AAAA"),
            at("2026-05-01"),
        );
        let member = Principal::Person(carol.clone());
        draft.open_membership(&name("platform"), &member, at("2026-05-01"), None);
    });
    let expected = "\
+  carol:
+    from: 2026-05-01T00:00:00Z
+    devices:
+      laptop:
+        recipient: age1carol
+        signing: ssh-ed25519 AAAA
+        from: 2026-05-01T00:00:00Z
+      carol:
+        from: 2026-05-01T00:00:00Z
";
    assert_eq!(added, expected);
}

#[test]
fn whoever_leaves_is_closed_and_not_deleted() {
    let bob = name("bob");
    let closed = difference(TEXT, |draft| {
        let now = at("2026-05-01");
        draft.close_person(&bob, now);
        draft.close_device(&"bob/desk".parse().unwrap(), now, true);
        draft.close_membership(&name("platform"), &Principal::Person(bob.clone()), now);
        draft.remove_admin(&name("platform"), &bob);
        draft.set_identity(&name("platform"), 2, &parse_recipient("age1next").unwrap());
    });
    let expected = "\
-      desk: {recipient: age1bob, from: 2026-01-05T09:00:00Z}
-      bob: {from: 2026-01-05T09:00:00Z}
-    admins: [alice, bob]
-    generation: 1
-    recipient: age1platform
+    until: 2026-05-01T00:00:00Z
+      desk: {recipient: age1bob, from: 2026-01-05T09:00:00Z, until: 2026-05-01T00:00:00Z, lost: true}
+      bob: {from: 2026-01-05T09:00:00Z, until: 2026-05-01T00:00:00Z}
+    admins: [alice]
+    generation: 2
+    recipient: age1next
";
    assert_eq!(closed, expected);
}

#[test]
fn whoever_returns_keeps_the_earlier_interval() {
    let member = Principal::Person(name("bob"));
    let mut draft = Draft::of(TEXT.as_bytes()).unwrap();
    draft.close_membership(&name("platform"), &member, at("2026-02-01"));
    draft.open_membership(&name("platform"), &member, at("2026-03-01"), None);
    let again = draft.finish().unwrap().roster;
    let intervals = &again.groups["platform"].members[&member];
    let inside = ["2026-01-10", "2026-02-10", "2026-03-10"].map(|day| intervals.contains(at(day)));
    assert_eq!(inside, [true, false, true]);
    // An interval that is open stays as it is.
    assert_eq!(
        difference(TEXT, |draft| {
            draft.open_membership(&name("platform"), &member, at("2026-03-01"), None);
        }),
        ""
    );
}

#[test]
fn groups_machines_and_paths_are_added() {
    let now = at("2026-05-01");
    let mut draft = Draft::of(TEXT.as_bytes()).unwrap();
    let web = "node:web-1".parse().unwrap();
    let (group, alice) = (name("web"), name("alice"));
    draft.open_machine(&web, &parse_recipient("age1web").unwrap(), None, now);
    let members = [
        Principal::Machine(web.clone()),
        Principal::Person(alice.clone()),
    ];
    let recipient = parse_recipient("age1group").unwrap();
    draft.add_group(&group, &members, &[alice], now);
    draft.set_identity(&group, 1, &recipient);
    draft.add_path(&"web/*.yaml".parse().unwrap(), &[group]);
    let Changed { text, roster } = draft.finish().unwrap();
    let readers = roster.readers_of("web/a.yaml").unwrap();
    assert_eq!(readers, [&name("web")]);
    assert_eq!(roster.members_at("web", now).len(), 2);
    let text = String::from_utf8(text).unwrap();
    assert!(TEXT.lines().all(|line| text.contains(line)), "{text}");
}

#[test]
fn what_would_be_no_roster_is_refused() {
    let mut draft = Draft::of(TEXT.as_bytes()).unwrap();
    let now = at("2026-05-01");
    draft.close_person(&name("alice"), now);
    draft.close_person(&name("bob"), now);
    let refused = draft.finish().unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the roster would not be whole: nobody can open the group platform"
    );
}
