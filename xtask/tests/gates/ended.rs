//! How gates end: by themselves, at their limit, not at all; and what they need to start.

use std::time::{Duration, Instant};

use super::{asked, check, gate, lines, outcomes, outside, why, with};

#[test]
fn a_gate_that_hangs_is_stopped_at_its_limit() {
    let place = with("hangs", "[gates]\nhangs = { run = 'sleep 600', timeout = '1s' }\n");
    let start = Instant::now();
    let data = asked(&place, 1, &[]);
    assert!(start.elapsed() < Duration::from_secs(20), "it was waited for");
    assert_eq!(
        (gate(&data, "hangs")["outcome"].as_str(), why(&data, "hangs")),
        (Some("red"), "not done after 1s".into())
    );
}

#[test]
fn a_gate_that_asks_gets_the_end_of_its_input() {
    let place = with("asks", "[gates]\nasks = { shell = 'read answer || exit 7' }\n");
    assert_eq!(why(&asked(&place, 1, &[]), "asks"), "exit 7");
}

#[test]
fn a_gate_whose_program_is_missing_could_not_run() {
    let toml = "[gates]\nbare = 'no-such-program -x'\nvenv = 'mytool'\npath = 'scripts/none'\n\
                mode = 'scripts/plain'\nline = 'scripts/odd'\nshell = { shell = 'no-such-program' }\n\
                soft = { run = 'no-such-program', required = false }\n";
    let place = with("missing", toml);
    place.script(".venv/bin/mytool", "exit 0");
    place.put("scripts/plain", "#!/bin/sh\n");
    place.put("scripts/odd", "#!/no/such/interpreter\n");
    place.chmod("scripts/odd", 0o755);
    place.commit_all("scripts");
    let data = asked(&place, 1, &[]);
    for (id, expected, detail) in [
        ("bare", "there is no program no-such-program", "It was looked for on the PATH."),
        ("venv", "there is no program mytool", "It lies in .venv/bin"),
        ("path", "there is no scripts/none", ""),
        ("mode", "scripts/plain may not be run", "chmod +x"),
        ("line", "scripts/odd cannot be run", "The interpreter in its first line"),
        ("shell", "the shell found no such command", ""),
    ] {
        assert_eq!(gate(&data, id)["outcome"], "could-not-run", "{id}: {data:#}");
        assert_eq!(why(&data, id), expected);
        let details = gate(&data, id)["runs"][0]["details"].to_string();
        assert!(details.contains(detail), "{id}: {details}");
    }
    let stopping = data["stopping"].as_array().unwrap();
    assert!(stopping.contains(&"bare".into()) && !stopping.contains(&"soft".into()), "{data:#}");
}

#[test]
fn a_flood_is_bounded() {
    let flood = "[gates]\nflood = { shell = \"echo begin; yes 'https://me:secret@host/x' | \
                 head -c 100000000; echo; echo end; exit 1\" }\n";
    let place = with("flood", flood);
    let data = asked(&place, 1, &["flood"]);
    let evidence = &gate(&data, "flood")["runs"][0]["evidence"];
    let log = place.read(evidence["log"].as_str().unwrap());
    assert!(log.len() < 3 << 20, "{}", log.len());
    assert!(log.starts_with("begin\n") && log.ends_with("\nend\n"));
    assert!(!log.contains("secret"), "masked");
    let dropped = evidence["dropped"].as_u64().unwrap();
    assert!(
        dropped > 50_000_000 && log.contains(&format!("... {dropped} bytes are left out here"))
    );
    let said = check(&place, 1, &["flood"]);
    assert!(said.out.len() < 5_000 && said.out.contains("\n    end\n"), "{said}");
    assert!(said.out.contains(" MiB in the middle are left out\n"), "{said}");
}

#[test]
fn gates_run_side_by_side_and_no_more_than_are_allowed() {
    // Each waits until another one is there: one after the other they would never end.
    let meets = |name: &str, other: &str, folder: &str| {
        format!(
            "{name} = {{ shell = 'touch {folder}/{name}; for i in $(seq 200); do \
             test -e {folder}/{other} && exit 0; sleep 0.05; done; exit 9' }}\n"
        )
    };
    let place = super::support::Place::repository("parallel");
    let folder = outside(&place, "meeting");
    std::fs::create_dir(&folder).unwrap();
    let pairs = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")];
    let gates: Vec<String> =
        pairs.iter().map(|(name, other)| meets(name, other, &folder)).collect();
    let one = outside(&place, "one");
    let alone =
        format!("{{ shell = 'mkdir {one} || exit 8; sleep 0.1; rmdir {one}', cache = false }}");
    place.put(
        "gonogo.toml",
        format!("[gates]\n{}e = {alone}\nf = {alone}\ng = {alone}\n", gates.concat()),
    );
    place.commit_all("start");
    let data = asked(&place, 0, &["a", "b", "c", "d"]);
    assert_eq!(outcomes(&data, &["a", "b", "c", "d"]), ["green"; 4], "{data:#}");
    let data = asked(&place, 0, &["e", "f", "g", "--jobs", "1"]);
    assert_eq!(outcomes(&data, &["e", "f", "g"]), ["green"; 3], "{data:#}");
}

#[test]
fn every_gate_has_a_log_of_its_own_that_only_its_owner_reads() {
    use std::os::unix::fs::PermissionsExt;
    let place = with("logs", "[gates]\na = { shell = 'echo one; echo two >&2; echo three' }\n");
    let data = asked(&place, 0, &["a"]);
    let log = gate(&data, "a")["runs"][0]["evidence"]["log"].as_str().unwrap().to_owned();
    assert_eq!(log, ".git/gonogo/log/1/a.log");
    place.put("below/x", "");
    let below = place.at(place.top.join("below"));
    let data = asked(&below, 0, &["a"]);
    let same = &gate(&data, "a")["runs"][0]["evidence"]["log"];
    assert_eq!(same, ".git/gonogo/log/2/a.log", "from the top, wherever one stands");
    assert_eq!(lines(place.top.join(&log).to_str().unwrap()), ["one", "two", "three"]);
    let mode = std::fs::metadata(place.top.join(&log)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for _ in 0..20 {
        asked(&place, 0, &["a"]);
    }
    let kept = std::fs::read_dir(place.top.join(".git/gonogo/log")).unwrap().count();
    assert_eq!(kept, 20);
    assert!(!place.exists(&log) && place.exists(".git/gonogo/log/22/check.json"));
}

#[test]
fn a_module_that_is_not_there_could_not_run() {
    let place = with(
        "no-module",
        "[gates]\nabsent = 'python3 -m gonogo_has_no_such_module -q'\nred = 'python3 -m this x y'\n",
    );
    place.put("this.py", "print('No module named x')\nraise SystemExit(3)\n");
    let data = asked(&place, 1, &["absent", "red"]);
    assert_eq!(outcomes(&data, &["absent", "red"]), ["could-not-run", "red"]);
    assert_eq!(why(&data, "absent"), "there is no program gonogo_has_no_such_module");
    assert_eq!(gate(&data, "absent")["runs"][0]["details"][0], "python3 looked for it.");
}
