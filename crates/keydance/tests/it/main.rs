//! The whole product, from outside: the started binary over HTTP, on both databases.

mod acceptance;
mod authorization;
mod bad_input;
mod canary;
mod crash;
mod races;
