use super::creation_rule::CreationRule;
use super::fields::Fields;
use super::{ConfigError, Warning};

/// Where and how files are published.
#[derive(Clone, Debug)]
pub struct DestinationRule {
    /// Where to.
    pub destination: Destination,
    /// How to encrypt a file anew on the way; not at all if absent.
    pub recreation: Option<CreationRule>,
    /// Whether the name there goes without its suffix.
    pub omit_extensions: bool,
}

/// Where files are published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A bucket of Google Cloud Storage.
    Gcs {
        /// The name of the bucket.
        bucket: String,
        /// What stands before the file's name.
        prefix: String,
    },
    /// A bucket of S3.
    S3 {
        /// The name of the bucket.
        bucket: String,
        /// What stands before the file's name.
        prefix: String,
    },
    /// A key-value engine of a Vault.
    Vault {
        /// Scheme, host and port; nothing stands for the client's default.
        address: Option<String>,
        /// Where the engine is mounted, with a slash at its end.
        mount: String,
        /// What stands before the file's name, with a slash at its end.
        path: String,
        /// The version of the engine, 1 or 2.
        kv_version: u8,
    },
}

impl DestinationRule {
    pub(super) fn read(
        mut fields: Fields<'_>,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self, ConfigError> {
        let destination = Destination::read(&mut fields)?;
        let recreation = match fields.map("recreation_rule", "recreation rule")? {
            Some(mut rule) => {
                rule.ignore("path_regex");
                Some(CreationRule::read(rule, warnings)?)
            }
            None => None,
        };
        let omit_extensions = fields.flag("omit_extensions")?;
        fields.finish(warnings);
        Ok(Self {
            destination,
            recreation,
            omit_extensions,
        })
    }
}

impl Destination {
    fn read(fields: &mut Fields<'_>) -> Result<Self, ConfigError> {
        let gcs = Self::Gcs {
            bucket: fields.text("gcs_bucket")?,
            prefix: fields.text("gcs_prefix")?,
        };
        let s3 = Self::S3 {
            bucket: fields.text("s3_bucket")?,
            prefix: fields.text("s3_prefix")?,
        };
        let mut stated = [gcs, s3, Self::vault(fields)?]
            .into_iter()
            .filter(Self::is_stated);
        match (stated.next(), stated.next()) {
            (Some(destination), None) => Ok(destination),
            _ => Err(ConfigError::Destination {
                place: fields.place().to_owned(),
            }),
        }
    }

    fn vault(fields: &mut Fields<'_>) -> Result<Self, ConfigError> {
        let address = fields.text("vault_address")?;
        let mount = fields.text("vault_kv_mount_name")?;
        Ok(Self::Vault {
            address: (!address.is_empty()).then_some(address),
            mount: if mount.is_empty() {
                "secret/".to_owned()
            } else {
                with_slash(mount)
            },
            path: with_slash(fields.text("vault_path")?),
            kv_version: if fields.number("vault_kv_version")? == Some(1) {
                1
            } else {
                2
            },
        })
    }

    fn is_stated(&self) -> bool {
        match self {
            Self::Gcs { bucket, .. } | Self::S3 { bucket, .. } => !bucket.is_empty(),
            Self::Vault { path, .. } => !path.is_empty(),
        }
    }
}

/// Text with a slash at its end, unless it is empty.
fn with_slash(text: String) -> String {
    if text.is_empty() || text.ends_with('/') {
        text
    } else {
        text + "/"
    }
}
