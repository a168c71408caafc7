//! Every way to install gonogo that README names, done for real from a clone of this repository;
//! what was installed then does its work in a place that knows nothing of the machine.
//!
//! All builds share one target folder and a cheap stand-in for the release profile, so that each
//! dependency is compiled once. That proves no less: each way still resolves its own dependencies
//! and installs its own programs, and a build is reused only where cargo would make the same one.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

use std::ffi::OsStr;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

mod support;

use support::{Place, Said, said, tool};

const QUICK: [(&str, &str); 5] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_PANIC", "unwind"),
    ("CARGO_PROFILE_RELEASE_STRIP", "none"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository")
}

fn target() -> PathBuf {
    root().join("target/install")
}

/// Runs an installer with the machine's own environment: its toolchain, registries and proxies.
/// One at a time, because what a build leaves in the shared target folder is copied from there.
#[track_caller]
fn build(folder: &Path, program: impl AsRef<OsStr>, args: &[&str]) -> Said {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut command = Command::new(program);
    command.current_dir(folder).args(args).stdin(Stdio::null());
    command.envs(QUICK).env("CARGO_TARGET_DIR", target());
    said(&command.output().expect("the installer starts")).ok()
}

/// A small Python project to release, and beside it a clone of this repository.
fn place(name: &str) -> (Place, PathBuf) {
    let place = Place::python(name);
    let clone = place.root.join("clone");
    place.git(&["clone", "-q", text(root()), text(&clone)]);
    (place, clone)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// The place with these programs first on its PATH, and with the machine's Rust.
fn with_programs(place: &Place, programs: &Path) -> Place {
    let mut place = place.clone();
    for (name, usual) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        let usual = || Path::new(&std::env::var_os("HOME").expect("HOME")).join(usual).into();
        let value = std::env::var_os(name).unwrap_or_else(usual);
        place = place.with(name, value.to_str().expect("UTF-8"));
    }
    let path = std::env::var("PATH").expect("PATH");
    place.with("PATH", &format!("{}:{path}", programs.display()))
}

/// `status` must find the version of the place, and spell commands as the user does.
#[track_caller]
fn finds_the_version(place: &Place, program: impl AsRef<OsStr>, args: &[&str], spelled: &str) {
    let said = place.run(program, &[args, &["status"]].concat()).ok();
    for line in ["Version     1.2.0, 2 places agree", &format!("next: {spelled} bump minor")] {
        assert!(said.out.lines().any(|is| is == line), "no line {line:?} in {said}");
    }
}

#[test]
fn a_wheel_holds_both_programs_and_needs_no_cargo() {
    let Some(maturin) = tool("GONOGO_TEST_MATURIN") else { return };
    let Some(uv) = tool("GONOGO_TEST_UV") else { return };
    let (place, clone) = place("wheel");
    build(&clone, maturin, &["build", "--quiet", "--release", "--out", "dist"]);
    let mut wheels = std::fs::read_dir(clone.join("dist")).expect("dist");
    let wheel = wheels.next().expect("a wheel").expect("readable").path();
    place.run("python3", &["-m", "zipfile", "-e", text(&wheel), "../wheel"]).ok();
    let version = env!("CARGO_PKG_VERSION");
    for program in ["gonogo", "cargo-gonogo"] {
        let path = format!("../wheel/gonogo-{version}.data/scripts/{program}");
        assert!(place.exists(&path), "{path}");
    }
    let info = format!("../wheel/gonogo-{version}.dist-info");
    let metadata = place.read(&format!("{info}/METADATA"));
    let license = "License-Expression: MIT OR Apache-2.0";
    for line in ["Name: gonogo", &format!("Version: {version}"), license, "# gonogo"] {
        assert!(metadata.lines().any(|is| is == line), "no line {line:?} in {metadata}");
    }
    for license in ["LICENSE-MIT", "LICENSE-APACHE"] {
        assert!(place.exists(&format!("{info}/licenses/{license}")), "{license}");
    }

    let path = place.root.join("git-alone");
    std::fs::create_dir(&path).expect("a folder");
    let git = place.run("sh", &["-c", "command -v git"]).ok().out;
    symlink(git.trim(), path.join("git")).expect("a link");
    let (uvx, python) = (uv.with_file_name("uvx"), uv.with_file_name("python3"));
    let from = ["--offline", "--python", text(&python), "--from", text(&wheel), "gonogo"];
    finds_the_version(&place.with("PATH", text(&path)), uvx, &from, "gonogo");
}

#[test]
fn pip_installs_it() {
    let (place, clone) = place("pip");
    let programs = place.root.join("venv/bin");
    build(&clone, "python3", &["-m", "venv", "../venv"]);
    build(&clone, programs.join("python"), &["-m", "pip", "install", "--quiet", "."]);
    finds_the_version(&place, programs.join("gonogo"), &[], "gonogo");
    finds_the_version(&place, programs.join("cargo-gonogo"), &[], "cargo gonogo");
}

#[test]
fn cargo_installs_it_and_an_alias_calls_it() {
    let (place, clone) = place("cargo");
    build(&clone, "cargo", &["install", "--quiet", "--path", "xtask", "--root", "../installed"]);
    let programs = place.root.join("installed/bin");
    place.put(".cargo/config.toml", "[alias]\nxtask = \"gonogo\"\n");
    let place = with_programs(&place, &programs);
    finds_the_version(&place, "gonogo", &[], "gonogo");
    finds_the_version(&place, "cargo", &["xtask"], "cargo gonogo");
    finds_the_version(&place, "cargo", &["gonogo"], "cargo gonogo");
    finds_the_version(&place, "cargo-gonogo", &[], "cargo gonogo");
}

#[test]
fn the_root_installs_as_pre_commit_installs_rust_hooks() {
    let (place, clone) = place("hooks");
    let args = ["install", "--quiet", "--bins", "--root", "../installed", "--path", "."];
    build(&clone, "cargo", &args);
    let installed = place.root.join("installed/bin");
    let names = place.run("ls", &[text(&installed)]).ok();
    assert_eq!(names.out, "xtask\n");
    finds_the_version(&place, installed.join("xtask"), &[], "cargo xtask");
}

/// A workspace of its own: an `xtask` that is gonogo, and a program that has it as a subcommand.
fn workspace(place: &Place, clone: &Path) {
    let package = |name: &str, more: &str| {
        let gonogo = text(clone);
        format!(
            "[package]\nname = \"{name}\"\nedition = \"2024\"\npublish = false\n\n[dependencies]\n\
             gonogo = {{ path = \"{gonogo}/xtask\" }}\n{more}"
        )
    };
    place.put("Cargo.toml", "[workspace]\nmembers = [\"xtask\", \"tasks\"]\nresolver = \"3\"\n");
    place.put("xtask/Cargo.toml", package("xtask", ""));
    place.put("tasks/Cargo.toml", package("tasks", "clap = \"4\"\n"));
    let run = "fn main() -> std::process::ExitCode {\n    gonogo::run(std::env::args_os())\n}\n";
    place.put("xtask/src/main.rs", run);
    let mounted = "fn main() -> std::process::ExitCode {
    let command = clap::Command::new(\"tasks\")
        .subcommand(clap::Command::new(\"paint\"))
        .subcommand(gonogo::command());
    match command.get_matches().subcommand_name() {
        Some(\"gonogo\") => gonogo::run(std::env::args_os().skip(1)),
        _ => std::process::ExitCode::SUCCESS,
    }
}\n";
    place.put("tasks/src/main.rs", mounted);
    // The release profile, because it is the one whose dependencies are compiled already.
    let aliases = ["xtask", "tasks"]
        .map(|name| format!("{name} = \"run --quiet --release --package {name} --\"\n"))
        .concat();
    place.put(".cargo/config.toml", format!("[alias]\n{aliases}"));
}

#[test]
fn the_library_is_mounted_in_a_crate_of_the_users_own() {
    let (place, clone) = place("mounted");
    workspace(&place, &clone);
    build(&place.top, "cargo", &["build", "--quiet", "--release"]);
    let target = target();
    let place = QUICK
        .into_iter()
        .fold(with_programs(&place, &target), |place, (name, value)| place.with(name, value));
    let place = place.with("CARGO_TARGET_DIR", text(&target)).with("CARGO_NET_OFFLINE", "true");
    finds_the_version(&place, "cargo", &["xtask"], "cargo xtask");
    finds_the_version(&place, "cargo", &["tasks", "gonogo"], "gonogo");
    let help = place.run("cargo", &["tasks", "gonogo", "bump", "--help"]).ok().out;
    assert!(help.contains("Usage: tasks gonogo bump [OPTIONS]"), "{help}");
    assert!(help.contains("--dry-run"), "{help}");
}
