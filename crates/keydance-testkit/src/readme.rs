//! The commands a document shows, so that a test can run what a reader would.

/// One command of a `console` block, with what the document shows as its
/// output.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Command {
    /// The line of the document it starts in, counted from 1.
    pub line: usize,
    /// The command, continuation lines joined by line feeds.
    pub text: String,
    /// The lines shown below it.
    pub output: Vec<String>,
}

/// The ` ```console ` blocks of a Markdown document, in order. A command starts
/// with `$ `, goes on after a line that ends in `\`, and is followed by its
/// output.
pub fn blocks(markdown: &str) -> Vec<Vec<Command>> {
    let mut blocks = Vec::new();
    let mut lines = markdown.lines().enumerate();
    while let Some((_, line)) = lines.next() {
        if line.trim() == "```console" {
            let block = lines.by_ref().take_while(|(_, line)| line.trim() != "```");
            blocks.push(commands(block));
        }
    }
    blocks
}

fn commands<'a>(lines: impl Iterator<Item = (usize, &'a str)>) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    for (nth, line) in lines {
        if let Some(text) = line.strip_prefix("$ ") {
            commands.push(Command {
                line: nth + 1,
                text: text.to_owned(),
                output: Vec::new(),
            });
            continue;
        }
        let Some(command) = commands.last_mut() else {
            continue;
        };
        if command.output.is_empty() && command.text.ends_with('\\') {
            command.text.push('\n');
            command.text.push_str(line);
        } else {
            command.output.push(line.to_owned());
        }
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "\
# Keydance

```console
$ cargo run --release -- serve
ready on port 9001
```

```sh
$ not a transcript
```

```console
$ curl -s \\
    http://localhost:9001/
{\"data\":{}}

$ keydance whoami
```
";

    #[test]
    fn commands_come_with_their_lines_and_output() {
        let command = |line, text: &str, output: &[&str]| Command {
            line,
            text: text.to_owned(),
            output: output.iter().map(|&line| line.to_owned()).collect(),
        };
        assert_eq!(
            blocks(DOCUMENT),
            [
                vec![command(
                    4,
                    "cargo run --release -- serve",
                    &["ready on port 9001"]
                )],
                vec![
                    command(
                        13,
                        "curl -s \\\n    http://localhost:9001/",
                        &["{\"data\":{}}", ""]
                    ),
                    command(17, "keydance whoami", &[]),
                ],
            ]
        );
    }

    #[test]
    fn a_document_without_transcripts_has_no_blocks() {
        assert!(blocks("```\n$ ls\n```\n").is_empty());
    }
}
