//! What `sops` is asked to do: one plain struct for each command, without any trace of how it was
//! typed.

mod content;
mod looking;
mod parts;
mod sharing;

pub(crate) use content::{
    Decrypt, Edit, Encrypt, NewValue, OldStyle, Replace, Rotate, Set, Unset, ValueType,
};
pub(crate) use looking::{Diff, FileStatus, MergeDriver, Recipients, TextConv, Verify};
pub(crate) use parts::{Creation, Destination, Input, Keys, Opening, Rules, Services, Types};
pub(crate) use sharing::{
    ExecEnv, ExecFile, GroupsAdd, GroupsDelete, KeyService, Listen, Publish, UpdateKeys, Waiting,
};

use super::completion::Shell;

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// Print the script for a shell.
    Completion(Shell),
    Decrypt(Decrypt),
    Diff(Diff),
    Edit(Edit),
    Encrypt(Encrypt),
    ExecEnv(ExecEnv),
    ExecFile(ExecFile),
    FileStatus(FileStatus),
    GroupsAdd(GroupsAdd),
    GroupsDelete(GroupsDelete),
    /// Print this text.
    Help(String),
    KeyService(KeyService),
    MergeDriver(MergeDriver),
    MergeResolve(Edit),
    OldStyle(OldStyle),
    Publish(Publish),
    Recipients(Recipients),
    Replace(Replace),
    Rotate(Rotate),
    Set(Set),
    TextConv(TextConv),
    Unset(Unset),
    UpdateKeys(UpdateKeys),
    Verify(Verify),
    Version,
}
