//! What GitHub says of the checks of a commit: runs of apps (Actions among them) and statuses.

use serde_json::{Deserializer, Value};

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub name: String,
    pub state: State,
    /// Where a person sees it.
    pub url: String,
}

/// Where a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Green,
    Red,
    Running,
    /// It runs in the same run as we do, and cannot end before us.
    Own,
}

/// All checks of a commit.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Checks {
    pub all: Vec<Check>,
}

impl Checks {
    /// Reads the pages of both lists (docs.github.com, "List check runs for a Git reference" and
    /// "Get the combined status"); `None` when they are something else.
    pub fn read(runs: &str, statuses: &str, own_run: Option<&str>) -> Option<Self> {
        let mut all = Vec::new();
        for page in pages(runs)? {
            let runs = page.get("check_runs")?.as_array()?;
            all.extend(runs.iter().map(|run| of_run(run, own_run)));
        }
        for page in pages(statuses)? {
            let statuses = page.get("statuses")?.as_array()?;
            all.extend(statuses.iter().map(of_status));
        }
        Some(Self { all })
    }

    /// Those in one state.
    pub fn of(&self, state: State) -> impl Iterator<Item = &Check> {
        self.all.iter().filter(move |check| check.state == state)
    }
}

/// `gh api --paginate` prints one document for each page, one behind the other.
fn pages(text: &str) -> Option<Vec<Value>> {
    let pages: Result<Vec<Value>, _> = Deserializer::from_str(text).into_iter().collect();
    pages.ok().filter(|pages| !pages.is_empty())
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn of_run(run: &Value, own_run: Option<&str>) -> Check {
    let url = text(run, "html_url");
    let own = own_run.is_some_and(|own| url.contains(&format!("/actions/runs/{own}/")));
    let state = match (text(run, "status").as_str(), text(run, "conclusion").as_str()) {
        ("completed", "success" | "neutral" | "skipped") => State::Green,
        // failure, cancelled, timed_out, action_required, stale, startup_failure
        ("completed", _) => State::Red,
        _ if own => State::Own,
        _ => State::Running,
    };
    Check { name: text(run, "name"), state, url }
}

fn of_status(status: &Value) -> Check {
    let state = match text(status, "state").as_str() {
        "success" => State::Green,
        "pending" => State::Running,
        _ => State::Red,
    };
    Check { name: text(status, "context"), state, url: text(status, "target_url") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_RUNS: &str = r#"{"total_count":0,"check_runs":[]}"#;
    const NO_STATUS: &str = r#"{"state":"pending","statuses":[],"total_count":0}"#;

    fn run(status: &str, conclusion: &str) -> State {
        let text = format!(
            r#"{{"total_count":1,"check_runs":[{{"name":"a","status":"{status}","conclusion":{conclusion},"html_url":"https://github.com/a/b/actions/runs/7/job/1"}}]}}"#
        );
        Checks::read(&text, NO_STATUS, Some("8")).unwrap().all[0].state
    }

    #[test]
    fn each_conclusion_has_its_meaning() {
        for (status, conclusion, expected) in [
            ("completed", "\"success\"", State::Green),
            ("completed", "\"neutral\"", State::Green),
            ("completed", "\"skipped\"", State::Green),
            ("completed", "\"failure\"", State::Red),
            ("completed", "\"cancelled\"", State::Red),
            ("completed", "\"timed_out\"", State::Red),
            ("completed", "\"action_required\"", State::Red),
            ("completed", "\"stale\"", State::Red),
            ("completed", "null", State::Red),
            ("queued", "null", State::Running),
            ("in_progress", "null", State::Running),
            ("waiting", "null", State::Running),
            ("something new", "null", State::Running),
        ] {
            assert_eq!(run(status, conclusion), expected, "{status} {conclusion}");
        }
    }

    #[test]
    fn pages_and_both_kinds_are_read() {
        let page = |name: &str| {
            format!(
                r#"{{"check_runs":[{{"name":"{name}","status":"queued","html_url":"x/actions/runs/8/job/2"}}]}}"#
            )
        };
        let runs = format!("{}{}\n", page("one"), page("two"));
        let status = r#"{"statuses":[{"context":"ci/x","state":"error","target_url":"u"},{"context":"y","state":"pending","target_url":null}]}"#;
        let read = Checks::read(&runs, status, Some("8")).unwrap();
        let states: Vec<(&str, State)> = read.all.iter().map(|c| (&*c.name, c.state)).collect();
        assert_eq!(
            states,
            [("one", State::Own), ("two", State::Own), ("ci/x", State::Red), ("y", State::Running)]
        );
        assert_eq!(read.of(State::Red).next().unwrap().url, "u");
        assert_eq!(Checks::read(NO_RUNS, NO_STATUS, None), Some(Checks::default()));
        for other in ["", "{}", "<html>", "[]", "{\"check_runs\":{}}"] {
            assert_eq!(Checks::read(other, NO_STATUS, None), None, "{other}");
        }
    }
}
