//! Regular expressions as Go has them, which decides what stock encrypts.

use regex::bytes::Regex;

/// A regular expression in the syntax of Go's `regexp`, matched anywhere in a text.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    regex: Option<Regex>,
}

impl Pattern {
    /// Compiles an expression; one that is invalid matches nothing.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let regex = Translation::of(text).and_then(|text| Regex::new(&text).ok());
        Self {
            text: text.to_owned(),
            regex,
        }
    }

    /// The expression as it was given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether this is a regular expression at all.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.regex.is_some()
    }

    /// Whether the expression matches somewhere in a text.
    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        let Some(regex) = &self.regex else {
            return false;
        };
        match str::from_utf8(text) {
            Ok(_) => regex.is_match(text),
            Err(_) => regex.is_match(replaced(text).as_bytes()),
        }
    }
}

/// To Go, a byte that belongs to no character is one character, U+FFFD.
fn replaced(text: &[u8]) -> String {
    let mut replaced = String::new();
    for chunk in text.utf8_chunks() {
        replaced.push_str(chunk.valid());
        replaced.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    replaced
}

/// The same expression in the syntax of the crate `regex`.
///
/// Both descend from RE2. To Go, `\d \s \w \b` are ASCII; `[`, `&&`, `--` and `~~` are nothing
/// special in a class, nor is a brace that counts nothing; `\Q…\E` quotes; `\<` is `<`; the flags
/// are `i m s U`; nothing is repeated twice in a row or more than a thousand times.
struct Translation<'t> {
    rest: &'t str,
    out: String,
}

/// What stands before a member of a class: a dash after a character begins the end of a range.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Character,
    Dash,
    Other,
    Start,
}

impl<'t> Translation<'t> {
    /// The translation, or nothing if Go would refuse what the crate accepts.
    fn of(text: &'t str) -> Option<String> {
        let mut translation = Self {
            rest: text,
            out: String::new(),
        };
        while let Some(first) = translation.next() {
            match first {
                '\\' => translation.escape()?,
                '[' => translation.class()?,
                '(' => translation.group()?,
                '*' | '+' | '?' => {
                    translation.out.push(first);
                    translation.end_repetition()?;
                }
                '{' => translation.brace()?,
                _ => translation.out.push(first),
            }
        }
        Some(translation.out)
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    /// Takes some characters over as they are.
    fn copy(&mut self, count: usize) -> Option<()> {
        for _ in 0..count {
            let next = self.next()?;
            self.out.push(next);
        }
        Some(())
    }

    /// Takes text over as it is, up to and with its end.
    fn copy_through(&mut self, end: &str) -> Option<()> {
        let (copied, rest) = self.rest.split_once(end)?;
        self.out.push_str(copied);
        self.out.push_str(end);
        self.rest = rest;
        Some(())
    }

    /// What follows a backslash outside a class.
    fn escape(&mut self) -> Option<()> {
        match self.next()? {
            'b' => self.out.push_str(r"(?-u:\b)"),
            'B' => self.out.push_str(r"(?-u:\B)"),
            'Q' => {
                let (quoted, rest) = self.rest.split_once(r"\E").unwrap_or((self.rest, ""));
                self.out.push_str(&regex::escape(quoted));
                self.rest = rest;
            }
            escaped => self.escaped(escaped)?,
        }
        Some(())
    }

    /// What can follow a backslash inside and outside a class.
    fn escaped(&mut self, escaped: char) -> Option<()> {
        match escaped {
            'd' => self.out.push_str("[0-9]"),
            'D' => self.out.push_str("[^0-9]"),
            's' => self.out.push_str(r"[\t\n\f\r ]"),
            'S' => self.out.push_str(r"[^\t\n\f\r ]"),
            'w' => self.out.push_str("[0-9A-Za-z_]"),
            'W' => self.out.push_str("[^0-9A-Za-z_]"),
            '<' | '>' => self.out.push(escaped),
            'u' | 'U' => return None,
            _ => {
                self.out.extend(['\\', escaped]);
                match escaped {
                    'p' | 'P' | 'x' if self.rest.starts_with('{') => self.copy_through("}")?,
                    'p' | 'P' => self.copy(1)?,
                    'x' => self.copy(2)?,
                    _ => {}
                }
            }
        }
        Some(())
    }

    /// What follows an opening bracket, up to and with the closing one.
    fn class(&mut self) -> Option<()> {
        self.out.push('[');
        if let Some(rest) = self.rest.strip_prefix('^') {
            self.out.push('^');
            self.rest = rest;
        }
        let mut before = Before::Start;
        loop {
            let next = self.next()?;
            if next == ']' && before != Before::Start {
                self.out.push(']');
                return Some(());
            }
            before = self.member(next, before)?;
        }
    }

    /// A member of a class, or a part of one, and what it is to what follows it.
    fn member(&mut self, next: char, before: Before) -> Option<Before> {
        match next {
            '-' if before == Before::Character && !self.rest.starts_with(']') => {
                self.out.push('-');
                return Some(Before::Dash);
            }
            '[' if self.names_a_class() => {
                self.out.push('[');
                self.copy_through(":]")?;
                return (before != Before::Dash).then_some(Before::Other);
            }
            '\\' => {
                let escaped = self.next()?;
                self.escaped(escaped)?;
                if "dDsSwWpP".contains(escaped) {
                    return (before != Before::Dash).then_some(Before::Other);
                }
            }
            '[' | ']' | '&' | '~' | '-' => self.out.extend(['\\', next]),
            _ => self.out.push(next),
        }
        Some(if before == Before::Dash {
            Before::Other
        } else {
            Before::Character
        })
    }

    /// Whether an opening bracket in a class begins something like `[:alpha:]`.
    fn names_a_class(&self) -> bool {
        let Some(name) = self.rest.strip_prefix(':') else {
            return false;
        };
        name.trim_start_matches(|c: char| c == '^' || c.is_ascii_lowercase())
            .starts_with(":]")
    }

    /// What follows an opening parenthesis, if it is not a part of the group.
    fn group(&mut self) -> Option<()> {
        self.out.push('(');
        let Some(flags) = self.rest.strip_prefix('?') else {
            return Some(());
        };
        self.out.push('?');
        self.rest = flags;
        if flags.starts_with(['P', '<']) {
            return Some(());
        }
        let end = flags.find([':', ')'])?;
        let (flags, rest) = flags.split_at_checked(end)?;
        if flags.contains(|flag| !"imsU-".contains(flag)) {
            return None;
        }
        self.out.push_str(flags);
        self.rest = rest;
        Some(())
    }

    /// What follows an opening brace: `n}`, `n,}` or `n,m}`, or else the brace means itself.
    fn brace(&mut self) -> Option<()> {
        let Some((least, most, rest)) = bounds(self.rest) else {
            self.out.push_str(r"\{");
            return Some(());
        };
        let too_many =
            |count: &str| !count.is_empty() && !count.parse().is_ok_and(|n: u32| n <= 1000);
        if too_many(least) || most.is_some_and(too_many) {
            return None;
        }
        self.out.push('{');
        self.copy_through("}")?;
        self.rest = rest;
        self.end_repetition()
    }

    /// What follows a repetition: perhaps a question mark, but not another repetition.
    fn end_repetition(&mut self) -> Option<()> {
        if let Some(rest) = self.rest.strip_prefix('?') {
            self.out.push('?');
            self.rest = rest;
        }
        let counted = self.rest.strip_prefix('{').and_then(bounds).is_some();
        (!counted && !self.rest.starts_with(['*', '+', '?'])).then_some(())
    }
}

/// The least and most of a counted repetition, and what follows it.
fn bounds(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let (least, rest) = digits(text)?;
    if least.is_empty() {
        return None;
    }
    if let Some(rest) = rest.strip_prefix('}') {
        return Some((least, None, rest));
    }
    let (most, rest) = digits(rest.strip_prefix(',')?)?;
    Some((least, Some(most), rest.strip_prefix('}')?))
}

fn digits(text: &str) -> Option<(&str, &str)> {
    text.split_at_checked(text.find(|c: char| !c.is_ascii_digit())?)
}

#[cfg(test)]
mod tests;
