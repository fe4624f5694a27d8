//! A file that is edited while others change it, or because they did.

use keydance_sops::merge::{CONFLICT_KEY, conflicts};
use keydance_sops::tree::Tree;

use super::{Purpose, Subject};
use crate::commands::sops::failure::{Exit, Failure};
use crate::commands::sops::merging::{Outcome, Subject as Merging, Three};

impl Subject<'_> {
    /// For the conflicts in it to be resolved.
    ///
    /// # Errors
    /// There are none.
    pub(in super::super) fn resolving(self) -> Result<Self, Failure> {
        if conflicts(&self.opened()?.tree).is_empty() {
            let name = self.source.name.display();
            return Err(Failure::other(format!(
                "{name}: there is nothing to resolve"
            )));
        }
        Ok(Self {
            purpose: Purpose::Resolve,
            ..self
        })
    }

    /// What was edited, together with what somebody else made of the file meanwhile. The layout is
    /// theirs.
    ///
    /// # Errors
    /// Those of [`merging`](crate::commands::sops::merging); or the file was to change its format.
    pub(in super::super) fn merged(&self, now: &[u8], sealed: &[u8]) -> Result<Outcome, Failure> {
        let format = self.format();
        if self.source.format(self.request.types) != format {
            let message = "versions in different formats cannot be merged";
            return Err(Failure::new(Exit::Conflict, message));
        }
        let subject = Merging {
            session: self.session,
            services: self.services,
            opening: &self.request.opening,
            name: &self.source.name,
            format,
        };
        subject.merged(Three {
            base: &self.source.bytes,
            ours: now,
            theirs: sealed,
        })
    }

    /// Of a file whose conflicts are resolved, none may be left.
    pub(super) fn refuse_conflicts(&self, tree: &Tree) -> Result<(), Failure> {
        let left = conflicts(tree);
        if self.purpose == Purpose::Change || left.is_empty() {
            return Ok(());
        }
        let left: Vec<String> = left.iter().map(ToString::to_string).collect();
        let (name, left) = (self.source.name.display(), left.join(", "));
        let message = format!("{name}: not resolved yet: {left}");
        let hint = format!("put the value in the place of `{CONFLICT_KEY}` and all below it");
        Err(Failure::other(message).hint(hint))
    }
}
