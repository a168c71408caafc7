//! Which gates are asked, in which order, and what a wrong word leads to.

use super::support::{Place, refuses};
use super::{asked, check, gate, lines, outcomes, outside, why, with};

fn ids(place: &Place, args: &[&str]) -> Vec<String> {
    let data = asked(place, 0, args);
    let gates = data["gates"].as_array().expect("gates").iter();
    gates.map(|gate| gate["id"].as_str().expect("an id").to_owned()).collect()
}

const PROFILES: &str = "\
[gates]
tests = 'true'
lint = 'true'
slow = { run = 'true', after = ['tests'] }
[profile.hotfix]
gates = ['lint']
[profile.rc]
without = ['lint', 'drift']
[profile.alpha]
gates = []
";

#[test]
fn profiles_and_names_choose() {
    let place = with("profiles", PROFILES);
    for (args, expected) in [
        (&[][..], &["clean", "drift", "tests", "lint", "slow"][..]),
        (&["--profile", "hotfix"], &["clean", "drift", "lint"]),
        (&["--profile", "rc"], &["clean", "tests", "slow"]),
        (&["--profile", "alpha"], &["clean", "drift"]),
        (&["lint"], &["lint"]),
        (&["slow"], &["tests", "slow"]),
        (&["--profile", "hotfix", "slow"], &["slow"]),
        (&["drift", "lint"], &["drift", "lint"]),
    ] {
        // What comes later is another matter: these are there.
        let found = ids(&place, args);
        let missing: Vec<_> =
            expected.iter().filter(|id| !found.iter().any(|f| f == *id)).collect();
        assert!(missing.is_empty(), "{args:?}: {found:?}");
        let commands = ["tests", "lint", "slow"];
        let own = |id: &&str| commands.contains(id);
        let found: Vec<&str> = found.iter().map(String::as_str).filter(|id| own(id)).collect();
        let expected: Vec<&str> = expected.iter().copied().filter(|id| own(id)).collect();
        assert_eq!(found, expected, "{args:?}");
    }
}

#[test]
fn the_profile_follows_from_the_branch() {
    let place = with("branch", "[gates]\ntell = { shell = 'echo $GONOGO_PROFILE' }\n");
    assert_eq!(asked(&place, 0, &[])["profile"], "release");
    place.git(&["switch", "-q", "-c", "hotfix/v1.2.1"]);
    assert_eq!(asked(&place, 0, &[])["profile"], "hotfix");
    place.git(&["switch", "-q", "main"]);
    place.gonogo(&["bump", "minor", "--pre", "rc"]).ok();
    let data = asked(&place, 0, &[]);
    assert_eq!((&data["profile"], &data["version"]), (&"rc".into(), &"1.3.0-rc.1".into()));
}

#[test]
fn wrong_words_are_refused() {
    let place = with("wrong", PROFILES);
    for (args, fragments) in [
        (&["check", "test"][..], &["there is no gate test", "Did you mean tests?"][..]),
        (&["check", "xyzzy"], &["there is no gate xyzzy", "tests, lint, slow"]),
        (
            &["check", "--profile", "hotfx"],
            &["there is no profile hotfx", "check --profile hotfix"],
        ),
        (&["check", "--waive", "lint"], &["--waive lint has no reason"]),
        (&["check", "--waive", "lint", "--reason", " "], &["--waive lint has no reason"]),
        (
            &["check", "--waive", "lin", "--reason", "x"],
            &["there is no gate lin", "Did you mean lint"],
        ),
        (&["check", "--reason", "x"], &["--reason without --waive"]),
        (
            &["check", "--waive", "lint", "--reason", "x", "--waive", "slow"],
            &["--waive slow has no reason"],
        ),
        (
            &["check", "--waive", "lint", "--reason", "x", "--waive", "lint", "--reason", "y"],
            &["lint is waived twice"],
        ),
        (&["check", "--fix"], &["--fix mends what one gate finds"]),
        (&["check", "lint", "--fix"], &["the gate lint has no fix"]),
        (&["check", "drift", "--fix"], &["the gate drift has no fix"]),
    ] {
        refuses(&place, args, 2, fragments);
    }
}

#[test]
fn a_profile_without_any_gate_is_refused() {
    let off = ["clean", "branch", "fresh", "drift", "tag", "changelog", "hooks", "ci", "env"];
    let off: Vec<String> = off.iter().map(|name| format!("{name} = false\n")).collect();
    let place = with("nothing", &format!("[gates]\n{}", off.concat()));
    refuses(&place, &["check"], 2, &["the profile release has no gate"]);
}

#[test]
fn a_profile_without_any_command_says_so() {
    let place = with("no-command", "[gates]\ntests = 'true'\n[profile.rc]\ngates = []\n");
    let said = check(&place, 0, &["--profile", "rc"]);
    assert!(said.out.contains("[profile.rc] leaves out every command; only what is"), "{said}");
    let said = check(&place, 0, &["--profile", "release"]);
    assert!(!said.out.contains("leaves out"), "{said}");
}

#[test]
fn without_any_configuration_the_built_in_gates_are_asked() {
    let place = Place::python("bare");
    let said = check(&place, 0, &[]);
    assert!(said.out.contains("✓ clean") && said.out.contains("✓ drift"), "{said}");
    assert!(said.out.contains("No command is configured"), "{said}");
    assert!(said.out.ends_with("next: gonogo init\n"), "{said}");
}

#[test]
fn a_repository_without_a_version_is_asked_too() {
    let place = Place::repository("no version");
    place.put("gonogo.toml", "[gates]\ntests = 'true'\nasks = 'echo $GONOGO_VERSION'\n");
    place.commit_all("start");
    let data = asked(&place, 1, &[]);
    assert_eq!(outcomes(&data, &["tests", "drift"]), ["green", "skipped"]);
    assert_eq!(gate(&data, "asks")["outcome"], "could-not-run");
    assert!(why(&data, "asks").contains("$GONOGO_VERSION has no value here"), "{data:#}");
    assert_eq!(data["stopping"], serde_json::json!(["asks"]));
}

#[test]
fn gates_start_after_those_they_name() {
    let place = Place::repository("after");
    let log = outside(&place, "order");
    place.put(
        "gonogo.toml",
        format!(
            "[gates]\nlast = {{ shell = 'echo last >> {log}', after = ['first'] }}\n\
             first = {{ shell = 'sleep 0.3; echo first >> {log}' }}\n\
             red = 'false'\nbehind = {{ shell = 'echo behind >> {log}', after = ['red'] }}\n\
             far = {{ shell = 'echo far >> {log}', after = ['behind'] }}\n"
        ),
    );
    place.commit_all("start");
    let data = asked(&place, 1, &[]);
    assert_eq!(lines(&log), ["first", "last"]);
    assert_eq!(outcomes(&data, &["red", "behind", "far"]), ["red", "skipped", "skipped"]);
    assert_eq!(why(&data, "far"), "not started: behind is not green");
    let said = check(&place, 1, &[]);
    assert!(said.out.contains("NO-GO: gate red\n"), "only the cause is named: {said}");
    assert!(said.out.ends_with("next: gonogo check red\n"), "{said}");
    // A waiver lets those behind it go on.
    let data = asked(&place, 0, &["--waive", "red", "--reason", "known, see #12"]);
    assert_eq!(outcomes(&data, &["red", "behind", "far"]), ["red", "green", "green"]);
    assert_eq!(lines(&log)[2..], ["behind", "far"]);
}

#[test]
fn what_is_not_required_or_waived_does_not_stop() {
    let place = with("excused", "[gates]\na = { run = 'false', required = false }\nb = 'false'\n");
    assert_eq!(asked(&place, 1, &[])["stopping"], serde_json::json!(["b"]));
    let args =
        ["--waive", "b", "--reason", "flaky since Monday", "--waive", "drift", "--reason", "?"];
    let data = asked(&place, 0, &args);
    assert_eq!(gate(&data, "b")["waived"], "flaky since Monday");
    let waivers = serde_json::json!([
        { "gate": "b", "reason": "flaky since Monday", "needed": true },
        { "gate": "drift", "reason": "?", "needed": false },
    ]);
    assert_eq!(data["waivers"], waivers);
    let said = check(&place, 0, &args);
    for part in [
        "exit 1, not required: false",
        "exit 1, waived: flaky since Monday: false",
        "! drift did not have to be waived (?): it is not in the way",
        "GO for 1.3.0: ",
        ", 1 waived, 1 not required and not green\n",
    ] {
        assert!(said.out.contains(part), "no {part:?} in {said}");
    }
    // The record holds it too.
    let record = std::fs::read_to_string(place.top.join(".git/gonogo/log/3/check.json")).unwrap();
    assert!(record.contains("flaky since Monday"), "{record}");
}

#[test]
fn a_gate_can_run_once_for_each_package() {
    let place = Place::repository("each");
    for name in ["one", "two"] {
        place.put(
            &format!("packages/{name}/pyproject.toml"),
            format!("[project]\nname = \"{name}\"\nversion = \"1.0.0\"\n"),
        );
    }
    place.put("packages/two/bad", "");
    let log = outside(&place, "packages");
    place.put(
        "gonogo.toml",
        format!(
            "[gates]\ntests = {{ shell = 'echo $GONOGO_PACKAGE $PWD >> {log}; \
             test ! -e $GONOGO_PACKAGE_DIR/bad', each = 'package' }}\n\
             list = {{ run = 'ls $GONOGO_PACKAGE_DIR/pyproject.toml', each = 'package' }}\n"
        ),
    );
    place.commit_all("start");
    let data = asked(&place, 1, &["tests", "list"]);
    assert_eq!(outcomes(&data, &["tests", "list"]), ["red", "green"]);
    assert_eq!(why(&data, "tests"), "two: exit 1");
    let top = place.top.display();
    let mut seen = lines(&log);
    seen.sort();
    assert_eq!(seen, [format!("one {top}"), format!("two {top}")]);
    let runs = gate(&data, "tests")["runs"].as_array().unwrap();
    let each: Vec<_> = runs.iter().map(|run| (&run["package"], &run["outcome"])).collect();
    assert_eq!(
        format!("{each:?}"),
        r#"[(String("one"), String("green")), (String("two"), String("red"))]"#
    );
}

#[test]
fn commands_are_told_about_the_release() {
    let told = "$GONOGO_VERSION $GONOGO_TAG $GONOGO_PROFILE $GONOGO_PREVIOUS_VERSION \
                $GONOGO_PREVIOUS_TAG";
    let place = Place::python("told");
    let (argv, shell) = (outside(&place, "argv"), outside(&place, "shell"));
    place.script("say", "echo \"$@\" > \"$OUT\"");
    place.put(
        "gonogo.toml",
        format!(
            "[gates]\nargv = {{ run = './say {told} \"$HOME\" $GONOGO_VERSION$(id)', \
             env = {{ OUT = '{argv}' }} }}\nshell = {{ shell = \"echo {told} > {shell}\" }}\n\
             environment = {{ shell = '! env | grep -E \"^(CARGO|CARGO_MANIFEST_DIR|GONOGO_PACKAGE|GIT_PREFIX)=\"' }}\n"
        ),
    );
    place.commit_all("feat: more");
    let place = place.with("CARGO_MANIFEST_DIR", "/x").with("CARGO", "/y").with("GIT_PREFIX", "z");
    let place = place.with("GONOGO_PACKAGE", "from outside");
    asked(&place, 0, &["argv", "shell", "environment"]);
    let expected = "1.3.0 v1.3.0 release 1.2.0 v1.2.0";
    assert_eq!(lines(&argv), [format!("{expected} $HOME 1.3.0$(id)")]);
    assert_eq!(lines(&shell), [expected]);
    // The version in the files, once it is one that is not released.
    place.gonogo(&["bump", "2.0.0"]).ok();
    asked(&place, 0, &["shell"]);
    assert_eq!(lines(&shell), ["2.0.0 v2.0.0 release 1.2.0 v1.2.0"]);
}
