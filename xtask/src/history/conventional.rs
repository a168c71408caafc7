//! Conventional Commits 1.0.0, read with tolerance: what is not one is text all the same.

use super::types::Types;

/// A header that follows the convention: `type(scope)!: description`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header<'a> {
    /// The name that counts for its type.
    pub kind: &'a str,
    pub scope: Option<&'a str>,
    pub breaking: Mark,
    pub description: &'a str,
}

/// The `!` before the colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Breaking,
    None,
}

/// Reads a subject. The case of the type does not matter, nor do blanks around the scope or a
/// picture (`✨`, `:sparkles:`) before it; the blank after the colon may be missing.
///
/// `None` for what is no known type: it is not conventional then.
pub(super) fn header<'a>(subject: &'a str, types: &'a Types) -> Option<Header<'a>> {
    let text = without_picture(subject);
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))?;
    let (word, rest) = text.split_at(end);
    let kind = types.known(word)?;
    let rest = rest.trim_start();
    let (scope, rest) = match rest.strip_prefix('(') {
        Some(inner) => {
            let (scope, rest) = inner.split_once(')')?;
            (Some(scope.trim()).filter(|scope| !scope.is_empty()), rest.trim_start())
        }
        None => (None, rest),
    };
    let (breaking, rest) = match rest.strip_prefix('!') {
        Some(rest) => (Mark::Breaking, rest.trim_start()),
        None => (Mark::None, rest),
    };
    let description = rest.strip_prefix(':')?.trim();
    (!description.is_empty()).then_some(Header { kind, scope, breaking, description })
}

/// The subject without an emoji or its name at the beginning.
fn without_picture(subject: &str) -> &str {
    let named = subject.strip_prefix(':').and_then(|rest| rest.split_once(": "));
    match (named, subject.split_once(' ')) {
        (Some((name, rest)), _) if name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') => {
            rest.trim_start()
        }
        (_, Some((first, rest))) if !first.chars().any(|c| c.is_alphanumeric() || c.is_ascii()) => {
            rest.trim_start()
        }
        _ => subject,
    }
}

/// What the footers of a message tell.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Footers<'a> {
    /// What breaks, in words: `BREAKING CHANGE: ...` with the lines that continue it.
    pub breaking: Option<String>,
    /// The people of `Co-authored-by: Name <mail>`.
    pub co_authors: Vec<&'a str>,
    /// The commits of `This reverts commit ID.`, whole or shortened ids.
    pub reverts: Vec<&'a str>,
}

/// Looks for the footers that mean something here, anywhere below the subject: many messages have no
/// blank line where the convention wants one.
pub(super) fn footers(body: &str) -> Footers<'_> {
    let mut found = Footers::default();
    let mut continues = false;
    let takes_back = memchr::memmem::find(body.as_bytes(), b"This reverts commit").is_some();
    for line in body.lines() {
        if let Some(text) = breaking(line) {
            let all = found.breaking.get_or_insert_default();
            join(all, text);
            continues = true;
        } else if line.trim().is_empty() || footer(line).is_some() {
            continues = false;
        } else if let (true, Some(all)) = (continues, &mut found.breaking) {
            join(all, line.trim());
        }
        if let Some(("co-authored-by", who)) = footer(line)
            .map(|(key, value)| (key.to_ascii_lowercase(), value))
            .as_ref()
            .map(|(k, v)| (k.as_str(), *v))
        {
            let name = who.split('<').next().unwrap_or_default().trim();
            found.co_authors.extend(Some(name).filter(|name| !name.is_empty()));
        }
        if takes_back {
            found.reverts.extend(reverts(line));
        }
    }
    found
}

fn join(all: &mut String, text: &str) {
    if !(all.is_empty() || text.is_empty()) {
        all.push(' ');
    }
    all.push_str(text);
}

/// The text behind `BREAKING CHANGE:`, which has to be in capitals.
fn breaking(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("BREAKING")?;
    let rest = rest.strip_prefix([' ', '-'])?.strip_prefix("CHANGE")?;
    let rest = rest.strip_prefix('S').unwrap_or(rest);
    Some(rest.strip_prefix(':').or_else(|| rest.strip_prefix(" #"))?.trim())
}

/// `Token: value` or `Token #value`, a token without blanks.
fn footer(line: &str) -> Option<(&str, &str)> {
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))?;
    let (token, rest) = line.split_at(end);
    let value = rest.strip_prefix(": ").or_else(|| rest.strip_prefix(" #"))?;
    (!token.is_empty()).then_some((token, value.trim()))
}

/// The ids behind `This reverts commit` (git-revert) or `commits`.
fn reverts(line: &str) -> impl Iterator<Item = &str> {
    let said = line.find("This reverts commit").map(|at| &line[at + "This reverts commit".len()..]);
    let words = said.unwrap_or_default().split(|c: char| c.is_whitespace() || ",.;:".contains(c));
    words.filter(|word| !matches!(*word, "" | "s" | "and")).take_while(|word| is_id(word))
}

/// Seven digits at least, as git shortens ids.
fn is_id(word: &str) -> bool {
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    (7..=64).contains(&word.len()) && word.bytes().all(hex)
}

/// Whether a line of a body is one of the commits that were squashed: `* feat: x`.
pub(super) fn squashed<'a>(line: &'a str, types: &'a Types) -> Option<Header<'a>> {
    let line = line.trim_start();
    header(line.strip_prefix("* ").or_else(|| line.strip_prefix("- "))?.trim(), types)
}

/// A message as subject and body.
///
/// The subject is git's: the lines up to the first blank one, joined; but a list, a footer or a
/// squashed commit ends it too. Where the whole message is one line with `\n` written out in it
/// (`git commit -m "feat: x\n\nbody"`), those are its line ends.
pub(super) fn sections(message: &str, types: &Types) -> (String, String) {
    let message = message.trim();
    if !message.contains('\n') && ["\\n\\n", "\\n- ", "\\n* "].iter().any(|e| message.contains(e)) {
        return sections(&message.replace("\\n", "\n"), types);
    }
    let mut subject = String::new();
    let mut rest = message;
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let line = line.trim();
        let ends = || {
            line.starts_with("* ")
                || line.starts_with("- ")
                || breaking(line).is_some()
                || footer(line).is_some()
                || line.starts_with("This reverts commit")
                || squashed(line, types).is_some()
        };
        if line.is_empty() || (!subject.is_empty() && ends()) {
            break;
        }
        join(&mut subject, line);
        rest = after;
    }
    (subject, rest.to_owned())
}
