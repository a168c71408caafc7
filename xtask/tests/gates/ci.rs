//! The checks of a commit on GitHub, with a `gh` that answers as the real one does.

use super::support::{Place, Said};
use super::{asked, gate, why, with};

/// A project whose remote is on GitHub, and a `gh` on the PATH that runs `body`. What it was asked
/// is in the file `asked`.
fn with_gh(name: &str, body: &str) -> Place {
    let place = with(name, "[gates]\nci = true\nfresh = false\n");
    place.git(&["remote", "add", "origin", "git@github.com:acme/studio.git"]);
    let script = format!("printf '%s\\n' \"$*\" >> {}\n{body}", outside(&place, "asked"));
    place.script("../bin/gh", &script);
    let path = std::env::var("PATH").expect("PATH");
    let bin = outside(&place, "bin");
    place.with("PATH", &format!("{bin}:{path}"))
}

fn outside(place: &Place, name: &str) -> String {
    super::outside(place, name)
}

/// A check run as GitHub has it (docs.github.com, "List check runs for a Git reference"), with
/// what we do not read, too.
fn run(name: &str, status: &str, conclusion: &str) -> String {
    let conclusion =
        if conclusion.is_empty() { "null".into() } else { format!("\"{conclusion}\"") };
    format!(
        r#"{{"id":4,"name":"{name}","node_id":"x","head_sha":"ce58","status":"{status}","conclusion":{conclusion},"started_at":"2026-05-04T01:14:52Z","html_url":"https://github.com/acme/studio/actions/runs/77/job/{name}","output":{{"title":null,"annotations_count":0}},"check_suite":{{"id":5}},"app":{{"id":15368,"slug":"github-actions"}},"pull_requests":[]}}"#
    )
}

fn runs(runs: &[String]) -> String {
    format!(r#"{{"total_count":{},"check_runs":[{}]}}"#, runs.len(), runs.join(","))
}

fn statuses(statuses: &[(&str, &str)]) -> String {
    let one = |(context, state): &(&str, &str)| {
        format!(
            r#"{{"context":"{context}","state":"{state}","target_url":"https://ci.example.com/9","description":null}}"#
        )
    };
    let all: Vec<String> = statuses.iter().map(one).collect();
    format!(
        r#"{{"state":"pending","statuses":[{}],"sha":"ce58","total_count":{}}}"#,
        all.join(","),
        all.len()
    )
}

/// Answers both questions with these.
fn answers(runs: &str, statuses: &str) -> String {
    format!(
        "case \"$*\" in\n*/check-runs*) cat <<'END'\n{runs}\nEND\n;;\n*) cat <<'END'\n{statuses}\nEND\n;;\nesac"
    )
}

fn remark(place: &Place) -> String {
    let data = asked(place, 0, &["ci"]);
    gate(&data, "ci")["runs"][0]["remark"].as_str().unwrap_or_default().to_owned()
}

fn shown(place: &Place, code: i32) -> Said {
    super::check(place, code, &["ci"])
}

#[test]
fn all_checks_of_exactly_this_commit_must_be_green() {
    let green = [run("test", "completed", "success"), run("docs", "completed", "skipped")];
    // Two pages, one behind the other, as --paginate prints them.
    let pages = format!("{}{}", runs(&green[..1]), runs(&green[1..]));
    let body = answers(&pages, &statuses(&[("ci/circle", "success")]));
    let place = with_gh("green", &body);
    let commit = place.git(&["rev-parse", "HEAD"]).trim().to_owned();
    assert_eq!(remark(&place), format!("3 of 3 checks green on {}", &commit[..7]));
    let asked = super::lines(&outside(&place, "asked"));
    let api = "api --hostname github.com --paginate repos/acme/studio/commits";
    assert_eq!(
        asked,
        [
            format!("{api}/{commit}/check-runs?per_page=100"),
            format!("{api}/{commit}/status?per_page=100"),
        ]
    );
}

#[test]
fn a_red_check_is_named_with_its_page() {
    let all = [run("test", "completed", "failure"), run("lint", "in_progress", "")];
    let place = with_gh("red", &answers(&runs(&all), &statuses(&[("ci/circle", "error")])));
    let said = shown(&place, 1);
    assert!(said.out.contains("2 of 3 checks failed on "), "{said}");
    assert!(
        said.out.contains("test  https://github.com/acme/studio/actions/runs/77/job/test"),
        "{said}"
    );
    assert!(said.out.contains("ci/circle  https://ci.example.com/9"), "{said}");
    assert!(!said.out.contains("lint  "), "{said}");
    assert!(said.out.contains("next: gh run list --commit "), "{said}");
}

#[test]
fn what_runs_is_waited_for() {
    let pending = runs(&[run("test", "queued", "")]);
    let green = runs(&[run("test", "completed", "success")]);
    let none = statuses(&[]);
    let place = with_gh("pending", "exit 1");
    let mark = outside(&place, "asked");
    // The third round finds it green; in the second the network is away.
    let body = format!(
        "n=$(wc -l < {mark})\nif [ $n = 3 ]; then echo 'error connecting to api.github.com' >&2; exit 1; fi\n\
         if [ $n -lt 3 ]; then\n{}\nelse\n{}\nfi",
        answers(&pending, &none),
        answers(&green, &none)
    );
    place.script("../bin/gh", &format!("printf '%s\\n' \"$*\" >> {mark}\n{body}"));
    assert!(remark(&place).starts_with("1 of 1 checks green on "));
    assert_eq!(super::lines(&mark).len(), 5);
}

#[test]
fn a_commit_that_ci_has_not_seen_is_pushed_first() {
    let unseen = "echo '{\"message\":\"No commit found for SHA: ce58\",\"status\":\"422\"}'\n\
        echo 'gh: No commit found for SHA: ce58 (HTTP 422)' >&2; exit 1";
    let place = with_gh("unseen", unseen);
    let said = shown(&place, 1);
    let short = place.git(&["rev-parse", "--short=7", "HEAD"]).trim().to_owned();
    assert!(said.out.contains(&format!("CI has not seen {short}: push it first")), "{said}");
    assert!(said.out.ends_with("next: git push origin main\n"), "{said}");
    // On GitHub, and no check at all.
    let place = with_gh("nothing", &answers(&runs(&[]), &statuses(&[])));
    assert!(why(&asked(&place, 1, &["ci"]), "ci").contains("has not seen"));
}

#[test]
fn what_cannot_be_asked_is_not_green() {
    for (name, body, expected, next) in [
        (
            "login",
            "echo 'To get started with GitHub CLI, please run:  gh auth login' >&2; exit 4",
            "gh is not logged in to github.com",
            "gh auth login --hostname github.com",
        ),
        (
            "expired",
            "echo 'gh: Bad credentials (HTTP 401)' >&2; exit 1",
            "gh is not logged in to github.com",
            "gh auth login --hostname github.com",
        ),
        (
            "hidden",
            "echo 'gh: Not Found (HTTP 404)' >&2; exit 1",
            "github.com shows no acme/studio to this login",
            "gh auth status --hostname github.com",
        ),
        (
            "offline",
            "echo 'error connecting to api.github.com' >&2; exit 1",
            "GitHub could not be asked",
            "",
        ),
        ("silent", "exit 7", "GitHub could not be asked", ""),
        (
            "portal",
            "echo '<html>log in to this network</html>'",
            "gh answered something else than checks",
            "",
        ),
    ] {
        let place = with_gh(name, body);
        let data = asked(&place, 1, &["ci"]);
        assert_eq!(gate(&data, "ci")["outcome"], "could-not-run", "{name}: {data:#}");
        assert_eq!(why(&data, "ci"), expected, "{name}");
        let said = gate(&data, "ci")["runs"][0]["details"][0].as_str().unwrap_or_default();
        assert!(!said.is_empty(), "{name}: {data:#}");
        assert_eq!(
            gate(&data, "ci")["runs"][0]["next"].as_str().unwrap_or_default(),
            next,
            "{name}"
        );
    }
}

#[test]
fn there_must_be_a_gh_and_a_repository_on_github() {
    let place = with("no-gh", "[gates]\nci = true\n");
    let ci = |code: i32| {
        let data = asked(&place, code, &["ci"]);
        (gate(&data, "ci")["outcome"].as_str().unwrap().to_owned(), why(&data, "ci"))
    };
    assert_eq!(ci(0), ("skipped".to_owned(), "there is no remote".to_owned()));
    place.git(&["remote", "add", "origin", "/srv/git/studio.git"]);
    assert_eq!(ci(1).1, "origin is no repository of GitHub");
    place.git(&["remote", "set-url", "origin", "https://github.com/acme/studio"]);
    // Only git is left to be found.
    let git = String::from_utf8(
        place.command("sh").args(["-c", "command -v git"]).output().unwrap().stdout,
    )
    .unwrap();
    std::fs::create_dir(place.root.join("only")).unwrap();
    std::os::unix::fs::symlink(git.trim(), place.root.join("only/git")).unwrap();
    let alone = place.clone().with("PATH", &outside(&place, "only"));
    let data = asked(&alone, 1, &["ci"]);
    assert_eq!(why(&data, "ci"), "there is no program gh");
}

#[test]
fn a_run_does_not_wait_for_itself() {
    let all = [run("build", "completed", "success"), run("release", "in_progress", "")];
    let place = with_gh("own", &answers(&runs(&all), &statuses(&[])));
    let own = place.clone().with("GITHUB_RUN_ID", "77");
    let said = remark(&own);
    assert!(
        said.starts_with("1 of 1 checks green on ")
            && said.ends_with(", 1 of this run not waited for"),
        "{said}"
    );
}
