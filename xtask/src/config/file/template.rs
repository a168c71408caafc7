//! Texts with placeholders, and the names git allows.

use super::wrong::Wrong;

/// Checks the placeholders of a text: `{version}`, each one of `knows`.
///
/// # Errors
/// A `{` without its `}`, a word that is not known.
pub fn placeholders<'a>(text: &'a str, knows: &[&'static str]) -> Result<Vec<&'a str>, Wrong> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = text[from..].find('{').map(|at| from + at) {
        let Some(length) = text[open..].find('}') else {
            return Err(Wrong::new("opens a { and does not close it").at(open));
        };
        let word = &text[open + 1..open + length];
        if !knows.contains(&word) {
            let wrong = Wrong::new(format!("cannot say {{{}}}", word.escape_debug())).at(open);
            let knows: Vec<String> = knows.iter().map(|word| format!("{{{word}}}")).collect();
            return Err(match &knows[..] {
                [] => wrong.why("It has no placeholders."),
                _ => wrong.choose(
                    &format!("{{{word}}}"),
                    "It knows",
                    knows.iter().map(String::as_str),
                ),
            });
        }
        found.push(word);
        from = open + length + 1;
    }
    Ok(found)
}

/// Checks that a text holds `{version}` just once.
///
/// # Errors
/// None, or a second one, with its place.
pub fn one_version(text: &str) -> Result<(), Wrong> {
    let mut places = text.match_indices("{version}");
    match (places.next(), places.next()) {
        (None, _) => {
            Err(Wrong::new("holds no {version}").why("Put {version} where the version stands."))
        }
        (Some(_), Some((second, _))) => Err(Wrong::new("holds {version} twice").at(second)),
        (Some(_), None) => Ok(()),
    }
}

/// Checks that what a text with placeholders becomes can be the name of a branch or a tag.
///
/// # Errors
/// Those of [`placeholders`], and what `git check-ref-format` refuses.
pub fn reference(text: &str, knows: &[&'static str]) -> Result<(), Wrong> {
    placeholders(text, knows)?;
    // Whatever a placeholder stands for begins and ends with a letter or a digit.
    let filled =
        knows.iter().fold(text.to_owned(), |text, word| text.replace(&format!("{{{word}}}"), "1"));
    match broken_rule(&filled) {
        Some(why) => Err(Wrong::new("is no name that git allows").why(why)),
        None => Ok(()),
    }
}

/// The rule of git-check-ref-format(1) for branches and tags that a name breaks, as a sentence;
/// `None` for a name that git allows.
pub fn broken_rule(name: &str) -> Option<String> {
    let forbidden = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
    if let Some(letter) = name.chars().find(|c| forbidden(*c)) {
        let shown = if letter == ' ' { "a blank".to_owned() } else { format!("{letter:?}") };
        return Some(format!("There must not be {shown} in it."));
    }
    let within = |part: &str| format!("There must not be {part} in it.");
    for part in ["..", "@{", "//"] {
        if name.contains(part) {
            return Some(within(part));
        }
    }
    if name.split('/').any(|part| part.starts_with('.')) {
        return Some("No part of it may begin with a dot.".to_owned());
    }
    if name.split('/').any(|part| part.strip_suffix(".lock").is_some()) {
        return Some("No part of it may end with .lock.".to_owned());
    }
    let begins = name.starts_with(['/', '-']).then_some("It must not begin with `/` or `-`.");
    let ends = name.ends_with(['/', '.']).then_some("It must not end with `/` or a dot.");
    let nothing = matches!(name, "" | "@" | "HEAD").then_some("It must be a name.");
    begins.or(ends).or(nothing).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_known_and_closed() {
        let knows = &["version", "tag"];
        for (text, expected) in [
            ("", Ok(&[][..])),
            ("{version} and {tag} }", Ok(&["version", "tag"][..])),
            ("a {version", Err((2, "opens a { and does not close it"))),
            ("é {verson}", Err((3, "cannot say {verson}"))),
            ("{{version}}", Err((0, "cannot say {{version}"))),
            ("{}", Err((0, "cannot say {}"))),
        ] {
            let found = placeholders(text, knows);
            let found = found.as_deref().map_err(|wrong| (wrong.at, wrong.what.as_str()));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn names_are_those_that_git_allows() {
        for name in ["main", "v{version}", "release/v{version}", "{version}", "a@{version}", "a.b"]
        {
            assert_eq!(reference(name, &["version"]), Ok(()), "{name}");
        }
        for name in [
            "",
            "@",
            "HEAD",
            "-a",
            "/a",
            "a/",
            "a//b",
            "a..b",
            "a.",
            ".a",
            "a/.b",
            "a.lock",
            "a.lock/b",
            "{version}.lock",
            "{version}.",
            "a b",
            "a~1",
            "a^",
            "a:b",
            "a?",
            "a*",
            "a[",
            "a\\b",
            "a\tb",
            "a\u{7f}",
        ] {
            assert!(reference(name, &["version"]).is_err(), "{name}");
        }
    }
}
