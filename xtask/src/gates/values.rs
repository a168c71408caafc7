//! What commands are told: `$GONOGO_VERSION` and the like.

use std::collections::BTreeMap;

use super::Package;
use crate::config::file::VARIABLES;

/// How all of them begin.
const OURS: &str = "GONOGO_";

/// The variables by name; those without a value are not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<String, String>);

impl Values {
    /// The same with one more, where it has a value; `name` is without `GONOGO_`.
    #[must_use]
    pub fn with(mut self, name: &str, value: Option<impl Into<String>>) -> Self {
        if let Some(value) = value {
            self.0.insert(format!("{OURS}{name}"), value.into());
        }
        self
    }

    /// The same for one package.
    #[must_use]
    pub fn of(self, package: &Package) -> Self {
        self.with("PACKAGE", Some(&package.name)).with("PACKAGE_DIR", Some(&package.folder))
    }

    /// Each variable that commands know, with its value: those without one are taken away, so that
    /// none comes in from outside.
    pub fn all(&self) -> impl Iterator<Item = (String, Option<&str>)> {
        let known = VARIABLES.iter().map(|name| format!("{OURS}{name}"));
        let known = known.filter(|name| !self.0.contains_key(name)).map(|name| (name, None));
        known.chain(self.0.iter().map(|(name, value)| (name.clone(), Some(value.as_str()))))
    }

    /// A word of a command with `$GONOGO_X` and `${GONOGO_X}` replaced. Nothing else is expanded,
    /// and what a value holds is not looked at again.
    ///
    /// # Errors
    /// The name of a variable that has no value here.
    pub fn expand(&self, text: &str) -> Result<String, String> {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((at, name, end)) = reference(rest) {
            let value = self.0.get(name).ok_or_else(|| name.to_owned())?;
            expanded.push_str(&rest[..at]);
            expanded.push_str(value);
            rest = &rest[end..];
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    /// The variables that a text names, with their values.
    ///
    /// # Errors
    /// The name of one that has no value here.
    pub fn named_in(&self, text: &str) -> Result<Vec<(String, String)>, String> {
        let mut found = Vec::new();
        let mut rest = text;
        while let Some((_, name, end)) = reference(rest) {
            let value = self.0.get(name).ok_or_else(|| name.to_owned())?;
            found.push((name.to_owned(), value.clone()));
            rest = &rest[end..];
        }
        Ok(found)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_variables_are_expanded_and_once() {
        let values =
            Values::default().with("VERSION", Some("1.2.0")).with("TAG", Some("$GONOGO_VERSION"));
        let values = values.with("COMMIT", None::<String>);
        for (text, expected) in [
            ("a", Ok("a")),
            ("v$GONOGO_VERSION.x", Ok("v1.2.0.x")),
            ("${GONOGO_VERSION}0$GONOGO_VERSION", Ok("1.2.001.2.0")),
            ("$GONOGO_TAG", Ok("$GONOGO_VERSION")),
            ("$HOME ${HOME} $ $$ GONOGO_VERSION", Ok("$HOME ${HOME} $ $$ GONOGO_VERSION")),
            ("${GONOGO_VERSION", Ok("${GONOGO_VERSION")),
            ("${GONOGO_VERSION:-x}", Ok("${GONOGO_VERSION:-x}")),
            ("$GONOGO_COMMIT", Err("GONOGO_COMMIT")),
            ("é$GONOGO_PREVIOUS_DB", Err("GONOGO_PREVIOUS_DB")),
        ] {
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(values.expand(text), expected, "{text}");
        }
    }

    #[test]
    fn what_has_no_value_is_taken_away() {
        let values = Values::default().with("VERSION", Some("1"));
        let all: BTreeMap<_, _> = values.all().collect();
        assert_eq!(all["GONOGO_VERSION"], Some("1"));
        assert_eq!(all["GONOGO_PREVIOUS_TAG"], None);
        assert_eq!(all.len(), VARIABLES.len());
    }
}
