//! The fuzz targets of `fuzz/`, without a fuzzer: each gets the corpus, and so many mutations of it.
//! The seed is fixed, so a failure comes again.

use std::fs;
use std::path::Path;

use crate::rng::Rng;

#[path = "../../../../fuzz/src/sops.rs"]
#[expect(unreachable_pub, reason = "for the fuzzer it is a library")]
mod targets;

/// Mutations for each target, unless `KEYDANCE_TEST_MUTATIONS` says otherwise.
const MUTATIONS: usize = 1_500;

/// What the readers look for: a mutation that has it gets further.
const WORDS: [&str; 44] = [
    "\n",
    "\r\n",
    "\t",
    "    ",
    ": ",
    "- ",
    "---\n",
    "...\n",
    "# ",
    "#",
    "? ",
    "| ",
    "|2-\n",
    ">+\n",
    "&a ",
    "*a",
    "<<: ",
    "!!binary ",
    "!!str ",
    "%YAML 1.2\n",
    "{",
    "}",
    "[",
    "]",
    ",",
    "\"",
    "'",
    "\\",
    "\\n",
    "\\u0000",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "\u{1f600}",
    "1e400",
    "-0.0",
    "0x7f",
    "2025-01-02",
    "null",
    "sops",
    "sops_",
    "ENC[AES256_GCM,data:",
    "\"\"\"",
    "`",
];

/// What has been wrong once, or is near to what is.
const SEEDS: [(&str, &str); 24] = [
    ("sops_yaml", "a: |\n  x\n   y\n\nb: >-\n  z\n"),
    (
        "sops_yaml",
        "? |\n  key\n: - - 1\n  - {a: [], b: {}}\n# end\n",
    ),
    (
        "sops_yaml",
        "a: &x [1, ~, 1.5e3, 0o17, 2025-01-02 03:04:05.6]\nb: *x\n",
    ),
    (
        "sops_yaml",
        "'<<': 1\n\"\\x07\": \"\\ta\\e\"\n!!binary aGk=: !!binary /w==\n",
    ),
    (
        "sops_yaml",
        "a:\n  # one\n  b: # two\n    # three\n    - x # four\n# five\n---\nc: 1\n",
    ),
    ("sops_yaml", "a:\n- b:\n  - c\n  -\n    d: |+\n      e\n\n"),
    (
        "sops_json",
        "{\"a\": [1, -0, -0.0, 1e5, 1e-7, null, true, \"\\ud83d\\ude00\\u2028\"], \"b\": {}}",
    ),
    ("sops_json", "{\"data\": \"\\u0000\\ud800\", \"\": [[]]}\n"),
    ("sops_dotenv", "A=b\n# c\n\nB=x=y\\nz\r\n=e\n"),
    (
        "sops_ini",
        "a=1\n; c\n[s]\nb: \"x # y\"\nc = `\"z;`\nd=\"\"\"1\n2\"\"\"\ne=\\\nf\n[s]\nb=2\n",
    ),
    (
        "sops_ini",
        "[DEFAULT]\n# a\n[a.b]\n'k' = 'v'\n\"q\" = \"w\" ; c\n",
    ),
    (
        "sops_enc",
        "ENC[AES256_GCM,data:f6SdJOI=,iv:ICEiIyQlJicoKSor,tag:Aev7PNzF9ifk0oM4U+MGlg==,type:str]",
    ),
    (
        "sops_enc",
        "ENC[AES256_GCM,data:,iv:,tag:,iv:a,tag:b,type:str]]x",
    ),
    (
        "sops_metadata",
        "age: [{enc: a, recipient: b}]\nmac: x\nlastmodified: 2025-01-02T03:04:05Z\nversion: 3.9.0\nfuture: [1]\n",
    ),
    (
        "sops_metadata",
        "key_groups:\n- kms: [{arn: a, context: {b: c}, created_at: '', enc: d, role: e}]\n  tpm: [1]\n\
         - pgp: [{fp: f, enc: g, created_at: h}]\n  hc_vault: []\nshamir_threshold: 2\nencrypted_regex: ^x\n\
         mac_only_encrypted: true\nversion: ''\n",
    ),
    (
        "sops_metadata",
        "gcp_kms: [{resource_id: a, enc: b}]\nazure_kv: [{vault_url: a, name: b, enc: c}]\n\
         hckms: [{key_id: a, enc: b}]\nhc_vault: [{vault_address: a, engine_path: b, key_name: c, enc: d}]\n",
    ),
    (
        "sops_config",
        "creation_rules:\n- path_regex: a\n  age: age1x\n  encrypted_suffix: b\n- key_groups:\n  - merge:\n    - pgp: [f]\n\
         \x20   kms: [{arn: 'arn:aws:kms:r:1:key/k', context: {a: b}}]\n  - azure_keyvault: [{vaultUrl: u, key: k}]\n\
         \x20 shamir_threshold: 2\nstores: {yaml: {indent: 3}, json: {indent: 0}}\n",
    ),
    (
        "sops_config",
        "destination_rules:\n- s3_bucket: a\n  path_regex: '[b'\n  recreation_rule: {pgp: F, mac_only_encrypted: yes}\n\
         - vault_path: p\n  vault_kv_version: 1\n  omit_extensions: on\nx: &y {gcs_bucket: g}\nz: {<<: *y}\n",
    ),
    ("sops_path", "[\"a\"]['b'][0]\n{\"x\": [1, 2.5, null]}"),
    ("sops_path", "[\"a\"][\"n\\\"ew\"]['x']\n\"text\""),
    ("sops_path", "[\"c\"]\n-12"),
    ("sops_path", "[\"\"]\n2025-01-02T03:04:05.5+02:00"),
    (
        "sops_yaml",
        "a: 'it''s'\nb: \"x\\\n  y\"\nc: plain\n  more\nd: !t z\n",
    ),
    (
        "sops_yaml",
        "{a: [b, {c: d}, [e]], ? f : g, \"h\": 'i'} # j\n",
    ),
];

/// Says what the input was if a target fails.
struct Shown<'i>(&'static str, &'i [u8]);

impl Drop for Shown<'_> {
    #[expect(
        clippy::print_stderr,
        reason = "what failed is worth nothing without its input"
    )]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{} fails for b\"{}\"", self.0, self.1.escape_ascii());
        }
    }
}

/// The files that a target begins with.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = SEEDS
        .iter()
        .filter(|(of, _)| *of == target)
        .map(|(_, seed)| seed.as_bytes().to_vec())
        .collect();
    let suffix = match target {
        "sops_dotenv" => "env",
        "sops_ini" => "ini",
        "sops_json" => "json",
        "sops_yaml" => "yaml",
        _ => return seeds,
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    for folder in ["plain", "3.13.3", "3.9.4"].map(|name| folder.join(name)) {
        let files = fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path());
        let mut files: Vec<_> = files
            .filter(|file| file.extension().is_some_and(|is| is == suffix))
            .collect();
        files.sort();
        let files = files.iter().map(|file| fs::read(file).unwrap());
        // A long one would take the time of a hundred short ones.
        seeds.extend(files.filter(|file| file.len() < 5_000));
    }
    seeds
}

/// A few changes of a file, some of them with pieces of another one.
fn mutated(seeds: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = seeds[rng.below(seeds.len())].clone();
    for _ in 0..=rng.below(4) {
        let at = rng.below(bytes.len() + 1);
        let end = (at + rng.below(16)).min(bytes.len());
        match rng.below(7) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let word = rng.pick(&WORDS);
                bytes.splice(at..at, word.bytes());
            }
            2 => {
                let word = rng.pick(&WORDS);
                bytes.splice(at..end, word.bytes());
            }
            3 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece.repeat(1 + rng.below(3)));
            }
            4 if at < bytes.len() => bytes[at] ^= 1 << rng.below(8),
            5 => {
                let other = &seeds[rng.below(seeds.len())];
                let from = rng.below(other.len() + 1);
                let to = (from + rng.below(40)).min(other.len());
                bytes.splice(at..end, other[from..to].iter().copied());
            }
            _ => bytes.truncate(end),
        }
    }
    bytes
}

fn drive(name: &str) {
    let (name, target) = *targets::TARGETS.iter().find(|(is, _)| *is == name).unwrap();
    let seeds = corpus(name);
    for seed in &seeds {
        let shown = Shown(name, seed);
        target(shown.1);
    }
    let asked = std::env::var_os("KEYDANCE_TEST_MUTATIONS");
    let asked = asked.map(|count| count.to_str().unwrap().parse().unwrap());
    let mut rng = Rng::new(name.len() as u64);
    for _ in 0..asked.unwrap_or(MUTATIONS) {
        let input = mutated(&seeds, &mut rng);
        let shown = Shown(name, &input);
        target(shown.1);
    }
}

#[test]
fn no_configuration_is_too_much() {
    drive("sops_config");
}

#[test]
fn no_dotenv_file_is_too_much() {
    drive("sops_dotenv");
}

#[test]
fn no_encrypted_value_is_too_much_or_forged() {
    drive("sops_enc");
}

#[test]
fn no_ini_file_is_too_much() {
    drive("sops_ini");
}

#[test]
fn no_json_file_is_too_much() {
    drive("sops_json");
}

#[test]
fn no_metadata_are_too_much() {
    drive("sops_metadata");
}

#[test]
fn no_path_is_too_much() {
    drive("sops_path");
}

#[test]
fn no_yaml_file_is_too_much() {
    drive("sops_yaml");
}

#[test]
fn every_target_is_driven_here_and_by_the_fuzzer() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    let here = include_str!("fuzzing.rs");
    for (name, _) in targets::TARGETS {
        let target = fs::read_to_string(fuzz.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        let function = name.trim_start_matches("sops_");
        assert!(target.contains(&format!("sops::{function}(")), "{name}");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        assert!(here.contains(&format!("drive(\"{name}\")")), "{name}");
    }
}
