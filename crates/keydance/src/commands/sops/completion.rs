//! Completion: the scripts for the shells, and what these ask for.

use std::ffi::OsString;

use super::Face;
use super::flags::{Flag, Takes};
use super::subcommand::Subcommand;
use super::subcommands::SOPS;

/// A shell that completes command lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

impl Shell {
    /// As it is typed.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Elvish => "elvish",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
            Self::Zsh => "zsh",
        }
    }

    /// What makes it complete `sops` by asking this program.
    pub(crate) fn script(self, face: Face) -> String {
        let script = match self {
            Self::Bash => BASH,
            Self::Elvish => ELVISH,
            Self::Fish => FISH,
            Self::Powershell => POWERSHELL,
            Self::Zsh => ZSH,
        };
        script.replace("PROGRAM", face.program())
    }
}

/// The last argument of a script that asks what may follow.
pub(crate) const ASKING: &str = "--generate-bash-completion";

/// What may follow after these words, one a line: flags if the last word begins one, else
/// subcommands, else nothing, since then it is a file. With `described`, a colon and what it does
/// follow.
pub(crate) fn suggestions(face: Face, words: &[OsString], described: bool) -> String {
    let mut subcommand: &'static Subcommand = &SOPS;
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        if let Some(begun) = text.strip_prefix('-') {
            let begun = begun.strip_prefix('-').unwrap_or(begun);
            let flag = subcommand.flag(face, begun);
            let takes_value = flag.is_some_and(|(flag, _)| flag.takes != Takes::Nothing);
            // What follows such a flag is its value: a file, as far as we know.
            if takes_value && words.next().is_none() {
                return String::new();
            }
            if !takes_value && words.peek().is_none() {
                return flags(face, subcommand, begun, described);
            }
        } else if let Some(found) = subcommand.below(face).find(|each| *word == each.name) {
            subcommand = found;
        } else {
            return String::new();
        }
    }
    let below = subcommand.below(face);
    below
        .map(|each| line(each.name, each.about, described))
        .collect()
}

fn flags(face: Face, subcommand: &Subcommand, begun: &str, described: bool) -> String {
    let spelt = |flag: &'static Flag| flag.names().map(move |name| (name, flag.about));
    let names = subcommand.flags(face).flat_map(spelt);
    let fitting = names.filter(|(name, _)| name.starts_with(begun) && *name != begun);
    fitting
        .map(|(name, about)| {
            let dashes = if name.len() == 1 { "-" } else { "--" };
            line(&format!("{dashes}{name}"), about, described)
        })
        .collect()
}

fn line(word: &str, about: &str, described: bool) -> String {
    if described {
        format!("{word}:{about}\n")
    } else {
        format!("{word}\n")
    }
}

const BASH: &str = r#"_sops() {
  local current="${COMP_WORDS[COMP_CWORD]}"
  local -a words=("${COMP_WORDS[@]:1:COMP_CWORD-1}")
  [[ $current == -* ]] && words+=("$current")
  local IFS=$'\n'
  COMPREPLY=($(compgen -W "$(PROGRAM "${words[@]}" --generate-bash-completion 2>/dev/null)" -- "$current"))
}
complete -o bashdefault -o default -F _sops sops
"#;

const ZSH: &str = r#"#compdef sops
_sops() {
  local current="${words[CURRENT]}"
  local -a before=("${(@)words[2,CURRENT-1]}") found
  [[ $current == -* ]] && before+=("$current")
  found=("${(@f)$(_CLI_ZSH_AUTOCOMPLETE_HACK=1 PROGRAM "${before[@]}" --generate-bash-completion 2>/dev/null)}")
  if [[ -n ${found[1]} ]]; then
    _describe 'values' found
  else
    _files
  fi
}
compdef _sops sops
"#;

const FISH: &str = r"function __sops_complete
    set -l before (commandline --tokenize --current-process --cut-at-cursor)[2..]
    set -l current (commandline --current-token)
    string match --quiet -- '-*' $current; and set --append before $current
    _CLI_ZSH_AUTOCOMPLETE_HACK=1 PROGRAM $before --generate-bash-completion 2>/dev/null | string replace ':' \t
end
complete --command sops --arguments '(__sops_complete)'
";

const ELVISH: &str = r"use str
set edit:completion:arg-completer[sops] = {|@words|
  var before = $words[1..-1]
  if (str:has-prefix $words[-1] -) { set before = [$@before $words[-1]] }
  var found = [(PROGRAM $@before --generate-bash-completion)]
  if (== 0 (count $found)) { edit:complete-filename $@words } else { put $@found }
}
";

const POWERSHELL: &str = r"Register-ArgumentCompleter -Native -CommandName sops -ScriptBlock {
  param($current, $line, $cursor)
  $before = @($line.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($current -ne '') { $before = @($before | Select-Object -SkipLast 1) }
  if ($current.StartsWith('-')) { $before += $current }
  PROGRAM @before --generate-bash-completion |
    Where-Object { $_.StartsWith($current) } |
    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}
";

#[cfg(test)]
mod tests {
    use super::*;

    fn suggested(face: Face, words: &[&str]) -> Vec<String> {
        let words: Vec<_> = words.iter().map(OsString::from).collect();
        let text = suggestions(face, &words, false);
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn commands_come_first() {
        let commands = suggested(Face::Sops, &[]);
        assert!(commands.contains(&"decrypt".to_owned()));
        assert!(!commands.contains(&"verify".to_owned()));
        assert!(suggested(Face::Keydance, &[]).contains(&"verify".to_owned()));
        let shells = ["bash", "elvish", "fish", "powershell", "zsh"];
        assert_eq!(suggested(Face::Sops, &["completion"]), shells);
        assert_eq!(
            suggested(Face::Sops, &["--config", "c", "groups"]),
            ["add", "delete"]
        );
    }

    #[test]
    fn a_dash_asks_for_flags() {
        let flags = suggested(Face::Sops, &["decrypt", "--in"]);
        assert_eq!(flags, ["--in-place", "--input-type"]);
        assert_eq!(suggested(Face::Sops, &["edit", "-i", "--ver"]), [""; 0]);
        let flags = suggested(Face::Sops, &["unset", "-"]);
        assert!(flags.contains(&"--idempotent".to_owned()) && flags.contains(&"-h".to_owned()));
    }

    #[test]
    fn files_are_left_to_the_shell() {
        assert!(suggested(Face::Sops, &["decrypt"]).is_empty());
        assert!(suggested(Face::Sops, &["f"]).is_empty());
        assert!(suggested(Face::Sops, &["--config"]).is_empty());
        assert!(suggested(Face::Sops, &["decrypt", "--output"]).is_empty());
    }

    #[test]
    fn what_a_word_does_follows_a_colon() {
        let described = suggestions(Face::Sops, &["groups".into()], true);
        assert_eq!(
            described,
            "add:Add a group of recipients\ndelete:Delete a group of recipients; the first is 0\n"
        );
    }

    #[test]
    fn a_script_asks_the_program_that_printed_it() {
        for shell in [
            Shell::Bash,
            Shell::Elvish,
            Shell::Fish,
            Shell::Powershell,
            Shell::Zsh,
        ] {
            let script = shell.script(Face::Keydance);
            assert!(script.contains("keydance sops"), "{shell:?}");
            assert!(script.contains(ASKING), "{shell:?}");
            assert!(!shell.script(Face::Sops).contains("keydance"), "{shell:?}");
        }
    }
}
