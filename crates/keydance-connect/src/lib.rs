//! Whatever talks to somebody else: other programs, other machines.
//!
//! A crate of its own because of its weight (W): what talks to clouds and servers pulls their
//! libraries, and nothing that merely decides or encrypts should build them. It must never read the
//! environment, decide who may do what, or keep a secret longer than one call; configuration and
//! credentials are handed in.
//!
//! | module | what it talks to |
//! |---|---|
//! | [`keys`] | whoever wraps and unwraps data keys: gpg, plugins of age, clouds, Vault |
//! | `key_service` | key services of other processes, and being one |
//! | [`destinations`] | where files and what is in them are published |
//!
//! [`SearchPath`] finds the programs it runs, [`Settings`] says what the environment says, and
//! [`HttpConfig`] how servers are called.
//!
//! Each cloud is a feature of its own.

pub mod destinations;
#[cfg(feature = "keyservice")]
pub mod key_service;
pub mod keys;

// What key services and destinations of one owner share.
#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "gcp")]
mod gcp;
#[cfg(feature = "vault")]
mod vault;

#[cfg(feature = "http")]
mod http;
#[cfg(any(feature = "aws", feature = "azure", feature = "gcp"))]
mod kept;
#[cfg(any(feature = "azure", feature = "gcp"))]
mod oauth;
mod process;
mod search_path;
mod settings;

#[cfg(feature = "http")]
pub use http::HttpConfig;
pub use search_path::SearchPath;
pub use settings::Settings;
