/// An address taken apart, so that two are compared by scheme, host, port and path segments, never
/// as texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    scheme: String,
    host: String,
    port: u16,
    segments: Vec<String>,
}

impl Endpoint {
    /// Reads an address in which there is nothing two readers could understand differently.
    ///
    /// `None` for users, queries, fragments, escapes, empty segments, `.` and `..`, or anything else
    /// than a plain host, a port and a plain path. A `/` at the end does not matter.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let default_port = match scheme.as_str() {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = authority_parts(authority)?;
        let path = path.strip_suffix('/').unwrap_or(path);
        let segments = if path.is_empty() {
            Vec::new()
        } else {
            path.split('/').map(segment).collect::<Option<_>>()?
        };
        let port = port.map_or(Some(default_port), |port| port.parse().ok())?;
        Some(Self {
            scheme,
            host,
            port,
            segments,
        })
    }

    /// Whether the other address is this one or below it.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.scheme == other.scheme
            && self.host == other.host
            && self.port == other.port
            && other.segments.starts_with(&self.segments)
    }
}

/// Host in lower case, and the digits of the port.
fn authority_parts(authority: &str) -> Option<(String, Option<&str>)> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, behind) = rest.split_once(']')?;
            let address: std::net::Ipv6Addr = address.parse().ok()?;
            let port = if behind.is_empty() {
                None
            } else {
                Some(behind.strip_prefix(':')?)
            };
            (format!("[{address}]"), port)
        }
        None => {
            let (host, port) = match authority.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, None),
            };
            (plain_host(host)?, port)
        }
    };
    let digits = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    port.is_none_or(digits).then_some((host, port))
}

fn plain_host(host: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    let host = host.to_ascii_lowercase();
    (!host.is_empty() && host.bytes().all(plain)).then_some(host)
}

fn segment(text: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let is_plain = !["", ".", ".."].contains(&text) && text.bytes().all(plain);
    is_plain.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn covers(listed: &str, asked: &str) -> bool {
        Endpoint::parse(listed)
            .unwrap()
            .covers(&Endpoint::parse(asked).unwrap())
    }

    #[test]
    fn an_address_covers_what_is_below_it() {
        assert!(covers(
            "https://vault",
            "https://VAULT:443/v1/transit/keys/k"
        ));
        assert!(covers(
            "https://vault/v1/transit",
            "https://vault/v1/transit/keys/k"
        ));
        assert!(covers(
            "https://vault/v1/transit/",
            "https://vault/v1/transit"
        ));
        assert!(covers("http://[::1]:8200", "http://[0:0::1]:8200/v1"));
    }

    #[test]
    fn no_other_server_and_no_longer_name_is_covered() {
        for other in [
            "http://vault/v1/transit",
            "https://vault:8200/v1/transit",
            "https://vault.evil.example/v1/transit",
            "https://vault/v1/transit-of-others",
            "https://vault/v1",
            "https://vault/v1/Transit",
        ] {
            assert!(!covers("https://vault/v1/transit", other), "{other}");
        }
    }

    #[test]
    fn what_could_be_understood_differently_is_no_address() {
        for text in [
            "https://vault@evil.example/",
            "https://vault\\@evil.example/",
            "https://vault/v1/../sys",
            "https://vault/v1/./transit",
            "https://vault/v1//transit",
            "https://vault/v1/%2e%2e/sys",
            "https://vault/v1?x",
            "https://vault#x",
            "https://vault:/v1",
            "https://vault:+8200/v1",
            "https://vault:99999/v1",
            "https://[::1]x/v1",
            "https:///v1",
            "https://vau lt/",
            "ftp://vault/",
            "vault/v1",
            "",
        ] {
            assert_eq!(Endpoint::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(https?://)?[ -~é]{0,40}") {
            if let Some(endpoint) = Endpoint::parse(&text) {
                prop_assert!(endpoint.covers(&endpoint));
            }
        }
    }
}
