//! JSON: one object, in order, with integers and floats told apart.

pub(crate) use reader::read;
pub(crate) use writer::{write, write_value};

mod reader;
mod writer;
