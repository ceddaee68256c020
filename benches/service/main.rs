//! Measures the service in one run beside the barest program of the same parts, over both databases and two sizes of
//! caseload. See `benches/README.md`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints its figures")]

mod caseload;
mod floor;
mod load;
mod pages;
#[path = "../../tests/support/postgres.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "shared with the tests")]
mod postgres;
mod process;
#[path = "../../tests/support/process.rs"]
#[expect(dead_code, clippy::unwrap_used, clippy::panic, reason = "shared with the tests")]
mod program;
mod report;

use bytes::Bytes;
use clap::Parser;
use sqlx::Connection as _;
use std::process::Command;
use std::time::Instant;

use caseload::Caseload;
use floor::Keeping;
use load::{Request, Sequence, drive};
use program::{Home, Served};
use report::{Engine, Line, Report};

/// What a bench's step gives, or why it stopped.
pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measures the service. Everything runs on this machine, over loopback, and ends by itself.
#[derive(Parser)]
struct Options {
    /// Cases in the small caseload
    #[arg(long, default_value_t = 1_000)]
    small: usize,
    /// Cases in the large caseload; 0 leaves it out
    #[arg(long, default_value_t = 100_000)]
    large: usize,
    /// One database only
    #[arg(long)]
    only: Option<Engine>,
    /// One kind of request only, for example `act` or `pages`
    #[arg(long)]
    what: Option<String>,
    /// Cases in which the whole course is done, at 16 connections
    #[arg(long, default_value_t = 450)]
    courses: usize,
    /// Children in the demo on which pages are opened; 0 leaves it out
    #[arg(long, default_value_t = 300)]
    children: u64,
    /// Serve a floor over a database; the bench starts itself so
    #[arg(long, hide = true, requires = "keeping")]
    floor: Option<String>,
    #[arg(long, hide = true)]
    keeping: Option<Keeping>,
    #[arg(long, hide = true)]
    bench: bool,
}

/// Cases in which the whole course is done, at one connection.
const COURSES: usize = 50;
/// Other requests, at 1 and at 16 connections.
const REQUESTS: [(usize, usize); 2] = [(1, 500), (16, 4_000)];

fn main() -> Outcome<()> {
    let options = Options::parse();
    let server = options.floor.is_some();
    let mut runtime = if server {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        // One thread drives the load, so that it takes as little as possible from the server.
        tokio::runtime::Builder::new_current_thread()
    };
    runtime.enable_all().build()?.block_on(async {
        match (&options.floor, options.keeping) {
            (Some(database), Some(keeping)) => floor::serve(database, keeping).await,
            _ => measure(&options).await,
        }
    })
}

async fn measure(options: &Options) -> Outcome<()> {
    postgres::DURABLE.store(true, std::sync::atomic::Ordering::Relaxed);
    let mut report = Report::default();
    for engine in Engine::ALL {
        if options.only.is_some_and(|only| only != engine) {
            continue;
        }
        if options.children > 0
            && options.what.as_ref().is_none_or(|what| what == "pages")
            && let Some(Database { home, .. }) = database(engine)
        {
            report.pages(engine, pages::measure(&home, options.children).await?);
        }
        if options.what.as_ref().is_some_and(|what| what == "pages") {
            continue;
        }
        for keeping in [Keeping::Single, Keeping::Grouped] {
            let Some(database) = database(engine) else { continue };
            measure_floor(&mut report, engine, keeping, &database).await?;
        }
        for cases in [options.small, options.large].into_iter().filter(|cases| *cases > 0) {
            let Some(database) = database(engine) else { continue };
            measure_service(&mut report, options, engine, cases, &database).await?;
        }
    }
    println!("{report}");
    Ok(())
}

/// A place for a database: the directory that holds it lives as long as the value.
struct Database {
    home: Home,
    url: String,
}

/// A fresh database; none where PostgreSQL is not installed, which is said then.
fn database(engine: Engine) -> Option<Database> {
    let home = Home::new();
    let url = match engine {
        Engine::Sqlite => format!("sqlite:{}", home.path("tutela.db").display()),
        Engine::Postgres => postgres::database()?,
    };
    let home = home.with("TUTELA_DATABASE", &url);
    Some(Database { home, url })
}

async fn measure_floor(
    report: &mut Report,
    engine: Engine,
    keeping: Keeping,
    database: &Database,
) -> Outcome<()> {
    let mut command = Command::new(std::env::current_exe()?);
    let (how, name) = match keeping {
        Keeping::Single => ("single", report::SINGLE),
        Keeping::Grouped => ("grouped", report::GROUPED),
    };
    command.args(["--floor", &database.url, "--keeping", how]);
    let served = Served::start(command);
    for (connections, count) in REQUESTS {
        // As long as an act of the course is on average.
        let body =
            serde_json::json!({"case": "019a3c1e-0000-7000-8000-000000000000", "payload": "林".repeat(90)});
        let body = Bytes::from(body.to_string());
        let requests = (0..count).map(|_| {
            vec![Request { method: "POST", path: "/".into(), token: "".into(), body: body.clone() }]
        });
        let figures = drive(&served.address, served.child.id(), connections, requests).await?;
        report.add(Line { engine, cases: 0, connections, what: name, figures });
    }
    Ok(())
}

async fn measure_service(
    report: &mut Report,
    options: &Options,
    engine: Engine,
    cases: usize,
    database: &Database,
) -> Outcome<()> {
    database.home.must(&["keys", "init"]);
    let begun = Instant::now();
    let caseload = Caseload::fill(database.home.data.path(), &database.url, cases).await?;
    eprintln!("{engine}: {cases} cases opened in {:.0} s", begun.elapsed().as_secs_f64());
    if engine == Engine::Postgres {
        settle(&database.url).await?;
    }
    let begun = Instant::now();
    let served = database.home.serve();
    report.start_up(engine, cases, begun.elapsed());
    let process = served.child.id();
    let idle = process::memory(process)?.0;
    let mut untouched = spread(&caseload, COURSES + options.courses);
    let mut opened = cases;
    for (connections, count) in REQUESTS {
        let courses = if connections == 1 { COURSES } else { options.courses };
        let spread = spread(&caseload, count);
        let acted: Vec<_> = untouched.drain(..courses.min(untouched.len())).collect();
        let stride = (cases / count).max(1);
        let work: [(&'static str, Vec<Sequence>); 5] = [
            ("act", caseload.acts(&acted)),
            ("open", caseload.open(opened, count / 4)),
            ("read", caseload.read(&spread)),
            ("list 25", caseload.list(count)),
            ("find by name", caseload.find((0..count).map(|n| (n * stride) % cases))),
        ];
        opened += count / 4;
        for (what, sequences) in work {
            if options.what.as_ref().is_some_and(|only| only != what) {
                continue;
            }
            let figures = drive(&served.address, process, connections, sequences).await?;
            eprintln!("{engine} {cases} {connections} {what}: {:.0}/s", figures.rate());
            report.add(Line { engine, cases, connections, what, figures });
        }
    }
    let (now, most) = process::memory(process)?;
    report.memory(engine, cases, [idle, now, most]);
    Ok(())
}

/// Puts PostgreSQL where the night after would have put it: nobody opens a whole caseload in a minute, and what is left to
/// do after that would be measured with the first requests.
async fn settle(database: &str) -> Outcome<()> {
    let mut connection = sqlx::PgConnection::connect(database).await?;
    for statement in ["VACUUM (ANALYZE)", "CHECKPOINT"] {
        sqlx::query(statement).execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(())
}

/// Cases all over the caseload, none of them twice before all had their turn.
fn spread(caseload: &Caseload, count: usize) -> Vec<uuid::Uuid> {
    let cases = &caseload.cases;
    let stride = (cases.len() / count).max(1);
    (0..count).filter_map(|n| cases.get((n * stride) % cases.len()).copied()).collect()
}
