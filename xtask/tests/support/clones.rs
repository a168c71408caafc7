//! Several people with one remote, who all do something at the same moment.

use std::process::{Command, Stdio};
use std::sync::Barrier;

use super::{Place, Said, said};

/// Clones of one remote, each with a HOME, an identity (`Clone 1`, ...) and the fixed dates.
pub struct Clones(pub Vec<Place>);

impl Clones {
    /// So many clones of what `url` names, in folders named after `name`.
    pub fn of(url: &str, name: &str, count: usize) -> Self {
        let clones = (1..=count).map(|number| {
            let place = Place::empty(&format!("{name}/clone-{number}"));
            place.git(&["clone", "-q", url, "."]);
            for (key, value) in [
                ("user.name", format!("Clone {number}")),
                ("user.email", format!("clone-{number}@example.com")),
            ] {
                place.git(&["config", "--global", key, &value]);
            }
            place
        });
        Self(clones.collect())
    }

    /// The same ones with a variable set for every command, such as `SOURCE_DATE_EPOCH`.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        Self(self.0.into_iter().map(|place| place.with(name, value)).collect())
    }

    /// Runs gonogo in all of them at the same moment; what each said, in their order.
    pub fn gonogo(&self, args: &[&str]) -> Vec<Said> {
        self.race(|place| {
            let mut command = place.command(env!("CARGO_BIN_EXE_gonogo"));
            command.args(args);
            command
        })
    }

    /// Starts a command in all of them at the same moment; what each said, in their order.
    pub fn race(&self, command: impl Fn(&Place) -> Command) -> Vec<Said> {
        let ready = Barrier::new(self.0.len());
        std::thread::scope(|scope| {
            let start = |place| {
                let (mut command, ready) = (command(place), &ready);
                command.stdout(Stdio::piped()).stderr(Stdio::piped());
                scope.spawn(move || {
                    ready.wait();
                    command.output().expect("it starts")
                })
            };
            let running: Vec<_> = self.0.iter().map(start).collect();
            running.into_iter().map(|one| said(&one.join().expect("no panic"))).collect()
        })
    }
}
