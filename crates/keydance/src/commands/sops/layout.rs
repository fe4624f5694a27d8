//! Whether a file that changes keeps its layout.

use std::path::Path;

use keydance_sops::file::File;
use keydance_sops::format::{self, Format, Onto};
use keydance_sops::tree::{Map, Tree};
use zeroize::Zeroizing;

use super::failure::Failure;
use super::file::check_length;
use super::opening::about_writing;
use super::options::Layout;
use super::session::Session;

/// A file as it was before it changed.
#[derive(Clone, Copy)]
pub(super) struct Before<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) format: Format,
}

/// A changed file, in the layout that was asked for; if none was, a file that is not laid out as
/// sops does it stays so.
///
/// # Errors
/// It cannot be written in its format, or would be too long to be read again.
pub(super) fn written(
    session: &Session,
    name: &Path,
    file: &File,
    before: Before<'_>,
) -> Result<Vec<u8>, Failure> {
    let options = session.write_options(file.format)?;
    let onto = before.onto(file.format, session.options.layout.of_a_change());
    let written = file.write_onto(onto, &options);
    let written = written.map_err(|error| about_writing(name, &error))?;
    check_length(&session.environment, name, &written)?;
    Ok(written)
}

/// A file that is encrypted or decrypted: laid out as sops does it, unless its layout was asked to
/// be preserved.
///
/// # Errors
/// It cannot be written in this format.
pub(super) fn converted(
    session: &Session,
    name: &Path,
    tree: &Tree,
    output: (Format, Option<&Map>),
    before: Before<'_>,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let layout = session.options.layout.of_a_conversion();
    onto(session, name, tree, output, (before, layout))
}

/// A file as the editor shows it, decrypted, in the layout that it will keep.
///
/// # Errors
/// It cannot be written in this format.
pub(super) fn shown(
    session: &Session,
    name: &Path,
    tree: &Tree,
    output: (Format, Option<&Map>),
    before: Before<'_>,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let layout = session.options.layout.of_a_change();
    onto(session, name, tree, output, (before, layout))
}

fn onto(
    session: &Session,
    name: &Path,
    tree: &Tree,
    (format, metadata): (Format, Option<&Map>),
    (before, layout): (Before<'_>, format::Layout),
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let options = session.write_options(format)?;
    let onto = before.onto(format, layout);
    let written = format.write_onto(onto, tree, metadata, &options);
    let written = written.map_err(|error| about_writing(name, &error))?;
    let written = Zeroizing::new(written);
    if metadata.is_some() {
        check_length(&session.environment, name, &written)?;
    }
    Ok(written)
}

impl<'a> Before<'a> {
    /// A file in another format has no layout to keep.
    fn onto(self, format: Format, layout: format::Layout) -> Onto<'a> {
        let is_same = self.format == format;
        Onto {
            original: self.bytes,
            layout: if is_same {
                layout
            } else {
                format::Layout::Canonical
            },
        }
    }
}

impl Layout {
    const fn of_a_change(self) -> format::Layout {
        match self {
            Self::Automatic => format::Layout::Automatic,
            Self::Canonical => format::Layout::Canonical,
            Self::Preserved => format::Layout::Preserved,
        }
    }

    const fn of_a_conversion(self) -> format::Layout {
        match self {
            Self::Automatic | Self::Canonical => format::Layout::Canonical,
            Self::Preserved => format::Layout::Preserved,
        }
    }
}
