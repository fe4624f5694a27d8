//! The credential service: what it does, and how it is reached.
//!
//! (W) Weight: it carries the web framework. `engine` holds the use cases, one file per noun; it
//! takes the caller first, knows no HTTP and no SQL, and is the only place that decides. `http`
//! translates.
//!
//! | module | what it is |
//! |---|---|
//! | [`engine`] | the use cases |
//! | [`http`] | the REST face: routes, extractors, answers |
//! | [`keyring`] | the root key and the keys of organisations, while the server is unsealed |
//! | [`start`] | first start: deployment, organisation, administrator |
//! | [`jobs`] | what the server does by itself |
//! | [`clock`], [`settings`], [`limiter`] | what the outside gives |

pub mod clock;
pub mod engine;
pub mod http;
pub mod jobs;
pub mod keyring;
pub mod limiter;
pub mod settings;
pub mod spill;
pub mod start;

pub use clock::Clock;
pub use engine::Engine;
pub use settings::Settings;
