//! Files that somebody changed without the data key.

use keydance_sops::format::Format;

use crate::ours;
use crate::stock::{Creation, Stock, suffix};

/// What a change must come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Not protected by the format: the file opens.
    Opens,
    /// A value does not decrypt.
    Value,
    /// The MAC is another.
    Mac,
}

const PLAIN: &str = "\
# first
a: hello
b:
    num: 42
t: true
p_unencrypted: plain
q_unencrypted: text
l:
    # in the list
    - one
    - two
s: world
";

fn encrypted() -> String {
    let encrypted = ours::encrypt(Format::Yaml, PLAIN.as_bytes(), &Creation::PLAIN, 7);
    String::from_utf8(encrypted.unwrap()).unwrap()
}

/// The line with this key, or with this text in it.
fn line<'f>(file: &'f str, start: &str) -> &'f str {
    let mut lines = file.split_inclusive('\n');
    lines
        .find(|line| line.trim_start().starts_with(start))
        .unwrap()
}

fn value(line: &str) -> &str {
    line.split_once(": ").unwrap().1.trim_end()
}

/// The value on the line with this key.
fn value_of<'f>(file: &'f str, start: &str) -> &'f str {
    value(line(file, start))
}

/// The comment and both values of the list.
fn items(file: &str) -> [&str; 3] {
    let items = file.split_inclusive('\n');
    let items: Vec<_> = items.filter(|line| line.starts_with("    - ENC")).collect();
    items.try_into().unwrap()
}

fn swapped(file: &str, first: &str, second: &str) -> String {
    let gone = file.replace(first, "\0");
    gone.replace(second, first).replace('\0', second)
}

type Changes = Vec<(&'static str, String)>;

/// What the format does not protect.
fn unnoticed(file: &str) -> Changes {
    let of = |start: &str| line(file, start);
    let [comment, one, _] = items(file);
    let num = of("num: ");
    let joined = format!("\"b:num\": {}\n", value(num));
    let top = |text: &str| file.replace(of("a: "), &format!("{}{text}", of("a: ")));
    vec![
        ("int is str", file.replace("type:int", "type:str")),
        ("bool is str", file.replace("type:bool", "type:str")),
        ("a plain key renamed", file.replace("q_unenc", "r_unenc")),
        (
            "bytes moved between plain values",
            file.replace(": plain", ": plainte")
                .replace(": text", ": xt"),
        ),
        (
            "a plain value in two",
            file.replace(": plain", ": [pl, ain]"),
        ),
        ("nothing added", top("n: null\ne: \"\"\nm: {}\nx: []\n")),
        (
            "a key joined with its parent",
            file.replace(&format!("b:\n    {}", num.trim_start()), &joined),
        ),
        (
            "an item in a list of its own",
            file.replace(one, &one.replace("- ", "- - ")),
        ),
        ("a plain comment", top("# anybody\n")),
        ("a comment deleted", file.replace(of("#ENC"), "")),
        ("a comment of a list deleted", file.replace(comment, "")),
        (
            "text behind a ciphertext",
            file.replace("type:int]", "type:int]x"),
        ),
        ("another version", file.replace("3.13.3", "3.12.0")),
        ("unknown metadata", format!("{file}    future: 1\n")),
        ("a threshold", format!("{file}    shamir_threshold: 1\n")),
    ]
}

/// What is where it was not encrypted, or is no ciphertext.
fn undecryptable(file: &str) -> Changes {
    let [a, s] = ["a: ", "s: "].map(|start| value_of(file, start));
    vec![
        ("values swapped", swapped(file, a, s)),
        ("an encrypted key renamed", file.replace("\na: ", "\nz: ")),
        (
            "a plain value that counts as encrypted",
            file.replace("p_unencrypted", "p"),
        ),
        (
            "a plain value for a ciphertext",
            file.replace(value_of(file, "t: "), "true"),
        ),
    ]
}

/// What is not what was encrypted.
fn mismatched(file: &str) -> Changes {
    let [a, s] = ["a: ", "s: "].map(|start| line(file, start));
    let [comment, one, two] = items(file);
    let rule = "unencrypted_suffix: _unencrypted";
    vec![
        (
            "a rule that selects nothing",
            file.replace(rule, "encrypted_suffix: none"),
        ),
        ("items swapped", swapped(file, one, two)),
        (
            "an item repeated",
            file.replace(two, &format!("{two}{two}")),
        ),
        ("an item dropped", file.replace(two, "")),
        ("a value blanked", file.replace(value(a), "\"\"")),
        ("a value removed", file.replace(a, "")),
        (
            "a map in another order",
            file.replace(a, "").replace(s, &format!("{s}{a}")),
        ),
        ("a plain value changed", file.replace(": plain", ": other")),
        (
            "a value is a comment",
            file.replace(two, &two.replace("type:str", "type:comment")),
        ),
        (
            "a comment is a value",
            file.replace(comment, &comment.replace("type:comment", "type:str")),
        ),
        ("another time", file.replace("03:04:05Z", "03:04:06Z")),
        (
            "a smaller MAC",
            format!("{file}    mac_only_encrypted: true\n"),
        ),
        ("no MAC", file.replace(line(file, "mac: "), "")),
    ]
}

fn verdict(file: &str) -> Verdict {
    match ours::decrypt(Format::Yaml, file.as_bytes(), &["alice"]) {
        Ok(_) => Verdict::Opens,
        Err(error) if error.contains("MAC") => Verdict::Mac,
        Err(_) => Verdict::Value,
    }
}

/// By exit code; none if it is neither of those that are promised.
fn verdict_of_stock(file: &str) -> Option<Verdict> {
    let stock = Stock::new(&Creation::PLAIN, &["alice"]);
    match stock.decrypt(Format::Yaml, file.as_bytes()) {
        Ok(_) => Some(Verdict::Opens),
        Err(error) if error.starts_with("exit Some(25)") => Some(Verdict::Value),
        Err(error) if error.starts_with("exit Some(51)") => Some(Verdict::Mac),
        Err(_) => None,
    }
}

#[test]
fn every_change_without_the_key_comes_to_what_stock_makes_of_it() {
    let whole = encrypted();
    for (changes, expected) in [
        (unnoticed(&whole), Verdict::Opens),
        (undecryptable(&whole), Verdict::Value),
        (mismatched(&whole), Verdict::Mac),
    ] {
        for (change, file) in changes {
            assert_ne!(file, whole, "{change}");
            assert_eq!(verdict(&file), expected, "{change}\n{file}");
            assert_eq!(
                verdict_of_stock(&file),
                Some(expected),
                "{change}, by stock"
            );
        }
    }
}

#[test]
fn one_character_more_or_less_in_a_ciphertext_does_not_decrypt() {
    let file = encrypted();
    let old = value(line(&file, "s: ")).to_owned();
    for part in ["data:", "iv:", "tag:"] {
        let start = old.find(part).unwrap() + part.len();
        let length = old[start..].find([',', ']']).unwrap();
        for at in start..start + length {
            let mut bytes = old.clone().into_bytes();
            // The last digit before padding has spare bits, which say nothing.
            let spare = at + 1 == old.len() || old.as_bytes()[at + 1] == b'=';
            if bytes[at] == b'=' || spare {
                continue;
            }
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let new = String::from_utf8(bytes).unwrap();
            let changed = file.replace(&old, &new);
            assert_eq!(verdict(&changed), Verdict::Value, "{part} at {at}");
        }
    }
    let unknown = file.replace("type:bool", "type:boot");
    assert_eq!(verdict(&unknown), Verdict::Value);
}

#[test]
fn a_file_cut_off_anywhere_is_refused_or_the_same() {
    for (format, plain) in [
        (Format::Binary, "any bytes"),
        (Format::Dotenv, "A=one\n# note\nB=two\n"),
        (Format::Ini, "[s]\na = one\n; note\nb = two\n"),
        (Format::Json, "{\"a\": \"one\", \"b\": [2]}\n"),
        (Format::Yaml, "a: one\nb:\n  # note\n  - 2\n"),
    ] {
        let whole = ours::encrypt(format, plain.as_bytes(), &Creation::PLAIN, 1).unwrap();
        let expected = ours::decrypt(format, &whole, &["alice"]).unwrap();
        for end in 0..whole.len() {
            if let Ok(opened) = ours::decrypt(format, &whole[..end], &["alice"]) {
                let name = suffix(format);
                assert_eq!(opened, expected, "{name} without what follows byte {end}");
            }
        }
    }
}

#[test]
fn metadata_that_are_no_map_are_refused() {
    let file = encrypted();
    let (tree, _) = file.split_once("sops:\n").unwrap();
    for metadata in [
        "[]",
        "[a]",
        "null",
        "text",
        "1",
        "{}",
        "{mac: 1}",
        "{age: {}}",
        "{age: [1]}",
    ] {
        let file = format!("{tree}sops: {metadata}\n");
        assert!(
            ours::open(Format::Yaml, file.as_bytes(), &["alice"]).is_err(),
            "{metadata}"
        );
    }
}
