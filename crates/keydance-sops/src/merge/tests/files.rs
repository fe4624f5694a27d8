//! Merging encrypted files.

use crate::age::AgeIdentities;
use crate::data_key::DataKey;
use crate::edit::set;
use crate::file::{File, Opened};
use crate::format::{Format, ReadOptions, WriteOptions};
use crate::keys::{DECRYPTION_ORDER, recover, wrap};
use crate::mac::MacError;
use crate::merge::{MergeError, Merged, Version, Versions, Which, merge};
use crate::metadata::Metadata;
use crate::path::TreePath;
use crate::random::SystemRandom;
use crate::readers::Readers;
use crate::recipient::Recipient;
use crate::select::Rule;
use crate::tree::{Time, Tree, Value};

fn now() -> Time {
    Time::parse("2026-01-02T03:04:05Z").unwrap()
}

/// Somebody with an age identity.
struct Somebody {
    recipient: Recipient,
    identity: String,
}

impl Somebody {
    fn new() -> Self {
        use age::secrecy::ExposeSecret as _;
        let identity = age::x25519::Identity::generate();
        Self {
            recipient: Recipient::Age {
                recipient: identity.to_public().to_string(),
            },
            identity: identity.to_string().expose_secret().to_owned(),
        }
    }

    fn service(&self) -> AgeIdentities {
        let mut service = AgeIdentities::without_passphrases();
        service.add("here", self.identity.as_bytes()).unwrap();
        service
    }

    fn version(&self, bytes: &[u8]) -> Version {
        let file = read(bytes);
        let recovered = recover(&file.metadata, &self.service(), &DECRYPTION_ORDER).unwrap();
        Version { file, recovered }
    }

    fn open(&self, bytes: &[u8]) -> Opened {
        let Version { file, recovered } = self.version(bytes);
        file.open(&recovered.key).unwrap().verify().unwrap()
    }

    fn opens(&self, bytes: &[u8]) -> bool {
        recover(&read(bytes).metadata, &self.service(), &DECRYPTION_ORDER).is_ok()
    }

    fn plain(&self, bytes: &[u8]) -> String {
        let tree = self.open(bytes).tree;
        let plain = Format::Yaml
            .write(&tree, None, &WriteOptions::default())
            .unwrap();
        String::from_utf8(plain).unwrap()
    }

    /// The file with other values, under the same data key.
    fn edited(&self, bytes: &[u8], values: &[(&str, &str)]) -> Vec<u8> {
        let Version { file, recovered } = self.version(bytes);
        let mut opened = file.open(&recovered.key).unwrap().verify().unwrap();
        for (path, value) in values {
            let path: TreePath = TreePath::parse(path).unwrap();
            let _changed = set(&mut opened.tree, &path, Value::from(*value)).unwrap();
        }
        write(
            &opened
                .seal(&recovered.key, now(), &mut SystemRandom)
                .unwrap(),
        )
    }

    /// The file for other readers.
    fn rewrapped(&self, bytes: &[u8], readers: Readers) -> Vec<u8> {
        let Version {
            mut file,
            recovered,
        } = self.version(bytes);
        file.rewrap(
            readers,
            &recovered,
            &self.service(),
            now(),
            &mut SystemRandom,
        )
        .unwrap();
        write(&file)
    }

    /// The file under a new data key.
    fn rotated(&self, bytes: &[u8], readers: Readers) -> Vec<u8> {
        write(
            &self
                .open(bytes)
                .rotate(readers, &self.service(), now(), &mut SystemRandom)
                .unwrap(),
        )
    }

    fn merge(&self, base: Option<&[u8]>, ours: &[u8], theirs: &[u8]) -> Result<Merged, MergeError> {
        let versions = Versions {
            base: base.map(|base| self.version(base)),
            ours: self.version(ours),
            theirs: self.version(theirs),
        };
        merge(versions, &self.service(), now(), &mut SystemRandom)
    }
}

fn read(bytes: &[u8]) -> File {
    File::read(Format::Yaml, bytes, &ReadOptions::default()).unwrap()
}

fn write(file: &File) -> Vec<u8> {
    file.write(&WriteOptions::default()).unwrap()
}

fn group(people: &[&Somebody]) -> Vec<Recipient> {
    people
        .iter()
        .map(|somebody| somebody.recipient.clone())
        .collect()
}

fn one_group(people: &[&Somebody]) -> Readers {
    Readers {
        groups: vec![group(people)],
        threshold: 0,
    }
}

fn encrypted(plain: &str, readers: Readers, rule: Option<Rule>) -> Vec<u8> {
    let tree: Tree = Format::Yaml
        .read_plain(plain.as_bytes(), &ReadOptions::default())
        .unwrap();
    let key = DataKey::random(&mut SystemRandom).unwrap();
    let threshold = readers.threshold;
    let service = AgeIdentities::without_passphrases();
    let groups = wrap(readers, &key, &service, now(), &mut SystemRandom).unwrap();
    let opened = Opened::new(Format::Yaml, tree, Metadata::new(groups, threshold, rule));
    write(&opened.seal(&key, now(), &mut SystemRandom).unwrap())
}

fn lines_of(bytes: &[u8]) -> Vec<String> {
    String::from_utf8(bytes.to_vec())
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

const PLAIN: &str = "a: one\nb: two\nl:\n    - x\n    - x\n";

#[test]
fn changes_of_different_keys_leave_every_line_that_a_side_has() {
    let alice = Somebody::new();
    let base = encrypted(PLAIN, one_group(&[&alice]), None);
    let ours = alice.edited(&base, &[("[\"a\"]", "ours")]);
    let theirs = alice.edited(&base, &[("[\"k\"]", "new"), ("[\"l\"][5]", "x")]);
    let merged = alice.merge(Some(&base), &ours, &theirs).unwrap();
    assert!(merged.conflicts.is_empty() && !merged.data_key_is_new);
    let merged = write(&merged.file);
    assert_eq!(
        alice.plain(&merged),
        "a: ours\nb: two\nl:\n    - x\n    - x\n    - x\nk: new\n"
    );
    let known = [lines_of(&ours), lines_of(&theirs)].concat();
    let other: Vec<String> = lines_of(&merged)
        .into_iter()
        .filter(|line| !known.contains(line))
        .collect();
    assert!(
        matches!(other.as_slice(), [mac] if mac.starts_with("    mac: ")),
        "{other:?}"
    );
}

#[test]
fn a_conflict_is_encrypted_under_its_key() {
    let alice = Somebody::new();
    let base = encrypted(PLAIN, one_group(&[&alice]), None);
    let ours = alice.edited(&base, &[("[\"a\"]", "1111")]);
    let theirs = alice.edited(&base, &[("[\"a\"]", "2222")]);
    let merged = alice.merge(Some(&base), &ours, &theirs).unwrap();
    assert_eq!(merged.conflicts.len(), 1);
    let text = lines_of(&write(&merged.file)).join("\n");
    assert!(
        text.contains("keydance_conflict") && !text.contains("1111"),
        "{text}"
    );
    let plain = alice.plain(&write(&merged.file));
    assert!(
        plain.contains("ours: \"1111\"") && plain.contains("theirs: \"2222\""),
        "{plain}"
    );
}

#[test]
fn recipients_that_each_side_added_keep_their_wrapped_keys() {
    let [alice, bob, carol] = [(); 3].map(|()| Somebody::new());
    let base = encrypted(PLAIN, one_group(&[&alice]), None);
    let ours = alice.rewrapped(&base, one_group(&[&alice, &bob]));
    let theirs = alice.rewrapped(&base, one_group(&[&carol, &alice]));
    let merged = alice.merge(Some(&base), &ours, &theirs).unwrap();
    assert!(!merged.data_key_is_new);
    let encs = |bytes: &[u8]| -> Vec<String> {
        read(bytes)
            .metadata
            .wrappings()
            .map(|wrapping| wrapping.enc.clone())
            .collect()
    };
    let expected = [encs(&ours), encs(&theirs)[..1].to_vec()].concat();
    assert_eq!(encs(&write(&merged.file)), expected);
    for somebody in [&alice, &bob, &carol] {
        assert_eq!(somebody.plain(&write(&merged.file)), PLAIN);
    }
}

#[test]
fn a_removed_recipient_means_a_new_data_key() {
    let [alice, bob, carol] = [(); 3].map(|()| Somebody::new());
    let base = encrypted(PLAIN, one_group(&[&alice, &bob]), None);
    let ours = alice.edited(&base, &[("[\"a\"]", "ours")]);
    for theirs in [
        alice.rewrapped(&base, one_group(&[&alice])),
        alice.rotated(&base, one_group(&[&alice])),
    ] {
        let merged = alice.merge(Some(&base), &ours, &theirs).unwrap();
        let bytes = write(&merged.file);
        assert!(alice.plain(&bytes).starts_with("a: ours\n"));
        assert!(!bob.opens(&bytes));
        let key = alice.version(&bytes).recovered.key;
        for before in [&base, &ours] {
            assert!(!alice.version(before).recovered.key.ct_eq(&key));
        }
    }
    // One rotated and removed; the other rotated and added: whoever has either key and is to leave
    // has it for nothing.
    let ours = alice.rotated(&base, one_group(&[&alice, &bob, &carol]));
    let theirs = alice.rotated(&base, one_group(&[&alice]));
    let merged = alice.merge(Some(&base), &ours, &theirs).unwrap();
    assert!(merged.data_key_is_new);
    let bytes = write(&merged.file);
    assert!(carol.opens(&bytes) && !bob.opens(&bytes));
}

#[test]
fn the_data_key_that_one_side_made_stays() {
    let [alice, bob] = [(); 2].map(|()| Somebody::new());
    let base = encrypted(PLAIN, one_group(&[&alice, &bob]), None);
    let rotated = alice.rotated(&base, one_group(&[&alice, &bob]));
    let edited = alice.edited(&base, &[("[\"a\"]", "ours")]);
    for (ours, theirs) in [(&rotated, &edited), (&edited, &rotated)] {
        let merged = alice.merge(Some(&base), ours, theirs).unwrap();
        assert!(!merged.data_key_is_new);
        let bytes = write(&merged.file);
        assert!(
            alice
                .version(&bytes)
                .recovered
                .key
                .ct_eq(&alice.version(&rotated).recovered.key)
        );
        assert!(bob.plain(&bytes).starts_with("a: ours\n"));
        let kept = lines_of(&rotated);
        let changed = lines_of(&bytes)
            .into_iter()
            .filter(|line| !kept.contains(line))
            .count();
        assert_eq!(changed, 2, "the value and the MAC");
    }
}

#[test]
fn key_groups_are_merged_each_by_itself() {
    let [alice, bob, carol, dave] = [(); 4].map(|()| Somebody::new());
    let readers = |second: &[&Somebody]| Readers {
        groups: vec![group(&[&alice]), group(second)],
        threshold: 2,
    };
    let both = |one: &Somebody, other: &Somebody| {
        let mut service = one.service();
        service.add("there", other.identity.as_bytes()).unwrap();
        service
    };
    let service = both(&alice, &bob);
    let version = |bytes: &[u8]| {
        let file = read(bytes);
        let recovered = recover(&file.metadata, &service, &DECRYPTION_ORDER).unwrap();
        Version { file, recovered }
    };
    let base = encrypted(PLAIN, readers(&[&bob]), None);
    let rewrapped = |readers| {
        let Version {
            mut file,
            recovered,
        } = version(&base);
        file.rewrap(readers, &recovered, &service, now(), &mut SystemRandom)
            .unwrap();
        write(&file)
    };
    let ours = rewrapped(readers(&[&bob, &carol]));
    let theirs = rewrapped(readers(&[&dave, &bob]));
    let versions = Versions {
        base: Some(version(&base)),
        ours: version(&ours),
        theirs: version(&theirs),
    };
    let merged = merge(versions, &service, now(), &mut SystemRandom).unwrap();
    for other in [&bob, &carol, &dave] {
        let metadata = &merged.file.metadata;
        assert!(recover(metadata, &both(&alice, other), &DECRYPTION_ORDER).is_ok());
    }
}

#[test]
fn a_file_that_somebody_changed_without_its_key_is_not_merged() {
    let alice = Somebody::new();
    let base = encrypted("a: one\np_unencrypted: 1\n", one_group(&[&alice]), None);
    let text = String::from_utf8(base.clone()).unwrap();
    let forged = text
        .replace("p_unencrypted: 1", "p_unencrypted: 2")
        .into_bytes();
    let error = |base: &[u8], ours: &[u8], theirs: &[u8]| {
        alice.merge(Some(base), ours, theirs).err().unwrap()
    };
    let mac = |which| MergeError::Mac {
        which,
        error: MacError::Mismatch,
    };
    assert_eq!(error(&forged, &base, &base), mac(Which::Base));
    assert_eq!(error(&base, &forged, &base), mac(Which::Ours));
    assert_eq!(error(&base, &base, &forged), mac(Which::Theirs));
}

#[test]
fn nothing_that_was_encrypted_becomes_legible() {
    let alice = Somebody::new();
    let with_rule = |plain: &str, field: &str, text: &str| {
        encrypted(plain, one_group(&[&alice]), Rule::of_field(field, text))
    };
    // Theirs encrypts less from now on; ours adds a secret under the rule it knows.
    let base = with_rule("a: one\nb: two\n", "encrypted_regex", "a|b|new");
    let ours = alice.edited(&base, &[("[\"new\"]", "secret")]);
    let less = |bytes: &[u8]| {
        let mut opened = alice.open(bytes);
        opened.metadata.rule = Rule::of_field("encrypted_regex", "a");
        let key = alice.version(bytes).recovered.key;
        write(&opened.seal(&key, now(), &mut SystemRandom).unwrap())
    };
    let error = alice.merge(Some(&base), &ours, &less(&base)).err().unwrap();
    assert!(
        matches!(&error, MergeError::WouldExpose(path) if path.to_string() == "new"),
        "{error}"
    );
    // Alone it is what they want.
    assert!(alice.merge(Some(&base), &base, &less(&base)).is_ok());

    // Theirs removes the comment that asks for encryption; ours changes what stands under it.
    let base = with_rule("# enc\na: one\n", "encrypted_comment_regex", "enc");
    let mut opened = alice.open(&base);
    opened.tree.documents[0].entries.remove(0);
    let key = alice.version(&base).recovered.key;
    let theirs = write(&opened.seal(&key, now(), &mut SystemRandom).unwrap());
    let ours = alice.edited(&base, &[("[\"a\"]", "secret")]);
    let error = alice.merge(Some(&base), &ours, &theirs).err().unwrap();
    assert!(
        matches!(&error, MergeError::WouldExpose(path) if path.to_string() == "a"),
        "{error}"
    );
}

#[test]
fn settings_that_both_changed_are_for_a_person() {
    let alice = Somebody::new();
    let base = encrypted(PLAIN, one_group(&[&alice]), None);
    let ruled = |text: &str| {
        let mut opened = alice.open(&base);
        opened.metadata.rule = Rule::of_field("unencrypted_suffix", text);
        let key = alice.version(&base).recovered.key;
        write(&opened.seal(&key, now(), &mut SystemRandom).unwrap())
    };
    let error = alice
        .merge(Some(&base), &ruled("_x"), &ruled("_y"))
        .err()
        .unwrap();
    assert_eq!(error, MergeError::Settings("what is encrypted".to_owned()));
    let merged = alice.merge(Some(&base), &base, &ruled("_y")).unwrap();
    let rule = merged.file.metadata.rule.unwrap();
    assert_eq!((rule.field(), rule.text()), ("unencrypted_suffix", "_y"));
}

#[test]
fn a_file_that_both_made_is_joined() {
    let [alice, bob] = [(); 2].map(|()| Somebody::new());
    let ours = encrypted("a: 1\n", one_group(&[&alice]), None);
    let theirs = encrypted("b: 2\n", one_group(&[&alice, &bob]), None);
    let merged = alice.merge(None, &ours, &theirs).unwrap();
    let bytes = write(&merged.file);
    assert_eq!(bob.plain(&bytes), "a: 1\nb: 2\n");
    assert!(
        alice
            .version(&bytes)
            .recovered
            .key
            .ct_eq(&alice.version(&ours).recovered.key)
    );
}
