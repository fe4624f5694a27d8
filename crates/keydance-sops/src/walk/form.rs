//! Whether an encrypted tree is as encrypting leaves it, which shows without any key.

use super::{KeyPath, Leaves, Place, Walk};
use crate::enc::Enc;
use crate::scalar::Kind;
use crate::select::Rule;
use crate::tree::{Comment, Item, Tree, Value};

/// A value that is not as encrypting leaves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// Where it stands.
    pub path: KeyPath,
    /// What is odd about it.
    pub kind: OddityKind,
}

/// What is odd about a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OddityKind {
    /// The rule selects it, and it is no ciphertext.
    Plain,
    /// There is text behind the ciphertext, which nothing protects.
    TextBehind,
}

/// The values of an encrypted tree that are not as encrypting leaves them, in the order of the
/// tree. Comments do not count: old versions of sops did not encrypt them.
///
/// # Errors
///
/// The place of a map or list that is nested too deep.
pub fn oddities(tree: &mut Tree, rule: &Rule) -> Result<Vec<Oddity>, KeyPath> {
    Walk::new(rule, Form(Vec::new()))
        .tree(tree)
        .map(|form| form.0)
}

struct Form(Vec<Oddity>);

impl Leaves for Form {
    type Error = KeyPath;

    fn comment(&mut self, _: Place<'_>, _: &mut Comment) -> Result<(), KeyPath> {
        Ok(())
    }

    /// A ciphertext of a comment becomes a comment, so that the rule is applied as in decrypting.
    fn item(&mut self, place: Place<'_>, item: &mut Item) -> Result<(), KeyPath> {
        let Item::Value(value) = item else {
            return Ok(());
        };
        self.scalar(place, value)?;
        if let Value::Text(text) = value
            && place.encrypted
            && let Some(enc) = Enc::recognise(text.expose())
            && Kind::of_word(enc.kind) == Some(Kind::Comment)
        {
            *item = Item::Comment(Comment::line(text.duplicate()));
        }
        Ok(())
    }

    fn scalar(&mut self, place: Place<'_>, scalar: &mut Value) -> Result<(), KeyPath> {
        if !place.encrypted {
            return Ok(());
        }
        let kind = match scalar {
            Value::Text(text) if text.is_empty() => return Ok(()),
            Value::Text(text) => match Enc::recognise(text.expose()) {
                Some(enc) if enc.rest.is_empty() => return Ok(()),
                Some(_) => OddityKind::TextBehind,
                None => OddityKind::Plain,
            },
            _ => OddityKind::Plain,
        };
        let path = place.path();
        self.0.push(Oddity { path, kind });
        Ok(())
    }

    fn too_deep(path: KeyPath) -> KeyPath {
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Format, ReadOptions};

    const ENC: &str = "ENC[AES256_GCM,data:f6SdJOI=,iv:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=,\
        tag:Aev7PNzF9ifk0oM4U+MGlg==,type:str]";

    fn found(text: &str, rule: &Rule) -> Vec<String> {
        let text = text.replace("ENC", ENC);
        let tree = Format::Yaml.read_plain(text.as_bytes(), &ReadOptions::default());
        let found = oddities(&mut tree.unwrap(), rule).unwrap();
        let told = |it: Oddity| format!("{} {:?}", it.path, it.kind);
        found.into_iter().map(told).collect()
    }

    #[test]
    fn what_the_rule_selects_must_be_ciphertext() {
        let text = "a: ENC\nb: plain\nc: {d: 5, e_unencrypted: x, n: null, s: ''}\nl:\n- ENC\n- true\n\
                    t: ENC more\n";
        let expected = ["b Plain", "c:d Plain", "l Plain", "t TextBehind"];
        assert_eq!(found(text, &Rule::default()), expected);
        let rule = Rule::of_field("encrypted_regex", "^b$").unwrap();
        assert_eq!(found(text, &rule), ["b Plain"]);
    }

    #[test]
    fn a_list_goes_on_behind_an_encrypted_comment() {
        let rule = Rule::of_field("encrypted_comment_regex", "enc").unwrap();
        let comment = ENC.replace("type:str", "type:comment");
        let text = format!("l:\n  # enc\n  - {comment}\n  - plain\n  - plain\n");
        let tree = Format::Yaml.read_plain(text.as_bytes(), &ReadOptions::default());
        let found = oddities(&mut tree.unwrap(), &rule).unwrap();
        assert_eq!(found.len(), 1);
    }
}
