//! How gRPC puts one message into a body, and how it says that something went wrong.

use http_body_util::{BodyExt as _, Limited};
use hyper::HeaderMap;
use hyper::body::{Body, Bytes};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use prost::Message;
use zeroize::Zeroizing;

use super::MESSAGE_LIMIT;

/// What both sides call their content.
pub(super) const CONTENT_TYPE: &str = "application/grpc";
/// Where a status stands.
pub(super) const STATUS: &str = "grpc-status";
/// Where the reason for it stands.
pub(super) const REASON: &str = "grpc-message";

/// What cannot stand in a reason; letters beyond ASCII cannot either.
const ESCAPED: AsciiSet = CONTROLS.add(b'%');

/// How a call ended, by the numbers of gRPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Ok = 0,
    InvalidArgument = 3,
    NotFound = 5,
    PermissionDenied = 7,
    Unimplemented = 12,
    Internal = 13,
}

impl Status {
    pub(super) fn code(self) -> u16 {
        self as u16
    }
}

/// A message as a body: not compressed, its length, itself.
pub(super) fn body_of(message: &impl Message) -> Bytes {
    let length = message.encoded_len();
    let mut body = Vec::with_capacity(length.saturating_add(5));
    body.push(0);
    body.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    body.extend_from_slice(&message.encode_to_vec());
    body.into()
}

/// The one message of a body, if there is one, and what stands behind it.
pub(super) async fn read<M: Message + Default, B: Body<Data = Bytes>>(
    body: B,
) -> Option<(Option<M>, HeaderMap)>
where
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let collected = Limited::new(body, MESSAGE_LIMIT).collect().await.ok()?;
    let trailers = collected.trailers().cloned().unwrap_or_default();
    let bytes = Zeroizing::new(Vec::from(collected.to_bytes()));
    if bytes.is_empty() {
        return Some((None, trailers));
    }
    let (prefix, message) = bytes.split_first_chunk::<5>()?;
    let [0, length @ ..] = *prefix else {
        return None;
    };
    if u32::from_be_bytes(length) as usize != message.len() {
        return None;
    }
    Some((Some(M::decode(message).ok()?), trailers))
}

/// A reason as a header can hold it.
pub(super) fn encoded(reason: &str) -> String {
    utf8_percent_encode(reason, &ESCAPED).to_string()
}

/// A reason that a header holds.
pub(super) fn decoded(reason: &str) -> String {
    percent_decode_str(reason).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::messages::Answer;
    use super::*;

    async fn read_back(body: Vec<u8>) -> Option<Option<Answer>> {
        let read = read(http_body_util::Full::new(Bytes::from(body))).await;
        read.map(|(message, _)| message)
    }

    #[tokio::test]
    async fn a_message_comes_back_as_it_was_and_nothing_else_is_one() {
        let answer = Answer {
            content: b"key".to_vec(),
        };
        let body = body_of(&answer).to_vec();
        assert_eq!(body, b"\0\0\0\0\x05\x0a\x03key");
        assert_eq!(read_back(body.clone()).await, Some(Some(answer)));
        assert_eq!(read_back(Vec::new()).await, Some(None));
        let compressed = [&[1], &body[1..]].concat();
        let longer = [&body[..], b"x"].concat();
        for wrong in [
            compressed,
            longer,
            body[..4].to_vec(),
            vec![0; MESSAGE_LIMIT + 1],
        ] {
            assert_eq!(read_back(wrong).await, None);
        }
    }

    #[test]
    fn a_reason_may_have_any_letter() {
        let reason = "100% schlüssig\nnext";
        assert_eq!(encoded(reason), "100%25 schl%C3%BCssig%0Anext");
        assert_eq!(decoded(&encoded(reason)), reason);
    }
}
