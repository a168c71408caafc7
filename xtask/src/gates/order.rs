//! In which order gates start: as they stand, each as soon as those it comes after are through.

/// Gates that have not ended, by their numbers.
pub struct Queue {
    waiting: Vec<Waiting>,
}

struct Waiting {
    after: Vec<usize>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Started,
    Through,
    Stuck,
}

/// What a gate can do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Starts(usize),
    /// This gate will not start, because that one is not through.
    Held(usize, usize),
}

impl Queue {
    /// Gates by their names and those they come after; names that are not among them hold nobody.
    pub fn new<'g>(gates: impl Iterator<Item = (&'g str, &'g [String])> + Clone) -> Self {
        let names: Vec<&str> = gates.clone().map(|(name, _)| name).collect();
        let number = |name: &String| names.iter().position(|known| known == name);
        let waiting = gates.map(|(_, after)| {
            let after = after.iter().filter_map(number).collect();
            Waiting { after, state: State::Waiting }
        });
        Self { waiting: waiting.collect() }
    }

    /// The next gate that starts or is held; `None` while others must end first, or when all have.
    pub fn turn(&mut self) -> Option<Turn> {
        let state = |number: &usize| self.waiting[*number].state;
        let waiting = || self.waiting.iter().enumerate().filter(|(_, g)| g.state == State::Waiting);
        let held = waiting().find_map(|(number, gate)| {
            let by = gate.after.iter().find(|number| state(number) == State::Stuck)?;
            Some(Turn::Held(number, *by))
        });
        let free = |gate: &Waiting| gate.after.iter().all(|number| state(number) == State::Through);
        let turn = held.or_else(|| {
            waiting().find(|(_, gate)| free(gate)).map(|(number, _)| Turn::Starts(number))
        })?;
        match turn {
            Turn::Starts(number) => self.waiting[number].state = State::Started,
            Turn::Held(number, _) => self.waiting[number].state = State::Stuck,
        }
        Some(turn)
    }

    /// Those that come after it may start.
    pub fn through(&mut self, number: usize) {
        self.waiting[number].state = State::Through;
    }

    /// Those that come after it will not start.
    pub fn stuck(&mut self, number: usize) {
        self.waiting[number].state = State::Stuck;
    }

    /// The numbers of all that some of these come after, directly or not, and of these.
    pub fn with_those_before(&self, these: &[usize]) -> Vec<usize> {
        let mut found = these.to_vec();
        let mut at = 0;
        while let Some(&number) = found.get(at) {
            at += 1;
            let new: Vec<usize> =
                self.waiting[number].after.iter().copied().filter(|n| !found.contains(n)).collect();
            found.extend(new);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(gates: &[(&str, &[&str])]) -> Queue {
        let owned: Vec<(&str, Vec<String>)> = gates
            .iter()
            .map(|(name, after)| (*name, after.iter().map(|name| (*name).to_owned()).collect()))
            .collect();
        Queue::new(owned.iter().map(|(name, after)| (*name, after.as_slice())))
    }

    #[test]
    fn each_starts_when_those_before_it_are_through() {
        let mut queue =
            queue(&[("a", &["c"]), ("b", &["elsewhere"]), ("c", &[]), ("d", &["a", "b"])]);
        assert_eq!(queue.turn(), Some(Turn::Starts(1)));
        assert_eq!(queue.turn(), Some(Turn::Starts(2)));
        assert_eq!(queue.turn(), None);
        queue.through(2);
        assert_eq!(queue.turn(), Some(Turn::Starts(0)));
        queue.through(1);
        assert_eq!(queue.turn(), None);
        queue.through(0);
        assert_eq!(queue.turn(), Some(Turn::Starts(3)));
        queue.through(3);
        assert_eq!(queue.turn(), None);
    }

    #[test]
    fn behind_a_stuck_gate_nobody_starts() {
        let mut queue = queue(&[("a", &[]), ("b", &["a"]), ("c", &["b"]), ("d", &[])]);
        assert_eq!(queue.turn(), Some(Turn::Starts(0)));
        queue.stuck(0);
        assert_eq!(queue.turn(), Some(Turn::Held(1, 0)));
        assert_eq!(queue.turn(), Some(Turn::Held(2, 1)));
        assert_eq!(queue.turn(), Some(Turn::Starts(3)));
        assert_eq!(queue.turn(), None);
    }

    #[test]
    fn those_before_are_found_once() {
        let queue = queue(&[("a", &[]), ("b", &["a"]), ("c", &["b", "a"]), ("d", &["c"])]);
        assert_eq!(queue.with_those_before(&[2]), [2, 1, 0]);
        assert_eq!(queue.with_those_before(&[0]), [0]);
    }

    proptest::proptest! {
        /// Whatever the order and the outcomes: every gate starts once, after all it names are
        /// through, or is held by one that is stuck.
        #[test]
        fn every_gate_has_its_turn(
            after in proptest::collection::vec(proptest::collection::vec(0..8_usize, 0..3), 1..12),
            green in proptest::collection::vec(proptest::bool::ANY, 12),
        ) {
            // Only earlier ones are named, so there is no circle; they stand the other way round.
            let names: Vec<String> = (0..after.len()).map(|n| format!("g{n}")).collect();
            let named = |n: usize| -> Vec<String> {
                after[n].iter().filter(|m| **m < n).map(|m| names[*m].clone()).collect()
            };
            let gates: Vec<(&str, Vec<String>)> =
                (0..names.len()).rev().map(|n| (names[n].as_str(), named(n))).collect();
            let number = |name: &String| gates.iter().position(|(n, _)| n == name).unwrap();
            let mut queue = Queue::new(gates.iter().map(|(name, after)| (*name, after.as_slice())));
            let (mut through, mut over, mut started) = (vec![], vec![], vec![]);
            while over.len() < gates.len() {
                while let Some(turn) = queue.turn() {
                    match turn {
                        Turn::Starts(at) => {
                            let mut before = gates[at].1.iter().map(number);
                            proptest::prop_assert!(before.all(|before| through.contains(&before)));
                            started.push(at);
                        }
                        Turn::Held(at, by) => {
                            proptest::prop_assert!(gates[at].1.iter().any(|n| number(n) == by));
                            proptest::prop_assert!(over.contains(&by) && !through.contains(&by));
                            over.push(at);
                        }
                    }
                }
                let Some(at) = started.pop() else { break };
                over.push(at);
                if green[at] {
                    through.push(at);
                    queue.through(at);
                } else {
                    queue.stuck(at);
                }
            }
            over.sort_unstable();
            proptest::prop_assert_eq!(over, (0..gates.len()).collect::<Vec<_>>());
        }
    }
}
