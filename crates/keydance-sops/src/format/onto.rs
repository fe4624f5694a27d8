//! Writing a file in the place of one that is there, whose layout may be worth keeping.

use super::{Format, WriteError, WriteOptions, yaml};
use crate::tree::{Map, Tree};

/// The file that is there, and what its layout counts for. Only YAML has layouts to keep.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "secrets are never printed")]
pub struct Onto<'a> {
    /// Its bytes.
    pub original: &'a [u8],
    /// Which layout the new file has.
    pub layout: Layout,
}

/// Which layout a file gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// Canonical if the file that is there is canonical, preserved if not.
    #[default]
    Automatic,
    /// The one of stock sops.
    Canonical,
    /// The one of the file that is there: what changed is replaced in its text.
    Preserved,
}

impl Format {
    /// Writes a file in the place of another one; with metadata, as an encrypted one.
    ///
    /// Where a layout cannot be preserved, because too much has changed, the file is canonical.
    pub fn write_onto(
        self,
        onto: Onto<'_>,
        tree: &Tree,
        metadata: Option<&Map>,
        options: &WriteOptions,
    ) -> Result<Vec<u8>, WriteError> {
        let is_preserved = self == Self::Yaml
            && match onto.layout {
                Layout::Automatic => !yaml::is_canonical(onto.original, options),
                Layout::Canonical => false,
                Layout::Preserved => true,
            };
        let patched = is_preserved
            .then(|| yaml::patch(onto.original, &yaml::Wanted { tree, metadata }, options));
        match patched.flatten() {
            Some(patched) => Ok(patched),
            None => self.write(tree, metadata, options),
        }
    }
}
