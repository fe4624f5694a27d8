//! Calling servers over HTTP: blocking, bounded in time and size, never redirected.

use std::time::Duration;

use ureq::Proxy;

#[cfg(feature = "calls")]
pub(crate) use caller::{Answer, Http, unsendable};
#[cfg(feature = "calls")]
pub(crate) use trust::Trust;

#[cfg(feature = "calls")]
mod caller;
#[cfg(feature = "calls")]
mod trust;

/// How servers are called.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// How long one call may take, from looking up the name to the last byte.
    pub timeout: Duration,
    /// What stands between here and the servers.
    pub proxy: Option<Proxy>,
}
