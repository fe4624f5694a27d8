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

/// The rows of what a file does not protect, and what it does, in that order.
#[expect(clippy::too_many_lines, reason = "a table")]
fn changes() -> Vec<(&'static str, Verdict, String)> {
    use Verdict::{Mac, Opens, Value};

    let file = encrypted();
    let of = |start: &str| line(&file, start).to_owned();
    let (a, s, num) = (of("a: "), of("s: "), of("num: "));
    let items: Vec<&str> = file
        .lines()
        .filter(|line| line.starts_with("    - ENC"))
        .collect();
    let [comment, one, two] = items[..] else {
        panic!("three items, a comment among them")
    };
    let swap = |first: &str, second: &str| {
        file.replace(first, "\0")
            .replace(second, first)
            .replace('\0', second)
    };
    let without = |line: &str| file.replace(line, "");
    let top = |text: &str| file.replace(&a, &format!("{a}{text}"));
    let at_num = |text: String| file.replace(&format!("b:\n{num}"), &text);
    vec![
        (
            "int is str",
            Opens,
            file.replace(&num, &num.replace("type:int", "type:str")),
        ),
        ("bool is str", Opens, file.replace("type:bool", "type:str")),
        (
            "a plain key renamed",
            Opens,
            file.replace("q_unencrypted", "r_unencrypted"),
        ),
        (
            "bytes moved between plain values",
            Opens,
            file.replace("plain\nq_unencrypted: text", "plainte\nq_unencrypted: xt"),
        ),
        (
            "a plain value in two",
            Opens,
            file.replace("p_unencrypted: plain", "p_unencrypted: [pl, ain]"),
        ),
        (
            "nothing added",
            Opens,
            top("n: null\ne: \"\"\nm: {}\nx: []\n"),
        ),
        (
            "a key joined with its parent",
            Opens,
            at_num(format!("\"b:num\": {}\n", value(&num))),
        ),
        (
            "items in a list of their own",
            Opens,
            file.replace(one, &one.replace("- ", "- - ")),
        ),
        ("a plain comment", Opens, top("# anybody\n")),
        ("a comment deleted", Opens, without(&of("#ENC"))),
        (
            "a comment of a list deleted",
            Opens,
            without(&format!("{comment}\n")),
        ),
        (
            "text behind a ciphertext",
            Opens,
            file.replace("type:int]", "type:int]x"),
        ),
        (
            "another version",
            Opens,
            file.replace("version: 3.13.3", "version: 3.12.0"),
        ),
        ("unknown metadata", Opens, format!("{file}    future: 1\n")),
        (
            "a threshold",
            Opens,
            format!("{file}    shamir_threshold: 1\n"),
        ),
        ("values swapped", Value, swap(value(&a), value(&s))),
        (
            "an encrypted key renamed",
            Value,
            file.replace("\na: ", "\nz: "),
        ),
        (
            "a plain value that counts as encrypted",
            Value,
            file.replace("p_unencrypted", "p"),
        ),
        (
            "a plain value for a ciphertext",
            Value,
            file.replace(value(&of("t: ")), "true"),
        ),
        (
            "a rule that selects nothing",
            Mac,
            file.replace("unencrypted_suffix: _unencrypted", "encrypted_suffix: none"),
        ),
        ("items swapped", Mac, swap(one, two)),
        (
            "an item repeated",
            Mac,
            file.replace(two, &format!("{two}\n{two}")),
        ),
        ("an item dropped", Mac, without(&format!("{two}\n"))),
        ("a value blanked", Mac, file.replace(value(&a), "\"\"")),
        ("a value removed", Mac, without(&a)),
        (
            "a map in another order",
            Mac,
            without(&a).replace(&s, &format!("{s}{a}")),
        ),
        (
            "a plain value changed",
            Mac,
            file.replace("plain\n", "other\n"),
        ),
        (
            "a value is a comment",
            Mac,
            file.replace(two, &two.replace("type:str", "type:comment")),
        ),
        (
            "a comment is a value",
            Mac,
            file.replace(comment, &comment.replace("type:comment", "type:str")),
        ),
        (
            "another time",
            Mac,
            file.replace("2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z"),
        ),
        (
            "a smaller MAC",
            Mac,
            format!("{file}    mac_only_encrypted: true\n"),
        ),
        ("no MAC", Mac, without(&of("mac: "))),
    ]
}

fn verdict(file: &str) -> Verdict {
    match ours::decrypt(Format::Yaml, file.as_bytes(), &["alice"]) {
        Ok(_) => Verdict::Opens,
        Err(error) if error.contains("MAC") => Verdict::Mac,
        Err(_) => Verdict::Value,
    }
}

#[test]
fn every_change_without_the_key_comes_to_what_stock_makes_of_it() {
    let stock = Stock::new(&Creation::PLAIN, &["alice"]);
    for (change, expected, file) in changes() {
        assert_ne!(file, encrypted(), "{change}");
        assert_eq!(verdict(&file), expected, "{change}\n{file}");
        let by_stock = match stock.decrypt(Format::Yaml, file.as_bytes()) {
            Ok(_) => Verdict::Opens,
            Err(error) if error.starts_with("exit Some(51)") => Verdict::Mac,
            Err(error) => {
                assert!(error.starts_with("exit Some(25)"), "{change}: {error}");
                Verdict::Value
            }
        };
        assert_eq!(by_stock, expected, "{change}, by stock");
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
