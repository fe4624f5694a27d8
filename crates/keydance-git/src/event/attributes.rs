//! The block of `.gitattributes` that lets git merge and show encrypted files.

use crate::roster::{Glob, Roster};

/// The name of the file.
pub(crate) const ATTRIBUTES_FILE: &str = ".gitattributes";

const BEGIN: &str = "# keydance: begin, made by `keydance sync`";
const END: &str = "# keydance: end";

/// The file with the block that the roster asks for; nothing if it has it. Other lines stay.
pub(super) fn generate(existing: Option<&[u8]>, roster: &Roster) -> Option<Vec<u8>> {
    let existing = String::from_utf8_lossy(existing.unwrap_or_default()).into_owned();
    let mut lines = vec![BEGIN.to_owned()];
    let patterns = roster.paths.iter().map(|path| pattern(&path.glob));
    lines.extend(patterns.map(|pattern| format!("{pattern} merge=keydance diff=keydance")));
    lines.push(format!("{END}\n"));
    let block = lines.join("\n");
    let written = match (existing.find(BEGIN), existing.find(END)) {
        (Some(begin), Some(end)) if begin < end => {
            let (before, rest) = existing.split_at(begin);
            let after = rest.split_once(END).map_or("", |(_, after)| after);
            format!(
                "{before}{block}{}",
                after.strip_prefix('\n').unwrap_or(after)
            )
        }
        _ if existing.is_empty() || existing.ends_with('\n') => format!("{existing}{block}"),
        _ => format!("{existing}\n{block}"),
    };
    (written != existing).then(|| written.into_bytes())
}

/// A glob from the top of the repository, in quotes if it needs them.
fn pattern(glob: &Glob) -> String {
    let mut pattern = String::from("/");
    for character in glob.as_str().chars() {
        if ['[', ']', '\\'].contains(&character) {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    if !pattern.contains([' ', '"', '\\']) {
        return pattern;
    }
    format!("\"{}\"", pattern.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster(globs: &[&str]) -> Roster {
        let paths = globs
            .iter()
            .map(|glob| format!("  - {{match: '{glob}', readers: [a]}}\n"));
        let text = "keydance: 1\norganisation: acme\ngovernance: a\npeople: {p: {from: 2026-01-01, \
                    devices: {d: {recipient: age1p, from: 2026-01-01}}}}\ngroups: {a: {members: {p: \
                    {from: 2026-01-01}}, admins: [p], generation: 1, recipient: age1a}}\npaths:\n";
        Roster::parse(format!("{text}{}", paths.collect::<String>()).as_bytes()).unwrap()
    }

    #[test]
    fn the_block_is_replaced_and_other_lines_stay() {
        let one = generate(Some(b"*.png binary"), &roster(&["a/**"])).unwrap();
        let text = String::from_utf8(one.clone()).unwrap();
        assert!(text.starts_with("*.png binary\n# keydance: begin"));
        assert!(text.contains("\n/a/** merge=keydance diff=keydance\n"));
        assert_eq!(generate(Some(&one), &roster(&["a/**"])), None);
        let more = [one.as_slice(), b"*.gif binary\n"].concat();
        let other = generate(Some(&more), &roster(&["b [1].env"])).unwrap();
        let text = String::from_utf8(other).unwrap();
        assert!(text.ends_with("# keydance: end\n*.gif binary\n"), "{text}");
        assert!(text.contains("\n\"/b \\\\[1\\\\].env\" merge"), "{text}");
        assert!(!text.contains("/a/**"));
    }
}
