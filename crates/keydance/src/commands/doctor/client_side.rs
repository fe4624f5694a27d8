//! What a caller can see: the server, the clocks, the login.

use std::path::Path;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use keydance_api::Data;
use keydance_api::principal::Me;
use keydance_server::Clock;
use serde_json::Value;

use super::Finding;
use super::server_side::others_may_read;
use crate::client::Client;
use crate::commands::Context;
use crate::failure::Failure;
use crate::login;

/// Seconds that two clocks may differ.
const CLOCKS_WITHIN: i64 = 5;

/// Asks the server as far as it answers.
pub(super) fn findings(context: &Context) -> Result<Vec<Finding>, Failure> {
    let client = context.client()?;
    let mut findings: Vec<_> = login_file(context).into_iter().collect();
    let (date, version) = match client.probe("/") {
        Ok((_, date, body)) => (date, version(&body)),
        Err(failure) => {
            findings.push(Finding::wrong("server", failure.message()));
            return Ok(findings);
        }
    };
    findings.push(match version {
        Some(version) => Finding::ok("server", format!("{} runs {version}", client.url())),
        None => Finding::wrong("server", format!("{} is no Keydance server", client.url())),
    });
    findings.extend(date.map(|date| clock(&date)));
    findings.extend(readiness(&client)?);
    findings.push(token(&client));
    Ok(findings)
}

fn version(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body["data"]["version"].as_str().map(str::to_owned)
}

fn login_file(context: &Context) -> Option<Finding> {
    let path = login::path(&context.environment).filter(|path| path.exists())?;
    Some(private("login", &path))
}

/// Whether a file is readable by its owner only.
pub(super) fn private(about: &'static str, path: &Path) -> Finding {
    let shown = path.display();
    match others_may_read(path) {
        Ok(false) => Finding::ok(about, format!("{shown} is private")),
        Ok(true) => Finding::wrong(about, format!("others may read {shown}: chmod go= {shown}")),
        Err(error) => Finding::wrong(about, format!("{shown}: {error}")),
    }
}

fn clock(date: &str) -> Finding {
    let Some(theirs) = rfc2822::parse(&date.replace("GMT", "+0000")).ok() else {
        return Finding::warning("clock", "the server does not tell the time");
    };
    let theirs: Timestamp = theirs.timestamp();
    let ours = Clock::System.now().as_millis() / 1000;
    let apart = (ours - theirs.as_second()).abs();
    if apart <= CLOCKS_WITHIN {
        return Finding::ok("clock", "as the server's");
    }
    Finding::warning("clock", format!("{apart} s apart from the server's"))
}

fn readiness(client: &Client) -> Result<Vec<Finding>, Failure> {
    let (status, _, body) = client.probe("/readyz")?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let checks = body["checks"].as_object().into_iter().flatten();
    let checks: Vec<_> = checks
        .map(|(name, state)| format!("{name} {}", text(state)))
        .collect();
    let checks = checks.join(", ");
    let ready = match status {
        200 => Finding::ok("readiness", checks),
        _ => Finding::wrong("readiness", format!("not ready: {checks}")),
    };
    let warnings = body["warnings"].as_array().into_iter().flatten();
    let warnings = warnings.map(|warning| Finding::warning("readiness", text(warning)));
    Ok(std::iter::once(ready).chain(warnings).collect())
}

fn token(client: &Client) -> Finding {
    if !client.has_token() {
        return Finding::warning("token", "you are not logged in: keydance login");
    }
    match client.get("/me").send::<Data<Me>>() {
        Ok(me) => Finding::ok("token", format!("you are {}", me.value.data.id)),
        Err(failure) => Finding::wrong("token", failure.message()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::Verdict;

    #[test]
    fn clocks_that_are_apart_are_noticed() {
        assert!(clock("Sun, 06 Nov 1994 08:49:37 GMT").verdict == Verdict::Warning);
        assert!(clock("yesterday").verdict == Verdict::Warning);
        let now = Timestamp::from_second(Clock::System.now().as_millis() / 1000).unwrap();
        let now = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        assert!(clock(&now).verdict == Verdict::Ok, "{now}");
    }
}
