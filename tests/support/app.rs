//! The whole service in this process, behind its router.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use chrono::{DateTime, Utc};
use http_body_util::BodyExt as _;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use tempfile::TempDir;
use tower::ServiceExt as _;
use tutela::casework::Service;
use tutela::casework::keys::KeyRoom;
use tutela::casework::packs::Packs;
use tutela::casework::time::Clock;
use tutela::demo::Staff;
use tutela::http::metrics::Metrics;
use tutela::http::sealer::SealerLink;
use tutela::http::{self, App, Reach};
use tutela::store::{Db, KeyDb, StoreUrl, audit, sequencer};
use tutela::vault::{RootKey, RootKeySource, SealingKey};

use super::postgres;

/// The present of every test; the cases lie before it.
pub(crate) const TODAY: &str = "2026-08-03T02:00:00Z";

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// Codes of the reasons in a problem, hard ones first as they come.
    pub(crate) fn codes(&self) -> Vec<String> {
        let json = self.json();
        let reasons = json["reasons"].as_array().cloned().unwrap_or_default();
        reasons.iter().filter_map(|r| r["code"].as_str().map(str::to_owned)).collect()
    }

    /// Whether it is a problem in both languages with this kind.
    pub(crate) fn is_problem(&self, status: u16, kind: &str) -> bool {
        let json = self.json();
        let typed = self.headers.get("content-type").is_some_and(|t| t == "application/problem+json");
        let both = ["title", "detail"].iter().all(|part| {
            ["zh", "en"].iter().all(|l| json["texts"][part][l].as_str().is_some_and(|t| !t.is_empty()))
        });
        typed && both && self.status == status && json["type"] == format!("/problems/{kind}")
    }
}

pub(crate) struct TestApp {
    pub(crate) router: Router,
    pub(crate) service: Service,
    /// The sealer beside it, with its task while it is there.
    pub(crate) sealer: Service,
    door: std::sync::Mutex<Option<tokio::task::JoinHandle<()>>>,
    pub(crate) data: TempDir,
    /// Where the record and the key store are.
    pub(crate) urls: (StoreUrl, StoreUrl),
    /// Bearer tokens by sign-in name.
    pub(crate) tokens: BTreeMap<String, String>,
    /// Everybody who acts in invented stories.
    pub(crate) staff: Arc<Staff>,
}

impl TestApp {
    pub(crate) async fn sqlite() -> Self {
        let data = tempfile::tempdir().unwrap();
        let urls =
            (StoreUrl::Sqlite(data.path().join("tutela.db")), StoreUrl::Sqlite(data.path().join("keys.db")));
        Self::start(data, urls).await
    }

    /// `None`, said aloud, where PostgreSQL is not installed.
    pub(crate) async fn postgres() -> Option<Self> {
        let url = StoreUrl::Postgres(postgres::database()?);
        Some(Self::start(tempfile::tempdir().unwrap(), (url.clone(), url)).await)
    }

    async fn start(data: TempDir, urls: (StoreUrl, StoreUrl)) -> Self {
        // Quiet, unless somebody who looks for a fault sets RUST_LOG.
        let filter = tracing_subscriber::EnvFilter::try_from_default_env();
        let _ = tracing_subscriber::fmt()
            .with_env_filter(filter.unwrap_or_else(|_| "off".into()))
            .with_test_writer()
            .try_init();
        RootKey::create_file(&data.path().join("root.key")).unwrap();
        SealingKey::create_file(&data.path().join("sealing.key")).unwrap();
        let service = open(&data, &urls, false).await;
        let sealer = open(&data, &urls, true).await;
        let (staff, log_ins) = Staff::hire(&service).await.unwrap();
        let tokens = log_ins.into_iter().map(|l| (l.login, l.token)).collect();
        sealer.reload_offices().await.unwrap();
        let router = router(&service, &data);
        let door = std::sync::Mutex::default();
        let staff = Arc::new(staff);
        let app = Self { router, service, sealer, door, data, urls, tokens, staff };
        app.open_door().await;
        app
    }

    /// The sealer begins to listen.
    pub(crate) async fn open_door(&self) {
        let listener = http::sealer::bind(&self.data.path().join("sealer.sock"), false).await.unwrap();
        let app = App::new(Reach {
            service: self.sealer.clone(),
            metrics: Metrics::new(),
            sealer: None,
            behind_proxy: false,
            door: None,
        });
        let door =
            tokio::spawn(async { http::sealer::run(listener, app, std::future::pending()).await.unwrap() });
        *self.door.lock().unwrap() = Some(door);
    }

    /// The sealer is gone.
    pub(crate) async fn close_door(&self) {
        let door = self.door.lock().unwrap().take();
        if let Some(door) = door {
            door.abort();
            let _ = door.await;
        }
    }

    /// Another instance over the same databases.
    pub(crate) async fn second(&self) -> (Service, Router) {
        let service = open(&self.data, &self.urls, false).await;
        let router = router(&service, &self.data);
        (service, router)
    }

    /// Another instance over the same databases, with a clock of its own that shows the same.
    pub(crate) async fn another(&self) -> Self {
        let (service, router) = self.second().await;
        service.clock().set(self.service.now());
        let data = tempfile::tempdir().unwrap();
        let (urls, tokens, staff) = (self.urls.clone(), self.tokens.clone(), Arc::clone(&self.staff));
        let (sealer, door) = (self.sealer.clone(), std::sync::Mutex::default());
        Self { router, service, sealer, door, data, urls, tokens, staff }
    }

    /// An instance over the same databases that was started later, with other packs.
    pub(crate) async fn restarted_with(&self, packs: Packs) -> Self {
        let service = open_with(&self.data, &self.urls, false, packs).await;
        let router = router(&service, &self.data);
        service.clock().set(self.service.now());
        let data = tempfile::tempdir().unwrap();
        let (urls, tokens, staff) = (self.urls.clone(), self.tokens.clone(), Arc::clone(&self.staff));
        let (sealer, door) = (self.sealer.clone(), std::sync::Mutex::default());
        Self { router, service, sealer, door, data, urls, tokens, staff }
    }

    /// Moves the service's present.
    pub(crate) fn now(&self, moment: &str) {
        for service in [&self.service, &self.sealer] {
            service.clock().set(moment.parse::<DateTime<Utc>>().unwrap());
        }
    }

    pub(crate) async fn call(&self, request: Request<Body>) -> Answer {
        call(&self.router, request).await
    }

    pub(crate) fn request(&self, who: &str, method: &str, path: &str) -> axum::http::request::Builder {
        let token = self.tokens.get(who).map_or(who, String::as_str);
        Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"))
    }

    pub(crate) async fn get(&self, who: &str, path: &str) -> Answer {
        self.call(self.request(who, "GET", path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, who: &str, path: &str, body: &Value) -> Answer {
        self.post_with(who, path, body, &[]).await
    }

    /// A body sent by any method.
    pub(crate) async fn send(&self, who: &str, method: &str, path: &str, body: &Value) -> Answer {
        let request =
            self.request(who, &method.to_uppercase(), path).header("content-type", "application/json");
        self.call(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn post_with(
        &self,
        who: &str,
        path: &str,
        body: &Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.request(who, "POST", path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.call(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// What `tutela ledger verify` would find.
    pub(crate) async fn audit(&self) -> audit::Audit {
        let key = self.service.signer().unwrap().verifier().clone();
        audit::audit(self.service.db(), key, None).await.unwrap()
    }

    /// Everything kept is in the tree and under a signature.
    pub(crate) async fn settle(&self) {
        sequencer::drain(self.service.db()).await.unwrap();
        self.service.sign_checkpoint().await.unwrap();
    }

    /// Statements behind the service's back.
    pub(crate) async fn sql(&self, sql: &str) {
        use sqlx::sqlite::SqliteConnectOptions;
        use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection, raw_sql};
        let sql = AssertSqlSafe(sql.to_owned());
        match &self.urls.0 {
            StoreUrl::Sqlite(path) => {
                let options = SqliteConnectOptions::new().filename(path).foreign_keys(false);
                let mut conn = SqliteConnection::connect_with(&options).await.unwrap();
                raw_sql(sql).execute(&mut conn).await.unwrap();
                conn.close().await.unwrap();
            }
            StoreUrl::Postgres(url) => {
                let mut conn = PgConnection::connect(url).await.unwrap();
                raw_sql(sql).execute(&mut conn).await.unwrap();
                conn.close().await.unwrap();
            }
        }
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.urls.0, StoreUrl::Sqlite(_))
    }
}

async fn open(data: &TempDir, urls: &(StoreUrl, StoreUrl), sealer: bool) -> Service {
    open_with(data, urls, sealer, Packs::load(None).unwrap()).await
}

async fn open_with(data: &TempDir, urls: &(StoreUrl, StoreUrl), sealer: bool, packs: Packs) -> Service {
    let root = RootKeySource::File(data.path().join("root.key")).load().unwrap();
    let db = Db::open(&urls.0).await.unwrap();
    let mut keys = KeyRoom::open(KeyDb::open(&urls.1).await.unwrap(), &root, &db).await.unwrap();
    if sealer {
        let sealing = RootKeySource::File(data.path().join("sealing.key")).load_sealing().unwrap();
        keys = keys.of_sealer(&sealing).await.unwrap();
    }
    let clock = Clock::at(TODAY.parse().unwrap());
    let service = Service::new(db, keys, packs, clock).await.unwrap();
    service.stand_at("https://tutela.example").unwrap();
    service
}

fn router(service: &Service, data: &TempDir) -> Router {
    let sealer = Some(SealerLink::new(data.path().join("sealer.sock")));
    http::router(App::new(Reach {
        service: service.clone(),
        metrics: Metrics::new(),
        sealer,
        behind_proxy: false,
        door: None,
    }))
}

pub(crate) async fn call(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: parts.status, headers: parts.headers, bytes }
}
