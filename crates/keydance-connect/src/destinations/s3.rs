//! Buckets of S3 and of what speaks its protocol.

use std::net::IpAddr;
use std::time::SystemTime;

use percent_encoding::utf8_percent_encode;
use ureq::http::{Request, Uri};

use super::{PATH, PublishError};
use crate::aws::calls::{Calls, refusal_in_xml};
use crate::aws::credentials::{self, Credentials};
use crate::aws::region::{self, Region};
use crate::http::{HttpConfig, unsendable};
use crate::kept::Kept;
use crate::settings::Settings;

/// As whom S3 is called.
#[derive(Debug)]
pub struct S3Config {
    /// How it is called.
    pub http: HttpConfig,
    /// The `AWS_*` variables, and where the home folder is.
    pub settings: Settings,
    /// What time it is: requests are signed with it.
    pub clock: fn() -> SystemTime,
}

/// Whoever puts files into buckets.
#[derive(Debug)]
pub struct S3 {
    calls: Calls,
    known: Kept<Credentials>,
}

impl S3 {
    /// Nothing is called, and no credential looked for, before a file is there to be put.
    #[must_use]
    pub fn new(config: S3Config) -> Self {
        Self {
            calls: Calls::new(&config.http, config.settings, config.clock),
            known: Kept::default(),
        }
    }

    /// Puts a file there, in the place of the one that had its name.
    pub fn put(&self, bucket: &str, name: &str, file: &[u8]) -> Result<(), PublishError> {
        let region = region::usual(&self.calls.settings)?;
        let region = Region::of_name(&region)?;
        let credentials = self
            .known
            .get(String::new(), || credentials::find(&self.calls, region, ""))?;
        let place = Place::of(bucket)?;
        let base = match self.calls.given_endpoint("s3") {
            Some(given) => place.at_given(&given)?,
            None => place.at(&self.calls.endpoint("s3", region)),
        };
        let name = utf8_percent_encode(name, PATH);
        let request = Request::put(format!("{base}/{name}"))
            .header("content-type", "application/octet-stream")
            .body(file)
            .map_err(unsendable)?;
        let request = self
            .calls
            .signed(request, "s3", region.name, &credentials)?;
        let answer = self.calls.http.send(request)?;
        if answer.is_success() {
            return Ok(());
        }
        Err(refusal_in_xml(&answer).into())
    }
}

/// A bucket, as a part of an address.
struct Place<'b> {
    bucket: &'b str,
    /// Whether it may be a part of a server's name.
    is_host: bool,
}

impl<'b> Place<'b> {
    fn of(bucket: &'b str) -> Result<Self, PublishError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        if bucket.is_empty() || !bucket.bytes().all(plain) || bucket.bytes().all(|b| b == b'.') {
            return Err(PublishError::Name("the name of the bucket"));
        }
        let host = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let is_host = (3..=63).contains(&bucket.len())
            && bucket.bytes().all(host)
            && !bucket.starts_with('-')
            && !bucket.ends_with('-');
        Ok(Self { bucket, is_host })
    }

    /// At AWS, or at an endpoint like it.
    fn at(&self, endpoint: &str) -> String {
        let Self { bucket, is_host } = self;
        match endpoint.split_once("://") {
            Some((scheme, server)) if *is_host => format!("{scheme}://{bucket}.{server}"),
            _ => format!("{endpoint}/{bucket}"),
        }
    }

    /// At an endpoint by order of whoever runs this: a number has no servers below it.
    fn at_given(&self, endpoint: &str) -> Result<String, PublishError> {
        let uri: Uri = endpoint
            .parse()
            .map_err(|_| PublishError::Name("the endpoint of S3"))?;
        let host = uri.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.parse::<IpAddr>().is_ok() {
            return Ok(format!("{endpoint}/{}", self.bucket));
        }
        Ok(self.at(endpoint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_a_server_where_it_can_be_one() {
        let at = |bucket, endpoint| Place::of(bucket).unwrap().at_given(endpoint).unwrap();
        let aws = "https://s3.eu-west-1.amazonaws.com";
        assert_eq!(
            at("bucket", aws),
            "https://bucket.s3.eu-west-1.amazonaws.com"
        );
        assert_eq!(
            at("dotted.bucket", aws),
            "https://s3.eu-west-1.amazonaws.com/dotted.bucket"
        );
        assert_eq!(at("Old_One", aws), format!("{aws}/Old_One"));
        assert_eq!(
            at("bucket", "http://127.0.0.1:9000"),
            "http://127.0.0.1:9000/bucket"
        );
        assert_eq!(
            at("bucket", "http://[::1]:9000"),
            "http://[::1]:9000/bucket"
        );
        assert_eq!(
            at("bucket", "http://minio.test:9000"),
            "http://bucket.minio.test:9000"
        );
    }

    #[test]
    fn a_bucket_cannot_leave_its_place_in_the_address() {
        for wrong in ["", "a/b", "..", "a?b", "arn:aws:s3:::b"] {
            assert!(Place::of(wrong).is_err(), "{wrong}");
        }
    }
}
