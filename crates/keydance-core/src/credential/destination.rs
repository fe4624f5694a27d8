//! Where a credential may be sent: `https://host[:port][/path]`.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// A concrete https URL, reduced to what is compared; query and fragment do not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Lower case, ASCII.
    host: String,
    port: u16,
    /// Starts with `/`, without dot segments, empty segments or encoded slashes.
    path: String,
}

/// Destinations of one origin: the host exact, or with `*.` for exactly one label on its left, and
/// optionally only what lies under a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    any_label: bool,
    under: Destination,
}

/// The text is no such URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not https://host[:port][/path]")]
pub struct DestinationError;

impl Pattern {
    /// Whether `destination` lies within.
    pub fn admits(&self, destination: &Destination) -> bool {
        let host = if self.any_label {
            destination.host.split_once('.').map(|(_, rest)| rest)
        } else {
            Some(destination.host.as_str())
        };
        host == Some(self.under.host.as_str())
            && destination.port == self.under.port
            && self.covers_path(&destination.path)
    }

    /// `/v1` covers `/v1` and `/v1/orders`, not `/v10`.
    fn covers_path(&self, path: &str) -> bool {
        let prefix = self.under.path.trim_end_matches('/');
        let rest = path.strip_prefix(prefix);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl FromStr for Pattern {
    type Err = DestinationError;
    fn from_str(text: &str) -> Result<Self, DestinationError> {
        if text.contains(['?', '#']) {
            return Err(DestinationError);
        }
        let starred = text.strip_prefix("https://*.");
        let under: Destination = match starred {
            Some(rest) => format!("https://{rest}").parse()?,
            None => text.parse()?,
        };
        if starred.is_some() && !under.host.contains('.') {
            return Err(DestinationError);
        }
        Ok(Self {
            any_label: starred.is_some(),
            under,
        })
    }
}

impl FromStr for Destination {
    type Err = DestinationError;
    fn from_str(text: &str) -> Result<Self, DestinationError> {
        let rest = text.strip_prefix("https://").ok_or(DestinationError)?;
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = match rest.find('/').and_then(|at| rest.split_at_checked(at)) {
            Some((authority, path)) => (authority, path),
            None => (rest, "/"),
        };
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, read_port(port)?),
            None => (authority, 443),
        };
        if !is_host(host) || !is_path(path) {
            return Err(DestinationError);
        }
        Ok(Self {
            host: host.to_ascii_lowercase(),
            port,
            path: path.to_owned(),
        })
    }
}

fn read_port(text: &str) -> Result<u16, DestinationError> {
    let is_number = text.bytes().all(|b| b.is_ascii_digit());
    let port = text.parse().ok().filter(|port| *port > 0 && is_number);
    port.ok_or(DestinationError)
}

/// Labels of letters, digits and hyphens; so neither user names nor addresses in brackets.
fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    host.len() <= 253 && host.split('.').all(is_label)
}

/// Refuses whatever a server could read as another path.
fn is_path(path: &str) -> bool {
    let hides_something = |segment: &str| {
        let lower = segment.to_ascii_lowercase();
        let dots = lower.replace("%2e", ".");
        matches!(dots.as_str(), "." | "..") || lower.contains("%2f") || lower.contains("%5c")
    };
    let is_plain = |b: u8| b.is_ascii_graphic() && b != b'\\';
    path.len() <= 2048
        && path.bytes().all(is_plain)
        && !path.contains("//")
        && !path.split('/').any(hides_something)
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.any_label { "*." } else { "" };
        write!(f, "https://{star}{}", self.under.host)?;
        if self.under.port != 443 {
            write!(f, ":{}", self.under.port)?;
        }
        if self.under.path != "/" {
            f.write_str(&self.under.path)?;
        }
        Ok(())
    }
}

impl Serialize for Pattern {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(pattern: &str, url: &str) -> bool {
        let pattern: Pattern = pattern.parse().unwrap();
        url.parse().is_ok_and(|url| pattern.admits(&url))
    }

    #[test]
    fn host_and_port_must_be_equal() {
        assert!(admits(
            "https://api.example.org",
            "https://API.example.org:443/x?q=//"
        ));
        for url in [
            "https://example.org",
            "https://api.example.org.evil.org",
            "https://api.example.org:8443",
            "https://api.example.org@evil.org",
            "http://api.example.org",
        ] {
            assert!(!admits("https://api.example.org", url), "{url}");
        }
    }

    #[test]
    fn a_star_stands_for_exactly_one_label() {
        let pattern = "https://*.example.org";
        assert!(admits(pattern, "https://eu.example.org/"));
        for url in [
            "https://example.org",
            "https://a.b.example.org",
            "https://.example.org",
        ] {
            assert!(!admits(pattern, url), "{url}");
        }
    }

    #[test]
    fn a_path_covers_whole_segments_only() {
        let pattern = "https://example.org/v1";
        assert!(admits(pattern, "https://example.org/v1"));
        assert!(admits(pattern, "https://example.org/v1/orders#x"));
        for path in [
            "/",
            "/v10",
            "/v1/../admin",
            "/v1/%2e%2E/admin",
            "/v1%2f..",
            "/v1//x",
            "/v1\\..",
        ] {
            assert!(
                !admits(pattern, &format!("https://example.org{path}")),
                "{path}"
            );
        }
    }

    #[test]
    fn a_pattern_is_an_https_origin_with_at_most_one_star() {
        for text in [
            "",
            "example.org",
            "http://example.org",
            "https://",
            "https://*.org",
            "https://*",
            "https://a.*.org",
            "https://*.*.example.org",
            "https://u@example.org",
            "https://example.org:0",
            "https://example.org:+1",
            "https://example.org:65536",
            "https://example.org?x",
            "https://[::1]",
            "https://exämple.org",
        ] {
            assert!(text.parse::<Pattern>().is_err(), "{text}");
        }
    }
}
