//! JSON: one object, in order, with integers and floats told apart.

pub(crate) use reader::{read, read_value};
pub(crate) use writer::{write, write_value};

mod reader;
mod writer;
