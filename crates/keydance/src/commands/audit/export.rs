//! `keydance audit export`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use keydance_api::Data;
use keydance_api::audit::{Checkpoint, Cursor};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::chain::number;
use super::file::LastLine;
use crate::client::Client;
use crate::commands::Context;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;

/// Write the whole log with a signed checkpoint
///
/// Each line is an event, byte for byte as it was hashed; the last line is the checkpoint. `audit
/// verify FILE` needs nothing else.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file to write; standard output unless given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Writes it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let Some(path) = &args.out else {
        export(&client, &mut BufWriter::new(io::stdout().lock()))?;
        return Ok(Output::silent());
    };
    let file = File::create(path);
    let file = file.map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    let size = export(&client, &mut BufWriter::new(file))?;
    let sentence = format!("wrote {size} events to {}", path.display());
    Ok(Output::new(&Say::new(
        sentence,
        json!({ "size": size, "file": path }),
    )))
}

/// The events of a page as they came over the wire.
#[derive(Deserialize)]
struct Events {
    data: Vec<Box<RawValue>>,
    meta: Cursor,
}

fn export(client: &Client, out: &mut impl Write) -> Result<u64, Failure> {
    let checkpoint: Data<Checkpoint> = client.get("/audit/checkpoint").send()?.value;
    let size = checkpoint.data.size;
    let mut after = None;
    let mut left = size;
    while left > 0 {
        let request = client.get("/audit").query("page[after]", after);
        let bytes = request.query("page[size]", Some(1000)).send_for_bytes()?;
        let page: Events = serde_json::from_slice(&bytes).map_err(Failure::unexpected)?;
        for event in page
            .data
            .iter()
            .map(|event| event.get())
            .take(fitting(left))
        {
            let expected = size - left;
            if number(event.as_bytes()) != Some(expected) {
                return Err(
                    Failure::unexpected(format!("the server leaves out event {expected}"))
                        .hint("only who has audit.read sees the whole log"),
                );
            }
            writeln!(out, "{event}").map_err(Failure::unexpected)?;
            left -= 1;
        }
        after = page.meta.after;
        if left > 0 && (after.is_none() || page.data.is_empty()) {
            return Err(Failure::unexpected(format!(
                "the server leaves out the last {left} events"
            ))
            .hint("only who has audit.read sees the whole log"));
        }
    }
    let last = serde_json::to_string(&LastLine {
        checkpoint: checkpoint.data,
    });
    let last = last.map_err(Failure::unexpected)?;
    writeln!(out, "{last}")
        .and_then(|()| out.flush())
        .map_err(Failure::unexpected)?;
    Ok(size)
}

fn fitting(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
