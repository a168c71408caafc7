//! A parsed document of any format as the one sequence that two of them are compared by.

use std::borrow::Cow;
use std::ops::Range;

/// One step on the way through a parsed document.
#[derive(Debug)]
pub(super) enum Event<'a> {
    /// A key, a bracket, a scalar that is no string, a token.
    Mark(&'a [u8]),
    /// A string value and the range that holds it.
    Text(Cow<'a, str>, Range<usize>),
}

impl<'a> Event<'a> {
    pub(super) fn text(value: impl Into<Cow<'a, str>>, range: Range<usize>) -> Self {
        Self::Text(value.into(), range)
    }
}
