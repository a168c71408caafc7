"""A repository with its remote in which one command is tried, and what it should come to."""

import json
import os
import shlex
import shutil
import subprocess
import time

from .server import kill_session, session, wait_for

CONFIG = """\
[user]
    name = A
    email = a@example.com
[gc]
    auto = 0
[maintenance]
    auto = false
[core]
    checkStat = minimal
    trustctime = false
"""
HOOKS = {"pre-commit": "exit 0", "commit-msg": r"printf '\nBy: hook\n' >>$1", "pre-push": "cat >&2"}
REMOTE_HOOKS = {"pre-receive": "cat >/dev/null", "update": "exit 0", "post-receive": "cat >&2"}


class Unusable(Exception):
    """Nothing can be tried with what was asked for."""


class Scenario:
    """A template, and the states before and after an undisturbed run of the command."""

    def __init__(self, base, server, program, command):
        self.base, self.server, self.program, self.command = base, server, program, command
        base.mkdir()
        self.env = self.environment(base, "A")
        self.template = base / "template"
        self.make_template()
        self.initial, wrong = self.state(self.copy("initial"))
        assert not wrong, wrong
        self.measure()

    def environment(self, home, name):
        (home / ".gitconfig").write_text(CONFIG.replace("name = A", f"name = {name}"))
        env = {"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
               "GIT_CONFIG_NOSYSTEM": "1", "SOURCE_DATE_EPOCH": "1767323045"}
        for who in "AUTHOR", "COMMITTER":
            env[f"GIT_{who}_DATE"] = "2026-01-02T03:04:05Z"
        return env

    def measure(self):
        """How long it takes, and what it leaves: each time the same."""
        durations, self.last = [], None
        for number in range(5):
            at = self.copy(f"last-{number}")
            start = time.monotonic()
            out = self.gonogo(at, *self.command)
            durations.append(time.monotonic() - start)
            if out.returncode:
                self.unusable(f"exit {out.returncode}: {out.stdout.decode().strip()}")
            self.server.settle()
            last, wrong = self.state(at)
            if wrong:
                self.unusable("; ".join(wrong))
            if different := differences(last, self.last or last):
                self.unusable("not the same twice: " + "; ".join(different))
            self.last = last
            shutil.rmtree(at.parent)
        if self.last == self.initial:
            self.unusable("it changes nothing")
        self.usual = sorted(durations)[2]

    def unusable(self, why):
        words = shlex.join(self.command)
        raise Unusable(f"`gonogo {words}` cannot be tried (see --command). With nothing to disturb "
                       f"it: {why}")

    def run(self, at, *command, env=None):
        env = env or self.env
        env = {**env, "GIT_OPTIONAL_LOCKS": "0"} if command[0] == "git" else env
        return subprocess.run(command, cwd=at, env=env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def git(self, at, *arguments):
        out = self.run(at, "git", *arguments)
        assert out.returncode == 0, out
        return out.stdout.decode()

    def gonogo(self, at, *arguments, env=None):
        return self.run(at, self.program, *arguments, env=env)

    def start(self, at, env=None):
        """Starts the command in a session of its own; its output goes to a file beside `at`."""
        with open(at.with_name(f"{at.name}.said"), "wb") as said:
            return subprocess.Popen([self.program, *self.command], cwd=at, env=env or self.env,
                                    stdin=subprocess.DEVNULL, stdout=said,
                                    stderr=subprocess.STDOUT, start_new_session=True)

    def said(self, at):
        return at.with_name(f"{at.name}.said").read_text()

    def make_template(self):
        at, remote = self.template / "repo", self.template / "origin.git"
        (at / "src/demo").mkdir(parents=True)
        self.git(at, "init", "-q", "-b", "main", "--template=")
        self.git(self.template, "init", "-q", "-b", "main", "--bare", "--template=", str(remote))
        (at / "pyproject.toml").write_bytes(b'[project]\r\nname = "demo"\r\nversion = "1.2.0"\r\n')
        module = at / "src/demo/__init__.py"
        module.write_text('__version__ = "1.2.0"\n')
        module.chmod(0o755)
        (at / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n\n### Added\n\n- More.\n"
                                         "\n## [1.2.0] - 2025-12-01\n\n- Something.\n")
        for name in "other.txt", "second.txt":
            (at / name).write_text("one\ntwo\n")
        self.git(at, "add", ".")
        self.git(at, "commit", "-q", "-m", "start")
        self.git(at, "tag", "-a", "-m", "1.2.0", "v1.2.0")
        (at / "second.txt").write_text("one\ntwo\nthree\n")
        self.git(at, "commit", "-q", "-a", "-m", "feat: more")
        self.git(at, "remote", "add", "origin", str(remote))
        self.git(at, "push", "-q", "-u", "origin", "main", "v1.2.0")
        if "--allow-dirty" in self.command:
            (at / "other.txt").write_text("staged\n")
            self.git(at, "add", "other.txt")
            (at / "second.txt").write_text("edited\n")
        (at / "untracked.txt").write_text("mine\n")
        write_hooks(at / ".git/hooks", HOOKS)
        write_hooks(remote / "hooks", REMOTE_HOOKS)
        self.git(at, "update-index", "-q", "--refresh")

    def folder(self, number):
        """Where a round happens."""
        return self.base / f"round-{number}"

    def copy(self, name, clones=("repo",)):
        """A fresh remote with one repository, or several, of which the first is returned."""
        folder = self.base / name
        shutil.copytree(self.template / "origin.git", folder / "origin.git")
        for clone in clones:
            shutil.copytree(self.template / "repo", folder / clone, symlinks=True)
            url = self.server.url(folder / "origin.git")
            self.git(folder / clone, "remote", "set-url", "origin", url)
        return folder / clones[0]

    def state(self, at):
        """Everything that must come out right, and what is broken or left behind in any case."""
        parts, wrong = {}, []
        for path in sorted(at.rglob("*")):
            name = str(path.relative_to(at))
            if name.split("/")[0] == ".git":
                if name.endswith(".lock") and not name.startswith(".git/gonogo/"):
                    wrong.append(f"left behind: {name}")
                continue
            if path.name.startswith(".gonogo-"):
                wrong.append(f"left behind: {name}")
            content = path.read_bytes() if path.is_file() else b""
            parts[name] = (oct(path.lstat().st_mode), content)
        for name, points_to in self.refs(at).items():
            parts[f"ref {name}"] = points_to
        for name, points_to in self.refs(at.with_name("origin.git")).items():
            parts[f"on the remote, {name}"] = points_to
        parts["HEAD"] = (at / ".git/HEAD").read_text()
        parts["index"] = self.git(at, "ls-files", "-s", "-v")
        parts["status"] = self.git(at, "status", "--porcelain=v2", "--untracked-files=all")
        parts["refresh"] = self.run(at, "git", "update-index", "--refresh").stdout
        remote = at.with_name("origin.git")
        for pattern in "*.lock", "incoming-*":
            wrong += [f"left behind on the remote: {path}" for path in remote.rglob(pattern)]
        for repository in at, remote:
            fsck = self.run(repository, "git", "fsck", "--connectivity-only", "--no-dangling")
            said = fsck.stdout.decode()
            if fsck.returncode or any(word in said for word in ("error", "missing", "broken")):
                wrong.append(f"git fsck in {repository.name}: {said}")
        return parts, wrong

    def refs(self, at):
        """What each ref points to, but for gonogo's own."""
        refs = self.git(at, "for-each-ref", "--format=%(refname) %(objectname) %(subject)")
        named = dict(line.split(" ", 1) for line in refs.splitlines())
        return {name: it for name, it in named.items() if not name.startswith("refs/gonogo")}

    def on_remote(self, at):
        return self.refs(at.with_name("origin.git"))

    def newest(self, at):
        """The state of the newest operation, as `gonogo log` has it."""
        # Only standard output: this one is for programs.
        out = subprocess.run([self.program, "log", "--json"], cwd=at, env=self.env, check=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        states = [operation["state"] for operation in json.loads(out.stdout)]
        return "open" if "open" in states else states[0] if states else "nothing"

    def end(self, at, how, orphans, env=None):
        """Calls `resume` or `undo` once; again only if something still ran, and it refused."""
        # Nobody is there to be asked.
        answers = b"--yes" in self.gonogo(at, how, "--help").stdout
        words = [how, "--yes"] if answers else [how]
        busy = session(orphans)
        out = self.gonogo(at, *words, env=env)
        wait_for(lambda: not session(orphans), "what the kill left running")
        if out.returncode and busy:
            out = self.gonogo(at, *words, env=env)
        self.server.settle()
        return out

    def judge(self, at, how, out, expected):
        """What is wrong after `how`, which should have led there."""
        if out.returncode:
            return [f"{how}: exit {out.returncode}: {out.stdout.decode()}"]
        if self.newest(at) == "open":
            return [f"{how}: still open: {out.stdout.decode()}"]
        parts, wrong = self.state(at)
        return [f"{how}: {line}" for line in wrong + differences(parts, expected)]


def write_hooks(folder, hooks):
    folder.mkdir()
    for name, does in hooks.items():
        (folder / name).write_text(f"#!/bin/sh\n{does}\n")
        (folder / name).chmod(0o755)


def differences(parts, expected):
    return [f"{name} is {parts.get(name)!r} and should be {expected.get(name)!r}"
            for name in sorted(parts.keys() | expected.keys())
            if parts.get(name) != expected.get(name)]


def kill(process, alone):
    """Kills the session of a process, or the process alone: its children go on for a while."""
    if alone:
        process.kill()
    else:
        kill_session(process.pid)
    process.wait()
