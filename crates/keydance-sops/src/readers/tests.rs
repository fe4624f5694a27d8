use super::*;
use crate::age::AgeIdentities;
use crate::file::FileError;
use crate::format::{Format, ReadOptions, WriteOptions};
use crate::keys::{Changes, DECRYPTION_ORDER, recover};
use crate::random::SystemRandom;
use crate::tree::{Item, Map, Tree, Value};

const ALICE: &str = "AGE-SECRET-KEY-15XFKEVL2RLH2QJQ9AEDJ579F4YGR09K5W98QVNJPMR6PG4Q928QQ55LCGK";
const ALICE_RECIPIENT: &str = "age1d8tvkul720csc4wgf2atsktd9uq3e0kmdjnkqmgsa7rjstfpx4fsm5jefc";

fn now() -> Time {
    Time::parse("2026-01-02T03:04:05Z").unwrap()
}

/// Somebody with an age identity.
fn somebody() -> (Recipient, String) {
    use age::secrecy::ExposeSecret as _;
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    (
        Recipient::Age { recipient },
        identity.to_string().expose_secret().to_owned(),
    )
}

fn alice() -> Recipient {
    Recipient::Age {
        recipient: ALICE_RECIPIENT.to_owned(),
    }
}

fn with(identities: &[&str]) -> AgeIdentities {
    let mut service = AgeIdentities::without_passphrases();
    service
        .add("here", identities.join("\n").as_bytes())
        .unwrap();
    service
}

/// A file that Alice and others can open.
fn file(readers: Readers) -> File {
    let key = DataKey::random(&mut SystemRandom).unwrap();
    let Readers { threshold, .. } = readers;
    let groups = wrap(readers, &key, &with(&[ALICE]), now(), &mut SystemRandom).unwrap();
    let mut map = Map::default();
    map.push("a", "secret");
    let tree = Tree {
        documents: vec![map],
    };
    let opened = Opened::new(Format::Yaml, tree, Metadata::new(groups, threshold, None));
    let file = opened.seal(&key, now(), &mut SystemRandom).unwrap();
    written_and_read(&file).unwrap()
}

fn written_and_read(file: &File) -> Result<File, FileError> {
    let bytes = file.write(&WriteOptions::default()).unwrap();
    File::read(Format::Yaml, &bytes, &ReadOptions::default())
}

fn one_group(recipients: &[&Recipient]) -> Readers {
    let group = recipients.iter().map(|one| (*one).clone()).collect();
    Readers {
        groups: vec![group],
        threshold: 0,
    }
}

fn opens(file: &File, identities: &[&str]) -> bool {
    recover(&file.metadata, &with(identities), &DECRYPTION_ORDER).is_ok()
}

fn encs(file: &File) -> Vec<String> {
    file.metadata
        .wrappings()
        .map(|wrapping| wrapping.enc.clone())
        .collect()
}

#[test]
fn who_stays_keeps_the_wrapped_key_and_who_leaves_cannot_open_the_file() {
    let ((bob, bobs), (carol, carols)) = (somebody(), somebody());
    let mut file = file(one_group(&[&bob, &alice()]));
    let (before, mac) = (encs(&file), file.metadata.mac.expose().to_vec());
    let recovered = recover(&file.metadata, &with(&[ALICE]), &DECRYPTION_ORDER).unwrap();
    let readers = one_group(&[&alice(), &carol]);
    let changes = Changes::between(&file.metadata, &readers);
    file.rewrap(
        readers,
        &recovered,
        &with(&[ALICE]),
        now(),
        &mut SystemRandom,
    )
    .unwrap();
    assert_eq!(
        (&changes.groups[0].added, &changes.groups[0].removed),
        (&vec![carol], &vec![bob])
    );
    assert_eq!(encs(&file)[0], before[1]);
    assert_eq!(file.metadata.mac.expose(), mac);
    assert!(opens(&file, &[&carols]) && opens(&file, &[ALICE]) && !opens(&file, &[&bobs]));
}

#[test]
fn another_order_is_no_change() {
    let (bob, _) = somebody();
    let file = file(one_group(&[&bob, &alice()]));
    let changes = Changes::between(&file.metadata, &one_group(&[&alice(), &bob]));
    assert!(changes.is_empty());
}

#[test]
fn somebody_can_join_a_group_that_nobody_here_can_open() {
    let ((bob, bobs), (carol, carols), (dave, daves)) = (somebody(), somebody(), somebody());
    let groups = vec![vec![alice()], vec![bob], vec![carol]];
    let mut file = file(Readers {
        groups,
        threshold: 2,
    });
    let before = encs(&file);
    let mut readers = Readers::of(&file.metadata);
    readers.groups[2].push(dave);
    let recovered = recover(&file.metadata, &with(&[ALICE, &bobs]), &DECRYPTION_ORDER).unwrap();
    file.rewrap(
        readers,
        &recovered,
        &with(&[ALICE]),
        now(),
        &mut SystemRandom,
    )
    .unwrap();
    assert_eq!(encs(&file)[..3], before);
    assert!(opens(&file, &[&daves, ALICE]) && opens(&file, &[&daves, &bobs]));
    assert!(!opens(&file, &[&daves, &carols]));
}

#[test]
fn another_threshold_splits_the_data_key_anew() {
    let ((bob, bobs), (carol, _)) = (somebody(), somebody());
    let groups = vec![vec![alice()], vec![bob], vec![carol]];
    let mut file = file(Readers {
        groups,
        threshold: 2,
    });
    let before = encs(&file);
    let mut readers = Readers::of(&file.metadata);
    readers.threshold = 3;
    let changes = Changes::between(&file.metadata, &readers);
    assert!(changes.split_anew && !changes.is_empty());
    let recovered = recover(&file.metadata, &with(&[ALICE, &bobs]), &DECRYPTION_ORDER).unwrap();
    file.rewrap(
        readers,
        &recovered,
        &with(&[ALICE]),
        now(),
        &mut SystemRandom,
    )
    .unwrap();
    assert!(encs(&file).iter().all(|enc| !before.contains(enc)));
    assert!(!opens(&file, &[ALICE, &bobs]));
}

#[test]
fn recipients_join_the_first_group_once_and_leave_every_group() {
    let ((bob, _), (carol, _)) = (somebody(), somebody());
    let mut readers = Readers {
        groups: vec![vec![alice()], vec![alice(), bob.clone()]],
        threshold: 0,
    };
    readers.join(vec![alice(), carol.clone(), carol.clone()]);
    assert_eq!(readers.groups[0], [alice(), carol.clone()]);
    let (dave, _) = somebody();
    assert_eq!(readers.leave(vec![alice(), dave.clone()]), [dave]);
    assert_eq!(readers.groups, [vec![carol], vec![bob.clone()]]);
    assert_eq!(readers.leave(vec![bob]), []);
    assert_eq!(readers.check(), Err(ReadersError::EmptyGroup(2)));
}

#[test]
fn impossible_readers_are_refused() {
    let readers = |groups, threshold| Readers {
        groups: vec![vec![alice()]; groups],
        threshold,
    };
    for (groups, threshold, possible) in [
        (1, 0, true),
        (1, 1, true),
        (2, 0, true),
        (2, 2, true),
        (3, 2, true),
        (0, 0, false),
        (1, 2, false),
        (2, 1, false),
        (2, 3, false),
    ] {
        let checked = readers(groups, threshold).check();
        assert_eq!(checked.is_ok(), possible, "{threshold} of {groups}");
    }
    let missing = ReadersError::NoGroup {
        number: 2,
        groups: 2,
    };
    assert_eq!(readers(2, 0).delete_group(2), Err(missing));
}

#[test]
fn a_new_data_key_is_refused_while_somebody_unknown_would_be_locked_out() {
    let mut file = file(one_group(&[&alice()]));
    let unknown = ("tpm".into(), Value::List(vec![Item::Value("x".into())]));
    file.metadata.unknown.push(unknown);
    let rotate = |file: File| {
        let recovered = recover(&file.metadata, &with(&[ALICE]), &DECRYPTION_ORDER).unwrap();
        let opened = file.open(&recovered.key).unwrap().verify().unwrap();
        let readers = Readers::of(&opened.metadata);
        opened.rotate(readers, &with(&[ALICE]), now(), &mut SystemRandom)
    };
    let mut kept = written_and_read(&file).unwrap();
    assert_eq!(rotate(file).err(), Some(RotateError::Unknown("tpm".into())));
    kept.metadata.drop_unknown_recipients();
    assert!(rotate(kept).is_ok());
}

#[test]
fn the_recipient_whose_identity_is_at_hand_is_tried_first() {
    let (bob, _) = somebody();
    let mut file = file(one_group(&[&bob, &alice()]));
    // If this one were tried, what was broken would be in the way.
    file.metadata.groups[0].wrappings[0].enc = file.metadata.groups[0].wrappings[1].enc.clone();
    let recovered = recover(&file.metadata, &with(&[ALICE]), &DECRYPTION_ORDER).unwrap();
    assert_eq!(recovered.by, [ALICE_RECIPIENT]);
}

#[test]
fn unknown_recipients_of_a_group_are_kept_while_their_share_is() {
    let ((bob, bobs), (carol, _)) = (somebody(), somebody());
    let mut file = file(Readers {
        groups: vec![vec![alice()], vec![bob]],
        threshold: 2,
    });
    let unknown = || ("tpm".into(), Value::List(vec![Item::Value("x".into())]));
    file.metadata.groups[1].unknown.push(unknown());
    let mut file = written_and_read(&file).unwrap();
    let all = with(&[ALICE, &bobs]);
    let recovered = recover(&file.metadata, &all, &DECRYPTION_ORDER).unwrap();
    let mut more = Readers::of(&file.metadata);
    more.groups[0].push(carol);
    file.rewrap(more.clone(), &recovered, &all, now(), &mut SystemRandom)
        .unwrap();
    let mut file = written_and_read(&file).unwrap();
    assert!(file.metadata.groups[1].unknown == [unknown()]);

    let mut third = more.clone();
    third.groups.push(vec![alice()]);
    for readers in [third, more] {
        let done = file.rewrap_all(readers, &recovered, &all, now(), &mut SystemRandom);
        assert_eq!(done, Err(WrapError::Unknown("tpm".into())));
    }
    assert_eq!(file.metadata.groups.len(), 2);
}

#[test]
fn unknown_recipients_of_the_only_group_hold_the_data_key_itself() {
    let mut file = file(one_group(&[&alice()]));
    let unknown = || ("tpm".into(), Value::List(vec![Item::Value("x".into())]));
    file.metadata.groups[0].unknown.push(unknown());
    let service = with(&[ALICE]);
    let recovered = recover(&file.metadata, &service, &DECRYPTION_ORDER).unwrap();
    let (bob, _) = somebody();
    let readers = one_group(&[&alice(), &bob]);
    file.rewrap_all(readers, &recovered, &service, now(), &mut SystemRandom)
        .unwrap();
    // It stands beside the other lists of the file.
    let file = written_and_read(&file).unwrap();
    assert!(file.metadata.unknown == [unknown()]);
}
