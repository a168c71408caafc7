//! setup.cfg, read by the rules of Python's `configparser` as setuptools uses it: no inline
//! comments, `=` or `:`, indented lines continue the value, a key or section twice is an error.

use std::ops::Range;

use super::event::Event;
use super::{BOM, Found, Source};
use crate::error::Refusal;

/// A parsed file.
#[derive(Debug)]
pub struct Cfg<'a> {
    source: Source<'a>,
    entries: Vec<Entry<'a>>,
}

#[derive(Debug)]
struct Entry<'a> {
    section: &'a str,
    key: &'a str,
    at: usize,
    /// The lines of the value without the blanks around them; the first may be empty.
    lines: Vec<Range<usize>>,
}

/// What the lines before the current one say about it.
#[derive(Default)]
struct State<'a> {
    section: Option<&'a str>,
    /// The indentation of the line that began the current entry; `None` when no value is open.
    indent: Option<usize>,
}

impl<'a> Cfg<'a> {
    /// Reads the file.
    ///
    /// # Errors
    /// Bytes that are not UTF-8, a line that is neither section nor key, with its place.
    pub fn parse(source: Source<'a>) -> Result<Self, Refusal> {
        let text = source.text()?;
        let mut cfg = Self { source, entries: Vec::new() };
        let mut state = State::default();
        let mut start = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
        while start < text.len() {
            let length = text[start..].find(['\n', '\r']).unwrap_or(text.len() - start);
            cfg.line(&mut state, text, start..start + length)?;
            start += length + 1;
        }
        Ok(cfg)
    }

    fn line(
        &mut self,
        state: &mut State<'a>,
        text: &'a str,
        line: Range<usize>,
    ) -> Result<(), Refusal> {
        let trimmed = trim(text, line.clone());
        let content = &text[trimmed.clone()];
        if content.is_empty() || content.starts_with(['#', ';']) {
            return Ok(());
        }
        let indent = trimmed.start - line.start;
        if let (Some(open), Some(entry)) = (state.indent, self.entries.last_mut())
            && indent > open
        {
            entry.lines.push(trimmed);
            return Ok(());
        }
        if let Some(section) = content.strip_prefix('[').and_then(|rest| rest.rsplit_once(']')) {
            *state = State { section: Some(section.0), indent: None };
            return Ok(());
        }
        let delimiter = content.find(['=', ':']).filter(|&at| at > 0);
        let (Some(section), Some(delimiter)) = (state.section, delimiter) else {
            return Err(Refusal::usage(format!("{} is not valid", self.source.path))
                .why("This is neither a [section] nor a line of the form key = value.")
                .at(self.source.place(trimmed.start)));
        };
        let value = trim(text, trimmed.start + delimiter + 1..trimmed.end);
        let key = content[..delimiter].trim_end();
        self.entries.push(Entry { section, key, at: trimmed.start, lines: vec![value] });
        state.indent = Some(indent);
        Ok(())
    }

    /// The file it was read from.
    pub fn source(&self) -> Source<'a> {
        self.source
    }

    /// Is there anything in this section?
    pub fn has_section(&self, section: &str) -> bool {
        self.entries.iter().any(|entry| entry.section == section)
    }

    /// The sections that have anything in them.
    pub fn sections(&self) -> Vec<&'a str> {
        self.entries.iter().map(|entry| entry.section).collect()
    }

    /// The keys of a section.
    pub fn keys(&self, section: &str) -> Vec<&'a str> {
        self.entries.iter().filter(|e| e.section == section).map(|entry| entry.key).collect()
    }

    /// Where the first key of a section stands.
    pub fn section_at(&self, section: &str) -> Option<usize> {
        self.entries.iter().find(|entry| entry.section == section).map(|entry| entry.at)
    }

    /// The lines of a value that are not empty; none when there is no such key.
    ///
    /// # Errors
    /// The key is there twice: `configparser` refuses that.
    pub fn lines(&self, section: &str, key: &str) -> Result<Vec<Found>, Refusal> {
        let mut same = self.entries.iter().filter(|e| e.section == section && e.key == key);
        let Some(entry) = same.next() else { return Ok(Vec::new()) };
        if let Some(second) = same.next() {
            let what = format!("{section}.{key} is there twice in {}", self.source.path);
            return Err(Refusal::usage(what)
                .why(format!("The other one is at {}.", self.source.link(entry.at)))
                .at(self.source.place(second.at)));
        }
        let text = |range: &Range<usize>| self.source.bytes.get(range.clone()).unwrap_or_default();
        let found = entry.lines.iter().filter(|range| !range.is_empty()).map(|range| Found {
            range: range.clone(),
            value: String::from_utf8_lossy(text(range)).into_owned(),
        });
        Ok(found.collect())
    }

    /// A value of one line, whether it stands beside its key or below; `None` without such a key
    /// or with nothing behind it.
    ///
    /// # Errors
    /// Those of [`Self::lines`], and a value of several lines.
    pub fn text(&self, section: &str, key: &str) -> Result<Option<Found>, Refusal> {
        let mut lines = self.lines(section, key)?.into_iter();
        let first = lines.next();
        match lines.next() {
            None => Ok(first),
            Some(second) => {
                let what = format!("{section}.{key} in {} has several lines", self.source.path);
                Err(Refusal::usage(what)
                    .why("A version is one word; is the next line indented by accident?")
                    .at(self.source.place(second.range.start)))
            }
        }
    }

    pub(super) fn events(&self) -> Vec<Event<'_>> {
        let mut events = Vec::new();
        for entry in &self.entries {
            events.push(Event::Mark(entry.section.as_bytes()));
            events.push(Event::Mark(entry.key.as_bytes()));
            for range in &entry.lines {
                let raw = self.source.bytes.get(range.clone()).unwrap_or_default();
                events.push(Event::text(String::from_utf8_lossy(raw), range.clone()));
            }
        }
        events
    }
}

fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let line = &text[range.clone()];
    let start = range.start + line.len() - line.trim_start().len();
    start..start + line.trim().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sites::tests::{file, source};

    fn version(text: &str) -> Result<Option<(Range<usize>, String)>, Refusal> {
        let file = file("setup.cfg", text);
        let found = Cfg::parse(source(&file))?.text("metadata", "version")?;
        Ok(found.map(|f| (f.range, f.value)))
    }

    #[test]
    fn the_version_is_found_where_configparser_finds_it() {
        for (text, value) in [
            ("[metadata]\nname = x\nversion = 1.2.3\n", Some("1.2.3")),
            ("\u{feff}[metadata]\r\nversion:1.2.3\r\n", Some("1.2.3")),
            ("[metadata]\nversion =\n\t1.2.3", Some("1.2.3")),
            ("[metadata]\nversion =\n\n    # why\n    1.2.3\n\n[other]\n", Some("1.2.3")),
            ("[metadata]\nversion = attr: pkg.__version__\n", Some("attr: pkg.__version__")),
            ("[metadata]\ndescription = a\n  version = 9.9.9\nversion=1.2.3\n", Some("1.2.3")),
            (
                "[options]\nversion = 9\n[metadata]\n; version = 8\n  version = 1.2.3\n",
                Some("1.2.3"),
            ),
            ("[metadata]\nversion = 1.2.3 # final\n", Some("1.2.3 # final")),
            ("[metadata]\npython_version = 3\n", None),
            ("[metadata]\nversion =\n", None),
            ("", None),
        ] {
            let found = version(text).unwrap();
            assert_eq!(found.as_ref().map(|f| f.1.as_str()), value, "{text:?}");
            if let Some((range, value)) = found {
                assert_eq!(text[range], value);
            }
        }
    }

    #[test]
    fn what_configparser_refuses_is_refused() {
        for (text, line) in [
            ("version = 1\n", 1),
            ("[metadata]\nversion\n", 2),
            ("[metadata]\n= 1\n", 2),
            ("[metadata]\nversion = 1\nversion = 2\n", 3),
            ("[metadata]\nversion = 1\n  2\n", 3),
        ] {
            assert_eq!(version(text).unwrap_err().place.clone().unwrap().line, line, "{text:?}");
        }
    }
}
