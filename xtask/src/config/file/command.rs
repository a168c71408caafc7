//! Commands: a program and its arguments, split the way a shell splits quotes, and nothing else.

use std::collections::BTreeMap;

use super::vocabulary::VARIABLES;
use super::wrong::Wrong;
use crate::sites::doc::Node;
use crate::wording::nearest;

/// A command of gonogo.toml; `$GONOGO_…` stands in it as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandLine {
    /// A program and its arguments: never empty.
    Argv(Vec<String>),
    /// `{ shell = "..." }`: a text for `sh -c`.
    Shell(String),
}

impl CommandLine {
    /// The command that a checked value is; `None` for anything else.
    pub fn of(node: &Node) -> Option<Self> {
        if let Some(text) = node.text() {
            return split(text).ok().map(Self::Argv);
        }
        Some(Self::Shell(node.get("shell")?.text()?.to_owned()))
    }

    /// The program and its arguments, with these values in place of `$GONOGO_…`. They reach a shell
    /// through its environment only: they are data, not code.
    ///
    /// # Errors
    /// The name of a variable that has no value.
    pub fn argv(&self, values: &BTreeMap<String, String>) -> Result<Vec<String>, String> {
        match self {
            Self::Argv(words) => words.iter().map(|word| filled(word, values)).collect(),
            Self::Shell(text) => {
                named_in(text, values)?;
                Ok(["sh", "-c", text].map(str::to_owned).to_vec())
            }
        }
    }

    /// As a person writes it: arguments are quoted where a shell would need it.
    pub fn shown(&self) -> String {
        match self {
            Self::Argv(words) => words.iter().map(written).collect::<Vec<_>>().join(" "),
            Self::Shell(text) => text.trim().to_owned(),
        }
    }
}

/// One word; a variable of ours needs no quotes.
fn written(word: &String) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./:=@%+,${}~^[]#?!".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.clone(),
        false => crate::error::word(word),
    }
}

/// A text with the values of `$GONOGO_NAME` and `${GONOGO_NAME}`. Nothing else is filled in, and what
/// a value holds is not looked at again.
///
/// # Errors
/// The name of a variable that has no value.
fn filled(text: &str, values: &BTreeMap<String, String>) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, name, end)) = reference(rest) {
        filled.push_str(&rest[..at]);
        filled.push_str(values.get(name).ok_or_else(|| name.to_owned())?);
        rest = &rest[end..];
    }
    filled.push_str(rest);
    Ok(filled)
}

/// The variables that a text names, with their values.
///
/// # Errors
/// The name of one that has no value.
pub fn named_in(
    text: &str,
    values: &BTreeMap<String, String>,
) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, name, end)) = reference(rest) {
        let value = values.get(name).ok_or_else(|| name.to_owned())?;
        found.push((name.to_owned(), value.clone()));
        rest = &rest[end..];
    }
    Ok(found)
}

/// The first reference to one of our variables: where it begins, its name, where it ends.
fn reference(text: &str) -> Option<(usize, &str, usize)> {
    text.match_indices('$').find_map(|(at, _)| {
        let after = &text[at + 1..];
        let (open, inside) = after.strip_prefix('{').map_or((0, after), |inside| (1, inside));
        let other = |c: char| !c.is_ascii_alphanumeric() && c != '_';
        let name = inside.split(other).next().unwrap_or_default();
        let closed = open == 0 || inside[name.len()..].starts_with('}');
        let ours = name.starts_with(OURS) && closed;
        ours.then_some((at, name, at + 1 + open + name.len() + open))
    })
}

/// What means something to a shell and nothing without one.
const SHELL_ONLY: [char; 7] = ['|', ';', '&', '>', '<', '*', '\n'];

/// How the variables begin that commands are told things with.
const OURS: &str = "GONOGO_";
const PREVIOUS: &str = "GONOGO_PREVIOUS_";

/// Splits a command into the program and its arguments.
///
/// Quotes and backslashes are those of POSIX ("Shell Command Language", section 2.2): within
/// `'…'` everything is itself, within `"…"` a backslash keeps its meaning before `$ ` " \` only.
///
/// # Errors
/// Nothing in it, a quote that is not closed, a character that only a shell understands.
pub fn split(text: &str) -> Result<Vec<String>, Wrong> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let trimmed = text.trim_end();
    let mut letters = trimmed.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            _ if SHELL_ONLY.contains(&letter) => return Err(needs_a_shell(at, letter)),
            ' ' | '\t' | '\r' => words.extend(word.take()),
            '\'' | '"' => {
                let inside = quoted(&mut letters, letter).ok_or_else(|| unclosed(at, letter))?;
                word.get_or_insert_default().push_str(&inside);
            }
            '\\' => match letters.next() {
                Some((_, next)) => word.get_or_insert_default().push(next),
                None => return Err(Wrong::new("ends with a backslash").at(at)),
            },
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    match words.first() {
        Some(program) if !program.is_empty() => Ok(words),
        _ => Err(Wrong::new("names no program")),
    }
}

/// The text up to the closing quote, which is taken too; `None` when there is none.
fn quoted(letters: &mut std::str::CharIndices<'_>, quote: char) -> Option<String> {
    let mut inside = String::new();
    loop {
        match letters.next()?.1 {
            letter if letter == quote => return Some(inside),
            '\\' if quote == '"' => match letters.next()?.1 {
                '\n' => {}
                letter => {
                    if !matches!(letter, '$' | '`' | '"' | '\\') {
                        inside.push('\\');
                    }
                    inside.push(letter);
                }
            },
            letter => inside.push(letter),
        }
    }
}

fn needs_a_shell(at: usize, letter: char) -> Wrong {
    let shown = if letter == '\n' { "a new line".to_owned() } else { format!("`{letter}`") };
    let wrong = Wrong::new(format!("needs a shell for {shown}")).at(at).why(
        "A command is a program and its arguments: nothing is expanded, joined or redirected.",
    );
    Wrong { for_a_shell: true, ..wrong }
}

fn unclosed(at: usize, quote: char) -> Wrong {
    Wrong::new(format!("opens a quote ({quote}) and does not close it")).at(at)
}

/// Looks for names of variables that no command is ever told.
///
/// # Errors
/// A `$GONOGO_…` that is neither one of ours nor `$GONOGO_PREVIOUS_` with one of these records.
pub fn known_variables<'a>(
    text: &str,
    records: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), Wrong> {
    for (at, _) in text.match_indices(OURS) {
        let before = text[..at].strip_suffix('{').unwrap_or(&text[..at]);
        let end = |c: char| !c.is_ascii_alphanumeric() && c != '_';
        let name = text[at..].split(end).next().unwrap_or_default();
        let own = |known: &&str| name.strip_prefix(OURS) == Some(known);
        let recorded = |record| name.strip_prefix(PREVIOUS).is_some_and(|n| n == variable(record));
        if before.ends_with('$') && !VARIABLES.iter().any(own) && !records.clone().any(recorded) {
            return Err(unknown_variable(name, records).at(before.len() - 1));
        }
    }
    Ok(())
}

fn unknown_variable<'a>(name: &str, records: impl Iterator<Item = &'a str>) -> Wrong {
    let known = VARIABLES.iter().map(|name| format!("{OURS}{name}"));
    let known = known.chain(records.map(|record| format!("{PREVIOUS}{}", variable(record))));
    // What all of them have in common makes nothing similar.
    let head = if name.starts_with(PREVIOUS) { PREVIOUS } else { OURS };
    let rests: Vec<String> =
        known.filter_map(|name| Some(name.strip_prefix(head)?.to_owned())).collect();
    let wrong = Wrong::new(format!("knows no ${name}"));
    match nearest(&name[head.len()..], rests.iter().map(String::as_str)) {
        Some(meant) => wrong.why(format!("Did you mean \"${head}{meant}\"?")),
        None => wrong.why("What [record] keeps is called $GONOGO_PREVIOUS_ and its name."),
    }
}

/// What a record is called as part of a variable: `my-db` is `MY_DB`.
pub fn variable(record: &str) -> String {
    record.to_ascii_uppercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_splits_quotes() {
        for (text, words) in [
            ("pytest -q", &["pytest", "-q"][..]),
            ("  a\tb  ", &["a", "b"]),
            ("a 'b c' d", &["a", "b c", "d"]),
            ("a \"b 'c'\" 'd \"e\"'", &["a", "b 'c'", "d \"e\""]),
            ("a'b'\"c\"d", &["abcd"]),
            ("a '' \"\"", &["a", "", ""]),
            ("a 'src/*' \"x | y; z\"", &["a", "src/*", "x | y; z"]),
            (r#"a "\$x \" \\ \n""#, &["a", r#"$x " \ \n"#]),
            (r"a b\ c \* \|", &["a", "b c", "*", "|"]),
            ("a --x='*'", &["a", "--x=*"]),
            (
                "git push hf $GONOGO_PREVIOUS_COMMIT:main",
                &["git", "push", "hf", "$GONOGO_PREVIOUS_COMMIT:main"],
            ),
            ("echo $(x) `y` ~ # z ?", &["echo", "$(x)", "`y`", "~", "#", "z", "?"]),
            ("a\n", &["a"]),
        ] {
            assert_eq!(split(text).unwrap(), words, "{text}");
        }
    }

    #[test]
    fn only_our_variables_are_filled_in() {
        let values = BTreeMap::from([("GONOGO_TAG".to_owned(), "v1 $GONOGO_TAG;".to_owned())]);
        for (word, expected) in [
            ("a", Ok("a")),
            ("$GONOGO_TAG", Ok("v1 $GONOGO_TAG;")),
            ("x=${GONOGO_TAG}y", Ok("x=v1 $GONOGO_TAG;y")),
            ("$HOME $GONOGO ${x} $ $$ ${GONOGO_TAG", Ok("$HOME $GONOGO ${x} $ $$ ${GONOGO_TAG")),
            ("a $GONOGO_COMMIT", Err("GONOGO_COMMIT")),
            ("${GONOGO_TAG:-x}", Ok("${GONOGO_TAG:-x}")),
            ("é$GONOGO_PREVIOUS_DB", Err("GONOGO_PREVIOUS_DB")),
        ] {
            let found = filled(word, &values);
            assert_eq!(found.as_deref().map_err(String::as_str), expected, "{word}");
        }
        let script = CommandLine::Shell("echo $GONOGO_TAG | cat".to_owned());
        assert_eq!(script.argv(&values).unwrap(), ["sh", "-c", "echo $GONOGO_TAG | cat"]);
    }

    #[test]
    fn what_only_a_shell_understands_is_refused() {
        for (text, at, what) in [
            ("a | b", 2, "needs a shell for `|`"),
            ("a; b", 1, "needs a shell for `;`"),
            ("a && b", 2, "needs a shell for `&`"),
            ("a > b", 2, "needs a shell for `>`"),
            ("a < b", 2, "needs a shell for `<`"),
            ("ls *.py", 3, "needs a shell for `*`"),
            ("é *", 3, "needs a shell for `*`"),
            ("a\nb", 1, "needs a shell for a new line"),
            ("a 'b", 2, "opens a quote (') and does not close it"),
            ("a \"b\\", 2, "opens a quote (\") and does not close it"),
            ("a \\", 2, "ends with a backslash"),
            ("", 0, "names no program"),
            (" \t\n", 0, "names no program"),
            ("'' a", 0, "names no program"),
        ] {
            let wrong = split(text).unwrap_err();
            assert_eq!((wrong.at, wrong.what.as_str()), (at, what), "{text:?}");
        }
    }

    #[test]
    fn only_what_commands_are_told_can_be_asked_for() {
        for (text, expected) in [
            ("a $GONOGO_VERSION ${GONOGO_TAG}x $GONOGO_PREVIOUS_MY_DB", None),
            ("a $HOME $GONOGO GONOGO_X", None),
            ("a $GONOGO_VERSON", Some((2, "Did you mean \"$GONOGO_VERSION\"?"))),
            (
                "$GONOGO_TAG ${GONOGO_PREVIOUS_MODELS}",
                Some((12, "What [record] keeps is called $GONOGO_PREVIOUS_ and its name.")),
            ),
            (
                "$GONOGO_",
                Some((0, "What [record] keeps is called $GONOGO_PREVIOUS_ and its name.")),
            ),
        ] {
            let found = known_variables(text, ["my-db"].into_iter()).err();
            let found = found.as_ref().map(|wrong| (wrong.at, wrong.why[0].as_str()));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_command_is_shown_as_it_can_be_typed() {
        let argv = |words: &[&str]| {
            CommandLine::Argv(words.iter().map(|word| (*word).to_owned()).collect()).shown()
        };
        assert_eq!(argv(&["pytest", "-k", "a b", ""]), "pytest -k 'a b' ''");
        assert_eq!(argv(&["x", "$GONOGO_PACKAGE_DIR/tests"]), "x $GONOGO_PACKAGE_DIR/tests");
        assert_eq!(CommandLine::Shell(" a | b\n".into()).shown(), "a | b");
    }
}
