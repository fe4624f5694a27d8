//! Tells the log again, event by event, and says where something was allowed that at its place in
//! the log was not.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

type Owners = BTreeSet<String>;

/// The state of the organisation as the log tells it.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    credentials: HashMap<String, Owners>,
    groups: HashMap<String, Owners>,
    flows: HashMap<String, Flow>,
    /// Which credential a request put into its flow: the log does not name references.
    references: HashMap<String, String>,
    findings: Vec<String>,
}

#[derive(Debug, Default)]
struct Flow {
    owners: Owners,
    credential: Option<String>,
    is_blocked: bool,
}

/// What does not follow from what was written down before it.
pub(crate) fn findings(references: HashMap<String, String>, events: &[Value]) -> Vec<String> {
    let mut replay = Replay {
        references,
        ..Replay::default()
    };
    for event in events.iter().filter(|event| event["outcome"] == "allowed") {
        replay.tell(event);
    }
    replay.findings
}

impl Replay {
    fn tell(&mut self, event: &Value) {
        let object = text(&event["object"]["id"]);
        match event["action"].as_str().unwrap_or_default() {
            "credential.created" | "credential.owner_added" => {
                let owners = self.credentials.entry(object).or_default();
                owners.extend(owner_rows(event));
            }
            "credential.owner_removed" => {
                let owners = self.credentials.entry(object).or_default();
                owners.retain(|owner| !owner_rows(event).contains(owner));
            }
            "credential.deleted" => drop(self.credentials.remove(&object)),
            "credential.revealed" => {
                let owners = self.credentials.entry(object).or_default();
                if !owners.is_superset(&owner_rows(event)) {
                    self.findings
                        .push(format!("shown to who was no owner: {event}"));
                }
            }
            "credential.handed_out" => self.hand_out(event),
            "execution.started" => self.start(event),
            "flow.blocked" => self.flows.entry(object).or_default().is_blocked = true,
            "flow.created" | "flow.updated" => self.persist(&object, event),
            "flow.unblocked" => {
                self.flows.entry(object.clone()).or_default().is_blocked = false;
                self.check_owners(&object, event);
            }
            "group.member_added" => {
                self.groups.entry(object).or_default().insert(member(event));
            }
            "group.member_removed" => {
                self.groups
                    .entry(object)
                    .or_default()
                    .remove(&member(event));
            }
            _ => {}
        }
    }

    fn persist(&mut self, id: &str, event: &Value) {
        let owners = owner_rows(event);
        let credential = self
            .references
            .get(event["requestId"].as_str().unwrap_or_default());
        let flow = self.flows.entry(id.to_owned()).or_default();
        flow.credential = credential.cloned();
        flow.owners = owners;
        self.check_owners(id, event);
        let actor = format!("USER:{}", text(&event["actor"]["id"]));
        let acts = self.flows[id].owners.iter().any(|owner| {
            *owner == actor || group_of(owner).is_some_and(|id| self.is_member(id, &actor))
        });
        if !acts {
            self.findings
                .push(format!("stored by who owned nothing of it: {event}"));
        }
    }

    fn start(&mut self, event: &Value) {
        let id = text(&event["flowId"]);
        self.check_owners(&id, event);
        if self.is_blocked(&id) {
            self.findings
                .push(format!("started while blocked: {event}"));
        }
    }

    fn hand_out(&mut self, event: &Value) {
        let id = text(&event["flowId"]);
        self.check_owners(&id, event);
        let flow = self.flows.get(&id);
        let owners = flow.map(|flow| flow.owners.clone()).unwrap_or_default();
        if owners.is_empty() || owners != owner_rows(event) {
            self.findings.push(format!(
                "handed out for other owners than the flow's: {event}"
            ));
        }
        if self.is_blocked(&id) {
            self.findings
                .push(format!("handed out while blocked: {event}"));
        }
    }

    /// Every owner of the flow owns what it references.
    fn check_owners(&mut self, id: &str, event: &Value) {
        let Some(flow) = self.flows.get(id) else {
            return;
        };
        let Some(credential) = &flow.credential else {
            return;
        };
        let owners = self.credentials.get(credential);
        if !owners.is_some_and(|owners| owners.is_superset(&flow.owners)) {
            self.findings
                .push(format!("{:?} own not what {id} uses: {event}", flow.owners));
        }
    }

    fn is_blocked(&self, id: &str) -> bool {
        self.flows.get(id).is_some_and(|flow| flow.is_blocked)
    }

    fn is_member(&self, group: &str, owner: &str) -> bool {
        self.groups
            .get(group)
            .is_some_and(|members| members.contains(owner))
    }
}

fn owner_rows(event: &Value) -> Owners {
    let rows = event["ownerRows"].as_array().into_iter().flatten();
    rows.map(|row| format!("{}:{}", text(&row["type"]), text(&row["id"])))
        .collect()
}

fn member(event: &Value) -> String {
    text(&event["details"]["member"])
}

fn group_of(owner: &str) -> Option<&str> {
    owner.strip_prefix("GROUP:")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
