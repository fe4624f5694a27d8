//! The clouds of Azure: where vaults are, and who issues tokens for them.
//!
//! A file names the vault, so it must not be able to have a token sent to a server of its own: only
//! names that Microsoft gives out are called.

use keydance_sops::key_service::KeyError;

/// One of them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cloud {
    /// Where the names of vaults end, without the point before it. Also what tokens are for.
    domain: &'static str,
    /// What tokens are for.
    pub(super) resource: &'static str,
    /// Who issues them.
    pub(super) authority: &'static str,
}

const CLOUDS: [Cloud; 6] = [
    cloud("vault.azure.net", "https://vault.azure.net", GLOBAL),
    cloud(
        "managedhsm.azure.net",
        "https://managedhsm.azure.net",
        GLOBAL,
    ),
    cloud("vault.azure.cn", "https://vault.azure.cn", CHINA),
    cloud("managedhsm.azure.cn", "https://managedhsm.azure.cn", CHINA),
    cloud(
        "vault.usgovcloudapi.net",
        "https://vault.usgovcloudapi.net",
        GOVERNMENT,
    ),
    cloud(
        "managedhsm.usgovcloudapi.net",
        "https://managedhsm.usgovcloudapi.net",
        GOVERNMENT,
    ),
];

const GLOBAL: &str = "https://login.microsoftonline.com";
const CHINA: &str = "https://login.chinacloudapi.cn";
const GOVERNMENT: &str = "https://login.microsoftonline.us";

const fn cloud(domain: &'static str, resource: &'static str, authority: &'static str) -> Cloud {
    Cloud {
        domain,
        resource,
        authority,
    }
}

impl Cloud {
    /// The cloud that a vault is in.
    pub(super) fn of_vault(url: &str) -> Result<&'static Self, KeyError> {
        let host = url
            .strip_prefix("https://")
            .map(|rest| rest.trim_end_matches('/'));
        let found = host.and_then(|host| {
            let (name, domain) = host.split_once('.')?;
            let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
            let named = !name.is_empty() && name.bytes().all(plain);
            CLOUDS
                .iter()
                .find(|cloud| named && cloud.domain.eq_ignore_ascii_case(domain))
        });
        found.ok_or_else(|| KeyError::Recipient("its address is no vault of Azure".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_for_vaults_of_azure_only() {
        let resource = |url| Cloud::of_vault(url).map(|cloud| cloud.resource).ok();
        assert_eq!(
            resource("https://v-1.vault.azure.net"),
            Some("https://vault.azure.net")
        );
        assert_eq!(
            resource("https://V.Vault.Azure.CN/"),
            Some("https://vault.azure.cn")
        );
        for wrong in [
            "http://v.vault.azure.net",
            "https://vault.azure.net",
            "https://v.vault.azure.net.evil.test",
            "https://evil.test/.vault.azure.net",
            "https://evil.test#.vault.azure.net",
            "https://u@v.vault.azure.net",
            "https://v.vault.azure.net:444",
            "",
        ] {
            assert_eq!(resource(wrong), None, "{wrong}");
        }
    }
}
