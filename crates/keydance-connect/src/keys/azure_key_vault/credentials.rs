//! As whom Azure is called: where a token is looked for, in the order of Azure's own libraries.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use keydance_sops::key_service::KeyError;
use serde::Deserialize;
use ureq::http::Request;
use zeroize::Zeroizing;

use super::AzureConfig;
use super::cloud::Cloud;
use crate::http::{Http, HttpConfig, Trust, unsendable};
use crate::oauth::{self, Token};
use crate::process::printed;
use crate::settings::Settings;

/// The machine's own server.
const METADATA: &str = "http://169.254.169.254/metadata/identity/oauth2/token";
/// How long `az` may take.
const AZ_PATIENCE: Duration = Duration::from_secs(30);

/// Whoever looks for a token.
#[derive(Debug)]
pub(super) struct Finder {
    http: Http,
    /// For what answers at once or not at all.
    near: Http,
    settings: Settings,
    az: Option<PathBuf>,
}

impl Finder {
    pub(super) fn new(http: Http, config: AzureConfig) -> Self {
        let timeout = config.http.timeout.min(Duration::from_secs(1));
        let near = Http::new(
            &HttpConfig {
                timeout,
                proxy: None,
            },
            Trust::default(),
        );
        Self {
            http,
            near,
            settings: config.settings,
            az: config.az,
        }
    }

    /// A token for the vaults of a cloud.
    pub(super) fn find(&self, cloud: &Cloud) -> Result<Token, KeyError> {
        let identity = (
            self.settings.text("AZURE_TENANT_ID"),
            self.settings.text("AZURE_CLIENT_ID"),
        );
        if let (Some(tenant), Some(client)) = &identity {
            if let Some(secret) = self
                .settings
                .text("AZURE_CLIENT_SECRET")
                .map(Zeroizing::new)
            {
                return self.of_client(cloud, tenant, client, &[("client_secret", &secret)]);
            }
            if let Some(path) = self.settings.path("AZURE_FEDERATED_TOKEN_FILE") {
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                let assertion = read(&path)?;
                let proof = [
                    ("client_assertion_type", kind),
                    ("client_assertion", assertion.trim()),
                ];
                return self.of_client(cloud, tenant, client, &proof);
            }
        }
        if let Some(endpoint) = self.settings.text("IDENTITY_ENDPOINT") {
            let secret = self
                .settings
                .text("IDENTITY_HEADER")
                .map(Zeroizing::new)
                .unwrap_or_default();
            return self.of_server(
                cloud,
                &endpoint,
                "2019-08-01",
                ("x-identity-header", &secret),
            );
        }
        // On a machine elsewhere nobody answers, which is no failure.
        if let Ok(token) = self.of_server(cloud, METADATA, "2018-02-01", ("metadata", "true")) {
            return Ok(token);
        }
        if let Some(az) = &self.az {
            return of_program(az, cloud);
        }
        let places = [
            "AZURE_CLIENT_SECRET",
            "AZURE_FEDERATED_TOKEN_FILE",
            "IDENTITY_ENDPOINT",
        ];
        let places = places.into_iter().chain(["instance metadata", "az"]);
        Err(KeyError::NoIdentity {
            reason: "there are no Azure credentials".to_owned(),
            places: places.map(str::to_owned).collect(),
        })
    }

    fn of_client(
        &self,
        cloud: &Cloud,
        tenant: &str,
        client: &str,
        proof: &[(&str, &str)],
    ) -> Result<Token, KeyError> {
        let authority = self.settings.text("AZURE_AUTHORITY_HOST");
        let authority = authority
            .as_deref()
            .unwrap_or(cloud.authority)
            .trim_end_matches('/');
        let scope = format!("{}/.default", cloud.resource);
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_id", client),
            ("scope", &scope),
        ];
        form.extend(proof);
        oauth::token(
            &self.http,
            &format!("{authority}/{tenant}/oauth2/v2.0/token"),
            &form,
        )
    }

    /// That of the machine, or of the app: Azure manages it.
    fn of_server(
        &self,
        cloud: &Cloud,
        server: &str,
        version: &str,
        (header, value): (&str, &str),
    ) -> Result<Token, KeyError> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("api-version", version)
            .append_pair("resource", cloud.resource);
        if let Some(client) = self.settings.text("AZURE_CLIENT_ID") {
            query.append_pair("client_id", &client);
        }
        let request = Request::get(format!("{server}?{}", query.finish()))
            .header(header, value)
            .body(&[][..])
            .map_err(unsendable)?;
        oauth::of_answer(&self.near.send(request)?)
    }
}

/// That of whoever has signed in with `az login`.
fn of_program(az: &Path, cloud: &Cloud) -> Result<Token, KeyError> {
    let mut command = Command::new(az);
    command.args([
        "account",
        "get-access-token",
        "--output",
        "json",
        "--resource",
        cloud.resource,
    ]);
    let failed = |problem: String| KeyError::Failed(format!("az: {problem}"));
    let printed = printed(&mut command, AZ_PATIENCE).map_err(failed)?;
    let told: Told = serde_json::from_slice(&printed)
        .map_err(|_| failed("it wrote something else than a token".to_owned()))?;
    Ok(Zeroizing::new(told.access_token))
}

#[derive(Deserialize)]
struct Told {
    #[serde(rename = "accessToken")]
    access_token: String,
}

fn read(path: &Path) -> Result<Zeroizing<String>, KeyError> {
    let text = std::fs::read_to_string(path).map(Zeroizing::new);
    text.map_err(|error| KeyError::Failed(format!("{}: {error}", path.display())))
}
