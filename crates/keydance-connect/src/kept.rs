//! What was found lately, so that nobody is asked for it again.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use keydance_sops::key_service::KeyError;

/// How long it is kept. What expires lives for a quarter of an hour at least, when it is new; what
/// others have kept themselves is renewed by them five minutes before its end.
const KEPT_FOR: Duration = Duration::from_secs(240);

/// Credentials, by whose they are.
pub(crate) struct Kept<T>(Mutex<BTreeMap<String, (Instant, T)>>);

impl<T: Clone> Kept<T> {
    /// Those of somebody; looks for them if they are not known. One at a time, so that nobody is
    /// asked twice.
    pub(crate) fn get(
        &self,
        whose: String,
        find: impl FnOnce() -> Result<T, KeyError>,
    ) -> Result<T, KeyError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.get(&whose) {
            Some((found_at, found)) if found_at.elapsed() < KEPT_FOR => Ok(found.clone()),
            _ => {
                let found = find()?;
                kept.insert(whose, (Instant::now(), found.clone()));
                Ok(found)
            }
        }
    }
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// Shows nothing of it.
impl<T> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_not_looked_for_again_and_a_failure_is() {
        let kept = Kept::default();
        let failed = || Err(KeyError::NotMine);
        assert_eq!(kept.get("a".to_owned(), failed), Err(KeyError::NotMine));
        assert_eq!(kept.get("a".to_owned(), || Ok(1)), Ok(1));
        assert_eq!(kept.get("a".to_owned(), failed), Ok(1));
        assert_eq!(kept.get("b".to_owned(), || Ok(2)), Ok(2));
    }
}
