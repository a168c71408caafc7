"""What came since a release, and a whole history, beside `git log` and tools that read it too."""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from .measure import GONOGO, ROOT, environment, measure, tool

CRATES = {"cog": "cocogitto@7.0.0"}
# A reader of a whole history that takes longer than so many times gonogo is stopped, and said to.
PATIENCE = 120


class History:
    """A clone whose HEAD is a long history, and a version file that gonogo finds there."""

    FORMAT = "--format=%x00%H%x00%P%x00%an%x00%ae%x00%ct%x00%B"

    def __init__(self, scratch):
        home, self.folder = Path(scratch) / "home", Path(scratch) / "history"
        home.mkdir(exist_ok=True)
        self.env = environment(home) | {"GONOGO_HISTORY": str(self.folder)}
        self.env["GIT_CONFIG_COUNT"] = "0"

    def git(self, *words, stdin=None):
        return subprocess.run(["git", *words], cwd=self.folder, env=self.env, check=True,
                              stdin=stdin, capture_output=True, text=True).stdout

    def generate(self, commits):
        self.folder.mkdir()
        self.git("init", "-q", "-b", "main")
        generator = subprocess.Popen([sys.executable, ROOT / "scripts" / "generate_history.py",
                                      str(commits)], stdout=subprocess.PIPE)
        self.git("fast-import", "--quiet", "--done", stdin=generator.stdout)
        self.git("pack-refs", "--all")

    def clone(self, path):
        subprocess.run(["git", "clone", "-q", "--local", "--no-checkout", path, self.folder],
                       env=self.env, check=True)

    def released(self):
        """The newest tag; its version becomes that of a manifest which nobody commits."""
        tag = self.git("describe", "--tags", "--abbrev=0").strip()
        version = tag.lstrip("v") if tag.lstrip("v").count(".") == 2 else "0.1.0"
        manifest = f'[project]\nname = "demo"\nversion = "{version}"\n'
        (self.folder / "pyproject.toml").write_text(manifest)
        (self.folder / ".cz.toml").write_text(
            f'[tool.commitizen]\nversion = "{version}"\ntag_format = "v$version"\n')
        (self.folder / "cog.toml").write_text('tag_prefix = "v"\n')
        return tag

    def restore(self, start):
        pass

    def changed(self, start):
        return 0


def whole_history_reader():
    """The test that reads a whole history and prints what that took: the release build of it."""
    built = subprocess.run(["cargo", "test", "--release", "--package", "gonogo", "--lib", "--no-run",
                            "--message-format=json"], cwd=ROOT, check=True, capture_output=True)
    messages = map(json.loads, built.stdout.splitlines())
    return [message["executable"] for message in messages
            if message.get("executable") and message["target"]["name"] == "gonogo"][-1]


def whole_history(bench, title, history, reader):
    log = ["git", "log", "-z", History.FORMAT]
    test = [reader, "--ignored", "--exact", "--nocapture",
            "repo::log::tests::a_whole_history_in_one_walk"]
    logs, ours, peaks = [], [], []
    for _ in range(bench.runs):
        begin = time.perf_counter()
        subprocess.run(log, cwd=history.folder, env=history.env, stdout=subprocess.DEVNULL)
        logs.append(time.perf_counter() - begin)
        said = subprocess.run(test, env=history.env, check=True, capture_output=True, text=True)
        words = next(line for line in said.stdout.splitlines() if "whole history: " in line)
        words = words.split("whole history: ")[1].split()
        ours.append(float(words[0]))
        peaks.append(int(words[2]))
    log, own = statistics.median(logs), statistics.median(ours)
    print(f"\n{title}: whole history, all tags\n\n| command | median | times git log | memory |\n"
          f"|---|---|---|---|\n| git log | {log:.2f} s | 1.0 | |\n"
          f"| gonogo, sorted into releases | {own:.2f} s | {own / log:.2f} | "
          f"{max(peaks) / 1024:.0f} MiB |", flush=True)
    return own


def other_readers(history, own):
    """One run of each, stopped when it has taken PATIENCE times as long as gonogo."""
    commands = {"commitizen": [tool("cz"), "changelog", "--dry-run"],
                "cocogitto": [tool("cog"), "changelog"], "git-cliff": [tool("git-cliff")]}
    print(f"\nOne run of each, stopped at {PATIENCE} times gonogo\n\n"
          "| command | time | times gonogo |\n|---|---|---|")
    for name, command in commands.items():
        begin = time.perf_counter()
        try:
            code = subprocess.run(command, cwd=history.folder, env=history.env,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, timeout=PATIENCE * own).returncode
        except FileNotFoundError:
            print(f"| {name} | not there | |")
            continue
        except subprocess.TimeoutExpired:
            print(f"| {name} | stopped | over {PATIENCE} |", flush=True)
            continue
        took = time.perf_counter() - begin
        shown = f"{took:.2f} s | {took / own:.0f}" if code == 0 else f"failed after {took:.2f} s |"
        print(f"| {name} | {shown} |", flush=True)


def measure_history(bench, title, history, reader):
    tag = history.released()
    since = f"{tag}..HEAD"
    commands = {
        "git log of the range": ["git", "log", "-z", History.FORMAT, since],
        "git for-each-ref refs/tags": ["git", "for-each-ref", "refs/tags"],
        "gonogo --version": [GONOGO, "--version"],
        "gonogo bump auto --dry-run": [GONOGO, "bump", "auto", "--dry-run"],
        "git-cliff --unreleased": [tool("git-cliff"), "--unreleased"],
        "cog": [tool("cog"), "changelog", since],
        "commitizen": [tool("cz"), "bump", "--dry-run", "--yes"],
    }
    measure(bench, f"{title}: since {tag}", history,
            {name: (command, "") for name, command in commands.items()}, "git log of the range")
    return whole_history(bench, title, history, reader)


def generated(bench, scratch, commits):
    history, reader = History(scratch), whole_history_reader()
    history.generate(commits)
    own = measure_history(bench, f"{commits:,} commits", history, reader)
    if commits <= 100_000:
        other_readers(history, own)
    history.git("commit-graph", "write", "--reachable")
    measure_history(bench, f"{commits:,} commits with a commit-graph", history, reader)


def real_history(bench, scratch):
    if not bench.history:
        print("\nreal is left out: --history PATH names a clone with a long history")
        return
    history = History(scratch)
    history.clone(bench.history)
    count = int(history.git("rev-list", "--count", "HEAD"))
    title = f"{Path(bench.history).name} ({count:,} commits)"
    other_readers(history, measure_history(bench, title, history, whole_history_reader()))


def hundred_thousand(bench, scratch):
    generated(bench, scratch, 100_000)


def million(bench, scratch):
    generated(bench, scratch, 1_000_000)


SECTIONS = {"history": hundred_thousand, "real": real_history, "million": million}
