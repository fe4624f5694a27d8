//! Profiles of single sign-on: `aws sso login` has left a token, which is worth credentials.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use keydance_sops::key_service::KeyError;
use serde::Deserialize;
use ureq::http::Request;
use zeroize::Zeroizing;

use super::calls::Calls;
use super::credentials::Credentials;
use super::profiles::{Profile, Profiles};
use super::region::Region;
use crate::http::unsendable;

/// The credentials of a profile whose owner has signed on.
pub(crate) fn of_profile(
    calls: &Calls,
    region: Region<'_>,
    profiles: &Profiles,
    profile: &Profile,
) -> Result<Credentials, KeyError> {
    let session = profile.get("sso_session");
    let shared = session
        .and_then(|name| profiles.session(name))
        .unwrap_or(profile);
    let incomplete =
        || KeyError::Failed("its settings of single sign-on are incomplete".to_owned());
    let sso_region = shared.get("sso_region").ok_or_else(incomplete)?;
    let name = session
        .or_else(|| shared.get("sso_start_url"))
        .ok_or_else(incomplete)?;
    let account = profile.get("sso_account_id").ok_or_else(incomplete)?;
    let role = profile.get("sso_role_name").ok_or_else(incomplete)?;
    let token = token(calls, name)?;
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("account_id", account)
        .append_pair("role_name", role)
        .finish();
    let region = Region {
        name: sso_region,
        ..region
    };
    let server = calls.endpoint("portal.sso", region);
    let request = Request::get(format!("{server}/federation/credentials?{query}"))
        .header("x-amz-sso_bearer_token", token.access_token.as_str())
        .body(&[][..])
        .map_err(unsendable)?;
    let answer = calls.http.send(request)?;
    if !answer.is_success() {
        return Err(KeyError::Failed(format!(
            "{}; {AGAIN}",
            answer.refusal(None)
        )));
    }
    let Issued {
        role_credentials: issued,
    } = answer.json()?;
    Ok(Credentials {
        access_key_id: issued.access_key_id,
        secret_access_key: Zeroizing::new(issued.secret_access_key),
        session_token: Some(Zeroizing::new(issued.session_token)),
    })
}

const AGAIN: &str = "`aws sso login` signs on again";

/// What signing on under this name has left.
fn token(calls: &Calls, name: &str) -> Result<Token, KeyError> {
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, name.as_bytes());
    let hash: String = hash
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let folder = calls.settings.path("HOME").unwrap_or_default();
    let path = folder.join(".aws/sso/cache").join(format!("{hash}.json"));
    let absent = |_| KeyError::NoIdentity {
        reason: format!("nobody has signed on; {AGAIN}"),
        places: vec![path.display().to_string()],
    };
    let text = std::fs::read(&path).map(Zeroizing::new).map_err(absent)?;
    serde_json::from_slice(&text)
        .map_err(|_| KeyError::Failed(format!("{} has no token; {AGAIN}", path.display())))
}

#[derive(Deserialize)]
struct Token {
    #[serde(rename = "accessToken")]
    access_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Issued {
    role_credentials: RoleCredentials,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleCredentials {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
}
