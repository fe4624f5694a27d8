//! `[http]`: where the service listens, and the size of requests and answers.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::key::Key;
use super::quantity::Bytes;

/// The keys of this section.
pub(crate) const KEYS: &[Key] = &[
    Key::new("http.address", "the address to listen on"),
    Key::new("http.port", "the port to listen on; 0 takes any free one").or("PORT"),
    Key::new("http.api_base", "the path of the API").or("API_BASE"),
    Key::new("http.default_page_size", "entries on a page unless asked").or("PAGINATION_PAGE_SIZE"),
    Key::new("http.max_page_size", "entries on a page at most"),
    Key::new("http.body_limit", "size of a request body at most").or("BODY_PARSER_LIMIT"),
];

/// Where the service listens, and the size of requests and answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Http {
    /// The address to listen on.
    pub(crate) address: IpAddr,
    /// The port to listen on; 0 takes any free one.
    pub(crate) port: u16,
    /// The path of the API.
    pub(crate) api_base: String,
    /// Entries on a page unless asked.
    pub(crate) default_page_size: u16,
    /// Entries on a page at most.
    pub(crate) max_page_size: u16,
    /// Size of a request body at most.
    pub(crate) body_limit: Bytes,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            address: IpAddr::from([127, 0, 0, 1]),
            port: 9001,
            api_base: "/api/v1".to_owned(),
            default_page_size: 30,
            max_page_size: 100,
            body_limit: Bytes::MIB,
        }
    }
}
