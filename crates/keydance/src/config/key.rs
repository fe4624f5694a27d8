//! The name of a setting, in the file, in the environment and on the command line.

/// A setting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// Its path in the file: `http.port`.
    pub(crate) path: &'static str,
    /// The variable of the Open Integration Hub that is taken when ours is not set.
    pub(crate) fallback: Option<&'static str>,
    /// What it decides, in a line.
    pub(crate) about: &'static str,
}

impl Key {
    /// A setting that only we know.
    pub(crate) const fn new(path: &'static str, about: &'static str) -> Self {
        Self {
            path,
            fallback: None,
            about,
        }
    }

    /// With the variable of the Open Integration Hub for it.
    pub(crate) const fn or(self, fallback: &'static str) -> Self {
        Self {
            fallback: Some(fallback),
            ..self
        }
    }

    /// The environment variable: `KEYDANCE_HTTP_PORT`.
    pub(crate) fn variable(self) -> String {
        format!("KEYDANCE_{}", self.path.replace('.', "_").to_uppercase())
    }
}

/// The word among `known` that somebody most likely meant, if one is close enough.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |known: &&str| strsim::osa_distance(&word.to_lowercase(), &known.to_lowercase());
    let nearest = known.into_iter().min_by_key(distance)?;
    (distance(&nearest) <= 2.max(word.len() / 3)).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_is_the_path_in_capitals() {
        let key = Key::new("limits.account_token", "");
        assert_eq!(key.variable(), "KEYDANCE_LIMITS_ACCOUNT_TOKEN");
        assert_eq!(Key::new("data_dir", "").variable(), "KEYDANCE_DATA_DIR");
    }

    #[test]
    fn a_slip_finds_the_word_that_was_meant() {
        let known = ["http.port", "http.address", "database.url"];
        assert_eq!(nearest("http.prot", known), Some("http.port"));
        assert_eq!(nearest("HTTP.Adress", known), Some("http.address"));
        assert_eq!(nearest("colour", known), None);
    }
}
