//! Help texts and first answers, as a new user sees them.

#[test]
fn help_is_as_recorded() {
    trycmd::TestCases::new()
        .register_bin("gonogo", std::path::Path::new(env!("CARGO_BIN_EXE_gonogo")))
        .case("tests/help/*.md");
}
