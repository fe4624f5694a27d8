//! Services that are built when the first recipient asks for them.

use std::sync::OnceLock;
use std::time::Duration;

use keydance_connect::{HttpConfig, Settings};
use keydance_sops::key_service::{KeyError, KeyService};
use keydance_sops::recipient::Recipient;
use zeroize::Zeroizing;

use super::super::environment::{Environment, Variable};

/// How long a call may take if nothing else is said.
const PATIENCE: Duration = Duration::from_secs(10);

/// A service that is built when it is needed.
pub(super) struct Lazy<'e, S> {
    environment: &'e Environment,
    build: Box<Build<S>>,
    built: OnceLock<Result<S, KeyError>>,
}

type Build<S> = dyn Fn(HttpConfig) -> S + Send + Sync;

impl<'e, S> Lazy<'e, S> {
    pub(super) fn new(
        environment: &'e Environment,
        build: impl Fn(HttpConfig) -> S + Send + Sync + 'static,
    ) -> Self {
        Self {
            environment,
            build: Box::new(build),
            built: OnceLock::new(),
        }
    }

    fn get(&self) -> Result<&S, KeyError> {
        let built = self
            .built
            .get_or_init(|| Ok((self.build)(http_within(self.environment, PATIENCE)?)));
        built.as_ref().map_err(Clone::clone)
    }
}

impl<S: KeyService + Send> KeyService for Lazy<'_, S> {
    fn wrap(&self, recipient: &Recipient, data_key: &[u8]) -> Result<String, KeyError> {
        self.get()?.wrap(recipient, data_key)
    }

    fn unwrap(&self, recipient: &Recipient, enc: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        self.get()?.unwrap(recipient, enc)
    }
}

/// How servers are called: within this time, if nothing else is said.
///
/// # Errors
/// What is said is no time.
pub(in super::super) fn http_within(
    environment: &Environment,
    patience: Duration,
) -> Result<HttpConfig, KeyError> {
    Ok(HttpConfig {
        timeout: timeout(environment, patience)?,
        proxy: ureq::Proxy::try_from_env(),
    })
}

fn timeout(environment: &Environment, patience: Duration) -> Result<Duration, KeyError> {
    let Some(text) = environment.get(Variable::Timeout) else {
        return Ok(patience);
    };
    let seconds = text.to_str().and_then(|text| text.parse::<f64>().ok());
    let timeout = seconds.filter(|seconds| *seconds > 0.0);
    timeout
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| {
            KeyError::Failed(format!(
                "{} is no number of seconds",
                Variable::Timeout.name()
            ))
        })
}

/// The variables of clouds, which are many and named by them.
pub(in super::super) fn settings() -> Settings {
    Settings::new(|name| std::env::var_os(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_out_is_in_seconds() {
        let read = |text| timeout(&Environment::from([(Variable::Timeout, text)]), PATIENCE);
        assert_eq!(read(""), Ok(PATIENCE));
        assert_eq!(read("2.5"), Ok(Duration::from_millis(2500)));
        for wrong in ["soon", "0", "-1", "inf", "NaN", "1e99"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
