//! An organisation whose people do what people do, drawn from a number.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::Timestamp;
use keydance_sops::age::{AgeIdentities, NativeIdentity, NativeKind};
use keydance_sops::data_key::DataKey;
use keydance_sops::file::{File, Opened};
use keydance_sops::format::{Format, ReadOptions, WriteOptions};
use keydance_sops::keys::{DECRYPTION_ORDER, recover, wrap};
use keydance_sops::metadata::Metadata;
use keydance_sops::random::SystemRandom;
use keydance_sops::readers::Readers;
use keydance_sops::recipient::Recipient;
use keydance_sops::tree::{Entry, Map, Time, Tree, Value};

use crate::group_identity::{IdentityFile, NewGeneration, Request};
use crate::history::made::Made;
use crate::roster::{parse_recipient, parse_time};

pub(super) const PEOPLE: [&str; 4] = ["alice", "bob", "carol", "dave"];

/// The organisation: who they are, what groups there are now, and where they work.
pub(super) struct Life {
    pub(super) made: Made,
    pub(super) people: BTreeMap<&'static str, NativeIdentity>,
    /// Every identity of a group there ever was, by recipient.
    pub(super) identities: BTreeMap<String, String>,
    drawn: u64,
    next: u32,
}

fn now() -> Timestamp {
    parse_time("2026-01-05T09:00:00Z").unwrap()
}

fn identity() -> NativeIdentity {
    NativeIdentity::new(NativeKind::X25519, &mut SystemRandom).unwrap()
}

fn recipient(text: &str) -> Recipient {
    parse_recipient(text).unwrap()
}

fn readers(recipients: impl IntoIterator<Item = String>) -> Readers {
    Readers {
        groups: vec![recipients.into_iter().map(|it| recipient(&it)).collect()],
        threshold: 0,
    }
}

impl Life {
    pub(super) fn live(seed: u64, steps: usize) -> Self {
        let mut life = Self::new(seed);
        life.begin();
        life.go_on(steps);
        life
    }

    pub(super) fn new(seed: u64) -> Self {
        Self {
            made: Made::new(),
            people: PEOPLE.map(|name| (name, identity())).into(),
            identities: BTreeMap::new(),
            drawn: seed | 1,
            next: 0,
        }
    }

    /// Alice and Bob are in a group, which with Carol makes another one.
    pub(super) fn begin(&mut self) {
        let mut roster = "keydance: 1\norganisation: acme\nenvironments: [e]\n\
            protected: [refs/heads/main]\ngovernance: g\npeople:\n"
            .to_owned();
        for (name, identity) in &self.people {
            let device = identity.recipient();
            let _ = write!(
                roster,
                "  {name}:\n    from: 2026-01-05\n    devices:\n      \
                 laptop: {{recipient: {device}, from: 2026-01-05}}\n"
            );
        }
        let group = identity();
        let _ = write!(
            roster,
            "groups:\n  g:\n    members: {{alice: {{from: 2026-01-05}}}}\n    admins: [alice]\n    \
             generation: 1\n    recipient: {}\npaths:\n  - {{match: \"**\", environment: e, readers: [g]}}\n",
            group.recipient()
        );
        crate::roster::Roster::parse(roster.as_bytes()).unwrap();
        self.made.write("keydance.yaml", roster.as_bytes());
        let of = |name: &str| self.people[name].recipient().to_owned();
        let (inner, outer) = ([of("alice"), of("bob")], of("carol"));
        let inner = self.generation("inner", 1, readers(inner));
        self.generation("outer", 1, readers([inner, outer]));
        for at in 0..3 {
            let group = if at == 1 { "inner" } else { "outer" };
            self.create(&format!("secrets/{at}.yaml"), group);
        }
        self.made.commit();
    }

    pub(super) fn go_on(&mut self, steps: usize) {
        for _ in 0..steps {
            self.step();
            self.made.commit();
        }
    }

    fn draw(&mut self, below: usize) -> usize {
        self.drawn = self
            .drawn
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.drawn >> 33).unwrap() % below
    }

    fn step(&mut self) {
        let files = self.files();
        let file = files[self.draw(files.len())].clone();
        let group = ["inner", "outer"][self.draw(2)];
        self.next += 1;
        let new = format!("secrets/n{}.yaml", self.next);
        match self.draw(12) {
            0 => self.create(&new, group),
            1 | 2 => self.change(&file),
            3 => self.made.write(&new, &self.made.read(&file).unwrap()),
            4 => drop(self.made.git(&["mv", &file, &new])),
            5 if files.len() > 2 => drop(self.made.git(&["rm", "-q", &file])),
            6 => self.join(group),
            7 => self.leave(group),
            8 => self.rekey(&file, group, true),
            9 => self.rekey(&file, group, false),
            10 => {
                let tree = self.open(&file).tree;
                self.seal(&file, tree, group);
            }
            _ => self.fork(),
        }
    }

    fn files(&self) -> Vec<String> {
        let told = self.made.git(&["ls-files", "secrets"]);
        told.lines().map(str::to_owned).collect()
    }

    /// Works on another branch from some earlier commit on, then merges it.
    fn fork(&mut self) {
        self.made.commit();
        let back = 1 + self.draw(3);
        let branch = format!("b{}", self.next);
        if self
            .made
            .git(&["rev-list", "--count", "--first-parent", "HEAD"])
            .parse::<usize>()
            .unwrap()
            <= back
        {
            return;
        }
        self.made
            .git(&["checkout", "-q", "-b", &branch, &format!("HEAD~{back}")]);
        for _ in 0..2 {
            let files = self.files();
            let file = files[self.draw(files.len())].clone();
            match self.draw(3) {
                0 => self.change(&file),
                1 => self.create(&format!("secrets/{branch}.yaml"), "outer"),
                _ => self.join("inner"),
            }
            self.made.commit();
        }
        self.made.git(&["checkout", "-q", "main"]);
        match self.draw(4) {
            0 => {}
            1 => drop(
                self.made
                    .git(&["merge", "-q", "--no-edit", "-s", "ours", &branch]),
            ),
            2 => {
                // Reachable by the reflog only.
                self.made.git(&["branch", "-q", "-D", &branch]);
            }
            _ => self.merge(&branch),
        }
    }

    /// Takes what the branch added, and ours of everything else.
    fn merge(&self, branch: &str) {
        self.made.git(&[
            "merge",
            "-q",
            "--no-commit",
            "--no-ff",
            "-s",
            "ours",
            branch,
        ]);
        let added = [
            "diff",
            "--name-only",
            "--diff-filter=A",
            "--no-renames",
            "HEAD",
            branch,
        ];
        for path in self.made.git(&added).lines() {
            self.made.git(&["checkout", "-q", branch, "--", path]);
        }
        self.made.commit();
    }

    /// The newest identity of a group in the working tree: path and number.
    fn newest(&self, group: &str) -> (String, u32) {
        let told = self
            .made
            .git(&["ls-files", "-c", "-o", &format!(".keydance/groups/{group}")]);
        let number = |path: &str| {
            let name = path.rsplit('/').next().unwrap();
            (
                path.to_owned(),
                name.split('-').next().unwrap().parse().unwrap(),
            )
        };
        let files = told
            .lines()
            .map(number)
            .filter(|(path, _)| self.made.read(path).is_some());
        files
            .max_by_key(|(path, number)| (*number, path.clone()))
            .unwrap()
    }

    fn group(&self, group: &str) -> IdentityFile {
        IdentityFile::read(&self.made.read(&self.newest(group).0).unwrap()).unwrap()
    }

    fn recipient_of(&self, group: &str) -> String {
        self.group(group).generation.recipient.identity()
    }

    fn generation(&mut self, group: &str, number: u32, readers: Readers) -> String {
        let request = Request {
            group: &group.parse().unwrap(),
            number,
            readers,
            now: now(),
        };
        let service = AgeIdentities::without_passphrases();
        let made = NewGeneration::make(identity(), request, &service, &mut SystemRandom).unwrap();
        self.made.write(&made.generation.path(), &made.bytes);
        let recipient = made.identity.recipient().to_owned();
        self.identities
            .insert(recipient.clone(), made.identity.expose().to_owned());
        recipient
    }

    /// Somebody more can open the identity of a group.
    fn join(&mut self, group: &str) {
        let name = PEOPLE[self.draw(PEOPLE.len())];
        let file = self.group(group);
        let mut readers = file.readers();
        readers.join(vec![recipient(self.people[name].recipient())]);
        let service = self.everybody();
        let written = file
            .rewrap(readers, &service, now(), &mut SystemRandom)
            .unwrap();
        if let Some(bytes) = written {
            let (path, _) = self.newest(group);
            self.made.write(&path, &bytes);
        }
    }

    /// Somebody less is in the next generation. Sometimes the group around it forgets to follow.
    fn leave(&mut self, group: &str) {
        let (path, number) = self.newest(group);
        let file = IdentityFile::read(&self.made.read(&path).unwrap()).unwrap();
        let Readers { groups, .. } = file.readers();
        let mut stay: Vec<String> = groups.concat().iter().map(Recipient::identity).collect();
        if stay.len() > 1 {
            stay.remove(self.draw(stay.len()));
        }
        let new = self.generation(group, number + 1, readers(stay));
        if group == "inner" && self.draw(3) > 0 {
            let (path, number) = self.newest("outer");
            let outer = IdentityFile::read(&self.made.read(&path).unwrap()).unwrap();
            let old = file.generation.recipient.identity();
            let members = outer.readers().groups.concat();
            let members = members.iter().map(Recipient::identity);
            let members = members.map(|it| if it == old { new.clone() } else { it });
            self.generation("outer", number + 1, readers(members));
        }
    }

    fn everybody(&self) -> AgeIdentities {
        let mut keys = AgeIdentities::without_passphrases();
        let people = self.people.values().map(NativeIdentity::expose);
        for identity in people.chain(self.identities.values().map(String::as_str)) {
            keys.add("here", identity.as_bytes()).unwrap();
        }
        keys
    }

    fn create(&mut self, path: &str, group: &str) {
        let mut top = Map::default();
        for key in ["a", "b", "c"] {
            top.push(key, format!("{key} {}", self.draw(1000)));
        }
        top.push("note_unencrypted", "plain");
        let tree = Tree {
            documents: vec![top],
        };
        self.seal(path, tree, group);
    }

    /// Writes a file with a data key and IVs of its own.
    fn seal(&self, path: &str, tree: Tree, group: &str) {
        let key = DataKey::random(&mut SystemRandom).unwrap();
        let now = Time::utc(now());
        let service = self.everybody();
        let to = readers([self.recipient_of(group)]);
        let groups = wrap(to, &key, &service, now, &mut SystemRandom).unwrap();
        let opened = Opened::new(Format::Yaml, tree, Metadata::new(groups, 0, None));
        let file = opened.seal(&key, now, &mut SystemRandom).unwrap();
        self.made
            .write(path, &file.write(&WriteOptions::default()).unwrap());
    }

    fn file(&self, path: &str) -> File {
        let bytes = self.made.read(path).unwrap();
        File::read(Format::Yaml, &bytes, &ReadOptions::default()).unwrap()
    }

    fn open(&self, path: &str) -> Opened {
        let file = self.file(path);
        let key = recover(&file.metadata, &self.everybody(), &DECRYPTION_ORDER)
            .unwrap()
            .key;
        file.open(&key).unwrap().verify().unwrap()
    }

    /// Changes a value with the data key of the file.
    fn change(&mut self, path: &str) {
        let file = self.file(path);
        let key = recover(&file.metadata, &self.everybody(), &DECRYPTION_ORDER)
            .unwrap()
            .key;
        let mut opened = file.open(&key).unwrap().verify().unwrap();
        let at = self.draw(3);
        let text = format!("changed {}", self.draw(1000));
        let Entry::Pair(_, value) = &mut opened.tree.documents[0].entries[at] else {
            panic!("a comment")
        };
        *value = Value::from(text);
        let file = opened
            .seal(&key, Time::utc(now()), &mut SystemRandom)
            .unwrap();
        self.made
            .write(path, &file.write(&WriteOptions::default()).unwrap());
    }

    /// Encrypts a file to a group as it is now: with a new data key, or only that.
    fn rekey(&self, path: &str, group: &str, is_new: bool) {
        let service = self.everybody();
        let to = readers([self.recipient_of(group)]);
        let now = Time::utc(now());
        let file = if is_new {
            self.open(path)
                .rotate(to, &service, now, &mut SystemRandom)
                .unwrap()
        } else {
            let mut file = self.file(path);
            let recovered = recover(&file.metadata, &service, &DECRYPTION_ORDER).unwrap();
            file.rewrap(to, &recovered, &service, now, &mut SystemRandom)
                .unwrap();
            file
        };
        self.made
            .write(path, &file.write(&WriteOptions::default()).unwrap());
    }

    /// The paths and blobs of a commit.
    pub(super) fn tree(&self, commit: &str) -> BTreeSet<(String, String)> {
        let told = self.made.git(&["ls-tree", "-r", commit]);
        let entry = |line: &str| {
            let (words, path) = line.split_once('\t').unwrap();
            (path.to_owned(), words.split(' ').nth(2).unwrap().to_owned())
        };
        told.lines().map(entry).collect()
    }
}
