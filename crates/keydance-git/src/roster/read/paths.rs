//! The paths of a roster: who reads them, and what is encrypted in them.

use keydance_sops::select::Rule;

use super::{Mentioned, Reader};
use crate::roster::document::Content;
use crate::roster::error::{Problem, RosterError};
use crate::roster::fields::{Field, Fields, wrong};
use crate::roster::{Name, PathRule};

impl Reader {
    pub(super) fn paths(&mut self, fields: &mut Fields) -> Result<Vec<PathRule>, RosterError> {
        fields
            .list("paths")?
            .into_iter()
            .map(|field| self.path(field))
            .collect()
    }

    fn path(&mut self, Field { key, node }: Field) -> Result<PathRule, RosterError> {
        let line = node.line;
        let Content::Map(entries) = node.content else {
            return Err(wrong(key, "a list of maps", line));
        };
        let mut fields = Fields::new("a path", line, entries);
        let readers: Vec<Name> = self.groups(fields.list("readers")?)?;
        if readers.is_empty() {
            let (place, key) = ("a path", "readers");
            return Err(Problem::Missing { place, key }.at(line));
        }
        let mut writers = self.groups(fields.list("writers")?)?;
        if writers.is_empty() {
            writers.clone_from(&readers);
        }
        let (rule, mac_only_encrypted) = rule(&mut fields)?;
        let path = PathRule {
            glob: fields.need("match")?.parse()?,
            environment: match fields.take("environment") {
                Some(field) => Some(self.environment(field)?),
                None => None,
            },
            readers,
            writers,
            rule,
            mac_only_encrypted,
            approvals: match fields.take("approvals") {
                Some(field) => field.number()?,
                None => 0,
            },
            expect: fields.take("expect").map(Field::text).transpose()?,
            line,
        };
        fields.finish()?;
        Ok(path)
    }

    /// Names of groups, with or without `@`.
    fn groups(&mut self, fields: Vec<Field>) -> Result<Vec<Name>, RosterError> {
        let mut groups = Vec::with_capacity(fields.len());
        for field in fields {
            let line = field.node.line;
            let text = field.text()?;
            let name = text.strip_prefix('@').unwrap_or(&text);
            let Ok(name) = name.parse::<Name>() else {
                return Err(Problem::ReaderIsNoGroup(text).at(line));
            };
            self.mention(Mentioned::Group(name.clone()), line);
            groups.push(name);
        }
        Ok(groups)
    }

    fn environment(&mut self, field: Field) -> Result<Name, RosterError> {
        let line = field.node.line;
        let name: Name = field.parse()?;
        self.mention(Mentioned::Environment(name.clone()), line);
        Ok(name)
    }
}

/// What a path encrypts, and whether the MAC covers only that. `mac_only_encrypted` stands beside
/// the rule or in it.
fn rule(fields: &mut Fields) -> Result<(Option<Rule>, bool), RosterError> {
    let mut mac_only_encrypted = truth(fields, "mac_only_encrypted")?;
    let Some(Field { key, node }) = fields.take("rule") else {
        return Ok((None, mac_only_encrypted));
    };
    let line = node.line;
    let Content::Map(entries) = node.content else {
        return Err(wrong(key, "a map with one of the six rules", line));
    };
    let mut fields = Fields::new("a rule", line, entries);
    mac_only_encrypted |= truth(&mut fields, "mac_only_encrypted")?;
    let mut rules = Vec::new();
    for name in Rule::FIELDS {
        if let Some(field) = fields.take(name) {
            let line = field.node.line;
            let rule = Rule::of_field(name, &field.text()?).filter(Rule::is_valid);
            rules.push(rule.ok_or_else(|| wrong(name, "a regular expression", line))?);
        }
    }
    fields.finish()?;
    if rules.len() > 1 {
        return Err(wrong(key, "one rule at most", line));
    }
    Ok((rules.pop(), mac_only_encrypted))
}

fn truth(fields: &mut Fields, key: &'static str) -> Result<bool, RosterError> {
    fields.take(key).map_or(Ok(false), Field::truth)
}
