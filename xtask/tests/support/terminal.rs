//! A terminal for the program under test.

use super::{Place, Said, skipped};

/// A terminal: the program runs in one, and each answer is typed when its question is seen.
const TERMINAL: &str = "import os, pty, select, sys, time\n\
answers = [pair.split('=', 1) for pair in sys.argv[2].split('|') if pair]\n\
pid, fd = pty.fork()\n\
if pid == 0:\n    os.execvp(sys.argv[1], sys.argv[1:2] + sys.argv[3:])\n\
seen, end = b'', time.time() + 60\n\
while time.time() < end:\n\
\x20   if select.select([fd], [], [], 0.1)[0]:\n\
\x20       try: part = os.read(fd, 4096)\n\
\x20       except OSError: break\n\
\x20       if not part: break\n\
\x20       seen += part\n\
\x20       os.write(1, part)\n\
\x20   if answers and answers[0][0].encode() in seen:\n\
\x20       seen = seen.split(answers[0][0].encode(), 1)[1]\n\
\x20       os.write(fd, answers.pop(0)[1].encode().decode('unicode_escape').encode())\n\
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n";

/// Runs gonogo at a terminal; `answers` are `QUESTION=ANSWER`, `|` between them.
pub fn typed(place: &Place, answers: &str, args: &[&str]) -> Option<Said> {
    if place.command("python3").arg("--version").output().is_err() {
        skipped("there is no python3 to make a terminal");
        return None;
    }
    let all = [&["-c", TERMINAL, env!("CARGO_BIN_EXE_gonogo"), answers], args].concat();
    Some(place.run("python3", &all))
}
