//! The service as its clients see it: requests through the whole router, on a real database.

mod app;

mod credentials;
mod deletion;
mod environments;
mod owners;
mod versions;
