//! Google Cloud Storage, by its JSON API.

use percent_encoding::utf8_percent_encode;
use ureq::http::Request;
use zeroize::Zeroizing;

use super::{NAME, PublishError};
use crate::gcp::{Access, Finder, Refusal};
use crate::http::{Http, Trust, unsendable};
use crate::kept::Kept;
use crate::settings::Settings;

pub use crate::gcp::GcpConfig;

/// What tokens are asked for.
const SCOPE: &str = "https://www.googleapis.com/auth/devstorage.read_write";

/// Whoever puts files into buckets.
#[derive(Debug)]
pub struct Gcs {
    http: Http,
    endpoint: Endpoint,
    finder: Finder,
    access: Kept<Access>,
}

/// Where it is, without a slash at the end.
#[derive(Debug, PartialEq, Eq)]
enum Endpoint {
    /// An emulator, which asks nobody who they are.
    Emulator(String),
    Google(String),
}

impl Gcs {
    /// Nothing is called, and no credential looked for, before a file is there to be put.
    #[must_use]
    pub fn new(config: &GcpConfig) -> Self {
        let http = Http::new(&config.http, Trust::default());
        Self {
            endpoint: Endpoint::of(&config.settings),
            finder: Finder::new(http.clone(), config, SCOPE),
            http,
            access: Kept::default(),
        }
    }

    /// Puts a file there, in the place of the one that had its name. Files of sops are text.
    pub fn put(&self, bucket: &str, name: &str, file: &[u8]) -> Result<(), PublishError> {
        let (bucket, name) = (segment(bucket)?, utf8_percent_encode(name, NAME));
        let base = self.endpoint.base();
        let uri = format!("{base}/upload/storage/v1/b/{bucket}/o?uploadType=media&name={name}");
        let mut head = Request::post(uri).header("content-type", "text/plain; charset=utf-8");
        if let Endpoint::Google(_) = self.endpoint {
            let access = self.access.get(String::new(), || self.finder.find())?;
            let authorization = Zeroizing::new(format!("Bearer {}", access.token.as_str()));
            head = head.header("authorization", authorization.as_str());
            if let Some(project) = &access.quota_project {
                head = head.header("x-goog-user-project", project);
            }
        }
        let answer = self.http.send(head.body(file).map_err(unsendable)?)?;
        if answer.is_success() {
            return Ok(());
        }
        let reason = answer.json::<Refusal>().ok();
        let reason = reason.map(|refusal| refusal.error.message);
        Err(answer.refusal(reason).into())
    }
}

impl Endpoint {
    fn of(settings: &Settings) -> Self {
        let without_slash = |text: &str| text.trim_end_matches('/').to_owned();
        match settings.text("STORAGE_EMULATOR_HOST") {
            Some(host) if host.contains("://") => Self::Emulator(without_slash(&host)),
            Some(host) => Self::Emulator(format!("http://{}", without_slash(&host))),
            None => {
                let universe = settings.text("GOOGLE_CLOUD_UNIVERSE_DOMAIN");
                let universe = universe.as_deref().unwrap_or("googleapis.com");
                Self::Google(format!("https://storage.{universe}"))
            }
        }
    }

    fn base(&self) -> &str {
        match self {
            Self::Emulator(base) | Self::Google(base) => base,
        }
    }
}

/// A bucket as a part of the path.
fn segment(bucket: &str) -> Result<&str, PublishError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    let is_name = !bucket.is_empty() && bucket.bytes().all(plain) && !is_dots(bucket);
    is_name
        .then_some(bucket)
        .ok_or(PublishError::Name("the name of the bucket"))
}

fn is_dots(name: &str) -> bool {
    name.bytes().all(|b| b == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emulator_is_named_with_or_without_its_scheme() {
        let of = |text| Endpoint::of(&Settings::from([("STORAGE_EMULATOR_HOST", text)]));
        let emulator = Endpoint::Emulator("http://127.0.0.1:9023".to_owned());
        assert_eq!(of("127.0.0.1:9023"), emulator);
        assert_eq!(of("http://127.0.0.1:9023/"), emulator);
        let google = Endpoint::Google("https://storage.googleapis.com".to_owned());
        assert_eq!(of(""), google);
    }

    #[test]
    fn a_bucket_cannot_leave_its_place_in_the_address() {
        assert_eq!(segment("a.b_c-1"), Ok("a.b_c-1"));
        for wrong in ["", "a/b", "..", "a?b", "a%2f"] {
            assert!(segment(wrong).is_err(), "{wrong}");
        }
    }
}
