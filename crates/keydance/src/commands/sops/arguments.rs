//! What was typed, taken apart: a subcommand, its flags, and its positional arguments.
//!
//! The syntax is that of Go's `flag` package, which sops has: `-name` and `--name` are the same,
//! values follow after a blank or `=`, short flags cannot be joined, and `--` ends the flags. sops
//! itself ignores a flag after FILE, and a subcommand of it takes flags anywhere; `keydance sops`
//! takes them only where they work everywhere, before the positional arguments.

mod typed;
mod values;

use std::ffi::{OsStr, OsString};

use super::Face;
use super::environment::Environment;
use super::failure::Failure;
use super::flags::{Flag, Takes};
use super::subcommand::{Subcommand, Verb};
use super::subcommands::SOPS;
use typed::{Shape, Value};

/// What was typed.
pub(crate) struct Arguments<'a> {
    /// What the program was called.
    pub(crate) face: Face,
    /// What is to be done.
    pub(crate) subcommand: &'static Subcommand,
    /// The positional arguments.
    pub(crate) positionals: Vec<OsString>,
    /// What is worth saying and no failure.
    pub(crate) warnings: Vec<String>,
    name: String,
    given: Vec<Given>,
    environment: &'a Environment,
}

/// A flag that was typed.
struct Given {
    flag: &'static Flag,
    spelling: &'static str,
    value: Value,
}

impl<'a> Arguments<'a> {
    /// Takes apart what stands after the name of the program.
    ///
    /// # Errors
    /// A flag that is none, lacks its value, or stands where it has no effect.
    pub(crate) fn parse(
        face: Face,
        typed: impl IntoIterator<Item = OsString>,
        environment: &'a Environment,
    ) -> Result<Self, Failure> {
        let mut arguments = Self {
            face,
            subcommand: &SOPS,
            positionals: Vec::new(),
            warnings: Vec::new(),
            name: face.program().to_owned(),
            given: Vec::new(),
            environment,
        };
        let mut typed = typed.into_iter();
        let mut flags_may_follow = true;
        while let Some(argument) = typed.next() {
            match Shape::of(&argument) {
                Shape::End if flags_may_follow => flags_may_follow = false,
                Shape::Flag { name, value } if flags_may_follow => {
                    if !arguments.flag(&name, value, &mut typed)? {
                        arguments.positionals.push(argument);
                    }
                }
                _ if flags_may_follow => {
                    arguments.positional(argument)?;
                    let old_style = arguments.subcommand.verb == Verb::OldStyle;
                    flags_may_follow = !(old_style && face == Face::Sops);
                }
                _ => arguments.positionals.push(argument),
            }
        }
        Ok(arguments)
    }

    /// As errors call the subcommand.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Takes a flag. Says no if it counts as a positional argument.
    fn flag(
        &mut self,
        name: &str,
        value: Option<&OsStr>,
        rest: &mut impl Iterator<Item = OsString>,
    ) -> Result<bool, Failure> {
        let Some((flag, spelling)) = self.subcommand.flag(self.face, name) else {
            // After an argument sops takes it for another one; we do so with numbers only.
            let is_number = name.starts_with(|c: char| c.is_ascii_digit());
            return match self.positionals.is_empty() {
                false if self.face == Face::Sops || is_number => Ok(false),
                _ => Err(self.unknown(name)),
            };
        };
        if self.face == Face::Keydance && !self.positionals.is_empty() {
            return Err(self.late(flag));
        }
        if let Some(twice) = self.spelt_otherwise(flag, spelling) {
            let message = format!("-{twice} and -{spelling} are the same flag: give it once");
            return Err(Failure::other(message));
        }
        let value = Value::of(flag, value, rest)?;
        self.given.push(Given {
            flag,
            spelling,
            value,
        });
        Ok(true)
    }

    /// Takes a positional argument, which may be the name of a subcommand.
    fn positional(&mut self, argument: OsString) -> Result<(), Failure> {
        if self.positionals.is_empty() {
            let mut below = self.subcommand.below(self.face);
            if let Some(found) = below.find(|each| argument == each.name) {
                return self.descend(found);
            }
        }
        if self.subcommand.verb == Verb::Group {
            let message = format!("`{}` has no such command", self.name);
            return Err(Failure::other(message).hint(self.see_help()));
        }
        self.positionals.push(argument);
        Ok(())
    }

    /// Goes on with a subcommand. Of the flags before its name it heeds the global ones only.
    fn descend(&mut self, subcommand: &'static Subcommand) -> Result<(), Failure> {
        let (global, lost): (Vec<_>, Vec<_>) =
            self.given.drain(..).partition(|given| given.flag.global);
        self.given = global;
        self.subcommand = subcommand;
        self.name = format!("{} {}", self.name, subcommand.name);
        for Given { flag, .. } in lost {
            let name = flag.name;
            let command = subcommand.name;
            if self.face == Face::Keydance {
                let message = format!("--{name} stands before `{command}`, where it has no effect");
                return Err(Failure::other(message).hint(self.order(flag)));
            }
            let warning = format!("--{name} has no effect before `{command}`");
            self.warnings.push(warning);
        }
        Ok(())
    }

    fn spelt_otherwise(&self, flag: &Flag, spelling: &str) -> Option<&'static str> {
        let mut before = self.given.iter().filter(|given| given.is(flag));
        let other = before.find(|given| given.spelling != spelling);
        other.map(|given| given.spelling)
    }

    fn unknown(&self, name: &str) -> Failure {
        let failure = Failure::other(format!("`{}` has no flag --{name}", self.name));
        let flags = self.subcommand.flags(self.face);
        let names = flags.map(|flag| (strsim::jaro_winkler(name, flag.name), flag.name));
        let nearest = names.max_by(|(one, _), (other, _)| one.total_cmp(other));
        match nearest {
            Some((likeness, meant)) if likeness > 0.85 => {
                failure.hint(format!("did you mean --{meant}?"))
            }
            _ => failure.hint(self.see_help()),
        }
    }

    fn late(&self, flag: &Flag) -> Failure {
        let message = format!("--{} stands after an argument; flags come first", flag.name);
        Failure::other(message).hint(self.order(flag))
    }

    fn order(&self, flag: &Flag) -> String {
        let value = match flag.takes {
            Takes::Nothing => String::new(),
            Takes::Value(what) | Takes::Values(what) => format!(" {what}"),
        };
        let Self {
            name, subcommand, ..
        } = self;
        format!("{name} --{}{value} {}", flag.name, subcommand.takes)
            .trim_end()
            .to_owned()
    }

    fn see_help(&self) -> String {
        format!("`{} --help` shows what there is", self.name)
    }
}

impl Given {
    fn is(&self, flag: &Flag) -> bool {
        self.flag.name == flag.name
    }
}
