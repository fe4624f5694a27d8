//! Roles that are assumed, by way of STS.

use keydance_sops::key_service::KeyError;
use ureq::http::Request;
use zeroize::Zeroizing;

use super::calls::{self, Calls, element};
use super::credentials::Credentials;
use super::region::Region;
use crate::http::{Answer, unsendable};

/// A role to assume.
pub(crate) struct Role<'r> {
    arn: &'r str,
    session: &'r str,
    external_id: Option<&'r str>,
}

impl<'r> Role<'r> {
    pub(crate) fn new(arn: &'r str, session: &'r str) -> Self {
        Self {
            arn,
            session,
            external_id: None,
        }
    }

    /// With what the owner of the role has agreed on with whoever assumes it.
    pub(crate) fn external_id(mut self, external_id: Option<&'r str>) -> Self {
        self.external_id = external_id;
        self
    }
}

/// The credentials of a role, as its owner or one whom they let.
pub(crate) fn assume_role(
    calls: &Calls,
    region: Region<'_>,
    own: &Credentials,
    role: &Role<'_>,
) -> Result<Credentials, KeyError> {
    let form = form("AssumeRole", role, None);
    let request = request(calls, region, &form)?;
    let request = calls.signed(request, "sts", region.name, own)?;
    of_answer(role, &calls.http.send(request)?)
}

/// The credentials of a role, for a token of somebody whom its owner trusts.
pub(crate) fn assume_role_with_token(
    calls: &Calls,
    region: Region<'_>,
    role: &Role<'_>,
    token: &str,
) -> Result<Credentials, KeyError> {
    let form = form("AssumeRoleWithWebIdentity", role, Some(token));
    of_answer(role, &calls.http.send(request(calls, region, &form)?)?)
}

fn form(action: &str, role: &Role<'_>, token: Option<&str>) -> Zeroizing<String> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("Action", action)
        .append_pair("Version", "2011-06-15")
        .append_pair("RoleArn", role.arn)
        .append_pair("RoleSessionName", role.session);
    if let Some(external_id) = role.external_id {
        form.append_pair("ExternalId", external_id);
    }
    if let Some(token) = token {
        form.append_pair("WebIdentityToken", token);
    }
    Zeroizing::new(form.finish())
}

fn request<'f>(
    calls: &Calls,
    region: Region<'_>,
    form: &'f str,
) -> Result<Request<&'f [u8]>, KeyError> {
    Request::post(format!("{}/", calls.endpoint("sts", region)))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.as_bytes())
        .map_err(unsendable)
}

fn of_answer(role: &Role<'_>, answer: &Answer) -> Result<Credentials, KeyError> {
    let failed = |problem: &str| {
        KeyError::Failed(format!("the role {} was not assumed: {problem}", role.arn))
    };
    let xml = std::str::from_utf8(&answer.body).unwrap_or_default();
    if !answer.is_success() {
        return Err(failed(&calls::refusal_in_xml(answer).to_string()));
    }
    let secret = |name| element(xml, name).map(|text| Zeroizing::new(text.to_owned()));
    let parts = (
        element(xml, "AccessKeyId"),
        secret("SecretAccessKey"),
        secret("SessionToken"),
    );
    match parts {
        (Some(id), Some(secret_access_key), Some(token)) => Ok(Credentials {
            access_key_id: id.to_owned(),
            secret_access_key,
            session_token: Some(token),
        }),
        _ => Err(failed("AWS answered something else than credentials")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_read_from_the_answer() {
        let role = Role::new("arn:aws:iam::1:role/r", "s");
        let answer = |status, body: &str| Answer {
            status,
            body: Zeroizing::new(body.as_bytes().to_vec()),
        };
        let xml = "<R><Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>s+/=</SecretAccessKey>\
             <SessionToken>\n  t  </SessionToken></Credentials></R>";
        let credentials = of_answer(&role, &answer(200, xml)).unwrap();
        assert_eq!(credentials.access_key_id, "A");
        assert_eq!(credentials.secret_access_key.as_str(), "s+/=");
        assert_eq!(credentials.session_token.unwrap().as_str(), "t");
        let refused = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
        let refusal = of_answer(&role, &answer(403, refused)).err().unwrap();
        assert_eq!(
            refusal.to_string(),
            "the role arn:aws:iam::1:role/r was not assumed: \
             the server refused with status 403: AccessDenied: no"
        );
        assert!(of_answer(&role, &answer(200, "<R/>")).is_err());
    }
}
