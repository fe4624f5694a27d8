//! What `--help` says.

use super::Face;
use super::arguments::Arguments;
use super::failure::Failure;
use super::flags::{Flag, Takes};
use super::subcommand::{Subcommand, Verb};
use super::subcommands::SOPS;

/// What `--version` says. Other tools read it, so it is the version of sops whose files and command
/// line these are.
pub(crate) const VERSION: &str = "sops 3.13.3";

/// The help of the subcommand that was typed.
pub(crate) fn of(arguments: &Arguments<'_>) -> String {
    text(arguments.face, arguments.name(), arguments.subcommand)
}

/// The help of the subcommand that is named after `help`.
///
/// # Errors
/// There is no such one.
pub(crate) fn about(arguments: &Arguments<'_>) -> Result<String, Failure> {
    let face = arguments.face;
    let mut name = face.program().to_owned();
    let mut subcommand: &'static Subcommand = &SOPS;
    for word in &arguments.positionals {
        let Some(found) = subcommand.below(face).find(|each| word == each.name) else {
            let message = format!("`{name}` has no such command");
            return Err(Failure::other(message).hint(format!("`{name} --help` shows all")));
        };
        subcommand = found;
        name = format!("{name} {}", found.name);
    }
    Ok(text(face, &name, subcommand))
}

fn text(face: Face, name: &str, subcommand: &Subcommand) -> String {
    let mut sections = vec![
        format!("{}\n", subcommand.about),
        usage(face, name, subcommand),
    ];
    let commands = subcommand
        .below(face)
        .map(|each| (each.name.to_owned(), each.about.to_owned()));
    sections.push(section("Commands:", &commands.collect::<Vec<_>>()));
    let old_style = subcommand.verb == Verb::OldStyle;
    let flags = subcommand
        .flags(face)
        .filter(|flag| !old_style || !flag.global);
    sections.push(section("Flags:", &flags.map(row).collect::<Vec<_>>()));
    let global = SOPS.flags(face).filter(|flag| flag.global);
    let own = |flag: &&Flag| !old_style && subcommand.flags(face).any(|own| own.name == flag.name);
    let global = global.filter(|flag| !own(flag));
    sections.push(section(
        "Flags before the command:",
        &global.map(row).collect::<Vec<_>>(),
    ));
    if old_style {
        sections.push(ABOUT_EXIT.to_owned());
    }
    sections.retain(|section| !section.is_empty());
    sections.join("\n")
}

fn usage(face: Face, name: &str, subcommand: &Subcommand) -> String {
    let takes = match subcommand.takes {
        "" => String::new(),
        takes => format!(" {takes}"),
    };
    match subcommand.verb {
        Verb::OldStyle => {
            let order = match face {
                Face::Keydance => "Flags stand before what they are about.",
                Face::Sops => "Flags after FILE are ignored.",
            };
            format!("Usage: {name} [FLAGS] COMMAND …\n       {name} [FLAGS]{takes}\n\n{order}\n")
        }
        Verb::Group => format!("Usage: {name} COMMAND …\n"),
        _ => format!("Usage: {name} [FLAGS]{takes}\n"),
    }
}

/// What stands on the left and on the right of the line about a flag.
fn row(flag: &'static Flag) -> (String, String) {
    let long = match flag.alias {
        Some(alias) if alias.len() == 1 => format!("-{alias}, --{}", flag.name),
        Some(alias) => format!("    --{}, --{alias}", flag.name),
        None => format!("    --{}", flag.name),
    };
    let left = match flag.takes {
        Takes::Nothing => long,
        Takes::Value(what) | Takes::Values(what) => format!("{long} {what}"),
    };
    let repeats = match flag.takes {
        Takes::Values(_) => "; may be repeated",
        Takes::Nothing | Takes::Value(_) => "",
    };
    let variable = flag.variable.map(|each| format!(" [{}]", each.name()));
    (
        left,
        format!("{}{repeats}{}", flag.about, variable.unwrap_or_default()),
    )
}

fn section(title: &str, rows: &[(String, String)]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let widths = rows.iter().map(|(left, _)| left.chars().count());
    let width = widths
        .filter(|&width| width <= WIDEST)
        .max()
        .unwrap_or(WIDEST);
    let mut text = format!("{title}\n");
    for (left, right) in rows {
        let mut left = left.as_str();
        if left.chars().count() > width {
            text.extend(["  ", left, "\n"]);
            left = "";
        }
        for line in wrapped(right, WIDTH - width - 4) {
            text.extend(["  ", &format!("{left:width$}"), "  ", &line, "\n"]);
            left = "";
        }
    }
    text
}

/// A text in lines of at most so many characters, unless a word has more.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.extend([" ", word]);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Characters of a line, at most.
const WIDTH: usize = 100;

/// Characters on the left of a line, at most.
const WIDEST: usize = 30;

const ABOUT_EXIT: &str = "\
Results go to standard output, everything else to standard error.

Exit codes:
  0    done
  1    what has no number of its own
  2    input that cannot be read or makes no sense
  3    output that cannot be written
  4    a tree that cannot be written in that format
  6    an encryption context that is none
  7    a path or a value for `set` that is none
  8    parameters that contradict each other, or a regular expression that is none
  21   the MAC could not be encrypted
  23   a value could not be encrypted
  25   a value could not be decrypted
  49   recipients of a file that is not there
  51   the MAC is wrong: somebody changed the file
  91   a path for --extract that is none
  92   no document in the input
  100  no file, or it is not there
  112  a kind of recipients twice in the order of decryption
  128  no recipient gave the data key
  200  the editor changed nothing
  201  no editor, or it failed
  202  versions that cannot be compared
  203  encrypted already
`exec-env` and `exec-file` end like the command that they run.
";

#[cfg(test)]
mod tests {
    use super::*;

    /// Every subcommand, with the name that it is typed by.
    fn all(face: Face) -> Vec<(String, &'static Subcommand)> {
        let mut all = vec![(face.program().to_owned(), &SOPS)];
        let mut next = 0;
        while let Some((name, subcommand)) = all.get(next).cloned() {
            let below = subcommand.below(face);
            all.extend(below.map(|each| (format!("{name} {}", each.name), each)));
            next += 1;
        }
        all
    }

    #[test]
    fn every_subcommand_shows_all_it_takes() {
        for face in [Face::Keydance, Face::Sops] {
            for (name, subcommand) in all(face) {
                let text = text(face, &name, subcommand);
                assert!(text.contains(&format!("Usage: {name}")), "{text}");
                for flag in subcommand.flags(face) {
                    assert!(
                        text.contains(&format!("--{}", flag.name)),
                        "{name} {}",
                        flag.name
                    );
                }
                for below in subcommand.below(face) {
                    assert!(
                        text.contains(&format!("\n  {}", below.name)),
                        "{name} {}",
                        below.name
                    );
                }
                let widest = text.lines().map(|line| line.chars().count()).max();
                assert!(widest <= Some(100), "{widest:?} {text}");
            }
        }
    }

    #[test]
    fn no_two_flags_of_a_subcommand_are_spelt_alike() {
        for (name, subcommand) in all(Face::Keydance) {
            let spelt: Vec<_> = subcommand
                .flags(Face::Keydance)
                .flat_map(Flag::names)
                .collect();
            let mut once = spelt.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), spelt.len(), "{name}");
        }
    }

    #[test]
    fn sops_does_not_show_what_is_ours() {
        let text = text(Face::Sops, "sops", &SOPS);
        assert!(
            !text.contains("verify") && !text.contains("dry-run"),
            "{text}"
        );
    }
}
