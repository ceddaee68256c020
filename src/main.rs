//! The program: reads the command line and runs one command.

use std::process::ExitCode;
use tikv_jemallocator::Jemalloc;

/// Also what SQLite allocates with. The system's own costs an act a quarter more processor time (`benches/README.md`).
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

#[tokio::main]
async fn main() -> ExitCode {
    tutela::cli::run().await
}
