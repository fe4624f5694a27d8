use std::sync::atomic::{AtomicUsize, Ordering};

use age::secrecy::SecretString;
use age::{Encryptor, scrypt};
use age_core::format::FileKey;

use super::*;
use crate::recipient::RecipientKind;

macro_rules! vector {
    ($name:literal) => {
        include_str!(concat!("../../tests/vectors/age/", $name))
    };
}

/// The data key in every vector.
fn data_key() -> Vec<u8> {
    (0..32).collect()
}

fn recipient(text: &str) -> Recipient {
    Recipient::parse(RecipientKind::Age, text).unwrap()
}

/// Any: the recipient of an entry does not decide what is tried.
fn anyone() -> Recipient {
    recipient("age1someone")
}

/// The recipient that `age-keygen` wrote beside an identity.
fn public(identity: &str) -> Recipient {
    recipient(
        identity
            .lines()
            .find_map(|line| line.strip_prefix("# public key: "))
            .unwrap(),
    )
}

fn identities(texts: &[(&str, &str)]) -> AgeIdentities {
    let mut identities = AgeIdentities::without_passphrases();
    for (place, text) in texts {
        identities.add(place, text.as_bytes()).unwrap();
    }
    identities
}

/// Somebody who knows a passphrase, and counts how often they are asked.
fn asked(passphrase: Option<&'static str>) -> (AgeIdentities, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let identities = AgeIdentities::new(Arc::new(move |question: &Question<'_>| {
        assert!(["keys.txt", "id_ed25519"].contains(&question.place));
        counter.fetch_add(1, Ordering::Relaxed);
        passphrase.map(|passphrase| Zeroizing::new(passphrase.to_owned()))
    }));
    (identities, count)
}

/// An age file by a passphrase, with little work.
fn protected(text: &str) -> Vec<u8> {
    let mut recipient = scrypt::Recipient::new(SecretString::from("passphrase"));
    recipient.set_work_factor(2);
    let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as _)).unwrap();
    let mut file = Vec::new();
    let mut writer = encryptor.wrap_output(&mut file).unwrap();
    std::io::Write::write_all(&mut writer, text.as_bytes()).unwrap();
    writer.finish().unwrap();
    file
}

#[test]
fn what_real_age_wrapped_is_unwrapped() {
    for (identity, enc) in [
        (vector!("x25519.txt"), vector!("x25519.age")),
        (vector!("hybrid.txt"), vector!("hybrid.age")),
        (vector!("ed25519"), vector!("ed25519.age")),
        (vector!("rsa"), vector!("rsa.age")),
    ] {
        let unwrapped = identities(&[("keys", identity)]).unwrap(&anyone(), enc);
        assert_eq!(**unwrapped.unwrap(), *data_key());
    }
}

#[test]
fn what_is_wrapped_is_one_age_file_for_that_recipient() {
    for (identity, recipient, bytes) in [
        (
            vector!("x25519.txt"),
            public(vector!("x25519.txt")),
            vector!("x25519.age").len(),
        ),
        (
            vector!("hybrid.txt"),
            public(vector!("hybrid.txt")),
            vector!("hybrid.age").len(),
        ),
        (
            vector!("ed25519"),
            recipient(vector!("ed25519.pub").trim()),
            vector!("ed25519.age").len(),
        ),
        (
            vector!("rsa"),
            recipient(vector!("rsa.pub").trim()),
            vector!("rsa.age").len(),
        ),
    ] {
        let enc = AgeIdentities::without_passphrases()
            .wrap(&recipient, &data_key())
            .unwrap();
        assert_eq!(enc.len(), bytes, "{recipient}");
        let unwrapped = identities(&[("keys", identity)]).unwrap(&anyone(), &enc);
        assert_eq!(**unwrapped.unwrap(), *data_key());
        let other = identities(&[("keys", OTHER)]).unwrap(&anyone(), &enc);
        assert!(matches!(other.err(), Some(KeyError::NoIdentity { .. })));
    }
}

const OTHER: &str = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";

#[test]
fn identities_of_all_places_are_used_together() {
    let all = identities(&[
        (
            "SOPS_AGE_KEY",
            &format!("{OTHER} {}", vector!("hybrid.txt").lines().last().unwrap()),
        ),
        (
            "keys.txt",
            &format!("\n# mine\r\n{}\r\n", vector!("x25519.txt")),
        ),
        ("id_rsa", vector!("rsa")),
    ]);
    for enc in [
        vector!("x25519.age"),
        vector!("hybrid.age"),
        vector!("rsa.age"),
    ] {
        assert_eq!(**all.unwrap(&anyone(), enc).unwrap(), *data_key());
    }
    assert_eq!(
        all.unwrap(&anyone(), vector!("ed25519.age")).err(),
        Some(KeyError::NoIdentity {
            reason: "none of 4 age identities matches".to_owned(),
            places: ["SOPS_AGE_KEY", "keys.txt", "id_rsa"]
                .map(str::to_owned)
                .into(),
        }),
    );
}

#[test]
fn without_identities_the_places_are_named() {
    let mut none = AgeIdentities::without_passphrases();
    none.looked_in("SOPS_AGE_KEY (not set)");
    assert_eq!(
        none.unwrap(&anyone(), vector!("x25519.age"))
            .unwrap_err()
            .to_string(),
        "there is no age identity; looked in SOPS_AGE_KEY (not set)",
    );
}

#[test]
fn a_passphrase_is_asked_for_once() {
    let (mut all, count) = asked(Some("passphrase"));
    all.add("keys.txt", &protected(vector!("x25519.txt")))
        .unwrap();
    for _ in 0..3 {
        let unwrapped = all.unwrap(&anyone(), vector!("x25519.age"));
        assert_eq!(**unwrapped.unwrap(), *data_key());
    }
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[test]
fn a_passphrase_is_not_asked_for_while_another_identity_helps() {
    let (mut all, count) = asked(Some("passphrase"));
    all.add("id_ed25519", vector!("ed25519-protected").as_bytes())
        .unwrap();
    all.add("keys.txt", &protected(OTHER)).unwrap();
    all.add("open.txt", vector!("x25519.txt").as_bytes())
        .unwrap();
    assert!(all.unwrap(&anyone(), vector!("x25519.age")).is_ok());
    assert_eq!(count.load(Ordering::Relaxed), 0);
}

#[test]
fn the_passphrase_of_an_ssh_key_is_asked_for_if_a_stanza_is_for_that_key() {
    let (mut all, count) = asked(Some("passphrase"));
    all.add("id_ed25519", vector!("ed25519-protected").as_bytes())
        .unwrap();
    assert!(all.unwrap(&anyone(), vector!("ed25519.age")).is_err());
    assert_eq!(count.load(Ordering::Relaxed), 0);
    for _ in 0..2 {
        let unwrapped = all.unwrap(&anyone(), vector!("ed25519-protected.age"));
        assert_eq!(**unwrapped.unwrap(), *data_key());
    }
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[test]
fn a_wrong_passphrase_is_tried_once_and_a_refused_one_not_again() {
    for (passphrase, reason) in [
        (Some("wrong"), "keys.txt: the passphrase is wrong"),
        (None, "keys.txt: no passphrase was given"),
    ] {
        let (mut all, count) = asked(passphrase);
        all.add("keys.txt", &protected(vector!("x25519.txt")))
            .unwrap();
        for _ in 0..2 {
            let expected = KeyError::NoIdentity {
                reason: reason.to_owned(),
                places: vec!["keys.txt".to_owned()],
            };
            assert_eq!(
                all.unwrap(&anyone(), vector!("x25519.age")).err(),
                Some(expected)
            );
        }
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }
}

#[test]
fn an_error_names_the_place_and_the_line_and_nothing_of_it() {
    let secret = "AGE-SECRET-KEY-1GQ9778";
    let mut all = AgeIdentities::without_passphrases();
    for (text, message) in [
        (
            format!("# fine\n\n{OTHER}\n{secret}\n"),
            "keys.txt: line 4 is no age identity",
        ),
        (
            format!("{OTHER} and more"),
            "keys.txt: line 1 is no age identity",
        ),
        (
            "age1t7rxyev2z3rw82".to_owned(),
            "keys.txt: line 1 is no age identity",
        ),
        (
            "AGE-PLUGIN-../EVIL-1QQQ".to_owned(),
            "keys.txt: line 1 is no age identity",
        ),
        (
            vector!("x25519.age").to_owned(),
            "keys.txt: not an age file that is protected by a passphrase",
        ),
        (
            vector!("ed25519").replace("b3Bl", "AAAA"),
            "keys.txt: not a private key of OpenSSH; `ssh-keygen -p` rewrites most others",
        ),
        (
            "\n".repeat(IdentityError::LIMIT + 1),
            "keys.txt: longer than 16 MiB",
        ),
    ] {
        let error = all.add("keys.txt", text.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    let error = all.add("keys.txt", b"\n\xff\n").unwrap_err();
    assert_eq!(error.to_string(), "keys.txt: line 2 is no age identity");
}

#[test]
fn identities_of_plugins_are_handed_over() {
    let text = bech32::encode("age-plugin-yubikey-", [], bech32::Variant::Bech32).unwrap();
    let text = text.to_uppercase();
    let mut all = identities(&[("keys.txt", &format!("{OTHER}\n{text}\n"))]);
    let plugins = all.take_plugins();
    assert_eq!(plugins.len(), 1);
    assert_eq!(
        (plugins[0].name(), plugins[0].expose()),
        ("yubikey", text.as_str())
    );
    for name in [
        "age-plugin--",
        "age-plugin-a+b-",
        "age-plugin-a/b-",
        "age-plugin-a",
        "age-other-",
    ] {
        let text = bech32::encode(name, [], bech32::Variant::Bech32).unwrap();
        assert!(
            PluginIdentity::parse(&text.to_uppercase()).is_none(),
            "{name}"
        );
    }
}

#[test]
fn recipients_of_others_are_not_its_own() {
    let service = AgeIdentities::without_passphrases();
    let plugin = recipient("age1yubikey1qwt50");
    let pgp = Recipient::parse(RecipientKind::Pgp, "ABCD").unwrap();
    for other in [&plugin, &pgp] {
        assert_eq!(service.wrap(other, &data_key()), Err(KeyError::NotMine));
    }
    let enc = vector!("x25519.age");
    assert_eq!(service.unwrap(&pgp, enc).err(), Some(KeyError::NotMine));
}

#[test]
fn what_nothing_can_be_wrapped_for_is_refused() {
    let service = AgeIdentities::without_passphrases();
    let hybrid = public(vector!("hybrid.txt")).identity();
    let rsa = vector!("rsa.pub");
    for text in [
        "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pb",
        "age1t7rxyev2z3rw82",
        &hybrid[..hybrid.len() - 1],
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5",
        &rsa[..60],
    ] {
        let refused = service.wrap(&recipient(text), &data_key());
        assert!(matches!(refused, Err(KeyError::Recipient(_))), "{text}");
    }
}

/// The stanza of the post-quantum vector's recipient for a file key.
fn hybrid_stanza() -> Stanza {
    let wrapper = recipient::parse(&public(vector!("hybrid.txt")).identity()).unwrap();
    let file_key = FileKey::init_with_mut(|bytes| bytes.fill(5));
    let mut stanzas = wrapper.wrap(&file_key).unwrap();
    assert_eq!(stanzas.len(), 1);
    stanzas.remove(0)
}

#[test]
fn a_post_quantum_stanza_has_one_argument_and_lengths_of_its_own() {
    let stanza = hybrid_stanza();
    assert_eq!(
        (stanza.tag.as_str(), stanza.body.len()),
        ("mlkem768x25519", 32)
    );
    assert_eq!(stanza.args.len(), 1);
    let mut all = identities(&[("keys.txt", vector!("hybrid.txt"))]);
    assert!(all.file_key(&[stanza]).is_ok());

    let changes: [fn(&mut Stanza); 7] = [
        |stanza| stanza.args.clear(),
        |stanza| stanza.args.push("more".to_owned()),
        |stanza| stanza.args[0].truncate(1480),
        |stanza| stanza.args[0].push_str("AAAA"),
        |stanza| stanza.args[0].push('='),
        |stanza| stanza.body.truncate(31),
        |stanza| stanza.body.push(0),
    ];
    for change in changes {
        let mut stanza = hybrid_stanza();
        change(&mut stanza);
        let refused = all.file_key(&[stanza]).err().unwrap().to_string();
        assert!(
            refused.starts_with("the age file has a stanza that cannot be opened"),
            "{refused}"
        );
    }
    // A stanza that cannot be opened does not keep another identity from opening its own.
    all.add("more.txt", vector!("x25519.txt").as_bytes())
        .unwrap();
    let wrapper = recipient::parse(&public(vector!("x25519.txt")).identity()).unwrap();
    let file_key = FileKey::init_with_mut(|bytes| bytes.fill(5));
    let mut stanzas = wrapper.wrap(&file_key).unwrap();
    let mut broken = hybrid_stanza();
    broken.args.clear();
    stanzas.insert(0, broken);
    assert!(all.file_key(&stanzas).is_ok());
}

#[test]
fn trailing_bits_in_a_post_quantum_stanza_are_refused() {
    let all = identities(&[("keys.txt", vector!("hybrid.txt"))]);
    let mut stanza = hybrid_stanza();
    // 1,120 bytes leave one byte for the last two characters: only 2 of the 6 bits of the last count.
    let last = stanza.args[0].pop().unwrap();
    let next = char::from(u8::try_from(last).unwrap() + 1);
    stanza.args[0].push(next);
    assert!(all.file_key(&[stanza]).is_err());
}
