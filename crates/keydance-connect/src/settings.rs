//! What the environment says, by the names that others have given to its variables.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// Where a client finds what it is told by name, as `VAULT_TOKEN`: the environment of a process, or
/// whatever stands in for it.
#[derive(Clone)]
pub struct Settings(Arc<Lookup>);

type Lookup = dyn Fn(&str) -> Option<OsString> + Send + Sync;

impl Settings {
    /// Asks this for every name.
    #[must_use]
    pub fn new(lookup: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static) -> Self {
        Self(Arc::new(lookup))
    }

    /// The text of a setting; nothing if it is empty, not set or no text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        let value = (self.0)(name)?.into_string().ok()?;
        (!value.is_empty()).then_some(value)
    }

    /// The path in a setting.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        let value = (self.0)(name)?;
        (!value.is_empty()).then(|| value.into())
    }
}

impl<const N: usize> From<[(&'static str, &str); N]> for Settings {
    fn from(pairs: [(&'static str, &str); N]) -> Self {
        let pairs = pairs.map(|(name, value)| (name, OsString::from(value)));
        Self::new(move |name| {
            let found = pairs.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.clone())
        })
    }
}

/// Shows nothing: some settings are secret.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_setting_is_none() {
        let settings = Settings::from([("A", "a"), ("B", "")]);
        assert_eq!(settings.text("A").as_deref(), Some("a"));
        assert_eq!(settings.text("B"), None);
        assert_eq!(settings.path("B"), None);
        assert_eq!(settings.text("C"), None);
    }
}
