//! An organisation begins: its roster, with one person and one group, and what follows from it.

use jiff::Timestamp;
use keydance_sops::age::{NativeIdentity, NativeKind};
use keydance_sops::key_service::KeyService;
use keydance_sops::random::Random;
use keydance_sops::recipient::Recipient;

use super::attributes::{self, ATTRIBUTES_FILE};
use super::settle::refused;
use super::{ChangeKind, Checkout, EventError, Plan};
use crate::group_identity::{self, NewGeneration};
use crate::roster::{Changed, DeviceName, Draft, Glob, Name, Principal, ROSTER_FILE};
use crate::sops_yaml::{self, SOPS_YAML_FILE};

/// What an organisation begins with.
#[derive(Clone, Debug)]
pub struct Init {
    /// What it is called.
    pub organisation: Name,
    /// The first person's device.
    pub device: DeviceName,
    /// What is encrypted to it.
    pub recipient: Recipient,
    /// The SSH public key it signs with.
    pub signing: Option<String>,
    /// The first group, which governs the rest.
    pub group: Name,
    /// The files it reads.
    pub glob: Glob,
    /// Which kind of identity it gets.
    pub kind: NativeKind,
}

impl Init {
    /// Plans it.
    ///
    /// # Errors
    ///
    /// If there is an organisation, or a `.sops.yaml` that says something else.
    pub fn plan(
        &self,
        checkout: &Checkout,
        own: &dyn KeyService,
        now: Timestamp,
        random: &mut dyn Random,
    ) -> Result<Plan, EventError> {
        for path in [ROSTER_FILE, SOPS_YAML_FILE] {
            if checkout.read(path)?.is_some() {
                return Err(EventError::Conflict(format!(
                    "there is a {path} here already"
                )));
            }
        }
        let identity = NativeIdentity::new(self.kind, random);
        let identity = identity.map_err(|error| refused(&self.group, error.into()))?;
        let Changed { text, roster } = self.roster(&identity, now)?;
        let request = group_identity::Request {
            group: &self.group,
            number: 1,
            readers: roster.identity_readers(self.group.as_str(), now),
            now,
        };
        let made = NewGeneration::make(identity, request, own, random);
        let made = made.map_err(|problem| refused(&self.group, problem))?;
        let mut plan = Plan {
            title: format!("{} begins", self.organisation),
            ..Plan::default()
        };
        let generated = sops_yaml::generate(&roster, &text, now).into_bytes();
        plan.put(SOPS_YAML_FILE, ChangeKind::Generated, generated);
        let attributes = checkout.read(ATTRIBUTES_FILE)?;
        if let Some(generated) = attributes::generate(attributes.as_deref(), &roster) {
            plan.put(ATTRIBUTES_FILE, ChangeKind::Generated, generated);
        }
        plan.put(made.generation.path(), ChangeKind::NewIdentity, made.bytes);
        plan.put(ROSTER_FILE, ChangeKind::Roster, text);
        plan.generations.insert(self.group.clone(), 1);
        let paths: Vec<&str> = plan.changes.keys().map(String::as_str).collect();
        checkout.refuse_unclean(&paths)?;
        Ok(plan)
    }

    fn roster(&self, identity: &NativeIdentity, now: Timestamp) -> Result<Changed, EventError> {
        let text = format!(
            "keydance: 1\norganisation: {}\nenvironments: [testing, staging, production]\n\
             protected: [refs/heads/main]\nintegrity: warn\ngovernance: {}\n",
            self.organisation, self.group
        );
        let mut draft = Draft::of(text.as_bytes())?;
        let person = &self.device.person;
        draft.open_person(person, now);
        draft.open_device(&self.device, &self.recipient, self.signing.as_deref(), now);
        let recipient = Recipient::Age {
            recipient: identity.recipient().to_owned(),
        };
        let member = Principal::Person(person.clone());
        draft.add_group(&self.group, &[member], std::slice::from_ref(person), now);
        draft.set_identity(&self.group, 1, &recipient);
        draft.add_path(&self.glob, std::slice::from_ref(&self.group));
        Ok(draft.finish()?)
    }
}
