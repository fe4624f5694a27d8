//! `--strict`: whatever shows that somebody changed a file without its data key refuses it, and of
//! what shows nothing it is said that only a signature could vouch for it.

use super::desk::{ALICE, BOB, Desk};

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

/// What a change comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// A value does not decrypt.
    Value,
    /// The MAC is another.
    Mac,
    /// The file shows it.
    Odd,
    /// Nothing in the file shows it, which is said.
    Reported,
}

use Verdict::{Mac, Odd, Reported, Value};

impl Verdict {
    fn of(code: i32, stderr: &str) -> Option<Self> {
        let said = stderr.contains("no signature vouches");
        match code {
            0 if said => Some(Reported),
            1 if stderr.contains("without --strict") => Some(Odd),
            25 => Some(Value),
            51 => Some(Mac),
            _ => None,
        }
    }
}

/// An encrypted file, in pieces.
struct File(String);

impl File {
    fn line(&self, start: &str) -> &str {
        let mut lines = self.0.split_inclusive('\n');
        lines
            .find(|line| line.trim_start().starts_with(start))
            .unwrap()
    }

    fn value(&self, start: &str) -> &str {
        self.line(start).split_once(": ").unwrap().1.trim_end()
    }

    /// The comment and both values of the list.
    fn items(&self) -> [&str; 3] {
        let lines = self.0.split_inclusive('\n');
        let items: Vec<_> = lines.filter(|line| line.starts_with("    - ENC")).collect();
        items.try_into().unwrap()
    }

    fn with(&self, old: &str, new: &str) -> String {
        self.0.replace(old, new)
    }

    fn swapped(&self, first: &str, second: &str) -> String {
        let gone = self.with(first, "\0");
        gone.replace(second, first).replace('\0', second)
    }

    fn and_on_top(&self, text: &str) -> String {
        format!("{text}{}", self.0)
    }

    /// With more at the end, which is inside of the metadata.
    fn and_metadata(&self, text: &str) -> String {
        format!("{}    {text}\n", self.0)
    }

    /// With this where the list of recipients ends.
    fn and_recipients(&self, text: &str) -> String {
        self.with("    lastmodified", &format!("{text}    lastmodified"))
    }
}

/// Every row of the table of what sops does not protect, and of what it does.
fn changes(file: &File, other: &str) -> Vec<(&'static str, String, Verdict)> {
    let num = file.line("num: ");
    let first = file.line("#ENC");
    let [comment, one, two] = file.items();
    let [a, s] = ["a: ", "s: "].map(|start| file.line(start));
    let [a_value, s_value, t_value] = ["a: ", "s: ", "t: "].map(|start| file.value(start));
    let joined = format!("\"b:num\": {}\n", file.value("num: "));
    let forged = "        - enc: forged\n          recipient: age1we465ynxyt3yg0c9y6cpkszuq72vpurmt42em8wsk5rjpag5vcxsftvy2v\n";
    vec![
        ("int is str", file.with("type:int", "type:str"), Reported),
        ("bool is str", file.with("type:bool", "type:str"), Reported),
        (
            "a plain key renamed",
            file.with("q_unenc", "r_unenc"),
            Reported,
        ),
        (
            "bytes moved between plain values",
            file.with(": plain", ": plainte").replace(": text", ": xt"),
            Reported,
        ),
        (
            "a plain value in two",
            file.with(": plain", ": [pl, ain]"),
            Reported,
        ),
        (
            "nothing added",
            file.and_on_top("n: null\ne: \"\"\nm: {}\nx: []\n"),
            Reported,
        ),
        (
            "a key joined with its parent",
            file.with(&format!("b:\n{num}"), &joined),
            Odd,
        ),
        (
            "an item in a list of its own",
            file.with(one, &one.replace("- ", "- - ")),
            Reported,
        ),
        ("a plain comment", file.and_on_top("# anybody\n"), Odd),
        ("a comment deleted", file.with(first, ""), Reported),
        (
            "a comment of a list deleted",
            file.with(comment, ""),
            Reported,
        ),
        (
            "text behind a ciphertext",
            file.with("type:int]", "type:int]x"),
            Odd,
        ),
        ("a recipient forged", file.and_recipients(forged), Reported),
        (
            "recipients of an unknown kind",
            file.and_metadata("hardware:\n        - enc: x"),
            Odd,
        ),
        ("another version", file.with("3.13.3", "3.12.0"), Reported),
        ("no version", file.with(file.line("version: "), ""), Odd),
        ("unknown metadata", file.and_metadata("future: 1"), Odd),
        (
            "a threshold",
            file.and_metadata("shamir_threshold: 1"),
            Reported,
        ),
        (
            "other metadata in another document",
            format!("{}---\nsops:\n    mac: x\n", file.0),
            Odd,
        ),
        (
            "another file for the same recipients",
            other.to_owned(),
            Reported,
        ),
        ("values swapped", file.swapped(a_value, s_value), Value),
        (
            "an encrypted key renamed",
            file.with("\na: ", "\nz: "),
            Value,
        ),
        (
            "a plain value that counts as encrypted",
            file.with("p_unencrypted", "p"),
            Value,
        ),
        (
            "a plain value for a ciphertext",
            file.with(t_value, "true"),
            Value,
        ),
        ("items swapped", file.swapped(one, two), Mac),
        (
            "an item repeated",
            file.with(two, &format!("{two}{two}")),
            Mac,
        ),
        ("an item dropped", file.with(two, ""), Mac),
        ("a value blanked", file.with(a_value, "\"\""), Mac),
        ("a value removed", file.with(a, ""), Mac),
        (
            "a map in another order",
            file.with(a, "").replace(s, &format!("{s}{a}")),
            Mac,
        ),
        (
            "a plain value changed",
            file.with(": plain", ": other"),
            Mac,
        ),
        (
            "a value is a comment",
            file.with(two, &two.replace("type:str", "type:comment")),
            Mac,
        ),
        (
            "a comment is a value",
            file.with(comment, &comment.replace("type:comment", "type:str")),
            Mac,
        ),
        (
            "another time",
            file.with(file.value("lastmodified: "), "\"2001-01-01T00:00:00Z\""),
            Mac,
        ),
        (
            "a smaller MAC",
            file.and_metadata("mac_only_encrypted: true"),
            Mac,
        ),
        ("no MAC", file.with(file.line("mac: "), ""), Mac),
        (
            "a bit flipped",
            file.with(a_value, &a_value.replace("tag:", "tag:A")),
            Value,
        ),
    ]
}

fn desk() -> (Desk, File) {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    let file = File(desk.read("f.yaml"));
    (desk, file)
}

#[test]
fn whatever_shows_that_a_file_was_changed_refuses_it_and_of_the_rest_it_is_said() {
    let (desk, file) = desk();
    desk.encrypted("other.yaml", "a: newer\n", &[ALICE]);
    for (change, text, expected) in changes(&file, &desk.read("other.yaml")) {
        assert_ne!(text, file.0, "{change}");
        desk.write("changed.yaml", &text);
        for command in ["verify", "decrypt"] {
            let told = desk.ours(&[command, "--strict", "changed.yaml"], &[ALICE]);
            let verdict = Verdict::of(told.code, &told.stderr);
            assert_eq!(
                verdict,
                Some(expected),
                "{command}: {change}\n{}",
                told.stderr
            );
            assert!(command == "decrypt" || told.stdout.is_empty());
        }
        // What shows is said without --strict as well.
        let told = desk.ours(&["verify", "changed.yaml"], &[ALICE]);
        let is_said = told.stderr.contains("warning: ");
        assert_eq!(is_said, expected == Odd, "{change}\n{}", told.stderr);
    }
}

#[test]
fn every_command_that_reads_refuses_an_odd_file_and_leaves_it_as_it_is() {
    let (desk, file) = desk();
    let rule = format!(
        "creation_rules:\n  - age: {},{}\n",
        ALICE.recipient, BOB.recipient
    );
    let rule = format!(
        "{rule}destination_rules:\n  - vault_path: v\n    vault_address: http://127.0.0.1:1\n"
    );
    desk.write(".sops.yaml", &rule);
    desk.write("plain.yaml", "a: 1\n");
    let opened = file.with("type:int]", "type:int]x");
    let read = file.and_metadata("future: 1");
    for (odd, commands) in [
        (
            &opened,
            &[
                &["decrypt"][..],
                &["edit"],
                &["rotate", "-i"],
                &["verify"],
                &["publish", "-y"],
            ][..],
        ),
        (
            &read,
            &[
                &["decrypt"][..],
                &["filestatus"],
                &["recipients"],
                &["updatekeys", "-y"],
                &["rotate", "-i"],
            ],
        ),
    ] {
        desk.write("odd.yaml", odd);
        let with_more: [&[&str]; 8] = [
            &["set", "--strict", "odd.yaml", "[\"a\"]", "1"],
            &["unset", "--strict", "odd.yaml", "[\"a\"]"],
            &["replace", "--strict", "odd.yaml", "plain.yaml"],
            &["exec-env", "--strict", "odd.yaml", "true"],
            &["exec-file", "--strict", "odd.yaml", "true"],
            &["diff", "--strict", "odd.yaml", "f.yaml"],
            &["groups", "delete", "--strict", "-i", "-f", "odd.yaml", "0"],
            &[
                "groups",
                "add",
                "--strict",
                "-i",
                "-f",
                "odd.yaml",
                "--age",
                BOB.recipient,
            ],
        ];
        let simple = commands.iter().map(|command| {
            let (name, flags) = command.split_first().unwrap();
            [&[*name, "--strict"], flags, &["odd.yaml"]].concat()
        });
        let is_read_only = |command: &[&str]| command[0] == "groups";
        let with_more = with_more
            .iter()
            .filter(|each| odd == &read || !is_read_only(each));
        for command in simple.chain(with_more.map(|each| each.to_vec())) {
            let mut ours = desk.command(&command, &[ALICE]);
            let told = crate::tell(ours.env("SOPS_EDITOR", "true"));
            assert_eq!(
                Verdict::of(told.code, &told.stderr),
                Some(Odd),
                "{command:?}: {}",
                told.stderr
            );
            assert_eq!(&desk.read("odd.yaml"), odd, "{command:?}");
        }
    }
    let told = desk.ours(&["decrypt", "--strict", "--ignore-mac", "f.yaml"], &[ALICE]);
    assert!(told.code(8).stdout.is_empty());
}
