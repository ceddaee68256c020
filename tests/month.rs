//! A month in which everything that falls due is told once and only once, by three instances over one PostgreSQL of which
//! one is killed in the middle of it.
//!
//! Bounded: three processes, an hour of simulated time a step.

use chrono::{DateTime, Duration, Utc};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, mpsc};
use uuid::Uuid;

use crate::support::app::TestApp;
use tutela::casework::Service;
use tutela::casework::keys::KeyRoom;
use tutela::casework::packs::Packs;
use tutela::casework::time::Clock;
use tutela::demo;
use tutela::store::{Db, KeyDb, StoreUrl, sequencer};
use tutela::vault::RootKeySource;

/// Children of the invented caseload.
const CHILDREN: u64 = 40;
const DAYS: i64 = 31;

/// An instance in a process of its own, which tells what is due at each moment that it is given.
struct Instance {
    child: Child,
    moments: ChildStdin,
    said: mpsc::Receiver<String>,
}

impl Instance {
    fn start(database: &str, key: &std::path::Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "month::an_instance", "--nocapture"])
            .env("TUTELA_TEST_DATABASE", database)
            .env("TUTELA_TEST_KEY", key)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let moments = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let (tell, said) = mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                if let Some(said) = line.strip_prefix("@") {
                    let _ = tell.send(said.to_owned());
                }
            }
        });
        let instance = Self { child, moments, said };
        assert_eq!(instance.hear(), "ready");
        instance
    }

    fn give(&mut self, moment: DateTime<Utc>) {
        writeln!(self.moments, "{}", moment.to_rfc3339()).unwrap();
    }

    fn hear(&self) -> String {
        self.said.recv_timeout(std::time::Duration::from_mins(1)).unwrap()
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// It ends when it is given nothing more.
    fn end(self) {
        let Self { mut child, moments, .. } = self;
        drop(moments);
        child.wait().unwrap();
    }
}

/// Not a test: what an instance does, in a process of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "an instance of the test below, which starts it"]
async fn an_instance() {
    let Ok(database) = std::env::var("TUTELA_TEST_DATABASE") else { return };
    let url: StoreUrl = database.parse().unwrap();
    let root = RootKeySource::File(std::env::var("TUTELA_TEST_KEY").unwrap().into()).load().unwrap();
    let db = Db::open(&url).await.unwrap();
    let keys = KeyRoom::open(KeyDb::open(&url).await.unwrap(), &root, &db).await.unwrap();
    let clock = Clock::at(DateTime::default());
    let service = Service::new(db, keys, Packs::load(None).unwrap(), clock).await.unwrap();
    println!("\n@ready");
    for line in std::io::stdin().lines() {
        service.clock().set(line.unwrap().parse().unwrap());
        match service.tell_what_is_due().await {
            Ok(told) => println!("\n@{told}"),
            Err(error) => println!("\n@failed: {error}"),
        }
    }
}

/// A stage of something that falls due.
type Stage = (Uuid, i64, i64);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_told_once_although_one_of_three_instances_is_killed() {
    let Some(app) = TestApp::postgres().await else { return };
    let StoreUrl::Postgres(database) = &app.urls.0 else { panic!() };
    let start = app.service.now();
    let progress = Arc::default();
    let built = demo::build(&app.sealer, &app.staff, CHILDREN, 7, start, &progress).await.unwrap();
    assert!(built.stopped.is_empty(), "{:?}", built.stopped);
    let mut conn = PgConnection::connect(database).await.unwrap();
    // What was over before the month began is told first.
    app.service.tell_what_is_due().await.unwrap();
    let before: BTreeSet<Stage> = fired(&mut conn).await.into_keys().collect();
    let end = start + Duration::days(DAYS);
    let expected = stages(&mut conn, start, end).await;
    let busiest = busiest(&expected);
    assert!(expected.len() > 30, "only {} stages fall into the month", expected.len());

    let key = app.data.path().join("root.key");
    let mut instances: Vec<Instance> = (0..3).map(|_| Instance::start(database, &key)).collect();
    let mut killed = false;
    let mut now = start;
    while now < end {
        now += Duration::hours(1);
        if !killed && now.timestamp_micros() >= busiest {
            // It has the job, and is in the middle of it.
            let mut victim = instances.remove(0);
            let done = fired(&mut conn).await.len();
            victim.give(now);
            while fired(&mut conn).await.len() == done {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
            victim.kill();
            killed = true;
            // Its lease runs out, and another goes on where it was.
            tick(&mut instances, now);
            tick(&mut instances, now + Duration::seconds(40));
            continue;
        }
        tick(&mut instances, now);
    }
    assert!(killed, "nothing fell due");
    instances.into_iter().for_each(Instance::end);

    let told = fired(&mut conn).await;
    let missing: Vec<_> = expected.keys().filter(|stage| !told.contains_key(stage)).collect();
    assert!(missing.is_empty(), "never told: {missing:?}");
    for (stage, at) in told.iter().filter(|(stage, _)| !before.contains(stage)) {
        let due = expected
            .get(stage)
            .unwrap_or_else(|| panic!("{stage:?} was told and does not fall into the month"));
        let late = Duration::microseconds(at - due);
        assert!(late >= Duration::zero() && late <= Duration::minutes(61), "{stage:?}: {late}");
    }
    // Nobody heard anything twice, and everything that was told was told to somebody.
    let (twice,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM (SELECT account_id FROM notice WHERE kind LIKE 'due.%' GROUP BY account_id, kind, about_id, at HAVING COUNT(*) > 1) AS twice",
    )
    .fetch_one(&mut conn)
    .await
    .unwrap();
    assert_eq!(twice, 0);
    let (silent,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM firing f WHERE NOT EXISTS (SELECT 1 FROM notice n WHERE n.about_id = f.item AND n.at = f.at)",
    )
    .fetch_one(&mut conn)
    .await
    .unwrap();
    assert_eq!(silent, 0, "told to nobody");
    // Each has its leaf, and the ledger is whole.
    sequencer::drain(app.service.db()).await.unwrap();
    let (leaves,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM ledger_leaf WHERE act IN ('work.warning', 'work.last-day', 'work.over')",
    )
    .fetch_one(&mut conn)
    .await
    .unwrap();
    assert_eq!(usize::try_from(leaves).unwrap(), told.len());
    app.settle().await;
    assert!(app.audit().await.sound());
    println!("{} stages told in the month, {} before it", told.len() - before.len(), before.len());
}

/// Every instance does the same moment at the same time.
fn tick(instances: &mut [Instance], now: DateTime<Utc>) {
    for instance in &mut *instances {
        instance.give(now);
    }
    for instance in &*instances {
        let said = instance.hear();
        assert!(said.parse::<u32>().is_ok(), "{said}");
    }
}

/// What was told, and when.
async fn fired(conn: &mut PgConnection) -> BTreeMap<Stage, i64> {
    let rows: Vec<(Uuid, i64, i64, i64)> =
        sqlx::query_as("SELECT item, due_at, stage, at FROM firing").fetch_all(conn).await.unwrap();
    rows.into_iter().map(|(item, due, stage, at)| ((item, due, stage), at)).collect()
}

/// What falls into the month, computed here from what stands in the table of work.
async fn stages(conn: &mut PgConnection, start: DateTime<Utc>, end: DateTime<Utc>) -> BTreeMap<Stage, i64> {
    let (start, end) = (start.timestamp_micros(), end.timestamp_micros());
    let sql = format!(
        "SELECT item, due_at, 1::bigint, warn_at FROM work WHERE open = 1 AND kind = 'clock' AND warn_at > {start} AND warn_at <= {end} \
         UNION ALL SELECT item, due_at, 2::bigint, day_at FROM work WHERE open = 1 AND kind = 'clock' AND day_at > {start} AND day_at <= {end} \
         UNION ALL SELECT item, due_at, 3::bigint, due_at FROM work WHERE open = 1 AND kind = 'clock' AND due_at > {start} AND due_at <= {end}"
    );
    let rows: Vec<(Uuid, i64, i64, i64)> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(conn).await.unwrap();
    rows.into_iter().map(|(item, due, stage, at)| ((item, due, stage), at)).collect()
}

/// The moment at which most is told at once.
fn busiest(expected: &BTreeMap<Stage, i64>) -> i64 {
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for at in expected.values() {
        *counts.entry(*at).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).unwrap().0
}
