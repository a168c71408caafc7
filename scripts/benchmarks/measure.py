"""How a command is timed, and the tools it is compared with."""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = ROOT / "target" / "bench-tools"
GONOGO = ROOT / "target" / "release" / "gonogo"
FROM_PYPI = ["bump-my-version==1.8.1", "commitizen==4.19.3", "git-cliff==2.14.2", "uv==0.13.8",
             "tbump==6.9.0", "hatch==1.18.2"]

Bench = namedtuple("Bench", "runs missing history")


def run(*command, cwd=None, env=None):
    return subprocess.run(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


def install(crates):
    """Installs `{binary: package}` too; returns why a tool is not there, for each that is not."""
    subprocess.run(["cargo", "build", "--release", "--quiet", "--package", "gonogo"],
                   cwd=ROOT, check=True)
    if not all((TOOLS / "bin" / name).exists() for name in ("hatch", "git-cliff")):
        subprocess.run([sys.executable, "-m", "venv", TOOLS], check=True)
        subprocess.run([TOOLS / "bin" / "python", "-m", "pip", "install", "--quiet", *FROM_PYPI],
                       check=True)
    missing = {}
    for name, package in crates.items():
        if not (TOOLS / "bin" / name).exists():
            print(f"installing {package} with cargo, once", flush=True)
            tried = subprocess.run(["cargo", "install", "--quiet", "--locked", "--root", TOOLS,
                                    package], capture_output=True, text=True)
            if tried.returncode != 0:
                missing[name] = (tried.stderr.strip().splitlines() or ["no reason given"])[-1]
    return missing


def environment(home):
    """A bare environment: nobody's configuration, one committer, the machine's Rust."""
    env = {"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
           "GIT_CONFIG_NOSYSTEM": "1"}
    for role in ("AUTHOR", "COMMITTER"):
        env[f"GIT_{role}_NAME"], env[f"GIT_{role}_EMAIL"] = "A", "a@example.com"
    for name, usual in (("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")):
        env[name] = os.environ.get(name, str(Path.home() / usual))
    return env


def tool(name):
    return TOOLS / "bin" / name


def timed(repository, command, start):
    """Seconds from fork to exit and of processors, children included, or `None` if it failed."""
    repository.restore(start)
    begin, busy = time.perf_counter(), processors()
    code = run(*map(str, command), cwd=repository.folder, env=repository.env)
    took = time.perf_counter() - begin, processors() - busy
    return took if code == 0 else None


def processors():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(bench, title, repository, commands, base):
    """Runs `{name: (command, where it begins)}` in turn, after a warm-up, and prints a table."""
    present = {name: command for name, command in commands.items()
               if name.split()[0] not in bench.missing}
    times, lines = {name: [] for name in present}, {}
    for turn in range(bench.runs + 1):
        for name, (command, start) in present.items():
            took = timed(repository, command, start)
            if turn:
                times[name].append(took)
            else:
                lines[name] = repository.changed(start)
    medians = {name: None if None in took else tuple(map(statistics.median, zip(*took)))
               for name, took in times.items()}
    print(f"\n{title}\n\n| command | median | times {base} | CPU | times {base} | lines |\n"
          "|---|---|---|---|---|---|")
    for name, median in medians.items():
        cells = ["failed", "", "", ""]
        if median:
            of = medians[base] or median
            cells = [cell for at in (0, 1)
                     for cell in (f"{median[at] * 1e3:.1f} ms", f"{median[at] / of[at]:.1f}")]
        print(f"| {name} | {' | '.join(cells)} | {lines[name] or ''} |")
    for name in commands.keys() - present.keys():
        print(f"{name} is left out: {bench.missing[name.split()[0]]}")
    sys.stdout.flush()
