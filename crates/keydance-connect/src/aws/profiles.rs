//! The files that hold profiles: `~/.aws/config` and `~/.aws/credentials`.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use keydance_sops::key_service::KeyError;
use zeroize::Zeroizing;

use crate::settings::Settings;

/// What both files say. Some of it is secret.
#[derive(Default)]
pub(crate) struct Profiles {
    profiles: BTreeMap<String, Profile>,
    /// Sessions of single sign-on, which profiles name.
    sessions: BTreeMap<String, Profile>,
    /// The files that were looked at.
    pub(crate) places: Vec<String>,
}

/// What stands in one section.
#[derive(Default)]
pub(crate) struct Profile(BTreeMap<String, Zeroizing<String>>);

impl Profile {
    /// A value; nothing if it is empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name)?.as_str();
        (!value.is_empty()).then_some(value)
    }
}

impl Profiles {
    /// Reads both files; neither has to be there.
    pub(crate) fn read(settings: &Settings) -> Result<Self, KeyError> {
        let place = |name: &str, usual: &str| {
            let home = || {
                settings
                    .path("HOME")
                    .map(|home| home.join(".aws").join(usual))
            };
            settings.path(name).or_else(home)
        };
        let mut profiles = Self::default();
        // What stands in the second counts.
        profiles.add_file(place("AWS_CONFIG_FILE", "config"), config_section)?;
        let credentials = place("AWS_SHARED_CREDENTIALS_FILE", "credentials");
        profiles.add_file(credentials, |header| Some(Section::Profile(header)))?;
        Ok(profiles)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Profile> {
        self.profiles.get(name)
    }

    pub(crate) fn session(&self, name: &str) -> Option<&Profile> {
        self.sessions.get(name)
    }

    fn add_file(
        &mut self,
        path: Option<PathBuf>,
        section_of: fn(&str) -> Option<Section<'_>>,
    ) -> Result<(), KeyError> {
        let Some(path) = path else { return Ok(()) };
        self.places.push(path.display().to_string());
        if let Some(text) = read_if_there(&path)? {
            self.add(&text, section_of);
        }
        Ok(())
    }

    fn add(&mut self, text: &str, section_of: fn(&str) -> Option<Section<'_>>) {
        let mut profile = None;
        for line in text.lines() {
            // What is indented belongs to the line above: settings of other services.
            if line.starts_with([' ', '\t', '#', ';']) {
                continue;
            }
            if let Some(header) = line.strip_prefix('[') {
                let header = header.split(']').next().unwrap_or_default();
                profile = section_of(header.trim()).map(|section| match section {
                    Section::Profile(name) => self.profiles.entry(name.to_owned()).or_default(),
                    Section::Session(name) => self.sessions.entry(name.to_owned()).or_default(),
                });
            } else if let (Some(profile), Some((name, value))) =
                (&mut profile, line.split_once('='))
            {
                let value = Zeroizing::new(without_comment(value).trim().to_owned());
                profile.0.insert(name.trim().to_lowercase(), value);
            }
        }
    }
}

enum Section<'t> {
    Profile(&'t str),
    Session(&'t str),
}

fn config_section(header: &str) -> Option<Section<'_>> {
    if header == "default" {
        return Some(Section::Profile(header));
    }
    let (kind, name) = header.split_once(char::is_whitespace)?;
    match kind {
        "profile" => Some(Section::Profile(name.trim())),
        "sso-session" => Some(Section::Session(name.trim())),
        _ => None,
    }
}

/// A comment at the end of a line begins behind a space.
fn without_comment(value: &str) -> &str {
    let starts = [" #", " ;", "\t#", "\t;"];
    let end = starts.iter().filter_map(|start| value.find(start)).min();
    end.and_then(|end| value.get(..end)).unwrap_or(value)
}

fn read_if_there(path: &Path) -> Result<Option<Zeroizing<String>>, KeyError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(KeyError::Failed(format!("{}: {error}", path.display()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_stand_in_both_files() {
        let mut profiles = Profiles::default();
        let config = "# c\n[default]\nregion = eu-west-1 # here\ns3 =\n  addressing_style = path\n\
             [profile two]\nRole_Arn=arn:aws:iam::1:role/r\nsource_profile = default\n\
             aws_access_key_id = old\n[sso-session corp]\nsso_region = us-east-1\n\
             [services x]\nrole_arn = none\n[two]\nrole_arn = none\n";
        profiles.add(config, config_section);
        let credentials = "[two]\naws_access_key_id = new\naws_secret_access_key = a#b;c=\n";
        profiles.add(credentials, |header| Some(Section::Profile(header)));
        let two = profiles.get("two").unwrap();
        assert_eq!(two.get("role_arn"), Some("arn:aws:iam::1:role/r"));
        assert_eq!(two.get("aws_access_key_id"), Some("new"));
        assert_eq!(two.get("aws_secret_access_key"), Some("a#b;c="));
        assert_eq!(
            profiles.get("default").unwrap().get("region"),
            Some("eu-west-1")
        );
        assert_eq!(
            profiles.get("default").unwrap().get("addressing_style"),
            None
        );
        assert_eq!(
            profiles.session("corp").unwrap().get("sso_region"),
            Some("us-east-1")
        );
        assert!(profiles.get("x").is_none());
    }
}
