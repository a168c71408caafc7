//! What a template says is so: lines that name their evidence, `All tests pass. <!-- gate:tests -->`,
//! and lines that claim something in words, or leave a blank, and name none.
//!
//! Only the template's own words are looked at: what is filled in is a fact or somebody's word.

use super::Template;
use crate::checklist::{Facts, Known, State, Waits, of_comment, state};
use crate::config::file::{Binding, Who};
use crate::error::{Place, Refusal, word};

/// Words that say that something went well; the help of `text` has the same table.
const CLAIMS: &[&str] = &[
    "all tests",
    "tests pass",
    "tests are green",
    "all green",
    "all checks",
    "passed",
    "passing",
    "all systems",
    "no errors",
    "no failures",
    "no issues",
    "no problems",
    "successful",
    "successfully",
    "verified",
    "validated",
];

/// Words that stand where something has still to be written, in capitals.
const TO_DO: &[&str] = &["TODO", "TBD", "TBA", "FIXME"];

/// So many more places are named after the first one.
const NAMED: usize = 8;

/// A line that says what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub bindings: Vec<Binding>,
    /// Where it stands.
    pub place: Place,
}

/// What is wrong with a line.
enum Wrong {
    /// It claims this, and names no evidence.
    Claims(String),
    /// Nobody has written what belongs there.
    Blank(String),
    /// What it names as evidence is none, and why.
    Evidence(String, String),
}

impl Template<'_> {
    /// Takes the evidence off the lines that end with it, and answers with these claims; what
    /// proves them is judged by [`unproved`].
    ///
    /// # Errors
    /// Evidence that there is not, or that is not at the end of a line; a line that claims success in
    /// words and names no evidence; a blank in brackets: each with its place.
    pub fn claims(&mut self, known: Known<'_>) -> Result<Vec<Claim>, Refusal> {
        let defined = self.definitions();
        let (mut claims, mut wrong, mut fenced) = (Vec::new(), Vec::new(), false);
        for line in &mut self.lines {
            let whole = line.text;
            let (text, bindings) = evidence(whole, known, line.at, &mut wrong);
            line.text = text;
            line.placeholders.retain(|placeholder| placeholder.range.end <= text.len());
            let bound = text.len() < whole.len();
            if !bindings.is_empty() {
                claims.push(Claim { bindings, place: self.source.place(line.at) });
            }
            let literal = literal(text, line.placeholders.iter().map(|one| one.range.clone()));
            fenced ^= is_fence(text);
            let mut add = |found: Option<(usize, Wrong)>| {
                wrong.extend(found.map(|(at, what)| (line.at + at, what)));
            };
            if !bound {
                add(claimed(&literal));
            }
            add(unwritten(&literal));
            if !fenced {
                add(bracketed(&literal, &defined));
            }
        }
        match self.refused(&wrong) {
            Some(refusal) => Err(refusal),
            None => Ok(claims),
        }
    }

    /// The texts that are links because a line defines them: `[notes]: https://...`.
    fn definitions(&self) -> Vec<String> {
        let label = |line: &super::Line<'_>| {
            let (label, _) = line.text.trim_start().strip_prefix('[')?.split_once("]:")?;
            Some(label.to_lowercase())
        };
        self.lines.iter().filter_map(label).collect()
    }

    /// The first thing that is wrong, and where the others are.
    fn refused(&self, wrong: &[(usize, Wrong)]) -> Option<Refusal> {
        let ((at, first), others) = wrong.split_first()?;
        let path = self.source.path;
        let refusal = match first {
            Wrong::Claims(claim) => Refusal::usage(format!(
                "{path} claims \"{claim}\", and nothing proves it"
            ))
            .why("Such a line ends with what proves it, <!-- gate:ID --> or <!-- role:NAME -->,")
            .why("or says it by a placeholder: {gates} lists what every gate has said."),
            Wrong::Blank(blank) => {
                Refusal::usage(format!("{path} has a blank that nobody fills in: {blank}"))
                    .why("A placeholder in its place, as {when}, is filled in by --set when=TEXT.")
            }
            Wrong::Evidence(what, why) => Refusal::usage(format!("{path} {what}")).why(why),
        };
        let others = others.iter().take(NAMED).map(|(at, wrong)| {
            let said = match wrong {
                Wrong::Claims(claim) => format!("\"{claim}\""),
                Wrong::Blank(blank) => blank.clone(),
                Wrong::Evidence(what, _) => what.clone(),
            };
            format!("Also at {}: {said}", self.source.link(*at))
        });
        let place = self.source.place(*at);
        let editor = format!("${{EDITOR:-vi}} +{} {}", place.line, word(path));
        let refusal = others.fold(refusal.at(place), Refusal::why);
        Some(refusal.next_shell(editor, "opens the file there"))
    }
}

/// The claims that facts do not prove, each with what is known instead.
pub fn unproved<'c>(claims: &'c [Claim], facts: &Facts) -> Vec<(&'c Claim, String)> {
    let each = claims.iter().filter_map(|claim| Some((claim, instead(&claim.bindings, facts)?)));
    each.collect()
}

/// Why bindings do not prove anything; `None` where each of them does.
fn instead(bindings: &[Binding], facts: &Facts) -> Option<String> {
    let why = bindings.iter().filter_map(|binding| {
        Some(match state(std::slice::from_ref(binding), facts) {
            State::Done(_) => return None,
            State::Excused(why) => why,
            State::Unbound => "nothing is named".to_owned(),
            State::Open(waits) => waits.iter().map(waited).collect::<Vec<_>>().join("; "),
        })
    });
    let mut all: Vec<String> = why.collect();
    let of_people = |binding: &Binding| matches!(binding, Binding::Role(_) | Binding::After(_));
    if !all.is_empty() && bindings.iter().any(of_people) {
        all.extend(facts.void.iter().cloned());
    }
    (!all.is_empty()).then(|| all.join("; "))
}

fn waited(wait: &Waits) -> String {
    let nobody = |who: &Who| match who {
        Who::Any => "nobody has signed".to_owned(),
        Who::Role(role) => format!("nobody has signed as {role}"),
    };
    match wait {
        Waits::Gate { id, said: None } => format!("gate {id} was not asked"),
        Waits::Gate { id, said: Some(why) } => format!("gate {id} is not green: {why}"),
        Waits::Role(who) => nobody(who),
        Waits::People { have, need } => format!("{have} of {need} people have signed"),
        Waits::Later(Some(who)) => format!("{} after the release", nobody(who)),
        Waits::Later(None) => "it is for a rollback".to_owned(),
        Waits::Release => "it is not released".to_owned(),
    }
}

/// A line without the evidence that it ends with, and that evidence. The line begins at `at`.
fn evidence<'t>(
    whole: &'t str,
    known: Known<'_>,
    at: usize,
    wrong: &mut Vec<(usize, Wrong)>,
) -> (&'t str, Vec<Binding>) {
    let (mut text, mut found) = (whole, Vec::new());
    while let Some((before, comment)) = last_comment(text) {
        let Some(bindings) = of_comment(comment.trim(), known) else { break };
        let place = at + before.len();
        let (good, bad): (Vec<_>, Vec<_>) = bindings.into_iter().partition(Result::is_ok);
        found.splice(0..0, good.into_iter().flatten());
        wrong.extend(bad.into_iter().filter_map(Result::err).map(|(text, why)| {
            (place, Wrong::Evidence(format!("names evidence that there is not: \"{text}\""), why))
        }));
        text = before.trim_end();
    }
    let mut rest = text;
    while let Some((begin, after)) = rest.split_once("<!--") {
        let comment = after.split("-->").next().unwrap_or_default();
        if of_comment(comment.trim(), known).is_some() {
            let why = "It stands at the end of its line.".to_owned();
            let what = "has evidence in the middle of a line".to_owned();
            let place = at + (text.len() - rest.len()) + begin.len();
            wrong.push((place, Wrong::Evidence(what, why)));
        }
        rest = after;
    }
    if text.trim().is_empty() && !found.is_empty() {
        let why = "It stands at the end of the line that it proves.".to_owned();
        let what = "has evidence without a text in front of it".to_owned();
        wrong.push((at, Wrong::Evidence(what, why)));
    }
    (text, found)
}

/// The comment at the end of a text, and what stands before it.
fn last_comment(text: &str) -> Option<(&str, &str)> {
    let inside = text.trim_end().strip_suffix("-->")?;
    let open = inside.rfind("<!--")?;
    Some((&text[..open], &inside[open + "<!--".len()..]))
}

/// The text with a character that is no letter in place of each byte of a placeholder, so that
/// offsets stay.
fn literal(text: &str, placeholders: impl Iterator<Item = std::ops::Range<usize>>) -> String {
    let (mut all, mut done) = (String::with_capacity(text.len()), 0);
    for range in placeholders {
        all.push_str(&text[done..range.start]);
        all.push_str(&FILLED.repeat(range.len()));
        done = range.end;
    }
    all.push_str(&text[done..]);
    all
}

const FILLED: &str = "\u{1}";

/// The words of a text with their places.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut begin = None;
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        match (letter.is_alphanumeric(), begin) {
            (true, None) => begin = Some(at),
            (false, Some(from)) => {
                words.push((from, &text[from..at]));
                begin = None;
            }
            _ => {}
        }
    }
    words
}

/// The first words of the table, whatever stands between them but a placeholder, or the first figure
/// in per cent: what is written once cannot be the result of every release.
fn claimed(text: &str) -> Option<(usize, Wrong)> {
    let words = words(text);
    for (number, (at, _)) in words.iter().enumerate() {
        for claim in CLAIMS {
            let wanted: Vec<&str> = claim.split(' ').collect();
            let Some(here) = words.get(number..number + wanted.len()) else { continue };
            let (end, last) = here[here.len() - 1];
            let said = &text[*at..end + last.len()];
            let same =
                here.iter().zip(&wanted).all(|((_, word), one)| word.eq_ignore_ascii_case(one));
            if same && !said.contains(FILLED) {
                return Some((*at, Wrong::Claims(said.to_owned())));
            }
        }
    }
    let figure = words.iter().find(|(at, word)| {
        let rest = text[at + word.len()..].trim_start();
        word.ends_with(|c: char| c.is_ascii_digit()) && rest.starts_with('%')
    });
    figure.map(|(at, word)| (*at, Wrong::Claims(format!("{word}%"))))
}

/// The first word that stands for something to be written: `XX%`, `TODO`, `____`.
fn unwritten(text: &str) -> Option<(usize, Wrong)> {
    let to_do = |word: &str| word.len() > 1 && word.bytes().all(|byte| byte == b'X');
    let mut words = words(text).into_iter();
    let word = words.find(|(_, word)| to_do(word) || TO_DO.contains(word));
    let word = word.map(|(at, word)| {
        let unit = if text[at + word.len()..].starts_with('%') { "%" } else { "" };
        (at, format!("{word}{unit}"))
    });
    let line = || {
        let rule = text.chars().all(|c| c == '_' || c.is_whitespace());
        text.find("___").filter(|_| !rule).map(|at| (at, "____".to_owned()))
    };
    word.or_else(line).map(|(at, blank)| (at, Wrong::Blank(blank)))
}

/// The first text in square brackets that is neither a link nor a box nor code: `[DATE/TIME]`.
fn bracketed(text: &str, defined: &[String]) -> Option<(usize, Wrong)> {
    let mut code = false;
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        code ^= letter == '`';
        let bare = !code && !before.is_alphanumeric() && !"]\\!".contains(before);
        before = letter;
        if letter != '[' || !bare {
            continue;
        }
        let Some(length) = text[at + 1..].find(']') else { continue };
        let (inside, rest) = (&text[at + 1..at + 1 + length], &text[at + length + 2..]);
        let is_link = rest.starts_with(['(', '[', ':']) || defined.contains(&inside.to_lowercase());
        let is_box = inside.trim().is_empty() || inside.eq_ignore_ascii_case("x");
        let is_mark = inside.starts_with(['^', '!']);
        // `Subject: [studio] ...`: the name of a list.
        let is_list = text[..at].trim().eq_ignore_ascii_case("subject:");
        let written = inside.contains(FILLED) || !inside.contains(char::is_alphabetic);
        if !(is_link || is_box || is_mark || is_list || written) {
            return Some((at, Wrong::Blank(format!("[{inside}]"))));
        }
    }
    None
}

fn is_fence(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("```") || text.starts_with("~~~")
}

#[cfg(test)]
mod tests;
