//! A private PostgreSQL for one run of the tests: a cluster in a temporary directory, reached
//! over a unix socket, with a fresh database for each test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The cluster stops when this process does: its watchdog shell waits for its standard input to
/// close.
struct Cluster {
    directory: PathBuf,
}

/// Whether commits have to outlive the machine: set by a bench before its first database. What tests try is the service;
/// it is killed, the server's machine is not.
pub(crate) static DURABLE: AtomicBool = AtomicBool::new(false);

static CLUSTER: LazyLock<Option<Cluster>> = LazyLock::new(Cluster::start);

/// The address of an empty database, or `None` where PostgreSQL is not installed.
///
/// # Panics
/// Where `CI` is `true` and PostgreSQL is not installed.
pub(crate) fn database() -> Option<String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let Some(cluster) = &*CLUSTER else {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "PostgreSQL is not installed");
        println!("SKIPPED: no PostgreSQL");
        return None;
    };
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let done = binary("createdb")
        .unwrap()
        .args(["-h", cluster.directory.to_str().unwrap(), "-U", "postgres", "-T", "template0", &name])
        .status()
        .unwrap();
    assert!(done.success(), "createdb failed");
    let socket = cluster.directory.to_str().unwrap().replace('/', "%2F");
    Some(format!("postgres://postgres@{socket}/{name}"))
}

/// Runs a program of PostgreSQL in the cluster's directory, which belongs to its server.
pub(crate) fn run(program: &str, words: &[&str]) {
    let directory = directory().unwrap();
    let mut command = binary(program).unwrap();
    command.current_dir(&directory).env("PGHOST", &directory).env("PGUSER", "postgres");
    let done = command.args(words).stderr(Stdio::piped()).output().unwrap();
    assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
}

/// A program of PostgreSQL: of the newest installed version, else from the PATH.
fn binary(name: &str) -> Option<Command> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|all| all.flatten().map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    versions.sort_by_key(|path| {
        path.parent().and_then(Path::file_name).and_then(|v| v.to_str()?.parse::<u32>().ok())
    });
    versions.reverse();
    let path = std::env::var_os("PATH").unwrap_or_default();
    versions.extend(std::env::split_paths(&path));
    let program = versions.iter().map(|bin| bin.join(name)).find(|program| program.is_file())?;
    let mut command = Command::new(if is_root() { "setpriv".into() } else { program.clone() });
    if is_root() {
        // The server refuses to run as root.
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    }
    command.current_dir("/").stdout(Stdio::null());
    Some(command)
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

impl Cluster {
    fn start() -> Option<Self> {
        binary("initdb")?;
        // Short, because the path of a socket may have 107 bytes only.
        let directory = PathBuf::from(format!("/tmp/tutela-pg-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&directory);
        std::fs::create_dir(&directory).unwrap();
        let data = directory.join("data");
        if is_root() {
            assert!(Command::new("chown").arg("postgres").arg(&directory).status().unwrap().success());
        }
        let made = binary("initdb")?
            .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-N", "-D"])
            .arg(&data)
            .status()
            .unwrap();
        assert!(made.success(), "initdb failed");
        let fsync = if DURABLE.load(Ordering::Relaxed) { "fsync=on" } else { "fsync=off" };
        let server = binary("postgres")?;
        let mut words: Vec<_> = vec![server.get_program().to_owned()];
        words.extend(server.get_args().map(ToOwned::to_owned));
        #[expect(clippy::zombie_processes, reason = "it ends after this process")]
        // The shell outlives a test that is killed, just long enough to stop the server.
        let mut watchdog = Command::new("sh")
            .arg("-c")
            .arg(
                "dir=$1; shift; \"$@\" 2>\"$dir/log\" & server=$!; cat >/dev/null; \
                 kill -QUIT $server; wait $server; rm -rf \"$dir\"",
            )
            .arg("watchdog")
            .arg(&directory)
            .args(words)
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&directory)
            .args(["-c", "listen_addresses=", "-c", fsync, "-c", "max_connections=200"])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Kept open for the life of this process.
        std::mem::forget(watchdog.stdin.take());
        let deadline = Instant::now() + Duration::from_mins(1);
        while !binary("pg_isready")?.arg("-h").arg(&directory).status().unwrap().success() {
            assert!(Instant::now() < deadline, "PostgreSQL did not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(Self { directory })
    }
}

/// Where the cluster keeps its files, its log among them.
pub(crate) fn directory() -> Option<PathBuf> {
    CLUSTER.as_ref().map(|cluster| cluster.directory.clone())
}

/// Ends every connection to a database, as a server does that restarts.
pub(crate) fn end_connections(url: &str) {
    use sqlx::{Connection as _, Executor as _};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut conn = sqlx::PgConnection::connect(url).await.unwrap();
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        conn.execute(end).await.unwrap();
    });
}
