//! The server as its clients see it: requests in, answers out, over a real store.

mod app2;

mod audit;
mod identity;
