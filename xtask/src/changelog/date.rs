//! Dates as people write them in headings, and the same form with another date.

use std::fmt;
use std::ops::Range;

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    pub year: u16,
    pub month: u8,
    pub day: u8,
}

/// The date of a release as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated {
    pub range: Range<usize>,
    pub says: Says,
}

impl Dated {
    /// Is it a date, and not only its place?
    pub fn is_known(&self) -> bool {
        !matches!(self.says, Says::Placeholder)
    }
}

/// What stands where a date belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    Day(Date, Form),
    /// A date without a day, or one that can be read two ways: `March, 2024`, `03/04/2024`.
    Vague(Form),
    /// `Unreleased`, `TBD`: to be filled in.
    Placeholder,
}

/// How a date is written: its parts and the texts between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Year,
    Month { width: usize },
    Name { short: bool },
    Day { width: usize, ordinal: bool },
    Text(String),
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What is written where nobody knows the date yet.
const PLACEHOLDERS: [&str; 14] = [
    "unreleased",
    "not released",
    "not yet released",
    "to be released",
    "in development",
    "tbd",
    "tba",
    "releasedate",
    "release date",
    "yyyy-mm-dd",
    "????-??-??",
    "xxxx-xx-xx",
    "date",
    "wip",
];

impl Date {
    /// Reads `2026-11-21`.
    pub fn iso(text: &str) -> Option<Self> {
        let (length, says) = read(text)?;
        let iso = text.len() == 10 && text.as_bytes()[4] == b'-' && length == text.len();
        match says {
            Says::Day(date, _) if iso => Some(date),
            _ => None,
        }
    }

    /// The number of days since a day long ago, for differences.
    pub fn days(self) -> i64 {
        let (year, month) = (i64::from(self.year), i64::from(self.month));
        // The year begins in March, so that the leap day comes last.
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        365 * year + year / 4 - year / 100
            + year / 400
            + (153 * month + 2) / 5
            + i64::from(self.day)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Form {
    /// `2026-11-21`.
    pub fn iso() -> Self {
        let dash = || Part::Text("-".to_owned());
        let day = Part::Day { width: 2, ordinal: false };
        Self(vec![Part::Year, dash(), Part::Month { width: 2 }, dash(), day])
    }

    /// A date in this form.
    pub fn write(&self, date: Date) -> String {
        let part = |part: &Part| match part {
            Part::Year => format!("{:04}", date.year),
            Part::Month { width } => format!("{:0width$}", date.month),
            Part::Name { short } => {
                let name = MONTHS[usize::from(date.month).clamp(1, 12) - 1];
                if *short { name[..3].to_owned() } else { name.to_owned() }
            }
            Part::Day { width, ordinal } => {
                let suffix = if *ordinal { suffix(date.day) } else { "" };
                format!("{:0width$}{suffix}", date.day)
            }
            Part::Text(text) => text.clone(),
        };
        self.0.iter().map(part).collect()
    }

    /// The date that a text of numbers in this form says.
    pub fn read(&self, text: &str) -> Option<Date> {
        let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|word| !word.is_empty());
        let mut date = Date { year: 0, month: 0, day: 0 };
        let parts = self.0.iter().filter(|part| !matches!(part, Part::Text(_)));
        for (number, part) in numbers.zip(parts) {
            match part {
                Part::Year => date.year = number.parse().ok()?,
                Part::Month { .. } => date.month = number.parse().ok()?,
                Part::Day { .. } => date.day = number.parse().ok()?,
                Part::Name { .. } | Part::Text(_) => return None,
            }
        }
        is_day(date).then_some(date)
    }

    /// Is it numbers with the year last, where day and month can be taken for each other?
    pub fn is_numbers_year_last(&self) -> bool {
        self.0.last() == Some(&Part::Year)
            && !self.0.iter().any(|part| matches!(part, Part::Name { .. }))
    }

    /// Does it hold a day?
    pub fn has_day(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Day { .. }))
    }
}

fn suffix(day: u8) -> &'static str {
    match (day / 10, day % 10) {
        (1, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

/// A number or a month's name in a date.
#[derive(Clone, Copy)]
struct Piece {
    value: u16,
    width: usize,
    kind: PieceKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PieceKind {
    Number,
    Ordinal,
    Name { short: bool },
}

/// Reads the date or placeholder that a text begins with: its length and what it says.
pub fn read(text: &str) -> Option<(usize, Says)> {
    placeholder(text).map(|length| (length, Says::Placeholder)).or_else(|| day(text))
}

fn placeholder(text: &str) -> Option<usize> {
    let ends = |length: usize| {
        text[length..].chars().next().is_none_or(|next| !(next.is_alphanumeric() || next == '-'))
    };
    let begins = |word: &&&str| {
        text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
            && ends(word.len())
    };
    PLACEHOLDERS.iter().filter(begins).map(|word| word.len()).max()
}

fn day(text: &str) -> Option<(usize, Says)> {
    let mut pieces: Vec<(Piece, String)> = Vec::new();
    let mut at = 0;
    while pieces.len() < 3 {
        let rest = &text[at..];
        let gap = rest.len() - rest.trim_start_matches([' ', ',', '-', '/', '.']).len();
        if gap > 2 || (pieces.is_empty() && gap > 0) {
            break;
        }
        let Some((length, piece)) = piece(&rest[gap..]) else { break };
        pieces.push((piece, rest[..gap].to_owned()));
        at += gap + length;
    }
    let whole = !text[at..].starts_with(|next: char| next.is_alphanumeric());
    whole.then(|| ordered(&pieces)).flatten().map(|says| (at, says))
}

fn piece(text: &str) -> Option<(usize, Piece)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=4).contains(&digits) {
        let value = text[..digits].parse().ok()?;
        let ordinal = ["st", "nd", "rd", "th"].iter().any(|end| text[digits..].starts_with(end));
        let kind = if ordinal { PieceKind::Ordinal } else { PieceKind::Number };
        let length = if ordinal { digits + 2 } else { digits };
        return Some((length, Piece { value, width: digits, kind }));
    }
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let word = &text[..letters];
    let is = |name: &&str| {
        name.eq_ignore_ascii_case(word) || (letters == 3 && name[..3].eq_ignore_ascii_case(word))
    };
    let month = MONTHS.iter().position(is)?;
    let value = u16::try_from(month + 1).ok()?;
    let short = letters == 3 && MONTHS[month].len() > 3;
    Some((letters, Piece { value, width: letters, kind: PieceKind::Name { short } }))
}

/// The role of each piece of a date.
fn ordered(pieces: &[(Piece, String)]) -> Option<Says> {
    let is_year = |piece: &Piece| piece.width == 4 && piece.kind == PieceKind::Number;
    let is_name = |piece: &Piece| matches!(piece.kind, PieceKind::Name { .. });
    let just: Vec<Piece> = pieces.iter().map(|(piece, _)| *piece).collect();
    let named = just.iter().any(is_name);
    let roles = match just[..] {
        [y, _, _] if is_year(&y) && !named => "ymd",
        [y, m, d] if is_year(&y) && is_name(&m) && !is_name(&d) => "ymd",
        [m, d, y] if is_year(&y) && is_name(&m) && !is_name(&d) => "mdy",
        [d, m, y] if is_year(&y) && is_name(&m) && !is_name(&d) => "dmy",
        [a, b, y] if is_year(&y) && !named && b.value > 12 && a.value <= 12 => "mdy",
        [a, _, y] if is_year(&y) && !named && a.value > 12 => "dmy",
        [_, _, y] if is_year(&y) && !named => "dmy?",
        [m, y] if is_year(&y) && is_name(&m) => "my",
        _ => return None,
    };
    let value = |role: char| roles.find(role).map(|at| just[at].value);
    let form = Form(pieces.iter().zip(roles.chars()).flat_map(parts).collect());
    let (Some(day), false) = (value('d'), roles.ends_with('?')) else {
        return Some(Says::Vague(form));
    };
    let (month, day) = (u8::try_from(value('m')?).ok()?, u8::try_from(day).ok()?);
    let date = Date { year: value('y')?, month, day };
    is_day(date).then_some(Says::Day(date, form))
}

fn parts(((piece, before), role): (&(Piece, String), char)) -> Vec<Part> {
    let ordinal = piece.kind == PieceKind::Ordinal;
    // `5 May` and `05 May`: two digits say that zeros are written only where a zero is in front.
    let width = if piece.width == 2 && piece.value >= 10 { 0 } else { piece.width };
    let part = match (role, piece.kind) {
        ('y', _) => Part::Year,
        ('m', PieceKind::Name { short }) => Part::Name { short },
        ('m', _) => Part::Month { width: piece.width },
        _ if ordinal || matches!(before.as_str(), " " | ", ") => Part::Day { width, ordinal },
        _ => Part::Day { width: piece.width, ordinal },
    };
    let text = (!before.is_empty()).then(|| Part::Text(before.clone()));
    text.into_iter().chain([part]).collect()
}

fn is_day(date: Date) -> bool {
    let leap = date.year.is_multiple_of(4)
        && (!date.year.is_multiple_of(100) || date.year.is_multiple_of(400));
    let length = match date.month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=length).contains(&date.day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_and_written_the_same_way() {
        let today = Date { year: 2026, month: 11, day: 21 };
        for (text, iso, new) in [
            ("2024-05-21", "2024-05-21", "2026-11-21"),
            ("2018/08/10", "2018-08-10", "2026/11/21"),
            ("2018.8.3", "2018-08-03", "2026.11.21"),
            ("May 30th, 2024", "2024-05-30", "November 21st, 2026"),
            ("21st February, 2024", "2024-02-21", "21st November, 2026"),
            ("December 13 2023", "2023-12-13", "November 21 2026"),
            ("Apr 19, 2024", "2024-04-19", "Nov 21, 2026"),
            ("8 Jul 2016", "2016-07-08", "21 Nov 2026"),
            ("26-03-2024", "2024-03-26", "21-11-2026"),
            ("03/26/2024", "2024-03-26", "11/21/2026"),
            ("2024-May-03", "2024-05-03", "2026-November-21"),
        ] {
            let (length, says) = read(text).unwrap();
            assert_eq!(length, text.len(), "{text}");
            let Says::Day(date, form) = says else { panic!("{text}") };
            assert_eq!((date.to_string().as_str(), form.write(today).as_str()), (iso, new));
            assert!(matches!(read(new), Some((_, Says::Day(date, _))) if date == today), "{text}");
        }
        assert_eq!(Date::iso("2026-11-21"), Some(today));
        assert_eq!(Date::iso("2026-11-21 "), None);
        for (day, written) in [(1, "1st"), (2, "2nd"), (11, "11th"), (13, "13th"), (23, "23rd")] {
            let (_, Says::Day(_, form)) = read("May 30th, 2024").unwrap() else { panic!() };
            assert_eq!(form.write(Date { day, ..today }), format!("November {written}, 2026"));
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for (text, length) in [("TBD)", 3), ("Unreleased", 10), ("not yet released", 16)] {
            assert_eq!(read(text), Some((length, Says::Placeholder)), "{text}");
        }
        for text in ["March, 2024", "03/04/2024"] {
            assert!(matches!(read(text), Some((_, Says::Vague(_)))), "{text}");
        }
        for text in [
            "",
            "2024",
            "1.2.0",
            "2024-13-01",
            "2023-02-29",
            "May",
            "TBDx",
            "20240501",
            "2 - 3",
            "é",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn days_count_up() {
        let days = |text: &str| Date::iso(text).unwrap().days();
        for (one, other, between) in [
            ("2024-02-28", "2024-03-01", 2),
            ("2023-02-28", "2023-03-01", 1),
            ("2023-12-31", "2024-01-01", 1),
            ("2000-01-01", "2001-01-01", 366),
        ] {
            assert_eq!(days(other) - days(one), between);
        }
    }
}
