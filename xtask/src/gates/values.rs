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

    /// The values by their whole names.
    pub fn map(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_value_is_taken_away() {
        let values = Values::default().with("VERSION", Some("1"));
        let all: BTreeMap<_, _> = values.all().collect();
        assert_eq!(all["GONOGO_VERSION"], Some("1"));
        assert_eq!(all["GONOGO_PREVIOUS_TAG"], None);
        assert_eq!(all.len(), VARIABLES.len());
    }
}
