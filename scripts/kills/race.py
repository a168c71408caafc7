"""Several clones that release the same version at once."""

import time

from .repository import differences

CLONES = [f"clone-{number}" for number in range(1, 9)]


def play(scenario, number, chance):
    """Returns how many losers had something to undo, and what is wrong on the remote or in them."""
    folder = scenario.copy(f"round-{number}", CLONES).parent
    before = scenario.on_remote(folder / CLONES[0])
    envs = {}
    for name in CLONES:
        home = folder / f"home of {name}"
        home.mkdir()
        envs[name] = scenario.environment(home, name)
    processes = {}
    for name in CLONES:
        # Every other time all at once; else one begins while others are somewhere in the middle.
        if number % 2 == 0:
            time.sleep(chance.uniform(0, 0.3) * scenario.usual)
        processes[name] = scenario.start(folder / name, envs[name])
    codes = {name: process.wait() for name, process in processes.items()}
    scenario.server.settle()
    winners = [name for name, code in codes.items() if code == 0]
    losers = [name for name in CLONES if name not in winners]
    if len(winners) != 1:
        said = [f"{name}: exit {codes[name]}, said in {name}.said" for name in CLONES]
        return "undecided", [f"{len(winners)} clones won", *said]
    wrong = on_the_remote(scenario, folder / winners[0], before)
    left_open = 0
    for name in losers:
        at = folder / name
        if scenario.newest(at) == "open":
            left_open += 1
            out = scenario.end(at, "undo", processes[name].pid, envs[name])
            if out.returncode:
                wrong.append(f"{name}: undo: exit {out.returncode}: {out.stdout.decode()}")
        wrong += [f"{name}: {line}" for line in traces(scenario, at)]
        if wrong:
            wrong.append(f"{name} said, exit {codes[name]}: {scenario.said(at)}")
    # An undo of a loser has no business on the remote either.
    wrong += on_the_remote(scenario, folder / winners[0], before)
    return f"with {left_open} losers open", wrong


def on_the_remote(scenario, winner, before):
    """What is there and neither was before nor is the winner's."""
    now, own = scenario.on_remote(winner), scenario.refs(winner)
    expected = {name: own.get(name) for name in now.keys() | before.keys()}
    wrong = [f"the remote, with {winner.name} as winner: {line}"
             for line in differences(now, expected)]
    return wrong if now != before else ["nothing arrived on the remote", *wrong]


def traces(scenario, at):
    """What a loser still has of its release; what it fetched does not count."""
    parts, wrong = scenario.state(at)
    remote = scenario.on_remote(at)

    def own(name, points_to):
        fetched = name.startswith("ref refs/tags/") and remote.get(name[4:]) == points_to
        return not (name.startswith(("ref refs/remotes/", "on the remote, ")) or fetched)

    is_ = {name: it for name, it in parts.items() if own(name, it)}
    was = {name: it for name, it in scenario.initial.items() if own(name, it)}
    return wrong + differences(is_, was)
