//! The version that a file says it was written by.

use keydance_sops::metadata::VERSION;

use super::super::failure::{Exit, Failure};

/// The version for a file that says this one: never an older one than ours.
///
/// # Errors
/// It is no version, so it cannot be said which is older.
pub(super) fn raised(version: &str) -> Result<&str, Failure> {
    // Of the first sops, which did not count like that yet.
    if version.is_empty() || version.starts_with("1.") {
        return Ok(VERSION);
    }
    let incomparable = || {
        Failure::new(Exit::Version, "the version among the sops metadata is none").hint(format!(
            "it is the version of sops that wrote the file, such as {VERSION}"
        ))
    };
    let found = Numbers::parse(version).ok_or_else(incomparable)?;
    let is_older = Numbers::parse(VERSION).is_some_and(|ours| found < ours);
    Ok(if is_older { VERSION } else { version })
}

/// A semantic version. One with a name behind its numbers comes before the one without.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Numbers([u64; 3], bool);

impl Numbers {
    fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split_once('+').map_or(text, |(text, _)| text);
        let (numbers, is_release) = match text.split_once('-') {
            Some((numbers, _)) => (numbers, false),
            None => (text, true),
        };
        let numbers: Option<Vec<u64>> = numbers.split('.').map(|part| part.parse().ok()).collect();
        Some(Self(numbers?.try_into().ok()?, is_release))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_version_is_raised_and_a_newer_one_stays() {
        for older in ["", "1.7", "3.9.0", "v3.13.2", "3.13.3-rc1", "3.13.2+build"] {
            assert_eq!(raised(older).ok(), Some(VERSION), "{older}");
        }
        for newer in [VERSION, "3.13.10", "3.14.0-rc1", "4.0.0"] {
            assert_eq!(raised(newer).ok(), Some(newer));
        }
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in ["new", "3.13", "3.13.3.1", "3.x.1"] {
            let exit = raised(text).map_err(|failure| failure.exit());
            assert_eq!(exit, Err(Exit::Version), "{text}");
        }
    }
}
