//! Refusals on the screen and as JSON.

use anstyle::AnsiColor;
use serde_json::{Value, json};

use super::{Mark, Program, bold, paint};
use crate::error::{Place, Refusal};

/// So long a line may be.
const COLUMNS: usize = 100;

/// What happened, why, where, and the next command.
pub fn shown(refusal: &Refusal, program: &Program) -> String {
    let mut lines = vec![format!("{} {}", Mark::Failed.text(), bold(&refusal.what))];
    if let Some(place) = &refusal.place {
        lines.extend(source(place));
    }
    lines.extend(refusal.why.iter().map(|why| format!("  {why}")));
    for (number, (command, what_for)) in refusal.next.iter().enumerate() {
        let word = if number == 0 { "next:" } else { "  or:" };
        let command = program.command(command);
        let line = match what_for.as_str() {
            "" => format!("{word} {command}"),
            what_for => {
                let wide = format!("{word} {command:<40}  {what_for}");
                let close = format!("{word} {command}  {what_for}");
                let fits = |line: &String| line.chars().count() <= COLUMNS;
                let below = || format!("{word} {command}\n      {what_for}");
                [wide, close].into_iter().find(fits).unwrap_or_else(below)
            }
        };
        lines.push(line);
    }
    lines.join("\n")
}

fn source(place: &Place) -> Vec<String> {
    let link = format!("  {place}");
    // A minified document is one line: show the part around the place.
    let from = place.column.saturating_sub(60);
    let part: String = place.source.chars().skip(from).take(90).collect();
    let tabs = |c: char| if c == '\t' { '\t' } else { ' ' };
    let blank: String =
        part.chars().take(place.column.saturating_sub(1 + from)).map(tabs).collect();
    let caret = paint("^", AnsiColor::Red.on_default().bold());
    vec![link, format!("    {part}"), format!("    {blank}{caret}")]
}

/// The same for programs.
pub fn as_json(refusal: &Refusal, program: &Program, code: u8) -> Value {
    let place = refusal.place.as_ref().map(|place| {
        json!({ "path": place.path.as_str(), "line": place.line, "column": place.column,
                "source": place.source })
    });
    let next: Vec<String> =
        refusal.next.iter().map(|(command, _)| program.command(command)).collect();
    json!({ "error": { "what": refusal.what, "why": refusal.why, "place": place, "next": next,
                       "exit": code } })
}
