//! Requests over a number of connections, each sent when the one before it is answered, and what they took.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::Outcome;
use crate::process::cpu;

/// A request to be sent.
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) token: Arc<str>,
    pub(crate) body: Bytes,
}

/// Requests that must follow each other.
pub(crate) type Sequence = Vec<Request>;

/// What a number of requests took.
pub(crate) struct Figures {
    /// Requests.
    pub(crate) count: usize,
    /// From the first sent to the last answered.
    pub(crate) elapsed: Duration,
    /// Time of each request, shortest first.
    latencies: Vec<Duration>,
    /// Processor time of the server.
    pub(crate) cpu: Duration,
}

impl Figures {
    /// Requests a second.
    pub(crate) fn rate(&self) -> f64 {
        count(self.count) / self.elapsed.as_secs_f64()
    }

    /// The time within which this share of requests, 0 to 100, was answered, in milliseconds.
    pub(crate) fn percentile(&self, share: usize) -> f64 {
        let place = (self.latencies.len().saturating_sub(1)) * share / 100;
        self.latencies.get(place).map_or(0.0, |latency| latency.as_secs_f64() * 1_000.0)
    }

    /// Processor time a request, in milliseconds.
    pub(crate) fn cpu_each(&self) -> f64 {
        self.cpu.as_secs_f64() * 1_000.0 / count(self.count)
    }
}

fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::MAX, f64::from)
}

/// Sends all sequences over so many connections. An answer that is no success ends the run.
pub(crate) async fn drive(
    address: &str,
    server: u32,
    connections: usize,
    sequences: impl IntoIterator<Item = Sequence>,
) -> Outcome<Figures> {
    let waiting: Arc<Mutex<VecDeque<Sequence>>> = Arc::new(Mutex::new(sequences.into_iter().collect()));
    let mut clients = Vec::new();
    for _ in 0..connections {
        clients.push(Client::connect(address).await?);
    }
    let (begun, cpu_before) = (Instant::now(), cpu(server)?);
    let mut running = JoinSet::new();
    for mut client in clients {
        let waiting = Arc::clone(&waiting);
        running.spawn(async move {
            let mut latencies = Vec::new();
            loop {
                let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                let Some(sequence) = next else { return Ok::<_, String>(latencies) };
                for request in sequence {
                    let sent = Instant::now();
                    client.send(request).await.map_err(|error| error.to_string())?;
                    latencies.push(sent.elapsed());
                }
            }
        });
    }
    let mut latencies = Vec::new();
    while let Some(done) = running.join_next().await {
        latencies.extend(done??);
    }
    let (elapsed, cpu_after) = (begun.elapsed(), cpu(server)?);
    latencies.sort_unstable();
    Ok(Figures { count: latencies.len(), elapsed, latencies, cpu: cpu_after.saturating_sub(cpu_before) })
}

/// One request over a connection of its own, and its answer.
pub(crate) async fn fetch(address: &str, request: Request) -> Outcome<Bytes> {
    Client::connect(address).await?.send(request).await
}

struct Client {
    sender: http1::SendRequest<Full<Bytes>>,
    host: String,
}

impl Client {
    async fn connect(address: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // It ends with its sender.
        tokio::spawn(connection);
        Ok(Self { sender, host: address.to_owned() })
    }

    async fn send(&mut self, request: Request) -> Outcome<Bytes> {
        let named = format!("{} {}", request.method, request.path);
        // Pages are for browsers, everything else for programs.
        let accept = if request.path.starts_with("/api/") { "application/json" } else { "text/html" };
        let request = hyper::Request::builder()
            .method(request.method)
            .uri(request.path)
            .header("host", &self.host)
            .header("authorization", format!("Bearer {}", request.token))
            .header("accept", accept)
            .header("content-type", "application/json")
            .body(Full::new(request.body))?;
        let answer = self.sender.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        if status.is_success() {
            return Ok(body);
        }
        Err(format!("{named}: {status} {}", String::from_utf8_lossy(&body)).into())
    }
}
