//! As whom AWS is called: where credentials are looked for, in the order of AWS's own tools.

use std::fmt;
use std::path::Path;

use keydance_sops::key_service::KeyError;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::calls::Calls;
use super::profiles::{Profile, Profiles};
use super::region::Region;
use super::sts::{self, Role};
use super::{providers, sso};

/// How many profiles may stand behind one another.
const CHAIN_LIMIT: usize = 8;

/// What requests are signed with.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: Zeroizing<String>,
    pub(crate) session_token: Option<Zeroizing<String>>,
}

/// Looks for the credentials of a profile, or of whoever runs this if it is empty.
pub(crate) fn find(
    calls: &Calls,
    region: Region<'_>,
    profile: &str,
) -> Result<Credentials, KeyError> {
    let settings = &calls.settings;
    if profile.is_empty() {
        if let Some(credentials) = of_environment(calls) {
            return Ok(credentials);
        }
        let token = settings.path("AWS_WEB_IDENTITY_TOKEN_FILE");
        if let (Some(token), Some(role)) = (token, settings.text("AWS_ROLE_ARN")) {
            let session = settings.text("AWS_ROLE_SESSION_NAME");
            return with_token_file(calls, region, &role, session.as_deref(), &token);
        }
    }
    let profiles = Profiles::read(settings)?;
    let chain = Chain {
        calls,
        region,
        profiles: &profiles,
    };
    let usual = || {
        settings
            .text("AWS_PROFILE")
            .unwrap_or_else(|| "default".to_owned())
    };
    let (name, named) = match profile {
        "" => (usual(), settings.text("AWS_PROFILE").is_some()),
        name => (name.to_owned(), true),
    };
    match profiles.get(&name) {
        Some(found) => chain.of_profile(&name, found, CHAIN_LIMIT),
        None if named => Err(KeyError::NoIdentity {
            reason: format!("there is no AWS profile {name}"),
            places: profiles.places.clone(),
        }),
        None => chain.of_surroundings(),
    }
}

fn of_environment(calls: &Calls) -> Option<Credentials> {
    let settings = &calls.settings;
    let either = |name, old| settings.text(name).or_else(|| settings.text(old));
    Some(Credentials {
        access_key_id: either("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY")?,
        secret_access_key: Zeroizing::new(either("AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY")?),
        session_token: settings.text("AWS_SESSION_TOKEN").map(Zeroizing::new),
    })
}

/// Profiles, which may name one another.
struct Chain<'a> {
    calls: &'a Calls,
    region: Region<'a>,
    profiles: &'a Profiles,
}

impl Chain<'_> {
    fn of_profile(
        &self,
        name: &str,
        profile: &Profile,
        left: usize,
    ) -> Result<Credentials, KeyError> {
        let failed = |problem: &str| KeyError::Failed(format!("AWS profile {name}: {problem}"));
        let left = left
            .checked_sub(1)
            .ok_or_else(|| failed("too many profiles name one another"))?;
        let role = profile.get("role_arn");
        let session = profile.get("role_session_name");
        if let (Some(role), Some(token)) = (role, profile.get("web_identity_token_file")) {
            return with_token_file(self.calls, self.region, role, session, Path::new(token));
        }
        let own = match profile.get("source_profile") {
            Some(source) if role.is_some() && source != name => {
                let source_profile = self.profiles.get(source);
                let source_profile =
                    source_profile.ok_or_else(|| failed("its source_profile is not there"))?;
                self.of_profile(source, source_profile, left)?
            }
            _ => self
                .direct(profile)
                .map_err(|error| failed(&error.to_string()))?,
        };
        let Some(role) = role else { return Ok(own) };
        if profile.get("mfa_serial").is_some() {
            return Err(failed(
                "a role that needs a code of a second factor is not supported; put the credentials \
                 of the role into the environment",
            ));
        }
        let role = Role::new(role, session.unwrap_or("keydance"));
        let role = role.external_id(profile.get("external_id"));
        sts::assume_role(self.calls, self.region, &own, &role)
    }

    /// What a profile says without the help of another.
    fn direct(&self, profile: &Profile) -> Result<Credentials, KeyError> {
        let pair = (
            profile.get("aws_access_key_id"),
            profile.get("aws_secret_access_key"),
        );
        if let (Some(id), Some(secret)) = pair {
            let owned = |text: &str| Zeroizing::new(text.to_owned());
            return Ok(Credentials {
                access_key_id: id.to_owned(),
                secret_access_key: owned(secret),
                session_token: profile.get("aws_session_token").map(owned),
            });
        }
        if let Some(source) = profile.get("credential_source") {
            return self.of_source(source);
        }
        if profile.get("sso_account_id").is_some() {
            return sso::of_profile(self.calls, self.region, self.profiles, profile);
        }
        match profile.get("credential_process") {
            Some(command) => providers::process(command),
            None => self.of_surroundings(),
        }
    }

    fn of_source(&self, source: &str) -> Result<Credentials, KeyError> {
        let none = || KeyError::Failed(format!("the credential_source {source} has none"));
        match source {
            "Environment" => of_environment(self.calls).ok_or_else(none),
            "EcsContainer" => providers::container(self.calls)?.ok_or_else(none),
            "Ec2InstanceMetadata" => providers::instance(self.calls)?.ok_or_else(none),
            _ => Err(none()),
        }
    }

    /// What the container or the machine has.
    fn of_surroundings(&self) -> Result<Credentials, KeyError> {
        if let Some(credentials) = providers::container(self.calls)? {
            return Ok(credentials);
        }
        // On a machine elsewhere nobody answers, which is no failure.
        if let Ok(Some(credentials)) = providers::instance(self.calls) {
            return Ok(credentials);
        }
        let mut places = vec![
            "AWS_ACCESS_KEY_ID".to_owned(),
            "AWS_WEB_IDENTITY_TOKEN_FILE".to_owned(),
        ];
        places.extend(self.profiles.places.iter().cloned());
        places.extend(["container".to_owned(), "instance metadata".to_owned()]);
        Err(KeyError::NoIdentity {
            reason: "there are no AWS credentials".to_owned(),
            places,
        })
    }
}

fn with_token_file(
    calls: &Calls,
    region: Region<'_>,
    role: &str,
    session: Option<&str>,
    path: &Path,
) -> Result<Credentials, KeyError> {
    let token = std::fs::read_to_string(path).map(Zeroizing::new);
    let token = token.map_err(|error| KeyError::Failed(format!("{}: {error}", path.display())))?;
    let role = Role::new(role, session.unwrap_or("keydance"));
    sts::assume_role_with_token(calls, region, &role, token.trim())
}

/// Credentials as containers, machines and programs write them.
#[derive(Deserialize)]
pub(crate) struct Written {
    #[serde(rename = "AccessKeyId")]
    id: String,
    #[serde(rename = "SecretAccessKey")]
    secret: String,
    #[serde(rename = "SessionToken", alias = "Token", default)]
    token: Option<String>,
}

impl From<Written> for Credentials {
    fn from(written: Written) -> Self {
        Self {
            access_key_id: written.id,
            secret_access_key: Zeroizing::new(written.secret),
            session_token: written.token.map(Zeroizing::new),
        }
    }
}

/// Says only whose they are.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}
