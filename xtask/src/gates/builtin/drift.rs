//! `drift`: all version files say the same version.

use super::{Answer, BuiltIn, Facts, Subject, always, unreadable};
use crate::config::Broken;
use crate::error::Next;
use crate::flows::bump;
use crate::gates::{Finding, Judged};
use crate::sites;

pub const GATE: BuiltIn = BuiltIn { name: "drift", usual: always, ask };

fn ask(facts: &Facts<'_>) -> Answer {
    Answer::Now(match &facts.projects {
        Ok(projects) => match (projects.as_slice(), facts.broken) {
            ([], []) => Judged::skipped("no version is written here"),
            ([], [first, ..]) => unreadable(&first.refusal),
            (projects, broken) => judge(projects, broken),
        },
        Err(refusal) => unreadable(refusal),
    })
}

fn judge(projects: &[Subject<'_>], broken: &[Broken]) -> Judged {
    let (mut lines, mut findings, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for subject in projects {
        let held = match bump::held(subject.bump.project, subject.bump.files) {
            Ok(held) => held,
            Err(refusal) => return unreadable(&refusal),
        };
        let Some((_, first)) = held.first() else { continue };
        if held.iter().all(|(_, version)| version.same(first)) {
            continue;
        }
        names.extend(subject.bump.project.name.as_deref());
        for (site, version) in &held {
            let Some(bytes) = subject.bump.files.get(&site.path) else { continue };
            let line = sites::place(&site.path, bytes, site.range.start).line;
            lines.push(format!("{}:{line}  {version}", site.path));
            findings.push(Finding { path: site.path.clone(), line, text: format!("{version}") });
        }
    }
    if lines.is_empty() {
        return Judged::green(match broken {
            [] => String::new(),
            [one] => format!("{} cannot be read and does not count", one.folder),
            more => format!("{} packages cannot be read and do not count", more.len()),
        });
    }
    let which = match (projects, names.as_slice()) {
        ([_], _) | (_, []) => String::new(),
        (_, names) => format!(" of {}", names.join(", ")),
    };
    let red = Judged::red(format!("the version files{which} disagree"));
    red.details(lines).findings(findings).next(Next::Ours("status".to_owned()))
}
