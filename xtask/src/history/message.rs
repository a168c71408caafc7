//! The message of a commit that is about to be made: what git keeps of it, and whether it says what
//! kind of change it is.

use super::commit::folded;
use super::types::Types;
use crate::error::Refusal;
use crate::version::Version;
use crate::wording::nearest;

/// How git cleans the message up (git-commit, "--cleanup").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cleanup {
    /// As the person left the editor: comments go, and all from the scissors line on.
    Edited,
    /// The same, but what looks like a comment is text.
    Cut,
    /// Only blanks go: nobody was asked.
    Whitespace,
}

impl Cleanup {
    /// What `commit.cleanup` says, for a message that a person had in the editor or not.
    pub fn of(configured: Option<&str>, edited: bool) -> Self {
        match (configured, edited) {
            (Some("strip"), _) | (None | Some("default"), true) => Self::Edited,
            (Some("scissors" | "whitespace" | "verbatim"), true) => Self::Cut,
            _ => Self::Whitespace,
        }
    }
}

/// What git writes above what it cuts off, after the comment sign.
const SCISSORS: &str = " ------------------------ >8 ------------------------";

/// The lines of a message that git keeps, without blank ones at the beginning. `comment` is
/// `core.commentString`, where it is set.
pub fn kept<'m>(message: &'m str, cleanup: Cleanup, comment: Option<&str>) -> Vec<&'m str> {
    let sign = sign(message, comment);
    let cuts = |line: &str| {
        cleanup != Cleanup::Whitespace && line.strip_prefix(sign.as_str()) == Some(SCISSORS)
    };
    let is_text = |line: &&str| cleanup != Cleanup::Edited || !line.starts_with(sign.as_str());
    let lines = message.lines().take_while(|line| !cuts(line)).filter(is_text);
    lines.map(str::trim_end).skip_while(|line| line.is_empty()).collect()
}

/// The sign of a comment. With `auto` git takes one that begins no line of the message, and writes
/// its own lines last.
fn sign(message: &str, comment: Option<&str>) -> String {
    let Some(comment) = comment.filter(|sign| *sign != "auto") else {
        let cut = message.lines().find_map(|line| line.strip_suffix(SCISSORS));
        let last = || message.lines().rfind(|line| !line.trim().is_empty());
        let last = || last().and_then(|line| line.get(..1)).filter(|_| comment.is_some());
        let auto = cut.or_else(last).filter(|sign| "#;@!$%^&|:".contains(*sign));
        return auto.unwrap_or("#").to_owned();
    };
    comment.to_owned()
}

/// What a message may be besides Conventional Commits.
#[derive(Debug)]
pub struct Rules<'a> {
    pub types: &'a Types,
    /// The messages of releases as configured, with placeholders.
    pub templates: &'a [&'a str],
}

/// So much of a subject is shown.
const SHOWN: usize = 90;

/// Checks a message, as its lines: Conventional Commits 1.0.0, one of the templates, or one that git
/// or a forge wrote (merges, reverts, `fixup!`). An empty one is git's to refuse.
///
/// # Errors
/// What it lacks, and what was probably meant.
pub fn check(lines: &[&str], rules: &Rules<'_>) -> Result<(), Refusal> {
    let Some(subject) = lines.first() else { return Ok(()) };
    let template = |template: &&str| fits(subject, template.lines().next().unwrap_or_default());
    if is_generated(subject) || rules.templates.iter().any(template) {
        return Ok(());
    }
    let shown: String = subject.chars().take(SHOWN).collect();
    header(subject, rules.types).map_err(|Lacking { what, why }| {
        why.into_iter().fold(Refusal::usage(what).why(format!("It begins: {shown}")), Refusal::why)
    })?;
    match lines.get(1) {
        Some(second) if !second.is_empty() => {
            Err(Refusal::usage("the second line of the commit message is not blank")
                .why("A blank line ends the subject; what comes after it is the body."))
        }
        _ => Ok(()),
    }
}

/// Did git or a forge write it, or will git put it into another commit?
fn is_generated(subject: &str) -> bool {
    use super::Folded::{Fixup, Merge};
    matches!(folded(subject), Some(Merge | Fixup))
        || ["Revert \"", "Reapply \"", "Squashed commit of the following:"]
            .iter()
            .any(|begin| subject.starts_with(begin))
}

/// What a subject lacks, and what may have been meant.
struct Lacking {
    what: String,
    why: Vec<String>,
}

fn lacking(what: impl Into<String>, why: impl Into<String>) -> Lacking {
    Lacking { what: what.into(), why: vec![why.into()] }
}

/// Checks `type(scope)!: description`.
fn header(subject: &str, types: &Types) -> Result<(), Lacking> {
    let end = subject.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_')));
    let (word, rest) = subject.split_at(end.unwrap_or(subject.len()));
    let unclosed = || {
        let why = format!("It should be {word}(scope): description.");
        lacking("the scope of the commit message has no )", why)
    };
    let (scope, rest) = match rest.strip_prefix('(') {
        None => (None, rest),
        Some(inner) => {
            let (scope, rest) = inner.split_once(')').ok_or_else(unclosed)?;
            (Some(scope), rest)
        }
    };
    let Some(description) = rest.strip_prefix('!').unwrap_or(rest).strip_prefix(':') else {
        let what = "the commit message does not begin with a type and a colon";
        let usual = "Conventional Commits begin so: `fix: ...`, `feat(scope): ...`, `feat!: ...`.";
        return Err(match types.known(word) {
            Some(_) => lacking(what, format!("It should be {word}: description.")),
            None => lacking(what, usual),
        });
    };
    if types.known(word).is_none() {
        return Err(unknown(word, types));
    }
    if scope.is_some_and(|scope| scope.trim().is_empty()) {
        let what = "the scope of the commit message is empty";
        return Err(lacking(what, format!("Name one, or write {word}: description.")));
    }
    if description.trim().is_empty() {
        let why = format!("It should be {word}: description.");
        return Err(lacking("the commit message has no description", why));
    }
    if !description.starts_with(' ') {
        let what = "the commit message has no blank after the colon";
        return Err(lacking(what, format!("It should be {word}: {description}")));
    }
    Ok(())
}

fn unknown(word: &str, types: &Types) -> Lacking {
    let what = match word {
        "" => "the commit message has no type before the colon".to_owned(),
        word => format!("{word} is no type of commit"),
    };
    let why = match nearest(word, types.names()) {
        Some(meant) => format!("Did you mean {meant}?"),
        None => format!("The types are {}.", types.names().collect::<Vec<_>>().join(", ")),
    };
    let more = "[changelog] types in gonogo.toml adds others.".to_owned();
    Lacking { what, why: vec![why, more] }
}

/// Is it the template, with a version for `{version}` and some text for every other placeholder?
fn fits(text: &str, template: &str) -> bool {
    let Some((before, rest)) = template.split_once('{') else { return text == template };
    let Some(text) = text.strip_prefix(before) else { return false };
    let (word, rest) = rest.split_once('}').unwrap_or((rest, ""));
    let fills = |value: &str| word != "version" || Version::read(value).is_some();
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.into_iter().any(|end| fills(&text[..end]) && fits(&text[end..], rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUT: &str = "# ------------------------ >8 ------------------------";

    #[test]
    fn git_keeps_what_is_no_comment_and_above_the_scissors() {
        let text = format!("\n# a\nfeat: x  \n\n# b\n{CUT}\ndiff\n");
        for (cleanup, expected) in [
            (Cleanup::Edited, vec!["feat: x", ""]),
            (Cleanup::Cut, vec!["# a", "feat: x", "", "# b"]),
            (Cleanup::Whitespace, vec!["# a", "feat: x", "", "# b", CUT, "diff"]),
        ] {
            assert_eq!(kept(&text, cleanup, None), expected, "{cleanup:?}");
        }
        let other = text.replace('#', ";");
        for comment in [Some(";"), Some("auto")] {
            assert_eq!(kept(&other, Cleanup::Edited, comment), ["feat: x", ""], "{comment:?}");
        }
        assert_eq!(kept("# x\n\n; a\n;\n", Cleanup::Edited, Some("auto")), ["# x", ""]);
        assert_eq!(kept("// a\nx\n#1\n", Cleanup::Edited, Some("//")), ["x", "#1"]);
        assert_eq!(kept("# a\n", Cleanup::Edited, None), [""; 0]);
    }

    #[test]
    fn the_cleanup_follows_the_editor() {
        use Cleanup::{Cut, Edited, Whitespace};
        for (configured, edited, expected) in [
            (None, true, Edited),
            (None, false, Whitespace),
            (Some("default"), true, Edited),
            (Some("strip"), false, Edited),
            (Some("scissors"), true, Cut),
            (Some("scissors"), false, Whitespace),
            (Some("verbatim"), true, Cut),
        ] {
            assert_eq!(Cleanup::of(configured, edited), expected, "{configured:?} {edited}");
        }
    }

    fn verdict(message: &str, templates: &[&str]) -> Result<(), (String, String)> {
        let types = Types::with([("ui", "Added")]);
        let lines = kept(message, Cleanup::Edited, None);
        let checked = check(&lines, &Rules { types: &types, templates });
        checked.map_err(|refusal| (refusal.what.clone(), refusal.why.join(" ")))
    }

    #[test]
    fn a_message_is_conventional_generated_or_as_configured() {
        for message in [
            "feat: x",
            "Fix(core api)!: x y",
            "bugfix: x",
            "ui: x",
            "chore: bump version to 1.3.0\n\nbody\nmore\n\nRefs: #1",
            "docs: é",
            "Merge branch 'a' into b",
            "Merge pull request #1 from a/b\n\nx",
            "Revert \"feat: x\"\n\nThis reverts commit abc.",
            "Reapply \"feat: x\"",
            "fixup! x",
            "squash! feat: x",
            "amend! x\n\nfeat: x",
            "Squashed commit of the following:",
            "Release 1.2.0-rc.1 of demo",
            "",
            "# only a comment",
        ] {
            assert_eq!(verdict(message, &["Release {version} of {name}"]), Ok(()), "{message}");
        }
        for (message, what, why) in [
            ("add x", "does not begin with a type", "Conventional Commits begin so"),
            ("feat add x", "does not begin with a type", "It should be feat: description."),
            ("fet: x", "fet is no type of commit", "Did you mean feat?"),
            ("wibble: x", "wibble is no type", "The types are build, chore, ci, deprecate, docs"),
            (": x", "has no type before the colon", "The types are"),
            ("✨ feat: x", "does not begin with a type", "Conventional Commits"),
            ("feat(x: y", "scope of the commit message has no )", "feat(scope)"),
            ("feat(): y", "scope of the commit message is empty", "feat: description"),
            ("feat:", "has no description", "feat: description"),
            ("feat:x", "no blank after the colon", "feat: x"),
            ("feat: x\nbody", "second line", "blank line"),
            ("Release of demo", "does not begin", ""),
            ("Release x of demo", "does not begin", ""),
            ("Release 1.2.0 of ", "does not begin", ""),
            ("Merger of a and b", "does not begin", ""),
        ] {
            let (said, told) = verdict(message, &["Release {version} of {name}"]).unwrap_err();
            assert!(said.contains(what) && told.contains(why), "{message}: {said} / {told}");
        }
    }

    #[test]
    fn a_long_subject_is_shown_in_part() {
        let (_, told) = verdict(&"x ".repeat(400), &["{name} {summary} {tag} y"]).unwrap_err();
        assert!(told.chars().count() < 300, "{told}");
    }
}
