//! Eight people release the same version at the same moment.

use super::support::State;
use super::support::clones::Clones;
use super::{MAIN, RELEASE, TAG, project};

const ROUNDS: usize = 10;

#[test]
fn one_of_eight_wins_and_the_others_leave_no_trace() {
    let mut open = 0;
    for round in 1..=ROUNDS {
        let (_, remote) = project(&format!("race {round}"));
        let clones = Clones::of(remote.url(), &format!("race {round}"), 8);
        let before: Vec<State> = clones.0.iter().map(super::Place::state).collect();
        let started = remote.id(MAIN).expect("main");
        let all = clones.gonogo(&RELEASE);
        let winners: Vec<usize> = (0..8).filter(|n| all[*n].code == 0).collect();
        let said = || all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        let [winner] = winners.as_slice() else { panic!("{winners:?} won: {}", said()) };
        let won = &clones.0[*winner];
        let there = remote.state();
        let points_to = |name: &str| Some(won.git(&["rev-parse", name]).trim().to_owned());
        assert_eq!((remote.id(MAIN), remote.id(TAG)), (points_to(MAIN), points_to(TAG)));
        for (number, loser) in clones.0.iter().enumerate().filter(|(n, _)| n != winner) {
            let lost = &all[number];
            if loser.operations().first().is_some_and(|state| state == "open") {
                open += 1;
                assert_eq!(lost.code, 4, "{lost}");
                loser.gonogo(&["undo"]).ok();
            } else {
                assert!([3, 5].contains(&lost.code), "{lost}");
            }
            // What it fetched of the winner's may stay.
            let fetched = loser.git(&["for-each-ref", "--format=%(refname)", TAG]);
            if !fetched.is_empty() {
                loser.git(&["tag", "-d", "v1.3.0"]);
            }
            let now = loser.state().changed(&before[number]);
            let known = now.iter().all(|part| part == "refs");
            assert!(known, "{now:?} after {lost}");
            assert_eq!(loser.git(&["rev-parse", MAIN]).trim(), started, "{lost}");
        }
        remote.state().must_be(&there, &said());
    }
    assert!(open >= ROUNDS, "only {open} losers came as far as the push");
}
