//! The poll on the screen: one table, the ends of logs, the verdict.

use std::fs;
use std::time::Duration;

use super::Report;
use super::fix::Fixed;
use super::github::Actions;
use super::people::People;
use crate::config::file::gates::Need;
use crate::error::{Next, word};
use crate::gates::{Checked, Evidence, Judged, Kind, Outcome};
use crate::sys::clock::Timestamp;
use crate::ui::{Mark, Ui, Volume, bold, cut, dot, folded, one_line};
use crate::version::Version;
use crate::wording::counted;

/// Where the times end.
const COLUMNS: usize = 96;

/// So many lines of a log are shown, and where more is asked for.
const LINES: usize = 12;
const DETAILS: usize = 200;

impl Report<'_> {
    /// Shows everything; `at` is now.
    pub fn show(&self, ui: &Ui, fixed: Option<&Fixed>, at: Timestamp, people: &People) {
        let actions = Actions::here();
        if let Some(actions) = &actions {
            actions.stop(ui);
        }
        if let Some(fixed) = fixed {
            fixed.show(ui);
        }
        ui.say(&self.title());
        ui.say("");
        let head = format!("{} at a time, {}", self.jobs, clock(self.took));
        ui.say(&format!("Gates{head:>width$}", width = COLUMNS - 5));
        self.table(ui, at);
        for checked in self.checked.iter().filter(|checked| checked.outcome.stops()) {
            match &actions {
                Some(actions) => actions.show(ui, self, checked),
                None => self.ends_of_logs(ui, checked),
            }
        }
        people.show(ui);
        ui.say("");
        self.verdict(ui, fixed, people);
        if let Some(actions) = &actions {
            actions.resume(ui);
        }
    }

    /// Only the gates and the ends of the logs of those that stop: a part of a larger procedure.
    pub fn show_gates(&self, ui: &Ui, at: Timestamp) {
        self.table(ui, at);
        self.checked
            .iter()
            .filter(|checked| self.stops(checked))
            .for_each(|checked| self.ends_of_logs(ui, checked));
    }

    /// `studio, next 0.3.0 · candidate 5a1b2c3 · profile release`
    fn title(&self) -> String {
        let line = self.facts_line();
        match line.split_once(dot()) {
            Some((name, rest)) => format!("{}{}{rest}", bold(name), dot()),
            None => line,
        }
    }

    /// The same without a style.
    pub fn facts_line(&self) -> String {
        let next = self.read.aim.version.as_ref();
        let next = next.map(|version| format!(", next {version}")).unwrap_or_default();
        let commit = self.repo.head.commit();
        let commit =
            commit.map_or("no commit yet".to_owned(), |c| format!("candidate {}", c.short()));
        let (dot, profile) = (dot(), self.profile().name());
        format!("{}{next} {dot} {commit} {dot} profile {profile}", self.read.name)
    }

    fn table(&self, ui: &Ui, at: Timestamp) {
        let (short, long): (Vec<&Checked>, Vec<&Checked>) =
            self.checked.iter().partition(|checked| says_nothing(checked));
        let short: Vec<String> = short
            .iter()
            .map(|checked| format!("{} {}", Mark::Good.text(), checked.gate.id))
            .collect();
        short.chunks(8).for_each(|names| ui.say(&format!("  {}", names.join("   "))));
        let ids = long.iter().map(|checked| checked.gate.id.chars().count());
        let ids = ids.max().unwrap_or(0).max(12);
        for checked in long {
            self.row(ui, checked, ids, at);
        }
    }

    fn row(&self, ui: &Ui, checked: &Checked, ids: usize, at: Timestamp) {
        let mark = self.mark(checked);
        let margin = 2 + Mark::width() + 1 + ids + 2;
        let time = checked.took.map(clock).unwrap_or_default();
        let room = COLUMNS.saturating_sub(margin + 8);
        let (text, more) = self.lines(checked, at, room);
        let (id, filling) = (&checked.gate.id, mark.filling());
        let row = format!("{id:<ids$}  {text:<room$}{time:>8}");
        ui.say(&format!("  {}{filling} {}", mark.text(), row.trim_end()));
        let margin = " ".repeat(margin);
        for line in more {
            ui.say(&format!("{margin}{line}"));
        }
        for (package, judged) in &checked.runs {
            if judged.outcome.stops() {
                if let (Some(package), true) = (package, checked.runs.len() > 1) {
                    ui.say(&format!(
                        "{margin}{}",
                        cut(&one_line(&format!("{package}: {}", judged.outcome.why())), room + 8)
                    ));
                }
                for line in judged.details.iter().flat_map(|line| few(line, room + 8)) {
                    ui.say(&format!("{margin}{line}"));
                }
            }
        }
    }

    pub fn mark(&self, checked: &Checked) -> Mark {
        let excused = !self.stops(checked);
        match &checked.outcome {
            Outcome::Green => Mark::Good,
            Outcome::Skipped { .. } | Outcome::Held { .. } => Mark::Skipped,
            Outcome::Red { .. } | Outcome::CouldNotRun { .. } if excused => Mark::Warning,
            Outcome::Red { .. } => Mark::Failed,
            Outcome::CouldNotRun { .. } => Mark::Unknown,
        }
    }

    /// What stands beside the name in its row, and below. Only the command is cut where a gate stops
    /// a release: why it does is told to its end.
    fn lines(&self, checked: &Checked, at: Timestamp, room: usize) -> (String, Vec<String>) {
        let said = one_line(&self.said(checked, at));
        let mut lines = match checked.outcome.stops() {
            true => folded(&said, room),
            false => vec![said],
        };
        let last = lines.pop().unwrap_or_default();
        lines.push(cut(&one_line(&with_command(last, checked)), room));
        (lines.remove(0), lines)
    }

    /// What stands beside the name: how it ended, what excuses it, its command.
    pub fn text(&self, checked: &Checked, at: Timestamp) -> String {
        with_command(self.said(checked, at), checked)
    }

    fn said(&self, checked: &Checked, at: Timestamp) -> String {
        let mut said = checked.outcome.why();
        if checked.reused() {
            said = reused(checked, at);
        }
        if checked.outcome.stops() {
            if let Some(reason) = self.waivers.reason(&checked.gate.id) {
                said = format!("{said}, waived: {reason}");
            } else if checked.gate.need() == Need::Optional {
                said = format!("{said}, not required");
            }
        }
        let remarks = checked.runs.iter().map(|(_, judged)| judged.remark.as_str());
        let remark = remarks.into_iter().find(|remark| !remark.is_empty()).unwrap_or_default();
        let packages = checked.runs.iter().filter(|(package, _)| package.is_some()).count();
        let packages = match (packages, checked.outcome.stops()) {
            (0, _) | (_, true) => None,
            (number, false) => Some(counted(number, "package")),
        };
        let said = [said.as_str(), packages.as_deref().unwrap_or_default(), remark];
        let said: Vec<&str> = said.into_iter().filter(|part| !part.is_empty()).collect();
        said.join(", ")
    }

    fn ends_of_logs(&self, ui: &Ui, checked: &Checked) {
        for (package, judged) in checked.runs.iter().filter(|(_, judged)| judged.outcome.stops()) {
            let Some(evidence) = &judged.evidence else { continue };
            let of = package.as_ref().map(|package| format!(" ({package})")).unwrap_or_default();
            let took = match evidence.exit {
                Some(_) => format!(" after {}", clock(Duration::from_millis(evidence.millis))),
                None => String::new(),
            };
            ui.say("");
            let (id, why, command) = (&checked.gate.id, judged.outcome.why(), &evidence.command);
            ui.say(&cut(&one_line(&format!("  {id}{of}   {why}{took}: {command}")), 100));
            let text = fs::read(self.repo.top.join(&evidence.log)).unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
            let shown = if ui.volume > Volume::Normal { DETAILS } else { LINES };
            let above = lines.len().saturating_sub(shown);
            lines[above..]
                .iter()
                .for_each(|line| ui.say(&format!("    {}", cut(&one_line(line), 96))));
            let dropped = match evidence.dropped {
                0 => String::new(),
                bytes => format!(", {} MiB in the middle are left out", bytes.div_ceil(1 << 20)),
            };
            ui.say(&match (lines.len(), above) {
                (0, _) => format!("    It printed nothing: {}", evidence.log),
                (_, 0) => format!("    {}{dropped}", evidence.log),
                (_, above) => {
                    let before = counted(above, "more line");
                    format!("    ... {before} before: {}{dropped}", evidence.log)
                }
            });
        }
    }

    fn verdict(&self, ui: &Ui, fixed: Option<&Fixed>, people: &People) {
        for (gate, reason) in self.waivers.iter() {
            let asked = self.checked.iter().find(|checked| checked.gate.id == gate);
            let why = match asked {
                Some(checked) if checked.outcome.stops() => continue,
                Some(_) => "it is not in the way",
                None => "it is not asked here",
            };
            ui.mark(Mark::Warning, &format!("{gate} did not have to be waived ({reason}): {why}"));
        }
        let together =
            |checked: &&Checked| !checked.changed.is_empty() && !checked.beside.is_empty();
        if self.checked.iter().any(|checked| together(&checked)) {
            let alone = ui.ours("check --jobs 1");
            ui.say(&format!("Which of them changes a file, one at a time can tell: {alone}"));
        }
        let causes = self.causes();
        let about = self.read.aim.version.as_ref().map(Version::text);
        let about = about.map(|version| format!(" for {version}")).unwrap_or_default();
        let (unsigned, onwards) = (people.missing(), people.next());
        match (causes.is_empty() && unsigned.is_empty(), self.part_of) {
            (true, None) => ui.say(&format!("{}{about}: {}", bold("GO"), self.score())),
            (true, Some(_)) => {
                ui.say(&format!("{}; check without names asks all of them", self.score()));
            }
            (false, _) => {
                let (first, more) = causes.split_at(causes.len().min(6));
                let first: Vec<String> =
                    first.iter().map(|checked| format!("gate {}", checked.gate.id)).collect();
                let gates = match more.len() {
                    0 => first.join(", "),
                    more => format!("{} and {}", first.join(", "), counted(more, "more gate")),
                };
                let gates = (!gates.is_empty()).then_some(gates);
                let named: Vec<String> = gates.into_iter().chain(unsigned).collect();
                ui.answer(&format!("{}{about}: {}", bold("NO-GO"), named.join(", ")));
            }
        }
        let no_command = !self
            .read
            .settings
            .gates
            .iter()
            .any(|entry| matches!(entry.is, crate::config::file::gates::GateIs::Command(_)));
        let command = |checked: &Checked| matches!(checked.gate.kind, Kind::Command(_));
        if no_command {
            ui.say("No command is configured as a gate; only what is built in was asked.");
        } else if self.part_of.is_none() && !self.checked.iter().any(command) {
            let profile = self.profile().name();
            ui.say(&format!(
                "[profile.{profile}] leaves out every command; only what is built in was asked."
            ));
        }
        let next = match (causes.first(), onwards) {
            (Some(checked), _) => mend(checked, ui, fixed),
            (None, _) if self.part_of.is_some() => ui.ours("check"),
            (None, Some(onwards)) => ui.ours(&onwards),
            (None, None) if no_command && self.read.settings.written().is_empty() => {
                ui.ours("init")
            }
            (None, None) => ui.ours("status"),
        };
        ui.say(&format!("next: {next}"));
    }

    /// `5 gates green, 1 waived, 1 not required and not green`
    fn score(&self) -> String {
        let number = |wanted: &dyn Fn(&Checked) -> bool| {
            self.checked.iter().filter(|checked| wanted(checked)).count()
        };
        let excused = |checked: &Checked| checked.outcome.stops();
        let waived = |checked: &Checked| self.waivers.reason(&checked.gate.id).is_some();
        let green = number(&|checked| checked.outcome == Outcome::Green);
        let others = [
            (number(&|checked| excused(checked) && waived(checked)), "waived"),
            (number(&|checked| excused(checked) && !waived(checked)), "not required and not green"),
        ];
        let others = others.iter().filter(|(number, _)| *number > 0);
        let others = others.map(|(number, what)| format!(", {number} {what}"));
        format!("{} green{}", counted(green, "gate"), others.collect::<String>())
    }

    /// The gates that stop a release, without those that only wait for one of them.
    fn causes(&self) -> Vec<&Checked> {
        let stopping = self.stopping();
        let named = |by: &String| stopping.iter().any(|other| other.gate.id == *by);
        let waits =
            |checked: &Checked| matches!(&checked.outcome, Outcome::Held { by } if named(by));
        stopping.iter().filter(|checked| !waits(checked)).copied().collect()
    }
}

/// The command that leads on from a gate that stops a release.
fn mend(checked: &Checked, ui: &Ui, fixed: Option<&Fixed>) -> String {
    let tried = fixed.is_some_and(|fixed| fixed.has_tried(&checked.gate.id));
    if let Kind::Command(command) = &checked.gate.kind
        && let (Some(_), Outcome::Red { .. }, []) =
            (&command.fix, &checked.outcome, &checked.changed[..])
        && !tried
    {
        return ui.ours(&format!("check {} --fix", checked.gate.id));
    }
    let own = checked.runs.iter().find_map(|(_, judged)| judged.next.as_ref());
    if let Some(next) = own {
        return ui.program.command(next);
    }
    match checked.changed.first().map(String::as_str) {
        Some("HEAD") => return "git log".to_owned(),
        Some(path) if path.contains(char::is_control) => return "git diff HEAD".to_owned(),
        Some(path) => return format!("git diff HEAD -- {}", word(path)),
        None => {}
    }
    ui.program.command(&Next::Ours(format!("check {}", checked.gate.id)))
}

/// A built-in gate that is green and has nothing to add.
fn says_nothing(checked: &Checked) -> bool {
    let built_in = matches!(checked.gate.kind, Kind::BuiltIn(_));
    let remarks = |(_, judged): &(Option<String>, Judged)| judged.remark.is_empty();
    built_in && checked.outcome == Outcome::Green && checked.runs.iter().all(remarks)
}

/// `green on this tree, 14:02 UTC (2:10)`
fn reused(checked: &Checked, at: Timestamp) -> String {
    let evidence = || checked.runs.iter().filter_map(|(_, judged)| judged.evidence.as_ref());
    let Some(oldest) = evidence().min_by_key(|evidence| evidence.at) else { return String::new() };
    let millis = evidence().map(|Evidence { millis, .. }| millis).sum();
    let moment = oldest.at.minute();
    let today = moment.strip_prefix(&at.date()).map(str::trim).map(str::to_owned);
    let took = clock(Duration::from_millis(millis));
    format!("green on this tree, {} ({took})", today.unwrap_or(moment))
}

/// `2:10`, `1:02:10`
pub fn clock(took: Duration) -> String {
    crate::wording::clock(took.as_secs())
}

/// What is said of a gate, and its command in one line.
fn with_command(said: String, checked: &Checked) -> String {
    let command = checked.gate.command().unwrap_or_default();
    let command = command.split_whitespace().collect::<Vec<_>>().join(" ");
    match (said, command.as_str()) {
        (said, "") => said,
        (said, command) if said.is_empty() => command.to_owned(),
        (said, command) => format!("{said}: {command}"),
    }
}

/// The beginning of a text that may be long, in lines of at most so many columns.
fn few(text: &str, room: usize) -> Vec<String> {
    const MOST: usize = 3;
    let mut lines = folded(&one_line(text), room);
    if lines.len() > MOST {
        let rest = lines.split_off(MOST - 1).join(" ");
        lines.push(cut(&rest, room));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_ends_after_three_lines() {
        let long = "word ".repeat(100);
        let lines = few(&long, 24);
        assert_eq!(lines.len(), 3);
        assert!(lines[2].ends_with(" ...") && lines.iter().all(|line| line.len() <= 24));
        assert_eq!(few("two\nlines", 24), ["two\\nlines"]);
    }
}
