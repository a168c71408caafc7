//! A file that is nothing but the version (`VERSION`, what setuptools' `file:` reads).

use super::event::Event;
use super::{BOM, Found, Source};
use crate::error::Refusal;

/// The text of the file without a byte order mark and the blanks around it.
///
/// # Errors
/// Bytes that are not UTF-8, an empty file, more than one line of text.
pub fn find(source: Source<'_>) -> Result<Found, Refusal> {
    let text = source.text()?;
    let body = text.strip_prefix(BOM).unwrap_or(text);
    let start = text.len() - body.trim_start().len();
    let value = body.trim();
    let refuse = |why: &str, at: usize| {
        Refusal::usage(format!("{} does not hold a version and nothing else", source.path))
            .why(why)
            .at(source.place(at))
    };
    if value.is_empty() {
        return Err(refuse("It is empty.", start));
    }
    if let Some(end) = value.find(['\n', '\r']) {
        let second = end + value[end..].len() - value[end..].trim_start().len();
        return Err(refuse("The version has to be its only line.", start + second));
    }
    Ok(Found { range: start..start + value.len(), value: value.to_owned() })
}

pub(super) fn events(source: Source<'_>) -> Result<Vec<Event<'_>>, Refusal> {
    let found = find(source)?;
    Ok(vec![Event::text(found.value, found.range)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sites::tests::{file, source};

    #[test]
    fn the_version_is_the_whole_file_without_blanks() {
        for (text, range) in [
            ("1.2.3", 0..5),
            ("1.2.3\n", 0..5),
            ("\u{feff}1.2.3\r\n", 3..8),
            ("\n\n\t1.2.3 \n\n", 3..8),
        ] {
            let found = find(source(&file("VERSION", text))).unwrap();
            assert_eq!((found.range, found.value.as_str()), (range, "1.2.3"), "{text:?}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for (text, line) in [("", 1), (" \n", 2), ("1.2.3\n\n4.5.6\n", 3), ("1\r\n2", 2)] {
            let refusal = find(source(&file("VERSION", text))).unwrap_err();
            assert_eq!(refusal.place.clone().unwrap().line, line, "{text:?}");
        }
        assert!(find(source(&file("VERSION", b"1.2.3 \xe9"))).is_err());
    }
}
