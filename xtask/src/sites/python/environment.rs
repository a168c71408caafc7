//! The environment variables that a Python file reads: `os.environ`, `os.getenv`, and what the usual
//! libraries for settings make of them (django-environ, environs, python-decouple, pydantic).

use super::lexer::{self, Kind, Line, Token};

/// Ways of `environ` that read.
const READS: [&[u8]; 2] = [b"get", b"pop"];

/// Each variable that is read by its name, with where that stands; `None` for a file that cannot be
/// read as Python. Names that are made at run time are not seen.
pub fn variables(bytes: &[u8]) -> Option<Vec<(usize, String)>> {
    let lines = lexer::lines(bytes).ok()?;
    let names = |word: &[u8]| {
        lines
            .iter()
            .flat_map(|line| &line.tokens)
            .any(|token| token.kind == Kind::Name && bytes.get(token.span.clone()) == Some(word))
    };
    let helpers = Helpers { env: names(b"Env"), config: names(b"decouple") };
    let mut found = Vec::new();
    for line in &lines {
        let read = Reader { bytes, tokens: &line.tokens, helpers: &helpers };
        read.line(&mut found);
    }
    settings(bytes, &lines, &mut found);
    found.sort();
    found.dedup();
    Some(found)
}

/// Functions that libraries call by short names; they mean something only where the library is used.
struct Helpers {
    /// `env = environ.Env()` of django-environ, `env = Env()` of environs.
    env: bool,
    /// `from decouple import config`
    config: bool,
}

/// The tokens of one logical line.
struct Reader<'r> {
    bytes: &'r [u8],
    tokens: &'r [Token],
    helpers: &'r Helpers,
}

impl Reader<'_> {
    fn line(&self, found: &mut Vec<(usize, String)>) {
        let deletes = self.is(0, b"del");
        for at in 0..self.tokens.len() {
            match self.text(at) {
                b"environ" if !deletes => found.extend(self.environ(at)),
                b"getenv" if self.is(at + 1, b"(") => found.extend(self.variable(at + 2)),
                b"env" if self.helpers.env => found.extend(self.helper(at)),
                b"config" if self.helpers.config && self.is(at + 1, b"(") => {
                    found.extend(self.variable(at + 2));
                }
                _ => {}
            }
            if self.tokens[at].kind == Kind::OtherString {
                found.extend(self.fields(&self.tokens[at]));
            }
        }
    }

    fn text(&self, at: usize) -> &[u8] {
        let span = self.tokens.get(at).map(|token| token.span.clone());
        span.and_then(|span| self.bytes.get(span)).unwrap_or_default()
    }

    fn is(&self, at: usize, text: &[u8]) -> bool {
        self.text(at) == text
    }

    /// The name of a variable that stands here as a string.
    fn variable(&self, at: usize) -> Option<(usize, String)> {
        let Kind::Text { inner, .. } = &self.tokens.get(at)?.kind else { return None };
        let name = std::str::from_utf8(self.bytes.get(inner.clone())?).ok()?;
        is_name(name).then(|| (inner.start, name.to_owned()))
    }

    /// `environ["X"]`, `environ.get("X")`, `"X" in os.environ`
    fn environ(&self, at: usize) -> Option<(usize, String)> {
        if self.is(at + 1, b"[") && self.is(at + 3, b"]") && !self.is(at + 4, b"=") {
            return self.variable(at + 2);
        }
        if self.is(at + 1, b".") && READS.contains(&self.text(at + 2)) && self.is(at + 3, b"(") {
            return self.variable(at + 4);
        }
        let before = if self.is(at.checked_sub(1)?, b".") { at.checked_sub(3)? } else { at - 1 };
        let mut before = self.is(before, b"in").then_some(before)?.checked_sub(1)?;
        if self.is(before, b"not") {
            before = before.checked_sub(1)?;
        }
        self.variable(before)
    }

    /// `env("X")`, `env.bool("X")`
    fn helper(&self, at: usize) -> Option<(usize, String)> {
        match (self.is(at + 1, b"("), self.is(at + 1, b"."), self.is(at + 3, b"(")) {
            (true, ..) => self.variable(at + 2),
            (_, true, true) => self.variable(at + 4),
            _ => None,
        }
    }

    /// What the fields of an f-string read.
    fn fields(&self, token: &Token) -> Vec<(usize, String)> {
        let inside = &self.bytes[token.span.clone()];
        let mut found = Vec::new();
        let mut open = Vec::new();
        for (at, byte) in inside.iter().enumerate() {
            match byte {
                b'{' => open.push(at + 1),
                b'}' => {
                    let Some(start) = open.pop() else { continue };
                    let inner = variables(&inside[start..at]).unwrap_or_default();
                    let start = token.span.start + start;
                    found.extend(inner.into_iter().map(|(at, name)| (start + at, name)));
                }
                _ => {}
            }
        }
        found
    }
}

/// The fields of classes below `BaseSettings` of pydantic: each is a variable in capitals, behind
/// the prefix of the class, or by the name it is given.
fn settings(bytes: &[u8], lines: &[Line], found: &mut Vec<(usize, String)>) {
    let text = |token: &Token| bytes.get(token.span.clone()).unwrap_or_default();
    for (at, line) in lines.iter().enumerate() {
        let words: Vec<&[u8]> = line.tokens.iter().map(text).collect();
        if words.first() != Some(&&b"class"[..]) || !words.contains(&&b"BaseSettings"[..]) {
            continue;
        }
        let body = lines[at + 1..].iter().take_while(|inner| inner.indent > line.indent);
        let body: Vec<&Line> = body.collect();
        let Some(indent) = body.first().map(|first| first.indent) else { continue };
        let said = |tokens: &[Token], keys: &[&[u8]]| {
            tokens.windows(3).find_map(|three| {
                let [key, equals, Token { kind: Kind::Text { inner, .. }, .. }] = three else {
                    return None;
                };
                let wanted = keys.contains(&text(key)) && text(equals) == b"=";
                wanted.then(|| String::from_utf8_lossy(&bytes[inner.clone()]).into_owned())
            })
        };
        let prefix = body.iter().find_map(|inner| said(&inner.tokens, &[b"env_prefix"]));
        let prefix = prefix.unwrap_or_default();
        for field in body.iter().filter(|inner| inner.indent == indent) {
            let [name, colon, kind, ..] = field.tokens.as_slice() else { continue };
            let is_field = name.kind == Kind::Name && text(colon) == b":";
            let own = String::from_utf8_lossy(text(name)).into_owned();
            let reserved = own.starts_with('_') || own == "model_config" || own == "class";
            if !is_field || reserved || text(kind) == b"ClassVar" {
                continue;
            }
            let given = said(&field.tokens, &[b"alias", b"validation_alias", b"env"]);
            let variable = given.unwrap_or_else(|| format!("{prefix}{own}")).to_uppercase();
            found.extend(is_name(&variable).then_some((name.span.start, variable)));
        }
    }
}

fn is_name(text: &str) -> bool {
    let first = text.chars().next();
    first.is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> String {
        let found = variables(text.as_bytes()).unwrap();
        for (at, name) in &found {
            let here = &text[*at..];
            let length = name.len().min(here.len());
            assert!(
                here[..length].eq_ignore_ascii_case(name) || text.contains("Settings"),
                "{name}"
            );
        }
        found.into_iter().map(|(_, name)| name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_read_is_seen() {
        for (text, expected) in [
            ("import os\nx = os.environ[\"A\"]\n", "A"),
            ("x = os.environ.get('A', 'B')\n", "A"),
            ("x = os.getenv(\n    'A',  # which\n)\n", "A"),
            ("from os import environ, getenv\nx = environ['A'] or getenv('B')\n", "A B"),
            ("if 'A' in os.environ and 'B' not in environ:\n    pass\n", "A B"),
            ("print(f\"{os.environ['A']}/{getenv('B'):>{3}}\")\n", "A B"),
            ("os.environ.pop('A', None)\n", "A"),
            ("x = os.environ['A'] == os.environ['B']\n", "A B"),
            // No reading.
            ("os.environ['A'] = '1'\ndel os.environ['B']\n", ""),
            ("os.environ.setdefault('A', 'x')\n", ""),
            ("# os.environ['A']\n'''os.getenv(\"B\")'''\nx = \"os.environ['C']\"\n", ""),
            ("os.environ[name]\nos.getenv(f'A{n}')\nos.getenv('no name')\n", ""),
            ("env('A')\nconfig('B')\n", ""),
            ("env = environ.Env()\nx = env('A')\ny = env.bool('B', default=False)\n", "A B"),
            ("from decouple import config\nx = config('A', cast=bool)\n", "A"),
        ] {
            assert_eq!(names(text), expected, "{text}");
        }
        assert_eq!(variables(b"x = (\n"), None);
    }

    #[test]
    fn settings_of_pydantic_are_variables() {
        let text = "class Settings(BaseSettings):\n    \"\"\"Text: here.\"\"\"\n    \
            model_config = SettingsConfigDict(env_prefix=\"APP_\")\n    debug: bool = False\n    \
            database_url: PostgresDsn\n    key: str = Field(validation_alias=\"SECRET_KEY\")\n    \
            known: ClassVar[int] = 3\n    _private: int = 1\n\n    def url(self, x: int) -> str:\n        \
            y: int = 3\n        return y\n\nclass Other(BaseModel):\n    z: int\n";
        assert_eq!(names(text), "APP_DEBUG APP_DATABASE_URL SECRET_KEY");
        let old = "class S(BaseSettings):\n    token: str\n    class Config:\n        env_prefix = 'x_'\n";
        assert_eq!(names(old), "X_TOKEN");
    }
}
