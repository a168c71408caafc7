//! The environment variables that JavaScript, TypeScript and Rust read.
//!
//! Comments and strings are blanked first, so that what only stands in them does not count.

/// The languages whose source is blanked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// JavaScript and TypeScript, also inside Vue, Svelte and Astro files.
    Script,
    Rust,
}

/// Each variable that is read by its name, with where that stands.
pub fn variables(text: &[u8], language: Language) -> Vec<(usize, String)> {
    let code = blanked(text, language);
    let mut found = match language {
        Language::Script => script(text, &code),
        Language::Rust => rust(text, &code),
    };
    found.sort();
    found.dedup();
    found
}

/// Objects that hold the environment, and names in them that tools set.
const OBJECTS: [&[u8]; 3] = [b"process.env", b"import.meta.env", b"Bun.env"];
const SET_BY_VITE: [&str; 5] = ["MODE", "DEV", "PROD", "SSR", "BASE_URL"];

fn script(text: &[u8], code: &[u8]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for object in OBJECTS {
        for at in memchr::memmem::find_iter(code, object) {
            if at > 0 && (is_word(code[at - 1]) || code[at - 1] == b'.') {
                continue;
            }
            let mut end = at + object.len();
            while matches!(code.get(end), Some(b'?' | b'!')) {
                end += 1;
            }
            let before = code[..at].trim_ascii_end();
            match code.get(end) {
                Some(b'.') if code.get(end + 1) == Some(&b'[') => {
                    found.extend(quoted(text, code, end + 2));
                }
                Some(b'.') if !before.ends_with(b"delete") => {
                    found.extend(word(code, end + 1).filter(|(at, name)| {
                        let by_vite = object[0] == b'i' && SET_BY_VITE.contains(&name.as_str());
                        !by_vite && !is_assigned(&code[at + name.len()..])
                    }));
                }
                Some(b'[') => found.extend(quoted(text, code, end + 1)),
                Some(byte) if is_word(*byte) => {}
                _ => found.extend(taken_apart(code, before)),
            }
        }
    }
    for at in memchr::memmem::find_iter(code, b"Deno.env.get(") {
        found.extend(quoted(text, code, at + b"Deno.env.get(".len()));
    }
    found
}

/// `const { A, B: b, C = 1 } = process.env`
fn taken_apart(code: &[u8], before: &[u8]) -> Vec<(usize, String)> {
    let pattern = before.strip_suffix(b"=").map(<[u8]>::trim_ascii_end);
    let Some(pattern) = pattern.and_then(|pattern| pattern.strip_suffix(b"}")) else {
        return Vec::new();
    };
    let Some(open) = memchr::memrchr(b'{', pattern) else { return Vec::new() };
    let mut start = open + 1;
    let mut found = Vec::new();
    for part in pattern[open + 1..].split(|byte| *byte == b',') {
        let blanks = part.len() - part.trim_ascii_start().len();
        found.extend(word(code, start + blanks));
        start += part.len() + 1;
    }
    found
}

fn rust(text: &[u8], code: &[u8]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for at in memchr::memmem::find_iter(code, b"env::var") {
        let rest = &code[at + b"env::var".len()..];
        let rest = rest.strip_prefix(b"_os").unwrap_or(rest);
        if rest.first() == Some(&b'(') && (at == 0 || !is_word(code[at - 1])) {
            found.extend(quoted(text, code, code.len() - rest.len() + 1));
        }
    }
    // `#[arg(long, env = "X")]` of clap.
    for start in [&b"#[arg("[..], b"#[clap("] {
        for at in memchr::memmem::find_iter(code, start) {
            let inside = &code[at..];
            let end = memchr::memchr(b']', inside).unwrap_or(inside.len());
            for env in memchr::memmem::find_iter(&inside[..end], b"env") {
                let rest = inside[env + 3..].trim_ascii_start();
                let value = rest.strip_prefix(b"=");
                if let (Some(value), false) = (value, is_word(inside[env - 1])) {
                    found.extend(quoted(text, code, code.len() - value.len()));
                }
            }
        }
    }
    found
}

/// The name of a variable as a string that begins here, behind blanks.
fn quoted(text: &[u8], code: &[u8], from: usize) -> Option<(usize, String)> {
    let rest = code.get(from..)?;
    let at = from + rest.len() - rest.trim_ascii_start().len();
    let quote = *code.get(at).filter(|byte| b"\"'`".contains(byte))?;
    let length = memchr::memchr(quote, text.get(at + 1..)?)?;
    let name = std::str::from_utf8(&text[at + 1..at + 1 + length]).ok()?;
    // What is assigned to is not read.
    let after = code.get(at + 2 + length..).unwrap_or_default().trim_ascii_start();
    let assigned = after.strip_prefix(b"]").is_some_and(is_assigned);
    (is_name(name) && !assigned).then(|| (at + 1, name.to_owned()))
}

fn word(code: &[u8], from: usize) -> Option<(usize, String)> {
    let rest = code.get(from..)?;
    let length = rest.iter().take_while(|byte| is_word(**byte)).count();
    let name = std::str::from_utf8(&rest[..length]).ok()?;
    is_name(name).then(|| (from, name.to_owned()))
}

fn is_assigned(rest: &[u8]) -> bool {
    matches!(rest.trim_ascii_start(), [b'=', next, ..] if *next != b'=')
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$'
}

/// Whether a text can be the name of a variable.
pub fn is_name(text: &str) -> bool {
    let first = text.bytes().next();
    first.is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The same text with blanks for comments and for what stands in strings; their quotes stay.
fn blanked(text: &[u8], language: Language) -> Vec<u8> {
    let mut blanker = Blanker { text, code: text.to_vec(), at: 0, language, templates: Vec::new() };
    while blanker.at < text.len() {
        blanker.step();
    }
    blanker.code
}

struct Blanker<'b> {
    text: &'b [u8],
    code: Vec<u8>,
    at: usize,
    language: Language,
    /// Open braces within each `${` of a template literal that is not closed.
    templates: Vec<usize>,
}

impl Blanker<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn blank(&mut self, number: usize) {
        let end = (self.at + number).min(self.text.len());
        for byte in &mut self.code[self.at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        self.at = end;
    }

    fn step(&mut self) {
        let script = self.language == Language::Script;
        match (self.peek(0), self.peek(1)) {
            (b'/', b'/') => {
                let rest = &self.text[self.at..];
                self.blank(memchr::memchr(b'\n', rest).unwrap_or(rest.len()));
            }
            (b'/', b'*') => self.comment(),
            (b'/', _) if script && self.begins_pattern() => self.string(b'/'),
            (b'"', _) => self.string(b'"'),
            (b'\'', _) if script => self.string(b'\''),
            (b'\'', _) => self.character(),
            (b'`', _) if script => self.template(),
            (b'r', b'"' | b'#') if !script && self.begins_word() => self.raw(),
            (b'{', _) if !self.templates.is_empty() => {
                self.templates.last_mut().into_iter().for_each(|open| *open += 1);
                self.at += 1;
            }
            (b'}', _) if self.templates.last() == Some(&0) => {
                self.templates.pop();
                self.template();
            }
            (b'}', _) => {
                self.templates.last_mut().into_iter().for_each(|open| *open -= 1);
                self.at += 1;
            }
            _ => self.at += 1,
        }
    }

    /// Those of Rust may stand in each other.
    fn comment(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.text.len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') if depth == 0 || self.language == Language::Rust => {
                    depth += 1;
                    self.blank(2);
                }
                (b'*', b'/') => {
                    depth = depth.saturating_sub(1);
                    self.blank(2);
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.blank(1),
            }
        }
    }

    /// To the closing quote; in scripts at most to the end of the line.
    fn string(&mut self, quote: u8) {
        self.at += 1;
        while self.at < self.text.len() {
            match self.peek(0) {
                b'\\' => self.blank(2),
                b'\n' if self.language == Language::Script => return,
                byte if byte == quote => {
                    self.at += 1;
                    return;
                }
                _ => self.blank(1),
            }
        }
    }

    /// The text of a template literal up to its end or to the next `${`.
    fn template(&mut self) {
        self.at += 1;
        while self.at < self.text.len() {
            match (self.peek(0), self.peek(1)) {
                (b'\\', _) => self.blank(2),
                (b'`', _) => {
                    self.at += 1;
                    return;
                }
                (b'$', b'{') => {
                    self.at += 2;
                    self.templates.push(0);
                    return;
                }
                _ => self.blank(1),
            }
        }
    }

    /// `'x'` or `'\n'`; anything else with a quote in front is a lifetime.
    fn character(&mut self) {
        let rest = &self.text[self.at + 1..];
        let length = match rest.first() {
            Some(b'\\') => {
                memchr::memchr(b'\'', rest.get(2..).unwrap_or_default()).map(|at| at + 2)
            }
            _ => rest.iter().take(5).position(|byte| *byte == b'\'').filter(|at| *at > 0),
        };
        let single = |length: &usize| {
            let inside = &rest[..*length];
            inside[0] == b'\\' || std::str::from_utf8(inside).is_ok_and(|c| c.chars().count() == 1)
        };
        self.at += 1;
        if let Some(length) = length.filter(single) {
            self.blank(length);
            self.at += 1;
        }
    }

    /// `r"..."`, `r#"..."#`
    fn raw(&mut self) {
        let hashes = self.text[self.at + 1..].iter().take_while(|byte| **byte == b'#').count();
        if self.peek(1 + hashes) != b'"' {
            self.at += 1;
            return;
        }
        let end = [&b"\""[..], &b"#".repeat(hashes)].concat();
        self.at += hashes + 2;
        let rest = &self.text[self.at..];
        let length = memchr::memmem::find(rest, &end).unwrap_or(rest.len());
        self.blank(length);
        self.at = (self.at + end.len()).min(self.text.len());
    }

    fn begins_word(&self) -> bool {
        let before = self.at.checked_sub(1).map(|at| self.text[at]);
        before.is_none_or(|byte| !is_word(byte) || byte == b'b')
    }

    /// Whether a slash begins a regular expression: what stands before it is no value.
    fn begins_pattern(&self) -> bool {
        let line = self.code[..self.at].rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let line = line.trim_ascii_end();
        match line.last() {
            None => false,
            Some(last) => b"(,=:[!&|?{};+".contains(last) || line.ends_with(b"return"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str, language: Language) -> String {
        let found = variables(text.as_bytes(), language);
        for (at, name) in &found {
            assert!(text[*at..].starts_with(name), "{name} is not at {at} of {text}");
        }
        found.into_iter().map(|(_, name)| name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_scripts_read_is_seen() {
        for (text, expected) in [
            ("const a = process.env.A;", "A"),
            ("const a = process.env['A'] ?? process.env[\"B\"];", "A B"),
            ("const a = process.env?.A || process.env!.B", "A B"),
            ("const { A, B: b, C = 1 } = process.env;", "A B C"),
            ("const {\n  A,\n  B,\n} = process.env\n", "A B"),
            ("fetch(`${process.env.A}/x/${{ a: process.env.B }.a}/process.env.C`)", "A B"),
            ("const x = import.meta.env.VITE_A + import.meta.env.MODE", "VITE_A"),
            ("Deno.env.get(\"A\"); Bun.env.B", "A B"),
            ("if (process.env.A === 'x') y = process.env.B == 1", "A B"),
            ("const r = /'/.test(process.env.A)", "A"),
            ("a = b / c; d = process.env.A / 2 // process.env.B", "A"),
            ("<p>Don't</p>\nprocess.env.A", "A"),
            ("// process.env.A\n/* process.env.B */ 'process.env.C' \"process.env.D\"", ""),
            ("process.env.A = '1'; process.env['B'] = 2; delete process.env.C", ""),
            ("my.process.env.A; reprocess.env.B; process.envs.C; process.env[name]", ""),
            ("'unclosed\nprocess.env.A", "A"),
        ] {
            assert_eq!(names(text, Language::Script), expected, "{text}");
        }
    }

    #[test]
    fn what_rust_reads_is_seen() {
        for (text, expected) in [
            ("let a = std::env::var(\"A\")?;", "A"),
            ("let a = env::var_os(\n    \"A\",\n);", "A"),
            ("#[arg(long, env = \"A\", default_value = \"x\")]\nurl: String,", "A"),
            ("fn f<'a>(x: &'a str) -> char { env::var(\"A\"); 'x' }", "A"),
            ("let q = '\"'; let e = '\\''; let u = 'é'; env::var(\"A\")", "A"),
            ("r#\"env::var(\"B\")\"#; env::var(\"A\")", "A"),
            ("// env::var(\"A\")\n/* /* x */ env::var(\"B\") */ \"env::var(C)\"", ""),
            ("env!(\"CARGO_PKG_NAME\"); env::vars(); my_env::var(\"A\"); env::var(name)", ""),
        ] {
            assert_eq!(names(text, Language::Rust), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_stumble(text in "[a-z'\"`${}/*\\\\\n#r. ()=\\[\\]]{0,80}") {
            for language in [Language::Script, Language::Rust] {
                proptest::prop_assert_eq!(blanked(text.as_bytes(), language).len(), text.len());
                let _ = variables(text.as_bytes(), language);
            }
        }
    }
}
