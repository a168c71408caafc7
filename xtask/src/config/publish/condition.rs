//! `if:` of workflows: what GitHub's expressions come to where a few values are known. What depends
//! on anything else is unknown, and no reason to say that nothing happens.

/// What an expression comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Truth(bool),
    Unknown,
}

impl Value {
    /// Whether it holds; `None` where that is unknown.
    pub fn holds(&self) -> Option<bool> {
        match self {
            Self::Text(text) => Some(!text.is_empty() && text != "0"),
            Self::Truth(truth) => Some(*truth),
            Self::Unknown => None,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Truth(true) => Some("true"),
            Self::Truth(false) => Some("false"),
            Self::Unknown => None,
        }
    }
}

/// What a name such as `github.ref` stands for.
pub type Known<'k> = dyn Fn(&str) -> Value + 'k;

/// So many brackets inside each other are looked into.
const DEPTH: usize = 24;

/// The value of an expression, with or without `${{ }}` around it.
pub fn value(text: &str, known: &Known<'_>) -> Value {
    let text = text.trim();
    let inner = text.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}"));
    let inner = inner.unwrap_or(text);
    if inner.contains("${{") {
        return Value::Unknown;
    }
    let mut parser = Parser { rest: inner, known, depth: DEPTH };
    match parser.either() {
        Some(value) if parser.rest.trim().is_empty() => value,
        _ => Value::Unknown,
    }
}

/// Whether a condition asks how the steps before went, so that it is asked also after a job that was
/// left out.
pub fn asks_for_status(text: &str) -> bool {
    ["always()", "cancelled()", "failure()"].iter().any(|function| text.contains(function))
}

struct Parser<'e> {
    rest: &'e str,
    known: &'e Known<'e>,
    depth: usize,
}

impl Parser<'_> {
    fn takes(&mut self, sign: &str) -> bool {
        let rest = self.rest.trim_start();
        let found = rest.strip_prefix(sign);
        self.rest = found.unwrap_or(rest);
        found.is_some()
    }

    fn either(&mut self) -> Option<Value> {
        let mut left = self.both()?;
        while self.takes("||") {
            let right = self.both()?;
            left = match (left.holds(), right.holds()) {
                (Some(true), _) => left,
                (Some(false), _) => right,
                (None, Some(true)) => Value::Truth(true),
                (None, _) => Value::Unknown,
            };
        }
        Some(left)
    }

    fn both(&mut self) -> Option<Value> {
        let mut left = self.compared()?;
        while self.takes("&&") {
            let right = self.compared()?;
            left = match (left.holds(), right.holds()) {
                (Some(false), _) => left,
                (Some(true), _) => right,
                (None, Some(false)) => Value::Truth(false),
                (None, _) => Value::Unknown,
            };
        }
        Some(left)
    }

    fn compared(&mut self) -> Option<Value> {
        let left = self.single()?;
        let equal = |left: &Value, right: &Value| match (left, right) {
            (Value::Text(left), Value::Text(right)) => Some(left.eq_ignore_ascii_case(right)),
            (Value::Truth(left), Value::Truth(right)) => Some(left == right),
            // GitHub makes numbers of them, and of a word none that equals anything.
            (Value::Text(_), Value::Truth(_)) | (Value::Truth(_), Value::Text(_)) => Some(false),
            (Value::Unknown, _) | (_, Value::Unknown) => None,
        };
        let truth = |truth: Option<bool>| truth.map_or(Value::Unknown, Value::Truth);
        if self.takes("==") {
            return Some(truth(equal(&left, &self.single()?)));
        }
        if self.takes("!=") {
            return Some(truth(equal(&left, &self.single()?).map(|equal| !equal)));
        }
        for sign in ["<=", ">=", "<", ">"] {
            if self.takes(sign) {
                self.single()?;
                return Some(Value::Unknown);
            }
        }
        Some(left)
    }

    fn single(&mut self) -> Option<Value> {
        self.depth = self.depth.checked_sub(1)?;
        let value = self.bare();
        self.depth += 1;
        value
    }

    fn bare(&mut self) -> Option<Value> {
        if self.takes("!") {
            let value = self.single()?;
            return Some(value.holds().map_or(Value::Unknown, |holds| Value::Truth(!holds)));
        }
        if self.takes("(") {
            let value = self.either()?;
            return self.takes(")").then_some(value);
        }
        if self.takes("'") {
            return self.quoted();
        }
        let letters = |c: char| !(c.is_ascii_alphanumeric() || "_-.*".contains(c));
        let (name, rest) = self.rest.split_at(self.rest.find(letters).unwrap_or(self.rest.len()));
        self.rest = rest;
        if name.is_empty() {
            return None;
        }
        if self.takes("(") {
            let arguments = self.arguments()?;
            return Some(called(name, &arguments));
        }
        let mut indexed = false;
        while self.takes("[") {
            self.either()?;
            indexed = self.takes("]").then_some(true)?;
            let rest = self
                .rest
                .strip_prefix('.')
                .map_or(self.rest, |rest| &rest[rest.find(letters).unwrap_or(rest.len())..]);
            self.rest = rest;
        }
        Some(match name {
            _ if indexed => Value::Unknown,
            "true" => Value::Truth(true),
            "false" => Value::Truth(false),
            "null" => Value::Text(String::new()),
            _ if name.starts_with(|c: char| c.is_ascii_digit()) => Value::Text(name.to_owned()),
            _ => (self.known)(name),
        })
    }

    /// The text up to the closing quote; two quotes are one.
    fn quoted(&mut self) -> Option<Value> {
        let mut text = String::new();
        loop {
            let (before, after) = self.rest.split_once('\'')?;
            text.push_str(before);
            self.rest = after;
            match after.strip_prefix('\'') {
                Some(rest) => {
                    text.push('\'');
                    self.rest = rest;
                }
                None => return Some(Value::Text(text)),
            }
        }
    }

    fn arguments(&mut self) -> Option<Vec<Value>> {
        let mut arguments = Vec::new();
        if self.takes(")") {
            return Some(arguments);
        }
        loop {
            arguments.push(self.either()?);
            if self.takes(")") {
                return Some(arguments);
            }
            if !self.takes(",") {
                return None;
            }
        }
    }
}

fn called(name: &str, arguments: &[Value]) -> Value {
    let texts: Vec<Option<String>> =
        arguments.iter().map(|value| value.text().map(str::to_ascii_lowercase)).collect();
    let test = |test: fn(&str, &str) -> bool| match texts.as_slice() {
        [Some(text), Some(part)] => Value::Truth(test(text, part)),
        _ => Value::Unknown,
    };
    match (name.to_ascii_lowercase().as_str(), texts.as_slice()) {
        ("startswith", _) => test(|text, part| text.starts_with(part)),
        ("endswith", _) => test(|text, part| text.ends_with(part)),
        ("contains", _) => test(|text, part| text.contains(part)),
        ("fromjson", [Some(text)]) if text == "true" => Value::Truth(true),
        ("fromjson", [Some(text)]) if text == "false" => Value::Truth(false),
        ("success" | "always", []) => Value::Truth(true),
        ("cancelled" | "failure", []) => Value::Truth(false),
        _ => Value::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn known(name: &str) -> Value {
        let text = |text: &str| Value::Text(text.to_owned());
        match name {
            "github.event_name" => text("push"),
            "github.ref" => text("refs/tags/v1.3.0"),
            "github.ref_type" => text("tag"),
            "github.head_ref" => text(""),
            _ => Value::Unknown,
        }
    }

    #[test]
    fn conditions_hold_or_do_not_or_nobody_knows() {
        let (yes, no) = (Some(true), Some(false));
        for (text, expected) in [
            ("startsWith(github.ref, 'refs/tags/')", yes),
            ("${{ startsWith( github.ref , 'refs/tags/v' ) }}", yes),
            ("!startsWith(github.ref, 'refs/tags/')", no),
            ("github.event_name == 'release'", no),
            ("github.event_name != 'pull_request'", yes),
            ("github.ref == 'REFS/TAGS/V1.3.0'", yes),
            ("github.ref == 'refs/heads/main' || github.ref_type == 'tag'", yes),
            ("github.event_name == 'push' && contains(github.ref, 'refs/heads')", no),
            (
                "(github.event_name == 'push'\n  && github.ref_type == 'tag')\n && true || false",
                yes,
            ),
            ("github.actor == 'ada'", None),
            ("github.actor == 'ada' && github.event_name == 'release'", no),
            ("github.actor == 'ada' || github.event_name == 'push'", yes),
            ("github.event_name == 'push' && github.actor != 'bot'", None),
            ("!cancelled() && success()", yes),
            ("failure()", no),
            ("false", no),
            ("github.head_ref", no),
            ("'a''b' == 'a''b'", yes),
            ("fromJSON('true')", yes),
            ("true == 'true'", no),
            ("contains(github.event.labels.*.name, 'x')", None),
            ("contains(fromJson('[\"a\"]'), 'a')", None),
            ("matrix[0].x == 'y'", None),
            ("secrets[format('{0}', 'x')] != ''", None),
            ("github.run_number > 3", None),
            ("", None),
            ("'open", None),
            ("github.ref ==", None),
            ("a b", None),
            ("${{ true }} and ${{ true }}", None),
        ] {
            assert_eq!(value(text, &known).holds(), expected, "{text}");
        }
        assert_eq!(value(&"(".repeat(100_000), &known), Value::Unknown);
        assert_eq!(value(&"!".repeat(100_000), &known), Value::Unknown);
        assert!(asks_for_status("always() && x") && !asks_for_status("success()"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(github\\.ref|'|\\(|\\)|\\[|\\]|&&|\\|\\||!|==|,|x|é| |\\$\\{\\{|\\}\\}|\\.){0,24}") {
            let _ = value(&text, &known);
        }
    }
}
