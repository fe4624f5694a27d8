//! Key services of other processes, and being one for them (contract "sops", 5.6): unary gRPC
//! without TLS, as sops speaks it.
//!
//! Two methods and a handful of messages are not worth a framework: `hyper` does HTTP/2, `prost`
//! the messages, and `frame` the rest of gRPC.

pub use client::RemoteKeys;
pub use server::{Listening, serve};

mod client;
mod frame;
mod messages;
mod server;

/// Wraps a data key.
const ENCRYPT: &str = "/KeyService/Encrypt";
/// Unwraps a data key.
const DECRYPT: &str = "/KeyService/Decrypt";

/// Bytes of a message at most: a post-quantum recipient has two thousand, a wrapped key somewhat
/// more.
const MESSAGE_LIMIT: usize = 1 << 20;
