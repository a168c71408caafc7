//! The patterns of GitHub for names of branches and tags ("Filter pattern cheat sheet").

/// Whether patterns let a name in. The last one that matches decides; `!` in front takes out.
pub fn lets_in<'p>(patterns: impl IntoIterator<Item = &'p str>, name: &str) -> bool {
    patterns.into_iter().fold(false, |inside, pattern| match pattern.strip_prefix('!') {
        Some(pattern) => inside && !matches(pattern, name),
        None => inside || matches(pattern, name),
    })
}

/// What one character may be.
#[derive(Debug, PartialEq)]
enum Atom {
    Letter(char),
    /// `[a-z0]`, from and to.
    Class(Vec<(char, char)>),
    /// Any but a slash.
    InSegment,
    Any,
}

/// How often it may be there.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Times {
    Once,
    Optional,
    Some,
    Many,
}

impl Atom {
    fn is(&self, letter: char) -> bool {
        match self {
            Self::Letter(own) => *own == letter,
            Self::Class(ranges) => ranges.iter().any(|(from, to)| (*from..=*to).contains(&letter)),
            Self::InSegment => letter != '/',
            Self::Any => true,
        }
    }
}

/// Whether a pattern matches the whole of a name. Every place in the pattern that the letters so
/// far can lead to is followed at once, so the time is the product of the lengths.
fn matches(pattern: &str, name: &str) -> bool {
    let atoms = parse(pattern);
    let mut at = vec![false; atoms.len() + 1];
    at[0] = true;
    skip(&atoms, &mut at);
    for letter in name.chars() {
        let mut next = vec![false; atoms.len() + 1];
        for (place, (atom, times)) in atoms.iter().enumerate() {
            if at[place] && atom.is(letter) {
                next[place + 1] = true;
                next[place] |= matches!(times, Times::Some | Times::Many);
            }
        }
        skip(&atoms, &mut next);
        at = next;
    }
    at[atoms.len()]
}

/// Goes past what need not be there.
fn skip(atoms: &[(Atom, Times)], at: &mut [bool]) {
    for (place, (_, times)) in atoms.iter().enumerate() {
        at[place + 1] |= at[place] && matches!(times, Times::Optional | Times::Many);
    }
}

fn parse(pattern: &str) -> Vec<(Atom, Times)> {
    let mut atoms: Vec<(Atom, Times)> = Vec::new();
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.next() {
        let one = match (letter, atoms.last_mut()) {
            ('?', Some((_, times))) if *times == Times::Once => {
                *times = Times::Optional;
                continue;
            }
            ('+', Some((_, times))) if *times == Times::Once => {
                *times = Times::Some;
                continue;
            }
            ('*', _) if letters.next_if_eq(&'*').is_some() => (Atom::Any, Times::Many),
            ('*', _) => (Atom::InSegment, Times::Many),
            ('[', _) => (Atom::Class(class(&mut letters)), Times::Once),
            ('\\', _) => (Atom::Letter(letters.next().unwrap_or('\\')), Times::Once),
            _ => (Atom::Letter(letter), Times::Once),
        };
        atoms.push(one);
    }
    atoms
}

/// The ranges up to the closing bracket.
fn class(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Vec<(char, char)> {
    let mut ranges = Vec::new();
    while let Some(from) = letters.next().filter(|letter| *letter != ']') {
        let mut to = from;
        if letters.next_if_eq(&'-').is_some() {
            match letters.next() {
                Some(']') | None => {
                    ranges.extend([(from, from), ('-', '-')]);
                    break;
                }
                Some(letter) => to = letter,
            }
        }
        ranges.push((from, to));
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_github() {
        for (patterns, name, expected) in [
            (&["*"][..], "v1.0.0", true),
            (&["*"], "release/v1", false),
            (&["**"], "release/v1", true),
            (&["v*"], "v1.3.0", true),
            (&["v*"], "1.3.0", false),
            (&["v1"], "v1.3.0", false),
            (&["v[0-9]+.[0-9]+.[0-9]+"], "v1.30.0", true),
            (&["v[0-9]+.[0-9]+.[0-9]+"], "v1.3.0-rc.1", false),
            (&["v[0-9]+.[0-9]+.[0-9]+"], "v1x3x0", false),
            (&["v[0-9]+.[0-9]+.[0-9]+*"], "v1.3.0-rc.1", true),
            (&["[0-9]+.[0-9]+.[0-9]+"], "13.0.0", true),
            (&["v?1.0"], "1.0", true),
            (&["v?1.0"], "v1.0", true),
            (&["v?1.0"], "vv1.0", false),
            (&["[CB]at"], "Bat", true),
            (&["[a-c-]x"], "-x", true),
            (&["**/v*"], "core/v1", true),
            (&["*v1"], "v1", true),
            (&["\\*"], "*", true),
            (&["\\*"], "x", false),
            (&["v*", "!v*-rc*"], "v1.0.0", true),
            (&["v*", "!v*-rc*"], "v1.0.0-rc.1", false),
            (&["v*", "!v*-rc*", "v*-rc.9"], "v1-rc.9", true),
            (&["!v1"], "v2", false),
            (&[], "v1", false),
            (&["+v"], "+v", true),
            (&["["], "v", false),
            (&["é+"], "éé", true),
        ] {
            assert_eq!(lets_in(patterns.iter().copied(), name), expected, "{patterns:?} {name}");
        }
        let slow = "*a".repeat(60);
        assert!(!lets_in([slow.as_str()], &"a".repeat(2000).replace("aaaa", "aaab")));
    }
}
