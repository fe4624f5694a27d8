//! YAML in the dialect of go-yaml 3.

pub(crate) use writer::{write, write_value};

mod implicit;
mod string_style;
mod writer;
