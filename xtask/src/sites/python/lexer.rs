//! A small tokenizer for Python: enough to know which words and strings stand at the top level.
//!
//! It works on bytes, because a source file may be Latin-1. Rules: the Python language reference,
//! "Lexical analysis"; f-strings as of 3.12 (PEP 701), which every older f-string also satisfies.

use std::ops::Range;

/// A logical line: what Python makes one or more statements of.
#[derive(Debug)]
pub(super) struct Line {
    /// Columns of indentation, tabs to multiples of eight.
    pub indent: usize,
    pub tokens: Vec<Token>,
}

#[derive(Debug, Clone)]
pub(super) struct Token {
    pub kind: Kind,
    pub span: Range<usize>,
    /// How many brackets are open around it; an opening bracket and its closing one count alike.
    pub depth: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Number,
    /// A string literal without a formatted or bytes prefix; the range is between its quotes.
    Text {
        inner: Range<usize>,
        raw: bool,
    },
    /// An f-string, t-string or bytes literal.
    OtherString,
    Operator,
}

/// Why a file cannot be read, and where.
#[derive(Debug)]
pub(super) struct Broken {
    pub why: &'static str,
    pub at: usize,
}

/// f-strings inside f-strings inside f-strings end here.
const DEEPEST: usize = 32;

/// Splits a file into logical lines; lines without code do not count.
pub(super) fn lines(bytes: &[u8]) -> Result<Vec<Line>, Broken> {
    let mut lexer = Lexer { bytes, at: 0 };
    if bytes.starts_with(b"\xef\xbb\xbf") {
        lexer.at = 3;
    }
    let mut lines = Vec::new();
    while lexer.at < bytes.len() {
        let indent = lexer.indentation();
        let tokens = lexer.logical_line()?;
        if !tokens.is_empty() {
            lines.push(Line { indent, tokens });
        }
    }
    Ok(lines)
}

struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// A form feed starts the count again (language reference, "Indentation").
    fn indentation(&mut self) -> usize {
        let mut columns = 0;
        loop {
            match self.peek(0) {
                b' ' => columns += 1,
                b'\t' => columns = columns / 8 * 8 + 8,
                b'\x0c' => columns = 0,
                _ => return columns,
            }
            self.at += 1;
        }
    }

    fn logical_line(&mut self) -> Result<Vec<Token>, Broken> {
        let mut tokens = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        while !self.done() {
            match self.peek(0) {
                b'\n' | b'\r' => {
                    self.at += self.line_end();
                    if open.is_empty() {
                        return Ok(tokens);
                    }
                }
                b' ' | b'\t' | b'\x0c' => self.at += 1,
                b'#' => self.comment(),
                b'\\' if matches!(self.peek(1), b'\n' | b'\r') => {
                    self.at += 1;
                    self.at += self.line_end();
                }
                _ => tokens.push(self.token(&mut open)?),
            }
        }
        match open.pop() {
            Some(at) => Err(Broken { why: "This bracket is never closed.", at }),
            None => Ok(tokens),
        }
    }

    fn line_end(&self) -> usize {
        if self.peek(0) == b'\r' && self.peek(1) == b'\n' { 2 } else { 1 }
    }

    fn comment(&mut self) {
        while !self.done() && !matches!(self.peek(0), b'\n' | b'\r') {
            self.at += 1;
        }
    }

    fn token(&mut self, open: &mut Vec<usize>) -> Result<Token, Broken> {
        let start = self.at;
        let mut depth = open.len();
        let kind = match self.peek(0) {
            b'(' | b'[' | b'{' => {
                open.push(start);
                self.at += 1;
                Kind::Operator
            }
            b')' | b']' | b'}' => {
                if open.pop().is_none() {
                    let why = "This bracket was never opened.";
                    return Err(Broken { why, at: start });
                }
                depth = open.len();
                self.at += 1;
                Kind::Operator
            }
            b'"' | b'\'' => self.string(start, 0)?,
            b if b.is_ascii_digit() || (b == b'.' && self.peek(1).is_ascii_digit()) => {
                self.number();
                Kind::Number
            }
            b if is_word(b) => {
                self.word();
                if matches!(self.peek(0), b'"' | b'\'') && is_prefix(&self.bytes[start..self.at]) {
                    self.string(start, 0)?
                } else {
                    Kind::Name
                }
            }
            _ => {
                self.at += operator(&self.bytes[self.at..]);
                Kind::Operator
            }
        };
        Ok(Token { kind, span: start..self.at, depth })
    }

    fn word(&mut self) {
        while is_word(self.peek(0)) {
            self.at += 1;
        }
    }

    fn number(&mut self) {
        while is_word(self.peek(0)) || self.peek(0) == b'.' {
            let exponent = matches!(self.peek(0), b'e' | b'E');
            self.at += 1;
            if exponent && matches!(self.peek(0), b'+' | b'-') && self.peek(1).is_ascii_digit() {
                self.at += 1;
            }
        }
    }

    /// A string literal whose prefix began at `start` and whose quote is next.
    fn string(&mut self, start: usize, nested: usize) -> Result<Kind, Broken> {
        let prefix = self.bytes[start..self.at].to_ascii_lowercase();
        let quote = self.peek(0);
        let long = self.peek(1) == quote && self.peek(2) == quote;
        self.at += if long { 3 } else { 1 };
        let shape = Shape { start, quote, long, raw: prefix.contains(&b'r'), nested };
        let from = self.at;
        if prefix.contains(&b'f') || prefix.contains(&b't') {
            self.formatted(&shape)?;
            return Ok(Kind::OtherString);
        }
        while !self.closes(&shape)? {
            self.character();
        }
        let inner = from..self.at;
        self.at += shape.width();
        if prefix.contains(&b'b') {
            return Ok(Kind::OtherString);
        }
        Ok(Kind::Text { inner, raw: shape.raw })
    }

    /// Are we at the closing quote? An end of file or of line before it is an error.
    fn closes(&self, shape: &Shape) -> Result<bool, Broken> {
        let ended = self.done() || (!shape.long && matches!(self.peek(0), b'\n' | b'\r'));
        if ended {
            return Err(Broken { why: "This string is never closed.", at: shape.start });
        }
        Ok((0..shape.width()).all(|i| self.peek(i) == shape.quote))
    }

    /// One character of a string, or a backslash and what it escapes (a line end too).
    fn character(&mut self) {
        if self.peek(0) == b'\\' {
            self.at += 1;
            self.at += self.line_end();
        } else {
            self.at += 1;
        }
    }

    /// The text of an f-string up to and with its closing quote.
    fn formatted(&mut self, shape: &Shape) -> Result<(), Broken> {
        if shape.nested >= DEEPEST {
            return Err(Broken { why: "Strings are nested too deeply here.", at: shape.start });
        }
        while !self.closes(shape)? {
            self.formatted_part(shape, 0)?;
        }
        self.at += shape.width();
        Ok(())
    }

    /// A character, an escape or a `{field}` of an f-string or of a field's format.
    fn formatted_part(&mut self, shape: &Shape, depth: usize) -> Result<(), Broken> {
        match (self.peek(0), self.peek(1)) {
            (b'{', b'{') if depth == 0 => self.at += 2,
            (b'{', _) => self.field(shape, depth)?,
            (b'\\', b'{' | b'}') => self.at += 1,
            (b'\\', b'N') if !shape.raw && self.peek(2) == b'{' => self.at += 3,
            _ => self.character(),
        }
        Ok(())
    }

    /// `{expression:format}`; strings in the expression may use the same quotes again.
    fn field(&mut self, shape: &Shape, depth: usize) -> Result<(), Broken> {
        let broken = |at| Err(Broken { why: "This field of an f-string is never closed.", at });
        let start = self.at;
        if depth >= DEEPEST {
            return broken(start);
        }
        self.at += 1;
        let mut brackets = 0_usize;
        while !self.done() {
            match self.peek(0) {
                b'}' if brackets == 0 => {
                    self.at += 1;
                    return Ok(());
                }
                b':' if brackets == 0 => return self.format(shape, depth, start),
                b'(' | b'[' | b'{' => (brackets, self.at) = (brackets + 1, self.at + 1),
                b')' | b']' | b'}' => {
                    (brackets, self.at) = (brackets.saturating_sub(1), self.at + 1);
                }
                b'#' => self.comment(),
                b'"' | b'\'' => {
                    self.string(self.at, shape.nested + 1)?;
                }
                b if is_word(b) => {
                    let word = self.at;
                    self.word();
                    let quoted = matches!(self.peek(0), b'"' | b'\'');
                    if quoted && is_prefix(&self.bytes[word..self.at]) {
                        self.string(word, shape.nested + 1)?;
                    }
                }
                _ => self.at += 1,
            }
        }
        broken(start)
    }

    fn format(&mut self, shape: &Shape, depth: usize, start: usize) -> Result<(), Broken> {
        self.at += 1;
        while !self.closes(shape)? {
            if self.peek(0) == b'}' {
                self.at += 1;
                return Ok(());
            }
            self.formatted_part(shape, depth + 1)?;
        }
        Err(Broken { why: "This field of an f-string is never closed.", at: start })
    }
}

/// What is known of the string that is being read.
struct Shape {
    start: usize,
    quote: u8,
    long: bool,
    raw: bool,
    nested: usize,
}

impl Shape {
    fn width(&self) -> usize {
        if self.long { 3 } else { 1 }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn is_prefix(word: &[u8]) -> bool {
    let word = word.to_ascii_lowercase();
    matches!(
        word.as_slice(),
        b"r" | b"u" | b"b" | b"f" | b"t" | b"rb" | b"br" | b"rf" | b"fr" | b"rt" | b"tr" | b"ur"
    )
}

/// The length of the operator the bytes begin with; `=` must not be taken out of `==` or `+=`.
fn operator(bytes: &[u8]) -> usize {
    const LONG: [&[u8]; 5] = [b"**=", b"//=", b"<<=", b">>=", b"..."];
    if LONG.iter().any(|op| bytes.starts_with(op)) {
        return 3;
    }
    match bytes {
        [first, b'=', ..] if b"=!<>:+-*/%&|^@".contains(first) => 2,
        [b'-', b'>', ..] => 2,
        _ => 1,
    }
}
