//! An annotated tag as an object, before any ref names it.

use std::fs;

use super::{Running, commit, hooks, io_failed};
use crate::error::Refusal;
use crate::plan::{Oid, Sign, Tag};
use crate::sys::fs as write;

/// Makes the object; `made` are those that this step has made before it.
///
/// Nothing but `git tag` itself signs a tag, and it also makes the ref. So for a signed one a hook of
/// ours stands in (githooks(5), reference-transaction): it writes the id of the object down and vetoes
/// the ref. Without a signature git-mktag(1) makes the same bytes.
///
/// # Errors
/// git or the signing program says no.
pub(super) fn make(
    running: &Running<'_>,
    step: usize,
    tag: &Tag,
    made: &[Oid],
) -> Result<Oid, Refusal> {
    let target = commit::known(running, step, &tag.target, made)?;
    match tag.sign {
        Sign::No => unsigned(running, tag, &target),
        Sign::Yes => signed(running, tag, &target),
    }
}

/// The message as git cleans it up; Markdown headings are no comments.
fn message(running: &Running<'_>, tag: &Tag) -> Result<Vec<u8>, Refusal> {
    running.repo.git.call(["stripspace"]).input(tag.message.as_bytes()).read()
}

fn unsigned(running: &Running<'_>, tag: &Tag, target: &Oid) -> Result<Oid, Refusal> {
    let head = format!(
        "object {}\ntype commit\ntag {}\ntagger {}\n\n",
        target.as_str(),
        tag.name,
        tag.tagger
    );
    let text = [head.into_bytes(), message(running, tag)?].concat();
    let out = running.repo.git.write(["mktag"]).input(text).read()?;
    commit::oid(&out).ok_or_else(|| Refusal::external("git mktag printed no id"))
}

fn signed(running: &Running<'_>, tag: &Tag, target: &Oid) -> Result<Oid, Refusal> {
    let folder = running.operation.file("veto");
    let made = folder.join("made");
    let io = |error: std::io::Error| io_failed(folder.display(), &error);
    write::remove_folder(&folder).map_err(io)?;
    write::private_folder(&folder).map_err(io)?;
    let hook = folder.join("reference-transaction");
    write::create_program(&hook, VETO.as_bytes(), "veto").map_err(io)?;
    let hooks = format!("core.hooksPath={}", folder.display());
    let args = [
        "-c",
        &hooks,
        "-c",
        "i18n.commitEncoding=UTF-8",
        "tag",
        "--sign",
        "--cleanup=whitespace",
        "-F",
        "-",
        "--",
        &tag.name,
        target.as_str(),
    ];
    let mut call = running.repo.git.write(args).input(tag.message.as_bytes());
    call = call.env("GONOGO_REF", format!("refs/tags/{}", tag.name)).env("GONOGO_MADE", &made);
    for (name, value) in hooks::ident_variables("COMMITTER", &tag.tagger) {
        call = call.env(&name, value);
    }
    let out = call.output()?;
    let id = fs::read(&made).ok().and_then(|id| commit::oid(&id));
    write::remove_folder(&folder).map_err(io)?;
    id.ok_or_else(|| {
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        let refusal = Refusal::external(format!("the tag {} cannot be signed", tag.name));
        said.lines().filter(|line| !line.trim().is_empty()).fold(refusal, Refusal::why)
    })
}

/// Writes down which object the ref would name, and says no.
const VETO: &str = "#!/bin/sh\n\
    [ \"$1\" = prepared ] || exit 0\n\
    while read -r _ new ref; do\n\
    \t[ \"$ref\" = \"$GONOGO_REF\" ] && echo \"$new\" > \"$GONOGO_MADE\"\n\
    done\n\
    exit 1\n";
