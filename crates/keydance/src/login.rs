//! Where the server is and as whom it is called: flags, the environment, or what `login` stored.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use crate::cli::Global;
use crate::config::Environment;
use crate::failure::Failure;
use crate::private_file;

/// Where a server is if nobody says.
const DEFAULT_URL: &str = "http://127.0.0.1:9001";

/// What `login` stores.
#[derive(Serialize, Deserialize)]
struct Stored {
    url: String,
    token: String,
}

/// A server, and an access token for it if there is one.
pub(crate) struct Login {
    /// The server, without a slash at the end.
    pub(crate) url: String,
    /// The access token.
    pub(crate) token: Option<Zeroizing<String>>,
}

impl Login {
    /// Finds both.
    ///
    /// # Errors
    /// A file that is named cannot be read.
    pub(crate) fn find(global: &Global, environment: &Environment) -> Result<Self, Failure> {
        let stored = stored(environment)?;
        let named = global.url.as_deref().or(environment.get("KEYDANCE_URL"));
        let url = match (named, &stored) {
            (Some(url), _) => url.trim_end_matches('/').to_owned(),
            (None, Some(stored)) => stored.url.clone(),
            (None, None) => DEFAULT_URL.to_owned(),
        };
        let token = match from_environment(environment)? {
            Some(token) => Some(token),
            // A stored token goes only to the server it was stored for.
            None => stored
                .filter(|stored| stored.url == url)
                .map(|stored| Zeroizing::new(stored.token)),
        };
        Ok(Self { url, token })
    }

    /// Stores both for later commands and says where.
    ///
    /// # Errors
    /// There is no home, or the file cannot be written.
    pub(crate) fn store(self, environment: &Environment) -> Result<PathBuf, Failure> {
        let path = path(environment)
            .ok_or_else(|| Failure::usage("neither XDG_CONFIG_HOME nor HOME is set"))?;
        let mut stored = Stored {
            url: self.url,
            token: self.token.as_deref().cloned().unwrap_or_default(),
        };
        let text = toml::to_string(&stored).map(Zeroizing::new);
        stored.token.zeroize();
        let text = text.map_err(Failure::unexpected)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        private_file::folder(folder)
            .and_then(|()| private_file::write(&path, text.as_bytes()))
            .map_err(|error| Failure::unexpected(format!("{}: {error}", path.display())))?;
        Ok(path)
    }
}

/// The file of `login` in the user's configuration folder.
pub(crate) fn path(environment: &Environment) -> Option<PathBuf> {
    let home = || Some(Path::new(environment.get("HOME")?).join(".config"));
    let folder = environment.get("XDG_CONFIG_HOME").map(PathBuf::from);
    Some(folder.or_else(home)?.join("keydance").join("login.toml"))
}

fn stored(environment: &Environment) -> Result<Option<Stored>, Failure> {
    let Some(path) = path(environment).filter(|path| path.exists()) else {
        return Ok(None);
    };
    let text = read(&path)?;
    let stored = toml::from_str(&text);
    stored.map(Some).map_err(|_| {
        // The parser would quote the line, which may be the token.
        Failure::usage(format!(
            "{} is not what `keydance login` writes",
            path.display()
        ))
        .hint("log in again")
    })
}

fn from_environment(environment: &Environment) -> Result<Option<Zeroizing<String>>, Failure> {
    if let Some(path) = environment.get("KEYDANCE_TOKEN_FILE") {
        let text = read(Path::new(path))?;
        return Ok(Some(Zeroizing::new(text.trim().to_owned())));
    }
    let token = environment.get("KEYDANCE_TOKEN");
    Ok(token.map(|token| Zeroizing::new(token.trim().to_owned())))
}

fn read(path: &Path) -> Result<Zeroizing<String>, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) => Err(Failure::usage(format!("{}: {error}", path.display()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(home: &Path, more: &[(&'static str, &'static str)]) -> Environment {
        let home = home.to_str().unwrap();
        let mut variables = [("HOME", home), ("A", ""), ("B", "")];
        for (place, variable) in variables.iter_mut().skip(1).zip(more) {
            *place = *variable;
        }
        variables.into()
    }

    fn find(environment: &Environment) -> (String, Option<String>) {
        let login = Login::find(&Global::default(), environment).unwrap();
        (login.url, login.token.map(|token| token.to_string()))
    }

    #[test]
    fn a_stored_token_goes_only_to_the_server_it_was_stored_for() {
        let home = tempfile::tempdir().unwrap();
        let plain = environment(home.path(), &[]);
        assert_eq!(find(&plain), (DEFAULT_URL.to_owned(), None));
        let login = Login {
            url: "https://keys.example.org".to_owned(),
            token: Some(Zeroizing::new("kd_p_1".to_owned())),
        };
        let path = login.store(&plain).unwrap();
        assert_eq!(path, home.path().join(".config/keydance/login.toml"));
        let stored = (
            "https://keys.example.org".to_owned(),
            Some("kd_p_1".to_owned()),
        );
        assert_eq!(find(&plain), stored);
        let elsewhere = environment(
            home.path(),
            &[("KEYDANCE_URL", "https://evil.example.org/")],
        );
        assert_eq!(
            find(&elsewhere),
            ("https://evil.example.org".to_owned(), None)
        );
        let own = environment(home.path(), &[("KEYDANCE_TOKEN", "kd_p_2")]);
        assert_eq!(find(&own).1.as_deref(), Some("kd_p_2"));
    }
}
