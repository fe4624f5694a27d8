use keydance_sops::age::{AgeIdentities, NativeKind};
use keydance_sops::random::SystemRandom;

use super::*;
use crate::roster::parse_time;

fn now() -> Timestamp {
    parse_time("2026-05-01T12:00:00Z").unwrap()
}

fn person() -> NativeIdentity {
    NativeIdentity::new(NativeKind::X25519, &mut SystemRandom).unwrap()
}

fn recipient(identity: &NativeIdentity) -> Recipient {
    parse_recipient(identity.recipient()).unwrap()
}

fn keys(identities: &[&NativeIdentity]) -> AgeIdentities {
    let mut keys = AgeIdentities::without_passphrases();
    for identity in identities {
        keys.add("here", identity.expose().as_bytes()).unwrap();
    }
    keys
}

fn readers(recipients: &[&NativeIdentity]) -> Readers {
    Readers {
        groups: vec![recipients.iter().map(|one| recipient(one)).collect()],
        threshold: 0,
    }
}

fn make(group: &str, readers: Readers) -> NewGeneration {
    let request = Request {
        group: &group.parse().unwrap(),
        number: 3,
        readers,
        now: now(),
    };
    NewGeneration::make(person(), request, &keys(&[]), &mut SystemRandom).unwrap()
}

#[test]
fn a_member_opens_what_another_one_cannot() {
    let (alice, bob) = (person(), person());
    let made = make("payments", readers(&[&alice]));
    let file = || IdentityFile::read(&made.bytes).unwrap();
    assert_eq!(file().generation, made.generation);
    let opened = file().open(&keys(&[&alice])).unwrap();
    assert_eq!(opened.expose(), made.identity.expose());
    let refused = file().open(&keys(&[&bob])).err().unwrap();
    assert!(matches!(refused, IdentityError::NotRecovered(_)));
    let text = String::from_utf8(made.bytes).unwrap();
    assert!(text.starts_with("group_unencrypted: payments\ngeneration_unencrypted: 3\n"));
    assert!(!text.contains("AGE-SECRET-KEY"));
    let path = made.generation.path();
    assert!(path.starts_with(".keydance/groups/payments/3-") && path.ends_with(".yaml"));
}

#[test]
fn rewrapping_adds_one_recipient_and_changes_no_other_line() {
    let (alice, bob) = (person(), person());
    let made = make("payments", readers(&[&alice]));
    let rewrap = |readers| {
        let file = IdentityFile::read(&made.bytes).unwrap();
        file.rewrap(readers, &keys(&[&alice]), now(), &mut SystemRandom)
            .unwrap()
    };
    assert_eq!(rewrap(readers(&[&alice])), None);
    let more = String::from_utf8(rewrap(readers(&[&alice, &bob])).unwrap()).unwrap();
    let before = String::from_utf8(made.bytes.clone()).unwrap();
    let mut lines = more.lines();
    assert!(
        before.lines().all(|line| lines.any(|other| other == line)),
        "{more}"
    );
    let opened = IdentityFile::read(more.as_bytes())
        .unwrap()
        .open(&keys(&[&bob]))
        .unwrap();
    assert_eq!(opened.expose(), made.identity.expose());
}

#[test]
fn a_group_is_opened_through_groups_within_it() {
    let (alice, stranger) = (person(), person());
    let inner = make("inner", readers(&[&alice]));
    let outer = make("outer", readers(&[&inner.identity]));
    let files = || [inner.bytes.clone(), outer.bytes.clone(), b"a: 1\n".to_vec()];
    let own = keys(&[&alice]);
    let ring = Keyring::new(&own, files());
    assert_eq!(ring.generations().count(), 2);
    let opened = ring.expose(outer.identity.recipient(), |it| it.expose().to_owned());
    assert_eq!(opened.as_deref(), Some(outer.identity.expose()));
    assert!(ring.expose("age1nobody", |_| ()).is_none());
    let own = keys(&[&stranger]);
    let ring = Keyring::new(&own, files());
    assert!(ring.expose(outer.identity.recipient(), |_| ()).is_none());
}

#[test]
fn a_quorum_group_takes_several_members() {
    let people = [person(), person(), person()];
    let of_each = people.iter().map(|one| vec![recipient(one)]);
    let made = make(
        "recovery",
        Readers {
            groups: of_each.collect(),
            threshold: 2,
        },
    );
    let open = |keys: AgeIdentities| IdentityFile::read(&made.bytes).unwrap().open(&keys).is_ok();
    assert!(!open(keys(&[&people[0]])));
    assert!(open(keys(&[&people[0], &people[2]])));
}

#[test]
fn what_holds_another_identity_than_it_says_is_refused() {
    let alice = person();
    let made = make("payments", readers(&[&alice]));
    let other = person();
    let text = String::from_utf8(made.bytes).unwrap();
    let forged = text.replacen(made.identity.recipient(), other.recipient(), 1);
    let refused = IdentityFile::read(forged.as_bytes())
        .unwrap()
        .open(&keys(&[&alice]));
    assert!(refused.is_err());
    assert!(
        IdentityFile::read(
            text.replace("_unencrypted: 3", "_unencrypted: x")
                .as_bytes()
        )
        .is_err()
    );
}
