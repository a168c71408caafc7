fn main() -> std::process::ExitCode {
    gonogo::run(std::env::args_os())
}
