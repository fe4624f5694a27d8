//! Regions, and the parts of the world that they are in.

use keydance_sops::key_service::KeyError;

use super::profiles::Profiles;
use crate::settings::Settings;

/// A region, and the part of the world with the addresses of its own that it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Region<'r> {
    pub(crate) partition: &'r str,
    pub(crate) name: &'r str,
}

impl<'r> Region<'r> {
    /// The region of a key.
    pub(crate) fn of_key(arn: &'r str) -> Result<Self, KeyError> {
        let mut parts = arn.splitn(5, ':');
        let parts = (parts.next(), parts.next(), parts.next(), parts.next());
        match parts {
            (Some("arn"), Some(partition), Some("kms"), Some(name))
                if partition.starts_with("aws") && is_plain(name) =>
            {
                Ok(Self { partition, name })
            }
            _ => Err(KeyError::Recipient("its ARN names no region".to_owned())),
        }
    }

    /// The region with this name.
    pub(crate) fn of_name(name: &'r str) -> Result<Self, KeyError> {
        if !is_plain(name) {
            return Err(KeyError::Failed("the AWS region is none".to_owned()));
        }
        let partitions = [
            ("cn-", "aws-cn"),
            ("eusc-", "aws-eusc"),
            ("us-gov-", "aws-us-gov"),
            ("us-iso-", "aws-iso"),
            ("us-isob-", "aws-iso-b"),
            ("eu-isoe-", "aws-iso-e"),
            ("us-isof-", "aws-iso-f"),
        ];
        let found = partitions
            .into_iter()
            .find(|(start, _)| name.starts_with(start));
        let partition = found.map_or("aws", |(_, partition)| partition);
        Ok(Self { partition, name })
    }

    /// Where the names of servers end.
    pub(crate) fn domain(self) -> &'static str {
        match self.partition {
            "aws-cn" => "amazonaws.com.cn",
            "aws-eusc" => "amazonaws.eu",
            "aws-iso" => "c2s.ic.gov",
            "aws-iso-b" => "sc2s.sgov.gov",
            "aws-iso-e" => "cloud.adc-e.uk",
            "aws-iso-f" => "csp.hci.ic.gov",
            _ => "amazonaws.com",
        }
    }
}

/// The name of the region of whoever runs this: as the environment or the profile says.
pub(crate) fn usual(settings: &Settings) -> Result<String, KeyError> {
    let said = |name| settings.text(name);
    if let Some(name) = said("AWS_REGION").or_else(|| said("AWS_DEFAULT_REGION")) {
        return Ok(name);
    }
    let profiles = Profiles::read(settings)?;
    let profile = said("AWS_PROFILE").unwrap_or_else(|| "default".to_owned());
    let region = profiles
        .get(&profile)
        .and_then(|profile| profile.get("region"));
    region.map(str::to_owned).ok_or_else(|| {
        let mut places = vec!["AWS_REGION".to_owned(), "AWS_DEFAULT_REGION".to_owned()];
        places.extend(profiles.places);
        KeyError::NoIdentity {
            reason: "there is no AWS region".to_owned(),
            places,
        }
    })
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_of_a_key_is_in_its_arn() {
        let region = Region::of_key("arn:aws-cn:kms:cn-north-1:111122223333:key/k").unwrap();
        assert_eq!(
            region,
            Region {
                partition: "aws-cn",
                name: "cn-north-1"
            }
        );
        for wrong in [
            "",
            "arn:aws:iam::1:role/r",
            "arn:aws:kms::1:key/k",
            "arn:aws:kms:x/y:1:key/k",
        ] {
            assert!(Region::of_key(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_region_is_in_the_part_of_the_world_that_its_name_says() {
        let domain = |name| Region::of_name(name).map(Region::domain);
        assert_eq!(domain("eu-west-1"), Ok("amazonaws.com"));
        assert_eq!(domain("cn-north-1"), Ok("amazonaws.com.cn"));
        assert_eq!(domain("us-isob-east-1"), Ok("sc2s.sgov.gov"));
        assert!(domain("eu/west").is_err());
    }
}
