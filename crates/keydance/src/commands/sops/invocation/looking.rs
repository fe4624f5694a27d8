//! Requests to look at files as they are.

use super::super::arguments::Arguments;
use super::super::failure::{Exit, Failure};
use super::super::flags;
use super::super::request::{
    Diff, FileStatus, MergeDriver, Opening, Recipients, Services, TextConv, Types, Verify,
};
use super::parts::format;

impl FileStatus {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        Ok(Self {
            files: arguments.files()?,
            input_type: format(arguments, &flags::INPUT_TYPE)?,
        })
    }
}

impl Verify {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        Ok(Self {
            paths: arguments.files()?,
            input_type: format(arguments, &flags::INPUT_TYPE)?,
            opening: Opening::meant(arguments)?,
        })
    }
}

impl Recipients {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        Ok(Self {
            paths: arguments.files()?,
            input_type: format(arguments, &flags::INPUT_TYPE)?,
        })
    }
}

impl Diff {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        let [old, new] = arguments.exactly(Exit::NoFile)?;
        Ok(Self {
            old: old.into(),
            new: new.into(),
            types: Types::meant(arguments)?,
            reveal: arguments.switch(&flags::REVEAL),
            opening: Opening::meant(arguments)?,
        })
    }
}

impl MergeDriver {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        let [base, ours, theirs, _marker_size, path] = arguments.exactly(Exit::NoFile)?;
        Ok(Self {
            base: base.into(),
            ours: ours.into(),
            theirs: theirs.into(),
            path: path.into(),
            opening: Opening::meant(arguments)?,
        })
    }
}

impl TextConv {
    pub(super) fn meant(arguments: &mut Arguments<'_>) -> Result<Self, Failure> {
        let [file] = arguments.exactly(Exit::NoFile)?;
        Ok(Self {
            file: file.into(),
            services: Services::meant(arguments)?,
        })
    }
}
