"""One release that is killed, then resumed or undone."""

import time

from .repository import kill


def play(scenario, number, chance):
    """Returns what the kill left open, and what is wrong after the repair."""
    at = scenario.copy(f"round-{number}")
    after = chance.uniform(0, 1.5) * scenario.usual
    how = "resume" if number % 2 else "undo"
    alone = (number - 1) // 2 % 2 == 1
    before = scenario.on_remote(at)
    process = scenario.start(at)
    time.sleep(after)
    kill(process, alone)
    if not alone:
        # A person comes back later than a server that has all it needs goes on.
        scenario.server.settle()
    found = scenario.newest(at)
    out = scenario.end(at, how if began(found) else "resume", process.pid)
    arrived = scenario.on_remote(at) != before
    wrong = judged(scenario, at, out, how, found, arrived, process.pid)
    if wrong:
        whom = "gonogo alone" if alone else "all processes"
        wrong.insert(0, f"killed {whom} after {after * 1e3:.1f} ms, then {how}")
    return found + (", arrived" if arrived and found == "open" else ""), wrong


def began(found):
    return found in ("open", "done")


def judged(scenario, at, out, how, found, arrived, orphans):
    if not began(found):
        # With nothing done there is nothing to undo, whatever exit code says so.
        return scenario.judge(at, "resume", out, scenario.initial)
    if how == "resume":
        return scenario.judge(at, how, out, scenario.last)
    if not arrived:
        return scenario.judge(at, how, out, scenario.initial)
    # What others may have seen is not undone.
    if out.returncode == 0:
        said = out.stdout.decode()
        return [f"undo: exit 0 with {scenario.on_remote(at)} on the remote: {said}"]
    return scenario.judge(at, "resume", scenario.end(at, "resume", orphans), scenario.last)
