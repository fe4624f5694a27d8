//! The bytes of an event: RFC 8785, written in order, in one pass.

use std::fmt::{self, Display, Write as _};

use super::{Actor, ActorKind, Detail, Event, RowDigest};
use crate::json;

/// The version of this form, `v` of each event.
const FORM: u64 = 1;
/// The largest integer that RFC 8785 writes digit by digit.
const MAX_INTEGER: i64 = (1 << 53) - 1;

impl Event {
    /// Appends the body of the event at index `seq` of its log: canonical JSON, exactly the bytes to
    /// store and to hash.
    pub fn write(&self, seq: u64, out: &mut Vec<u8>) {
        let mut body = Object::open(out);
        body.text("action", self.action.as_str());
        body.object("actor", |actor| write_actor(&self.actor, actor));
        body.display("at", self.context.at);
        if !self.details.is_empty() {
            body.object("details", |details| write_details(&self.details, details));
        }
        body.maybe_digest("envelope", self.envelope.as_ref());
        body.maybe_text(
            "environment",
            self.environment.as_ref().map(|name| name.as_str()),
        );
        if let Some(flow) = self.flow {
            body.display("flowId", flow);
        }
        body.object("object", |object| {
            object.text("id", &self.object.id);
            object.text("type", self.object.kind.as_str());
        });
        body.display("org", self.context.organisation);
        body.text("outcome", self.outcome.as_str());
        if !self.owner_rows.is_empty() {
            body.list("ownerRows", &self.owner_rows, |row, owner| {
                row.text("id", &owner.id);
                row.text("type", owner.kind.as_wire());
            });
        }
        body.text("requestId", &self.context.request_id);
        if !self.rows.is_empty() {
            body.list("rows", &self.rows, write_row);
        }
        body.number("seq", seq);
        body.maybe_text("source", self.context.source.as_deref());
        body.maybe_text("step", self.step.as_deref());
        body.number("v", FORM);
        if let Some(version) = self.version {
            body.number("version", version);
        }
        body.close();
    }
}

fn write_actor(actor: &Actor, out: &mut Object<'_>) {
    out.text("id", &actor.id);
    if let Some(id) = &actor.on_behalf_of {
        out.object("onBehalfOf", |principal| {
            principal.text("id", id);
            principal.text("type", ActorKind::Principal.as_str());
        });
    }
    out.text("type", actor.kind.as_str());
}

fn write_row(out: &mut Object<'_>, row: &RowDigest) {
    out.maybe_digest("digest", row.digest.as_ref());
    out.texts("key", &row.key);
    out.text("table", &row.table);
}

fn write_details(details: &[(&'static str, Detail)], out: &mut Object<'_>) {
    let mut sorted: Vec<_> = details.iter().collect();
    // The names are ours and ASCII, so bytes sort as UTF-16 does.
    sorted.sort_unstable_by_key(|(name, _)| *name);
    for (name, value) in sorted {
        match value {
            Detail::Number(number) => {
                out.number(name, (*number).clamp(-MAX_INTEGER, MAX_INTEGER));
            }
            Detail::Text(text) => out.text(name, text),
        }
    }
}

impl ActorKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "ANONYMOUS",
            Self::Execution => "EXECUTION",
            Self::Principal => "USER",
            Self::System => "SYSTEM",
        }
    }
}

/// An object being written; its fields must come in the order of their names.
struct Object<'a> {
    out: &'a mut Vec<u8>,
    is_empty: bool,
}

impl<'a> Object<'a> {
    fn open(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Object {
            out,
            is_empty: true,
        }
    }

    fn close(self) {
        self.out.push(b'}');
    }

    fn name(&mut self, name: &str) {
        if !self.is_empty {
            self.out.push(b',');
        }
        self.is_empty = false;
        json::write_text(self.out, name);
        self.out.push(b':');
    }

    fn text(&mut self, name: &str, text: &str) {
        self.name(name);
        json::write_text(self.out, text);
    }

    fn maybe_text(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// What needs no escaping: ids and times.
    fn display(&mut self, name: &str, value: impl Display) {
        self.name(name);
        self.out.push(b'"');
        self.plain(value);
        self.out.push(b'"');
    }

    fn number(&mut self, name: &str, number: impl Display) {
        self.name(name);
        self.plain(number);
    }

    fn maybe_digest(&mut self, name: &str, digest: Option<&[u8; 32]>) {
        if let Some(digest) = digest {
            self.display(name, Hex(digest));
        }
    }

    fn object(&mut self, name: &str, write: impl FnOnce(&mut Object<'_>)) {
        self.name(name);
        let mut inner = Object::open(self.out);
        write(&mut inner);
        inner.close();
    }

    fn list<T>(&mut self, name: &str, entries: &[T], write: impl Fn(&mut Object<'_>, &T)) {
        self.name(name);
        self.out.push(b'[');
        for (n, entry) in entries.iter().enumerate() {
            if n > 0 {
                self.out.push(b',');
            }
            let mut inner = Object::open(self.out);
            write(&mut inner, entry);
            inner.close();
        }
        self.out.push(b']');
    }

    fn texts(&mut self, name: &str, texts: &[String]) {
        self.name(name);
        self.out.push(b'[');
        for (n, text) in texts.iter().enumerate() {
            if n > 0 {
                self.out.push(b',');
            }
            json::write_text(self.out, text);
        }
        self.out.push(b']');
    }

    fn plain(&mut self, value: impl Display) {
        // Bytes never refuse to be written, and our own values never refuse to be shown.
        let written = write!(Bytes(self.out), "{value}");
        debug_assert!(written.is_ok());
    }
}

struct Bytes<'a>(&'a mut Vec<u8>);

impl fmt::Write for Bytes<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

struct Hex<'a>(&'a [u8; 32]);

impl Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
