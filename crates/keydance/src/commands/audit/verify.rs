//! `keydance audit verify`.

use std::path::PathBuf;

use keydance_api::Data;
use keydance_api::audit::{Checkpoint as Signed, InclusionProof};
use keydance_crypto::checkpoint::{Checkpoint, LogVerifier};
use keydance_crypto::merkle::{Hash, leaf_hash, verify_inclusion};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::chain::trusted;
use super::{file, verify_database};
use crate::client::Client;
use crate::commands::Context;
use crate::config::ConfigArgs;
use crate::failure::{Failure, Kind};
use crate::output::Output;
use crate::render::{Page, Render};

/// Prove that nothing in the log was changed, added or taken out
///
/// With a file: every event of it, offline. Without: the checkpoint that the server shows, and that
/// its last event and some others are in the log it signed for. With --database, on the server's own
/// machine: every log of the deployment, and each row of people, groups, owners, tokens, flows and
/// sealed values against what its log says of it, so that whoever edits the database is found.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What `audit export` wrote
    file: Option<PathBuf>,
    /// The key that must have signed, as an earlier verification showed it
    #[arg(long, value_name = "KEY", value_parser = parse_key)]
    key: Option<LogVerifier>,
    /// How many events besides the last are proved to be in the log
    #[arg(long, value_name = "N", default_value_t = 5)]
    samples: u64,
    /// Compare the database on this machine with its logs
    #[arg(long, conflicts_with_all = ["file", "key", "samples"])]
    database: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

fn parse_key(text: &str) -> Result<LogVerifier, String> {
    text.parse().map_err(|error| format!("{error}"))
}

/// Verifies it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    if args.database || args.config.names_a_deployment() {
        let config = args.config.load(&context.environment, &[])?;
        return verify_database::run(&config);
    }
    let expected = args.key.as_ref();
    let Some(path) = &args.file else {
        return with_server(&context.client()?, args);
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    let (size, key) = file::verify(&text, expected)
        .map_err(|error| Failure::unexpected(format!("{}: {error}", path.display())))?;
    Ok(Output::new(&Verified {
        size,
        key,
        known: expected.is_some(),
        proved: size,
    }))
}

fn with_server(client: &Client, args: &Args) -> Result<Output, Failure> {
    let signed: Data<Signed> = client.get("/audit/checkpoint").send()?.value;
    let checkpoint = trusted(&signed.data, args.key.as_ref()).map_err(Failure::unexpected)?;
    let proved = samples(checkpoint.size, args.samples)?;
    let key = signed.data.verifier.parse().map_err(Failure::unexpected)?;
    for seq in &proved {
        prove(client, *seq, &checkpoint, &key)?;
    }
    Ok(Output::new(&Verified {
        size: checkpoint.size,
        key: signed.data.verifier,
        known: args.key.is_some(),
        proved: proved.len() as u64,
    }))
}

/// The last event and some others, in order.
fn samples(size: u64, count: u64) -> Result<Vec<u64>, Failure> {
    let Some(last) = size.checked_sub(1) else {
        return Ok(Vec::new());
    };
    let mut chosen = vec![last];
    for _ in 0..count.min(size) {
        let random = keydance_crypto::random::bytes().map_err(Failure::unexpected)?;
        chosen.push(u64::from_be_bytes(*random) % size);
    }
    chosen.sort_unstable();
    chosen.dedup();
    Ok(chosen)
}

fn prove(
    client: &Client,
    seq: u64,
    checkpoint: &Checkpoint,
    key: &LogVerifier,
) -> Result<(), Failure> {
    let wrong = |what: &str| Failure::unexpected(format!("event {seq}: {what}"));
    let proof = client.get(format!("/audit/{seq}/proof"));
    let proof = proof.query("size", Some(checkpoint.size));
    let proof: InclusionProof = proof.send::<Data<InclusionProof>>()?.value.data;
    let root = if proof.size == checkpoint.size {
        checkpoint.root
    } else {
        grown(client, proof.size, key)?.root
    };
    let leaf = hash(&proof.leaf).ok_or_else(|| wrong("the proof holds no hash"))?;
    let hashes: Option<Vec<Hash>> = proof.hashes.iter().map(|text| hash(text)).collect();
    let hashes = hashes.ok_or_else(|| wrong("the proof holds no hashes"))?;
    if proof.seq != seq || leaf != leaf_hash(event(client, seq)?.get().as_bytes()) {
        return Err(wrong("the proof is about another event than the one shown"));
    }
    verify_inclusion(&leaf, seq, proof.size, &hashes, &root)
        .map_err(|_| wrong("it is not in the log that was signed for"))
}

/// The checkpoint of a log that has grown since the first was read.
fn grown(client: &Client, size: u64, key: &LogVerifier) -> Result<Checkpoint, Failure> {
    let signed: Data<Signed> = client.get("/audit/checkpoint").send()?.value;
    let checkpoint = trusted(&signed.data, Some(key)).map_err(Failure::unexpected)?;
    if checkpoint.size == size {
        return Ok(checkpoint);
    }
    Err(Failure::new(
        Kind::Temporary,
        "the log grows faster than it can be looked at",
    )
    .hint("repeat, or export it and verify the file"))
}

/// The exact bytes of an event.
fn event(client: &Client, seq: u64) -> Result<Box<RawValue>, Failure> {
    #[derive(Deserialize)]
    struct Events {
        data: Vec<Box<RawValue>>,
    }
    let request = client
        .get("/audit")
        .query("page[after]", seq.checked_sub(1));
    let bytes = request.query("page[size]", Some(1)).send_for_bytes()?;
    let page: Events = serde_json::from_slice(&bytes).map_err(Failure::unexpected)?;
    let first = page.data.into_iter().next();
    first.ok_or_else(|| Failure::unexpected(format!("the server does not show event {seq}")))
}

fn hash(text: &str) -> Option<Hash> {
    let digit = |c: u8| char::from(c).to_digit(16);
    let byte = |pair: &[u8; 2]| u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok();
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
    bytes.filter(|_| rest.is_empty())?.try_into().ok()
}

/// A log that holds, as far as it was looked at.
#[derive(Serialize)]
struct Verified {
    size: u64,
    key: String,
    #[serde(skip)]
    known: bool,
    proved: u64,
}

impl Render for Verified {
    fn render(&self, page: &mut Page) {
        let Self { size, proved, .. } = self;
        page.line(format!(
            "the log holds: {size} events were signed for, {proved} of them proved"
        ));
        page.line(format!("signed by {}", self.key));
        if !self.known {
            page.line("keep that key elsewhere and give it as --key next time");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_hold_the_last_event_and_stay_inside() {
        assert!(samples(0, 5).unwrap().is_empty());
        assert_eq!(samples(1, 5).unwrap(), [0]);
        let chosen = samples(1000, 5).unwrap();
        assert!(chosen.contains(&999) && chosen.len() > 1);
        assert!(chosen.iter().all(|seq| *seq < 1000));
    }

    #[test]
    fn a_hash_is_64_hex_digits() {
        assert_eq!(hash(&"0f".repeat(32)), Some([15; 32]));
        for text in ["", "0f", &"0g".repeat(32), &"0".repeat(65)] {
            assert_eq!(hash(text), None);
        }
    }
}
