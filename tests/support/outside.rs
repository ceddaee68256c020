//! What stands outside the house: a mail server and a program that is told, both real enough to be talked to over TCP.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A mail as the server got it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Letter {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) data: String,
}

impl Letter {
    /// A header's value as written.
    pub(crate) fn header(&self, name: &str) -> String {
        let head = self.data.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        let line =
            head.lines().find(|line| line.to_lowercase().starts_with(&format!("{}:", name.to_lowercase())));
        line.and_then(|line| line.split_once(':'))
            .map(|(_, value)| value.trim().to_owned())
            .unwrap_or_default()
    }

    /// The text, decoded.
    pub(crate) fn text(&self) -> String {
        let body = self.data.split_once("\r\n\r\n").unwrap().1;
        match self.header("content-transfer-encoding").as_str() {
            "base64" => {
                let packed: String = body.split_whitespace().collect();
                String::from_utf8(STANDARD.decode(packed).unwrap()).unwrap()
            }
            "quoted-printable" => {
                let joined = body.replace("=\r\n", "");
                let (mut bytes, mut rest) = (Vec::new(), joined.as_bytes());
                while let [first, tail @ ..] = rest {
                    if *first == b'=' {
                        let code = std::str::from_utf8(&tail[..2]).unwrap();
                        bytes.push(u8::from_str_radix(code, 16).unwrap());
                        rest = &tail[2..];
                    } else {
                        bytes.push(*first);
                        rest = tail;
                    }
                }
                String::from_utf8(bytes).unwrap()
            }
            _ => body.to_owned(),
        }
    }
}

/// A mail server on loopback that keeps what it gets.
pub(crate) struct MailServer {
    pub(crate) port: u16,
    letters: Arc<Mutex<Vec<Letter>>>,
    /// How many recipients it puts off first.
    busy: Arc<Mutex<u32>>,
    task: JoinHandle<()>,
}

impl MailServer {
    pub(crate) async fn start(busy: u32) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (letters, busy) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(busy)));
        let (kept, put_off) = (Arc::clone(&letters), Arc::clone(&busy));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, Arc::clone(&kept), Arc::clone(&put_off)));
            }
        });
        Self { port, letters, busy, task }
    }

    pub(crate) fn letters(&self) -> Vec<Letter> {
        self.letters.lock().unwrap().clone()
    }

    pub(crate) fn still_busy(&self) -> u32 {
        *self.busy.lock().unwrap()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One conversation of RFC 5321, as far as a client needs it.
async fn talk(stream: TcpStream, letters: Arc<Mutex<Vec<Letter>>>, busy: Arc<Mutex<u32>>) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut letter = Letter::default();
    write.write_all(b"220 sink.example ESMTP\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        let upper = line.to_uppercase();
        let answer = if upper.starts_with("EHLO") {
            "250-sink.example\r\n250 8BITMIME\r\n".to_owned()
        } else if upper.starts_with("MAIL FROM:") {
            letter = Letter { from: inside(&line), ..Letter::default() };
            "250 ok\r\n".to_owned()
        } else if upper.starts_with("RCPT TO:") {
            let mut busy = busy.lock().unwrap();
            if *busy > 0 {
                *busy -= 1;
                format!("451 try again later, {}\r\n", inside(&line))
            } else if inside(&line).starts_with("nobody@") {
                "550 no such mailbox\r\n".to_owned()
            } else {
                letter.to.push(inside(&line));
                "250 ok\r\n".to_owned()
            }
        } else if upper == "DATA" {
            write.write_all(b"354 go on\r\n").await.unwrap();
            while let Ok(Some(line)) = lines.next_line().await {
                if line == "." {
                    break;
                }
                letter.data.push_str(line.strip_prefix('.').unwrap_or(&line));
                letter.data.push_str("\r\n");
            }
            letters.lock().unwrap().push(letter.clone());
            "250 kept\r\n".to_owned()
        } else if upper == "QUIT" {
            let _ = write.write_all(b"221 bye\r\n").await;
            return;
        } else {
            "250 ok\r\n".to_owned()
        };
        if write.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn inside(line: &str) -> String {
    line.split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map(|(name, _)| name.to_owned())
        .unwrap_or_default()
}

/// A call as the program got it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// Whether it is signed with this secret, by the rules of Standard Webhooks.
    pub(crate) fn is_signed_with(&self, secret: &[u8]) -> bool {
        let said =
            format!("{}.{}.{}", self.header("webhook-id"), self.header("webhook-timestamp"), self.body);
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(said.as_bytes());
        let tag =
            self.header("webhook-signature").strip_prefix("v1,").and_then(|tag| STANDARD.decode(tag).ok());
        tag.is_some_and(|tag| mac.verify_slice(&tag).is_ok())
    }
}

/// A program on loopback that is told, and answers with these statuses in turn, then with 200.
pub(crate) struct Program {
    pub(crate) url: String,
    state: Heard,
    task: JoinHandle<()>,
}

type Heard = Arc<Mutex<(Vec<Call>, Vec<u16>)>>;

impl Program {
    pub(crate) async fn start(statuses: &[u16]) -> Self {
        let state: Heard = Arc::new(Mutex::new((Vec::new(), statuses.to_vec())));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let app = Router::new().route("/hook", post(hear)).with_state(Arc::clone(&state));
        let task = tokio::spawn(async move {
            axum::serve(listener, app).await.unwrap();
        });
        Self { url, state, task }
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.state.lock().unwrap().0.clone()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn hear(State(state): State<Heard>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let (calls, statuses) = &mut *state.lock().unwrap();
    calls.push(Call { headers, body: String::from_utf8(body.to_vec()).unwrap() });
    let status = if statuses.is_empty() { 200 } else { statuses.remove(0) };
    StatusCode::from_u16(status).unwrap()
}
