//! The binary: everything it does begins in `cli`.

fn main() -> std::process::ExitCode {
    otklik::cli::main()
}
