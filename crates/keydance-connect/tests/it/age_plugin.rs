//! A plugin of age, driven by us and by the real age.

use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bech32::{ToBase32 as _, Variant};
use keydance_connect::SearchPath;
use keydance_connect::keys::age_plugin::{AgePlugins, NoPrompts, PluginPrompts};
use keydance_sops::age::{AgeIdentities, PluginIdentity};
use keydance_sops::key_service::{KeyError, KeyService as _};
use keydance_sops::recipient::{Recipient, RecipientKind};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::peers::{DATA_KEY, program, run, write_program};

/// What the plugin does, as the last byte of its keys says it.
#[derive(Clone, Copy)]
enum Behaviour {
    Plain = 0,
    Confirms = 1,
    AsksForPin = 2,
    Complains = 3,
    IsSilent = 4,
    TalksNonsense = 5,
    EndsEarly = 6,
    TalksWithoutEnd = 7,
    AsksWhatNobodyKnows = 8,
}

use Behaviour::*;

/// A folder with the plugin in it.
fn plugin() -> TempDir {
    let folder = TempDir::new().unwrap();
    write_program(
        &folder.path().join("age-plugin-test"),
        include_str!("age-plugin-test.py"),
    );
    folder
}

fn data(behaviour: Behaviour) -> [u8; 17] {
    let mut data = [42; 17];
    data[16] = behaviour as u8;
    data
}

fn recipient(behaviour: Behaviour) -> Recipient {
    let text = bech32::encode("age1test", data(behaviour).to_base32(), Variant::Bech32).unwrap();
    Recipient::parse(RecipientKind::Age, &text).unwrap()
}

fn identity(behaviour: Behaviour) -> String {
    let data = data(behaviour).to_base32();
    bech32::encode("age-plugin-test-", data, Variant::Bech32)
        .unwrap()
        .to_uppercase()
}

fn service(
    folder: &TempDir,
    behaviour: Behaviour,
    prompts: impl PluginPrompts + 'static,
) -> AgePlugins {
    AgePlugins::new(
        SearchPath::new(folder.path().as_os_str()),
        vec![PluginIdentity::parse(&identity(behaviour)).unwrap()],
        Box::new(prompts),
        Duration::from_secs(60),
    )
}

/// Says yes, knows the PIN, and remembers what was said.
#[derive(Clone, Default)]
struct Person(Arc<Mutex<Vec<String>>>);

impl Person {
    fn note(&self, words: &[&str]) {
        self.0.lock().unwrap().push(words.join("|"));
    }
}

impl PluginPrompts for Person {
    fn message(&self, plugin: &str, text: &str) -> bool {
        self.note(&[plugin, text]);
        true
    }

    fn confirm(&self, plugin: &str, text: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        self.note(&[plugin, text, yes, no.unwrap_or_default()]);
        Some(true)
    }

    fn value(&self, _: &str, _: &str) -> Option<String> {
        None
    }

    fn secret(&self, plugin: &str, text: &str) -> Option<Zeroizing<String>> {
        self.note(&[plugin, text]);
        Some(Zeroizing::new("1234".to_owned()))
    }
}

#[test]
fn what_a_plugin_wraps_it_unwraps() {
    let folder = plugin();
    for behaviour in [Plain, AsksWhatNobodyKnows] {
        let service = service(&folder, behaviour, NoPrompts);
        let enc = service.wrap(&recipient(behaviour), &DATA_KEY).unwrap();
        let unwrapped = service.unwrap(&recipient(behaviour), &enc);
        assert_eq!(**unwrapped.unwrap(), DATA_KEY);
    }
}

#[test]
fn the_real_age_understands_what_we_wrap_by_a_plugin_and_we_what_it_wraps() {
    let folder = plugin();
    let ours = service(&folder, Plain, NoPrompts);
    let keys = folder.path().join("keys.txt");
    std::fs::write(&keys, identity(Plain)).unwrap();
    let mut path = folder.path().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap());
    let age = || {
        let mut age = Command::new(program("age"));
        age.env("PATH", &path);
        age
    };

    let enc = ours.wrap(&recipient(Plain), &DATA_KEY).unwrap();
    assert_eq!(
        run(age().args(["-d", "-i"]), &[&keys], enc.as_bytes()),
        DATA_KEY
    );

    let theirs = run(
        age().args(["-a", "-r"]),
        &[recipient(Plain).identity()],
        &DATA_KEY,
    );
    let theirs = String::from_utf8(theirs).unwrap();
    assert_eq!(**ours.unwrap(&recipient(Plain), &theirs).unwrap(), DATA_KEY);
}

#[test]
fn what_a_plugin_wants_of_a_person_reaches_them_in_plain_words() {
    let folder = plugin();
    for (behaviour, said) in [
        (
            Confirms,
            &["test|one [0m moment", "test|go on?|go on|stop"][..],
        ),
        (AsksForPin, &["test|PIN?"]),
    ] {
        let person = Person::default();
        let service = service(&folder, behaviour, person.clone());
        let enc = service.wrap(&recipient(behaviour), &DATA_KEY).unwrap();
        assert_eq!(*person.0.lock().unwrap(), said);
        let unwrapped = service.unwrap(&recipient(behaviour), &enc);
        assert_eq!(**unwrapped.unwrap(), DATA_KEY);
    }
}

#[test]
fn without_a_person_the_plugin_says_why_it_fails() {
    let folder = plugin();
    for behaviour in [Confirms, AsksForPin, Complains] {
        let service = service(&folder, behaviour, NoPrompts);
        let refused = service.wrap(&recipient(behaviour), &DATA_KEY).unwrap_err();
        assert_eq!(refused.to_string(), "age-plugin-test: it will; not do it");
    }
}

#[test]
fn a_plugin_that_misbehaves_is_a_failure() {
    let folder = plugin();
    for (behaviour, problem) in [
        (
            TalksNonsense,
            "it does not speak the protocol of age plugins",
        ),
        (EndsEarly, "it ended before it was done"),
        (TalksWithoutEnd, "it talks without end"),
    ] {
        let refused = service(&folder, behaviour, NoPrompts).wrap(&recipient(behaviour), &DATA_KEY);
        let problem = format!("age-plugin-test: {problem}");
        assert_eq!(refused, Err(KeyError::Failed(problem)));
    }
}

#[test]
fn a_silent_plugin_is_not_waited_for_forever() {
    let folder = plugin();
    let path = SearchPath::new(folder.path().as_os_str());
    let patience = Duration::from_millis(300);
    let service = AgePlugins::new(path, Vec::new(), Box::new(NoPrompts), patience);
    let late = KeyError::Failed("age-plugin-test: it did not answer in time".to_owned());
    assert_eq!(service.wrap(&recipient(IsSilent), &DATA_KEY), Err(late));
}

#[test]
fn what_no_identity_of_a_plugin_matches_is_not_opened() {
    let folder = plugin();
    let enc = service(&folder, Plain, NoPrompts)
        .wrap(&recipient(Plain), &DATA_KEY)
        .unwrap();
    let other = service(&folder, AsksWhatNobodyKnows, NoPrompts).unwrap(&recipient(Plain), &enc);
    let none = KeyError::NoIdentity {
        reason: "no identity of age-plugin-test matches".to_owned(),
        places: Vec::new(),
    };
    assert_eq!(other.err(), Some(none));
}

#[test]
fn a_plugin_is_looked_for_by_a_plain_name_in_absolute_directories() {
    let folder = plugin();
    let find = |path: &str, text: &str| {
        let service = AgePlugins::new(
            SearchPath::new(path.as_ref()),
            Vec::new(),
            Box::new(NoPrompts),
            Duration::from_secs(60),
        );
        let recipient = Recipient::parse(RecipientKind::Age, text).unwrap();
        service.wrap(&recipient, &DATA_KEY).unwrap_err()
    };
    let absent = KeyError::Failed("age-plugin-none is in no absolute directory of PATH".to_owned());
    let here = folder.path().to_str().unwrap();
    assert_eq!(find(here, "age1none1qqq"), absent);
    assert_eq!(find(".:tests", "age1none1qqq"), absent);
    for text in [
        "age1../test1qqq",
        "age1Test1qqq",
        "age1te_st1qqq",
        "age11qqq",
        "age1te st1qqq",
    ] {
        assert_eq!(
            find(here, text),
            KeyError::Recipient("no name of a plugin".to_owned())
        );
    }
}

#[test]
fn native_recipients_and_other_kinds_are_not_its_own() {
    let folder = plugin();
    let service = service(&folder, Plain, NoPrompts);
    let native = Recipient::parse(RecipientKind::Age, "age1x").unwrap();
    let pgp = Recipient::parse(RecipientKind::Pgp, "AB").unwrap();
    assert_eq!(service.wrap(&native, &DATA_KEY), Err(KeyError::NotMine));
    assert_eq!(service.wrap(&pgp, &DATA_KEY), Err(KeyError::NotMine));
    assert_eq!(service.unwrap(&pgp, "enc").err(), Some(KeyError::NotMine));
}

/// `age-plugin-pq` is part of age itself; it opens what is for native post-quantum recipients.
#[test]
fn a_real_plugin_opens_what_we_wrap() {
    let folder = TempDir::new().unwrap();
    let keys = folder.path().join("keys.txt");
    let native = run(
        Command::new(program("age-keygen")).arg("-pq"),
        &[] as &[&str],
        b"",
    );
    std::fs::write(&keys, &native).unwrap();
    let recipient = run(Command::new(program("age-keygen")).arg("-y"), &[&keys], b"");
    let recipient = String::from_utf8(recipient).unwrap();
    let recipient = Recipient::parse(RecipientKind::Age, &recipient).unwrap();
    let plugin = program("age-plugin-pq");
    let converted = run(
        Command::new(&plugin).arg("-identity"),
        &[] as &[&str],
        &native,
    );

    let mut identities = AgeIdentities::without_passphrases();
    identities.add("converted", &converted).unwrap();
    let plugins = AgePlugins::new(
        SearchPath::new(plugin.parent().unwrap().as_os_str()),
        identities.take_plugins(),
        Box::new(NoPrompts),
        Duration::from_secs(60),
    );
    let enc = identities.wrap(&recipient, &DATA_KEY).unwrap();
    assert!(identities.unwrap(&recipient, &enc).is_err());
    assert_eq!(**plugins.unwrap(&recipient, &enc).unwrap(), DATA_KEY);
}
