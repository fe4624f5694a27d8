//! What the server says once it can be called.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::Path;

use super::logging;
use crate::config::Config;
use crate::failure::Failure;

/// Says that the server is ready, and after the first start where the token is and what to try next:
/// to a person on standard output, to a program in the log.
///
/// # Errors
/// Standard output is gone.
pub(crate) fn ready(
    config: &Config,
    address: SocketAddr,
    first_token: Option<&Path>,
) -> Result<(), Failure> {
    let url = format!("http://{address}");
    if logging::is_json(&config.log) {
        match first_token.map(Path::display) {
            Some(file) => tracing::info!(url, admin_token_file = %file, "ready"),
            None => tracing::info!(url, "ready"),
        }
        return Ok(());
    }
    let mut text = format!("keydance is ready on {url}\n");
    if let Some(token) = first_token {
        text.push_str(&next(&url, &config.http.api_base, token));
    }
    let mut stdout = io::stdout();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    written.map_err(Failure::unexpected)
}

fn next(url: &str, api_base: &str, token: &Path) -> String {
    let token = token.display();
    format!(
        "
The access token of the person `admin` is in {token} (valid for 90 days). Try next:

  curl -H \"Authorization: Bearer $(cat {token})\" {url}{api_base}/me

  keydance login --url {url} < {token}
  keydance credential create 'Ledger API' --type API_KEY

"
    )
}
