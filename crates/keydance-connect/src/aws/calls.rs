//! Calls to AWS: where they go, and how they are signed.

use std::time::SystemTime;

use aws_credential_types::Credentials as Signer;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use keydance_sops::key_service::KeyError;
use serde::{Deserialize, Serialize};
use ureq::http::{HeaderName, HeaderValue, Request};
use zeroize::Zeroizing;

use super::credentials::Credentials;
use super::region::Region;
use crate::http::{Answer, Http, HttpConfig, Trust, unsendable};
use crate::settings::Settings;

/// How AWS says that the context, or the ciphertext, is another one.
const WRONG_CONTEXT: &str = "InvalidCiphertextException";

/// Whoever calls AWS.
#[derive(Debug)]
pub(crate) struct Calls {
    pub(crate) http: Http,
    /// For what answers at once or not at all: metadata of machines and containers.
    pub(crate) near: Http,
    pub(crate) settings: Settings,
    clock: fn() -> SystemTime,
}

impl Calls {
    pub(crate) fn new(config: &HttpConfig, settings: Settings, clock: fn() -> SystemTime) -> Self {
        let second = std::time::Duration::from_secs(1);
        let near = HttpConfig {
            timeout: config.timeout.min(second),
            proxy: None,
        };
        Self {
            http: Http::new(config, Trust::default()),
            near: Http::new(&near, Trust::default()),
            settings,
            clock,
        }
    }

    /// Where a service is by order of whoever runs this, without a slash at the end.
    pub(crate) fn given_endpoint(&self, service: &str) -> Option<String> {
        let own = format!("AWS_ENDPOINT_URL_{}", service.to_uppercase());
        let given = self
            .settings
            .text(&own)
            .or_else(|| self.settings.text("AWS_ENDPOINT_URL"));
        given.map(|url| url.trim_end_matches('/').to_owned())
    }

    /// Where a service is, without a slash at the end.
    pub(crate) fn endpoint(&self, service: &str, region: Region<'_>) -> String {
        let fips = self.settings.text("AWS_USE_FIPS_ENDPOINT").as_deref() == Some("true");
        let fips = if fips { "-fips" } else { "" };
        let usual = || {
            format!(
                "https://{service}{fips}.{}.{}",
                region.name,
                region.domain()
            )
        };
        self.given_endpoint(service).unwrap_or_else(usual)
    }

    /// Asks KMS.
    pub(crate) fn kms(
        &self,
        region: Region<'_>,
        credentials: &Credentials,
        operation: &str,
        request: &impl Serialize,
    ) -> Result<Answer, KeyError> {
        let body = serde_json::to_vec(request).map(Zeroizing::new);
        let body =
            body.map_err(|_| KeyError::Failed("the request cannot be written".to_owned()))?;
        let request = Request::post(format!("{}/", self.endpoint("kms", region)))
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("TrentService.{operation}"))
            .body(body.as_slice())
            .map_err(unsendable)?;
        let request = self.signed(request, "kms", region.name, credentials)?;
        let answer = self.http.send(request)?;
        if answer.is_success() {
            return Ok(answer);
        }
        Err(answer.refusal(answer.json::<Refusal>().ok().map(Refusal::reason)))
    }

    /// Adds the signature of whoever calls.
    pub(crate) fn signed<'b>(
        &self,
        mut request: Request<&'b [u8]>,
        service: &str,
        region: &str,
        credentials: &Credentials,
    ) -> Result<Request<&'b [u8]>, KeyError> {
        let failed = |_| KeyError::Failed("the request to AWS cannot be signed".to_owned());
        let identity = Signer::new(
            &credentials.access_key_id,
            credentials.secret_access_key.as_str(),
            credentials
                .session_token
                .as_ref()
                .map(|token| token.to_string()),
            None,
            "keydance",
        )
        .into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name(service)
            .time((self.clock)())
            .settings(how_to_sign(service))
            .build()
            .map_err(|_| failed(()))?
            .into();
        let uri = request.uri().to_string();
        let headers = request.headers().iter();
        let headers =
            headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let body = SignableBody::Bytes(request.body());
        let signable = SignableRequest::new(request.method().as_str(), uri, headers, body);
        let signable = signable.map_err(|_| failed(()))?;
        let (instructions, _) = sign(signable, &parameters)
            .map_err(|_| failed(()))?
            .into_parts();
        let (headers, _) = instructions.into_parts();
        for header in headers {
            let value = HeaderValue::from_str(header.value()).map_err(|_| failed(()))?;
            request
                .headers_mut()
                .insert(HeaderName::from_static(header.name()), value);
        }
        Ok(request)
    }
}

/// The refusal that services without JSON write.
pub(crate) fn refusal_in_xml(answer: &Answer) -> KeyError {
    let xml = std::str::from_utf8(&answer.body).unwrap_or_default();
    let reason = element(xml, "Code").map(|code| match element(xml, "Message") {
        Some(message) => format!("{code}: {message}"),
        None => code.to_owned(),
    });
    answer.refusal(reason)
}

/// The text of an element that holds nothing but letters of base64, or that is only shown: no
/// entity is resolved.
pub(crate) fn element<'x>(xml: &'x str, name: &str) -> Option<&'x str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    Some(text.trim())
}

/// S3 takes the path as it is sent, and wants to be told the digest of the body.
fn how_to_sign(service: &str) -> SigningSettings {
    let mut settings = SigningSettings::default();
    if service == "s3" {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    settings
}

/// Whether a refusal may be due to the encryption context.
pub(crate) fn is_wrong_context(refusal: &KeyError) -> bool {
    matches!(refusal, KeyError::Failed(text) if text.contains(WRONG_CONTEXT))
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "__type")]
    kind: String,
    #[serde(alias = "Message", default)]
    message: Option<String>,
}

impl Refusal {
    fn reason(self) -> String {
        let kind = self.kind.rsplit('#').next().unwrap_or_default();
        match self.message {
            Some(message) if !message.is_empty() => format!("{kind}: {message}"),
            _ => kind.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls<const N: usize>(settings: [(&'static str, &str); N]) -> Calls {
        let timeout = std::time::Duration::from_secs(1);
        let http = HttpConfig {
            timeout,
            proxy: None,
        };
        Calls::new(&http, Settings::from(settings), || SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn the_endpoint_is_in_the_region() {
        let region = Region::of_name("cn-north-1").unwrap();
        let endpoint = calls([]).endpoint("kms", region);
        assert_eq!(endpoint, "https://kms.cn-north-1.amazonaws.com.cn");
    }

    #[test]
    fn an_endpoint_may_be_given_for_one_service_or_for_all() {
        let region = Region {
            partition: "aws",
            name: "eu-west-1",
        };
        let all = ("AWS_ENDPOINT_URL", "http://all/");
        let own = ("AWS_ENDPOINT_URL_KMS", "http://own");
        assert_eq!(calls([all, own]).endpoint("kms", region), "http://own");
        assert_eq!(calls([all, own]).endpoint("sts", region), "http://all");
        let fips = calls([("AWS_USE_FIPS_ENDPOINT", "true")]).endpoint("kms", region);
        assert_eq!(fips, "https://kms-fips.eu-west-1.amazonaws.com");
    }
}
