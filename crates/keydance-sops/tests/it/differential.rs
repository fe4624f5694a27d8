//! Random trees through both programs: what either writes, both read alike.

use keydance_sops::enc::Enc;
use keydance_sops::format::{Format, WriteOptions};
use keydance_sops::random::Random as _;

use crate::ours;
use crate::random_tree::{Branch, Forest, Kind, read_back, tree};
use crate::reduction::reduce;
use crate::rng::Rng;
use crate::stock::{Creation, Stock};

/// How many trees share a file, since starting a program takes longer than reading one.
const TREES_PER_FILE: usize = 200;

/// How many trees all tests here make together, unless `KEYDANCE_TEST_TREES` says otherwise.
const TREES: usize = 10_000;

/// The rules, and words that the keys and comments of random trees have.
const RULES: [Option<(&str, &str)>; 7] = [
    None,
    Some(("encrypted_comment_regex", "secret below")),
    Some(("encrypted_regex", "^(data|password)$")),
    Some(("encrypted_suffix", "_secret")),
    Some(("unencrypted_comment_regex", "keep it plain")),
    Some(("unencrypted_regex", "^(pub|n)")),
    Some(("unencrypted_suffix", "_plain")),
];

/// Key groups with their threshold.
const GROUPS: [(&[&[&str]], usize); 4] = [
    (&[&["alice"]], 0),
    (&[&["bob", "alice"]], 0),
    (&[&["alice"], &["bob", "carol"]], 0),
    (&[&["bob"], &["alice"], &["carol"]], 2),
];

/// Two identities, of three that files are for.
const AT_HAND: [&str; 2] = ["alice", "carol"];

/// Both programs with one rule, one set of groups and one format.
pub(crate) struct Pair {
    format: Format,
    creation: Creation,
    stock: Stock,
    seed: u64,
}

impl Pair {
    pub(crate) fn new(format: Format, seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let (groups, threshold) = rng.pick(&GROUPS);
        let creation = Creation {
            groups,
            threshold,
            rule: rng.pick(&RULES),
            mac_only_encrypted: rng.one_in(4),
        };
        Self {
            format,
            stock: Stock::new(&creation, &AT_HAND),
            creation,
            seed,
        }
    }

    fn kind(&self) -> Kind {
        let field = self.creation.rule.map(|(field, _)| field);
        Kind {
            format: self.format,
            comment_runs: field != Some("encrypted_comment_regex"),
        }
    }

    /// What the programs disagree about, for a file of these branches as they come out of a file.
    fn disagreement(&self, branches: &[Branch]) -> Option<String> {
        let branches = branches.iter().map(|branch| read_back(self.kind(), branch));
        let tree = tree(self.format, &branches.collect::<Option<Vec<_>>>()?);
        self.compare(&ours::write(self.format, &tree)).err()
    }

    pub(crate) fn compare(&self, plain: &[u8]) -> Result<(), String> {
        let by_stock = self.stock.encrypt(self.format, plain);
        let by_us = ours::encrypt(self.format, plain, &self.creation, self.seed);
        let (by_stock, by_us) = match (by_stock, by_us) {
            (Ok(by_stock), Ok(by_us)) => (by_stock, by_us),
            (by_stock, by_us) => {
                let verdict = |result: Result<_, String>| result.err().unwrap_or("encrypts".into());
                let (stock, us) = (verdict(by_stock), verdict(by_us));
                return Err(format!("stock: {stock}\nours: {us}"));
            }
        };
        let (tree, copy) = self.read(&by_stock)?;
        let again = "the encrypted file of stock, written again";
        same(again, &flush_left(&by_stock), &flush_left(&copy))?;
        let (our_tree, _) = self.read(&by_us)?;
        same("the encrypted file", &form(&tree), &form(&our_tree))?;
        let expected = self.stock.decrypt(self.format, &by_stock)?;
        let opened = self.stock.decrypt(self.format, &by_us)?;
        same("the decrypted files", &form(&expected), &form(&opened))?;
        for (encrypted, expected) in [(by_stock, expected), (by_us, opened)] {
            let opened = ours::decrypt(self.format, &encrypted, &AT_HAND)?;
            same("one file, decrypted", &expected, &opened)?;
        }
        Ok(())
    }

    /// The encrypted values, and the file written again.
    fn read(&self, encrypted: &[u8]) -> Result<(Vec<u8>, Vec<u8>), String> {
        let file = ours::read(self.format, encrypted)?;
        let copy = file.write(&WriteOptions::default());
        Ok((
            ours::write(self.format, &file.tree),
            copy.map_err(|error| error.to_string())?,
        ))
    }
}

/// What a file says without the keys of its ciphertexts, of which it has some after decryption when
/// comments moved: of each ciphertext, how long it is and its type.
fn form(encrypted: &[u8]) -> Vec<u8> {
    let mut form = Vec::new();
    let mut rest = encrypted;
    while let Some((first, after)) = rest.split_first() {
        if let Some(enc) = Enc::recognise(rest).filter(|enc| enc.iv.len() == 44) {
            form.extend(format!("ENC[{}:", enc.data.len()).bytes());
            form.extend(enc.kind);
            rest = enc.rest;
        } else {
            form.push(*first);
            rest = after;
        }
    }
    form
}

/// A file without the columns of its comments. Stock does not keep those of a comment that ends
/// several blocks: by what follows it in the encrypted file it may be read as part of another one.
fn flush_left(file: &[u8]) -> Vec<u8> {
    let mut flush = Vec::new();
    for line in file.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii_start();
        let is_comment = text.starts_with(b"#");
        if !text.is_empty() {
            flush.extend(if is_comment { text } else { line });
        }
    }
    flush
}

fn same(what: &str, expected: &[u8], found: &[u8]) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    let expected = String::from_utf8_lossy(expected);
    let found = String::from_utf8_lossy(found);
    let mut lines = expected.lines().zip(found.lines());
    let first = lines.find(|(expected, found)| expected != found);
    Err(format!(
        "{what}: first different lines {first:?}\nexpected {expected:?}\nfound {found:?}"
    ))
}

/// So many files of random trees.
fn agree_on(format: Format, trees: usize) {
    let files = trees.div_ceil(TREES_PER_FILE);
    for number in 0..u64::try_from(files).unwrap() {
        let seed = number + 1_000_000 * u64::try_from(trees).unwrap();
        let pair = Pair::new(format, seed);
        let mut forest = Forest::new(pair.kind(), seed);
        let branches = forest.branches(TREES_PER_FILE);
        if pair.disagreement(&branches).is_none() {
            continue;
        }
        let branches = reduce(branches, |branches| pair.disagreement(branches).is_some());
        let plain = ours::write(format, &tree(format, &branches));
        panic!(
            "{format:?}, seed {seed}, {:?}\n{}\n{:?}\n{}",
            pair.creation,
            String::from_utf8_lossy(&plain),
            String::from_utf8_lossy(&plain),
            pair.disagreement(&branches).unwrap(),
        );
    }
}

/// A share of all trees, in percent.
fn share(percent: usize) -> usize {
    let asked = std::env::var_os("KEYDANCE_TEST_TREES");
    let trees = asked.map_or(TREES, |trees| trees.to_str().unwrap().parse().unwrap());
    (trees * percent).div_ceil(100)
}

#[test]
fn random_yaml_is_the_same_to_stock_and_us() {
    agree_on(Format::Yaml, share(50));
}

#[test]
fn random_json_is_the_same_to_stock_and_us() {
    agree_on(Format::Json, share(20));
}

#[test]
fn random_dotenv_is_the_same_to_stock_and_us() {
    agree_on(Format::Dotenv, share(15));
}

#[test]
fn random_ini_is_the_same_to_stock_and_us() {
    agree_on(Format::Ini, share(15));
}

#[test]
fn random_bytes_are_the_same_to_stock_and_us() {
    for seed in 0..20 {
        let mut rng = Rng::new(seed);
        let mut bytes = vec![0; rng.below(2000)];
        rng.fill(&mut bytes).unwrap();
        let pair = Pair::new(Format::Binary, seed);
        assert_eq!(pair.compare(&bytes), Ok(()), "{:?}", pair.creation);
    }
}
