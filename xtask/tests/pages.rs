//! Completions and manual pages, read by the programs they are for.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

use std::io::Write;
use std::process::{Command, Stdio};

mod support;

use support::{Place, refuses, skipped, works};

/// Every command that the help names.
fn commands() -> Vec<String> {
    let mut all = gonogo::command();
    all.build();
    let shown = all.get_subcommands().filter(|command| !command.is_hide_set());
    shown.map(|command| command.get_name().to_owned()).collect()
}

/// What bash offers after these words.
fn completed(place: &Place, script: &str, words: &str) -> String {
    let last = words.split(' ').count() - 1;
    let ask = format!(
        "{script}\nCOMP_WORDS=({words}); COMP_CWORD={last}\n\
         _gonogo gonogo \"${{COMP_WORDS[{last}]}}\" \"${{COMP_WORDS[{}]}}\"\n\
         echo \"${{COMPREPLY[*]}}\"",
        last - 1
    );
    let said = place.run("bash", &["--norc", "-c", &ask]).ok();
    assert_eq!(said.err, "");
    said.out.trim_end().to_owned()
}

#[test]
fn bash_completes_commands_and_options() {
    let place = Place::empty("bash");
    let script = works(&place, &["completions", "bash"]).out;
    place.put("gonogo.bash", &script);
    place.run("bash", &["-n", "gonogo.bash"]).ok();
    for (typed, offered) in [
        ("gonogo bum", "bump"),
        ("gonogo st", "status"),
        ("gonogo bump --comm", "--commit"),
        ("gonogo completions po", "powershell"),
    ] {
        assert_eq!(completed(&place, &script, typed), offered, "{typed}");
    }
}

#[test]
fn every_shell_is_told_every_command() {
    let (place, commands) = (Place::empty("shells"), commands());
    for name in ["init", "doctor", "schema", "help"] {
        assert!(commands.iter().any(|command| command == name), "{name} is not in {commands:?}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = works(&place, &["completions", shell]);
        let missing: Vec<_> = commands.iter().filter(|name| !said.out.contains(*name)).collect();
        assert!(missing.is_empty(), "{shell}: {missing:?}");
        let json = works(&place, &["completions", shell, "--json"]);
        let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!(json["script"].as_str().unwrap().trim_end(), said.out.trim_end(), "{shell}");
    }
}

/// What a formatter complains of; `None` where there is none.
fn complaints(page: &str) -> Option<String> {
    let mut groff = Command::new("groff");
    let piped = groff.args(["-man", "-Kutf8", "-Tutf8", "-ww", "-z"]).stdin(Stdio::piped());
    let mut child = piped.stderr(Stdio::piped()).spawn().ok()?;
    child.stdin.take().unwrap().write_all(page.as_bytes()).unwrap();
    Some(String::from_utf8_lossy(&child.wait_with_output().unwrap().stderr).into_owned())
}

#[test]
fn manual_pages_are_formatted_without_a_warning() {
    let place = Place::empty("man");
    let main = works(&place, &["man"]).out;
    assert!(main.contains(".TH gonogo 1 "), "{main}");
    if complaints(&main).is_none() {
        skipped("there is no groff to format the manual pages");
    }
    for name in commands() {
        assert!(main.contains(&format!("gonogo\\-{name}(1)")), "{name} is not in {main}");
        let page = works(&place, &["man", &name]).out;
        assert!(page.contains(&format!(".TH gonogo-{name} 1 ")), "{page}");
        assert!(complaints(&page).is_none_or(|said| said.is_empty()), "{:?}", complaints(&page));
    }
    assert!(complaints(&main).is_none_or(|said| said.is_empty()), "{:?}", complaints(&main));
    let bump = works(&place, &["man", "bump"]).out;
    assert!(bump.contains("\\-\\-commit") && bump.contains("\\-\\-json"), "{bump}");
    refuses(&place, &["man", "nope"], 2, &["there is no command nope"]);
}
