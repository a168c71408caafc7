//! Commit messages, as git hands them to the hook.

use super::support::{Place, works};
use super::{commit, copy, hooked};

/// The place with an editor that writes this message above what git wrote.
fn typing(place: &Place, message: &str) -> Place {
    place.script(
        "editor",
        &format!("printf '%b' '{message}' > new\ncat \"$1\" >> new\nmv new \"$1\""),
    );
    place.put(".git/info/exclude", "editor\nnew\n");
    place.clone().with("GIT_EDITOR", "./editor")
}

#[test]
fn a_refused_message_is_not_lost() {
    let place = hooked(&Place::python("refused"));
    let said = commit(&place, &["--allow-empty", "-m", "fet: x", "-m", "body"]);
    let said =
        said.refused(1, &["fet is no type of commit", "It begins: fet: x", "Did you mean feat?"]);
    place.script("mend", "sed -i 's/^fet/feat/' \"$1\"");
    place.put(".git/info/exclude", "mend\n");
    place.put("a.txt", "edited\n");
    place.git(&["add", "."]);
    copy(&place.clone().with("GIT_EDITOR", "./mend"), &said);
    assert_eq!(place.git(&["log", "-1", "--format=%B"]), "feat: x\n\nbody\n\n");
}

#[test]
fn comments_and_scissors_are_git_s() {
    let place = hooked(&Place::python("cleanup"));
    let new = |message: &str, options: &[&str]| {
        let place = typing(&place, message);
        place.put("a.txt", format!("{message}{options:?}"));
        commit(&place, &[&["-a"], options].concat())
    };
    // A diff below the scissors holds lines like "fet: x", and so may comments.
    for options in [&[][..], &["-v"], &["--cleanup=scissors"]] {
        new("feat: x\\n", options).ok();
        new("# fet: x\\n\\nfeat: x\\n", &[options, &["--cleanup=strip"]].concat()).ok();
        new("fet: x\\n", options).refused(1, &["fet is no type"]);
    }
    // Without an editor nothing is a comment.
    commit(&place, &["--allow-empty", "-m", "# feat: x"]).refused(1, &["It begins: # feat: x"]);
    place.git(&["config", "core.commentChar", ";"]);
    new("; a\\nfeat: x\\n", &["-v"]).ok();
    new("# feat: x\\n", &[]).refused(1, &["It begins: # feat: x"]);
    place.git(&["config", "core.commentChar", "auto"]);
    new("feat: x\\n", &["-v"]).ok();
    place.git(&["config", "core.commentString", "%%"]);
    place.gonogo(&["hook", "check-commit-msg"]).refused(1, &["takes the file"]);
    place.put(".git/M", "%% a\nfeat: x\n%% b\n");
    works(&place, &["hook", "check-commit-msg", ".git/M"]);
}

#[test]
fn what_git_writes_and_what_is_configured_passes() {
    let place = hooked(&Place::python("generated"));
    place.put("gonogo.toml", "[release]\ncommit_message = \"Release {version} ({name})\"\n[hotfix]\ncommit_message = \"Hotfix {version}\"\n[changelog.types]\nui = \"Added\"\n");
    place.git(&["add", "."]);
    for message in
        ["Release 1.2.0 (demo)", "Hotfix 1.2.1rc1", "ui: x", "fixup! whatever", "Feat(x)!: y"]
    {
        place.put("a.txt", message);
        commit(&place, &["-a", "-m", message]).ok();
    }
    for message in ["Release it (demo)", "whatever", "ux: x"] {
        commit(&place, &["--allow-empty", "-m", message]).refused(1, &["It begins: "]);
    }
    place.git(&["revert", "--no-edit", "HEAD"]);
    place.git(&["revert", "--no-edit", "HEAD"]);
    place.git(&["switch", "-q", "-c", "side", "HEAD~1"]);
    place.put("b.txt", "side\n");
    commit(&place, &["-a", "-m", "feat: side"]).ok();
    place.git(&["merge", "-q", "--no-ff", "--no-edit", "main"]);
    place.git(&["switch", "-q", "-c", "third", "main~1"]);
    place.put("c.txt", "third\n");
    commit(&place, &["-a", "-m", "feat: third"]).ok();
    // A merge may be called what people like.
    place.git(&["merge", "-q", "--no-ff", "-m", "the work of the week", "side"]);
    place.git(&["switch", "-q", "main"]);
    place.git(&["merge", "-q", "--squash", "third"]);
    commit(&place, &["--no-edit"]).ok();
    works(&place, &["bump", "minor", "--commit"]);
    works(&place, &["undo"]);
    let said = place.gonogo(&["bump", "minor", "--commit", "-m", "next one"]);
    said.refused(5, &["the commit-msg hook said no", "does not begin with a type"]);
}
