//! How often somebody may ask: token buckets, kept in memory.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::settings::Settings;

/// The buckets of one server.
pub struct Limiter {
    account_tokens: Option<DefaultKeyedRateLimiter<String>>,
    execution_tokens: Option<DefaultKeyedRateLimiter<String>>,
    failures: Option<DefaultKeyedRateLimiter<IpAddr>>,
}

/// Asked too often; may ask again after this many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooOften(pub u64);

impl Limiter {
    /// Full buckets of the sizes in the settings.
    pub fn new(settings: &Settings) -> Self {
        Self {
            account_tokens: per_second(settings.limit_account_token, 2),
            execution_tokens: per_second(settings.limit_execution_token, 1),
            failures: NonZeroU32::new(settings.limit_failed_authentication)
                .map(|count| RateLimiter::keyed(Quota::per_minute(count))),
        }
    }

    /// One call with the access token of a principal.
    ///
    /// # Errors
    /// The bucket is empty.
    pub fn account_token(&self, id: &str) -> Result<(), TooOften> {
        take(self.account_tokens.as_ref(), &id.to_owned())
    }

    /// One call with an execution token.
    ///
    /// # Errors
    /// The bucket is empty.
    pub fn execution_token(&self, id: &str) -> Result<(), TooOften> {
        take(self.execution_tokens.as_ref(), &id.to_owned())
    }

    /// One failed authentication.
    ///
    /// # Errors
    /// The bucket is empty.
    pub fn failure(&self, address: IpAddr) -> Result<(), TooOften> {
        take(self.failures.as_ref(), &address)
    }

    /// Forgets who has not asked for long enough to have a full bucket again.
    pub fn forget_idle(&self) {
        for limiter in [&self.account_tokens, &self.execution_tokens]
            .into_iter()
            .flatten()
        {
            limiter.retain_recent();
        }
        if let Some(limiter) = &self.failures {
            limiter.retain_recent();
        }
    }
}

impl std::fmt::Debug for Limiter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Limiter")
    }
}

fn per_second(count: u32, burst: u32) -> Option<DefaultKeyedRateLimiter<String>> {
    let rate = NonZeroU32::new(count)?;
    let burst = NonZeroU32::new(count.saturating_mul(burst))?;
    Some(RateLimiter::keyed(
        Quota::per_second(rate).allow_burst(burst),
    ))
}

fn take<K: std::hash::Hash + Eq + Clone>(
    limiter: Option<&DefaultKeyedRateLimiter<K>>,
    key: &K,
) -> Result<(), TooOften> {
    let Some(limiter) = limiter else {
        return Ok(());
    };
    limiter.check_key(key).map_err(|refusal| {
        TooOften(
            refusal
                .wait_time_from(DefaultClock::default().now())
                .as_secs()
                + 1,
        )
    })
}
