//! The file of §1.11, lists with comments, tampering, and round trips.

use proptest::prelude::*;

use any_tree::{any_rule, any_tree, copy};

use super::*;
use crate::cipher::OpenError;
use crate::data_key::DataKey;
use crate::ivs::Ivs;
use crate::mac::Mac;
use crate::random::{Random, RandomError, SystemRandom};
use crate::tree::{Placement, Time};

mod any_tree;

/// The *n*-th block is 32 bytes of value *n*.
struct Counting(u8);

impl Random for Counting {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomError> {
        self.0 += 1;
        bytes.fill(self.0);
        Ok(())
    }
}

/// `00 01 02 … 1f`.
fn cipher() -> Cipher {
    Cipher::new(&DataKey::copy_of(&std::array::from_fn(|at| {
        u8::try_from(at).unwrap()
    })))
}

fn rule(field: &str, text: &str) -> Rule {
    Rule::of_field(field, text).unwrap()
}

fn sealed(tree: &mut Tree, rule: &Rule, ivs: &mut Ivs) -> Result<Mac, EncryptError> {
    let scheme = Scheme {
        cipher: &cipher(),
        rule,
        mac_scope: MacScope::All,
    };
    encrypt(tree, scheme, ivs, &mut SystemRandom)
}

fn opened(tree: &mut Tree, rule: &Rule) -> Result<Decrypted, DecryptError> {
    decrypt(
        tree,
        Scheme {
            cipher: &cipher(),
            rule,
            mac_scope: MacScope::All,
        },
    )
}

fn at() -> Time {
    Time::parse("2026-01-02T03:04:05Z").unwrap()
}

fn mac_matches(ours: &Mac, theirs: &Mac) -> bool {
    let stored = theirs.seal(&cipher(), at(), &mut SystemRandom).unwrap();
    ours.verify(&cipher(), stored.expose(), at()).is_ok()
}

fn map(entries: impl IntoIterator<Item = Entry>) -> Map {
    Map {
        entries: entries.into_iter().collect(),
    }
}

fn pair(key: &str, value: impl Into<Value>) -> Entry {
    Entry::Pair(key.into(), value.into())
}

fn tree(entries: impl IntoIterator<Item = Entry>) -> Tree {
    Tree {
        documents: vec![map(entries)],
    }
}

fn items(items: impl IntoIterator<Item = &'static str>) -> Value {
    let item = |text: &'static str| match text.strip_prefix('#') {
        Some(comment) => Item::Comment(Comment::line(comment)),
        None => Item::from(Value::from(text)),
    };
    Value::List(items.into_iter().map(item).collect())
}

/// What the file of §1.11 decrypts to.
fn whole_file() -> Tree {
    tree([
        Entry::Comment(Comment::line(" note")),
        pair("a", "hello"),
        pair("b", map([pair("num", 42), pair("f", Value::Float(1.5))])),
        pair("t", true),
        pair("u_unencrypted", "plain"),
        pair("z", Value::Null),
        pair("e", ""),
        pair("l", items(["# in list", "x", "y"])),
    ])
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Text(text) => text.expose_str().unwrap().to_owned(),
        other => format!("{other:?}"),
    }
}

/// A tree as `path value` lines.
fn lines(map: &Map, path: &str, lines: &mut Vec<String>) {
    for entry in &map.entries {
        match entry {
            Entry::Comment(comment) => {
                lines.push(format!("#{}", comment.text.expose_str().unwrap()));
            }
            Entry::Pair(key, Value::Map(map)) => self::lines(map, &format!("{path}{key}:"), lines),
            Entry::Pair(key, Value::List(items)) => {
                lines.extend(items.iter().map(|item| match item {
                    Item::Comment(comment) => {
                        format!("{path}{key}[] #{}", comment.text.expose_str().unwrap())
                    }
                    Item::Value(value) => format!("{path}{key}[] {}", scalar(value)),
                }));
            }
            Entry::Pair(key, value) => lines.push(format!("{path}{key} {}", scalar(value))),
        }
    }
}

/// The MAC of the file over all values, and over what is encrypted.
const MAC: &str = "8E43A33FE6C0CBD5290CDB4AA06A2CA756792D15CDB7A1CFE631C29C2BB6CB75\
    48E884B7F30DE87762BED63CC8735B02935D7B1D41B4587AA7676954FE7919D3";
const MAC_ONLY_ENCRYPTED: &str = "592FA695679E343CF42B7E28D68A634180CB893DA26F4857C68AB26177D57F2A\
    083B245A5A1BDE839CC4EE67A2BF229BF31C4C3AF2FB7511F9A7589F3E0081EF";
const SEALED_MAC: &str = "ENC[AES256_GCM,data:Y6PMOCaUh3AlI/FgKs3QfRwNDkmlWSwSwbtld1dukiBoF+nfSiOo\
    DiBOwJWJsuBiBkTRlWtXbnL430M6iFYqrE/WVctsJn0CbDqIWLHanbNCD2l80/vcPVTEKfRizNvsJl8KQmeO4/BJCdc/\
    viXAVYI/KiPXcbL3gHAXaPQ1xg4=,iv://////////////////////////////////////////8=,\
    tag:5X9e4hgKQPX0TJ5pu+ksKQ==,type:str]";

#[test]
fn the_whole_file_is_encrypted_as_stock_encrypts_it() {
    let mut tree = whole_file();
    let (cipher, rule) = (cipher(), Rule::default());
    let scheme = Scheme {
        cipher: &cipher,
        rule: &rule,
        mac_scope: MacScope::All,
    };
    let mac = encrypt(&mut tree, scheme, &mut Ivs::new(), &mut Counting(0)).unwrap();
    assert_eq!(mac.expose(), MAC);
    let mut found = Vec::new();
    lines(&tree.documents[0], "", &mut found);
    let enc = |n: u8, data: &str, tag: &str, kind: &str| {
        use base64::Engine as _;
        let iv = base64::engine::general_purpose::STANDARD.encode([n; 32]);
        format!("ENC[AES256_GCM,data:{data},iv:{iv},tag:{tag},type:{kind}]")
    };
    let expected = [
        format!(
            "#{}",
            enc(1, "mcrGk7w=", "u3/7DjTmjXUc7Dr8mPLsgg==", "comment")
        ),
        format!(
            "a {}",
            enc(2, "Bx6VKSU=", "OklkUWAgxu00y4e5JhXG4Q==", "str")
        ),
        format!(
            "b:num {}",
            enc(3, "XkY=", "c4aZ2q/oLjkbbISdhNtWXA==", "int")
        ),
        format!(
            "b:f {}",
            enc(4, "XyJa", "wwmtotq4+CmSCsmRU8/dWA==", "float")
        ),
        format!(
            "t {}",
            enc(5, "pMiN2Q==", "w/abg3vHTUISQDt3R38M8Q==", "bool")
        ),
        "u_unencrypted plain".to_owned(),
        "z Null".to_owned(),
        "e ".to_owned(),
        format!(
            "l[] {}",
            enc(6, "mPjdX9SlALg=", "pOOxzbOmN7ksUDlOaIMqrA==", "comment")
        ),
        format!("l[] {}", enc(7, "QQ==", "UCzZvPMv6Zv7Z/fD5QyYLg==", "str")),
        format!("l[] {}", enc(8, "7w==", "aaXlHNqrWin9EdNq4Se74g==", "str")),
    ];
    assert_eq!(found, expected);
    let stored = mac.seal(&cipher, at(), &mut Counting(0xfe)).unwrap();
    assert_eq!(stored.expose_str(), Some(SEALED_MAC));

    let decrypted = decrypt(&mut tree, scheme).unwrap();
    assert_eq!(tree, whole_file());
    assert_eq!(decrypted.warnings, []);
    assert_eq!(
        decrypted.mac.verify(&cipher, SEALED_MAC.as_bytes(), at()),
        Ok(())
    );
}

#[test]
fn the_mac_covers_all_or_only_what_is_encrypted() {
    let (cipher, rule) = (cipher(), Rule::default());
    for (mac_scope, expected) in [
        (MacScope::All, MAC),
        (MacScope::Encrypted, MAC_ONLY_ENCRYPTED),
    ] {
        let scheme = Scheme {
            cipher: &cipher,
            rule: &rule,
            mac_scope,
        };
        let mut tree = whole_file();
        let encrypted = encrypt(&mut tree, scheme, &mut Ivs::new(), &mut SystemRandom).unwrap();
        assert_eq!(encrypted.expose(), expected);
        assert_eq!(decrypt(&mut tree, scheme).unwrap().mac.expose(), expected);
    }
}

#[test]
fn a_value_nobody_touched_keeps_its_ciphertext() {
    let rule = Rule::default();
    let file = || {
        tree([
            pair("l", items(["dup", "other", "dup", "# dup", "dup"])),
            pair("a", 5),
        ])
    };
    let mut before = file();
    sealed(&mut before, &rule, &mut Ivs::new()).unwrap();
    let mut after = copy(&before);
    let mut ivs = opened(&mut after, &rule).unwrap().ivs;
    assert_eq!(after, file());
    after.documents[0].entries[1] = pair("a", Value::Float(5.0));
    sealed(&mut after, &rule, &mut ivs).unwrap();
    assert_eq!(
        after.documents[0].entries[0],
        before.documents[0].entries[0]
    );
    assert_ne!(
        after.documents[0].entries[1],
        before.documents[0].entries[1]
    );
    let mut again = file();
    sealed(&mut again, &rule, &mut ivs).unwrap();
    assert_ne!(
        again.documents[0].entries[0], before.documents[0].entries[0],
        "used up"
    );
}

#[test]
fn a_new_data_key_keeps_the_ivs_and_nothing_else() {
    let rule = Rule::default();
    let mut before = tree([pair("a", "hello")]);
    sealed(&mut before, &rule, &mut Ivs::new()).unwrap();
    let mut after = copy(&before);
    let mut ivs = opened(&mut after, &rule).unwrap().ivs;
    let cipher = Cipher::new(&DataKey::copy_of(&[7; 32]));
    let scheme = Scheme {
        cipher: &cipher,
        rule: &rule,
        mac_scope: MacScope::All,
    };
    encrypt(&mut after, scheme, &mut ivs, &mut SystemRandom).unwrap();
    let text = |tree: &Tree| scalar(tree.documents[0].value(b"a").unwrap());
    let (before, after) = (text(&before), text(&after));
    let parts = |text| crate::enc::Enc::recognise(text).unwrap();
    let (before, after) = (parts(before.as_bytes()), parts(after.as_bytes()));
    assert_eq!(before.iv, after.iv);
    assert_ne!(before.data, after.data);
    assert_ne!(before.tag, after.tag);
}

#[test]
fn another_spelling_of_a_number_does_not_lend_its_iv() {
    let (cipher, rule) = (cipher(), Rule::default());
    let iv = crate::cipher::Iv::new([1; 32]);
    let plaintext = crate::scalar::Plaintext {
        kind: crate::scalar::Kind::Int,
        bytes: b"+5",
    };
    let text = cipher.encrypt(plaintext, b"a:", &iv).unwrap();
    let mut tree = tree([Entry::Pair("a".into(), Value::Text(text))]);
    let mut ivs = opened(&mut tree, &rule).unwrap().ivs;
    assert_eq!(tree.documents[0].value(b"a"), Some(&Value::Int(5)));
    sealed(&mut tree, &rule, &mut ivs).unwrap();
    assert!(!scalar(tree.documents[0].value(b"a").unwrap()).contains("iv:AQEB"));
}

#[test]
fn changed_files_have_another_mac() {
    let rule = Rule::default();
    let mut before = tree([
        pair("l", items(["x", "y", "# c"])),
        pair("p_unencrypted", "p"),
    ]);
    let mac = sealed(&mut before, &rule, &mut Ivs::new()).unwrap();
    let list = |tree: &mut Tree| match &mut tree.documents[0].entries[0] {
        Entry::Pair(_, Value::List(items)) => std::mem::take(items),
        _ => panic!("a list"),
    };
    type Change = fn(&mut Vec<Item>);
    let retyped = |item: &Item, kind: &str| match item {
        Item::Value(Value::Text(text)) => {
            let (before, _) = text.expose_str().unwrap().split_once(",type:").unwrap();
            Item::Value(Value::from(format!("{before},type:{kind}]")))
        }
        _ => panic!("a text"),
    };
    let unchanged: Change = |_| {};
    let swapped: Change = |items| items.swap(0, 1);
    let dropped: Change = |items| drop(items.remove(1));
    let blanked: Change = |items| items[1] = Item::Value(Value::from(""));
    let check = |change: &dyn Fn(&mut Vec<Item>), equal| {
        let mut after = copy(&before);
        let mut items = list(&mut after);
        change(&mut items);
        after.documents[0].entries[0] = pair("l", items);
        assert_eq!(
            mac_matches(&opened(&mut after, &rule).unwrap().mac, &mac),
            equal
        );
    };
    check(&unchanged, true);
    check(&swapped, false);
    check(&dropped, false);
    check(&blanked, false);
    check(&|items| items[0] = retyped(&items[0], "comment"), false);
    check(&|items| items[2] = retyped(&items[2], "str"), false);
    check(&|items| drop(items.remove(2)), true);
}

#[test]
fn what_does_not_decrypt_is_named_by_its_path() {
    let rule = Rule::default();
    let error = |value: Value, reason| {
        let mut tree = tree([pair("a", map([pair("b", value)]))]);
        let error = opened(&mut tree, &rule).err().unwrap();
        assert_eq!(error.to_string(), format!("a:b: {reason}"));
    };
    error(Value::Bool(true), OpenError::NotCiphertext);
    error(Value::from("plain"), OpenError::NotCiphertext);
    error(Value::from(SEALED_MAC), OpenError::NotAuthentic);
    error(
        Value::from(vec![Item::from(Value::from("plain"))]),
        OpenError::NotCiphertext,
    );
}

#[test]
fn a_comment_that_does_not_decrypt_is_kept_with_a_warning() {
    let rule = Rule::default();
    let file = || {
        tree([
            Entry::Comment(Comment::inline(" plain")),
            Entry::Comment(Comment::line("")),
            pair("l", items(["# plain", "#"])),
        ])
    };
    let mut tree = file();
    let decrypted = opened(&mut tree, &rule).unwrap();
    assert_eq!(tree, file());
    let warnings: Vec<_> = decrypted.warnings.iter().map(ToString::to_string).collect();
    let warning = "a comment that should be encrypted is not";
    assert_eq!(
        warnings,
        [format!("the top level: {warning}"), format!("l: {warning}")]
    );
}

#[test]
fn a_decrypted_comment_stands_on_a_line_of_its_own() {
    let rule = Rule::default();
    let mut tree = tree([Entry::Comment(Comment::inline(" c")), pair("a", 1)]);
    sealed(&mut tree, &rule, &mut Ivs::new()).unwrap();
    let placement = |tree: &Tree| match &tree.documents[0].entries[0] {
        Entry::Comment(comment) => comment.placement,
        Entry::Pair(..) => panic!("a comment"),
    };
    assert_eq!(placement(&tree), Placement::Inline);
    opened(&mut tree, &rule).unwrap();
    assert_eq!(placement(&tree), Placement::Line);
}

#[test]
fn comments_say_what_is_encrypted_until_the_next_value_ends() {
    let rule = rule("encrypted_comment_regex", "enc");
    let mut tree = tree([
        pair("a", "1"),
        Entry::Comment(Comment::line(" enc")),
        Entry::Comment(Comment::line(" more")),
        pair(
            "b",
            map([
                Entry::Comment(Comment::line(" inner")),
                pair("c", "2"),
                pair("d", "3"),
            ]),
        ),
        Entry::Comment(Comment::line(" last")),
        pair("e", "4"),
        pair("l", items(["x", "# enc", "y", "z"])),
    ]);
    sealed(&mut tree, &rule, &mut Ivs::new()).unwrap();
    let mut found = Vec::new();
    lines(&tree.documents[0], "", &mut found);
    let encrypted = |line: &String| line.contains("ENC[");
    let plain: Vec<_> = found.iter().filter(|line| !encrypted(line)).collect();
    assert_eq!(
        plain,
        [
            "a 1",
            "# enc",
            "# last",
            "e 4",
            "l[] x",
            "l[] # enc",
            "l[] z"
        ]
    );
    assert_eq!(found.iter().filter(|line| encrypted(line)).count(), 5);
}

/// Stock writes such a file, but takes the second comment for the end of the run.
#[test]
fn a_run_of_comments_in_a_list_is_read_but_not_written() {
    let rule = rule("encrypted_comment_regex", "enc");
    let file = || tree([pair("l", items(["# enc", "# more", "x", "y"]))]);
    let error = sealed(&mut file(), &rule, &mut Ivs::new()).err().unwrap();
    assert!(matches!(error, EncryptError::CommentRun(path) if path.to_string() == "l"));

    let cipher = cipher();
    let seal = |kind, bytes| {
        let plaintext = crate::scalar::Plaintext { kind, bytes };
        cipher
            .encrypt(plaintext, b"l:", &crate::cipher::Iv::new([1; 32]))
            .unwrap()
    };
    let mut tree = tree([pair(
        "l",
        vec![
            Item::Comment(Comment::line(" enc")),
            Item::Value(Value::Text(seal(crate::scalar::Kind::Comment, b" more"))),
            Item::Value(Value::Text(seal(crate::scalar::Kind::Str, b"x"))),
            Item::Value(Value::from("y")),
        ],
    )]);
    opened(&mut tree, &rule).unwrap();
    assert_eq!(tree, file());
}

#[test]
fn a_comment_at_the_end_of_a_list_or_under_another_rule_is_no_run() {
    for (field, pattern, list) in [
        ("encrypted_comment_regex", "enc", ["x", "# enc", "# more"]),
        ("unencrypted_comment_regex", "plain", ["# a", "# b", "x"]),
        ("unencrypted_suffix", "_plain", ["# a", "# b", "x"]),
    ] {
        let rule = rule(field, pattern);
        let mut tree = tree([pair("l", items(list))]);
        let mac = sealed(&mut tree, &rule, &mut Ivs::new()).unwrap();
        assert!(mac_matches(&opened(&mut tree, &rule).unwrap().mac, &mac));
        assert_eq!(tree.documents[0].entries, [pair("l", items(list))]);
    }
}

#[test]
fn ciphertext_must_not_exempt_what_follows_it() {
    let rule = rule("unencrypted_comment_regex", "GCM");
    let mut tree = tree([Entry::Comment(Comment::line(" note")), pair("a", 1)]);
    let error = sealed(&mut tree, &rule, &mut Ivs::new()).err();
    assert!(matches!(error, Some(EncryptError::CiphertextMatches(_))));
}

#[test]
fn an_invalid_expression_is_refused_for_writing_and_matches_nothing_for_reading() {
    let rule = rule("encrypted_regex", "(");
    let mut tree = tree([pair("(", "plain")]);
    let error = sealed(&mut tree, &rule, &mut Ivs::new()).err();
    assert_eq!(error, Some(EncryptError::Rule("encrypted_regex")));
    assert_eq!(
        opened(&mut tree, &rule).unwrap().warnings,
        [Warning::Rule("encrypted_regex")]
    );
    assert_eq!(scalar(tree.documents[0].value(b"(").unwrap()), "plain");
}

#[test]
fn containers_are_walked_to_a_depth_of_512() {
    let nested = |depth| {
        let deepest = Value::from("x");
        (0..depth).fold(deepest, |value, _| Value::List(vec![Item::from(value)]))
    };
    let rule = Rule::default();
    let mut tree = tree([pair("a", nested(512))]);
    sealed(&mut tree, &rule, &mut Ivs::new()).unwrap();
    opened(&mut tree, &rule).unwrap();
    tree.documents[0].entries[0] = pair("a", nested(513));
    let error = sealed(&mut tree, &rule, &mut Ivs::new()).err().unwrap();
    assert_eq!(error.to_string(), "a: nested deeper than 512 levels");
    assert!(matches!(
        opened(&mut tree, &rule),
        Err(DecryptError::TooDeep(_))
    ));
}

proptest! {
    #[test]
    fn decrypting_what_was_encrypted_gives_the_same_tree_and_mac(
        original in any_tree(),
        rule in any_rule(),
        mac_scope in prop::sample::select(vec![MacScope::All, MacScope::Encrypted]),
    ) {
        let cipher = cipher();
        let scheme = Scheme { cipher: &cipher, rule: &rule, mac_scope };
        let mut tree = copy(&original);
        let mac = match encrypt(&mut tree, scheme, &mut Ivs::new(), &mut SystemRandom) {
            Err(EncryptError::CommentRun(_)) => return Err(TestCaseError::reject("a run")),
            other => other.unwrap(),
        };
        let decrypted = decrypt(&mut tree, scheme).unwrap();
        prop_assert_eq!(decrypted.mac.expose(), mac.expose());
        prop_assert_eq!(decrypted.warnings, []);
        prop_assert_eq!(tree, original);
    }

    #[test]
    fn encrypting_again_what_was_decrypted_gives_the_same_ciphertexts(
        mut before in any_tree(),
        rule in any_rule(),
    ) {
        match sealed(&mut before, &rule, &mut Ivs::new()) {
            Err(EncryptError::CommentRun(_)) => return Err(TestCaseError::reject("a run")),
            other => drop(other.unwrap()),
        }
        let mut after = copy(&before);
        let mut ivs = opened(&mut after, &rule).unwrap().ivs;
        sealed(&mut after, &rule, &mut ivs).unwrap();
        prop_assert_eq!(after, before);
    }
}
